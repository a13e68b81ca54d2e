// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "policy/decimal.h"
#include "policy/detect.h"
#include "policy/load_internal.h"
#include "scanners/regex.h"

#include <string.h>

/* What can be judged only when all layers are there: references, completeness, sense. */

static const char *const suite_measures[] = {
	"passed", "failed", "skipped",         "flaky",        "quarantined",
	"slow",   "total",  "skipped_percent", "pass_percent", "duration_s",
};
static const char *const bench_measures[] = { "slowdown_percent" };
static const char *const scan_measures[] = { "count", "errors", "per_kloc", "ratio",
	                                     "warnings" };

size_t gate_measures(enum gate_collector c, const char *const **names)
{
	*names = NULL;
	if (c == GATE_COLLECT_SUITE || c == GATE_COLLECT_COMMAND) {
		*names = suite_measures;
		return sizeof(suite_measures) / sizeof(suite_measures[0]);
	}
	if (c == GATE_COLLECT_BENCH) {
		*names = bench_measures;
		return sizeof(bench_measures) / sizeof(bench_measures[0]);
	}
	if (c == GATE_COLLECT_SCAN) {
		*names = scan_measures;
		return sizeof(scan_measures) / sizeof(scan_measures[0]);
	}
	return 0;
}

/* Where the newest file that has the key wrote it; else the newest entry itself. */
static const struct yaml *place_of(const struct gate_origin *o, const char *key,
                                   const struct yaml_doc **doc)
{
	for (const struct gate_origin *at = o; at != NULL; at = at->older) {
		if (yaml_get(at->node, key) == NULL)
			continue;
		*doc = at->doc;
		return yaml_get(at->node, key);
	}
	*doc = o->doc;
	return o->node;
}

enum err_code gate_load_fault(struct gate_load *l, const struct gate_origin *o,
                              const char *key, const char *text)
{
	const struct yaml_doc *doc;
	const struct yaml *n = place_of(o, key, &doc);

	return yaml_error(l->err, doc, n, "%s", text);
}

static enum err_code fault_name(struct gate_load *l, const struct gate_origin *o,
                                const char *key, const char *what, const char *name,
                                const char *near)
{
	const char *text =
		near != NULL ? arena_printf(&l->arena, "%s '%s'; did you mean '%s'?",
	                                    what, gate_load_shown(l, name), near)
			     : arena_printf(&l->arena, "%s '%s'", what,
	                                    gate_load_shown(l, name));

	return text != NULL ? gate_load_fault(l, o, key, text) : err_nomem(l->err);
}

/* Keys that an entry needs and no layer gave. */
static enum err_code check_needed(struct gate_load *l, const char *section)
{
	const struct gate_field *f =
		gate_grammar_field(gate_grammar(), span_str(section));
	const struct gate_section *s = gate_load_section(l, section);
	const struct yaml_doc *doc;

	for (size_t i = 0; i < s->count; i++) {
		for (size_t k = 0; k < f->type->field_count; k++) {
			const struct gate_field *key = &f->type->fields[k];
			const struct yaml *n = place_of(s->latest[i], key->key, &doc);

			if ((key->flags & GATE_FIELD_NEEDED) && n == s->latest[i]->node)
				return yaml_error(l->err, doc, n,
				                  "an entry of '%s' needs '%s'", section,
				                  key->key);
		}
	}
	return ERR_OK;
}

static void fill_titles(struct gate_policy *p)
{
	for (size_t i = 0; i < p->category_count; i++)
		if (p->categories[i].title == NULL)
			p->categories[i].title = p->categories[i].id;
	for (size_t i = 0; i < p->check_count; i++)
		if (p->checks[i].title == NULL)
			p->checks[i].title = p->checks[i].id;
}

/* For what is told of them when suites have run. */
static void note_lines(struct gate_load *l)
{
	const struct gate_section *s = gate_load_section(l, "quarantine");
	const struct gate_section *suites = gate_load_section(l, "suites");

	for (size_t i = 0; i < s->count && i < l->policy->quarantine_count; i++)
		l->policy->quarantine[i].line = yaml_line(s->latest[i]->node);
	for (size_t i = 0; i < suites->count && i < l->policy->suite_count; i++)
		l->policy->suites[i].line = yaml_line(suites->latest[i]->node);
}

/* A name that is nearest to an id of a section. */
static const char *nearest_id(struct gate_load *l, const char *section, const char *name)
{
	const struct gate_section *s = gate_load_section(l, section);
	const char **ids = arena_array(&l->arena, s->count + 1, sizeof(*ids));

	if (ids == NULL)
		return NULL;
	for (size_t i = 0; i < s->count; i++)
		ids[i] = yaml_text(yaml_get(s->latest[i]->node, "id"));
	return str_nearest(span_str(name), ids, s->count);
}

static bool find_id(const struct gate_load *l, const char *section, const char *name,
                    size_t *index)
{
	const struct gate_origin *o =
		map_get(&gate_load_section(l, section)->by_id, span_str(name));

	if (o != NULL && index != NULL)
		*index = o->index;
	return o != NULL;
}

bool gate_load_runs(const struct gate_load *l, const char *name)
{
	const struct gate_policy *p = l->policy;

	return p->suite_count == 0 || find_id(l, "suites", name, NULL) ||
	       find_id(l, "builds", name, NULL) ||
	       (p->build_count == 0 && gate_detects_build(name));
}

enum err_code gate_load_no_run(struct gate_load *l, const struct gate_origin *o,
                               const char *key, const char *name)
{
	const char *near = nearest_id(l, "suites", name);

	if (near == NULL)
		near = nearest_id(l, "builds", name);
	return fault_name(l, o, key, "no suite or build", name, near);
}

static enum err_code check_suite_name(struct gate_load *l, const struct gate_check *c,
                                      const struct gate_origin *o)
{
	if (str_eq(c->suite, "*") || str_eq(c->suite, "builds:*") ||
	    gate_load_runs(l, c->suite))
		return ERR_OK;
	return gate_load_no_run(l, o, "collect", c->suite);
}

static enum err_code check_command_needs(struct gate_load *l, const struct gate_check *c,
                                         const struct gate_origin *o)
{
	for (size_t i = 0; i < c->command_needs.count; i++) {
		const char *name = c->command_needs.items[i];

		if (!gate_load_runs(l, name) && !gate_load_fixture(l, name))
			return gate_load_no_run(l, o, "collect", name);
	}
	return ERR_OK;
}

static enum err_code check_measure(struct gate_load *l, struct gate_check *c,
                                   const struct gate_origin *o)
{
	const char *const *names;
	size_t count = gate_measures(c->collector, &names);
	struct buf text = BUF_INIT;
	const char *near;
	enum err_code rc;

	if (c->measure == NULL && c->collector == GATE_COLLECT_SCAN)
		c->measure = "count";
	if (c->measure == NULL || count == 0 || str_eq(c->measure, "count"))
		return ERR_OK; /* count is what everybody measures by default */
	for (size_t i = 0; i < count; i++)
		if (str_eq(names[i], c->measure))
			return ERR_OK;
	buf_printf(&text, "a %s has no measure '%s'; ", gate_collector_name(c->collector),
	           gate_load_shown(l, c->measure));
	near = str_nearest(span_str(c->measure), names, count);
	if (near != NULL)
		buf_printf(&text, "did you mean '%s'?", near);
	else
		buf_puts(&text, "one of:");
	for (size_t i = 0; near == NULL && i < count; i++)
		buf_printf(&text, " %s", names[i]);
	rc = gate_load_fault(l, o, "measure", buf_str(&text));
	buf_fini(&text);
	return rc;
}

/* Names of suites, and a threshold: coverage as such is neither good nor bad. */
static enum err_code check_coverage(struct gate_load *l, struct gate_check *c,
                                    const struct gate_origin *o)
{
	const struct gate_policy *p = l->policy;

	if (c->collector != GATE_COLLECT_COVERAGE)
		return ERR_OK;
	if (!c->has_scale)
		return gate_load_fault(
			l, o, "collect",
			"a check of coverage needs a 'scale', such as {fail: 50, "
			"pass: 80, unit: percent}");
	if (gate_decimal_cmp(span_str(c->scale_fail), span_str(c->scale_pass)) > 0)
		return gate_load_fault(
			l, o, "scale",
			"more coverage is better: 'pass' must be above 'fail'");
	if (c->measure != NULL)
		return gate_load_fault(
			l, o, "measure",
			"what is counted stands in collect: {coverage: {measure: "
			"..}}");
	if (c->coverage_new_code && c->coverage_measure != GATE_COVERAGE_LINES)
		return gate_load_fault(l, o, "collect", "of new code lines are counted");
	for (size_t i = 0; i < c->coverage_from.count && p->suite_count > 0; i++)
		if (!find_id(l, "suites", c->coverage_from.items[i], NULL))
			return fault_name(
				l, o, "collect", "no suite", c->coverage_from.items[i],
				nearest_id(l, "suites", c->coverage_from.items[i]));
	return ERR_OK;
}

static enum err_code check_command(struct gate_load *l, const struct gate_check *c,
                                   const struct gate_origin *o)
{
	bool plugin = c->command_format == GATE_FORMAT_PLUGIN;

	if (c->collector != GATE_COLLECT_COMMAND)
		return ERR_OK;
	if (!plugin && c->command_with != NULL)
		return gate_load_fault(
			l, o, "collect",
			"'with' is for a plug-in: it needs 'format: plugin'");
	if (plugin && c->measure != NULL)
		return gate_load_fault(l, o, "measure",
		                       "a plug-in says itself what it measures");
	return ERR_OK;
}

static enum err_code check_check(struct gate_load *l, struct gate_check *c,
                                 const struct gate_origin *o)
{
	enum err_code rc;

	if (!find_id(l, "categories", c->category_id, &c->category))
		return fault_name(l, o, "category", "no category", c->category_id,
		                  nearest_id(l, "categories", c->category_id));
	if (c->has_scale &&
	    gate_decimal_cmp(span_str(c->scale_fail), span_str(c->scale_pass)) == 0)
		return gate_load_fault(l, o, "scale",
		                       "'fail' and 'pass' of a scale must differ");
	if (c->suite != NULL && (rc = check_suite_name(l, c, o)) != ERR_OK)
		return rc;
	if ((rc = check_coverage(l, c, o)) != ERR_OK ||
	    (rc = check_command_needs(l, c, o)) != ERR_OK ||
	    (rc = check_command(l, c, o)) != ERR_OK)
		return rc;
	if (c->collector == GATE_COLLECT_BENCH &&
	    (rc = gate_check_bench(l, c, o)) != ERR_OK)
		return rc;
	return check_measure(l, c, o);
}

enum err_code gate_load_has_check(struct gate_load *l, const struct yaml_doc *doc,
                                  const struct yaml *name)
{
	const char *id = yaml_text(name);
	const char *near;

	if (find_id(l, "checks", id, NULL))
		return ERR_OK;
	near = nearest_id(l, "checks", id);
	return yaml_error(l->err, doc, name, "no check '%s'%s%s%s",
	                  gate_load_shown(l, id), near != NULL ? "; did you mean '" : "",
	                  near != NULL ? near : "", near != NULL ? "'?" : "");
}

static enum err_code check_checks(struct gate_load *l)
{
	const struct gate_section *s = gate_load_section(l, "checks");
	enum err_code rc = check_needed(l, "checks");

	for (size_t i = 0; rc == ERR_OK && i < s->count; i++)
		rc = check_check(l, &l->policy->checks[i], s->latest[i]);
	return rc;
}

static enum err_code check_waiver(struct gate_load *l, const struct gate_waiver *w,
                                  const struct gate_origin *o)
{
	if ((w->check == NULL) == (w->fingerprint == NULL))
		return gate_load_fault(
			l, o, "fingerprint",
			"a waiver needs exactly one of 'check' and 'fingerprint'");
	return ERR_OK;
}

static enum err_code check_waivers(struct gate_load *l)
{
	const struct gate_section *s = gate_load_section(l, "waivers");
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < s->count; i++)
		rc = check_waiver(l, &l->policy->waivers[i], s->latest[i]);
	return rc;
}

static enum err_code check_signoffs(struct gate_load *l)
{
	const struct gate_section *s = gate_load_section(l, "signoff");
	struct map roles = MAP_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < s->count; i++) {
		const char *role = l->policy->signoffs[i].role;

		if (map_has(&roles, span_str(role)))
			rc = fault_name(l, s->latest[i], "role",
			                "twice in 'signoff':", role, NULL);
		else if (!map_set(&roles, span_str(role), NULL))
			rc = err_nomem(l->err);
	}
	map_fini(&roles);
	return rc;
}

/* A pattern for suites that say PASS, FAIL or SKIP and a name, one a line. */
#define DEFAULT_REGEX \
	"(?m)^\\s*(?<status>PASS|FAIL|SKIP|ERROR|ok|not ok)(?:ED)?:?\\s+(?<name>\\S.*)$"

/* Does the command say where the tests go? In a list {names} is a word of its own. */
static bool takes_tests(const struct gate_command *c)
{
	if (c->shell != NULL)
		return strstr(c->shell, "{names}") != NULL ||
		       strstr(c->shell, "{regex}") != NULL;
	for (size_t i = 0; i < c->argv.count; i++)
		if (str_eq(c->argv.items[i], "{names}") ||
		    strstr(c->argv.items[i], "{regex}") != NULL)
			return true;
	return c->argv.count == 0;
}

/* As the results are read with it: a mistake must not cost a run first. */
static enum err_code check_regex(struct gate_load *l, const struct gate_suite *suite,
                                 const struct gate_origin *o)
{
	struct scan_regex *regex = NULL;
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	enum err_code rc;

	buf_printf(&text, "(?m)%s", suite->regex);
	rc = buf_err(&text, l->err);
	if (rc == ERR_OK)
		rc = scan_regex_new(&regex, buf_str(&text), 0, &why);
	if (rc == ERR_OK && scan_regex_group(regex, "status") == 0)
		rc = err_set(&why, ERR_USAGE, "it has no group (?<status>..)");
	if (rc == ERR_NOMEM) {
		rc = err_nomem(l->err);
	} else if (rc != ERR_OK) {
		buf_clear(&text);
		buf_printf(&text, "'regex': %s", why.msg);
		rc = gate_load_fault(l, o, "regex", buf_str(&text));
	}
	scan_regex_free(regex);
	buf_fini(&text);
	return rc;
}

static enum err_code check_suite(struct gate_load *l, struct gate_suite *suite,
                                 const struct gate_origin *o)
{
	if (suite->format == GATE_FORMAT_REGEX && suite->regex == NULL)
		suite->regex = DEFAULT_REGEX;
	if (suite->format != GATE_FORMAT_REGEX && suite->regex != NULL)
		return gate_load_fault(l, o, "regex", "'regex' needs 'format: regex'");
	if (suite->format == GATE_FORMAT_EXIT && suite->results.count > 0)
		return gate_load_fault(
			l, o, "results",
			"'results' needs a 'format' that reads them, such as junit: "
			"without one the exit code alone counts");
	if (suite->format == GATE_FORMAT_EXIT && suite->test_timeout_ms > 0)
		return gate_load_fault(
			l, o, "test_timeout",
			"'test_timeout' needs a 'format' that tells of tests; 'timeout' "
			"ends the whole suite");
	if (suite->regex != NULL) {
		enum err_code rc = check_regex(l, suite, o);

		if (rc != ERR_OK)
			return rc;
	}
	if (!takes_tests(&suite->rerun))
		return gate_load_fault(
			l, o, "rerun",
			"'rerun' must say where the tests go: {names}, in a list a word "
			"of its own, or {regex}");
	return ERR_OK;
}

static bool is_given(const struct gate_command *c)
{
	return c->shell != NULL || c->argv.count > 0;
}

bool gate_load_fixture(const struct gate_load *l, const char *name)
{
	return find_id(l, "fixtures", name, NULL);
}

static enum err_code check_fixture(struct gate_load *l, const struct gate_fixture *x,
                                   const struct gate_origin *o)
{
	if (!is_given(&x->run) && !is_given(&x->serve))
		return gate_load_fault(l, o, "id", "a fixture needs 'run' or 'serve'");
	if (is_given(&x->ready) && !is_given(&x->serve))
		return gate_load_fault(l, o, "ready",
		                       "'ready' waits for 'serve'; what 'run' set up is "
		                       "ready when it ends");
	if (find_id(l, "suites", x->id, NULL) || find_id(l, "builds", x->id, NULL))
		return gate_load_fault(
			l, o, "id",
			"a suite or build has this id already, and 'needs' names all");
	return ERR_OK;
}

static enum err_code check_fixtures(struct gate_load *l)
{
	const struct gate_section *s = gate_load_section(l, "fixtures");
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < s->count; i++)
		rc = check_fixture(l, &l->policy->fixtures[i], s->latest[i]);
	return rc;
}

static enum err_code check_suites(struct gate_load *l)
{
	const struct gate_section *suites = gate_load_section(l, "suites");
	const struct gate_section *builds = gate_load_section(l, "builds");
	enum err_code rc = check_needed(l, "suites");

	if (rc == ERR_OK)
		rc = check_needed(l, "builds");
	for (size_t i = 0; rc == ERR_OK && i < suites->count; i++)
		rc = check_suite(l, &l->policy->suites[i], suites->latest[i]);
	for (size_t i = 0; rc == ERR_OK && i < builds->count; i++)
		if (find_id(l, "suites", l->policy->builds[i].id, NULL))
			rc = gate_load_fault(
				l, builds->latest[i], "id",
				"a suite has this id already, and 'needs' names both");
	return rc;
}

enum err_code gate_check_policy(struct gate_load *l)
{
	enum err_code rc = check_needed(l, "categories");

	note_lines(l);
	fill_titles(l->policy);
	if (rc == ERR_OK)
		rc = check_suites(l);
	if (rc == ERR_OK)
		rc = check_fixtures(l);
	if (rc == ERR_OK)
		rc = check_checks(l);
	if (rc == ERR_OK)
		rc = check_waivers(l);
	if (rc == ERR_OK)
		rc = check_signoffs(l);
	if (rc == ERR_OK)
		rc = gate_check_needs(l);
	if (rc == ERR_OK)
		rc = gate_check_phases(l);
	if (rc == ERR_OK)
		rc = gate_check_risks(l);
	if (rc == ERR_OK)
		rc = gate_check_rollout(l);
	return rc;
}
