// SPDX-License-Identifier: Apache-2.0
#include "workflow_internal.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

const enum scan_severity flow_note = SCAN_NOTE;
const enum scan_severity flow_error = SCAN_ERROR;

bool flow_spend(struct flow *f, size_t steps)
{
	if (steps <= FLOW_WORK_MAX - f->spent) {
		f->spent += steps;
		return true;
	}
	f->spent = FLOW_WORK_MAX;
	f->p->trouble = "not fully scanned: its parts refer to one another too often";
	return false;
}

struct span flow_text(struct flow *f, const struct yaml *n)
{
	const char *text = yaml_text(n);
	struct span s = span_str(text != NULL ? text : "");

	return flow_spend(f, s.len + 1) ? s : SPAN_EMPTY;
}

/* ---- findings ---- */

enum { REPORT_STEPS = 300, SHOWN_MAX = 4096 };

static bool rule_of(const struct flow *f, const char *id, size_t *rule)
{
	const struct scan_selection *rules = f->p->rules;
	char full[64]; /* our own ids, all of them shorter */

	(void)snprintf(full, sizeof(full), "workflow.%s", id);
	*rule = scan_rule_find(rules->rules, rules->count, full);
	return *rule < rules->count && rules->on[*rule];
}

__attribute__((format(printf, 4, 0))) static void
report(struct flow *f, const char *id, struct scan_report *r, const char *fmt, va_list ap)
{
	struct buf message = BUF_INIT;

	if (!flow_spend(f, REPORT_STEPS))
		return;
	buf_vprintf(&message, fmt, ap);
	r->message = buf_str(&message);
	r->identity = span_sub(f->p->source->text, r->start, r->end - r->start);
	if (!buf_ok(&message))
		f->p->rc = ERR_NOMEM;
	else if (rule_of(f, id, &r->rule) && f->p->rc == ERR_OK)
		scan_pass_report(f->p, r);
	buf_fini(&message);
}

/* What is shown of a node: its text, as long as it is on one line. */
static size_t end_of(const struct flow *f, size_t start, const struct yaml *n)
{
	struct span rest = span_sub(f->p->source->text, start, SHOWN_MAX);
	size_t line = span_find_byte(rest, '\n');
	const char *text = yaml_text(n);
	size_t len = text != NULL ? strlen(text) : 0;
	struct span shown = span_trim(span_sub(rest, 0, line));

	if (len > 0 && len < line && span_starts(rest, span_str(text)))
		return start + len;
	return start + (shown.len > 0 ? (size_t)(shown.ptr - rest.ptr) + shown.len : 0);
}

void flow_report(struct flow *f, const char *id, const struct yaml *at,
                 const enum scan_severity *severity, const char *fmt, ...)
{
	struct scan_report r = { .start = at != NULL ? yaml_offset(at) : 0,
		                 .severity = severity };
	va_list ap;

	r.end = end_of(f, r.start, at);
	va_start(ap, fmt);
	report(f, id, &r, fmt, ap);
	va_end(ap);
}

void flow_report_at(struct flow *f, const char *id, size_t start, size_t end,
                    const enum scan_severity *severity, const char *fmt, ...)
{
	struct scan_report r = { .start = start, .end = end, .severity = severity };
	va_list ap;

	va_start(ap, fmt);
	report(f, id, &r, fmt, ap);
	va_end(ap);
}

bool flow_runs(const struct flow *f, const char *id)
{
	size_t rule;

	return rule_of(f, id, &rule);
}

void flow_report_details(struct flow *f, const char *id, size_t end, const char *details,
                         const char *message)
{
	struct scan_report r = { .end = end,
		                 .message = message,
		                 .details = details,
		                 .identity = span_sub(f->p->source->text, 0, end),
		                 .severity = &flow_note };

	if (rule_of(f, id, &r.rule) && f->p->rc == ERR_OK)
		scan_pass_report(f->p, &r);
}

bool flow_is_in(const char *text, const char *const *list)
{
	for (; text != NULL && *list != NULL; list++) {
		if (str_eq(text, *list))
			return true;
	}
	return false;
}

/* ---- which file is what ---- */

struct system {
	const char *name;
	bool (*is_it)(struct span path, struct span name);
	void (*run)(struct flow *f);
	bool is_text; /* no YAML */
};

static bool is_yaml(struct span name)
{
	return span_ends(name, SPAN_LIT(".yml")) || span_ends(name, SPAN_LIT(".yaml"));
}

static bool is_github(struct span path, struct span name)
{
	size_t folder = path.len - name.len;
	struct span above = span_sub(path, 0, folder);

	return is_yaml(name) && span_ends(above, SPAN_LIT(".github/workflows/"));
}

static bool is_action(struct span path, struct span name)
{
	(void)path;
	return span_eq_str(name, "action.yml") || span_eq_str(name, "action.yaml");
}

/* Also what a pipeline includes, where such files are kept. */
static bool is_gitlab(struct span path, struct span name)
{
	struct span above = span_sub(path, 0, path.len - name.len);

	return is_yaml(name) && (span_starts(name, SPAN_LIT(".gitlab-ci.")) ||
	                         span_ends(name, SPAN_LIT(".gitlab-ci.yml")) ||
	                         span_starts(above, SPAN_LIT(".gitlab/ci/")));
}

static bool is_azure(struct span path, struct span name)
{
	(void)path;
	return is_yaml(name) && (span_starts(name, SPAN_LIT("azure-pipelines")) ||
	                         span_starts(name, SPAN_LIT(".azure-pipelines")));
}

static bool is_jenkins(struct span path, struct span name)
{
	(void)path;
	return span_starts(name, SPAN_LIT("Jenkinsfile")) ||
	       span_ends(name, SPAN_LIT(".jenkinsfile"));
}

static const struct system systems[] = {
	{ "GitHub workflow", is_github, flow_github, false },
	{ "GitHub action", is_action, flow_action, false },
	{ "GitLab pipeline", is_gitlab, flow_gitlab, false },
	{ "Azure pipeline", is_azure, flow_azure, false },
	{ "Jenkins pipeline", is_jenkins, flow_jenkins, true },
};

static const struct system *system_of(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');
	struct span name = slash == path.len ? path : span_from(path, slash + 1);

	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
		if (systems[i].is_it(path, name))
			return &systems[i];
	}
	return NULL;
}

unsigned scan_workflow_kind(struct span path)
{
	const struct system *s = system_of(path);

	return s != NULL ? (unsigned)(s - systems) + 1 : 0;
}

/* ---- one file ---- */

/* None of the rules that look at it can say anything. */
static void skip_all(struct flow *f, const char *reason)
{
	const struct scan_selection *rules = f->p->rules;

	for (size_t i = 0; i < rules->count; i++)
		if (rules->on[i] && str_starts(rules->rules[i].id, "workflow."))
			scan_pass_miss(f->p, rules->rules[i].id, SCAN_UNREAD, reason);
}

/* A pipeline of GitLab may have a document in front, which says its inputs: as long and
 * as many lines of blanks, so that all places stay. `out` is left empty if there is none.
 */
static void blank_header(struct buf *out, struct span text)
{
	struct span rest = text;
	struct span line;
	bool spec = false;

	while (span_line(&rest, &line)) {
		bool mark = span_eq_str(span_trim(line), "---") && line.ptr[0] == '-';

		if (mark && spec)
			break;
		if (line.len > 0 && line.ptr[0] != '#' && !mark && !spec &&
		    !span_starts(line, SPAN_LIT("spec:")))
			return;
		spec = spec || span_starts(line, SPAN_LIT("spec:"));
	}
	if (!spec || rest.len == 0)
		return;
	for (size_t i = 0; i < text.len - rest.len; i++)
		buf_putc(out, text.ptr[i] == '\n' ? '\n' : ' ');
	buf_put(out, rest);
}

static enum err_code parse(struct yaml_doc **doc, const struct system *s,
                           struct span text, struct err *err)
{
	struct buf blanked = BUF_INIT;
	enum err_code rc;

	if (s->run == flow_gitlab)
		blank_header(&blanked, text);
	rc = buf_err(&blanked, err);
	if (rc == ERR_OK)
		rc = yaml_parse(doc, blanked.len > 0 ? buf_span(&blanked) : text, s->name,
		                err);
	buf_fini(&blanked);
	return rc;
}

void scan_workflow_file(struct scan_pass *p)
{
	const struct system *s = system_of(p->source->project);
	struct flow f = { .p = p };
	struct yaml_doc *doc = NULL;
	struct err err = ERR_INIT;
	enum err_code rc = ERR_OK;

	if (s == NULL)
		return;
	p->language = p->source->language;
	if (!s->is_text)
		rc = parse(&doc, s, p->source->text, &err);
	if (rc == ERR_NOMEM) {
		p->rc = rc;
	} else if (rc != ERR_OK) {
		/* The first line says what and where; a quotation follows. */
		err.msg[span_find_byte(span_str(err.msg), '\n')] = '\0';
		skip_all(&f, err.msg);
	} else {
		f.root = doc != NULL ? yaml_root(doc) : NULL;
		s->run(&f);
	}
	if (p->rc == ERR_OK)
		flow_inventory(&f, s->name, s->run, rc == ERR_OK);
	yaml_free(doc);
}
