// SPDX-License-Identifier: Apache-2.0
#include "rule_try.h"

#include "base/mem.h"
#include "base/str.h"
#include "binary.h"
#include "pass.h"
#include "patterns.h"
#include "sample.h"
#include "scope.h"
#include "tree.h"

#include <string.h>

enum { TEXT_COLUMNS = 200 };

struct trial {
	const char *file; /* for messages; may be NULL */
	struct scan_selection rules;
	struct scan_patterns patterns;
	struct scan_engine *engine;
	struct scan_pass pass;
};

static enum err_code trial_init(struct trial *t, const struct scan_rule *rules,
                                size_t count, enum scan_engine_kind kind, struct err *err)
{
	const char **ids = NULL;
	enum err_code rc;

	if (!mem_array(&ids, count, sizeof(*ids)))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		ids[i] = rules[i].id; /* in full: the optional ones too */
	rc = scan_select(&t->rules, rules, count, ids, count, err);
	mem_free(ids);
	if (rc == ERR_OK)
		rc = scan_patterns_init(&t->patterns, err);
	if (rc == ERR_OK)
		rc = scan_engine_new(&t->engine, &t->rules, kind, NULL, err);
	if (rc == ERR_OK)
		rc = scan_pass_init(&t->pass, &t->rules, &t->patterns, t->engine, err);
	return rc;
}

static void trial_fini(struct trial *t)
{
	scan_pass_fini(&t->pass);
	scan_engine_free(t->engine);
	scan_patterns_fini(&t->patterns);
	scan_selection_fini(&t->rules);
}

static enum err_code pass_file(struct trial *t, const struct scan_sample *sample,
                               struct err *err)
{
	struct span path = span_str(sample->path);
	size_t slash = span_rfind_byte(path, '/');
	struct buf text = BUF_INIT;
	struct scan_source source = { .path = path, .project = path };
	enum err_code rc;

	scan_sample_expand(span_str(sample->text), &text);
	rc = buf_err(&text, err);
	if (rc == ERR_OK && scan_encoding_of(buf_span(&text)) == SCAN_BINARY) {
		source.scope = scan_scope_of(path, SPAN_EMPTY);
		rc = scan_pass_binary(&t->pass, &source, buf_span(&text), err);
		goto out;
	}
	source.text = buf_span(&text);
	source.scope = scan_scope_of(path, source.text);
	source.language = scan_language_of(
		span_from(path, slash == path.len ? 0 : slash + 1), source.text);
	if (rc == ERR_OK)
		rc = scan_pass_file(&t->pass, &source, err);
out:
	buf_fini(&text);
	return rc;
}

/* A sample is a tree of one or more files. */
static enum err_code finds(struct trial *t, const char *id,
                           const struct scan_sample *sample, bool *found, struct err *err)
{
	struct scan_sink *sink = &t->pass.sink;
	/* Nothing is below it. */
	struct scan_tree tree = { .rules = &t->rules,
		                  .top = "/dev/null/",
		                  .whole = true };
	enum err_code rc = ERR_OK;

	sink->count = 0;
	sink->seen_count = 0;
	sink->fact_count = 0;
	for (size_t i = 0; rc == ERR_OK && i <= sample->more; i++)
		rc = pass_file(t, &sample[i], err);
	if (rc == ERR_OK && t->rules.tree)
		rc = scan_tree_judge(&tree, &sink, 1, err);
	*found = false;
	for (size_t i = 0; rc == ERR_OK && i < sink->count; i++)
		*found = *found || strcmp(sink->findings[i].rule, id) == 0;
	return rc;
}

static enum err_code try_all(struct trial *t, const char *id,
                             const struct scan_samples *samples, bool wanted,
                             struct buf *wrong, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < samples->count;
	     i += 1 + samples->items[i].more) {
		bool found = false;

		rc = finds(t, id, &samples->items[i], &found, err);
		if (rc != ERR_OK || found == wanted)
			continue;
		if (t->file != NULL)
			buf_printf(wrong, "%s:%zu: ", t->file, samples->items[i].line);
		buf_printf(wrong, "%s: %s in: ", id, wanted ? "not found" : "found");
		str_display_cut(wrong, span_str(samples->items[i].text), TEXT_COLUMNS);
		buf_putc(wrong, '\n');
	}
	return rc;
}

bool scan_rule_needs_scan(const struct scan_rule *r)
{
	static const char *const ids[] = {
		"baseline.unused",       "claim.refuted",  "dependency.lock-stale",
		"dependency.vulnerable", "duplicate.file", "duplicate.tree"
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (strcmp(r->id, ids[i]) == 0)
			return true;
	return false;
}

enum err_code scan_rule_try(const struct scan_rule *rules, size_t count, const char *file,
                            enum scan_engine_kind kind, struct buf *wrong,
                            struct err *err)
{
	struct trial t = { .file = file };
	enum err_code rc;

	if (count == 0)
		return ERR_OK;
	rc = trial_init(&t, rules, count, kind, err);
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		const struct scan_rule *r = &rules[i];

		if (!scan_rule_needs_scan(r))
			rc = try_all(&t, r->id, &r->examples, true, wrong, err);
		if (rc == ERR_OK)
			rc = try_all(&t, r->id, &r->counterexamples, false, wrong, err);
	}
	trial_fini(&t);
	return rc == ERR_OK ? buf_err(wrong, err) : rc;
}
