// SPDX-License-Identifier: Apache-2.0
#include "cli/select.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "os/fs.h"

#define PATTERN_FILE_MAX (16u << 20)

/* ---- files ---- */

static enum err_code add_patterns(struct lb_filter *f, enum lb_filter_side side,
                                  const struct opt_list *list, bool ignore_case,
                                  struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < list->count && rc == ERR_OK; i++)
		rc = lb_filter_add(f, side, span_str(list->items[i]), ignore_case, err);
	return rc;
}

static enum err_code add_files(struct lb_filter *f, enum lb_filter_side side,
                               const struct opt_list *list, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < list->count && rc == ERR_OK; i++) {
		buf_clear(&text);
		rc = os_read_file(list->items[i], PATTERN_FILE_MAX, &text, err);
		if (rc == ERR_OK)
			rc = lb_filter_add_text(f, side, buf_span(&text), false,
			                        list->items[i], err);
	}
	buf_fini(&text);
	return rc;
}

static enum err_code add_marks(struct lb_filter *f, const struct cli_options *o,
                               struct err *err)
{
	enum err_code rc = ERR_OK;
	uint64_t bytes;

	if (o->exclude_caches)
		rc = lb_filter_add_caches(f, err);
	for (size_t i = 0; i < o->exclude_marks.count && rc == ERR_OK; i++)
		rc = lb_filter_add_mark(f, span_str(o->exclude_marks.items[i]), err);
	if (rc != ERR_OK || !o->exclude_larger)
		return rc;
	if (!num_bytes(span_str(o->exclude_larger), &bytes))
		return err_set(err, ERR_USAGE,
		               "--exclude-larger-than %s: not a size such as 500MiB",
		               o->exclude_larger);
	lb_filter_set_max_size(f, bytes);
	return ERR_OK;
}

enum err_code cli_filter(const struct cli_options *o, struct lb_filter **out,
                         struct err *err)
{
	struct lb_filter *f = NULL;
	enum err_code rc = lb_filter_new(&f, err);

	if (rc == ERR_OK)
		rc = add_files(f, LB_FILTER_EXCLUDE, &o->exclude_files, err);
	if (rc == ERR_OK)
		rc = add_patterns(f, LB_FILTER_EXCLUDE, &o->excludes, false, err);
	if (rc == ERR_OK)
		rc = add_patterns(f, LB_FILTER_EXCLUDE, &o->iexcludes, true, err);
	if (rc == ERR_OK)
		rc = add_files(f, LB_FILTER_INCLUDE, &o->include_files, err);
	if (rc == ERR_OK)
		rc = add_patterns(f, LB_FILTER_INCLUDE, &o->includes, false, err);
	if (rc == ERR_OK)
		rc = add_patterns(f, LB_FILTER_INCLUDE, &o->iincludes, true, err);
	if (rc == ERR_OK)
		rc = add_marks(f, o, err);
	if (rc == ERR_OK)
		*out = f;
	else
		lb_filter_free(f);
	return rc;
}

/* ---- snapshots ---- */

static bool spans_of(const struct opt_list *list, struct span **out)
{
	if (list->count > 0 && !mem_array(out, list->count, sizeof **out))
		return false;
	for (size_t i = 0; i < list->count; i++)
		(*out)[i] = span_str(list->items[i]);
	return true;
}

enum err_code cli_snapshot_filter_init(struct cli_snapshot_filter *f,
                                       const struct cli_options *o, struct err *err)
{
	*f = (struct cli_snapshot_filter){ .hosts = NULL };
	if (!spans_of(&o->hosts, &f->hosts) || !spans_of(&o->tags, &f->tags) ||
	    !spans_of(&o->paths, &f->paths)) {
		cli_snapshot_filter_fini(f);
		return err_nomem(err);
	}
	f->filter = (struct lb_snapshot_filter){ .hosts = f->hosts,
		                                 .host_count = o->hosts.count,
		                                 .tags = f->tags,
		                                 .tag_count = o->tags.count,
		                                 .paths = f->paths,
		                                 .path_count = o->paths.count };
	return ERR_OK;
}

void cli_snapshot_filter_fini(struct cli_snapshot_filter *f)
{
	mem_free(f->hosts);
	mem_free(f->tags);
	mem_free(f->paths);
}

enum err_code cli_snapshots_load(const struct lb_repo *repo, struct lb_snapshots *out,
                                 struct err *err)
{
	enum err_code rc = lb_snapshots_load(out, lb_repo_state(repo), true, err);

	if (rc == ERR_OK && out->bad_edit_count > 0)
		log_event(LOG_WARN,
		          "%zu malformed edit%s of snapshots change%s nothing; "
		          "`lifeboat check` names %s",
		          out->bad_edit_count, out->bad_edit_count == 1 ? "" : "s",
		          out->bad_edit_count == 1 ? "s" : "",
		          out->bad_edit_count == 1 ? "it" : "them");
	return rc;
}

enum err_code cli_snapshot_find(const struct lb_repo *repo, const struct cli_options *o,
                                struct span text, struct lb_snapshots *list,
                                const struct lb_snapshot_ref **out, struct err *err)
{
	struct cli_snapshot_filter f;
	size_t at;
	enum err_code rc;

	*list = (struct lb_snapshots){ .refs = NULL };
	rc = cli_snapshot_filter_init(&f, o, err);
	if (rc != ERR_OK)
		return rc;
	rc = cli_snapshots_load(repo, list, err);
	if (rc == ERR_OK)
		rc = lb_select_one(list->refs, list->count, text, &f.filter, &at, err);
	if (rc == ERR_OK)
		*out = &list->refs[at];
	cli_snapshot_filter_fini(&f);
	return rc;
}

enum err_code cli_snapshot_id(const struct lb_repo *repo, const struct cli_options *o,
                              const char *text, struct lb_id16 *out, struct err *err)
{
	struct lb_snapshots list;
	const struct lb_snapshot_ref *ref;
	enum err_code rc = cli_snapshot_find(repo, o, span_str(text), &list, &ref, err);

	if (rc == ERR_OK)
		*out = ref->id;
	lb_snapshots_fini(&list);
	return rc;
}

static bool has_id(const struct lb_id16 *ids, size_t count, const struct lb_id16 *id)
{
	for (size_t i = 0; i < count; i++)
		if (lb_id16_eq(&ids[i], id))
			return true;
	return false;
}

enum err_code cli_snapshot_ids(const struct lb_repo *repo,
                               const struct program_call *call, struct lb_id16 **out,
                               size_t *count, struct err *err)
{
	const struct opt_args *args = &call->args;
	struct lb_id16 *ids = NULL;
	enum err_code rc = ERR_OK;

	*count = 0;
	if (args->count > 0 && !mem_array(&ids, args->count, sizeof *ids))
		return err_nomem(err);
	for (size_t i = 0; i < args->count && rc == ERR_OK; i++) {
		struct lb_id16 *id = &ids[*count];

		rc = cli_snapshot_id(repo, cli_options(call), args->items[i], id, err);
		if (rc == ERR_OK && !has_id(ids, *count, id))
			(*count)++;
	}
	if (rc == ERR_OK)
		*out = ids;
	else
		mem_free(ids);
	return rc;
}
