// SPDX-License-Identifier: Apache-2.0
#include "cli/archiving.h"

#include "base/str.h"
#include "os/dir.h"
#include "os/fs.h"
#include "record/record_json.h"

#include <string.h>

#define RUNS "/.seaworthy/runs/"
#define ANNOUNCED ".seaworthy/unarchived"
/* Freeing place may wait for the next run; the developer may not. */
enum { PRUNE_SECONDS = 2 };

/* ---- announcements ---- */

/* Both parts of ROOT/.seaworthy/runs/ID. */
static bool split(const char *dir, struct buf *root, const char **run)
{
	const struct span whole = span_str(dir);
	const size_t slash = span_rfind_byte(whole, '/');
	const struct span runs = SPAN_LIT(RUNS);

	if (slash >= whole.len || !span_ends(span_sub(whole, 0, slash + 1), runs))
		return false;
	*run = dir + slash + 1;
	buf_put(root, span_sub(whole, 0, slash + 1 - runs.len));
	return buf_ok(root) && gate_record_id_ok(*run);
}

static enum err_code announced_path(struct buf *out, const char *root, const char *run,
                                    struct err *err)
{
	buf_printf(out, "%s/" ANNOUNCED "%s%s", root, run != NULL ? "/" : "",
	           run != NULL ? run : "");
	return buf_err(out, err);
}

enum err_code archiving_announce(const struct program_call *call, const char *dir,
                                 struct err *err)
{
	struct buf root = BUF_INIT;
	struct buf folder = BUF_INIT;
	struct buf path = BUF_INIT;
	const char *run;
	enum err_code rc = ERR_OK;

	if (!cli_options(call)->no_archive && split(dir, &root, &run)) {
		rc = announced_path(&folder, buf_str(&root), NULL, err);
		if (rc == ERR_OK)
			rc = os_mkdirs(buf_str(&folder), 0755, err);
		if (rc == ERR_OK)
			rc = announced_path(&path, buf_str(&root), run, err);
		if (rc == ERR_OK)
			rc = os_write_atomic(buf_str(&path), SPAN_LIT(""), 0644, err);
	}
	buf_fini(&root);
	buf_fini(&folder);
	buf_fini(&path);
	return rc;
}

static enum err_code take_away(const char *root, const char *run, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc = announced_path(&path, root, run, err);

	if (rc == ERR_OK)
		rc = os_remove_tree(buf_str(&path), err);
	buf_fini(&path);
	return rc;
}

struct announced {
	struct arena arena;
	const char **runs;
	size_t count;
	size_t cap;
};

static enum err_code note(const struct os_entry *entry, void *context, struct err *err)
{
	struct announced *l = context;
	const char **slot;

	/* One with a dot in front is just being written by another run. */
	if (entry->name[0] == '.' || !gate_record_id_ok(entry->name))
		return ERR_OK;
	slot = arena_push(&l->arena, &l->runs, &l->count, &l->cap, sizeof *slot);
	if (slot != NULL)
		*slot = arena_str(&l->arena, entry->name);
	return arena_err(&l->arena, err);
}

static enum err_code list_announced(struct announced *l, const char *root,
                                    struct err *err)
{
	struct buf path = BUF_INIT;
	struct os_dir dir = { -1 };
	enum err_code rc = announced_path(&path, root, NULL, err);

	if (rc == ERR_OK)
		rc = os_dir_open(&dir, NULL, buf_str(&path), err);
	if (rc == ERR_OK)
		rc = os_dir_each(&dir, note, l, err);
	else if (rc == ERR_NOT_FOUND)
		rc = ERR_OK;
	os_dir_close(&dir);
	buf_fini(&path);
	return rc;
}

/* ---- storing ---- */

enum err_code archiving_check(const struct program_call *call, const char *evidence,
                              struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct gate_archive_rules rules;
	enum err_code rc = ERR_OK;

	if (cli_options(call)->no_archive)
		return ERR_OK;
	if (cli_options(call)->evidence != NULL)
		return gate_archive_check_place(cli_options(call)->evidence, err);
	rc = gate_archive_rules_read(&rules, evidence, &arena, err);
	if (rc == ERR_OK)
		rc = gate_archive_check_place(rules.repository, err);
	arena_fini(&arena);
	return rc;
}

enum err_code archiving_open(struct gate_archive **out, const struct program_call *call,
                             const char *root, const struct gate_archive_rules *rules,
                             bool make, struct err *err)
{
	const char *named = cli_options(call)->evidence;
	struct gate_archive_at at = { .root = root,
		                      .repository = rules->repository,
		                      .cancel = call->cancel };
	struct buf here = BUF_INIT;
	bool made = false;
	enum err_code rc = ERR_OK;

	/* What is typed is meant from where it is typed. */
	if (named != NULL) {
		at.repository = named;
		if (named[0] != '/' && str_address(named).len == 0 &&
		    (rc = os_cwd(&here, err)) == ERR_OK) {
			buf_printf(&here, "/%s", named);
			at.repository = buf_str(&here);
			rc = buf_err(&here, err);
		}
	}
	if (rc == ERR_OK)
		rc = gate_archive_open(out, &at, make, &made, err);
	if (rc == ERR_OK && made && !call->options->quiet)
		program_note("evidence is kept in %s from now on; `seaworthy help "
		             "records` says where its key is",
		             gate_archive_name(*out));
	buf_fini(&here);
	return rc;
}

enum err_code archiving_put(struct gate_archive *a, const char *root,
                            const struct judged *j, struct err *err)
{
	enum err_code rc = gate_archive_put(a, &j->recorded,
	                                    rep_decision_name(j->card.decision), err);

	return rc == ERR_OK ? take_away(root, j->recorded.run, err) : rc;
}

/* A run that is gone, or was never over, leaves nothing to store. */
static enum err_code put_one(struct gate_archive *a, const char *root, const char *run,
                             size_t *count, struct err *err)
{
	struct judged j = { .has_recorded = false };
	struct buf dir = BUF_INIT;
	enum err_code rc;

	buf_printf(&dir, "%s" RUNS "%s", root, run);
	rc = buf_err(&dir, err);
	if (rc == ERR_OK && os_type_of(buf_str(&dir)) != OS_DIR) {
		rc = take_away(root, run, err);
	} else if (rc == ERR_OK) {
		rc = judged_open_again(&j, buf_str(&dir), NULL, err);
		if (rc == ERR_OK)
			rc = archiving_put(a, root, &j, err);
		*count += rc == ERR_OK;
		judged_close(&j);
	}
	buf_fini(&dir);
	return rc;
}

/* What is no fault of one run stops all. */
static bool is_fatal(enum err_code rc)
{
	return rc == ERR_NOMEM || rc == ERR_CANCELLED;
}

enum err_code archiving_put_announced(struct gate_archive *a, const char *root,
                                      size_t *count, struct err *err)
{
	struct announced l = { .arena = ARENA_INIT };
	size_t lost = 0;
	enum err_code rc = list_announced(&l, root, err);

	*count = 0;
	for (size_t i = 0; rc == ERR_OK && i < l.count; i++) {
		struct err why = ERR_INIT;
		const enum err_code one = put_one(a, root, l.runs[i], count, &why);

		if (is_fatal(one)) {
			rc = err_wrap(&why, one, "run %s", l.runs[i]);
			*err = why;
		} else if (one != ERR_OK) {
			program_note("run %s is not stored as evidence: %s; where it "
			             "cannot be mended, remove " ANNOUNCED "/%s",
			             l.runs[i], why.msg, l.runs[i]);
			lost++;
		}
	}
	arena_fini(&l.arena);
	if (rc == ERR_OK && lost > 0)
		rc = err_set(err, ERR_IO,
		             "%zu run%s recorded earlier could not be stored as "
		             "evidence",
		             lost, str_s(lost));
	return rc;
}

/* `*lost` is of the runs before: they change neither what is kept nor what is told of
 * this one. */
static enum err_code finish(const struct program_call *call, const char *root,
                            const struct judged *j, enum err_code *lost,
                            struct err *lost_err, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct gate_archive_rules rules;
	struct gate_archive_cut cut;
	struct gate_archive *a = NULL;
	size_t others = 0;
	enum err_code rc = gate_archive_rules_read(&rules, j->recorded.policy->evidence,
	                                           &arena, err);

	if (rc == ERR_OK)
		rc = archiving_open(&a, call, root, &rules, true, err);
	if (rc == ERR_OK)
		rc = archiving_put(a, root, j, err);
	if (rc == ERR_OK)
		*lost = archiving_put_announced(a, root, &others, lost_err);
	if (rc == ERR_OK && gate_archive_rules_any(&rules))
		rc = gate_archive_keep(a, &rules, false, PRUNE_SECONDS, &cut, err);
	if (rc == ERR_OK && others > 0 && !call->options->quiet)
		program_note("%zu earlier run%s stored as evidence too", others,
		             others == 1 ? " is" : "s are");
	gate_archive_close(a);
	arena_fini(&arena);
	return rc;
}

int archiving_finish(const struct program_call *call, const struct judged *j, int code)
{
	struct buf root = BUF_INIT;
	struct err err = ERR_INIT;
	struct err lost_err = ERR_INIT;
	const char *run;
	enum err_code lost = ERR_OK;
	enum err_code rc = ERR_OK;

	if (!cli_options(call)->no_archive && split(j->recorded.dir, &root, &run))
		rc = finish(call, buf_str(&root), j, &lost, &lost_err, &err);
	buf_fini(&root);
	if (rc != ERR_OK) {
		err_wrap(&err, rc,
		         "the run is recorded in .seaworthy/runs, and not stored as "
		         "evidence (`seaworthy evidence add` tries again)");
		return program_fail(call, &err);
	}
	return lost == ERR_OK ? code : program_fail(call, &lost_err);
}
