// SPDX-License-Identifier: Apache-2.0
#include "policy/init.h"

#include "base/str.h"
#include "lib/json.h"

#include <inttypes.h>
#include <string.h>

/* The text of a first policy. Names of files come from the project, so comments show
 * them escaped and values quote them. */

enum { COMMENT_COLUMNS = 70 };

/* Text that may stand between single quotes: printable and one line. */
static bool is_simple(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || (unsigned char)s.ptr[i] > '~')
			return false;
	return true;
}

/* 'text' with quotes doubled; where that cannot say it, JSON's way, which YAML reads. */
static void put_quoted(struct buf *out, const char *text)
{
	struct json_writer w;

	if (!is_simple(span_str(text))) {
		json_writer_init(&w, out, 0);
		json_put_str(&w, text);
		return;
	}
	buf_putc(out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			buf_putc(out, '\'');
		buf_putc(out, *text);
	}
	buf_putc(out, '\'');
}

static void put_list(struct buf *out, const char *key, const struct gate_strings *list)
{
	if (list->count == 0)
		return;
	buf_printf(out, "    %s: [", key);
	for (size_t i = 0; i < list->count; i++) {
		buf_puts(out, i > 0 ? ", " : "");
		put_quoted(out, list->items[i]);
	}
	buf_puts(out, "]\n");
}

static void put_env(struct buf *out, const struct gate_strings *env)
{
	if (env->count == 0)
		return;
	buf_puts(out, "    env: {");
	for (size_t i = 0; i < env->count; i++) {
		struct span pair = span_str(env->items[i]);
		size_t equals = span_find_byte(pair, '=');

		buf_printf(out, "%s%.*s: ", i > 0 ? ", " : "", (int)equals, pair.ptr);
		put_quoted(out, pair.ptr + equals + 1);
	}
	buf_puts(out, "}\n");
}

static void put_run(struct buf *out, const struct gate_command *run)
{
	if (run->shell == NULL) {
		put_list(out, "run", &run->argv);
		return;
	}
	buf_puts(out, "    run: ");
	put_quoted(out, run->shell);
	buf_putc(out, '\n');
}

static void put_minutes(struct buf *out, const char *key, uint64_t ms)
{
	buf_printf(out, "    %s: %" PRIu64 "m\n", key, ms / 60000);
}

/* What people should know of an entry, above it. */
static void put_note(struct buf *out, const char *from, bool scratch, const char *unknown,
                     const char *install)
{
	buf_puts(out, "  # Found by ");
	str_display_words(out, span_str(from), COMMENT_COLUMNS);
	buf_puts(out, scratch ? "; runs in a private copy of the project.\n" : ".\n");
	if (unknown != NULL)
		buf_printf(out, "  # It cannot run yet: %s. Mend: %s\n", unknown,
		           install != NULL ? install : "install them");
}

static void put_build(struct buf *out, const struct gate_build *b)
{
	put_note(out, b->detected_from, b->scratch, b->unknown, b->install);
	buf_printf(out, "  - id: %s\n", b->id);
	put_run(out, &b->run);
	if (!str_eq(b->dir, ".")) {
		buf_puts(out, "    dir: ");
		put_quoted(out, b->dir);
		buf_putc(out, '\n');
	}
	put_env(out, &b->env);
	put_minutes(out, "timeout", b->timeout_ms);
	put_list(out, "needs", &b->needs);
}

static void put_suite(struct buf *out, const struct gate_suite *s)
{
	put_note(out, s->detected_from, s->scratch, s->unknown, s->install);
	buf_printf(out, "  - id: %s\n", s->id);
	put_run(out, &s->run);
	if (!str_eq(s->dir, ".")) {
		buf_puts(out, "    dir: ");
		put_quoted(out, s->dir);
		buf_putc(out, '\n');
	}
	buf_printf(out, "    format: %s\n", gate_format_name(s->format));
	put_list(out, "results", &s->results);
	put_list(out, "coverage", &s->coverage);
	put_env(out, &s->env);
	put_minutes(out, "timeout", s->timeout_ms);
	buf_puts(out, "    slow: 5s\n");
	put_list(out, "needs", &s->needs);
}

/* The profile's checks, so that people see what is measured without looking it up. */
static void put_profile(struct buf *out, const struct gate_policy *p)
{
	size_t widest = 0;

	for (size_t i = 0; i < p->check_count; i++)
		if (strlen(p->checks[i].id) > widest)
			widest = strlen(p->checks[i].id);
	for (size_t i = 0; i < p->check_count; i++) {
		const struct gate_check *c = &p->checks[i];

		buf_printf(out, "#   %-*s  %s%s\n", (int)widest, c->id, c->title,
		           c->blocker == GATE_P0 ? " (P0: without it NO-GO)" : "");
	}
}

static void put_head(struct buf *out, const struct gate_policy *p, const char *profile)
{
	buf_puts(out, "# yaml-language-server: $schema=./seaworthy.schema.json\n"
	              "# The policy of this project, written by `seaworthy init`.\n"
	              "# All keys: `man seaworthy.yml`; the schema for editors:\n"
	              "# `seaworthy schema > seaworthy.schema.json`.\n"
	              "version: 1\n\n");
	buf_printf(out, "# Categories, checks and thresholds are the profile's; what "
	                "stands below\n"
	                "# changes them, entry by entry. The profile checks:\n");
	put_profile(out, p);
	buf_printf(out, "extends: %s\n\n", profile);
	buf_printf(out,
	           "# thresholds:\n"
	           "#   go: %s           # score from which GO is possible\n"
	           "#   conditional: %s  # below it is NO-GO\n\n",
	           p->thresholds.go, p->thresholds.conditional);
}

static void put_tail(struct buf *out, const struct gate_policy *p)
{
	const char *category = p->category_count > 0 ? p->categories[0].id : "tests";

	buf_printf(out,
	           "\n# A check of your own:\n"
	           "# checks:\n"
	           "#   - id: %s.style\n"
	           "#     category: %s\n"
	           "#     title: The style checker is content\n"
	           "#     collect: {command: {run: ./check-style, timeout: 1m}}\n",
	           category, category);
}

/* Tests are what most of the score is about: whoever has others has to write them. */
static void put_no_suite(struct buf *out)
{
	buf_printf(out,
	           "\n# No test suite was found; looked for those of\n# %s.\n"
	           "# Without one the checks of `tests` are unknown. Write the command "
	           "that tests the\n# project; one that has no report counts as one "
	           "test:\n"
	           "# suites:\n#   - {id: unit, run: ./run-tests, format: exit}\n",
	           gate_detect_kinds());
}

enum err_code gate_policy_init(const struct gate_detected *d, const char *profile,
                               struct buf *out, struct err *err)
{
	struct gate_policy *p = NULL;
	enum err_code rc = gate_policy_builtin(&p, profile, err);

	if (rc != ERR_OK)
		return rc;
	put_head(out, p, profile);
	buf_puts(out,
	         d->build_count > 0
	                 ? "# Commands find a private folder in $SEAWORTHY_SCRATCH and "
	                   "a number of jobs\n# in $SEAWORTHY_JOBS.\nbuilds:\n"
	                 : "# No build was found. One of your own:\n"
	                   "# builds:\n#   - {id: build, run: make}\n");
	for (size_t i = 0; i < d->build_count; i++)
		put_build(out, &d->builds[i]);
	if (d->suite_count > 0)
		buf_puts(out, "\nsuites:\n");
	else
		put_no_suite(out);
	for (size_t i = 0; i < d->suite_count; i++)
		put_suite(out, &d->suites[i]);
	put_tail(out, p);
	gate_policy_free(p);
	return buf_err(out, err);
}
