// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"
#include "ops_internal.h"
#include "os/fs.h"
#include "scanners/docs/docs.h"

#include <string.h>

/* What all files together say. */

struct place {
	size_t file;
	const struct scan_fact *at; /* NULL: there is none */
};

struct judge {
	struct scan_tree *t;
	struct place first[OPS_FACTS]; /* of each kind */
	bool runbook;                  /* there is one that says something */
	struct map names;              /* of files, without their folders */
};

static char there;

static bool runs(const struct judge *j, const char *id, size_t *rule)
{
	*rule = scan_rule_find(j->t->rules->rules, j->t->rules->count, id);
	return *rule < j->t->rules->count && j->t->rules->on[*rule];
}

static void report(struct judge *j, const char *id, struct place where,
                   const char *message, struct span what)
{
	struct buf text = BUF_INIT;
	size_t rule;

	buf_puts(&text, message);
	buf_put(&text, what);
	if (!buf_ok(&text))
		j->t->rc = ERR_NOMEM;
	else if (runs(j, id, &rule))
		scan_tree_report(j->t, &(struct scan_tree_report){
					       .file = where.file,
					       .at = where.at,
					       .rule = rule,
					       .message = buf_str(&text),
					       .identity = buf_span(&text),
				       });
	buf_fini(&text);
}

/* ---- what is there ---- */

/* What its name says. */
static bool has_kind(struct span name, enum ops_fact kind)
{
	static const char *const programs[] = { ".sh",   ".py",  ".rb", ".yml",
		                                ".yaml", ".ps1", ".mk", NULL };
	static const char *const copiers[] = { ".sh",    ".py",      ".rb",   ".yml",
		                               ".yaml",  ".toml",    ".conf", ".md",
		                               ".timer", ".service", NULL };
	static const char *const rules[] = { ".libsonnet", ".jsonnet", ".rules", NULL };
	static const char *const deployers[] = { "deploy",         "Capfile",
		                                 "fly.toml",       "render.yaml",
		                                 "vercel.json",    "netlify.toml",
		                                 "Chart.yaml",     "kustomization.yaml",
		                                 "serverless.yml", "cdk.json",
		                                 "Pulumi.yaml",    "captain-definition",
		                                 "skaffold.yaml",  NULL };

	switch ((int)kind) {
	case OPS_DEPLOY:
		return ops_is_named(name, deployers) ||
		       (ops_has_end(name, programs) && ops_says(name, "deploy"));
	case OPS_ROLLBACK:
		return ops_says(name, "rollback") || ops_says(name, "roll-back") ||
		       ops_says(name, "roll_back");
	case OPS_BACKUP:
		return ops_has_end(name, copiers) &&
		       (ops_says(name, "backup") || ops_says(name, "borgmatic"));
	case OPS_ALERTS:
		return ops_has_end(name, rules) && ops_says(name, "alert");
	default:
		return false;
	}
}

static void note_name(struct judge *j, size_t file)
{
	static const struct scan_fact whole = {
		.line = 1, .column = 1, .end_line = 1, .end_column = 1
	};
	static const enum ops_fact kinds[] = { OPS_ALERTS, OPS_BACKUP, OPS_DEPLOY,
		                               OPS_ROLLBACK };
	const struct scan_seen *f = &j->t->files[file];

	if (f->scope == SCAN_TEST || f->scope == SCAN_VENDORED || f->bytes == 0)
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (j->first[kinds[i]].at == NULL &&
		    has_kind(ops_name_of(f->project), kinds[i]))
			j->first[kinds[i]] = (struct place){ file, &whole };
}

static void note_file(struct judge *j, size_t file)
{
	const struct scan_seen *f = &j->t->files[file];

	note_name(j, file);
	if (f->bytes > 0 && scan_ops_is_runbook(f->project) && !scan_docs_is_hollow(f))
		j->runbook = true;
	for (size_t i = 0; i < f->count; i++) {
		const struct scan_fact *fact = &f->facts[i];

		if (fact->kind == SCAN_FACT_OPS && fact->flags < OPS_FACTS &&
		    j->first[fact->flags].at == NULL)
			j->first[fact->flags] = (struct place){ file, fact };
	}
}

/* ---- what is missing ---- */

static bool is_there(const struct judge *j, enum ops_fact kind)
{
	return j->first[kind].at != NULL;
}

const char *const scan_ops_service_names[] = {
	"Chart.yaml",
	"Containerfile",
	"Dockerfile",
	"Dockerfile.prod",
	"Dockerfile.production",
	"Procfile",
	"compose.prod.yaml",
	"compose.prod.yml",
	"compose.production.yaml",
	"compose.production.yml",
	"compose.yaml",
	"compose.yml",
	"docker-compose.prod.yaml",
	"docker-compose.prod.yml",
	"docker-compose.production.yaml",
	"docker-compose.production.yml",
	"docker-compose.yaml",
	"docker-compose.yml",
	"fly.toml",
	NULL,
};
const char *const scan_ops_service_folders[] = { "charts",     "helm",      "k8s",
	                                         "kubernetes", "manifests", NULL };

static bool is_in_service_folder(struct span path)
{
	struct span part;

	while (span_find_byte(path, '/') < path.len && span_split(&path, '/', &part))
		if (ops_is_named(part, scan_ops_service_folders))
			return true;
	return false;
}

bool scan_ops_may_be_service(struct span path)
{
	static const char *const ends[] = { ".yml", ".yaml", NULL };
	struct span name = ops_name_of(path);

	return ops_is_named(name, scan_ops_service_names) ||
	       span_ends(name, SPAN_LIT(".Dockerfile")) ||
	       (ops_has_end(name, ends) && is_in_service_folder(path));
}

/* Of tests, of others and in documents something else is run. */
static bool is_aside(const struct scan_seen *f)
{
	return f->scope == SCAN_TEST || f->scope == SCAN_VENDORED ||
	       f->scope == SCAN_GENERATED || f->scope == SCAN_DOCS;
}

static bool says(const struct scan_seen *f, enum ops_fact kind)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->facts[i].kind == SCAN_FACT_OPS && f->facts[i].flags == kind)
			return true;
	return false;
}

/* May the file declare one? Where a forge or an editor builds, nothing is served. */
static bool is_candidate(const struct scan_seen *f)
{
	return scan_ops_may_be_service(f->path) && !is_aside(f) &&
	       !ops_is_of_forge(f->project) && !says(f, OPS_BUILDS);
}

/* Whatever is deployed may serve, and be it by an image that starts nothing by itself. */
static bool is_deployment(const struct scan_seen *f)
{
	return f->bytes > 0 && !is_aside(f) &&
	       (says(f, OPS_DEPLOY) || has_kind(ops_name_of(f->project), OPS_DEPLOY));
}

/* The first that may be one, in the tree or, as a link or ignored, at its top. */
static struct span find_service(struct judge *j)
{
	if (is_there(j, OPS_DAEMON))
		return j->t->files[j->first[OPS_DAEMON].file].path;
	for (size_t i = 0; i < j->t->count; i++)
		if (is_candidate(&j->t->files[i]) || is_deployment(&j->t->files[i]))
			return j->t->files[i].path;
	for (size_t i = 0; scan_ops_service_names[i] != NULL; i++) {
		struct span name = span_str(scan_ops_service_names[i]);

		if (scan_tree_find(j->t, name) == j->t->count &&
		    scan_tree_is_there(j->t, name))
			return name;
	}
	return SPAN_EMPTY;
}

static void note_moot(struct judge *j)
{
	const struct scan_selection *rules = j->t->rules;

	for (size_t i = 0; i < rules->count; i++)
		if (rules->on[i] && str_starts(rules->rules[i].id, "ops."))
			scan_tree_moot(j->t, i, "there is no service");
}

/* What asks about services asks here, and no service has been made out: whether anything
 * is missing is not known. */
static void skip_missing(struct judge *j)
{
	struct buf why = BUF_INIT;
	struct span service = find_service(j);
	size_t rule;

	if (service.len == 0) {
		note_moot(j);
		return;
	}
	buf_puts(&why, "no service can be made out, though there is ");
	buf_put(&why, service);
	if (!buf_ok(&why))
		j->t->rc = ERR_NOMEM;
	for (size_t i = 0; j->t->rc == ERR_OK && ops_missing[i] != NULL; i++)
		if (runs(j, ops_missing[i], &rule))
			j->t->rc = scan_sink_skip(j->t->sink,
			                          &(struct scan_skip){
							  .path = SPAN_LIT("."),
							  .reason = buf_str(&why),
							  .lack = SCAN_OPEN,
							  .rule = ops_missing[i],
						  },
			                          NULL);
	buf_fini(&why);
}

static void report_missing(struct judge *j)
{
	struct place service = j->first[OPS_SERVICE];

	if (!j->t->whole)
		return;
	if (!is_there(j, OPS_SERVICE)) {
		skip_missing(j);
		return;
	}
	if (!is_there(j, OPS_METRICS))
		report(j, "ops.metrics-missing", service,
		       "a service, and nothing that collects its metrics", SPAN_EMPTY);
	if (!is_there(j, OPS_ALERTS))
		report(j, "ops.alerts-missing", service,
		       "a service, and no rule that raises an alert", SPAN_EMPTY);
	if (!j->runbook && !is_there(j, OPS_RUNBOOK))
		report(j, "ops.runbook-missing", service,
		       "a service, and no runbook for those who keep it up", SPAN_EMPTY);
	if (!is_there(j, OPS_DEPLOY) && !is_there(j, OPS_DAEMON))
		report(j, "ops.deploy-missing", service,
		       "a service, and nothing that deploys it", SPAN_EMPTY);
	/* Of an example nobody needs a way back. */
	if (is_there(j, OPS_DEPLOY) && !is_there(j, OPS_ROLLBACK) &&
	    j->t->files[j->first[OPS_DEPLOY].file].scope != SCAN_DOCS)
		report(j, "ops.rollback-missing", j->first[OPS_DEPLOY],
		       "deployed, and no script or text says how to go back", SPAN_EMPTY);
	if (is_there(j, OPS_STATE) && !is_there(j, OPS_BACKUP))
		report(j, "ops.backup-missing", j->first[OPS_STATE],
		       "data that stays, and nothing that backs it up", SPAN_EMPTY);
}

/* A workload needs a probe of its own; elsewhere one check for all will do. */
static void check_service(struct judge *j, size_t file, const struct scan_fact *at)
{
	struct place where = { file, at };

	if (span_eq_str(at->text, "workload"))
		report(j, "ops.health-missing", where, "no probe of the workload",
		       SPAN_EMPTY);
	else if (at->text.len == 0 && !is_there(j, OPS_HEALTH) &&
	         j->first[OPS_SERVICE].at == at)
		report(j, "ops.health-missing", where,
		       "no health check of the service, here or elsewhere", SPAN_EMPTY);
}

/* ---- what is named and not there ---- */

/* Of a file of the tree, whose state a kept judgement depends on. */
static bool is_executable(struct judge *j, struct span path)
{
	struct buf full = BUF_INIT;
	bool yes;

	buf_puts(&full, j->t->top);
	buf_put(&full, path);
	if (!buf_ok(&full))
		j->t->rc = ERR_NOMEM;
	yes = os_is_executable(buf_str(&full));
	buf_fini(&full);
	return yes;
}

static void check_call(struct judge *j, size_t file, const struct scan_fact *at)
{
	struct place where = { file, at };
	size_t script = scan_tree_find(j->t, at->text);

	if (!j->t->whole)
		return;
	if (script < j->t->count && !is_executable(j, at->text))
		report(j, "ops.script-not-executable", where,
		       "not executable: ", at->text);
	else if (script == j->t->count && !map_has(&j->names, ops_name_of(at->text)) &&
	         !scan_tree_is_there(j->t, at->text))
		report(j, "ops.script-missing", where, "no such script: ", at->text);
}

/* The path in a repository that an address names, as far as it is one of a file there. */
static struct span path_in_link(struct span link)
{
	static const char *const marks[] = { "/blob/", "/tree/", "/raw/", NULL };

	link = span_sub(link, 0, span_find_byte(link, '#'));
	link = span_sub(link, 0, span_find_byte(link, '?'));
	if (!ops_has(link, "://"))
		return link.len > 0 && link.ptr[0] == '/' ? SPAN_EMPTY : link;
	for (size_t i = 0; marks[i] != NULL; i++) {
		size_t at = span_find(link, span_str(marks[i]));

		if (at < link.len) {
			struct span rest = span_from(link, at + strlen(marks[i]));

			return span_from(rest, span_find_byte(rest, '/') + 1);
		}
	}
	return SPAN_EMPTY;
}

/* Only what names a file in a folder of the project can be missed in it. */
static void check_runbook(struct judge *j, size_t file, const struct scan_fact *at)
{
	struct place where = { file, at };
	struct span path = path_in_link(at->text);
	size_t slash = span_rfind_byte(path, '/');
	struct span folder = span_sub(path, 0, slash);

	if (!j->t->whole || slash == path.len || ops_has(path, "{{") ||
	    ops_has(path, "$") || span_starts(path, SPAN_LIT(".")))
		return;
	if (scan_tree_find_below(j->t, folder) == j->t->count ||
	    scan_tree_find(j->t, path) < j->t->count || scan_tree_is_there(j->t, path))
		return;
	report(j, "ops.runbook-dead-link", where, "no such runbook: ", path);
}

static void check_fact(struct judge *j, size_t file, const struct scan_fact *at)
{
	static const char *const own[OPS_FACTS] = {
		[OPS_ALERT_NO_DURATION] = "ops.alert-no-duration",
		[OPS_ALERT_NO_EXPRESSION] = "ops.alert-no-expression",
		[OPS_ALERT_NO_RUNBOOK] = "ops.alert-no-runbook",
		[OPS_ALERT_NO_SEVERITY] = "ops.alert-no-severity",
		[OPS_DASHBOARD_EMPTY] = "ops.dashboard-empty",
		[OPS_DASHBOARD_INVALID] = "ops.dashboard-invalid",
		[OPS_HEALTH_DISABLED] = "ops.health-disabled",
		[OPS_PANEL_NO_QUERY] = "ops.panel-no-query",
	};

	if (at->kind != SCAN_FACT_OPS || at->flags >= OPS_FACTS)
		return;
	if (at->flags == OPS_SERVICE)
		check_service(j, file, at);
	else if (at->flags == OPS_CALL)
		check_call(j, file, at);
	else if (at->flags == OPS_RUNBOOK)
		check_runbook(j, file, at);
	else if (own[at->flags] != NULL)
		report(j, own[at->flags], (struct place){ file, at }, "", at->text);
}

static void check_file(struct judge *j, size_t file)
{
	const struct scan_seen *f = &j->t->files[file];

	if (scan_ops_is_runbook(f->project) && scan_docs_is_hollow(f))
		report(j, "ops.runbook-empty", (struct place){ file, NULL },
		       "the runbook says nothing", SPAN_EMPTY);
	for (size_t i = 0; i < f->count && j->t->rc == ERR_OK; i++)
		check_fact(j, file, &f->facts[i]);
}

bool scan_ops_has_service(const struct scan_tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		for (size_t k = 0; k < t->files[i].count; k++) {
			const struct scan_fact *f = &t->files[i].facts[k];

			if (f->kind == SCAN_FACT_OPS &&
			    (f->flags == OPS_SERVICE || f->flags == OPS_DAEMON))
				return true;
		}
	return false;
}

void scan_ops_judge(struct scan_tree *t)
{
	struct judge j = { .t = t };
	bool any = false;

	for (size_t i = 0; i < t->rules->count && !any; i++)
		any = t->rules->on[i] && str_starts(t->rules->rules[i].id, "ops.");
	if (!any)
		return;
	map_init(&j.names);
	for (size_t i = 0; i < t->count && scan_tree_goes_on(t); i++)
		note_file(&j, i);
	for (size_t i = 0; is_there(&j, OPS_CALL) && i < t->count; i++)
		if (!map_set(&j.names, ops_name_of(t->files[i].path), &there))
			t->rc = ERR_NOMEM;
	for (size_t i = 0; i < t->count && scan_tree_goes_on(t); i++)
		check_file(&j, i);
	if (scan_tree_goes_on(t))
		report_missing(&j);
	map_fini(&j.names);
}
