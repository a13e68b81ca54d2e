// SPDX-License-Identifier: Apache-2.0
#include "scanners/scanner.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/wire.h"
#include "exclude.h"
#include "judgement.h"
#include "os/clock.h"
#include "os/fs.h"
#include "os/walk.h"
#include "repository.h"
#include "ruleset.h"
#include "scan_blobs.h"
#include "scan_internal.h"
#include "scanners/baseline.h"
#include "scanners/osv/index.h"
#include "tree.h"

#include <stdlib.h>
#include <string.h>

/* From options to a result: one pass a worker, joined and sorted at the end, so that the
 * result does not depend on how the work was spread. */

#define DEFAULT_OSV_AGE_MS (INT64_C(7) * 24 * 3600 * 1000)

struct scan_memory {
	struct scan_sink *sinks; /* own the strings */
	size_t count;
	struct scan_known known; /* and the strings of what it gave */
	struct buf below;
	struct buf top; /* of the sight */
	struct scan_sight sight;
	uint64_t (*allowed)[SCAN_SCOPES];
};

/* Bytes in front of what is below the folder. */
static size_t prefix_length(struct span folder)
{
	return folder.len + (folder.len > 1 ? 1 : 0);
}

static bool is_below(struct span path, struct span folder)
{
	if (span_eq_str(folder, "/"))
		return true;
	return span_starts(path, folder) &&
	       (path.len == folder.len || path.ptr[folder.len] == '/');
}

/* PATH is one file: no walk, and no ignore file can hide what was asked for. */
static enum err_code scan_one(struct scan *s, const char *path, struct err *err)
{
	struct buf data = BUF_INIT;
	struct scan_walk_file file = { .path = span_str(path) };
	uint64_t max = scan_max_file(s);
	struct os_stat st = { .size = 0 };
	char reason[64];
	enum err_code rc = os_read_file(path, max, &data, err);

	if (rc == ERR_LIMIT) {
		if (os_lstat(path, &st, NULL) != ERR_OK)
			st.size = 0; /* it only informs */
		scan_walk_too_large(max, reason);
		rc = scan_file_skip(&(struct scan_skip){ .path = file.path,
		                                         .reason = reason,
		                                         .bytes = st.size,
		                                         .lack = SCAN_TOO_LARGE },
		                    0, s, err);
	} else if (rc == ERR_OK) {
		file.data = buf_span(&data);
		rc = scan_file_read(&file, 0, s, err);
	}
	buf_fini(&data);
	return rc;
}

static enum err_code scan_folder(struct scan *s, struct err *err)
{
	struct buf shown = BUF_INIT;
	struct scan_walk walk = {
		.path = buf_str(&s->path),
		.no_ignore = s->o->no_ignore,
		.exclude = s->exclude,
		.jobs = s->worker_count,
		.max_file = scan_max_file(s),
		.cancel = s->o->cancel,
		.tracked = &s->tracked,
		.known = scan_known_any(&s->known) ? scan_file_known : NULL,
		.entries = scan_known_any(&s->known) ? scan_folder_known : NULL,
		.listed = s->known.cache != NULL ? scan_folder_listed : NULL,
		.file = scan_file_read,
		.skip = scan_file_skip,
		.ignored = scan_file_ignored,
		.context = s,
	};
	enum err_code rc;

	if (!scan_repository_is(walk.path))
		return scan_walk_run(&walk, err);
	str_display(&shown, span_str(walk.path));
	rc = err_set(err, ERR_USAGE,
	             "%s: a git repository without a working tree has no files to scan; "
	             "`--history` scans its contents",
	             buf_str(&shown));
	buf_fini(&shown);
	return rc;
}

/* Resolves PATH and root, and what of a path findings and scopes go by. */
static enum err_code resolve(struct scan *s, bool *folder, struct err *err)
{
	struct span path;
	enum err_code rc = os_realpath(s->o->path, &s->path, err);

	if (rc != ERR_OK)
		return rc;
	path = buf_span(&s->path);
	*folder = os_type_of(buf_str(&s->path)) == OS_DIR;
	s->strip = *folder ? prefix_length(path) : span_rfind_byte(path, '/') + 1;
	s->strip_root = s->strip;
	s->is_folder = *folder;
	/* With its slash, which a folder's own path lacks. */
	buf_put(&s->top, span_sub(path, 0, s->strip));
	if (s->top.len < s->strip)
		buf_putc(&s->top, '/');
	if (s->o->root == NULL)
		return buf_err(&s->top, err);
	rc = os_realpath(s->o->root, &s->root, err);
	if (rc != ERR_OK || !is_below(path, buf_span(&s->root)))
		return rc == ERR_OK ? buf_err(&s->top, err) : rc;
	s->strip_root = prefix_length(buf_span(&s->root));
	buf_put(&s->below, span_sub(path, s->strip_root, s->strip - s->strip_root));
	if (s->below.len > 0 && buf_str(&s->below)[s->below.len - 1] != '/')
		buf_putc(&s->below, '/');
	rc = buf_err(&s->below, err);
	return rc == ERR_OK ? buf_err(&s->top, err) : rc;
}

static enum err_code exclude(struct scan *s, struct err *err)
{
	enum err_code rc = scan_exclude_parse(&s->exclude, s->o->exclude,
	                                      s->o->exclude_count, s->strip, err);

	s->whole = s->is_folder && s->strip == s->strip_root && s->exclude == NULL;
	return rc;
}

static enum err_code open_advisories(struct scan *s, struct err *err)
{
	int64_t max_age_ms = s->o->osv_max_age_ms;

	return scan_advisories_open(&s->advisories, s->o->osv_path, os_now_ms(),
	                            max_age_ms != 0 ? max_age_ms : DEFAULT_OSV_AGE_MS,
	                            err);
}

static void open_reach(struct scan *s)
{
	for (size_t i = 0; i < s->worker_count; i++) {
		struct scan_reach *reach = &s->workers[i].reach;

		scan_reach_init(reach, buf_str(&s->top));
		reach->no_ignore = s->o->no_ignore;
		reach->exclude = s->exclude;
		reach->tracked = &s->tracked;
		s->workers[i].pass.reach = reach;
	}
}

/* What git tracks, and what is known from before. */
static enum err_code open_known(struct scan *s, struct err *err)
{
	struct span path = buf_span(&s->path);
	struct span project = span_sub(path, 0, s->strip_root);
	enum err_code rc = scan_tracked_init(&s->tracked, buf_str(&s->path), err);

	open_reach(s);
	return rc == ERR_OK ? scan_known_open(&s->known, s->o, project, &s->rules,
	                                      &s->tracked, s->worker_count, err)
	                    : rc;
}

/* Does anything ask which files were looked at? */
static bool sees(const struct scan *s)
{
	return s->o->what == SCAN_TREE &&
	       (s->rules.tree || s->o->baseline != NULL || s->o->note_files);
}

enum err_code scan_make_pass(struct scan *s, struct scan_pass *out, struct err *err)
{
	enum err_code rc = scan_pass_init(out, &s->rules, &s->patterns, NULL, err);

	out->count_lines = s->o->count_lines;
	out->advisories = &s->advisories;
	out->claims = s->o->claims;
	out->explain = s->o->explain_drops;
	if (s->o->baseline != NULL)
		out->salt = span_str(s->o->baseline->salt);
	out->alone = s->o->what != SCAN_TREE;
	out->sees = sees(s);
	return rc;
}

static enum err_code start_workers(struct scan *s, bool folder, struct err *err)
{
	enum err_code rc = ERR_OK;

	s->worker_count =
		folder || s->o->what != SCAN_TREE ? scan_walk_jobs(s->o->jobs) : 1;
	s->workers = mem_new(s->worker_count * sizeof(*s->workers));
	if (s->workers == NULL)
		return err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < s->worker_count; i++)
		rc = scan_make_pass(s, &s->workers[i].pass, err);
	return rc;
}

/* How the tree is looked at, besides what its files are. */
static void put_view(struct buf *out, const struct scan *s, const struct scan_tree *t)
{
	wire_put_bytes(out, span_str(t->top));
	wire_put_varint(out, s->strip_root);
	wire_put_u8(out, t->whole);
}

static enum err_code judge_anew(struct scan *s, struct scan_tree *t,
                                struct scan_sink *const *sinks,
                                const struct scan_cache_key *key, struct err *err)
{
	struct scan_judgement_mark since;
	struct buf asked = BUF_INIT;
	struct buf value = BUF_INIT;
	enum err_code rc;

	if (!scan_judgement_begin(&since, sinks[0], s->rules.count))
		return err_nomem(err);
	t->asked = key != NULL ? &asked : NULL;
	rc = scan_tree_judge(t, sinks, s->worker_count, err);
	if (rc == ERR_OK && key != NULL && !t->forget) {
		scan_judgement_put(&value, t, &since);
		if (buf_ok(&value))
			rc = scan_known_judged(&s->known, key, buf_span(&value), err);
	}
	scan_judgement_end(&since);
	t->asked = NULL;
	buf_fini(&asked);
	buf_fini(&value);
	return rc;
}

static enum err_code judge(struct scan *s, struct scan_tree *t,
                           struct scan_sink *const *sinks, struct err *err)
{
	struct scan_cache_key key;
	struct buf view = BUF_INIT;
	struct span known = SPAN_EMPTY;
	enum err_code rc;
	bool keeps = false;

	put_view(&view, s, t);
	rc = buf_err(&view, err);
	if (rc == ERR_OK)
		keeps = scan_known_judgement(&s->known, buf_span(&view), &key, &known);
	buf_fini(&view);
	if (rc != ERR_OK)
		return rc;
	if (known.ptr != NULL && scan_judgement_take(known, t, sinks, s->worker_count))
		return ERR_OK;
	if (t->rc != ERR_OK)
		return err_nomem(err);
	mem_free(t->copies);
	t->copies = NULL;
	t->copy_count = t->copy_cap = 0;
	return judge_anew(s, t, sinks, keeps ? &key : NULL, err);
}

/* The rules that needed to see all files. */
static enum err_code judge_tree(struct scan *s, struct err *err)
{
	struct scan_sink **sinks = NULL;
	struct scan_tree tree = { .rules = &s->rules,
		                  .whole = s->whole,
		                  .explain = s->o->explain_drops,
		                  .cancel = s->o->cancel };
	enum err_code rc = ERR_OK;

	if (!sees(s))
		return ERR_OK;
	tree.top = buf_str(&s->top);
	if (!mem_array(&sinks, s->worker_count, sizeof(*sinks)))
		rc = err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < s->worker_count; i++)
		sinks[i] = &s->workers[i].pass.sink;
	if (rc == ERR_OK && s->rules.tree)
		rc = judge(s, &tree, sinks, err);
	if (rc == ERR_OK)
		rc = scan_sight_init(&s->sight, tree.top, sinks, s->worker_count, err);
	mem_free(tree.copies);
	mem_free(sinks);
	return rc;
}

static bool move_sink(struct scan_result *out, const struct scan_sink *from)
{
	size_t count = out->count + from->count;
	size_t skips = out->skip_count + from->skip_count;

	if (from->count > 0) {
		if (!mem_array(&out->findings, count, sizeof(*out->findings)))
			return false;
		memcpy(out->findings + out->count, from->findings,
		       from->count * sizeof(*from->findings));
		out->count = count;
	}
	if (from->skip_count > 0) {
		if (!mem_array(&out->skips, skips, sizeof(*out->skips)))
			return false;
		memcpy(out->skips + out->skip_count, from->skips,
		       from->skip_count * sizeof(*from->skips));
		out->skip_count = skips;
	}
	if (from->drop_count > 0) {
		size_t drops = out->drop_count + from->drop_count;

		if (!mem_array(&out->drops, drops, sizeof(*out->drops)))
			return false;
		memcpy(out->drops + out->drop_count, from->drops,
		       from->drop_count * sizeof(*from->drops));
		out->drop_count = drops;
	}
	out->files += from->files;
	out->bytes += from->bytes;
	for (size_t i = 0; i < SCAN_SCOPES; i++) {
		out->code_lines[i] += from->code_lines[i];
		out->scope_files[i] += from->scope_files[i];
		out->packages[i] += from->packages[i];
	}
	return true;
}

/* What is no skip is no part of them. */
static bool part_moot(struct scan_result *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->skip_count; i++)
		r->moot_count += r->skips[i].moot;
	if (r->moot_count == 0)
		return true;
	if (!mem_array(&r->moot, r->moot_count, sizeof(*r->moot)))
		return false;
	r->moot_count = 0;
	for (size_t i = 0; i < r->skip_count; i++)
		if (r->skips[i].moot)
			r->moot[r->moot_count++] = r->skips[i];
		else
			r->skips[kept++] = r->skips[i];
	r->skip_count = kept;
	return true;
}

static void add_allowed(struct scan_memory *m, const struct scan_sink *from, size_t rules)
{
	for (size_t i = 0; i < rules; i++)
		for (size_t k = 0; k < SCAN_SCOPES; k++)
			m->allowed[i][k] += from->allowed[i][k];
}

/* Joins what the workers found; their memory moves into the result. */
static enum err_code collect(struct scan *s, struct scan_result *out, struct err *err)
{
	struct scan_memory *m = mem_new(sizeof(*m));

	if (m == NULL)
		return err_nomem(err);
	out->memory = m;
	m->below = s->below;
	buf_init(&s->below);
	out->below = buf_span(&m->below);
	m->top = s->top;
	buf_init(&s->top);
	m->sight = s->sight;
	s->sight = (struct scan_sight){ .files = NULL };
	if (sees(s))
		out->sight = &m->sight;
	out->rules = s->rules.rules;
	out->rule_count = s->rules.count;
	m->allowed = mem_new(s->rules.count * sizeof(*m->allowed));
	if (m->allowed == NULL)
		return err_nomem(err);
	out->allowed = m->allowed;
	m->sinks = mem_new(s->worker_count * sizeof(*m->sinks));
	if (m->sinks == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < s->worker_count; i++) {
		struct scan_sink *from = &s->workers[i].pass.sink;

		if (!move_sink(out, from))
			return err_nomem(err);
		add_allowed(m, from, s->rules.count);
		m->sinks[m->count++] = *from;
		scan_sink_init(from);
	}
	if (!part_moot(out))
		return err_nomem(err);
	m->known = s->known;
	s->known = (struct scan_known){ .cache = NULL };
	if (out->count > 0)
		qsort(out->findings, out->count, sizeof(*out->findings),
		      scan_finding_compare);
	if (out->skip_count > 0)
		qsort(out->skips, out->skip_count, sizeof(*out->skips),
		      scan_skip_compare);
	if (out->drop_count > 0)
		qsort(out->drops, out->drop_count, sizeof(*out->drops),
		      scan_drop_compare);
	return ERR_OK;
}

static void scan_fini(struct scan *s)
{
	for (size_t i = 0; s->workers != NULL && i < s->worker_count; i++) {
		scan_pass_fini(&s->workers[i].pass);
		buf_fini(&s->workers[i].decoded);
		scan_reach_fini(&s->workers[i].reach);
	}
	mem_free(s->workers);
	scan_known_close(&s->known);
	scan_ignore_free(s->exclude);
	scan_tracked_fini(&s->tracked);
	scan_advisories_close(&s->advisories);
	scan_patterns_fini(&s->patterns);
	scan_engine_free(s->engine);
	scan_selection_fini(&s->rules);
	buf_fini(&s->path);
	buf_fini(&s->root);
	buf_fini(&s->below);
	scan_sight_fini(&s->sight);
	buf_fini(&s->top);
}

static enum err_code select_rules(struct scan *s, struct err *err)
{
	const struct scan_options *o = s->o;
	size_t count;
	const struct scan_rule *rules = scan_rules(&count);

	if (o->own != NULL) {
		rules = o->own->rules;
		count = o->own->count;
	}
	return scan_select(&s->rules, rules, count, o->rules, o->rule_count, err);
}

/* Of contents that are no tree, some rules have nothing to say. */
static enum err_code leave_rules(struct scan *s, struct err *err)
{
	if (s->o->what == SCAN_TREE)
		return ERR_OK;
	s->left_rules = scan_selection_alone(&s->rules, s->o->what == SCAN_HISTORY);
	for (size_t i = 0; i < s->rules.count; i++)
		if (s->rules.on[i])
			return ERR_OK;
	return err_set(err, ERR_USAGE,
	               "the rules that are asked for need the whole tree: scan it");
}

static enum err_code scan_contents(struct scan *s, bool folder, struct err *err)
{
	switch (s->o->what) {
	case SCAN_STAGED:
		return scan_staged(s, err);
	case SCAN_CHANGED:
		return scan_changed(s, err);
	case SCAN_HISTORY:
		return scan_history(s, err);
	case SCAN_TREE:
		break;
	}
	return folder ? scan_folder(s, err) : scan_one(s, buf_str(&s->path), err);
}

void scan_cache_folder(struct buf *out)
{
	const char *dir = os_env("XDG_CACHE_HOME");

	if (dir != NULL)
		os_join(out, dir, "seaworthy");
	else if ((dir = os_env("HOME")) != NULL)
		os_join(out, dir, ".cache/seaworthy");
}

enum err_code scan_run(const struct scan_options *o, struct scan_result *out,
                       struct err *err)
{
	uint64_t started = os_ticks_ns();
	struct scan s = { .o = o, .lock = PTHREAD_MUTEX_INITIALIZER };
	struct scan_result r = { .findings = NULL };
	bool folder = false;
	enum err_code rc;

	*out = r;
	rc = select_rules(&s, err);
	if (rc == ERR_OK)
		rc = leave_rules(&s, err);
	if (rc == ERR_OK)
		rc = resolve(&s, &folder, err);
	if (rc == ERR_OK)
		rc = exclude(&s, err);
	if (rc == ERR_OK && s.rules.dependency)
		rc = open_advisories(&s, err);
	if (rc == ERR_OK)
		rc = start_workers(&s, folder, err);
	if (rc == ERR_OK && folder && o->what == SCAN_TREE)
		rc = open_known(&s, err);
	if (rc == ERR_OK)
		rc = scan_contents(&s, folder, err);
	if (rc == ERR_OK) {
		rc = judge_tree(&s, err);
		/* What the files say holds, whatever became of judging them. */
		scan_known_store(&s.known);
	}
	if (rc == ERR_OK)
		rc = scan_compare(&s, &r.compared, err);
	if (rc == ERR_OK)
		rc = collect(&s, &r, err);
	if (rc == ERR_OK && s.advisories.db != NULL)
		r.advisories_ms = scan_osv_info(s.advisories.db).newest_ms;
	if (rc == ERR_OK)
		rc = scan_describe(&s, &r, &r.memory->sinks[0].arena, err);
	if (rc == ERR_OK) {
		r.left_rules = s.left_rules;
		r.seconds = (double)(os_ticks_ns() - started) / 1e9;
		*out = r;
		r = (struct scan_result){ .findings = NULL };
	}
	scan_result_fini(&r);
	scan_fini(&s);
	return rc;
}

void scan_result_fini(struct scan_result *r)
{
	if (r->memory != NULL) {
		for (size_t i = 0; i < r->memory->count; i++)
			scan_sink_fini(&r->memory->sinks[i]);
		scan_known_close(&r->memory->known);
		mem_free(r->memory->sinks);
		mem_free(r->memory->allowed);
		buf_fini(&r->memory->below);
		scan_sight_fini(&r->memory->sight);
		buf_fini(&r->memory->top);
		mem_free(r->memory);
	}
	mem_free(r->findings);
	mem_free(r->skips);
	mem_free(r->moot);
	mem_free(r->drops);
	*r = (struct scan_result){ .findings = NULL };
}
