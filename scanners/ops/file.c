// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/str.h"
#include "ops_internal.h"

#include <string.h>

/* Which reader a file is for, by its name and a few words in it. */

enum { LOOKED_AT = 1 << 20 /* bytes of a file in which words are looked for */ };

/* ---- notes ---- */

void ops_note(struct scan_pass *p, enum ops_fact kind, size_t start, size_t end,
              struct span text)
{
	struct scan_piece at = { .start = start, .end = end };

	if (p->rc == ERR_OK)
		scan_pass_fact(p, SCAN_FACT_OPS, (unsigned)kind, &at, text);
}

void ops_say(struct scan_pass *p, enum ops_fact kind, size_t at, const char *message,
             const char *name)
{
	struct span rest = span_from(p->source->text, at);
	struct span line = span_trim(span_sub(rest, 0, span_find_byte(rest, '\n')));
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

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool ops_says(struct span s, const char *what)
{
	size_t len = strlen(what);

	for (size_t i = 0; len <= s.len && i <= s.len - len; i++) {
		size_t n = 0;

		while (n < len && lower(s.ptr[i + n]) == what[n])
			n++;
		if (n == len)
			return true;
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

static bool is_any(struct span path, const char *const *globs)
{
	for (; *globs != NULL; globs++)
		if (str_glob(*globs, path))
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
	static const char *const deploys[] = { "kubectl apply",
		                               "kubectl set image",
		                               "helm upgrade",
		                               "helm install",
		                               "terraform apply",
		                               "ansible-playbook",
		                               "flyctl deploy",
		                               "fly deploy",
		                               "gcloud run deploy",
		                               "gcloud app deploy",
		                               "aws ecs update-service",
		                               "docker stack deploy",
		                               "serverless deploy",
		                               "sam deploy",
		                               "cdk deploy",
		                               "pulumi up",
		                               "kustomize build",
		                               "skaffold run",
		                               "cf push",
		                               "heroku container:release",
		                               "argocd app sync",
		                               NULL };
	static const char *const backups[] = { "pg_dump",       "mysqldump",
		                               "restic backup", "borg create",
		                               "mongodump",     "lifeboat backup",
		                               "velero",        NULL };
	struct span text = span_sub(p->source->text, 0, LOOKED_AT);

	if (says_any(text, deploys))
		ops_note_file(p, OPS_DEPLOY);
	if (says_any(text, backups))
		ops_note_file(p, OPS_BACKUP);
	if (ops_says(text, "rollback") || ops_says(text, "roll back") ||
	    ops_says(text, "roll-back") || ops_has(text, "rollout undo") ||
	    ops_has(text, "--atomic"))
		ops_note_file(p, OPS_ROLLBACK);
}

static void read_text(struct scan_pass *p)
{
	struct span text = span_sub(p->source->text, 0, LOOKED_AT);

	if (ops_says(text, "rollback") || ops_says(text, "roll back") ||
	    ops_says(text, "rolling back"))
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

struct reader {
	const char *glob;
	void (*read)(struct scan_pass *p);
	bool anywhere; /* in documents, too */
};

/* The first that fits. */
static const struct reader readers[] = {
	{ "**/.github/workflows/*.{yml,yaml}", read_workflow, false },
	{ "**/{.gitlab-ci.yml,azure-pipelines.yml,azure-pipelines.yaml,Jenkinsfile}",
	  read_workflow, false },
	{ "{.github,.devcontainer}/**", NULL, false },
	{ "**/{Dockerfile,Containerfile,Dockerfile.prod,Dockerfile.production}",
	  ops_docker, false },
	{ "**/{docker-compose,compose}{.yml,.yaml,.prod.yml,.production.yml}",
	  ops_compose, false },
	{ "**/{docker-compose,compose}*.{yml,yaml}", NULL, false },
	{ "**/{dashboards,dashboard,grafana}/**/*.json", read_dashboards, false },
	{ "**/{package.json,go.mod,requirements*.txt,pyproject.toml,setup.py,Cargo.toml}",
	  read_manifest, false },
	{ "**/{pom.xml,build.gradle,build.gradle.kts,Gemfile,composer.json,mix.exs}",
	  read_manifest, false },
	{ "**/*.{csproj,gemspec}", read_manifest, false },
	{ "**/*.json", read_json, false },
	{ "**/*.{yml,yaml}", read_yaml, false },
	{ "**/*.{rules,rules.yml.tmpl}", NULL, false },
	{ "**/*.tf", read_terraform, false },
	{ "**/*.{service,service.in}", read_unit, false },
	{ "**/Procfile", read_procfile, false },
	{ "**/{*.sh,Makefile,GNUmakefile,justfile,Justfile,Taskfile.yml}", read_commands,
	  false },
	{ "**/*.{md,rst,adoc,txt}", read_text, true },
};

void scan_ops_file(struct scan_pass *p)
{
	enum scan_scope scope = p->source->scope;

	if (scope == SCAN_TEST || scope == SCAN_VENDORED || scope == SCAN_GENERATED)
		return;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (!str_glob(readers[i].glob, p->source->project))
			continue;
		if (readers[i].read != NULL &&
		    (readers[i].anywhere || scope != SCAN_DOCS))
			readers[i].read(p);
		return;
	}
}

bool scan_ops_is_runbook(struct span path)
{
	static const char *const globs[] = {
		"**/*{runbook,Runbook,RUNBOOK,playbook,Playbook,PLAYBOOK}*.{md,rst,adoc,txt}",
		"**/*{runbook,Runbook,RUNBOOK,playbook,Playbook}*/**/*.{md,rst,adoc,txt}",
		NULL
	};

	return is_any(path, globs);
}
