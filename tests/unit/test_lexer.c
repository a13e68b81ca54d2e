// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "scanners/language_internal.h"
#include "scanners/lexer.h"
#include "support/check.h"
#include "support/timed.h"

TestSuite(lexer, .timeout = 20);

/* Texts with one letter a byte: . code, c comment, d documentation, s string, t text. */
struct lex_case {
	const char *language;
	const char *text;
	const char *kinds;
};

static void render(const struct scan_language *l, struct span text, char *out)
{
	static const char letters[] = { '.', 'c', 'd', 's', 't' };
	struct scan_lexer x;
	struct scan_piece p;
	size_t at = 0;

	scan_lexer_init(&x, l, text);
	while (scan_lexer_next(&x, &p)) {
		check_size_eq(p.start, at, "pieces follow one another in %s",
		              check_quote(text.ptr));
		check_true(p.end > p.start && p.end <= text.len, "a piece is not empty");
		check_true(p.open + p.close <= p.end - p.start, "delimiters fit");
		memset(out + at, letters[p.kind], p.end - p.start);
		at = p.end;
	}
	check_size_eq(at, text.len, "all of %s is covered", check_quote(text.ptr));
	out[at] = '\0';
}

static void check_cases(const struct lex_case *cases, size_t count)
{
	char kinds[1024];

	for (size_t i = 0; i < count; i++) {
		const struct scan_language *l = scan_language_row(cases[i].language);

		check_not_null(l, "language %s", cases[i].language);
		render(l, span_str(cases[i].text), kinds);
		check_str_eq(kinds, cases[i].kinds, "%s: %s", cases[i].language,
		             check_quote(cases[i].text));
	}
}

#define CHECK_CASES(cases) check_cases(cases, sizeof(cases) / sizeof((cases)[0]))

Test(lexer, c_and_cpp)
{
	static const struct lex_case cases[] = {
		{ "c", "a; // b\nc", "...cccc.." },
		{ "c", "/* x */y", "ccccccc." },
		{ "c", "/** d */y", "dddddddd." },
		{ "c", "/**/y", "cccc." },
		{ "c", "/***/y", "ccccc." },
		{ "c", "/// d\n//// c", "ddddd.cccccc" },
		{ "c", "s=\"/* x */\";", "..sssssssss." },
		{ "c", "'\"' // c", "sss.cccc" },
		{ "c", "\"a\\\"b\" x", "ssssss.." },
		{ "c", "// a \\\nb\nc", "cccccccc.." },
		{ "c", "// a \\\r\nb\nc", "ccccccccc.." },
		{ "c", "\"open\nx", "sssss.." },
		{ "c", "\"a\\\nb\" x", "ssssss.." },
		{ "c", "/* open", "ccccccc" },
		{ "cpp", "1'000'000 'a'", "..........sss" },
		{ "cpp", "R\"x(a)\")x\" y", ".sssssssss.." },
		{ "cpp", "PR\"x(a)\" y", "..ssssss.." },
		{ "cpp", "a / b // c", "......cccc" },
	};

	CHECK_CASES(cases);
}

Test(lexer, go_rust_and_kin)
{
	static const struct lex_case cases[] = {
		{ "go", "`a\n// b` // c", "ssssssss.cccc" },
		{ "go", "'\\'' // c", "ssss.cccc" },
		{ "rust", "fn f<'a>(x: &'a str) // c", ".....................cccc" },
		{ "rust", "'x' '\\'' r#\"a\"b\"# /*/**/*/",
		  "sss.ssss..sssssss.cccccccc" },
		{ "rust", "r\"\\\" // c", ".sss.cccc" },
		{ "java", "\"\"\"a\n\"b\"\"\" //c", "ssssssssss.ccc" },
		{ "kotlin", "\"a${b + \"c\"}d\"", "ssss....ssssss" },
		{ "swift", "\"a\\(b)c\" #\"x\"y\"#", "ssss.sss.sssssss" },
		{ "csharp", "@\"a\\\" + $\"{x}\"", "sssss....ss.ss" },
		{ "haskell", "f' = 'x' -- c", ".....sss.cccc" },
		{ "lisp", "\"a\" ; c", "sss.ccc" },
	};

	CHECK_CASES(cases);
}

Test(lexer, python)
{
	static const struct lex_case cases[] = {
		{ "python", "\"\"\"doc\"\"\"\nx", "ddddddddd.." },
		{ "python", "# c\n'd'\n", "ccc.ddd." },
		{ "python", "def f():\n  'd'\n", "...........ddd." },
		{ "python", "x = 's' # c", "....sss.ccc" },
		{ "python", "f(\n'''s''')", "...sssssss." },
		{ "python", "x = ('a'\n'b')", ".....sss.sss." },
		{ "python", "x = rb'\\'' + 1", "......ssss...." },
		{ "python", "x = f'{x:#x}' # c", ".....ss....ss.ccc" },
		{ "python", "x = f'{{# {d[\"k\"]}'", ".....ssssss..sss.ss" },
		{ "python", "x = \"it's\" # c", "....ssssss.ccc" },
		{ "python", "x = '''a\n'b' ''' # c", "....ssssssssssss.ccc" },
		{ "python", "'open\nx # c", "ddddd...ccc" },
	};

	CHECK_CASES(cases);
}

Test(lexer, javascript)
{
	static const struct lex_case cases[] = {
		{ "javascript", "a = /[/\"]/g; // c", ".............cccc" },
		{ "javascript", "a / b / 'c'", "........sss" },
		{ "javascript", "return /'/", ".........." },
		{ "javascript", "x++ / 'a' / 1", "......sss...." },
		{ "javascript", "`a${`b${c}`}d` //", "ssssssss.sssss.cc" },
		{ "javascript", "`${ {a:'}'} }`", "sss....sss..ss" },
		{ "javascript", "p = <a b=\"c\">it's {d /* c */}</a>; 'e'",
		  ".........sss.ttttt...ccccccc.......sss" },
		{ "javascript", "f(a < b, 'c' > d)", ".........sss....." },
		{ "javascript", "x = <></>; // c", "...........cccc" },
		{ "javascript", "x = <A/>; // c", "..........cccc" },
		{ "javascript", "x = <A><B>//</B></A> // c",
		  "..........tt.........cccc" },
		{ "typescript", "f<T>('a') // c", ".....sss..cccc" },
		{ "typescript", "/** d */ /* c */", "dddddddd.ccccccc" },
		{ "tsx", "x = <T extends Y>(a) => 1 // c",
		  "..........................cccc" },
	};

	CHECK_CASES(cases);
}

Test(lexer, shell)
{
	static const struct lex_case cases[] = {
		{ "shell", "echo a#b # c", ".........ccc" },
		{ "shell", "echo \"# $(x '#' # c\n) #\"", ".....sssss..sss.ccc.ssss" },
		{ "shell", "echo ${x#y} $# # c", "...............ccc" },
		{ "shell", "cat <<E # c\n# x\nE\n# d", "........cccsssss..ccc" },
		{ "shell", "cat <<-'E'\n\t#\n\tE\n# d", ".......sssssss...ccc" },
		{ "shell", "cat <<A <<B\na\nA\nb\nB\n# c", "...........sss.sss..ccc" },
		{ "shell", "x=$((1 << n))\n# c\nn", "..............ccc.." },
		{ "shell", "'a\n# b'", "sssssss" },
		{ "shell", "a;# c", "..ccc" },
		{ "shell", "cat <<< 'x' # c", "........sss.ccc" },
		{ "shell", "cat <<E\nopen", ".......sssss" },
	};

	CHECK_CASES(cases);
}

Test(lexer, yaml_and_other_data)
{
	static const struct lex_case cases[] = {
		{ "yaml", "a: don't # c", ".........ccc" },
		{ "yaml", "a: 'it''s' # c\n", "...sssssss.ccc." },
		{ "yaml", "a: b#c", "......" },
		{ "yaml", "a: |\n  # s\nb: # c", ".....ssssss...ccc" },
		{ "yaml", "- a: >-\n    x\n  b: # c", "........ssssss.....ccc" },
		{ "yaml", "- |\n  x\n- # c", "....ssss..ccc" },
		{ "yaml", "a: x | y # c", ".........ccc" },
		{ "yaml", "a: |\n\n\n  x\n", ".....ssssss" },
		{ "toml", "a = \"#\" # c", "....sss.ccc" },
		{ "ini", "a = b # no\n; c", "...........ccc" },
		{ "json", "{\"a\": \"//\"}", ".sss..ssss." },
		{ "dockerfile", "# c\nRUN a # b", "ccc.........." },
		{ "makefile", "a: b # c", ".....ccc" },
		{ "sql", "'a''--' -- c", "sssssss.cccc" },
		{ "sql", "$x$--$x$ --c", "ssssssss.ccc" },
		{ "lua", "[[--]] --[[c\n]] --c", "ssssss.cccccccc.ccc" },
		{ "cmake", "#[[ c\n]] [=[]]]=] # c", "cccccccc.ssssssss.ccc" },
		{ "css", "a{b:'/*'} /* c */", "....ssss..ccccccc" },
	};

	CHECK_CASES(cases);
}

Test(lexer, perl_ruby_php)
{
	static const struct lex_case cases[] = {
		{ "perl", "q(# (a)) # c", "ssssssss.ccc" },
		{ "perl", "s/#/'/; # c", "........ccc" },
		{ "perl", "\n=pod\n# x\n=cut\n# c", ".ddddddddddddd.ccc" },
		{ "perl", "$#a; $h{s} # c", "...........ccc" },
		{ "perl", "print <<\"E\";\n# s\nE\n# c", "........sss.sssss..ccc" },
		{ "ruby", "x = \"a#{b}\" # c", "....ssss.ss.ccc" },
		{ "ruby", "=begin\nd\n=end\n# c", "ddddddddddddd.ccc" },
		{ "ruby", "a = %w[# b] # c", "....sssssss.ccc" },
		{ "php", "a<?php // c\n'x' ?>b", "t......cccc.sss...t" },
	};

	CHECK_CASES(cases);
}

Test(lexer, documents)
{
	static const struct lex_case cases[] = {
		{ "markdown", "a # b\n<!-- c -->\n", "ttttttcccccccccct" },
		{ "markdown", "`<!--` b", "tttttttt" },
		{ "markdown", "```sh\n# c\nx\n```\n# t", "ttttttccc...ttttttt" },
		{ "markdown", "~~~\n# t\n~~~\n<!-- c", "ttttttttttttcccccc" },
		{ "markdown", "````js\n```\n//c\n````", "tttttttsssssssstttt" },
		{ "markdown", "```sh\n```\n# t", "ttttttttttttt" },
		{ "markdown", "```sh\n# open", "ttttttcccccc" },
		{ "html", "it's <a b='c'>d</a>", "ttttt.....sss.t...." },
		{ "html", "<!-- c -->x", "cccccccccct" },
		{ "html", "<script>// c\n'</s'</script>", "........cccc.sssss........." },
		{ "html", "<style>/* c */</style>", ".......ccccccc........" },
		{ "html", "<script src=\"a\"></script>b", "............sss..........t" },
		{ "xml", "<a b=\"<!--\"/><!-- c -->", ".....ssssss..cccccccccc" },
		{ "xml", "<![CDATA[<!-- t -->]]>", "tttttttttttttttttttttt" },
		{ "html", "1 < 2 <b>", "tttttt..." },
	};

	CHECK_CASES(cases);
}

Test(lexer, a_mark_at_the_start_is_no_code)
{
	char kinds[64];

	render(scan_language_row("shell"), SPAN_LIT("\xEF\xBB\xBF# c"), kinds);
	check_str_eq(kinds, "tttccc", "a byte order mark does not hide a comment");
}

Test(lexer, survives_any_bytes_in_every_language)
{
	static const char alphabet[] = "'\"`/*#-<>[]{}()=\\\n $r%|:!~a1\0\xff";
	const struct scan_language *rows;
	static char text[600];
	static char kinds[601];
	unsigned long long seed = 1;
	size_t count;

	rows = scan_language_rows(&count);
	for (size_t round = 0; round < 60 * count; round++) {
		size_t len = round % sizeof(text);

		for (size_t i = 0; i < len; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			text[i] = alphabet[(seed >> 33) % (sizeof(alphabet) - 1)];
		}
		render(&rows[round % count], span_of(text, len), kinds);
	}
}

/* Sum of the bytes of all pieces. */
static size_t lex_all(const struct scan_language *l, struct span text)
{
	struct scan_lexer x;
	struct scan_piece p;
	size_t sum = 0;

	scan_lexer_init(&x, l, text);
	while (scan_lexer_next(&x, &p))
		sum += p.end - p.start;
	return sum;
}

static void fill(char *text, size_t len, const char *unit)
{
	size_t n = strlen(unit);

	for (size_t i = 0; i < len; i++)
		text[i] = unit[i % n];
}

/* In the time that takes one look at each byte, not one at each byte for each byte. */
static void lex_soon(const struct scan_language *row, struct span text, const char *unit)
{
	static const double soon = 0.015;
	double best = 2 * soon;

	for (int i = 0; i < 3 && best > soon; i++) {
		double start = support_seconds();
		double took;

		check_size_eq(lex_all(row, text), text.len, "%s in %s", check_quote(unit),
		              row->name);
		took = support_seconds() - start;
		best = SUPPORT_TIMED ? took : 0;
	}
	check_true(best <= soon, "%s in %s takes %.3f s", check_quote(unit), row->name,
	           best);
}

Test(lexer, deep_and_open_texts_end)
{
	static const char *const units[] = {
		"(",        "{",      "[",  "<",      "\"",      "'",       "`",
		"/*",       "(*",     "{-", "#[",     "#{",      "${",      "\"${",
		"\"\\(",    "f\"{",   "{{", "<!--",   "<%",      "<script", "<?php ",
		"=begin\n", "%{\n",   "$$", "q{",     "- |\n",   "\t@",     "AS $$",
		"url(",     "\\url{", "{|", "--",     "__END__", "\\\n",    "@(",
		"<<A ",     "|||",    "''", "\"\"\"", "[[",
	};
	const struct scan_language *rows;
	static char text[10000]; /* as many levels of one byte */
	size_t count;

	rows = scan_language_rows(&count);
	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
		fill(text, sizeof(text), units[u]);
		for (size_t i = 0; i < count; i++)
			lex_soon(&rows[i], span_of(text, sizeof(text)), units[u]);
	}
}

/* What looks at the rest of its line must not do so again and again. */
Test(lexer, a_long_line_takes_linear_time)
{
	static const char *const lines[][2] = {
		{ "javascript", "a=b(c,\"d\")/e;" }, { "css", "a{b:url(c)}" },
		{ "perl", "$_[0]__x=\"a\";" },       { "vim", "let a=\"b\"." },
		{ "latex", "\\url{a} \\verb|b|" },   { "haskell", "-----> " },
		{ "ocaml", "(* {| \" *) " },         { "yaml", "{a: \"b\", " },
	};
	enum { LEN = 2 << 20 };
	char *text = mem_new(LEN);

	check_not_null(text, "room for the line");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fill(text, LEN, lines[i][1]);
		check_size_eq(lex_all(scan_language_row(lines[i][0]), span_of(text, LEN)),
		              LEN, "%s", lines[i][0]);
	}
	mem_free(text);
}
