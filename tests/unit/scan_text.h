// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_SCAN_TEXT_H
#define TESTS_SCAN_TEXT_H

/* Runs rules over one text, as if it were a file. */
#include "lib/hyperscan.h"
#include "scanners/pass.h"
#include "scanners/patterns.h"
#include "scanners/scope.h"
#include "support/check.h"

struct scan_text {
	struct scan_selection rules;
	struct scan_patterns patterns;
	struct scan_engine *engine;
	struct scan_pass pass;
};

static inline void scan_text_open(struct scan_text *t, const char *const *rules,
                                  size_t rule_count, enum scan_engine_kind kind)
{
	struct err err;

	size_t count;
	const struct scan_rule *all = scan_rules(&count);

	check_ok(scan_select(&t->rules, all, count, rules, rule_count, &err), &err);
	check_ok(scan_patterns_init(&t->patterns, &err), &err);
	check_ok(scan_engine_new(&t->engine, &t->rules, kind, NULL, &err), &err);
	check_ok(scan_pass_init(&t->pass, &t->rules, &t->patterns, t->engine, &err),
	         &err);
}

static inline void scan_text_init(struct scan_text *t, const char *rule)
{
	/* All rules take seconds to compile for Hyperscan: with the other engine then. */
	scan_text_open(t, &rule, rule == NULL ? 0 : 1,
	               rule != NULL && hyper_works() ? SCAN_ENGINE_HYPERSCAN
	                                             : SCAN_ENGINE_LITERALS);
}

static inline void scan_text_fini(struct scan_text *t)
{
	scan_pass_fini(&t->pass);
	scan_patterns_fini(&t->patterns);
	scan_engine_free(t->engine);
	scan_selection_fini(&t->rules);
}

/* Findings of this text only; valid until the next call. */
static inline const struct scan_finding *
scan_text_run(struct scan_text *t, const char *path, struct span text, size_t *count)
{
	struct span name = span_str(path);
	size_t slash = span_rfind_byte(name, '/');
	struct scan_source source = {
		.path = name,
		.project = name,
		.text = text,
		.scope = scan_scope_of(name, text),
		.language = scan_language_of(
			span_from(name, slash == name.len ? 0 : slash + 1), text),
	};
	struct err err;

	t->pass.sink.count = 0;
	t->pass.sink.skip_count = 0;
	check_ok(scan_pass_file(&t->pass, &source, &err), &err);
	*count = t->pass.sink.count;
	return t->pass.sink.findings;
}

/* "rule@line:column=match .." of what is found in the text. */
static inline const char *scan_text_list(struct scan_text *t, const char *path,
                                         const char *text, struct buf *out)
{
	const struct scan_finding *f;
	size_t count;

	buf_clear(out);
	f = scan_text_run(t, path, span_str(text), &count);
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s%s@%d:%d=%.*s", i > 0 ? " " : "",
		           strchr(f[i].rule, '.') + 1, (int)f[i].line, (int)f[i].column,
		           (int)f[i].match.len, f[i].match.ptr);
	return buf_str(out);
}

#endif
