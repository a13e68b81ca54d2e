// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "cli/project.h"
#include "lib/json.h"
#include "lib/yaml.h"
#include "os/fs.h"
#include "scanners/rule_load.h"
#include "scanners/rule_try.h"
#include "scanners/ruleset.h"

/* `rules`: what the scanners look for; the program's rules and the project's own. */

enum { ID_COLUMNS = 44 };
#define FILE_MAX_BYTES (UINT64_C(16) << 20)

struct view {
	const struct scan_rule *items;
	size_t count;
	struct gate_policy *policy; /* owns the project's */
};

static enum err_code view_open(struct view *v, struct err *err)
{
	struct buf root = BUF_INIT;
	enum err_code rc = project_root(NULL, &root, err);

	v->policy = NULL;
	v->items = scan_rules(&v->count);
	if (rc == ERR_OK)
		rc = project_policy(buf_str(&root), NULL, &v->policy, err);
	if (rc == ERR_OK && v->policy != NULL && v->policy->ruleset != NULL) {
		v->items = v->policy->ruleset->rules;
		v->count = v->policy->ruleset->count;
	}
	buf_fini(&root);
	return rc;
}

static enum err_code no_rule(const struct view *v, const char *id, struct err *err)
{
	const char **ids = NULL;
	const char *nearest;

	if (!mem_array(&ids, v->count, sizeof(*ids)))
		return err_nomem(err);
	for (size_t i = 0; i < v->count; i++)
		ids[i] = v->items[i].id;
	nearest = str_nearest(span_str(id), ids, v->count);
	mem_free(ids);
	if (nearest == NULL)
		return err_set(err, ERR_USAGE, "no rule '%s'; see `seaworthy rules list`",
		               id);
	return err_set(err, ERR_USAGE, "no rule '%s'; did you mean '%s'?", id, nearest);
}

/* ---- list ---- */

static void put_json(struct json_writer *w, const struct scan_rule *r)
{
	json_open(w, '{');
	json_field_str(w, "id", r->id);
	json_field_str(w, "title", r->title);
	json_field_str(w, "why", r->why);
	json_field_str(w, "remedy", r->remedy);
	json_put_key(w, "severity");
	json_open(w, '{');
	for (int s = 0; s < SCAN_SCOPES; s++)
		json_field_str(w, scan_scope_name((enum scan_scope)s),
		               scan_severity_name(r->severity[s]));
	json_close(w, '}');
	json_field_bool(w, "optional", r->optional);
	json_close(w, '}');
}

/* NULL as glob: all. Gives how many. */
static size_t put_list(struct buf *out, const struct view *v, const char *glob, bool json)
{
	struct json_writer w;
	size_t listed = 0;

	json_writer_init(&w, out, 0);
	if (json)
		json_open(&w, '[');
	for (size_t i = 0; i < v->count; i++) {
		const struct scan_rule *r = &v->items[i];

		if (glob != NULL && !str_glob(glob, span_str(r->id)))
			continue;
		listed++;
		if (json)
			put_json(&w, r);
		else
			buf_printf(out, "%-*s  %-7s  %s\n", ID_COLUMNS, r->id,
			           scan_severity_name(r->severity[SCAN_PRODUCTION]),
			           r->title);
	}
	if (json) {
		json_close(&w, ']');
		buf_putc(out, '\n');
	}
	return listed;
}

static enum err_code list(struct buf *out, const struct view *v, const char *glob,
                          bool json, struct err *err)
{
	const char *why;

	if (glob != NULL && !str_glob_ok(glob, &why))
		return err_set(err, ERR_USAGE, "rules list %s: %s", glob, why);
	return put_list(out, v, glob, json) > 0 ? ERR_OK : no_rule(v, glob, err);
}

/* ---- explain ---- */

static void put_severities(struct buf *out, const struct scan_rule *r)
{
	buf_puts(out, "severity:");
	for (int s = 0; s < SCAN_SCOPES; s++)
		buf_printf(out, " %s %s%s", scan_scope_name((enum scan_scope)s),
		           scan_severity_name(r->severity[s]),
		           s + 1 < SCAN_SCOPES ? "," : "\n");
}

static void put_texts(struct buf *out, const char *name, const struct scan_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		buf_printf(out, "%s%s%s", i == 0 ? name : ", ", i == 0 ? ": " : "",
		           texts->items[i]);
	if (texts->count > 0)
		buf_putc(out, '\n');
}

static void put_sample_file(struct buf *out, const struct scan_sample *s)
{
	buf_puts(out, "  ");
	str_display(out, span_str(s->path));
	buf_puts(out, ": ");
	str_display(out, span_str(s->text));
	buf_putc(out, '\n');
}

/* Files of one tree say something only together, and by their names. */
static void put_samples(struct buf *out, const char *name, const struct scan_samples *all)
{
	for (size_t i = 0; i < all->count; i += all->items[i].more + 1) {
		const struct scan_sample *s = &all->items[i];

		if (s->more == 0) {
			buf_printf(out, "%s: ", name);
			str_display(out, span_str(s->text));
			buf_putc(out, '\n');
			continue;
		}
		buf_printf(out, "%s:\n", name);
		for (size_t k = 0; k <= s->more; k++)
			put_sample_file(out, s + k);
	}
}

static void put_rule(struct buf *out, const struct scan_rule *r)
{
	buf_printf(out, "%s: %s\n\n%s\n%s\n\n", r->id, r->title, r->why, r->remedy);
	put_severities(out, r);
	if (r->optional)
		buf_printf(out, "runs only with --rule %s\n", r->id);
	if (r->pattern != NULL)
		buf_printf(out, "pattern: %s\n", r->pattern);
	put_texts(out, "words", &r->words);
	put_texts(out, "paths", &r->paths);
	put_texts(out, "not in", &r->not_paths);
	put_texts(out, "languages", &r->languages);
	put_texts(out, "dropped where the match fits", &r->allow);
	put_texts(out, "dropped where the line fits", &r->allow_line);
	put_texts(out, "dropped where the match holds", &r->stopwords);
	put_samples(out, "found in", &r->examples);
	put_samples(out, "not found in", &r->counterexamples);
}

static enum err_code explain(struct buf *out, const struct view *v, const char *id,
                             bool json, struct err *err)
{
	size_t at = scan_rule_find(v->items, v->count, id);
	struct json_writer w;

	if (at == v->count)
		return no_rule(v, id, err);
	json_writer_init(&w, out, 0);
	if (json) {
		put_json(&w, &v->items[at]);
		buf_putc(out, '\n');
	} else {
		put_rule(out, &v->items[at]);
	}
	return ERR_OK;
}

/* ---- test ---- */

/* A policy's `rules`, or a file of the program. */
static enum err_code load(struct scan_rule_list *out, struct arena *arena,
                          const struct yaml_doc *doc, struct err *err)
{
	const struct yaml *root = yaml_root(doc);

	if (yaml_type(root) == YAML_MAP && yaml_get(root, "family") != NULL)
		return scan_rule_load(out, arena, doc, err);
	return scan_rule_load_own(
		out, arena, doc,
		yaml_type(root) == YAML_MAP ? yaml_get(root, "rules") : root, err);
}

static enum err_code try_both(const struct scan_rule_list *rules, const char *path,
                              struct buf *wrong, struct err *err)
{
	enum err_code rc = scan_rule_try(rules->items, rules->count, path,
	                                 SCAN_ENGINE_LITERALS, wrong, err);

	if (rc == ERR_OK && wrong->len == 0)
		rc = scan_rule_try(rules->items, rules->count, path,
		                   SCAN_ENGINE_HYPERSCAN, wrong, err);
	/* Elsewhere the other engine is all there is. */
	return rc == ERR_UNSUPPORTED ? ERR_OK : rc;
}

/* What was not tried is no failure of the rule, but nobody may take it for tried. */
static size_t tell_untried(const struct scan_rule_list *rules, const char *path)
{
	size_t untried = 0;

	for (size_t i = 0; i < rules->count; i++) {
		const struct scan_rule *r = &rules->items[i];

		if (r->examples.count > 0 || r->counterexamples.count > 0)
			continue;
		untried++;
		program_note("%s:%zu: %s: has no examples, so nothing was tried", path,
		             r->line, r->id);
	}
	return untried;
}

static void put_tried(struct buf *out, size_t count, size_t untried)
{
	buf_printf(out, "%zu rule%s: every example is as it should be", count,
	           count == 1 ? "" : "s");
	if (untried > 0)
		buf_printf(out, "; %zu ha%s none", untried, untried == 1 ? "s" : "ve");
	buf_putc(out, '\n');
}

static enum err_code test(const char *path, struct buf *out, bool *good, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct scan_rule_list rules = { NULL, 0 };
	struct buf text = BUF_INIT;
	struct yaml_doc *doc = NULL;
	size_t untried = 0;
	enum err_code rc = os_read_file(path, FILE_MAX_BYTES, &text, err);

	if (rc == ERR_OK)
		rc = yaml_parse(&doc, buf_span(&text), path, err);
	if (rc == ERR_OK)
		rc = load(&rules, &arena, doc, err);
	if (rc == ERR_OK)
		rc = try_both(&rules, path, out, err);
	*good = out->len == 0;
	if (rc == ERR_OK)
		untried = tell_untried(&rules, path);
	if (rc == ERR_OK && *good && untried < rules.count)
		put_tried(out, rules.count, untried);
	*good = *good && (untried < rules.count || rules.count == 0);
	yaml_free(doc);
	buf_fini(&text);
	arena_fini(&arena);
	return rc == ERR_NOT_FOUND || rc == ERR_CORRUPT ? ERR_USAGE : rc;
}

/* ---- the command ---- */

static enum err_code show(const struct program_call *call, struct buf *out,
                          struct err *err)
{
	bool json = str_eq(cli_options(call)->format, "json");
	const char *of = call->args.count > 1 ? call->args.items[1] : NULL;
	struct view v;
	enum err_code rc = view_open(&v, err);

	if (rc == ERR_OK && str_eq(call->args.items[0], "list"))
		rc = list(out, &v, of, json, err);
	else if (rc == ERR_OK)
		rc = explain(out, &v, of, json, err);
	gate_policy_free(v.policy);
	return rc;
}

int cli_rules(struct program_call *call)
{
	const char *what = call->args.items[0];
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	bool good = true;
	enum err_code rc;
	int code;

	if (!str_eq(what, "list") && !str_eq(what, "explain") && !str_eq(what, "test"))
		rc = err_set(&err, ERR_USAGE,
		             "rules %s: there are list [GLOB], explain ID and "
		             "test FILE",
		             what);
	else if (call->args.count < 2 && !str_eq(what, "list"))
		rc = err_set(&err, ERR_USAGE, "rules %s takes one argument", what);
	else if (str_eq(what, "test"))
		rc = test(call->args.items[1], &out, &good, &err);
	else
		rc = show(call, &out, &err);
	if (rc == ERR_OK) {
		code = program_print_take(call, &out);
		return code == CLI_OK && !good ? CLI_NO_GO : code;
	}
	err.code = rc;
	code = program_fail(call, &err);
	buf_fini(&out);
	return code;
}
