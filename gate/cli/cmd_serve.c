// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/num.h"
#include "base/str.h"
#include "cli/judged.h"
#include "cli/level.h"
#include "cli/project.h"
#include "lib/httpd.h"
#include "lib/page_cache.h"
#include "os/clock.h"
#include "os/fs.h"
#include "record/history_index.h"
#include "record/signoffs.h"
#include "reports/dashboard.h"
#include "reports/report.h"

#include <string.h>

/*
 * `serve`: the recorded runs of projects as web pages. Nothing of an address becomes part
 * of a path: a project is one of those that were named at the start, and a run one of its
 * history.
 */

enum { PORT = 8470, PROJECTS_MAX = 1000, SHOWN = 200, SPARK = 30, LIMIT_MAX = 10000 };
#define HTML "text/html; charset=utf-8"
#define WAIT_NS (UINT64_C(3600) * 1000000000)

struct served {
	const char *root;
	const char *slug;
	const char *name;
};

struct site {
	struct arena arena;
	struct served *projects;
	size_t count;
	struct page_cache pages;
	const char *address;
	bool local; /* on this machine alone: only its names are answered */
	/* Decisions of runs that people signed, by project, run and state; for a minute.
	 */
	struct map standing;
	uint64_t standing_ns;
};

/* ---- projects ---- */

static bool is_slug_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static const struct served *find(const struct site *s, struct span slug)
{
	for (size_t i = 0; i < s->count; i++)
		if (span_eq_str(slug, s->projects[i].slug))
			return &s->projects[i];
	return NULL;
}

/* The last name of the path in letters that need no escape, and unlike all others. */
static const char *slug_of(struct site *s, const char *name)
{
	char *slug = arena_str(&s->arena, name);
	const char *tried = slug;

	for (char *c = slug; c != NULL && *c != '\0'; c++)
		if (!is_slug_char(*c))
			*c = '-';
	if (slug != NULL && (slug[0] == '\0' || slug[0] == '.'))
		tried = slug = arena_printf(&s->arena, "project%s", slug);
	for (size_t n = 2; tried != NULL && find(s, span_str(tried)) != NULL; n++)
		tried = arena_printf(&s->arena, "%s-%zu", slug, n);
	return tried;
}

static enum err_code add_project(struct site *s, const char *path, struct err *err)
{
	struct served *p = &s->projects[s->count];
	struct buf root = BUF_INIT;
	enum err_code rc = project_root(path, &root, err);
	size_t slash;

	if (rc == ERR_OK) {
		p->root = arena_str(&s->arena, buf_str(&root));
		slash = span_rfind_byte(buf_span(&root), '/');
		p->name = p->root != NULL && slash + 1 < root.len ? p->root + slash + 1
		                                                  : p->root;
		p->slug = p->name != NULL ? slug_of(s, p->name) : NULL;
		rc = arena_err(&s->arena, err);
	}
	if (rc == ERR_OK)
		s->count++;
	buf_fini(&root);
	return rc;
}

/* ---- pages ---- */

static void fail(struct httpd_answer *a, const struct err *err)
{
	a->status = 500;
	a->type = "text/plain; charset=utf-8";
	buf_clear(&a->body);
	buf_printf(&a->body, "%s\n", err->msg);
}

/* When a file or folder of the run was last changed; of none, nothing. */
static void put_state(struct buf *out, const char *dir, const char *name)
{
	struct os_stat st = { .type = OS_NONE };
	struct buf path = BUF_INIT;

	os_join(&path, dir, name);
	if (buf_ok(&path) && os_lstat(buf_str(&path), &st, NULL) != ERR_OK)
		st = (struct os_stat){ .type = OS_NONE };
	buf_printf(out, " %llu %lld %lld", (unsigned long long)st.ino,
	           (long long)st.mtime_ns, (long long)st.ctime_ns);
	buf_fini(&path);
}

static void forget_standing(struct site *s)
{
	map_fini(&s->standing);
	map_init(&s->standing);
	s->standing_ns = os_ticks_ns();
}

/* As `report` has it; to judge a run is to read all of it, so that is kept a while. */
static enum gate_decision standing(struct site *s, const struct served *p,
                                   const struct gate_history_row *r)
{
	static enum gate_decision all[] = { GATE_GO, GATE_CONDITIONAL_GO, GATE_NO_GO };
	enum gate_decision now = r->decision;
	const enum gate_decision *known;
	struct buf key = BUF_INIT;
	struct buf dir = BUF_INIT;

	if (os_ticks_ns() - s->standing_ns > PAGE_CACHE_LIFE_NS)
		forget_standing(s);
	buf_printf(&dir, "%s/.seaworthy/runs/%s", p->root, r->run);
	buf_printf(&key, "%s %s", p->slug, r->run);
	put_state(&key, buf_str(&dir), "run.json");
	put_state(&key, buf_str(&dir), GATE_SIGNOFFS);
	known = map_get(&s->standing, buf_span(&key));
	if (known != NULL) {
		now = *known;
	} else {
		/* What is not known stands as it was recorded. */
		(void)judged_row(p->root, r, &now);
		if (buf_ok(&key))
			(void)!map_set(&s->standing, buf_span(&key), &all[now]);
	}
	buf_fini(&dir);
	buf_fini(&key);
	return now;
}

/* The rows live as long as the arena. */
static enum err_code load(struct site *s, struct arena *a, const struct served *p,
                          uint64_t limit, struct rep_dashboard_project *out,
                          struct err *err)
{
	const struct gate_history_query query = { .limit = limit };
	struct rep_dashboard_run *runs;
	struct gate_history_rows rows;
	enum err_code rc = gate_history_list(&rows, p->root, &query, err);

	*out = (struct rep_dashboard_project){ .slug = p->slug,
		                               .name = p->name,
		                               .path = p->root };
	if (rc != ERR_OK)
		goto out;
	runs = arena_array(a, rows.count + 1, sizeof(*runs));
	for (size_t i = 0; runs != NULL && i < rows.count; i++) {
		const struct gate_history_row *r = &rows.items[i];

		runs[i] = (struct rep_dashboard_run){
			.run = arena_str(a, r->run),
			.started_ms = r->started_ms,
			.recorded = gate_scorecard_decision(r->decision),
			.final = r->final_tenths,
			.lower = r->lower_tenths,
			.upper = r->upper_tenths,
			.coverage_tenthousandths = r->coverage_tenthousandths,
			.commit = arena_str(a, r->commit),
			.branch = arena_str(a, r->branch),
			.is_signed = r->is_signed,
			.kept = judged_is_kept(p->root, r->run),
		};
		runs[i].decision = runs[i].kept
		                           ? gate_scorecard_decision(standing(s, p, r))
		                           : runs[i].recorded;
	}
	out->runs = runs;
	out->count = rows.count;
	out->all = rows.matching;
	if (rows.state.broken)
		out->trouble = arena_printf(a,
		                            "the history is broken at entry %llu: "
		                            "see `seaworthy history verify`",
		                            (unsigned long long)rows.state.broken_at);
	rc = arena_err(a, err);
out:
	gate_history_rows_fini(&rows);
	return rc;
}

static void show_all(struct site *s, struct httpd_answer *a)
{
	struct arena arena = ARENA_INIT;
	struct rep_dashboard_project *all =
		arena_array(&arena, s->count + 1, sizeof(*all));
	struct err err = ERR_INIT;
	enum err_code rc = arena_err(&arena, &err);

	for (size_t i = 0; rc == ERR_OK && i < s->count; i++)
		if (load(s, &arena, &s->projects[i], SPARK, &all[i], &err) != ERR_OK) {
			all[i].trouble = arena_str(&arena, err.msg);
			rc = arena_err(&arena, &err);
		}
	if (rc == ERR_OK)
		rc = rep_dashboard(all, s->count, &a->body, &err);
	a->status = 200;
	a->type = HTML;
	a->policy = REP_DASHBOARD_POLICY;
	if (rc != ERR_OK)
		fail(a, &err);
	arena_fini(&arena);
}

static void show_project(struct site *s, const struct served *p,
                         const struct httpd_request *r, struct httpd_answer *a)
{
	const char *given = httpd_argument(r, "limit");
	struct rep_dashboard_project page;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	uint64_t limit = SHOWN;
	enum err_code rc;

	if (given != NULL)
		(void)num_u64(span_str(given), 1, LIMIT_MAX, &limit);
	rc = load(s, &arena, p, limit, &page, &err);
	if (rc == ERR_OK)
		rc = rep_dashboard_project(&page, &a->body, &err);
	a->status = 200;
	a->type = HTML;
	a->policy = REP_DASHBOARD_POLICY;
	if (rc != ERR_OK)
		fail(a, &err);
	arena_fini(&arena);
}

/* Is it a run of the history whose folder is still there? */
static bool is_run(const struct served *p, const char *run)
{
	const struct gate_history_query query = { .run = run, .limit = 1 };
	struct gate_history_rows rows;
	struct err err = ERR_INIT;
	bool found = gate_history_list(&rows, p->root, &query, &err) == ERR_OK &&
	             rows.count == 1 && str_eq(rows.items[0].run, run) &&
	             judged_is_kept(p->root, run);

	gate_history_rows_fini(&rows);
	return found;
}

/* Reads the whole run, and compares it with what was recorded. */
static enum err_code render(const char *dir, const char *format, struct buf *out,
                            struct err *err)
{
	const struct rep_style style = { .utf8 = true, .columns = 80 };
	struct judged j = { .has_recorded = false };
	enum err_code rc = judged_open_again(&j, dir, NULL, err);

	if (rc == ERR_OK)
		rc = rep_format_find(format)->write(&j.card, &style, out, err);
	judged_close(&j);
	return rc;
}

static void show_run(struct site *s, const struct served *p, const char *run,
                     const char *format, struct httpd_answer *a)
{
	const bool html = str_eq(format, "html");
	struct buf dir = BUF_INIT;
	struct buf key = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc;

	if (!is_run(p, run))
		return;
	a->status = 200;
	a->type = html ? HTML : "application/json";
	a->policy = html ? rep_scorecard_policy() : "default-src 'none'";
	buf_printf(&dir, "%s/.seaworthy/runs/%s", p->root, run);
	buf_printf(&key, "%s %s %s", p->slug, run, format);
	rc = buf_err(&dir, &err);
	if (rc == ERR_OK) {
		put_state(&key, buf_str(&dir), "run.json");
		put_state(&key, buf_str(&dir), GATE_SIGNOFFS);
		rc = buf_err(&key, &err);
	}
	if (rc == ERR_OK &&
	    !page_cache_get(&s->pages, buf_span(&key), os_ticks_ns(), &a->body)) {
		rc = render(buf_str(&dir), format, &a->body, &err);
		if (rc == ERR_OK)
			page_cache_put(&s->pages, buf_span(&key), os_ticks_ns(),
			               buf_span(&a->body));
	}
	if (rc != ERR_OK)
		fail(a, &err);
	buf_fini(&dir);
	buf_fini(&key);
}

/* Of the history alone: a badge is asked for by everyone who reads a page with it. */
static enum err_code write_badge(const struct gate_history_rows *rows, const char *root,
                                 struct buf *out, struct err *err)
{
	const struct gate_history_row *r = &rows->items[0];
	struct rep_scorecard s = { .decision = gate_scorecard_decision(r->decision),
		                   .final = r->final_tenths };
	const struct rep_style style = { .utf8 = true };

	if (rows->state.broken)
		return err_set(err, ERR_CORRUPT, "the history is broken at entry %llu",
		               (unsigned long long)rows->state.broken_at);
	level_of_row(&s, root, r);
	return rep_format_find("badge")->write(&s, &style, out, err);
}

static void show_badge(const struct served *p, struct httpd_answer *a)
{
	const struct gate_history_query query = { .limit = 1, .whole = true };
	struct gate_history_rows rows;
	struct err err = ERR_INIT;
	enum err_code rc = gate_history_list(&rows, p->root, &query, &err);

	if (rc == ERR_OK && rows.count == 1) {
		a->status = 200;
		a->type = "image/svg+xml";
		rc = write_badge(&rows, p->root, &a->body, &err);
	}
	if (rc != ERR_OK)
		fail(a, &err);
	gate_history_rows_fini(&rows);
}

/* ---- addresses ---- */

/* "/p/SLUG", "/p/SLUG/badge.svg", "/p/SLUG/runs/ID[.json]" */
static void route_project(struct site *s, struct span rest, const struct httpd_request *r,
                          struct httpd_answer *a)
{
	const struct served *p;
	struct span part;
	char run[128];

	if (!span_split(&rest, '/', &part) || (p = find(s, part)) == NULL)
		return;
	if (rest.len == 0) {
		show_project(s, p, r, a);
	} else if (span_eq_str(rest, "badge.svg")) {
		show_badge(p, a);
	} else if (span_starts(rest, span_str("runs/"))) {
		const bool json = span_ends(rest, span_str(".json"));

		rest = span_from(rest, strlen("runs/"));
		if (json)
			rest.len -= strlen(".json");
		if (rest.len >= sizeof(run) || span_find_byte(rest, '/') < rest.len)
			return;
		memcpy(run, rest.ptr, rest.len);
		run[rest.len] = '\0';
		show_run(s, p, run, json ? "json" : "html", a);
	}
}

/* "NAME" or "NAME:PORT"; addresses with colons stand in brackets. */
static bool is_host(struct span host, const char *name)
{
	const bool brackets = strchr(name, ':') != NULL;
	const struct span wanted = span_str(name);
	uint64_t port;

	if (brackets && !span_starts(host, SPAN_LIT("[")))
		return false;
	host = span_from(host, brackets);
	if (!span_starts(host, wanted))
		return false;
	host = span_from(host, wanted.len);
	if (brackets && !span_starts(host, SPAN_LIT("]")))
		return false;
	host = span_from(host, brackets);
	return host.len == 0 ||
	       (host.ptr[0] == ':' && num_u64(span_from(host, 1), 0, UINT16_MAX, &port));
}

/* A page of elsewhere whose name was made to lead here has another Host. */
static bool is_ours(const struct site *s, const char *host)
{
	const char *const names[] = { "127.0.0.1", "localhost", "::1", s->address };

	if (!s->local)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_host(span_str(host), names[i]))
			return true;
	return false;
}

/* The mark of the pages. */
#define ICON                                                               \
	"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\" " \
	"fill=\"none\" stroke=\"#3f7fbf\" stroke-width=\"3\">"             \
	"<circle cx=\"16\" cy=\"16\" r=\"9.5\"/><path d=\"M2 16h28\"/></svg>\n"

static void handle(const struct httpd_request *r, struct httpd_answer *a, void *context)
{
	struct site *s = context;

	if (!is_ours(s, r->host)) {
		a->status = 403;
	} else if (str_eq(r->path, "/")) {
		show_all(s, a);
	} else if (str_eq(r->path, "/style.css")) {
		a->status = 200;
		a->type = "text/css; charset=utf-8";
		rep_dashboard_style(&a->body);
	} else if (str_eq(r->path, "/script.js")) {
		a->status = 200;
		a->type = "text/javascript; charset=utf-8";
		rep_dashboard_script(&a->body);
	} else if (str_eq(r->path, "/favicon.ico")) {
		a->status = 200; /* every browser asks, and a refusal is an error to it */
		a->type = "image/svg+xml";
		buf_puts(&a->body, ICON);
	} else if (str_eq(r->path, "/health")) {
		a->status = 200;
		buf_puts(&a->body, "ok\n");
	} else if (str_starts(r->path, "/p/")) {
		route_project(s, span_str(r->path + strlen("/p/")), r, a);
	}
}

/* ---- the command ---- */

static enum err_code make_site(struct site *s, const struct program_call *call,
                               struct err *err)
{
	const struct opt_args *args = &call->args;
	enum err_code rc;

	s->projects = arena_array(&s->arena, args->count + 1, sizeof(*s->projects));
	rc = arena_err(&s->arena, err);
	if (rc == ERR_OK && args->count == 0)
		rc = add_project(s, NULL, err);
	for (size_t i = 0; rc == ERR_OK && i < args->count; i++)
		rc = add_project(s, args->items[i], err);
	return rc;
}

static enum err_code serve(struct site *s, const struct program_call *call, uint16_t port,
                           struct err *err)
{
	struct httpd *server = NULL;
	struct buf line = BUF_INIT;
	enum err_code rc = httpd_start(&server, s->address, port, handle, s, err);

	if (rc != ERR_OK)
		return rc;
	buf_printf(&line,
	           strchr(s->address, ':') != NULL ? "http://[%s]:%u/\n"
	                                           : "http://%s:%u/\n",
	           s->address, (unsigned)httpd_port(server));
	rc = program_print(buf_span(&line), err);
	if (rc == ERR_OK && !call->options->quiet)
		program_note("%zu project%s; Ctrl-C ends it", s->count, str_s(s->count));
	while (rc == ERR_OK && !cancel_is_set(call->cancel))
		os_wait_until(os_ticks_ns() + WAIT_NS, call->cancel);
	httpd_stop(server);
	buf_fini(&line);
	return rc;
}

int cli_serve(struct program_call *call)
{
	const char *address = cli_options(call)->address;
	const char *given = cli_options(call)->port;
	struct site s = { .arena = ARENA_INIT,
		          .address = address != NULL ? address : "127.0.0.1" };
	struct err err = ERR_INIT;
	uint64_t port = PORT;
	enum err_code rc = ERR_OK;

	if (given != NULL && !num_u64(span_str(given), 0, UINT16_MAX, &port))
		rc = err_set(&err, ERR_USAGE, "--port %s: a number from 0 to 65535",
		             given);
	s.local = httpd_is_loopback(s.address);
	if (rc == ERR_OK)
		rc = make_site(&s, call, &err);
	if (rc == ERR_OK)
		rc = serve(&s, call, (uint16_t)port, &err);
	page_cache_fini(&s.pages);
	map_fini(&s.standing);
	arena_fini(&s.arena);
	return rc == ERR_OK ? CLI_OK : program_fail(call, &err);
}
