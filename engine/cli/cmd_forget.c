// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "base/when.h"
#include "cli/output.h"
#include "cli/select.h"
#include "job/forget.h"
#include "os/clock.h"

/* ---- the policy ---- */

static const char *const kinds[LB_KEEP_COUNT] = { "last",   "hourly",  "daily",
	                                          "weekly", "monthly", "yearly" };

/* The job's options from the command's; owns the lists. */
struct request {
	struct lb_forget_options o;
	struct lb_retention policy;
	struct cli_snapshot_filter filter;
	struct span *keep_tags;
	struct lb_id16 *ids;
};

static enum err_code set_keep(struct lb_retention *p, const struct cli_options *o,
                              struct err *err)
{
	for (size_t i = 0; i < LB_KEEP_COUNT; i++) {
		uint64_t n;

		if (!o->keep[i])
			continue;
		if (str_eq(o->keep[i], "all"))
			n = LB_KEEP_ALL;
		else if (!num_u64(span_str(o->keep[i]), 0, LB_KEEP_ALL - 1, &n))
			return err_set(err, ERR_USAGE,
			               "--keep-%s %s: give a number, or all", kinds[i],
			               o->keep[i]);
		p->keep[i] = (uint32_t)n;
	}
	return ERR_OK;
}

static enum err_code set_within(struct lb_retention *p, const struct cli_options *o,
                                struct err *err)
{
	for (size_t i = 0; i < LB_KEEP_COUNT; i++)
		if (o->within[i] &&
		    !lb_period_parse(span_str(o->within[i]), &p->within[i]))
			return err_set(err, ERR_USAGE,
			               "--keep-within%s%s %s: give a time such as 30d "
			               "or 1y6m2w3d12h",
			               i == LB_KEEP_LAST ? "" : "-",
			               i == LB_KEEP_LAST ? "" : kinds[i], o->within[i]);
	return ERR_OK;
}

static bool set_group(struct lb_retention *p, struct span name)
{
	bool *by = span_eq_str(name, "host")    ? &p->by_host
	           : span_eq_str(name, "paths") ? &p->by_paths
	           : span_eq_str(name, "tags")  ? &p->by_tags
	                                        : NULL;

	if (by)
		*by = true;
	return by != NULL;
}

/* "host,tags"; nothing puts all snapshots into one group. */
static enum err_code set_groups(struct lb_retention *p, const char *text, struct err *err)
{
	struct span rest = span_str(text ? text : "host,paths");

	while (rest.len > 0) {
		size_t comma = span_find_byte(rest, ',');

		if (!set_group(p, span_sub(rest, 0, comma)))
			return err_set(err, ERR_USAGE,
			               "--group-by %s: give some of host,paths,tags, or "
			               "nothing for one group",
			               text);
		rest = span_from(rest, comma < rest.len ? comma + 1 : comma);
	}
	return ERR_OK;
}

static int32_t zone(int64_t seconds, void *context)
{
	(void)context;
	return os_zone_east(seconds);
}

static enum err_code set_policy(struct request *r, const struct cli_options *o,
                                struct err *err)
{
	struct lb_retention *p = &r->policy;
	enum err_code rc = set_keep(p, o, err);

	if (rc == ERR_OK)
		rc = set_within(p, o, err);
	if (rc == ERR_OK)
		rc = set_groups(p, o->group_by, err);
	if (rc != ERR_OK)
		return rc;
	if (o->keep_tags.count > 0 &&
	    !mem_array(&r->keep_tags, o->keep_tags.count, sizeof *r->keep_tags))
		return err_nomem(err);
	for (size_t i = 0; i < o->keep_tags.count; i++)
		r->keep_tags[i] = span_str(o->keep_tags.items[i]);
	p->tags = r->keep_tags;
	p->tag_count = o->keep_tags.count;
	p->zone = zone;
	p->now_ns = os_now_ms() * 1000000;
	return ERR_OK;
}

/* Ids or a policy: one of them, not both and not none. */
static enum err_code check(const struct request *r, const struct program_call *call,
                           struct err *err)
{
	bool empty = lb_retention_is_empty(&r->policy);

	if (call->args.count > 0 && !empty)
		return err_set(err, ERR_USAGE,
		               "both snapshots and --keep options: give one of them");
	if (call->args.count > 0 && cli_options(call)->group_by)
		return err_set(err, ERR_USAGE,
		               "--group-by is about --keep options, not about the "
		               "snapshots named");
	if (call->args.count == 0 && empty)
		return err_set(err, ERR_USAGE,
		               "nothing says what to forget: name snapshots, or give "
		               "--keep-last 3 or another --keep option");
	return ERR_OK;
}

static enum err_code fill(struct request *r, struct program_call *call,
                          struct lb_repo *repo, struct err *err)
{
	const struct lb_config *config = lb_repo_config(repo);
	enum err_code rc;

	r->o.dry_run = cli_options(call)->dry_run;
	if (call->args.count > 0) {
		rc = cli_snapshot_ids(repo, call, &r->ids, &r->o.id_count, err);
		r->o.ids = r->ids;
		return rc;
	}
	rc = cli_snapshot_filter_init(&r->filter, cli_options(call), err);
	r->policy.has_created = true;
	r->policy.created_ns = config->created;
	r->o.policy = &r->policy;
	r->o.filter = &r->filter.filter;
	return rc;
}

static void request_fini(struct request *r)
{
	cli_snapshot_filter_fini(&r->filter);
	mem_free(r->keep_tags);
	mem_free(r->ids);
}

/* ---- what is told ---- */

static void put_json(const struct lb_forgotten *f, size_t i, struct buf *out)
{
	const struct lb_snapshot *s = f->list.refs[i].snapshot;
	char hex[LB_ID16_HEX];
	struct json_writer w;

	lb_id16_hex(&f->list.refs[i].id, hex);
	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "snapshot");
	json_field_str(&w, "snapshot", hex);
	json_field_str(&w, "action", f->verdicts[i].keep ? "keep" : "remove");
	json_field_str(&w, "reasons", f->verdicts[i].reasons);
	json_field_u64(&w, "group", f->verdicts[i].group);
	cli_field_time(&w, "time", s->start_ns);
	json_field_span(&w, "host", s->host);
	json_put_key(&w, "paths");
	json_open(&w, '[');
	for (size_t p = 0; p < s->path_count; p++)
		json_put_string(&w, s->paths[p]);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_row(const struct lb_forgotten *f, size_t i,
                    const struct program_call *call, struct buf *out)
{
	const struct lb_snapshot *s = f->list.refs[i].snapshot;
	bool keep = f->verdicts[i].keep;
	char id[LB_ID16_HEX];
	char when[WHEN_TEXT];

	lb_select_short(f->list.refs, f->list.count, i, id);
	when_format(s->start_ns / 1000000, false, when);
	term_put(out, call->out.color, keep ? TERM_GREEN : TERM_RED,
	         span_str(keep ? "keep  " : "remove"));
	buf_printf(out, "  %s  %s  ", id, when);
	str_display(out, s->host);
	for (size_t p = 0; p < s->path_count; p++) {
		buf_puts(out, p ? ", " : "  ");
		str_display(out, s->paths[p]);
	}
	buf_printf(out, "  (%s)\n", f->verdicts[i].reasons);
}

/* With a prune to follow, the last line is that one's. */
static void put_summary(const struct lb_forgotten *f, const struct program_call *call,
                        struct buf *out)
{
	const struct cli_options *o = cli_options(call);
	size_t kept = f->list.count - f->removed;
	struct json_writer w;

	if (!o->json) {
		if (!call->options->quiet)
			buf_printf(out, "%s %zu snapshot%s, %zu kept\n",
			           o->dry_run ? "dry run: would remove" : "removed",
			           f->removed, f->removed == 1 ? "" : "s", kept);
		return;
	}
	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", o->prune ? "forget" : "summary");
	json_field_u64(&w, "removed", f->removed);
	json_field_u64(&w, "kept", kept);
	json_field_bool(&w, "dry_run", o->dry_run);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static int report(const struct program_call *call, const struct lb_forgotten *f)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < f->list.count; i++) {
		if (cli_options(call)->json)
			put_json(f, i, &out);
		else if (!call->options->quiet)
			put_row(f, i, call, &out);
	}
	put_summary(f, call, &out);
	return program_print_take(call, &out);
}

/* In a dry run the snapshots are still there; the prune looks past them. */
static int prune_after(struct program_call *call, struct lb_repo *repo,
                       const struct lb_forgotten *f)
{
	struct lb_id16 *gone = NULL;
	size_t count = 0;
	int code;

	if (!mem_array(&gone, f->list.count + 1, sizeof *gone)) {
		struct err err = ERR_INIT;

		(void)err_nomem(&err);
		return program_fail(call, &err);
	}
	for (size_t i = 0; i < f->list.count; i++)
		if (!f->verdicts[i].keep)
			gone[count++] = f->list.refs[i].id;
	code = cli_prune_run(call, repo, gone, count);
	mem_free(gone);
	return code;
}

static int forget(struct program_call *call, struct request *request,
                  struct lb_repo *repo, struct err *err)
{
	struct lb_forgotten done = { .removed = 0 };
	enum err_code rc = fill(request, call, repo, err);
	int code;

	if (rc == ERR_OK)
		rc = lb_forget(repo, &request->o, &done, err);
	if (rc != ERR_OK)
		return program_fail(call, err);
	code = report(call, &done);
	if (code == CLI_OK && cli_options(call)->prune)
		code = prune_after(call, repo, &done);
	lb_forgotten_fini(&done);
	return code;
}

int cli_forget(struct program_call *call)
{
	struct request request = { .ids = NULL };
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	int code = CLI_USAGE;
	enum err_code rc = set_policy(&request, cli_options(call), &err);

	if (rc == ERR_OK)
		rc = check(&request, call, &err);
	if (rc == ERR_OK)
		rc = cli_prune_check_optional(call, &err);
	if (rc == ERR_OK)
		rc = cli_open(call, &repo, &code, &err);
	code = rc == ERR_OK ? forget(call, &request, repo, &err)
	                    : cli_fail(call, code, &err);
	request_fini(&request);
	lb_repo_close(repo);
	return code;
}
