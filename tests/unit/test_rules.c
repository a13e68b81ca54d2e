// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "lib/hyperscan.h"
#include "lib/yaml.h"
#include "scan_text.h"
#include "scanners/binary.h"
#include "scanners/function_head.h"
#include "scanners/rule_try.h"
#include "scanners/ruleset.h"
#include "scanners/sample.h"
#include "scanners/tree.h"

#include <stdio.h>
#include <string.h>

TestSuite(rules, .timeout = 60);

/* ---- every rule finds its examples, and nothing in its counter-examples ---- */

static void run_all(enum scan_engine_kind kind)
{
	size_t count;
	const struct scan_rule *rules = scan_rules(&count);
	struct buf wrong = BUF_INIT;
	struct err err;

	for (size_t i = 0; i < count; i++)
		check_true(rules[i].examples.count > 0 &&
		                   rules[i].counterexamples.count > 0,
		           "%s has examples and counter-examples", rules[i].id);
	check_ok(scan_rule_try(rules, count, NULL, kind, &wrong, &err), &err);
	check_str_eq(buf_str(&wrong), "", "examples are found, counter-examples not");
	buf_fini(&wrong);
}

Test(rules, literals_and_pcre2_find_the_examples)
{
	run_all(SCAN_ENGINE_LITERALS);
}

Test(rules, hyperscan_finds_the_examples)
{
	if (!hyper_works())
		cr_skip_test("no Hyperscan here");
	run_all(SCAN_ENGINE_HYPERSCAN);
}

/* One rule with a wrong example and a wrong counter-example. */
Test(rules, a_wrong_example_is_told)
{
	static const struct scan_sample found[] = { { "example", "ab1", 0, 3 },
		                                    { "example", "xx", 0, 4 } };
	static const struct scan_sample missed[] = { { "example", "ab", 0, 6 },
		                                     { "example", "ab2", 0, 7 } };
	static const struct scan_rule rule = { .id = "own.a",
		                               .title = "t",
		                               .pattern = "ab[0-9]",
		                               .in = SCAN_IN_ANY,
		                               .examples = { found, 2 },
		                               .counterexamples = { missed, 2 } };
	struct buf wrong = BUF_INIT;
	struct err err;

	check_ok(scan_rule_try(&rule, 1, "own.yml", SCAN_ENGINE_LITERALS, &wrong, &err),
	         &err);
	check_str_eq(
		buf_str(&wrong),
		"own.yml:4: own.a: not found in: xx\nown.yml:7: own.a: found in: ab2\n",
		"both");
	buf_fini(&wrong);
}

/* ---- rules of a project ---- */

#define RULE(fields)                                                        \
	"- id: own.x\n  title: t\n  why: w\n  remedy: r\n  examples: [a]\n" \
	"  counterexamples: [b]\n" fields

Test(rules, a_faulty_rule_is_named_with_its_place_and_the_mend)
{
	static const struct {
		const char *text;
		const char *what;
	} cases[] = {
		{ "a: 1", "rules:1:1: rules: is a list of rules" },
		{ "- 1", "rules:1:3: a rule is a mapping with an id" },
		{ "- {title: x}", "a rule without an id; write id: FAMILY.NAME" },
		{ "- {id: X.y}", "an id is FAMILY.NAME of small letters" },
		{ "- {id: x}", "an id is FAMILY.NAME of small letters" },
		{ RULE("  patern: a"), "no such field of a rule; did you mean pattern?" },
		{ RULE(""), "rule own.x looks for nothing; give it a pattern or words" },
		{ RULE("  pattern: ab\n  words: [ab]"),
		  "a pattern and words; leave one" },
		{ RULE("  pattern: 'a(b'"), "rules:7:12: at its byte 4: a group is not "
		                            "closed; write )" },
		{ RULE("  pattern: 'a(?=b)'"),
		  "at its byte 4: not common to both engines" },
		{ RULE("  pattern: '(a)\\1'"),
		  "this escape is not common to both engines" },
		{ RULE("  pattern: 'a*'"), "matches nothing at all everywhere" },
		{ RULE("  pattern: '((a{100}){100}){100}'"),
		  "too large: its repetitions" },
		{ RULE("  pattern: 'a{9999}'"), "repeats too often; at most 8192" },
		{ RULE("  pattern: 'a++b'"), "possessive quantifiers are not common" },
		{ RULE("  pattern: ab\n  group: 1"), "its pattern has 0 groups, not 1" },
		{ RULE("  pattern: ab\n  entropy: 9"),
		  "a number of bits a byte, 0 to 8" },
		{ RULE("  pattern: ab\n  severity: bad"), "is note, warning or error" },
		{ RULE("  pattern: ab\n  severities: {prod: note}"), "no such scope" },
		{ RULE("  pattern: ab\n  in: [strings]"),
		  "no such place; there are code" },
		{ RULE("  pattern: ab\n  languages: [klingon]"), "no such language" },
		{ RULE("  pattern: ab\n  languages: [js]"),
		  "this language is javascript" },
		{ RULE("  pattern: ab\n  paths: ['[a']"), "set" },
		{ RULE("  pattern: ab\n  stopwords: [Ab]"),
		  "is written in small letters" },
		{ RULE("  pattern: ab\n  check: sum"),
		  "no check of this name; there are" },
		{ RULE("  builtin: url"), "may have builtin: marker and no other" },
		{ RULE("  words: [x]"), "a word has 2 to 64 bytes" },
		{ RULE("  pattern: ab\n") RULE("  pattern: ab"),
		  "two rules are named own.x" },
		{ "- id: marker.todo\n  title: t\n  why: w\n  remedy: r\n  pattern: a",
		  "marker.todo is a rule of the program; choose another id" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scan_ruleset set;
		struct err err = ERR_INIT;

		check_err(scan_ruleset_load(&set, span_str(cases[i].text), "rules", &err),
		          ERR_USAGE, "%s", check_quote(cases[i].text));
		check_str_contains(err.msg, cases[i].what, "%s",
		                   check_quote(cases[i].text));
	}
}

static const char OWN[] = "- id: own.token\n"
			  "  title: Own token\n"
			  "  why: It opens our door.\n"
			  "  remedy: Revoke it.\n"
			  "  severity: error\n"
			  "  severities: {other: note, docs: warning}\n"
			  "  pattern: '\\b(own_[0-9a-f]{8,64})\\b'\n"
			  "  group: 1\n"
			  "  entropy: 2\n"
			  "  in: [string]\n"
			  "  not_paths: [gen.c, 'old/**']\n"
			  "  languages: [c]\n"
			  "  allow: ['^own_dead']\n"
			  "  allow_line: [never, '^skip .* end$']\n"
			  "  stopwords: [beef]\n"
			  "  redact: true\n"
			  "- id: own.later\n"
			  "  title: Later\n"
			  "  why: Somebody wrote it.\n"
			  "  remedy: Do it.\n"
			  "  words: [LATER]\n"
			  "  builtin: marker\n";

struct own {
	struct scan_ruleset set;
	struct scan_selection rules;
	struct scan_text t;
};

static void own_open(struct own *o, enum scan_engine_kind kind)
{
	static const char *const globs[] = { "own.*" };
	struct err err;

	check_ok(scan_ruleset_load(&o->set, span_of(OWN, sizeof OWN - 1), "rules", &err),
	         &err);
	check_ok(scan_select(&o->t.rules, o->set.rules, o->set.count, globs, 1, &err),
	         &err);
	check_ok(scan_patterns_init(&o->t.patterns, &err), &err);
	check_ok(scan_engine_new(&o->t.engine, &o->t.rules, kind, NULL, &err), &err);
	check_ok(scan_pass_init(&o->t.pass, &o->t.rules, &o->t.patterns, o->t.engine,
	                        &err),
	         &err);
}

Test(rules, the_fields_of_a_rule_decide)
{
	static const struct {
		const char *path;
		const char *text;
		const char *found;
	} cases[] = {
		{ "a.c", "s = \"own_0123abcd\";", "token@1:6=***" },
		{ "a.c", "s = \"own_0123456789abcdef\";", "token@1:6=own_***" },
		{ "a.c", "s = own_0123abcd;", "" },
		{ "a.c", "/* \"own_0123abcd\" */", "" },
		{ "a.c", "s = \"own_00000000\";", "" },
		{ "a.c", "s = \"own_dead4321\";", "" },
		{ "a.c", "s = \"own_123beef4\";", "" },
		{ "a.c", "s = \"own_0123abcd\"; /* never */", "" },
		{ "a.c", "s = \"xown_0123abcd\";", "" },
		{ "a.go", "s = \"own_0123abcd\"", "" },
		{ "x/gen.c", "s = \"own_0123abcd\";", "" },
		{ "old/x/a.c", "s = \"own_0123abcd\";", "" },
		{ "cold/a.c", "s = \"own_0123abcd\";", "token@1:6=***" },
		{ "a.c", "/* LATER #7 */ s = \"LATER\";", "later@1:4=LATER" },
		{ "a.c", "/* LATERAL */", "" },
		{ "a.c", "s = \"own_0123abcd\"; /* seaworthy:allow own.* it is gone */",
		  "" },
	};
	static const enum scan_engine_kind kinds[] = { SCAN_ENGINE_LITERALS,
		                                       SCAN_ENGINE_BEST };

	for (size_t k = 0; k < 2; k++) {
		struct buf out = BUF_INIT;
		struct own o;

		own_open(&o, kinds[k]);
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			check_str_eq(
				scan_text_list(&o.t, cases[i].path, cases[i].text, &out),
				cases[i].found, "%s", check_quote(cases[i].text));
		scan_text_fini(&o.t);
		scan_ruleset_fini(&o.set);
		buf_fini(&out);
	}
}

/* A line may be as long as the file: what is far away on it says nothing. */
Test(rules, what_a_line_allows_is_near)
{
	static const struct {
		int gap;
		const char *found;
	} cases[] = { { 200, "" }, { 4000, "" }, { 4200, "token@1:6=***" } };
	struct buf out = BUF_INIT;
	char text[8192];
	struct own o;

	own_open(&o, SCAN_ENGINE_LITERALS);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "s = \"own_0123abcd\"; /*%*s never */",
		               cases[i].gap, "");
		check_str_eq(scan_text_list(&o.t, "a.c", text, &out), cases[i].found,
		             "%d bytes away", cases[i].gap);
	}
	scan_text_fini(&o.t);
	scan_ruleset_fini(&o.set);
	buf_fini(&out);
}

/* Where a line is cut it neither begins nor ends. */
Test(rules, the_ends_of_a_line_are_its_own)
{
	static const struct {
		int before; /* bytes in front of "skip" */
		int gap;    /* between it and the value */
		const char *behind;
		bool found;
	} cases[] = {
		{ 0, 1, "end", false },       { 0, 1000, "end", false },
		{ 0, 1, "end\r", false },     { 1, 1, "end", true },
		{ 0, 1, "end.", true },       { 3000, 4090, "end", true },
		{ 0, 1, "end\nend.", false },
	};
	struct buf out = BUF_INIT;
	char text[8192];
	struct own o;

	own_open(&o, SCAN_ENGINE_LITERALS);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "%*sskip%*s\"own_0123abcd\" %s",
		               cases[i].before, "", cases[i].gap, "", cases[i].behind);
		check_int_eq(scan_text_list(&o.t, "a.c", text, &out)[0] != '\0',
		             cases[i].found, "case %zu", i);
	}
	scan_text_fini(&o.t);
	scan_ruleset_fini(&o.set);
	buf_fini(&out);
}

/* A secret is shown by no finding on its line, whatever found that. */
Test(rules, a_secret_is_shown_nowhere)
{
	static const char text[] =
		"s = \"own_0123456789abcdef\"; /* LATER own_0123456789abcdef or "
		"own_fedcba9876543210 */ t = \"own_fedcba9876543210\";\n";
	const struct scan_finding *f;
	struct own o;
	size_t count;

	own_open(&o, SCAN_ENGINE_BEST);
	f = scan_text_run(&o.t, "a.c", span_of(text, sizeof text - 1), &count);
	check_size_eq(count, 3, "two tokens and a marker");
	for (size_t i = 0; i < count; i++) {
		struct buf all = BUF_INIT;

		buf_printf(&all, "%s %.*s %.*s %s", f[i].message, (int)f[i].match.len,
		           f[i].match.ptr, (int)f[i].context.len, f[i].context.ptr,
		           f[i].details);
		check_true(strstr(buf_str(&all), "0123456789") == NULL &&
		                   strstr(buf_str(&all), "cba987654") == NULL,
		           "%s: %s", f[i].rule, buf_str(&all));
		buf_fini(&all);
	}
	check_int_eq(f[0].severity, SCAN_ERROR, "as the rule says");
	scan_text_fini(&o.t);
	scan_ruleset_fini(&o.set);
}

/* ---- whose body begins here ---- */

Test(rules, a_function_is_known_by_its_first_statement)
{
	/* The body begins at '@'. */
	static const struct {
		const char *text;
		const char *name; /* "" : no function */
		bool params;
	} cases[] = {
		{ "int f(int a)\n{\n\t@return 0;", "f", true },
		{ "int f(void) {@return 0;", "f", false },
		{ "static bool\nis_ok(const char *a)\n{\n@return true;", "is_ok", true },
		{ "int f(int a) { /* why */ // not\n (void)a;\n @return 0;", "f", true },
		{ "bool C::f(int a) const noexcept(true) override { @return", "f", true },
		{ "func (t *T) F(a int) (bool, error) {\n\t@return", "F", true },
		{ "func f() error { // why\n\t@return nil", "f", false },
		{ "fn f(&self) -> Result<(), E> {\n@return", "f", false },
		{ "const f = async (a) => {\n@return", "f", true },
		{ "x.f = function (a) { @return", "f", true },
		{ "f(a: T): Promise<boolean> { @return", "f", true },
		{ "sub f {\n@return 1;", "f", true },
		{ "def f(self):\n    \"\"\"Why.\n    Two.\"\"\"\n    @return True", "f",
		  false },
		{ "def f(a) -> bool:  # why\n    # more\n    @return True", "f", true },
		{ "function M.f(a)\n  @return true", "M.f", true },
		{ "  def ok?(a)\n    @return true", "ok?", true },
		{ "f() {\n@return 0", "f", false },
		{ "fun f(x: Int@): Boolean = true", "f", true },
		{ "def f(a)@, do: true", "f", true },
		{ "fn f(a: u8) -> bool @{ true }", "f", true },
		{ "def f(a, *, b={\"c\": {}}):\n    @return True", "f", true },
		{ "f = (a, b = { c: 1 }) => {\n@return true", "f", true },
		{ "} f(a) {) {\n@return true", "", false },
		{ "if (f(a)) {\n@return 0;", "", false },
		{ "if f(a) {\n@return 0;", "", false },
		{ "while (x) { @return 0;", "", false },
		{ "} else { @return 0;", "", false },
		{ "if (a &&\n    f(b)) { @return 0;", "", false },
		{ "a.f(b) { @return 0;", "", false },
		{ "f(a);\n@return 0;", "", false },
		{ "if f(a):\n    @return True", "", false },
		{ "struct s {@return", "", false },
		{ "@return 0;", "", false },
		{ ") {@return", "", false },
		{ "*/ {@return", "", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *at = strchr(cases[i].text, '@');
		struct buf text = BUF_INIT;
		struct scan_head head;
		bool found;

		buf_put(&text, span_of(cases[i].text, (size_t)(at - cases[i].text)));
		buf_puts(&text, at + 1);
		found = scan_function_head(buf_span(&text), (size_t)(at - cases[i].text),
		                           &head);
		check_int_eq(found, cases[i].name[0] != '\0', "%s",
		             check_quote(cases[i].text));
		if (found) {
			check_true(span_eq_str(head.name, cases[i].name), "%s is %.*s",
			           check_quote(cases[i].text), (int)head.name.len,
			           head.name.ptr);
			check_int_eq(head.has_params, cases[i].params, "%s",
			             check_quote(cases[i].text));
		}
		buf_fini(&text);
	}
}

Test(rules, a_neighbour_overrides_nothing)
{
	static const struct {
		const char *text;
		bool overrides;
	} cases[] = {
		{ "@Override\npublic boolean f(A a) {", true },
		{ "@Override @Sup({\"x\",\n\"y\"})\npublic boolean f(A a) {", true },
		{ "bool f(A a) const override {", true },
		{ "@Override boolean g() { h(); }\nboolean f(A a) {", false },
		{ "bool g() const override;\nbool f(A a) {", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf text = BUF_INIT;
		struct scan_head head;

		buf_puts(&text, cases[i].text);
		buf_puts(&text, "\nreturn true;");
		check_true(scan_function_head(buf_span(&text), strlen(cases[i].text) + 1,
		                              &head),
		           "%s", check_quote(cases[i].text));
		check_int_eq(head.overrides, cases[i].overrides, "%s",
		             check_quote(cases[i].text));
		buf_fini(&text);
	}
}

Test(rules, a_name_has_words)
{
	static const char *const ok[] = { "ok", NULL };
	static const char *const http[] = { "http", NULL };
	static const char *const b[] = { "b", NULL };

	check_true(scan_name_has(span_str("IsHTTPOk"), ok), "behind capitals");
	check_true(scan_name_has(span_str("IsHTTPOk"), http), "capitals");
	check_true(scan_name_has(span_str("__is_ok"), ok), "with lines");
	check_true(!scan_name_has(span_str("isBroken"), ok), "part of one");
	check_true(scan_name_has(span_str("a1B"), b), "one letter");
	check_true(!scan_name_has(span_str(""), b), "none");
	check_size_eq(scan_name_word(span_str("a_b"), 2).len, 0, "no third");
}

/* ---- without memory ---- */

Test(rules, a_workflow_without_memory_is_an_error)
{
	static const char text[] =
		"on: pushed\njobs:\n  a:\n    needs: [b]\n    steps:\n      - uses: o/a\n"
		"      - run: echo ${{ github.head_ref }}\n  b: {needs: a}\n";
	struct scan_source source = { .path = span_str(".github/workflows/a.yml"),
		                      .project = span_str(".github/workflows/a.yml"),
		                      .text = span_str(text),
		                      .scope = SCAN_CONFIG };
	struct scan_text t;
	const char *rule = "workflow.*";
	enum err_code rc = ERR_NOMEM;
	size_t count = 0;
	uint64_t n;

	for (n = 1; rc == ERR_NOMEM && n < 500; n++) {
		scan_text_open(&t, &rule, 1, SCAN_ENGINE_LITERALS);
		mem_fail_after(n);
		rc = scan_pass_file(&t.pass, &source, NULL);
		mem_fail_after(0);
		count = t.pass.sink.count;
		scan_text_fini(&t);
	}
	check_int_eq(rc, ERR_OK, "the last one has enough");
	check_true(n > 20, "and many had not: %d", (int)n);
	check_true(count >= 5, "it finds: %d", (int)count);
}

/* All rules of a family, over their examples, with less memory than they need. */
static void run_short_of_memory(const char *family)
{
	size_t count;
	const struct scan_rule *rules = scan_rules(&count);
	enum err_code rc = ERR_NOMEM;
	struct buf wrong = BUF_INIT;
	size_t first = 0;
	size_t own = 0;
	uint64_t n;

	while (!str_starts(rules[first].id, family))
		first++;
	while (first + own < count && str_starts(rules[first + own].id, family))
		own++;
	for (n = 1; rc == ERR_NOMEM && n < 200000; n += 1 + n / 8) {
		buf_clear(&wrong);
		mem_fail_after(n);
		rc = scan_rule_try(rules + first, own, NULL, SCAN_ENGINE_LITERALS, &wrong,
		                   NULL);
		mem_fail_after(0);
	}
	check_int_eq(rc, ERR_OK, "%s: the last one has enough", family);
	check_str_eq(buf_str(&wrong), "", "%s: and is right", family);
	buf_fini(&wrong);
}

Test(rules, documents_without_memory_are_an_error)
{
	run_short_of_memory("docs.");
}

Test(rules, services_without_memory_are_an_error)
{
	run_short_of_memory("ops.");
}

/* ---- each allocation of a file's way through the rules, failing ---- */

static enum err_code pass_sample(struct scan_text *t, const struct scan_sample *sample)
{
	struct scan_sink *sink = &t->pass.sink;
	struct scan_tree tree = { .rules = &t->rules,
		                  .top = "/dev/null/",
		                  .whole = true };
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i <= sample->more; i++) {
		struct span path = span_str(sample[i].path);
		size_t slash = span_rfind_byte(path, '/');
		struct span name = span_from(path, slash == path.len ? 0 : slash + 1);
		struct scan_source source = { .path = path, .project = path };
		struct buf text = BUF_INIT;

		scan_sample_expand(span_str(sample[i].text), &text);
		rc = buf_err(&text, NULL);
		source.text = buf_span(&text);
		source.scope = scan_scope_of(path, source.text);
		source.language = scan_language_of(name, source.text);
		if (rc == ERR_OK && scan_encoding_of(source.text) == SCAN_BINARY) {
			source.text = SPAN_EMPTY;
			rc = scan_pass_binary(&t->pass, &source, buf_span(&text), NULL);
		} else if (rc == ERR_OK) {
			rc = scan_pass_file(&t->pass, &source, NULL);
		}
		buf_fini(&text);
	}
	if (rc == ERR_OK && t->rules.tree)
		rc = scan_tree_judge(&tree, &sink, 1, NULL);
	return rc;
}

/* How many allocations one sample takes: each of them fails, and all behind it. */
static size_t fail_each(struct scan_text *t, const char *id,
                        const struct scan_sample *sample, bool wanted)
{
	enum err_code rc = ERR_NOMEM;
	size_t count = 0;
	bool found = false;
	uint64_t n;
	struct err err;

	for (n = 1; rc == ERR_NOMEM && n < 10000; n++) {
		scan_pass_fini(&t->pass);
		check_ok(scan_pass_init(&t->pass, &t->rules, &t->patterns, t->engine,
		                        &err),
		         &err);
		mem_fail_after(n);
		rc = pass_sample(t, sample);
		mem_fail_after(0);
		count = t->pass.sink.count;
	}
	check_int_eq(rc, ERR_OK, "%s: allocation %d", id, (int)n);
	for (size_t i = 0; i < count; i++)
		found = found || str_eq(t->pass.sink.findings[i].rule, id);
	check_true(found == wanted, "%s: other without a word at allocation %d", id,
	           (int)n);
	/* One behind the run that had enough. */
	return (size_t)n - 2;
}

static size_t fail_all(struct scan_text *t, const char *id,
                       const struct scan_samples *samples, bool wanted)
{
	size_t allocations = 0;

	for (size_t i = 0; i < samples->count; i += 1 + samples->items[i].more)
		allocations += fail_each(t, id, &samples->items[i], wanted);
	return allocations;
}

static size_t fail_family(const char *glob)
{
	struct scan_text t;
	size_t allocations = 0;

	scan_text_open(&t, &glob, 1, SCAN_ENGINE_LITERALS);
	for (size_t i = 0; i < t.rules.count; i++) {
		const struct scan_rule *r = &t.rules.rules[i];

		if (!t.rules.on[i])
			continue;
		if (!scan_rule_needs_scan(r))
			allocations += fail_all(&t, r->id, &r->examples, true);
		allocations += fail_all(&t, r->id, &r->counterexamples, false);
	}
	scan_text_fini(&t);
	return allocations;
}

Test(rules, no_family_changes_its_mind_for_want_of_memory)
{
	static const char *const families[] = {
		"cycle.*",  "dependency.*", "docs.*",        "hardcoded.*", "import.*",
		"marker.*", "ops.*",        "placeholder.*", "secret.*",    "workflow.*",
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		size_t n = fail_family(families[i]);

		check_true(n > 20, "%s: %d allocations failed", families[i], (int)n);
		cr_log_info("%s: %zu", families[i], n);
	}
}
