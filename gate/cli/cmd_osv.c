// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "base/when.h"
#include "cli/cli.h"
#include "lib/json.h"
#include "os/clock.h"
#include "os/fs.h"
#include "scanners/osv/ecosystem.h"
#include "scanners/osv/import.h"
#include "scanners/osv/index.h"

/* `osv`: the index of known vulnerabilities, made from a dump, and looked up offline. */

enum { INDEX_MODE = 0644, FOLDER_MODE = 0755, NOTES_SHOWN = 10 };
#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

/* The given file, or the one of this user. */
static enum err_code index_path(const char *given, struct buf *out, struct err *err)
{
	if (given == NULL)
		return scan_osv_default_path(out, err);
	buf_puts(out, given);
	return buf_err(out, err);
}

static enum err_code open_index(const struct program_call *call, struct scan_osv **db,
                                struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc = index_path(cli_options(call)->database, &path, err);

	if (rc == ERR_OK)
		rc = scan_osv_open(db, buf_str(&path), err);
	if (rc == ERR_NOT_FOUND)
		err_wrap(err, rc, "make it with `seaworthy osv import DUMP`");
	buf_fini(&path);
	return rc;
}

/* Nothing to look up in is no evidence, not a fault of ours. */
static int finish(const struct program_call *call, struct buf *text, enum err_code rc,
                  const struct err *err)
{
	int code;

	if (rc == ERR_OK)
		return program_print_take(call, text);
	code = program_fail(call, err);
	buf_fini(text);
	return rc == ERR_NOT_FOUND ? CLI_EVIDENCE : code;
}

/* ---- import ---- */

struct import_view {
	struct progress *progress;
	uint64_t notes;
};

static void on_note(const char *what, void *context)
{
	struct import_view *view = context;

	if (view->notes++ < NOTES_SHOWN)
		log_event(LOG_WARN, "left out: %s", what);
}

static void on_progress(uint64_t records, void *context)
{
	struct import_view *view = context;

	(void)records; /* one more than before */
	progress_add(view->progress, 1);
}

static enum err_code store(const char *path, struct span bytes, struct err *err)
{
	size_t slash = span_rfind_byte(span_str(path), '/');
	struct buf folder = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (path[slash] != '\0' && slash > 0) {
		buf_put(&folder, span_of(path, slash));
		rc = os_mkdirs(buf_str(&folder), FOLDER_MODE, err);
	}
	if (rc == ERR_OK)
		rc = os_write_atomic(path, bytes, INDEX_MODE, err);
	buf_fini(&folder);
	return rc;
}

static enum err_code read_dump(const struct program_call *call,
                               struct scan_osv_build *build, struct err *err)
{
	struct import_view view = { NULL, 0 };
	struct scan_osv_import import = {
		.path = call->args.items[1],
		.cancel = call->cancel,
		.note = on_note,
		.progress = on_progress,
		.context = &view,
	};
	enum err_code rc = progress_new(&view.progress, &call->err,
	                                call->err.tty && !call->options->quiet &&
	                                        !call->options->no_progress,
	                                err);

	if (rc != ERR_OK)
		return rc;
	progress_start(view.progress, "reading advisories", "records", 0);
	rc = scan_osv_import(&import, build, err);
	progress_finish(view.progress);
	if (view.notes > NOTES_SHOWN)
		log_event(LOG_WARN, "%llu more left out",
		          (unsigned long long)(view.notes - NOTES_SHOWN));
	return rc == ERR_NOT_FOUND ? err_wrap(err, ERR_USAGE, "osv import") : rc;
}

static const char *advisories(uint64_t count)
{
	return count == 1 ? "advisory" : "advisories";
}

/* "1,234 advisories of 56 packages in 2 ecosystems, the newest of 2026-11-20T..". */
static void note_result(const struct program_call *call, struct span bytes,
                        const char *path)
{
	struct scan_osv *db = NULL;
	struct scan_osv_info info;
	char newest[WHEN_TEXT];

	if (call->options->quiet || scan_osv_borrow(&db, bytes, path, NULL) != ERR_OK)
		return;
	info = scan_osv_info(db);
	when_format(info.newest_ms, false, newest);
	program_note(
		"%s: %u %s of %llu package%s, the newest of %s; %u withdrawn, %u left "
		"out",
		path, info.records, advisories(info.records),
		(unsigned long long)info.packages, str_s(info.packages), newest,
		info.withdrawn, info.rejected);
	scan_osv_close(db);
}

static int import(struct program_call *call)
{
	struct scan_osv_build *build = NULL;
	struct buf bytes = BUF_INIT;
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = index_path(cli_options(call)->osv_output, &path, &err);
	int code = CLI_OK;

	if (rc == ERR_OK)
		rc = scan_osv_build_new(&build, &err);
	if (rc == ERR_OK)
		rc = read_dump(call, build, &err);
	if (rc == ERR_OK)
		rc = scan_osv_build_finish(build, os_now_ms(), &bytes, &err);
	if (rc == ERR_OK)
		rc = store(buf_str(&path), buf_span(&bytes), &err);
	if (rc == ERR_OK)
		note_result(call, buf_span(&bytes), buf_str(&path));
	if (rc != ERR_OK) {
		code = program_fail(call, &err);
		if (!call->options->quiet && os_type_of(buf_str(&path)) == OS_FILE)
			program_note("%s stays as it was", buf_str(&path));
	}
	scan_osv_build_free(build);
	buf_fini(&bytes);
	buf_fini(&path);
	return code;
}

/* ---- info ---- */

static void put_info_json(struct buf *out, const struct scan_osv *db)
{
	struct scan_osv_info info = scan_osv_info(db);
	char created[WHEN_TEXT];
	char newest[WHEN_TEXT];
	struct json_writer w;
	struct span name;
	uint32_t packages;

	when_format(info.created_ms, false, created);
	when_format(info.newest_ms, false, newest);
	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_str(&w, "created", created);
	json_field_str(&w, "newest", newest);
	json_field_u64(&w, "records", info.records);
	json_field_u64(&w, "withdrawn", info.withdrawn);
	json_field_u64(&w, "doubled", info.doubled);
	json_field_u64(&w, "rejected", info.rejected);
	json_field_u64(&w, "bad_ranges", info.bad_ranges);
	json_field_u64(&w, "packages", info.packages);
	json_field_u64(&w, "bytes", info.bytes);
	json_put_key(&w, "ecosystems");
	json_open(&w, '[');
	for (size_t i = 0; scan_osv_ecosystem(db, i, &name, &packages); i++) {
		json_open(&w, '{');
		json_field_span(&w, "name", name);
		json_field_u64(&w, "packages", packages);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_info_human(struct buf *out, const struct scan_osv *db)
{
	struct scan_osv_info info = scan_osv_info(db);
	int64_t age_ms = os_now_ms() - info.newest_ms;
	char text[WHEN_TEXT];
	struct span name;
	uint32_t packages;

	when_format(info.created_ms, false, text);
	buf_printf(out, "made        %s\n", text);
	when_format(info.newest_ms, false, text);
	buf_printf(out, "newest      %s", text);
	when_duration(age_ms > 0 ? (uint64_t)age_ms : 0, text);
	buf_printf(out, " (%s ago)\n", text);
	buf_printf(out, "advisories  %u, %u of them withdrawn\n", info.records,
	           info.withdrawn);
	buf_printf(out, "left out    %u file%s, %u range%s\n", info.rejected,
	           str_s(info.rejected), info.bad_ranges, str_s(info.bad_ranges));
	buf_puts(out, "size        ");
	str_size(out, info.bytes);
	buf_puts(out, "\npackages\n");
	for (size_t i = 0; scan_osv_ecosystem(db, i, &name, &packages); i++) {
		buf_printf(out, "%10u  ", packages);
		str_display(out, name);
		buf_putc(out, '\n');
	}
}

static int info(struct program_call *call)
{
	struct scan_osv *db = NULL;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = open_index(call, &db, &err);

	if (rc == ERR_OK)
		rc = scan_osv_verify(db, &err);
	if (rc == ERR_OK && str_eq(cli_options(call)->format, "json"))
		put_info_json(&text, db);
	else if (rc == ERR_OK)
		put_info_human(&text, db);
	scan_osv_close(db);
	return finish(call, &text, rc, &err);
}

/* ---- query ---- */

/* What was asked, what of, and what the index says of it. */
struct answer {
	const struct scan_osv *db;
	const char *ecosystem;
	const char *name;
	const char *version;
	struct scan_osv_hits hits;
};

static void put_advisory(struct json_writer *w, const struct answer *a,
                         const struct scan_osv_hit *hit)
{
	struct span alias;

	json_open(w, '{');
	json_field_span(w, "id", hit->id);
	json_put_key(w, "aliases");
	json_open(w, '[');
	for (size_t i = 0; (alias = scan_osv_alias(a->db, hit->record, i)).len > 0; i++)
		json_put_string(w, alias);
	json_close(w, ']');
	json_field_str(w, "severity", scan_osv_severity_name(hit->severity));
	json_field_span(w, "summary", hit->summary);
	json_put_key(w, "fixed");
	json_open(w, '[');
	if (hit->fixed.len > 0)
		json_put_string(w, hit->fixed);
	json_close(w, ']');
	json_close(w, '}');
}

/* How old the data is, and whether all of the dump went into it. */
static void put_data(struct json_writer *w, const struct scan_osv *db)
{
	struct scan_osv_info info = scan_osv_info(db);
	int64_t age_ms = os_now_ms() - info.newest_ms;
	char newest[WHEN_TEXT];

	when_format(info.newest_ms, false, newest);
	json_put_key(w, "data");
	json_open(w, '{');
	json_field_str(w, "newest", newest);
	json_field_u64(w, "age_days", age_ms > 0 ? (uint64_t)age_ms / DAY_MS : 0);
	json_field_u64(w, "rejected", info.rejected);
	json_close(w, '}');
}

static void put_answer_json(struct buf *out, const struct answer *a)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_put_key(&w, "ids");
	json_open(&w, '[');
	for (size_t i = 0; i < a->hits.count; i++)
		json_put_string(&w, a->hits.items[i].id);
	json_close(&w, ']');
	json_field_str(&w, "ecosystem", a->ecosystem);
	json_field_str(&w, "name", a->name);
	json_field_str(&w, "version", a->version);
	json_field_bool(&w, "ordered", !a->hits.unordered);
	json_field_u64(&w, "open", a->hits.open);
	json_put_key(&w, "advisories");
	json_open(&w, '[');
	for (size_t i = 0; i < a->hits.count; i++)
		put_advisory(&w, a, &a->hits.items[i]);
	json_close(&w, ']');
	put_data(&w, a->db);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_hits_human(struct buf *out, const struct program_call *call,
                           const struct scan_osv_hits *hits)
{
	for (size_t i = 0; i < hits->count; i++) {
		const struct scan_osv_hit *hit = &hits->items[i];
		struct buf id = BUF_INIT;

		str_display(&id, hit->id);
		term_put(out, call->out.color, TERM_BOLD, buf_span(&id));
		buf_fini(&id);
		buf_printf(out, "  %s", scan_osv_severity_name(hit->severity));
		if (hit->fixed.len > 0) {
			buf_puts(out, ", fixed in ");
			str_display(out, hit->fixed);
		}
		buf_puts(out, "\n    ");
		str_display(out, hit->summary);
		buf_putc(out, '\n');
	}
}

enum { NAMES_MAX = 128 };

/* Of those that the program knows and those that the index has. */
static const char *nearest_ecosystem(const struct scan_osv *db, struct span base,
                                     struct arena *arena)
{
	const char *names[NAMES_MAX];
	const char *meant = scan_ecosystem_meant(base);
	size_t count = 0;
	struct span name;
	uint32_t packages;

	if (meant != NULL)
		return meant;
	for (size_t i = 0; count < NAMES_MAX && scan_ecosystem_name(i) != NULL; i++)
		names[count++] = scan_ecosystem_name(i);
	for (size_t i = 0; count < NAMES_MAX; i++) {
		if (!scan_osv_ecosystem(db, i, &name, &packages))
			break;
		names[count] = arena_dup(arena, name);
		count += names[count] != NULL;
	}
	return str_nearest(base, names, count);
}

/* Where there are some, by the name as it is written there. */
static enum err_code no_advisory(const char *given, struct span base, struct err *err)
{
	struct span name = scan_ecosystem_canonical(base);
	struct buf hint = BUF_INIT;

	if (!span_eq(name, base))
		buf_printf(&hint, " (did you mean '%.*s'?)", (int)name.len, name.ptr);
	err_set(err, ERR_NOT_FOUND,
	        "the index has no advisory for %s%s; import a dump that has: " SCAN_OSV_DUMPS
	        "/%.*s/all.zip",
	        given, buf_str(&hint), (int)name.len, name.ptr);
	buf_fini(&hint);
	return ERR_NOT_FOUND;
}

/* Nothing found where nothing was looked for is no answer. */
static enum err_code check_ecosystem(const struct scan_osv *db, const char *given,
                                     struct err *err)
{
	struct span base = scan_ecosystem_base(span_str(given));
	struct arena arena = ARENA_INIT;
	const char *near;

	if (scan_osv_has_ecosystem(db, span_str(given)))
		return ERR_OK;
	if (scan_ecosystem_order(base) != SCAN_ORDER_NONE)
		return no_advisory(given, base, err);
	near = nearest_ecosystem(db, base, &arena);
	if (near != NULL)
		err_set(err, ERR_USAGE, "no ecosystem '%s'; did you mean '%s'?", given,
		        near);
	else
		err_set(err, ERR_USAGE,
		        "no ecosystem '%s'; `seaworthy osv info` lists those of the index",
		        given);
	arena_fini(&arena);
	return ERR_USAGE;
}

static void warn_about(const struct answer *a)
{
	struct scan_osv_info info = scan_osv_info(a->db);

	if (a->hits.unordered)
		log_event(LOG_WARN,
		          "%s is no version as %s writes them: only advisories that list "
		          "it by name were looked at",
		          a->version, a->ecosystem);
	else if (a->hits.open > 0)
		log_event(LOG_WARN,
		          "%zu %s for %s cannot be compared with a version: whether "
		          "this one is meant is not known",
		          a->hits.open, advisories(a->hits.open), a->name);
	if (info.rejected > 0)
		log_event(LOG_WARN, "%u %s of the dump could not be read", info.rejected,
		          advisories(info.rejected));
}

static enum err_code ask(const struct answer *a, struct scan_osv *db,
                         struct scan_osv_hits *hits, struct err *err)
{
	enum err_code rc = scan_osv_verify(db, err);

	if (rc == ERR_OK)
		rc = check_ecosystem(db, a->ecosystem, err);
	if (rc == ERR_OK)
		rc = scan_osv_find(db, span_str(a->ecosystem), span_str(a->name),
		                   span_str(a->version), hits, err);
	return rc;
}

static int query(struct program_call *call)
{
	const char *const *args = call->args.items + 1;
	struct answer a = { .ecosystem = args[0],
		            .name = args[1],
		            .version = args[2],
		            .hits = SCAN_OSV_HITS_INIT };
	struct scan_osv *db = NULL;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = open_index(call, &db, &err);

	if (rc == ERR_OK)
		rc = ask(&a, db, &a.hits, &err);
	a.db = db;
	if (rc == ERR_OK)
		warn_about(&a);
	if (rc == ERR_OK && str_eq(cli_options(call)->format, "json"))
		put_answer_json(&text, &a);
	else if (rc == ERR_OK)
		put_hits_human(&text, call, &a.hits);
	scan_osv_hits_fini(&a.hits);
	scan_osv_close(db);
	return finish(call, &text, rc, &err);
}

/* ---- the command ---- */

struct verb {
	const char *name;
	size_t args;
	const char *usage;
	const char *hint;
	program_command *run;
};

static const struct verb verbs[] = {
	{ "import", 1, "osv import DUMP",
	  "; osv.dev publishes dumps: " SCAN_OSV_DUMPS "/ECOSYSTEM/all.zip", import },
	{ "info", 0, "osv info", "", info },
	{ "query", 3, "osv query ECOSYSTEM NAME VERSION", "", query },
};
#define VERBS (sizeof verbs / sizeof *verbs)

int cli_osv(struct program_call *call)
{
	const char *word = call->args.items[0];
	const char *names[VERBS];
	struct err err = ERR_INIT;
	const char *near;

	for (size_t i = 0; i < VERBS; i++) {
		names[i] = verbs[i].name;
		if (!str_eq(word, names[i]))
			continue;
		if (call->args.count == verbs[i].args + 1)
			return verbs[i].run(call);
		err_set(&err, ERR_USAGE, "expected: seaworthy %s%s", verbs[i].usage,
		        verbs[i].hint);
		return program_fail(call, &err);
	}
	near = str_nearest(span_str(word), names, VERBS);
	err_set(&err, ERR_USAGE, "osv %s: %s%s%s", word,
	        near != NULL ? "did you mean '" : "there are import, info and query",
	        near != NULL ? near : "", near != NULL ? "'?" : "");
	return program_fail(call, &err);
}
