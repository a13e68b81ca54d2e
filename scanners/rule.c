// SPDX-License-Identifier: Apache-2.0
#include "rule.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "rule_table.h"

#include <string.h>

const struct scan_rule *scan_rules(size_t *count)
{
	*count = scan_rule_table_count;
	return scan_rule_table;
}

size_t scan_rule_find(const struct scan_rule *rules, size_t count, const char *id)
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(rules[middle].id, id);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return count;
}

/* A glob without a slash is for the name of the file. */
static bool any_glob(const struct scan_texts *globs, struct span path)
{
	size_t slash = span_rfind_byte(path, '/');
	struct span name = slash == path.len ? path : span_from(path, slash + 1);

	for (size_t i = 0; i < globs->count; i++) {
		const char *glob = globs->items[i];

		if (str_glob(glob, strchr(glob, '/') != NULL ? path : name))
			return true;
	}
	return false;
}

bool scan_rule_takes(const struct scan_rule *r, struct span path)
{
	return (r->paths.count == 0 || any_glob(&r->paths, path)) &&
	       !any_glob(&r->not_paths, path);
}

static bool glob_selects(const char *glob, const struct scan_rule *rule)
{
	if (rule->optional)
		return str_eq(glob, rule->id);
	return str_glob(glob, span_str(rule->id));
}

/* "hardcoded.*, marker.*": the ids are sorted, so a family stands together. */
static void put_families(struct buf *out, const struct scan_selection *s)
{
	struct span last = SPAN_EMPTY;

	for (size_t i = 0; i < s->count; i++) {
		struct span id = span_str(s->rules[i].id);
		struct span family = span_sub(id, 0, span_find_byte(id, '.'));

		if (span_eq(family, last))
			continue;
		buf_printf(out, "%s%.*s.*", last.len > 0 ? ", " : "", (int)family.len,
		           family.ptr);
		last = family;
	}
}

static enum err_code no_rule(const struct scan_selection *s, const char *glob,
                             struct err *err)
{
	struct buf families = BUF_INIT;
	const char **ids = NULL;
	const char *nearest;

	if (!mem_array(&ids, s->count, sizeof(*ids)))
		return err_nomem(err);
	for (size_t i = 0; i < s->count; i++)
		ids[i] = s->rules[i].id;
	nearest = str_nearest(span_str(glob), ids, s->count);
	put_families(&families, s);
	if (nearest != NULL)
		err_set(err, ERR_USAGE, "no rule '%s'; did you mean '%s'?", glob,
		        nearest);
	else
		err_set(err, ERR_USAGE, "no rule '%s'; there are %s", glob,
		        buf_str(&families));
	buf_fini(&families);
	mem_free(ids);
	return ERR_USAGE;
}

/* "!secret.*" takes rules out. */
static bool takes_out(const char *glob)
{
	return glob[0] == '!';
}

static enum err_code select_one(struct scan_selection *s, const char *glob,
                                struct err *err)
{
	bool on = !takes_out(glob);
	const char *why;
	bool any = false;

	glob += !on;

	if (!str_glob_ok(glob, &why))
		return err_set(err, ERR_USAGE, "rule %s: %s", glob, why);
	for (size_t i = 0; i < s->count; i++) {
		if (!glob_selects(glob, &s->rules[i]))
			continue;
		s->on[i] = on;
		any = true;
	}
	return any ? ERR_OK : no_rule(s, glob, err);
}

static bool add_words(struct scan_selection *s, size_t rule, size_t *cap)
{
	const struct scan_texts *words = &s->rules[rule].words;

	for (size_t i = 0; i < words->count; i++) {
		if (!mem_grow(&s->words, s->word_count, cap, sizeof(*s->words)))
			return false;
		s->words[s->word_count++] =
			(struct scan_marker){ words->items[i], strlen(words->items[i]),
			                      rule };
		s->firsts[(unsigned char)words->items[i][0]] = 1;
	}
	return true;
}

/* Is it found when all files have been seen? */
static bool is_of_tree(const char *id)
{
	static const char *const families[] = { "cycle.", "docs.", "duplicate.",
		                                "import.", "ops." };

	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (str_starts(id, families[i]))
			return true;
	return false;
}

/* What the code asks while it scans. */
static bool note_code(struct scan_selection *s)
{
	size_t cap = 0;

	for (size_t i = 0; i < SCAN_BUILTINS; i++)
		s->of[i] = s->count;
	for (size_t i = s->count; i-- > 0;) {
		enum scan_builtin code = s->rules[i].builtin;

		s->of[code] = i;
		if (!s->on[i])
			continue;
		if (code == SCAN_BUILTIN_MARKER && !add_words(s, i, &cap))
			return false;
		if (str_starts(s->rules[i].id, "hardcoded.") && code != SCAN_BUILTIN_NONE)
			s->hardcoded = true;
		s->decode = s->decode || s->rules[i].decode;
		if (str_starts(s->rules[i].id, "dependency."))
			s->dependency = true;
		if (str_starts(s->rules[i].id, "workflow."))
			s->workflow = true;
		if (code == SCAN_BUILTIN_NONE || !is_of_tree(s->rules[i].id))
			continue;
		s->tree = true;
		if (str_starts(s->rules[i].id, "ops.") ||
		    str_starts(s->rules[i].id, "docs."))
			s->ops = true;
	}
	return true;
}

enum err_code scan_select(struct scan_selection *out, const struct scan_rule *rules,
                          size_t rule_count, const char *const *globs, size_t count,
                          struct err *err)
{
	bool usual = count == 0 || takes_out(globs[0]);
	enum err_code rc = ERR_OK;

	*out = (struct scan_selection){ .rules = rules, .count = rule_count };
	out->on = mem_new(rule_count * sizeof(*out->on));
	if (out->on == NULL)
		return err_nomem(err);
	for (size_t i = 0; usual && i < rule_count; i++)
		out->on[i] = !rules[i].optional;
	for (size_t i = 0; rc == ERR_OK && i < count; i++)
		rc = select_one(out, globs[i], err);
	if (rc == ERR_OK && !note_code(out))
		rc = err_nomem(err);
	if (rc != ERR_OK)
		scan_selection_fini(out);
	return rc;
}

static bool needs_more(const struct scan_rule *rule, bool past)
{
	if (rule->builtin == SCAN_BUILTIN_NONE)
		return false;
	return is_of_tree(rule->id) || rule->builtin == SCAN_BUILTIN_LOCK_MISSING ||
	       rule->builtin == SCAN_BUILTIN_LOCK_STALE ||
	       (past && str_starts(rule->id, "dependency."));
}

bool scan_rule_joins_files(const struct scan_rule *rule)
{
	return needs_more(rule, true);
}

size_t scan_selection_alone(struct scan_selection *s, bool past)
{
	size_t count = 0;

	s->dependency = false;
	for (size_t i = 0; i < s->count; i++) {
		if (s->on[i] && needs_more(&s->rules[i], past)) {
			s->on[i] = false;
			count++;
		}
		if (s->on[i] && str_starts(s->rules[i].id, "dependency."))
			s->dependency = true;
	}
	s->tree = false;
	s->ops = false;
	return count;
}

bool scan_selection_runs(const struct scan_selection *s, enum scan_builtin code,
                         size_t *rule)
{
	*rule = s->of[code];
	return *rule < s->count && s->on[*rule];
}

void scan_selection_fini(struct scan_selection *s)
{
	mem_free(s->on);
	mem_free(s->words);
	*s = (struct scan_selection){ .count = 0 };
}
