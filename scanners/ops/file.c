// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "ops_internal.h"

#include <string.h>

/* Which reader a file is for, by its name and a few words in it. */

enum {
	LOOKED_AT = 1 << 20, /* bytes of a file in which words are looked for */
	SAID_MAX = 400       /* bytes of a line that something is said of */
};

/* ---- notes ---- */

void ops_note(struct scan_pass *p, enum ops_fact kind, size_t start, size_t end,
              struct span text)
{
	struct scan_piece at = { .start = start, .end = end };
	bool shown = p->source->scope == SCAN_DOCS; /* how others may run it */

	if (shown && (kind == OPS_SERVICE || kind == OPS_DAEMON || kind == OPS_STATE ||
	              kind == OPS_CALL))
		return;
	if (p->rc == ERR_OK)
		scan_pass_fact(p, SCAN_FACT_OPS, (unsigned)kind, &at, text);
}

/* The line from there on: whole characters, and not all of one without end. */
static struct span line_at(struct span text, size_t at)
{
	size_t end = at + SAID_MAX;
	struct span line;

	while (end > at && end < text.len &&
	       ((unsigned char)text.ptr[end] & 0xC0) == 0x80)
		end--;
	line = span_sub(text, at, end - at);
	return span_trim(span_sub(line, 0, span_find_byte(line, '\n')));
}

void ops_say(struct scan_pass *p, enum ops_fact kind, size_t at, const char *message,
             const char *name)
{
	struct span line = line_at(p->source->text, at);
	size_t start = line.len > 0 ? (size_t)(line.ptr - p->source->text.ptr) : at;
	struct buf text = BUF_INIT;

	buf_puts(&text, message);
	if (name != NULL)
		buf_puts(&text, name);
	if (buf_ok(&text))
		ops_note(p, kind, start, start + line.len, buf_span(&text));
	else
		p->rc = ERR_NOMEM;
	buf_fini(&text);
}

void ops_note_file(struct scan_pass *p, enum ops_fact kind)
{
	ops_note(p, kind, 0, span_find_byte(p->source->text, '\n'), SPAN_EMPTY);
}

/* ---- what is not known ---- */

const char *const ops_missing[] = { "ops.alerts-missing",  "ops.backup-missing",
	                            "ops.deploy-missing",  "ops.health-missing",
	                            "ops.metrics-missing", "ops.rollback-missing",
	                            "ops.runbook-missing", NULL };

/* ---- words ---- */

struct span ops_name_of(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? path : span_from(path, slash + 1);
}

bool ops_has(struct span s, const char *what)
{
	return span_find(s, span_str(what)) < s.len;
}

bool ops_says(struct span s, const char *what)
{
	return span_find_caseless(s, span_str(what)) < s.len;
}

/* Of taking a release back: "rollback", "Roll back", "rolling back". */
static bool says_rollback(struct span s)
{
	static const char *const ends[] = { "back", " back", "-back", "ing back", NULL };
	const struct span roll = SPAN_LIT("roll");
	size_t at = span_find_caseless(s, roll);

	while (at < s.len) {
		struct span rest = span_from(s, at + roll.len);

		for (size_t i = 0; ends[i] != NULL; i++)
			if (ops_says(span_sub(rest, 0, strlen(ends[i])), ends[i]))
				return true;
		at += roll.len + span_find_caseless(rest, roll);
	}
	return false;
}

static bool says_any(struct span s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (ops_has(s, *list))
			return true;
	return false;
}

/* ---- what it is ---- */

static void read_manifest(struct scan_pass *p)
{
	static const char *const libraries[] = {
		"prom-client", "prometheus", "opentelemetry", "micrometer",
		"statsd",      "datadog",    "dd-trace",      "ddtrace",
		"newrelic",    "go-metrics", "dropwizard",    "App.Metrics",
		NULL
	};

	if (says_any(p->source->text, libraries))
		ops_note_file(p, OPS_METRICS);
}

static void read_terraform(struct scan_pass *p)
{
	static const char *const alarms[] = { "_metric_alarm", "datadog_monitor",
		                              "_alert_policy", "_metric_alert",
		                              "_alert_rule",   NULL };
	static const char *const backups[] = {
		"aws_backup_", "_backup_policy",         "backup_retention_period",
		"_snapshot",   "point_in_time_recovery", NULL
	};

	ops_note_file(p, OPS_DEPLOY);
	if (says_any(p->source->text, alarms))
		ops_note_file(p, OPS_ALERTS);
	if (says_any(p->source->text, backups))
		ops_note_file(p, OPS_BACKUP);
}

/* "[Service]" that stays. */
static void read_unit(struct scan_pass *p)
{
	struct span text = p->source->text;

	if (ops_has(text, "[Service]") && ops_has(text, "ExecStart=") &&
	    !ops_has(text, "Type=oneshot"))
		ops_note_file(p, OPS_DAEMON);
}

static void read_procfile(struct scan_pass *p)
{
	ops_note_file(p, OPS_DAEMON);
	ops_note_file(p, OPS_DEPLOY);
}

/* Workflows, scripts, recipes: what they do, by the commands in them. */
static void read_commands(struct scan_pass *p)
{
	static const char *const backups[] = { "pg_dump",       "mysqldump",
		                               "restic backup", "borg create",
		                               "mongodump",     "lifeboat backup",
		                               "velero",        NULL };
	struct span text = span_sub(p->source->text, 0, LOOKED_AT);

	if (ops_deploys(text))
		ops_note_file(p, OPS_DEPLOY);
	if (says_any(text, backups))
		ops_note_file(p, OPS_BACKUP);
	if (says_rollback(text) || ops_has(text, "rollout undo") ||
	    ops_has(text, "--atomic"))
		ops_note_file(p, OPS_ROLLBACK);
}

static void read_text(struct scan_pass *p)
{
	struct span text = span_sub(p->source->text, 0, LOOKED_AT);

	if (says_rollback(text))
		ops_note_file(p, OPS_ROLLBACK);
}

static void read_workflow(struct scan_pass *p)
{
	read_commands(p);
	ops_calls(p);
}

static void read_dashboards(struct scan_pass *p)
{
	ops_dashboard(p, true);
}

static void read_json(struct scan_pass *p)
{
	struct span text = p->source->text;

	if (ops_has(text, "\"panels\"") && ops_has(text, "\"schemaVersion\""))
		ops_dashboard(p, false);
}

static void read_yaml(struct scan_pass *p)
{
	struct span text = p->source->text;

	if (ops_has(text, "scrape_configs:") ||
	    (ops_has(text, "\nreceivers:") && ops_has(text, "\nexporters:")))
		ops_note_file(p, OPS_METRICS);
	if (ops_has(text, "apiVersion:") && ops_has(text, "kind:"))
		ops_kubernetes(p);
	if (ops_has(text, "groups:") && ops_has(text, "alert:"))
		ops_alerts(p);
}

/* ---- by name ---- */

bool ops_is_named(struct span name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (span_eq_str(name, *names))
			return true;
	return false;
}

bool ops_has_end(struct span name, const char *const *ends)
{
	for (; *ends != NULL; ends++)
		if (span_ends(name, span_str(*ends)))
			return true;
	return false;
}

static bool is_yaml(struct span name)
{
	return span_ends(name, SPAN_LIT(".yml")) || span_ends(name, SPAN_LIT(".yaml"));
}

static bool is_workflow(struct span path, struct span name)
{
	static const char *const names[] = { ".gitlab-ci.yml", "azure-pipelines.yml",
		                             "azure-pipelines.yaml", "Jenkinsfile",
		                             NULL };
	struct span folder = span_sub(path, 0, path.len - name.len);

	return ops_is_named(name, names) ||
	       (is_yaml(name) && (span_ends(folder, SPAN_LIT(".github/workflows/")) ||
	                          span_starts(folder, SPAN_LIT(".gitlab/ci/"))));
}

bool ops_is_of_forge(struct span path)
{
	return span_starts(path, SPAN_LIT(".github/")) ||
	       span_starts(path, SPAN_LIT(".devcontainer/"));
}

static bool is_of_forge(struct span path, struct span name)
{
	(void)name;
	return ops_is_of_forge(path);
}

static bool is_docker(struct span path, struct span name)
{
	static const char *const names[] = { "Dockerfile", "Containerfile",
		                             "Dockerfile.prod", "Dockerfile.production",
		                             NULL };

	(void)path;
	return ops_is_named(name, names) || span_ends(name, SPAN_LIT(".Dockerfile"));
}

static bool is_compose(struct span path, struct span name)
{
	static const char *const names[] = { "docker-compose.yml",
		                             "docker-compose.yaml",
		                             "docker-compose.prod.yml",
		                             "docker-compose.prod.yaml",
		                             "docker-compose.production.yml",
		                             "docker-compose.production.yaml",
		                             "compose.yml",
		                             "compose.yaml",
		                             "compose.prod.yml",
		                             "compose.prod.yaml",
		                             "compose.production.yml",
		                             "compose.production.yaml",
		                             NULL };

	(void)path;
	return ops_is_named(name, names);
}

/* Of developers, of tests. */
static bool is_other_compose(struct span path, struct span name)
{
	(void)path;
	return is_yaml(name) && (span_starts(name, SPAN_LIT("docker-compose")) ||
	                         span_starts(name, SPAN_LIT("compose.")));
}

static bool is_json(struct span path, struct span name)
{
	(void)path;
	return span_ends(name, SPAN_LIT(".json"));
}

static bool is_dashboard(struct span path, struct span name)
{
	struct span folder = span_sub(path, 0, path.len - name.len);

	return is_json(path, name) &&
	       (ops_has(folder, "dashboards/") || ops_has(folder, "grafana/"));
}

static bool is_manifest(struct span path, struct span name)
{
	static const char *const names[] = {
		"package.json", "go.mod",        "pyproject.toml", "setup.py",
		"Cargo.toml",   "pom.xml",       "build.gradle",   "build.gradle.kts",
		"Gemfile",      "composer.json", "mix.exs",        NULL
	};
	static const char *const ends[] = { ".csproj", ".gemspec", NULL };

	(void)path;
	return ops_is_named(name, names) || ops_has_end(name, ends) ||
	       (span_starts(name, SPAN_LIT("requirements")) &&
	        span_ends(name, SPAN_LIT(".txt")));
}

static bool is_any_yaml(struct span path, struct span name)
{
	(void)path;
	return is_yaml(name);
}

static bool is_terraform(struct span path, struct span name)
{
	(void)path;
	return span_ends(name, SPAN_LIT(".tf"));
}

static bool is_unit(struct span path, struct span name)
{
	(void)path;
	return span_ends(name, SPAN_LIT(".service")) ||
	       span_ends(name, SPAN_LIT(".service.in"));
}

static bool is_procfile(struct span path, struct span name)
{
	(void)path;
	return span_eq_str(name, "Procfile");
}

static bool is_recipe(struct span path, struct span name)
{
	static const char *const names[] = { "Makefile", "GNUmakefile",  "justfile",
		                             "Justfile", "Taskfile.yml", NULL };

	(void)path;
	return span_ends(name, SPAN_LIT(".sh")) || ops_is_named(name, names);
}

static const char *const texts[] = { ".md", ".rst", ".adoc", ".txt", NULL };

static bool is_text(struct span path, struct span name)
{
	(void)path;
	return ops_has_end(name, texts);
}

struct reader {
	bool (*is_it)(struct span path, struct span name);
	void (*read)(struct scan_pass *p); /* NULL: it says nothing */
};

/* The first that fits. */
static const struct reader readers[] = {
	{ is_workflow, read_workflow },   { is_of_forge, NULL },
	{ is_docker, ops_docker },        { is_compose, ops_compose },
	{ is_other_compose, NULL },       { is_dashboard, read_dashboards },
	{ is_manifest, read_manifest },   { is_json, read_json },
	{ is_recipe, read_commands },     { is_any_yaml, read_yaml },
	{ is_terraform, read_terraform }, { is_unit, read_unit },
	{ is_procfile, read_procfile },   { is_text, read_text },
};

void scan_ops_file(struct scan_pass *p)
{
	enum scan_scope scope = p->source->scope;
	struct span path = p->source->project;
	struct span name = ops_name_of(path);

	if (scope == SCAN_TEST || scope == SCAN_VENDORED || scope == SCAN_GENERATED)
		return;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (!readers[i].is_it(path, name))
			continue;
		if (readers[i].read != NULL)
			readers[i].read(p);
		return;
	}
}

bool scan_ops_is_runbook(struct span path)
{
	return ops_has_end(path, texts) &&
	       (ops_says(path, "runbook") || ops_says(path, "playbook"));
}
