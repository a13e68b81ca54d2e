// SPDX-License-Identifier: Apache-2.0
#include "scan_text.h"

TestSuite(marker, .timeout = 20);

Test(marker, is_a_whole_word_in_a_comment)
{
	static const struct {
		const char *path;
		const char *text;
		const char *found;
	} cases[] = {
		{ "a.c", "int a; // TODO: b\n", "todo@1:11=TODO" },
		{ "a.c", "/* x\n * FIXME y\n */", "fixme@2:4=FIXME" },
		{ "a.c", "// XXX\n// HACK\n// BUG",
		  "xxx@1:4=XXX hack@2:4=HACK bug@3:4=BUG" },
		{ "a.c", "// TODO TODO", "todo@1:4=TODO todo@1:9=TODO" },
		{ "a.c", "/** TODO(bob) doc */", "todo@1:5=TODO" },
		{ "a.c", "// (TODO) TODO-x a/TODO.",
		  "todo@1:5=TODO todo@1:11=TODO todo@1:20=TODO" },
		{ "a.c", "// NOTE: not asked for", "" },
		/* Words that only contain a marker. */
		{ "a.cs", "// AutoDown, AUTODOWN, TODOS, MYTODO, TODO_LIST, TODO2", "" },
		{ "a.c", "// XXXX fooXXXXXX FIXMEs DEBUG BUGS HACKED", "" },
		{ "a.c", "// todo Todo fixme", "" },
		/* Letters of any script are letters; punctuation is not. */
		{ "a.c", "// \xC3\x89TODO TODO\xC3\xA9 \xE4\xBF\xAETODO", "" },
		{ "a.c", "// \xE2\x80\x9CTODO\xE2\x80\x9D", "todo@1:7=TODO" },
		{ "a.c", "// \xF0\x9F\x9A\xA7TODO", "todo@1:8=TODO" },
		{ "a.c", "// \xFFTODO\xFF", "todo@1:5=TODO" },
		/* Neither in code nor in strings. */
		{ "a.c", "int TODO; f(\"TODO\"); c = 'TODO';", "" },
		{ "a.c", "s = \"/* TODO */ // TODO\";", "" },
		{ "a.go", "s := `\n// TODO\n` // FIXME", "fixme@3:6=FIXME" },
		{ "a.js", "r = /\\/\\/ TODO/; u = 'http://TODO'", "" },
		{ "a.js", "`// TODO ${x /* TODO */}`", "todo@1:17=TODO" },
		{ "a.sh", "echo a#TODO '# TODO' # TODO", "todo@1:24=TODO" },
		{ "a.py", "def f():\n  \"\"\"TODO doc\"\"\"\n  x = '''TODO'''",
		  "todo@2:6=TODO" },
		{ "a.py", "x = f'{y:#TODO}' # TODO", "todo@1:20=TODO" },
		{ "a.yml", "a: TODO # TODO\nb: |\n  # TODO\n", "todo@1:11=TODO" },
		{ "a.md", "TODO\n<!-- TODO -->\n```sh\nTODO # TODO\n```\n",
		  "todo@2:6=TODO todo@4:8=TODO" },
		{ "a.html", "TODO<!-- TODO --><script>// TODO\n</script>",
		  "todo@1:10=TODO todo@1:29=TODO" },
		{ "Makefile", "a: # TODO\n", "todo@1:6=TODO" },
		{ "run", "#!/bin/sh\n# TODO\n", "todo@2:3=TODO" },
		{ "a.unknown", "// TODO", "" },
	};
	struct buf out = BUF_INIT;
	struct scan_text t;

	scan_text_init(&t, "marker.*");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_str_eq(scan_text_list(&t, cases[i].path, cases[i].text, &out),
		             cases[i].found, "%s: %s", cases[i].path,
		             check_quote(cases[i].text));
	scan_text_fini(&t);
	buf_fini(&out);
}

Test(marker, note_is_found_only_when_named)
{
	struct buf out = BUF_INIT;
	const struct scan_finding *f;
	struct scan_text t;
	size_t count;

	scan_text_init(&t, "marker.*");
	check_str_eq(scan_text_list(&t, "a.c", "// NOTE", &out), "", "not by a glob");
	scan_text_fini(&t);
	scan_text_init(&t, "marker.note");
	f = scan_text_run(&t, "a.c", SPAN_LIT("// NOTE TODO"), &count);
	check_size_eq(count, 1, "by its id, and nothing else");
	check_int_eq(f[0].severity, SCAN_NOTE, "a remark is no warning");
	scan_text_fini(&t);
	buf_fini(&out);
}

Test(marker, details_name_issue_and_owner)
{
	static const struct {
		const char *text;
		const char *details;
		const char *message;
	} cases[] = {
		{ "// TODO", "{}", "TODO" },
		{ "// TODO(ann): x", "{\"owner\":\"ann\"}", "TODO(ann): x" },
		{ "// TODO(#12): x", "{\"issue\":\"#12\"}", "TODO(#12): x" },
		{ "// TODO x, see ABC-7.", "{\"issue\":\"ABC-7\"}",
		  "TODO x, see ABC-7." },
		{ "// TODO(bo b) #3", "{\"issue\":\"#3\",\"owner\":\"bo b\"}",
		  "TODO(bo b) #3" },
		{ "// TODO UTF-8 a#1 X-1 #1a ABC-", "{}", "TODO UTF-8 a#1 X-1 #1a ABC-" },
		{ "// TODO(x", "{}", "TODO(x" },
		{ "// TODO https://a.b/c/issues/12.",
		  "{\"issue\":\"https://a.b/c/issues/12\"}",
		  "TODO https://a.b/c/issues/12." },
		{ "// TODO (http://a.b/browse/AB-9) #1",
		  "{\"issue\":\"http://a.b/browse/AB-9\"}",
		  "TODO (http://a.b/browse/AB-9) #1" },
		{ "// TODO see https://a.b/docs", "{}", "TODO see https://a.b/docs" },
		{ "/* TODO\tx */ y", "{}", "TODO\\tx" },
		{ "// TODO(\"\\\xFF) #1",
		  "{\"issue\":\"#1\",\"owner\":\"\\\"\\\\\xEF\xBF\xBD\"}",
		  "TODO(\"\\\\xff) #1" },
	};
	const struct scan_finding *f;
	struct scan_text t;
	size_t count;

	scan_text_init(&t, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f = scan_text_run(&t, "a.c", span_str(cases[i].text), &count);
		check_size_eq(count, 1, "%s", cases[i].text);
		check_str_eq(f[0].details, cases[i].details, "%s", cases[i].text);
		check_str_eq(f[0].message, cases[i].message, "%s", cases[i].text);
	}
	scan_text_fini(&t);
}

Test(marker, severity_goes_by_scope)
{
	static const struct {
		const char *path;
		enum scan_severity severity;
	} cases[] = {
		{ "src/a.c", SCAN_WARNING }, { "tests/a.c", SCAN_NOTE },
		{ "vendor/a.c", SCAN_NOTE }, { "docs/a.c", SCAN_NOTE },
		{ "a.yml", SCAN_NOTE },
	};
	const struct scan_finding *f;
	struct scan_text t;
	size_t count;

	scan_text_init(&t, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f = scan_text_run(&t, cases[i].path,
		                  i == 4 ? SPAN_LIT("# TODO") : SPAN_LIT("// TODO"),
		                  &count);
		check_size_eq(count, 1, "%s", cases[i].path);
		check_int_eq(f[0].severity, cases[i].severity, "%s", cases[i].path);
	}
	scan_text_fini(&t);
}

/* Only where it is asked for, and of rules that ran on the file alone. */
Test(marker, what_allows_nothing_is_told)
{
	static const char *const globs[] = { "marker.todo", "marker.xxx", "docs.*",
		                             "suppression.unused" };
	static const struct {
		const char *text;
		const char *found;
	} cases[] = {
		{ "// TODO seaworthy:allow marker.todo why", "" },
		{ "// seaworthy:allow marker.todo why\n// TODO", "" },
		{ "// seaworthy:allow marker.todo why\n\n// TODO",
		  "todo@3:4=TODO unused@1:4=seaworthy:allow marker.todo" },
		{ "// TODO seaworthy:allow marker.xxx a, seaworthy:allow marker.todo b",
		  "unused@1:9=seaworthy:allow marker.xxx" },
		{ "// seaworthy:allow marker.fixme it does not run", "" },
		{ "// seaworthy:allow marker.* some of them do not run", "" },
		{ "// seaworthy:allow docs.dead-link known later", "" },
	};
	struct buf out = BUF_INIT;
	struct scan_text t;

	scan_text_open(&t, globs, 4, SCAN_ENGINE_LITERALS);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_str_eq(scan_text_list(&t, "a.c", cases[i].text, &out),
		             cases[i].found, "%s", check_quote(cases[i].text));
	scan_text_fini(&t);
	buf_fini(&out);
}

Test(marker, allowed_with_a_reason_is_left_out)
{
	static const struct {
		const char *text;
		const char *found;
	} cases[] = {
		{ "// TODO x seaworthy:allow marker.todo tracked in #1", "" },
		{ "// seaworthy:allow marker.* a plan\n// TODO\n// TODO",
		  "todo@3:4=TODO" },
		{ "// seaworthy:allow marker.todo\n// TODO",
		  "no-reason@1:4=seaworthy:allow marker.todo todo@2:4=TODO" },
		{ "/* seaworthy:allow marker.* */\n// TODO",
		  "no-reason@1:4=seaworthy:allow marker.* todo@2:4=TODO" },
		{ "// write seaworthy:allow RULE, or only seaworthy:allow", "" },
		{ "// TODO seaworthy:allow marker.bug x, seaworthy:allow marker.todo y",
		  "" },
		{ "// seaworthy:allow marker.fixme why\n// TODO", "todo@2:4=TODO" },
		{ "s = \"seaworthy:allow marker.todo why\";\n// TODO", "todo@2:4=TODO" },
		{ "// seaworthy:allowed marker.todo why\n// TODO", "todo@2:4=TODO" },
		{ "// seaworthy:allow marker.tood why\n// TODO",
		  "unknown-rule@1:4=seaworthy:allow marker.tood todo@2:4=TODO" },
		{ "// seaworthy:allow todo.* why, or seaworthy:allow a.b.",
		  "unknown-rule@1:4=seaworthy:allow todo.* "
		  "unknown-rule@1:35=seaworthy:allow a.b." },
		{ "// as in `seaworthy:allow marker.x`, seaworthy:allow RULES.ALL", "" },
	};
	struct buf out = BUF_INIT;
	struct scan_text t;
	size_t todo;

	scan_text_init(&t, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_str_eq(scan_text_list(&t, "a.c", cases[i].text, &out),
		             cases[i].found, "%s", check_quote(cases[i].text));
	todo = scan_rule_find(t.rules.rules, t.rules.count, "marker.todo");
	check_u64_eq(t.pass.sink.allowed[todo][SCAN_PRODUCTION], 3,
	             "what is left out is counted");
	scan_text_fini(&t);
	buf_fini(&out);
}

/* As many directives and findings on one line as there may be: looking each up in each
 * would take 10^8 steps. */
Test(marker, many_directives_on_one_line_cost_no_more_than_many_lines)
{
	struct buf text = BUF_INIT;
	struct scan_text t;
	size_t count;

	buf_puts(&text, "/* ");
	for (size_t i = 0; i < SCAN_DIRECTIVES_MAX; i++)
		buf_puts(&text, "seaworthy:allow marker.bug x TODO ");
	buf_puts(&text, "*/");
	scan_text_init(&t, NULL);
	(void)scan_text_run(&t, "a.c", buf_span(&text), &count);
	check_size_eq(count, SCAN_FINDINGS_MAX, "nothing is lost");
	check_size_eq(t.pass.allowed.count, 1, "one line of directives");
	scan_text_fini(&t);
	buf_fini(&text);
}
