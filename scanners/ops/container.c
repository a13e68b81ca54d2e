// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "ops_internal.h"

#include <string.h>

/* Dockerfiles, compositions and manifests of Kubernetes: which service they declare, and
 * what says whether it is well. */

static const char disabled[] = "the health check is switched off";
static const char always[] = "the health check always says yes";

bool ops_is_always_well(struct span command)
{
	static const char *const ends[] = { "|| true", "|| exit 0", "; exit 0",
		                            "; true",  "|| :",      NULL };
	static const char *const all[] = { "true", "exit 0", ":", "/bin/true", NULL };

	command = span_trim(command);
	for (size_t i = 0; ends[i] != NULL; i++)
		if (span_ends(command, span_str(ends[i])))
			return true;
	for (size_t i = 0; all[i] != NULL; i++)
		if (span_eq_str(command, all[i]))
			return true;
	return span_starts(command, SPAN_LIT("echo ")) &&
	       span_find_byte(command, '&') == command.len &&
	       span_find_byte(command, '|') == command.len;
}

/* ---- Dockerfile ---- */

static bool is_instruction(struct span line, const char *name, struct span *rest)
{
	size_t len = strlen(name);

	*rest = span_trim(span_from(line, len));
	if (line.len <= len || (line.ptr[len] != ' ' && line.ptr[len] != '\t'))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((line.ptr[i] & ~0x20) != name[i])
			return false;
	return true;
}

/* What stands behind CMD, without the brackets and quotes of a list of one. */
static struct span check_command(struct span check)
{
	size_t at = span_find(check, SPAN_LIT("CMD"));
	struct span command = span_trim(span_from(check, at + 3));

	if (span_starts(command, SPAN_LIT("[\"")) && span_ends(command, SPAN_LIT("\"]")))
		command = span_sub(command, 2, command.len - 4);
	return command;
}

static void take_check(struct scan_pass *p, struct span check, size_t at)
{
	if (span_eq_str(check, "NONE"))
		ops_say(p, OPS_HEALTH_DISABLED, at, disabled, NULL);
	else if (ops_is_always_well(check_command(check)))
		ops_say(p, OPS_HEALTH_DISABLED, at, always, NULL);
	ops_note(p, OPS_HEALTH, at, at, SPAN_EMPTY);
}

/* Systems and compilers, in which nothing runs that others would reach. */
static bool is_general(struct span image)
{
	static const char *const names[] = { "almalinux",
		                             "alpine",
		                             "archlinux",
		                             "buildpack-deps",
		                             "busybox",
		                             "centos",
		                             "debian",
		                             "dart",
		                             "eclipse-temurin",
		                             "elixir",
		                             "erlang",
		                             "fedora",
		                             "gcc",
		                             "golang",
		                             "gradle",
		                             "haskell",
		                             "julia",
		                             "maven",
		                             "node",
		                             "openjdk",
		                             "perl",
		                             "python",
		                             "rockylinux",
		                             "ruby",
		                             "rust",
		                             "scratch",
		                             "swift",
		                             "ubuntu",
		                             NULL };
	size_t slash = span_rfind_byte(image, '/');

	image = span_from(image, slash == image.len ? 0 : slash + 1);
	image = span_sub(image, 0, span_find_byte(image, '@'));
	return ops_is_named(span_sub(image, 0, span_find_byte(image, ':')), names);
}

static bool is_shell(struct span command)
{
	static const char *const shells[] = {
		"bash",       "sh",       "/bin/bash",       "/bin/sh",
		"[\"bash\"]", "[\"sh\"]", "[\"/bin/bash\"]", "[\"/bin/sh\"]",
		NULL
	};

	return ops_is_named(command, shells);
}

enum { STAGES_MAX = 32 };

/* The stages of a Dockerfile, and whether anything is started in one. */
struct stages {
	struct span names[STAGES_MAX];
	bool general[STAGES_MAX];
	size_t count;
	bool last; /* is the one in hand made of a general image? */
	bool runs;
};

static struct span next_word(struct span *rest)
{
	struct span word;
	size_t end = 0;

	*rest = span_trim(*rest);
	while (end < rest->len && rest->ptr[end] != ' ' && rest->ptr[end] != '\t')
		end++;
	word = span_sub(*rest, 0, end);
	*rest = span_from(*rest, end);
	return word;
}

/* "--platform=x golang:1.22 AS build"; the image may be an earlier stage. */
static void take_from(struct stages *s, struct span from)
{
	struct span image = next_word(&from);
	struct span name;

	while (span_starts(image, SPAN_LIT("--")))
		image = next_word(&from);
	s->last = is_general(image);
	for (size_t i = 0; i < s->count; i++)
		if (span_eq(s->names[i], image))
			s->last = s->general[i];
	(void)next_word(&from); /* AS */
	name = next_word(&from);
	if (name.len == 0 || s->count == STAGES_MAX)
		return;
	s->names[s->count] = name;
	s->general[s->count++] = s->last;
}

/* What images that are made of this one do is not known. */
static void take_run(struct stages *s, struct span line)
{
	struct span what;

	if (is_instruction(line, "EXPOSE", &what) ||
	    is_instruction(line, "HEALTHCHECK", &what) ||
	    is_instruction(line, "ONBUILD", &what))
		s->runs = true;
	if (is_instruction(line, "CMD", &what) ||
	    is_instruction(line, "ENTRYPOINT", &what))
		s->runs = s->runs || !is_shell(what);
}

void ops_docker(struct scan_pass *p)
{
	struct span text = p->source->text;
	struct span rest = text;
	struct span port = SPAN_EMPTY;
	struct stages stages = { .count = 0 };
	struct span line;
	struct span what;
	bool starts = false;

	while (span_line(&rest, &line)) {
		size_t at;

		line = span_trim(line);
		at = line.len > 0 ? (size_t)(line.ptr - text.ptr) : 0;
		if (is_instruction(line, "FROM", &what)) {
			port = SPAN_EMPTY; /* of a stage that only builds */
			take_from(&stages, what);
		} else if (is_instruction(line, "EXPOSE", &what) && port.len == 0) {
			port = line;
		} else if (is_instruction(line, "HEALTHCHECK", &what)) {
			take_check(p, what, at);
		} else if (is_instruction(line, "VOLUME", &what)) {
			ops_note(p, OPS_STATE, at, at + line.len, SPAN_EMPTY);
		}
		starts = starts || is_instruction(line, "CMD", &what) ||
		         is_instruction(line, "ENTRYPOINT", &what);
		take_run(&stages, line);
	}
	if (stages.last && !stages.runs)
		ops_note_file(p, OPS_BUILDS);
	if (port.len > 0 && starts)
		ops_note(p, OPS_SERVICE, (size_t)(port.ptr - text.ptr),
		         (size_t)(port.ptr - text.ptr) + port.len, SPAN_EMPTY);
}

/* ---- compositions ---- */

/* The command of "test:": a text, or a list that begins with CMD or CMD-SHELL. */
static struct span test_command(const struct yaml *test)
{
	size_t count = yaml_count(test);

	if (yaml_type(test) != YAML_LIST)
		return span_str(yaml_text(test));
	return count == 1 || count == 2 ? span_str(yaml_text(yaml_at(test, count - 1)))
	                                : SPAN_EMPTY;
}

static bool take_healthcheck(struct scan_pass *p, const struct yaml *check)
{
	const struct yaml *test = yaml_get(check, "test");
	struct span command = test != NULL ? test_command(test) : SPAN_EMPTY;
	bool off = false;

	if (check == NULL)
		return false;
	if ((yaml_bool(yaml_get(check, "disable"), &off) && off) ||
	    span_eq_str(command, "NONE"))
		ops_say(p, OPS_HEALTH_DISABLED, yaml_offset(check), disabled, NULL);
	else if (command.len > 0 && ops_is_always_well(command))
		ops_say(p, OPS_HEALTH_DISABLED, yaml_offset(check), always, NULL);
	return true;
}

/* "data:/var/lib/x" is a volume with a name; "./x:/x" a folder. */
static bool has_volume(const struct yaml *service)
{
	const struct yaml *volumes = yaml_get(service, "volumes");

	for (size_t i = 0; i < yaml_count(volumes); i++) {
		const char *text = yaml_text(yaml_at(volumes, i));

		if (text != NULL && strchr("./~$", text[0]) == NULL &&
		    strchr(text, ':') != NULL)
			return true;
	}
	return false;
}

static void take_service(struct scan_pass *p, const struct yaml *key,
                         const struct yaml *service)
{
	size_t at = yaml_offset(key);
	const char *name = yaml_text(key);
	const char *image = yaml_text(yaml_get(service, "image"));
	bool checked = take_healthcheck(p, yaml_get(service, "healthcheck"));

	if (checked)
		ops_note(p, OPS_HEALTH, at, at, SPAN_EMPTY);
	if (image != NULL && (strstr(image, "prometheus") != NULL ||
	                      strstr(image, "opentelemetry") != NULL))
		ops_note(p, OPS_METRICS, at, at, SPAN_EMPTY);
	if ((name != NULL && strstr(name, "backup") != NULL) ||
	    (image != NULL && strstr(image, "backup") != NULL))
		ops_note(p, OPS_BACKUP, at, at, SPAN_EMPTY);
	if (has_volume(service))
		ops_note(p, OPS_STATE, at, at + strlen(name != NULL ? name : ""),
		         SPAN_EMPTY);
	if (yaml_get(service, "build") != NULL &&
	    (yaml_get(service, "ports") != NULL || yaml_get(service, "expose") != NULL))
		ops_note(p, OPS_SERVICE, at, at + strlen(name != NULL ? name : ""),
		         checked ? SPAN_LIT("checked") : SPAN_EMPTY);
}

/* What cannot be read is unknown, not clean. */
static void skip_all(struct scan_pass *p, struct err *err)
{
	enum scan_lack lack = ops_unread(p, err);

	ops_skip(p, "ops.health-disabled", lack, err->msg);
	for (size_t i = 0; ops_missing[i] != NULL; i++)
		ops_skip(p, ops_missing[i], lack, err->msg);
}

void ops_compose(struct scan_pass *p)
{
	struct yaml_doc *doc = NULL;
	struct err err = ERR_INIT;
	const struct yaml *services;
	enum err_code rc = yaml_parse(&doc, p->source->text, "composition", &err);

	if (rc == ERR_NOMEM)
		p->rc = rc;
	else if (rc != ERR_OK)
		skip_all(p, &err);
	if (rc != ERR_OK)
		return;
	services = yaml_get(yaml_root(doc), "services");
	if (yaml_type(services) == YAML_MAP)
		ops_note_file(p, OPS_DEPLOY);
	for (size_t i = 0; yaml_type(services) == YAML_MAP && i < yaml_count(services);
	     i++)
		take_service(p, yaml_key_at(services, i), yaml_at(services, i));
	yaml_free(doc);
}

/* ---- Kubernetes; line by line, as templates of Helm are no YAML ---- */

/* What a line "kind: X" at the left border says. */
static struct span kind_of(struct span object, size_t *at)
{
	struct span rest = object;
	struct span line;

	while (span_line(&rest, &line)) {
		if (!span_starts(line, SPAN_LIT("kind:")))
			continue;
		*at = (size_t)(line.ptr - object.ptr);
		return span_trim(span_from(line, 5));
	}
	return SPAN_EMPTY;
}

static bool is_workload(struct span kind)
{
	static const char *const kinds[] = {
		"Deployment", "StatefulSet",           "DaemonSet",
		"Rollout",    "ReplicationController", NULL
	};

	for (size_t i = 0; kinds[i] != NULL; i++)
		if (span_eq_str(kind, kinds[i]))
			return true;
	return false;
}

static void take_workload(struct scan_pass *p, struct span object, size_t at, size_t end)
{
	bool checked = ops_has(object, "livenessProbe") ||
	               ops_has(object, "readinessProbe") ||
	               ops_has(object, "startupProbe");

	ops_note(p, OPS_DEPLOY, at, end, SPAN_EMPTY);
	if (checked)
		ops_note(p, OPS_HEALTH, at, end, SPAN_EMPTY);
	if (ops_has(object, "containerPort:"))
		ops_note(p, OPS_SERVICE, at, end,
		         checked ? SPAN_LIT("checked") : SPAN_LIT("workload"));
	if (ops_has(object, "volumeClaimTemplates:") ||
	    ops_has(object, "persistentVolumeClaim:"))
		ops_note(p, OPS_STATE, at, end, SPAN_EMPTY);
}

static void take_object(struct scan_pass *p, struct span object)
{
	size_t at = 0;
	struct span kind = kind_of(object, &at);
	size_t start = (size_t)(object.ptr - p->source->text.ptr) + at;
	size_t end = start + (kind.len > 0 ? (size_t)(kind.ptr - object.ptr) - at : 0) +
	             kind.len;

	if (is_workload(kind))
		take_workload(p, object, start, end);
	if (ops_has(object, "prometheus.io/scrape") ||
	    span_eq_str(kind, "ServiceMonitor") || span_eq_str(kind, "PodMonitor"))
		ops_note(p, OPS_METRICS, start, end, SPAN_EMPTY);
	if (span_eq_str(kind, "PrometheusRule"))
		ops_note(p, OPS_ALERTS, start, end, SPAN_EMPTY);
	if ((span_eq_str(kind, "CronJob") || span_eq_str(kind, "Schedule")) &&
	    ops_says(object, "backup"))
		ops_note(p, OPS_BACKUP, start, end, SPAN_EMPTY);
}

void ops_kubernetes(struct scan_pass *p)
{
	struct span rest = p->source->text;

	while (rest.len > 0 && p->rc == ERR_OK) {
		struct span object =
			span_sub(rest, 0, span_find(rest, SPAN_LIT("\n---")));

		take_object(p, object);
		rest = span_from(rest, object.len + 4);
	}
}
