// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "cli/output.h"
#include "cli/select.h"
#include "job/tag.h"

/* The edit that the options ask for; owns the lists. */
struct request {
	struct lb_tag_edit edit;
	struct span *add;
	struct span *remove;
};

static enum err_code set_tags(const struct opt_list *list, const char *option,
                              struct span **out, struct err *err)
{
	if (list->count == 0)
		return ERR_OK;
	if (!mem_array(out, list->count, sizeof **out))
		return err_nomem(err);
	for (size_t i = 0; i < list->count; i++) {
		const char *fault = lb_tag_fault(span_str(list->items[i]));

		if (fault)
			return err_set(err, ERR_USAGE, "--%s \"%s\": %s", option,
			               list->items[i], fault);
		(*out)[i] = span_str(list->items[i]);
	}
	return ERR_OK;
}

static enum err_code check_apart(const struct cli_options *o, struct err *err)
{
	for (size_t i = 0; i < o->add.count; i++)
		for (size_t k = 0; k < o->remove.count; k++)
			if (str_eq(o->add.items[i], o->remove.items[k]))
				return err_set(err, ERR_USAGE,
				               "--add and --remove both name \"%s\"",
				               o->add.items[i]);
	return ERR_OK;
}

static enum err_code fill(struct request *r, const struct cli_options *o, struct err *err)
{
	enum err_code rc;

	if (o->pin && o->unpin)
		return err_set(err, ERR_USAGE, "--pin and --unpin: give one of them");
	if (!o->pin && !o->unpin && !o->description && o->add.count == 0 &&
	    o->remove.count == 0)
		return err_set(err, ERR_USAGE,
		               "nothing to change: give --add, --remove, --description, "
		               "--pin or --unpin");
	rc = check_apart(o, err);
	if (rc == ERR_OK)
		rc = set_tags(&o->add, "add", &r->add, err);
	if (rc == ERR_OK)
		rc = set_tags(&o->remove, "remove", &r->remove, err);
	r->edit = (struct lb_tag_edit){ .add = r->add,
		                        .add_count = o->add.count,
		                        .remove = r->remove,
		                        .remove_count = o->remove.count,
		                        .set_description = o->description != NULL,
		                        .description = span_str(o->description),
		                        .set_pinned = o->pin || o->unpin,
		                        .pinned = o->pin };
	return rc;
}

static void request_fini(struct request *r)
{
	mem_free(r->add);
	mem_free(r->remove);
}

static void put_one(struct buf *out, const struct program_call *call,
                    const struct lb_id16 *id, bool changed)
{
	char hex[LB_ID16_HEX];
	struct json_writer w;

	lb_id16_hex(id, hex);
	if (!cli_options(call)->json) {
		if (!call->options->quiet)
			buf_printf(out, "%.8s  %s\n", hex,
			           changed ? "changed" : "was so already");
		return;
	}
	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "snapshot");
	json_field_str(&w, "snapshot", hex);
	json_field_bool(&w, "changed", changed);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_summary(struct buf *out, const struct program_call *call, size_t changed,
                        size_t count)
{
	struct json_writer w;

	if (!cli_options(call)->json)
		return;
	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	json_field_u64(&w, "changed", changed);
	json_field_u64(&w, "unchanged", count - changed);
	json_field_bool(&w, "dry_run", cli_options(call)->dry_run);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static enum err_code tag_all(const struct program_call *call, struct lb_repo *repo,
                             const struct lb_tag_edit *edit, struct buf *out,
                             struct err *err)
{
	struct lb_id16 *ids = NULL;
	size_t count;
	size_t edited = 0;
	enum err_code rc = cli_snapshot_ids(repo, call, &ids, &count, err);

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		bool changed;

		rc = lb_tag(repo, &ids[i], edit, cli_options(call)->dry_run, &changed,
		            err);
		if (rc == ERR_OK)
			put_one(out, call, &ids[i], changed);
		edited += changed;
	}
	if (rc == ERR_OK)
		put_summary(out, call, edited, count);
	mem_free(ids);
	return rc;
}

int cli_tag(struct program_call *call)
{
	struct request request = { .add = NULL };
	struct lb_repo *repo = NULL;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	int code = CLI_USAGE;
	enum err_code rc = fill(&request, cli_options(call), &err);

	if (rc == ERR_OK)
		rc = cli_open(call, &repo, &code, &err);
	if (repo) {
		rc = tag_all(call, repo, &request.edit, &out, &err);
		code = CLI_FAILED;
	}
	request_fini(&request);
	lb_repo_close(repo);
	if (rc == ERR_OK)
		return program_print_take(call, &out);
	/* what was changed before the failure is told all the same */
	(void)!program_print(buf_span(&out), NULL);
	buf_fini(&out);
	return cli_fail(call, code, &err);
}
