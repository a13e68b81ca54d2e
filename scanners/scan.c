// SPDX-License-Identifier: Apache-2.0
#include "scanners/scanner.h"

#include "base/mem.h"
#include "binary.h"
#include "os/clock.h"
#include "os/fs.h"
#include "os/walk.h"
#include "pass.h"
#include "patterns.h"
#include "ruleset.h"
#include "scanners/depend/depend.h"
#include "scope.h"
#include "tree.h"
#include "walk.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* From options to a result: one pass a worker, joined and sorted at the end, so that the
 * result does not depend on how the work was spread. */

#define DEFAULT_MAX_FILE ((uint64_t)64 << 20)
#define DEFAULT_MAX_FINDINGS UINT64_C(1000000)
#define DEFAULT_OSV_AGE_MS (INT64_C(7) * 24 * 3600 * 1000)

struct scan_memory {
	struct scan_sink *sinks; /* own the strings */
	size_t count;
	uint64_t (*allowed)[SCAN_SCOPES];
};

struct worker {
	struct scan_pass pass;
	struct buf decoded; /* UTF-16 as UTF-8 */
};

struct scan {
	const struct scan_options *o;
	struct scan_selection rules;
	struct scan_patterns patterns;
	struct scan_engine *engine;
	struct scan_advisories advisories;
	struct buf path; /* real path of what is scanned */
	struct buf root; /* real path of the project */
	size_t strip;    /* bytes of a path in front of what a finding names */
	size_t strip_root;
	struct worker *workers;
	size_t worker_count;
	atomic_uint_fast64_t files;
	atomic_uint_fast64_t findings;
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

static void count_file(struct scan *s, struct scan_sink *sink, uint64_t bytes)
{
	uint64_t files = atomic_fetch_add(&s->files, 1) + 1;

	sink->files++;
	sink->bytes += bytes;
	if (s->o->progress != NULL)
		s->o->progress(files, s->o->context);
}

static enum err_code skip_at(struct scan *s, struct worker *k,
                             const struct scan_skip *skip, struct err *err)
{
	struct scan_skip relative = *skip;

	relative.path = span_from(skip->path, s->strip);
	if (relative.path.len == 0)
		relative.path = SPAN_LIT(".");
	return scan_sink_skip(&k->pass.sink, &relative, err);
}

/* Notes that no rule looks at a file or folder, if that was asked for. */
static enum err_code drop_at(struct scan *s, struct worker *k, struct span path,
                             const char *reason, struct err *err)
{
	struct scan_drop drop = { .rule = "*",
		                  .path = span_from(path, s->strip),
		                  .reason = reason };

	return s->o->explain_drops ? scan_sink_drop(&k->pass.sink, &drop, err) : ERR_OK;
}

/* A tree made of findings alone may not take all memory: what is left out is named. */
static bool has_too_many(const struct scan *s)
{
	uint64_t max = s->o->max_findings;

	return atomic_load(&s->findings) >= (max != 0 ? max : DEFAULT_MAX_FINDINGS);
}

static enum err_code scan_text(struct scan *s, struct worker *k, struct span path,
                               struct span text, struct err *err)
{
	size_t before = k->pass.sink.count;
	enum err_code rc;
	size_t slash = span_rfind_byte(path, '/');
	struct scan_source source = {
		.path = span_from(path, s->strip),
		.project = span_from(path, s->strip_root),
		.file = path,
		.text = text,
		.language = scan_language_of(
			span_from(path, slash == path.len ? 0 : slash + 1), text),
	};

	if (has_too_many(s))
		return skip_at(s, k,
		               &(struct scan_skip){ .path = path,
		                                    .reason = "not scanned: too many "
		                                              "findings in all",
		                                    .bytes = text.len },
		               err);
	source.scope = scan_scope_of(source.project, text);
	k->pass.sink.scope_files[source.scope]++;
	rc = scan_pass_file(&k->pass, &source, err);
	atomic_fetch_add(&s->findings, k->pass.sink.count - before);
	return rc;
}

static enum err_code scan_binary(struct scan *s, struct worker *k,
                                 const struct scan_walk_file *f, struct err *err)
{
	struct scan_seen seen = { .path = span_from(f->path, s->strip),
		                  .project = span_from(f->path, s->strip_root),
		                  .bytes = f->data.len,
		                  .binary = true };
	enum err_code rc = ERR_OK;

	seen.scope = scan_scope_of(seen.project, SPAN_EMPTY);
	k->pass.sink.scope_files[seen.scope]++;
	if (s->rules.tree)
		rc = scan_sink_see(&k->pass.sink, &seen, err);
	return rc == ERR_OK ? drop_at(s, k, f->path, "binary file", err) : rc;
}

static enum err_code on_file(const struct scan_walk_file *f, size_t worker, void *context,
                             struct err *err)
{
	struct scan *s = context;
	struct worker *k = &s->workers[worker];

	count_file(s, &k->pass.sink, f->data.len);
	switch (scan_encoding_of(f->data)) {
	case SCAN_BYTES:
		return scan_text(s, k, f->path, f->data, err);
	case SCAN_UTF16:
		buf_clear(&k->decoded);
		scan_utf16_decode(f->data, &k->decoded);
		if (!buf_ok(&k->decoded))
			return err_nomem(err);
		return scan_text(s, k, f->path, buf_span(&k->decoded), err);
	case SCAN_BINARY:
		return scan_binary(s, k, f, err);
	}
	return ERR_OK;
}

static enum err_code on_ignored(struct span path, size_t worker, void *context,
                                struct err *err)
{
	struct scan *s = context;

	return drop_at(s, &s->workers[worker], path, "ignored", err);
}

static enum err_code on_skip(const struct scan_skip *skip, size_t worker, void *context,
                             struct err *err)
{
	struct scan *s = context;

	return skip_at(s, &s->workers[worker], skip, err);
}

/* PATH is one file: no walk, and no ignore file can hide what was asked for. */
static enum err_code scan_one(struct scan *s, const char *path, struct err *err)
{
	struct buf data = BUF_INIT;
	struct scan_walk_file file = { .path = span_str(path) };
	uint64_t max = s->o->max_file != 0 ? s->o->max_file : DEFAULT_MAX_FILE;
	struct os_stat st = { .size = 0 };
	char reason[64];
	enum err_code rc = os_read_file(path, max, &data, err);

	if (rc == ERR_LIMIT) {
		if (os_lstat(path, &st, NULL) != ERR_OK)
			st.size = 0; /* it only informs */
		scan_walk_too_large(max, reason);
		rc = on_skip(&(struct scan_skip){ .path = file.path,
		                                  .reason = reason,
		                                  .bytes = st.size,
		                                  .by_size = true },
		             0, s, err);
	} else if (rc == ERR_OK) {
		file.data = buf_span(&data);
		rc = on_file(&file, 0, s, err);
	}
	buf_fini(&data);
	return rc;
}

static enum err_code scan_folder(struct scan *s, struct err *err)
{
	struct scan_walk walk = {
		.path = buf_str(&s->path),
		.no_ignore = s->o->no_ignore,
		.jobs = s->worker_count,
		.max_file = s->o->max_file != 0 ? s->o->max_file : DEFAULT_MAX_FILE,
		.cancel = s->o->cancel,
		.file = on_file,
		.skip = on_skip,
		.ignored = on_ignored,
		.context = s,
	};

	return scan_walk_run(&walk, err);
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
	if (s->o->root == NULL)
		return ERR_OK;
	rc = os_realpath(s->o->root, &s->root, err);
	if (rc == ERR_OK && is_below(path, buf_span(&s->root)))
		s->strip_root = prefix_length(buf_span(&s->root));
	return rc;
}

static enum err_code open_advisories(struct scan *s, struct err *err)
{
	int64_t max_age_ms = s->o->osv_max_age_ms;

	return scan_advisories_open(&s->advisories, s->o->osv_path, os_now_ms(),
	                            max_age_ms != 0 ? max_age_ms : DEFAULT_OSV_AGE_MS,
	                            err);
}

static enum err_code start_workers(struct scan *s, bool folder, struct err *err)
{
	enum err_code rc = ERR_OK;

	s->worker_count = folder ? scan_walk_jobs(s->o->jobs) : 1;
	s->workers = mem_new(s->worker_count * sizeof(*s->workers));
	if (s->workers == NULL)
		return err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < s->worker_count; i++) {
		rc = scan_pass_init(&s->workers[i].pass, &s->rules, &s->patterns,
		                    s->engine, err);
		s->workers[i].pass.count_lines = s->o->count_lines;
		s->workers[i].pass.advisories = &s->advisories;
		s->workers[i].pass.explain = s->o->explain_drops;
	}
	return rc;
}

/* The rules that needed to see all files. */
static enum err_code judge_tree(struct scan *s, struct err *err)
{
	struct buf top = BUF_INIT;
	struct scan_sink **sinks = NULL;
	struct scan_tree tree = { .rules = &s->rules,
		                  .explain = s->o->explain_drops,
		                  .cancel = s->o->cancel };
	enum err_code rc = ERR_OK;

	if (!s->rules.tree)
		return ERR_OK;
	buf_put(&top, span_sub(buf_span(&s->path), 0, s->strip));
	tree.top = buf_str(&top);
	if (!buf_ok(&top) || !mem_array(&sinks, s->worker_count, sizeof(*sinks)))
		rc = err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < s->worker_count; i++)
		sinks[i] = &s->workers[i].pass.sink;
	if (rc == ERR_OK)
		rc = scan_tree_judge(&tree, sinks, s->worker_count, err);
	mem_free(sinks);
	buf_fini(&top);
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
	}
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
	}
	mem_free(s->workers);
	scan_advisories_close(&s->advisories);
	scan_patterns_fini(&s->patterns);
	scan_engine_free(s->engine);
	scan_selection_fini(&s->rules);
	buf_fini(&s->path);
	buf_fini(&s->root);
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
	struct scan s = { .o = o };
	struct scan_result r = { .findings = NULL };
	bool folder = false;
	enum err_code rc;

	*out = r;
	rc = select_rules(&s, err);
	if (rc == ERR_OK)
		rc = resolve(&s, &folder, err);
	if (rc == ERR_OK)
		rc = scan_patterns_init(&s.patterns, err);
	if (rc == ERR_OK && s.rules.dependency)
		rc = open_advisories(&s, err);
	if (rc == ERR_OK)
		rc = scan_engine_new(
			&s.engine, &s.rules, o->engine,
			o->cache != NULL && o->cache[0] != 0 ? o->cache : NULL, err);
	if (rc == ERR_OK)
		rc = start_workers(&s, folder, err);
	if (rc == ERR_OK)
		rc = folder ? scan_folder(&s, err) : scan_one(&s, buf_str(&s.path), err);
	if (rc == ERR_OK)
		rc = judge_tree(&s, err);
	if (rc == ERR_OK)
		rc = collect(&s, &r, err);
	if (rc == ERR_OK) {
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
		mem_free(r->memory->sinks);
		mem_free(r->memory->allowed);
		mem_free(r->memory);
	}
	mem_free(r->findings);
	mem_free(r->skips);
	mem_free(r->drops);
	*r = (struct scan_result){ .findings = NULL };
}
