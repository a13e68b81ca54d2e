// SPDX-License-Identifier: Apache-2.0
#include "binary.h"
#include "scan_internal.h"
#include "scope.h"

/* What happens to one file of a scan. */

uint64_t scan_max_file(const struct scan *s)
{
	return s->o->max_file != 0 ? s->o->max_file : SCAN_MAX_FILE;
}

static void count_file(struct scan *s, struct scan_sink *sink, uint64_t bytes)
{
	uint64_t files = atomic_fetch_add(&s->files, 1) + 1;

	sink->files++;
	sink->bytes += bytes;
	if (s->o->progress != NULL)
		s->o->progress(files, s->o->context);
}

static enum err_code skip_at(struct scan *s, struct scan_worker *k,
                             const struct scan_skip *skip, struct err *err)
{
	struct scan_skip relative = *skip;

	relative.path = span_from(skip->path, s->strip);
	if (relative.path.len == 0)
		relative.path = SPAN_LIT(".");
	return scan_sink_skip(&k->pass.sink, &relative, err);
}

/* Notes that no rule looks at a file or folder, if that was asked for. */
static enum err_code drop_at(struct scan *s, struct scan_worker *k, struct span path,
                             const char *reason, struct err *err)
{
	struct scan_drop drop = { .rule = "*",
		                  .path = span_from(path, s->strip),
		                  .reason = reason };

	return s->o->explain_drops ? scan_sink_drop(&k->pass.sink, &drop, err) : ERR_OK;
}

bool scan_has_too_many(const struct scan *s)
{
	uint64_t max = s->o->max_findings;

	return atomic_load(&s->findings) >= (max != 0 ? max : SCAN_MAX_FINDINGS);
}

/* What looks for patterns is made for the first file that has to be scanned: a tree that
 * is known as a whole does without. */
enum err_code scan_make_engine(struct scan *s, struct err *err)
{
	const char *cache = s->o->cache;
	enum err_code rc = ERR_OK;

	(void)pthread_mutex_lock(&s->lock);
	if (s->engine == NULL) {
		rc = scan_patterns_init(&s->patterns, err);
		if (rc == ERR_OK)
			rc = scan_engine_new(
				&s->engine, &s->rules, s->o->engine,
				cache != NULL && cache[0] != 0 ? cache : NULL, err);
		if (rc != ERR_OK)
			scan_patterns_fini(&s->patterns);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

static enum err_code arm(struct scan *s, struct scan_worker *k, struct err *err)
{
	enum err_code rc;

	if (k->armed)
		return ERR_OK;
	rc = scan_make_engine(s, err);
	if (rc == ERR_OK)
		rc = scan_pass_arm(&k->pass, s->engine, err);
	k->armed = rc == ERR_OK;
	return rc;
}

static struct scan_known_file known_as(const struct scan *s, struct span path,
                                       const struct os_stat *st)
{
	return (struct scan_known_file){
		.path = path,
		.of = { .path = span_from(path, s->strip),
		        .project = span_from(path, s->strip_root),
		        .bytes = st->size },
		.st = st,
	};
}

bool scan_file_known(struct span path, const struct os_stat *st, size_t worker,
                     void *context)
{
	struct scan *s = context;
	struct scan_sink *sink = &s->workers[worker].pass.sink;
	struct scan_known_file file = known_as(s, path, st);
	size_t before = sink->count;

	if (scan_has_too_many(s) || !scan_known_take(&s->known, worker, &file, sink))
		return false;
	atomic_fetch_add(&s->findings, sink->count - before);
	count_file(s, sink, st->size);
	return true;
}

struct span scan_folder_known(struct span path, const struct os_stat *st, size_t worker,
                              void *context)
{
	struct scan *s = context;
	struct scan_known_file folder = known_as(s, path, st);

	return scan_known_entries(&s->known, worker, &folder);
}

enum err_code scan_folder_listed(struct span path, const struct os_stat *st,
                                 struct span entries, size_t worker, void *context,
                                 struct err *err)
{
	struct scan *s = context;
	struct scan_known_file folder = known_as(s, path, st);

	return scan_known_listed(&s->known, worker, &folder, entries, err);
}

/* Of a binary file the walk reads the beginning only. */
static uint64_t bytes_of(const struct scan_walk_file *f)
{
	return f->data.len > f->st.size ? f->data.len : f->st.size;
}

struct scan_source scan_source_at(const struct scan *s, struct span path,
                                  struct span text)
{
	size_t slash = span_rfind_byte(path, '/');
	struct span name = span_from(path, slash == path.len ? 0 : slash + 1);
	struct scan_source source = {
		.path = span_from(path, s->strip),
		.project = span_from(path, s->strip_root),
		.file = path,
		.text = text,
		.language = scan_language_of(name, text),
	};

	source.scope = scan_scope_of(source.project, text);
	return source;
}

static enum err_code scan_text(struct scan *s, struct scan_worker *k,
                               const struct scan_walk_file *f, struct span text,
                               enum scan_scope *scope, struct err *err)
{
	size_t before = k->pass.sink.count;
	struct scan_source source = scan_source_at(s, f->path, text);
	enum err_code rc;

	*scope = source.scope;
	k->pass.sink.scope_files[source.scope]++;
	if (scan_is_baseline(s, f->path) || scan_is_baseline_text(text))
		return drop_at(s, k, f->path, "a baseline", err);
	rc = arm(s, k, err);
	if (rc == ERR_OK)
		rc = scan_pass_file(&k->pass, &source, err);
	atomic_fetch_add(&s->findings, k->pass.sink.count - before);
	return rc;
}

static enum err_code scan_binary(struct scan *s, struct scan_worker *k,
                                 const struct scan_walk_file *f, enum scan_scope *scope,
                                 struct err *err)
{
	struct scan_seen seen = { .path = span_from(f->path, s->strip),
		                  .project = span_from(f->path, s->strip_root),
		                  .bytes = bytes_of(f),
		                  .binary = true };
	size_t before = k->pass.sink.count;
	enum err_code rc = ERR_OK;

	*scope = seen.scope = scan_scope_of(seen.project, SPAN_EMPTY);
	k->pass.sink.scope_files[seen.scope]++;
	if (s->rules.tree || k->pass.sees)
		rc = scan_sink_see(&k->pass.sink, &seen, err);
	if (rc == ERR_OK)
		rc = scan_pass_binary(&k->pass,
		                      &(struct scan_source){ .path = seen.path,
		                                             .project = seen.project,
		                                             .file = f->path,
		                                             .scope = seen.scope },
		                      f->data, err);
	atomic_fetch_add(&s->findings, k->pass.sink.count - before);
	return rc == ERR_OK ? drop_at(s, k, f->path, "binary file", err) : rc;
}

static enum err_code scan_data(struct scan *s, struct scan_worker *k,
                               const struct scan_walk_file *f, enum scan_scope *scope,
                               struct err *err)
{
	switch (scan_encoding_of(f->data)) {
	case SCAN_BYTES:
		return scan_text(s, k, f, f->data, scope, err);
	case SCAN_UTF16:
		buf_clear(&k->decoded);
		scan_utf16_decode(f->data, &k->decoded);
		if (!buf_ok(&k->decoded))
			return err_nomem(err);
		return scan_text(s, k, f, buf_span(&k->decoded), scope, err);
	case SCAN_BINARY:
		break;
	}
	return scan_binary(s, k, f, scope, err);
}

enum err_code scan_file_read(const struct scan_walk_file *f, size_t worker, void *context,
                             struct err *err)
{
	struct scan *s = context;
	struct scan_worker *k = &s->workers[worker];
	struct scan_known_file file = known_as(s, f->path, &f->st);
	struct scan_outcome_mark before = scan_outcome_begin(&k->pass);
	enum scan_scope scope = SCAN_PRODUCTION;
	enum err_code rc;

	file.data = f->data;
	count_file(s, &k->pass.sink, bytes_of(f));
	if (scan_has_too_many(s))
		return skip_at(s, k,
		               &(struct scan_skip){ .path = f->path,
		                                    .reason = "not scanned: too many "
		                                              "findings in all",
		                                    .bytes = f->data.len },
		               err);
	rc = scan_data(s, k, f, &scope, err);
	return rc == ERR_OK ? scan_known_note(&s->known, worker, &file, &k->pass, &before,
	                                      scope, err)
	                    : rc;
}

enum err_code scan_file_ignored(struct span path, const char *why, size_t worker,
                                void *context, struct err *err)
{
	struct scan *s = context;
	struct scan_worker *k = &s->workers[worker];
	enum err_code rc = ERR_OK;

	if (s->o->note_files)
		rc = scan_sink_ignore(&k->pass.sink, span_from(path, s->strip), err);
	return rc == ERR_OK ? drop_at(s, k, path, why, err) : rc;
}

enum err_code scan_file_skip(const struct scan_skip *skip, size_t worker, void *context,
                             struct err *err)
{
	struct scan *s = context;

	return skip_at(s, &s->workers[worker], skip, err);
}
