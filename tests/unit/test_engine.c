// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/num.h"
#include "lib/hyperscan.h"
#include "os/fs.h"
#include "scanners/engine_internal.h"
#include "scanners/ruleset.h"
#include "scanners/shape.h"
#include "support/check.h"
#include "support/project.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

TestSuite(engine, .timeout = 600);

/* ---- the shape of an expression ---- */

Test(engine, shapes_tell_widths_and_literals)
{
	static const struct {
		const char *pattern;
		size_t min;
		size_t max;
		const char *literals; /* sorted as found, by '|' */
	} cases[] = {
		{ "abc", 3, 3, "abc" },
		{ "AbC", 3, 3, "abc" },
		{ "a|bc", 1, 2, "a|bc" },
		{ "ab?c", 2, 3, "abc|ac" },
		{ "ab*c", 2, SCAN_SHAPE_LONG, "a" },
		{ "x[0-9]{3}token", 9, 9, "token" },
		{ "(?i)(?:key|secret)[:=] ?\\w{8,10}", 12, 18,
		  "key: |key:|key= |key=|secret: |secret:|secret= |secret=" },
		{ "[a-z]+", 1, SCAN_SHAPE_LONG, "" },
		{ "\\bghp_[0-9A-Za-z]{36}\\b", 40, 40, "ghp_" },
		{ "(abc|[0-9])def", 4, 6, "def" },
		{ "[\\s\\S]{2,}end", 5, SCAN_SHAPE_LONG, "end" },
		{ "a(bc){2}d", 6, 6, "bc" },
		{ "[gG][hH]x", 3, 3, "ghx" },
		{ "\\x41\\.b", 3, 3, "a.b" },
		{ "^ab$", 2, 2, "ab" },
		{ "(?:ab|cd)(?:ef|gh)+", 4, SCAN_SHAPE_LONG, "ab|cd" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf found = BUF_INIT;
		struct scan_shape_error why;
		struct scan_shape shape;

		check_true(scan_shape_of(span_str(cases[i].pattern), &shape, &why), "%s",
		           cases[i].pattern);
		for (size_t k = 0; k < shape.literals.count; k++)
			buf_printf(&found, "%s%.*s", k > 0 ? "|" : "",
			           shape.literals.items[k].len,
			           shape.literals.items[k].text);
		check_size_eq(shape.min, cases[i].min, "%s", cases[i].pattern);
		check_size_eq(shape.max, cases[i].max, "%s", cases[i].pattern);
		check_str_eq(buf_str(&found), cases[i].literals, "%s", cases[i].pattern);
		buf_fini(&found);
	}
}

/* ---- literals ---- */

static void note_hit(unsigned tag, size_t len, size_t end, void *context)
{
	buf_printf(context, "%u:%zu-%zu ", tag, end - len, end);
}

Test(engine, literals_are_all_found_whatever_their_case)
{
	static const struct scan_literal_in in[] = { { { "he", 2 }, 1 },
		                                     { { "she", 3 }, 2 },
		                                     { { "hers", 4 }, 3 },
		                                     { { "\xC3\xA9", 2 }, 4 },
		                                     { { "he", 2 }, 5 } };
	struct scan_literal_set *set;
	struct buf out = BUF_INIT;
	struct err err;

	check_ok(scan_literal_set_new(&set, in, 5, &err), &err);
	scan_literal_set_find(set, SPAN_LIT("uSHErs \xC3\xA9 h"), note_hit, &out);
	check_str_eq(buf_str(&out), "2:1-4 5:2-4 1:2-4 3:2-6 4:7-9 ", "all of them");
	scan_literal_set_free(set);
	buf_fini(&out);
}

/* ---- both engines find the same ---- */

/* Besides the rules of the program: shapes that are hard for one of the two. */
static const char HARD[] =
	"- {id: hard.a, title: t, why: w, remedy: r, pattern: '(?i)key[ =:]+[a-z0-9]{4,}'}\n"
	"- {id: hard.b, title: t, why: w, remedy: r, pattern: '[a-f0-9]{6,}'}\n"
	"- {id: hard.c, title: t, why: w, remedy: r, pattern: 'a.*?b|ab+c'}\n"
	"- {id: hard.d, title: t, why: w, remedy: r, pattern: '(?s)\\x2D\\x2D+.{0,20}end'}\n"
	"- {id: hard.e, title: t, why: w, remedy: r, pattern: '\\b\\d{3}\\b'}\n"
	"- {id: hard.f, title: t, why: w, remedy: r, pattern: '(?m)^x+$'}\n"
	"- {id: hard.g, title: t, why: w, remedy: r, pattern: 'x\\s+y|\\Ax|x\\z'}\n"
	"- {id: hard.h, title: t, why: w, remedy: r, pattern: '[^a-z\\n]{2}b'}\n"
	"- {id: hard.i, title: t, why: w, remedy: r, pattern: '(ab|b)+\\W', group: 1}\n"
	"- {id: hard.j, title: t, why: w, remedy: r, pattern: 'y$'}\n"
	"- {id: hard.k, title: t, why: w, remedy: r, words: [ab, abc, x-y]}\n"
	"- {id: hard.l, title: t, why: w, remedy: r, pattern: '[[:punct:]]\\B[[:space:]]e'}\n"
	/* Leads that not every match starts with. */
	"- {id: hard.m, title: t, why: w, remedy: r, pattern: '(?i)(ab|ke)[cxy]', "
	"lead: '(k|a)(e|b)', group: 1}\n"
	"- {id: hard.n, title: t, why: w, remedy: r, pattern: '\\w+=|bc', lead: 'key|b'}\n"
	"- {id: hard.o, title: t, why: w, remedy: r, pattern: '(?i)key', lead: 'Key|KEY'}\n";

struct two {
	struct scan_ruleset set;
	struct scan_selection rules;
	struct scan_engine *engine[2];
	struct scan_finder *finder[2];
};

static void two_open(struct two *t)
{
	struct err err;

	check_ok(scan_ruleset_load(&t->set, span_of(HARD, sizeof HARD - 1), "hard", &err),
	         &err);
	check_ok(scan_select(&t->rules, t->set.rules, t->set.count, NULL, 0, &err), &err);
	for (int i = 0; i < 2; i++) {
		check_ok(scan_engine_new(&t->engine[i], &t->rules,
		                         i == 0 ? SCAN_ENGINE_LITERALS
		                                : SCAN_ENGINE_HYPERSCAN,
		                         NULL, &err),
		         &err);
		check_ok(scan_finder_new(&t->finder[i], t->engine[i], &err), &err);
	}
}

static void two_close(struct two *t)
{
	for (int i = 0; i < 2; i++) {
		scan_finder_free(t->finder[i]);
		scan_engine_free(t->engine[i]);
	}
	scan_selection_fini(&t->rules);
	scan_ruleset_fini(&t->set);
}

static void put_found(struct two *t, int which, struct span text, struct buf *out)
{
	struct scan_hits hits;
	struct err err;

	check_ok(scan_finder_look(t->finder[which],
	                          &(struct scan_look){ .text = text,
	                                               .path = SPAN_LIT("master.key") },
	                          &hits, &err),
	         &err);
	buf_clear(out);
	buf_puts(out, hits.allows ? "allow " : "");
	for (size_t i = 0; i < hits.count; i++)
		buf_printf(out, "%s %zu-%zu %zu-%zu,",
		           t->set.rules[hits.items[i].rule].id, hits.items[i].match.start,
		           hits.items[i].match.end, hits.items[i].value.start,
		           hits.items[i].value.end);
}

static uint64_t random_state = UINT64_C(0x9E3779B97F4A7C15);

static size_t below(size_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return n > 0 ? (size_t)(random_state % n) : 0;
}

/* Pieces of the rules' own examples, and of a small alphabet that their edges are made
 * of. */
static void put_piece(const struct two *t, struct buf *out)
{
	static const char alphabet[] = "abcxyb0123 \n\t\v\f\r-=:_ABkeyend.\"\xC3\xA9";
	const struct scan_rule *r = &t->set.rules[below(t->set.count)];

	if (r->examples.count > 0 && below(3) > 0) {
		const struct scan_sample *s =
			&r->examples.items[below(r->examples.count)];
		size_t len = strlen(s->text);
		size_t from = below(4) == 0 ? below(len) : 0;

		buf_put(out, span_sub(span_str(s->text), from,
		                      below(4) == 0 ? below(len) : len));
	}
	for (size_t n = below(12); n > 0; n--)
		buf_putc(out, alphabet[below(sizeof alphabet - 1)]);
}

static void put_text(const struct two *t, struct buf *out)
{
	buf_clear(out);
	for (size_t n = 1 + below(8); n > 0; n--)
		put_piece(t, out);
	for (size_t n = below(4); n > 0 && out->len > 0; n--)
		out->ptr[below(out->len)] = (char)below(256);
}

Test(engine, both_find_the_same_in_made_up_texts)
{
	const char *wanted = os_env("SEAWORTHY_ENGINE_TEXTS");
	uint64_t texts = 4000;
	struct buf text = BUF_INIT;
	struct buf out[2] = { BUF_INIT, BUF_INIT };
	struct two t;
	size_t found = 0;

	if (!hyper_works())
		cr_skip_test("no Hyperscan here");
	if (wanted != NULL)
		check_true(num_u64(span_str(wanted), 1, 100000000, &texts), "a number");
	two_open(&t);
	for (uint64_t i = 0; i < texts; i++) {
		put_text(&t, &text);
		for (int k = 0; k < 2; k++)
			put_found(&t, k, buf_span(&text), &out[k]);
		found += out[0].len > 0;
		check_str_eq(buf_str(&out[1]), buf_str(&out[0]), "text %d: %s", (int)i,
		             check_quote(buf_str(&text)));
	}
	check_true(found > texts / 2, "most texts have something: %zu", found);
	two_close(&t);
	buf_fini(&text);
	buf_fini(&out[0]);
	buf_fini(&out[1]);
}

/* ---- what begins with a run ---- */

Test(engine, a_head_is_as_long_as_what_every_match_begins_with)
{
	static const struct {
		const char *pattern;
		size_t head;
	} cases[] = {
		{ "\\b[MNO][\\w-]{23,27}\\.x", 24 },
		{ "(?:ab|c)[+/]{3}", 4 },
		{ "(?:ab|c.)d", 1 },
		{ "a?[0-9]{30}", 30 },
		{ "a*\\.b", 0 },
		{ "(?:a.){3}", 1 },
		{ "(?:ab){3}c+\\.", 7 },
		{ "\\s[a-z]{30}", 0 },
		{ "[^a]b", 0 },
		{ "(?i)^[a-f]{2}(?:x:)?y", 2 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scan_shape_error why;
		struct scan_shape shape;

		check_true(scan_shape_of(span_str(cases[i].pattern), &shape, &why), "%s",
		           cases[i].pattern);
		check_size_eq(shape.head, cases[i].head, "%s", cases[i].pattern);
	}
}

/* The same pattern twice: known by its run, and, with another branch, not. */
static const char RUNS[] =
	"- {id: run.a, title: t, why: w, remedy: r, pattern: '\\b[Mx][\\w-]{23,27}\\.y'}\n"
	"- {id: run.b, title: t, why: w, remedy: r, pattern: "
	"'\\b[Mx][\\w-]{23,27}\\.y|\\x00z'}\n"
	"- {id: run.c, title: t, why: w, remedy: r, pattern: "
	"'(?i)\\b(?:m|-)[\\w-]{25,27}'}\n"
	"- {id: run.d, title: t, why: w, remedy: r, pattern: "
	"'(?i)\\b(?:m|-)[\\w-]{25,27}|\\x00z'}\n"
	"- {id: run.e, title: t, why: w, remedy: r, pattern: '[a-w]{26}y?'}\n"
	"- {id: run.f, title: t, why: w, remedy: r, pattern: '[a-w]{26}y?|\\x00z'}\n";

static void put_run_text(struct buf *out)
{
	static const char *const pieces[] = {
		"Mxy-_", "x", "M", ".y", ".", " ", "-", "abcdefghijklmnopqrstuvw"
	};

	buf_clear(out);
	for (size_t n = below(40); n > 0; n--)
		buf_puts(out, pieces[below(sizeof(pieces) / sizeof(pieces[0]))]);
}

Test(engine, a_run_shows_every_match_that_begins_with_one)
{
	static const char *const globs[] = { "run.*" };
	struct buf text = BUF_INIT;
	struct scan_finder *finder;
	struct scan_selection rules;
	struct scan_engine *engine;
	struct scan_ruleset set;
	struct scan_hits hits;
	struct err err;
	size_t found = 0;

	check_ok(scan_ruleset_load(&set, span_of(RUNS, sizeof RUNS - 1), "runs", &err),
	         &err);
	check_ok(scan_select(&rules, set.rules, set.count, globs, 1, &err), &err);
	check_ok(scan_engine_new(&engine, &rules, SCAN_ENGINE_LITERALS, NULL, &err),
	         &err);
	check_ok(scan_finder_new(&finder, engine, &err), &err);
	for (int i = 0; i < 20000; i++) {
		put_run_text(&text);
		check_ok(scan_finder_look(finder,
		                          &(struct scan_look){ .text = buf_span(&text) },
		                          &hits, &err),
		         &err);
		check_int_eq((int)(hits.count % 2), 0, "%s", check_quote(buf_str(&text)));
		for (size_t k = 0; k + 1 < hits.count; k += 2)
			check_size_eq(hits.items[k].match.start,
			              hits.items[k + 1].match.start, "%s",
			              check_quote(buf_str(&text)));
		found += hits.count;
	}
	check_true(found > 2000, "%zu found", found);
	scan_finder_free(finder);
	scan_engine_free(engine);
	scan_selection_fini(&rules);
	scan_ruleset_fini(&set);
	buf_fini(&text);
}

/* ---- the cache of compiled patterns ---- */

static struct buf folder;

static void only_file(struct buf *out)
{
	DIR *d = opendir(buf_str(&folder));
	size_t count = 0;

	check_not_null(d, "the cache is a folder");
	for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
		if (e->d_name[0] == '.')
			continue;
		buf_clear(out);
		os_join(out, buf_str(&folder), e->d_name);
		count++;
	}
	(void)closedir(d);
	check_size_eq(count, 1, "one file");
}

static void find_todo(const char *cache)
{
	static const char *const globs[] = { "marker.*" };
	struct scan_selection rules;
	struct scan_engine *engine;
	struct scan_finder *finder;
	struct scan_hits hits;
	size_t count;
	const struct scan_rule *all = scan_rules(&count);
	struct err err;

	check_ok(scan_select(&rules, all, count, globs, 1, &err), &err);
	check_ok(scan_engine_new(&engine, &rules, SCAN_ENGINE_HYPERSCAN, cache, &err),
	         &err);
	check_ok(scan_finder_new(&finder, engine, &err), &err);
	check_ok(scan_finder_look(finder,
	                          &(struct scan_look){ .text = SPAN_LIT("a TODO b") },
	                          &hits, &err),
	         &err);
	check_size_eq(hits.count, 1, "found");
	scan_finder_free(finder);
	scan_engine_free(engine);
	scan_selection_fini(&rules);
}

Test(engine, a_damaged_cache_is_made_anew)
{
	struct buf path = BUF_INIT;
	struct buf good = BUF_INIT;
	struct err err;

	if (!hyper_works())
		cr_skip_test("no Hyperscan here");
	check_ok(os_mkdtemp(NULL, "sw-engine-", &folder, &err), &err);
	find_todo(buf_str(&folder));
	only_file(&path);
	check_ok(os_read_file(buf_str(&path), 1 << 24, &good, &err), &err);
	for (size_t i = 0; i < 6; i++) {
		struct buf bad = BUF_INIT;
		struct buf now = BUF_INIT;
		size_t at = i * good.len / 6;

		buf_put(&bad, buf_span(&good));
		bad.ptr[at] ^= 1;
		support_write(buf_str(&path),
		              i == 5 ? span_sub(buf_span(&good), 0, at) : buf_span(&bad));
		find_todo(buf_str(&folder));
		check_ok(os_read_file(buf_str(&path), 1 << 24, &now, &err), &err);
		check_true(span_eq(buf_span(&now), buf_span(&good)), "mended: byte %zu",
		           at);
		buf_fini(&bad);
		buf_fini(&now);
	}
	check_ok(os_remove_tree(buf_str(&folder), &err), &err);
	find_todo("/proc/no/such/folder");
	buf_fini(&path);
	buf_fini(&good);
	buf_fini(&folder);
}
