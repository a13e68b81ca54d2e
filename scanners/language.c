// SPDX-License-Identifier: Apache-2.0
#include "language_internal.h"
#include "lexer_internal.h"

#include <stdlib.h>

#define NESTED SCAN_COMMENT_NESTED
#define DOC SCAN_COMMENT_DOC
#define FIRST SCAN_COMMENT_LINE_START
#define WORD SCAN_COMMENT_WORD_START
#define SPLICE SCAN_COMMENT_SPLICE
#define COLUMN1 SCAN_COMMENT_COLUMN_ONE
#define SEVEN SCAN_COMMENT_COLUMN_SEVEN
#define COMMAND SCAN_COMMENT_COMMAND
#define CASELESS SCAN_COMMENT_CASELESS
#define ALONE SCAN_COMMENT_ALONE
#define SYMBOL SCAN_COMMENT_SYMBOL
#define SPACED SCAN_COMMENT_SPACED
#define LETTER SCAN_COMMENT_LETTER
#define ONCE SCAN_COMMENT_ONCE
#define LITERALS SCAN_COMMENT_LITERALS

#define ESC SCAN_QUOTE_ESCAPE
#define DBL SCAN_QUOTE_DOUBLED
#define LINES SCAN_QUOTE_LINES
#define CHAR SCAN_QUOTE_CHARACTER
#define SEPARATOR SCAN_QUOTE_SEPARATOR
#define VALUE SCAN_QUOTE_VALUE
#define START SCAN_QUOTE_WORD_START
#define CONT SCAN_QUOTE_SPLICE
#define CODE SCAN_QUOTE_CODE
#define GREEDY SCAN_QUOTE_GREEDY
#define COUNTED SCAN_QUOTE_COUNTED
#define ONE SCAN_QUOTE_ONE
#define TOKEN SCAN_QUOTE_TOKEN
#define OPERAND SCAN_QUOTE_OPERAND
#define GOES_ON SCAN_QUOTE_GOES_ON
#define NOT_HOLE SCAN_QUOTE_NOT_HOLE

#define DOLLAR_BRACE SCAN_HOLE_DOLLAR_BRACE
#define DOLLAR_PAREN SCAN_HOLE_DOLLAR_PAREN
#define HASH_BRACE SCAN_HOLE_HASH_BRACE
#define BACKSLASH_PAREN SCAN_HOLE_BACKSLASH_PAREN
#define BRACE_F SCAN_HOLE_BRACE_F
#define BRACE_DOLLAR SCAN_HOLE_BRACE_DOLLAR
#define BRACE SCAN_HOLE_BRACE
#define PERCENT_BRACE SCAN_HOLE_PERCENT_BRACE
#define DOUBLED SCAN_HOLE_DOUBLED
#define ASKED SCAN_HOLE_ASKED

/* One language is one row, read across. */
// clang-format off
#define END { NULL, NULL, 0 }
#define END_QUOTE { NULL, NULL, 0, 0 }
#define LINE(open) { open, NULL, 0 }
#define LINE_DOC(open) { open, NULL, DOC }
#define BLOCK(open, close) { open, close, 0 }
#define BLOCK_DOC(open, close) { open, close, DOC }
#define DOUBLE { "\"", "\"", ESC, 0 }
#define SINGLE { "'", "'", ESC, 0 }
#define DOUBLE_LINES { "\"", "\"", ESC | LINES, 0 }
#define SINGLE_LINES { "'", "'", ESC | LINES, 0 }
#define TRIPLE { "\"\"\"", "\"\"\"", ESC | LINES, 0 }
#define TRIPLE_SINGLE { "'''", "'''", ESC | LINES, 0 }
#define CHARACTER { "'", "'", ESC | CHAR | START, 0 }
#define COMMENTS(...) (const struct scan_comment[]){ __VA_ARGS__, END }
#define QUOTES(...) (const struct scan_quote[]){ __VA_ARGS__, END_QUOTE }
#define CONSTRUCTS(...) (const struct scan_construct *const[]){ __VA_ARGS__, NULL }

/* What several languages share. */
static const struct scan_comment no_comments[] = { END };
static const struct scan_comment slash[] = { /* Java and most with braces */
	LINE_DOC("///"), LINE("//"), BLOCK_DOC("/**", "*/"), BLOCK("/*", "*/"), END };
static const struct scan_comment slash_plain[] = { LINE("//"), BLOCK("/*", "*/"), END };
static const struct scan_comment slash_star_doc[] = {
	LINE("//"), BLOCK_DOC("/**", "*/"), BLOCK("/*", "*/"), END };
static const struct scan_comment slash_hash[] = {
	LINE("//"), LINE("#"), BLOCK_DOC("/**", "*/"), BLOCK("/*", "*/"), END };
static const struct scan_comment slash_splice[] = { /* C */
	{ "///", NULL, DOC | SPLICE }, { "//", NULL, SPLICE }, BLOCK_DOC("/**", "*/"),
	BLOCK_DOC("/*!", "*/"), BLOCK("/*", "*/"), END };
static const struct scan_comment slash_nested[] = {
	LINE_DOC("///"), LINE("//"), { "/**", "*/", DOC | NESTED }, { "/*", "*/", NESTED }, END };
static const struct scan_comment hash[] = { LINE("#"), END };
static const struct scan_comment hash_doc[] = { LINE_DOC("##"), LINE("#"), END };
static const struct scan_comment hash_word[] = { { "#", NULL, WORD }, END };
static const struct scan_comment hash_first[] = { { "#", NULL, FIRST }, END };
static const struct scan_comment hash_star[] = { LINE("#"), BLOCK("/*", "*/"), END };
static const struct scan_comment hash_semicolon_first[] = {
	{ "#", NULL, FIRST }, { ";", NULL, FIRST }, END };
static const struct scan_comment semicolon[] = { LINE(";"), END };
static const struct scan_comment semicolon_bar[] = { { "#|", "|#", NESTED }, LINE(";"), END };
static const struct scan_comment dash_brace[] = { /* Haskell's family */
	{ "{-", "-}", NESTED }, LINE("--"), END };
static const struct scan_comment paren_star[] = {
	{ "(*", "*)", NESTED | LITERALS }, END };
static const struct scan_comment star_only[] = { BLOCK("/*", "*/"), END };
static const struct scan_comment markup_comment[] = { BLOCK("<!--", "-->"), END };
static const struct scan_comment rem[] = { { "'", NULL, 0 },
	{ "rem", NULL, CASELESS | COMMAND | SPACED }, END };

static const struct scan_quote no_quotes[] = { END_QUOTE };
static const struct scan_quote both[] = { DOUBLE, SINGLE, END_QUOTE };
static const struct scan_quote both_lines[] = { DOUBLE_LINES, SINGLE_LINES, END_QUOTE };
static const struct scan_quote both_splice[] = {
	{ "\"", "\"", ESC | CONT, 0 }, { "'", "'", ESC | CONT, 0 }, END_QUOTE };
static const struct scan_quote both_doubled[] = {
	{ "'", "'", DBL, 0 }, { "\"", "\"", DBL, 0 }, END_QUOTE };
static const struct scan_quote double_only[] = { DOUBLE, END_QUOTE };
static const struct scan_quote double_lines[] = { DOUBLE_LINES, END_QUOTE };
static const struct scan_quote double_char[] = { DOUBLE_LINES, CHARACTER, END_QUOTE };
static const struct scan_quote c_quotes[] = {
	{ "\"", "\"", ESC | CONT, 0 }, { "'", "'", ESC | SEPARATOR, 0 }, END_QUOTE };
static const struct scan_quote script_quotes[] = { /* JavaScript */
	{ "\"", "\"", ESC | CONT, 0 }, { "'", "'", ESC | CONT, 0 },
	{ "`", "`", ESC | LINES, DOLLAR_BRACE }, END_QUOTE };
static const struct scan_quote markup_quotes[] = {
	{ "\"", "\"", LINES, 0 }, { "'", "'", LINES, 0 }, END_QUOTE };
static const struct scan_quote elm_quotes[] = {
	TRIPLE, { "\"", "\"", ESC | CONT, 0 }, CHARACTER, END_QUOTE };
static const struct scan_quote python_quotes[] = {
	{ "\"\"\"", "\"\"\"", ESC | LINES, BRACE_F }, { "'''", "'''", ESC | LINES, BRACE_F },
	{ "\"", "\"", ESC | CONT, BRACE_F }, { "'", "'", ESC | CONT, BRACE_F }, END_QUOTE };
static const struct scan_quote groovy_quotes[] = {
	{ "\"\"\"", "\"\"\"", ESC | LINES, DOLLAR_BRACE }, { "'''", "'''", ESC | LINES, 0 },
	{ "$/", "/$", LINES | SCAN_QUOTE_DOLLAR, DOLLAR_BRACE },
	{ "\"", "\"", ESC, DOLLAR_BRACE }, SINGLE, END_QUOTE };
static const struct scan_quote shell_quotes[] = {
	{ "\\", "", ONE | CODE, 0 }, { "$'", "'", ESC | LINES | NOT_HOLE, 0 },
	{ "\"", "\"", ESC | LINES, DOLLAR_BRACE | DOLLAR_PAREN },
	{ "'", "'", LINES | NOT_HOLE, 0 }, END_QUOTE };
static const struct scan_quote lisp_quotes[] = {
	{ "#\\", "", ONE | CODE, 0 }, DOUBLE_LINES, { "|", "|", LINES | CODE, 0 }, END_QUOTE };
static const struct scan_quote sql_quotes[] = {
	{ "E'", "'", ESC | DBL | LINES | START, 0 }, { "e'", "'", ESC | DBL | LINES | START, 0 },
	{ "'", "'", DBL | LINES, 0 }, { "\"", "\"", DBL | LINES | CODE, 0 }, END_QUOTE };
static const struct scan_quote basic_quotes[] = {
	{ "\"", "\"", DBL | LINES, BRACE_DOLLAR }, END_QUOTE };
static const struct scan_quote template_quotes[] = { DOUBLE_LINES, SINGLE_LINES, END_QUOTE };

/* What opens and closes the islands of templates. */
static const struct scan_island ejs_islands[] = {
	{ "<%%", "%", NULL, SCAN_ISLAND_TEXT },
	{ "<%#", "%>", NULL, SCAN_ISLAND_COMMENT },
	{ "<%", "%>", "javascript", SCAN_ISLAND_CODE },
	{ NULL, NULL, NULL, SCAN_ISLAND_TEXT },
};
static const struct scan_island erb_islands[] = {
	{ "<%%", "%>", NULL, SCAN_ISLAND_TEXT },
	{ "<%#", "%>", NULL, SCAN_ISLAND_COMMENT },
	{ "<%", "%>", "ruby", SCAN_ISLAND_CODE },
	{ NULL, NULL, NULL, SCAN_ISLAND_TEXT },
};
static const struct scan_island jsp_islands[] = {
	{ "<%--", "--%>", NULL, SCAN_ISLAND_COMMENT },
	{ "<%", "%>", "java", SCAN_ISLAND_CODE },
	{ NULL, NULL, NULL, SCAN_ISLAND_TEXT },
};
static const struct scan_island handlebars_islands[] = {
	{ "{{!--", "--}}", NULL, SCAN_ISLAND_COMMENT },
	{ "{{~!--", "--~}}", NULL, SCAN_ISLAND_COMMENT },
	{ "{{!", "}}", NULL, SCAN_ISLAND_COMMENT },
	{ "{{~!", "}}", NULL, SCAN_ISLAND_COMMENT },
	{ "{{", "}}", "template", SCAN_ISLAND_CODE },
	{ NULL, NULL, NULL, SCAN_ISLAND_TEXT },
};
static const struct scan_island jinja_islands[] = {
	{ "{#", "#}", NULL, SCAN_ISLAND_COMMENT },
	{ "{% raw %}", "{% endraw %}", NULL, SCAN_ISLAND_TEXT },
	{ "{% verbatim %}", "{% endverbatim %}", NULL, SCAN_ISLAND_TEXT },
	{ "{%", "%}", "template", SCAN_ISLAND_CODE },
	{ "{{", "}}", "template", SCAN_ISLAND_CODE },
	{ NULL, NULL, NULL, SCAN_ISLAND_TEXT },
};
static const struct scan_island liquid_islands[] = {
	{ "{% comment %}", "{% endcomment %}", NULL, SCAN_ISLAND_COMMENT },
	{ "{%- comment -%}", "{%- endcomment -%}", NULL, SCAN_ISLAND_COMMENT },
	{ "{% raw %}", "{% endraw %}", NULL, SCAN_ISLAND_TEXT },
	{ "{%", "%}", "template", SCAN_ISLAND_CODE },
	{ "{{", "}}", "template", SCAN_ISLAND_CODE },
	{ NULL, NULL, NULL, SCAN_ISLAND_TEXT },
};
static const struct scan_island php_islands[] = {
	{ "<?xml", "?>", NULL, SCAN_ISLAND_TEXT },
	{ "<?php", "?>", "php-code", SCAN_ISLAND_CODE },
	{ "<?=", "?>", "php-code", SCAN_ISLAND_CODE },
	{ "<?", "?>", "php-code", SCAN_ISLAND_CODE },
	{ NULL, NULL, NULL, SCAN_ISLAND_TEXT },
};
static const struct scan_island razor_islands[] = {
	{ "@*", "*@", NULL, SCAN_ISLAND_COMMENT },
	{ NULL, NULL, NULL, SCAN_ISLAND_TEXT },
};

/* Sorted by name in byte order. */
static const struct scan_language languages[] = {
	{ "actionscript", "ActionScript", slash_star_doc, both, SCAN_REGEX | SCAN_BRACKETS, CONSTRUCTS(&lexer_regex), NULL, NULL },
	{ "ada", "Ada", COMMENTS(LINE("--")),
	  QUOTES({ "\"", "\"", DBL, 0 }, { "'", "'", CHAR | START, 0 }),
	  0, NULL, NULL, NULL },
	{ "agda", "Agda", COMMENTS({ "{-", "-}", NESTED }, { "--", NULL, WORD }),
	  double_only,
	  0, NULL, NULL, NULL },
	{ "asciidoc", "AsciiDoc", no_comments, no_quotes, SCAN_NO_CODE, NULL, lexer_asciidoc, NULL },
	{ "assembly", "Assembly (GNU)", COMMENTS(BLOCK("/*", "*/"), LINE("//"), { "#", NULL, FIRST }, { "#", NULL, WORD | SPACED },
	           { "@", NULL, WORD | SPACED }, LINE(";")),
	  QUOTES(DOUBLE, { "'", "", ESC | ONE | CODE, 0 }),
	  0, CONSTRUCTS(&lexer_directive), NULL, NULL },
	{ "awk", "AWK", hash, double_only, SCAN_REGEX | SCAN_LINE_VALUES, CONSTRUCTS(&lexer_regex), NULL, NULL },
	{ "batch", "Batch", COMMENTS({ "rem", NULL, CASELESS | COMMAND | SPACED }, { "::", NULL, FIRST }),
	  QUOTES({ "\"", "\"", 0, 0 }),
	  0, NULL, NULL, NULL },
	{ "bicep", "Bicep", slash_plain,
	  QUOTES({ "'''", "'''", LINES, 0 }, { "'", "'", ESC, DOLLAR_BRACE }),
	  0, NULL, NULL, NULL },
	{ "bitbake", "BitBake", hash_word, both_splice, 0, NULL, NULL, NULL },
	{ "c", "C", slash_splice, c_quotes, 0, CONSTRUCTS(&lexer_raw_cpp, &lexer_directive, &lexer_spliced_comment), NULL, NULL },
	{ "clojure", "Clojure", semicolon, QUOTES({ "\\", "", ONE | CODE, 0 }, DOUBLE_LINES), 0, NULL, NULL, NULL },
	{ "cmake", "CMake", hash, QUOTES({ "\\", "", ONE | CODE, 0 }, DOUBLE_LINES), 0, CONSTRUCTS(&lexer_long_bracket), NULL, NULL },
	{ "cobol", "COBOL", COMMENTS({ "*>", NULL, 0 }, { "*", NULL, SEVEN }, { "/", NULL, SEVEN }),
	  both_doubled,
	  0, NULL, NULL, NULL },
	{ "coffeescript", "CoffeeScript", COMMENTS({ "###", "###", ONCE }, LINE("#")),
	  QUOTES({ "\"\"\"", "\"\"\"", ESC | LINES, HASH_BRACE }, TRIPLE_SINGLE,
	         { "///", "///", ESC | LINES | CODE, 0 }, { "\"", "\"", ESC | LINES, HASH_BRACE },
	         SINGLE_LINES, { "`", "`", ESC | LINES, 0 }),
	  SCAN_REGEX | SCAN_COMMAND_CALLS, CONSTRUCTS(&lexer_regex), NULL, NULL },
	{ "coq", "Coq", paren_star, QUOTES({ "\"", "\"", DBL | LINES, 0 }), 0, NULL, NULL, NULL },
	{ "cpp", "C++", slash_splice, c_quotes, 0, CONSTRUCTS(&lexer_raw_cpp, &lexer_directive, &lexer_spliced_comment), NULL, NULL },
	{ "crystal", "Crystal", hash,
	  QUOTES({ "\"", "\"", ESC | LINES, HASH_BRACE }, CHARACTER, { "`", "`", ESC | LINES, HASH_BRACE }),
	  SCAN_REGEX | SCAN_COMMAND_CALLS, CONSTRUCTS(&lexer_heredoc_tight, &lexer_regex, &lexer_ruby_operator), NULL, NULL },
	{ "csharp", "C#", slash,
	  QUOTES({ "\"\"\"", "\"", COUNTED | LINES, BRACE_DOLLAR }, { "$@\"", "\"", DBL | LINES, BRACE },
	         { "@$\"", "\"", DBL | LINES, BRACE }, { "@\"", "\"", DBL | LINES, 0 },
	         { "\"", "\"", ESC, BRACE_DOLLAR }, SINGLE),
	  0, NULL, NULL, NULL },
	{ "css", "CSS", star_only, both_splice, 0, CONSTRUCTS(&lexer_url_call), NULL, NULL },
	{ "cue", "CUE", slash_plain,
	  QUOTES({ "\"\"\"", "\"\"\"", ESC | LINES, BACKSLASH_PAREN }, TRIPLE_SINGLE,
	         { "\"", "\"", ESC, BACKSLASH_PAREN }, SINGLE),
	  0, CONSTRUCTS(&lexer_raw_hash), NULL, NULL },
	{ "cython", "Cython", hash, python_quotes, SCAN_DOCSTRING | SCAN_BRACKETS, NULL, NULL, NULL },
	{ "d", "D", COMMENTS({ "/++", "+/", DOC | NESTED }, { "/+", "+/", NESTED }, LINE_DOC("///"), LINE("//"),
	           BLOCK_DOC("/**", "*/"), BLOCK("/*", "*/")),
	  QUOTES(DOUBLE_LINES, { "`", "`", LINES, 0 }, SINGLE),
	  SCAN_RAW_PREFIX, CONSTRUCTS(&lexer_d_string), NULL, NULL },
	{ "dart", "Dart", slash_nested,
	  QUOTES({ "\"\"\"", "\"\"\"", ESC | LINES, DOLLAR_BRACE }, { "'''", "'''", ESC | LINES, DOLLAR_BRACE },
	         { "\"", "\"", ESC, DOLLAR_BRACE }, { "'", "'", ESC, DOLLAR_BRACE }),
	  SCAN_RAW_PREFIX, NULL, NULL, NULL },
	{ "dhall", "Dhall", dash_brace,
	  QUOTES({ "''", "''", LINES | SCAN_QUOTE_NIX, DOLLAR_BRACE }, { "\"", "\"", ESC, DOLLAR_BRACE },
	         { "`", "`", CODE, 0 }),
	  0, NULL, NULL, NULL },
	{ "dockerfile", "Dockerfile", hash_first, both_splice, 0, CONSTRUCTS(&lexer_heredoc_shell), NULL, NULL },
	{ "ejs", "EJS", no_comments, no_quotes, SCAN_MARKUP | SCAN_EMBEDS, NULL, lexer_islands, ejs_islands },
	{ "elisp", "Emacs Lisp", semicolon, double_lines, 0, CONSTRUCTS(&lexer_question_char), NULL, NULL },
	{ "elixir", "Elixir", hash,
	  QUOTES({ "\"\"\"", "\"\"\"", ESC | LINES, HASH_BRACE }, TRIPLE_SINGLE,
	         { "\"", "\"", ESC | LINES, HASH_BRACE }, SINGLE_LINES),
	  SCAN_DOC_ATTRIBUTE, CONSTRUCTS(&lexer_question_char, &lexer_sigil), NULL, NULL },
	{ "elm", "Elm", dash_brace, elm_quotes, 0, NULL, NULL, NULL },
	{ "erb", "ERB", no_comments, no_quotes, SCAN_MARKUP | SCAN_EMBEDS, NULL, lexer_islands, erb_islands },
	{ "erlang", "Erlang", COMMENTS(LINE("%")),
	  QUOTES({ "$", "", ESC | ONE | CODE, 0 }, { "\"\"\"", "\"\"\"", LINES, 0 }, DOUBLE_LINES,
	         { "'", "'", ESC | CODE, 0 }),
	  0, NULL, NULL, NULL },
	{ "fennel", "Fennel", semicolon, double_lines, 0, NULL, NULL, NULL },
	{ "fish", "fish", hash_word,
	  QUOTES({ "\\", "", ONE | CODE, 0 }, { "\"", "\"", ESC | LINES, DOLLAR_PAREN },
	         SINGLE_LINES),
	  0, NULL, NULL, NULL },
	{ "forth", "Forth", COMMENTS({ "(", ")", WORD | SPACED }, { "\\", NULL, WORD | SPACED }),
	  QUOTES({ "\"", "\"", 0, 0 }),
	  0, NULL, NULL, NULL },
	{ "fortran", "Fortran", COMMENTS(LINE("!")),
	  QUOTES({ "'", "'", DBL | GOES_ON, 0 }, { "\"", "\"", DBL | GOES_ON, 0 }),
	  0, NULL, NULL, NULL },
	{ "fortran-fixed", "Fortran (fixed form)", COMMENTS({ "C", NULL, COLUMN1 }, { "c", NULL, COLUMN1 }, { "*", NULL, COLUMN1 }, LINE("!")),
	  both_doubled,
	  0, NULL, NULL, NULL },
	{ "fsharp", "F#", COMMENTS(LINE_DOC("///"), LINE("//"), { "(*", "*)", NESTED | LITERALS }),
	  QUOTES({ "(*)", "", TOKEN | CODE, 0 }, { "\"\"\"", "\"\"\"", LINES, BRACE_DOLLAR },
	         { "@\"", "\"", DBL | LINES, 0 }, { "\"", "\"", ESC | LINES, BRACE_DOLLAR },
	         { "``", "``", CODE, 0 }, CHARACTER),
	  0, NULL, NULL, NULL },
	{ "gdscript", "GDScript", hash_doc, QUOTES(TRIPLE, TRIPLE_SINGLE, DOUBLE, SINGLE), 0, NULL, NULL, NULL },
	{ "gettext", "Gettext", COMMENTS({ "#", NULL, COLUMN1 }), double_only, SCAN_TRANSLATION, NULL, NULL, NULL },
	{ "gherkin", "Gherkin", hash_first, QUOTES(TRIPLE), SCAN_NO_CODE, NULL, NULL, NULL },
	{ "gleam", "Gleam", slash_plain, double_lines, 0, NULL, NULL, NULL },
	{ "glsl", "GLSL", slash_splice, double_only, 0, CONSTRUCTS(&lexer_directive), NULL, NULL },
	{ "gnuplot", "Gnuplot", hash, QUOTES(DOUBLE, { "'", "'", DBL, 0 }), 0, NULL, NULL, NULL },
	{ "go", "Go", slash_plain, QUOTES(DOUBLE, { "`", "`", LINES, 0 }, SINGLE), 0, NULL, NULL, NULL },
	{ "graphql", "GraphQL", hash, QUOTES(TRIPLE, DOUBLE), SCAN_DESCRIPTIONS | SCAN_BRACKETS, NULL, NULL, NULL },
	{ "groovy", "Groovy", slash, groovy_quotes, SCAN_REGEX | SCAN_SLASH_STRINGS | SCAN_BRACKETS, CONSTRUCTS(&lexer_regex), NULL, NULL },
	{ "hack", "Hack", slash_hash, both_lines, 0, CONSTRUCTS(&lexer_heredoc_php), NULL, NULL },
	{ "handlebars", "Handlebars", no_comments, no_quotes, SCAN_MARKUP | SCAN_EMBEDS, NULL, lexer_islands, handlebars_islands },
	{ "haskell", "Haskell", COMMENTS({ "{-", "-}", NESTED }, { "--", NULL, SYMBOL }),
	  QUOTES({ "\"", "\"", ESC | CONT, 0 }, CHARACTER),
	  0, NULL, NULL, NULL },
	{ "haxe", "Haxe", slash,
	  QUOTES({ "~/", "/", ESC | CODE, 0 }, DOUBLE_LINES, { "'", "'", ESC | LINES, DOLLAR_BRACE }),
	  0, NULL, NULL, NULL },
	{ "hcl", "HCL", slash_hash,
	  QUOTES({ "\"", "\"", ESC, DOLLAR_BRACE | PERCENT_BRACE | DOUBLED }),
	  0, CONSTRUCTS(&lexer_heredoc_shell), NULL, NULL },
	{ "hlsl", "HLSL", slash_splice, double_only, 0, CONSTRUCTS(&lexer_directive), NULL, NULL },
	{ "html", "HTML", markup_comment, markup_quotes, SCAN_MARKUP | SCAN_EMBEDS, NULL, lexer_markup, NULL },
	{ "hy", "Hy", semicolon, double_lines, 0, NULL, NULL, NULL },
	{ "idris", "Idris", COMMENTS({ "{-", "-}", NESTED }, LINE_DOC("|||"), { "--", NULL, SYMBOL }),
	  elm_quotes,
	  0, NULL, NULL, NULL },
	{ "ini", "INI", hash_semicolon_first, QUOTES({ "\"", "\"", VALUE, 0 }), SCAN_PLAIN_VALUES, NULL, NULL, NULL },
	{ "java", "Java", slash, QUOTES(TRIPLE, DOUBLE, SINGLE), 0, NULL, NULL, NULL },
	{ "javascript", "JavaScript", slash_star_doc, script_quotes, SCAN_REGEX | SCAN_JSX | SCAN_BRACKETS, CONSTRUCTS(&lexer_regex), NULL, NULL },
	{ "jinja", "Jinja", no_comments, no_quotes, SCAN_MARKUP | SCAN_EMBEDS, NULL, lexer_islands, jinja_islands },
	{ "json", "JSON", slash_plain, QUOTES(DOUBLE, { "'", "'", ESC | CONT, 0 }), 0, NULL, NULL, NULL },
	{ "jsonnet", "Jsonnet", slash_hash,
	  QUOTES({ "|||", "|||", LINES, 0 }, { "@\"", "\"", DBL | LINES, 0 }, { "@'", "'", DBL | LINES, 0 },
	         DOUBLE_LINES, SINGLE_LINES),
	  0, NULL, NULL, NULL },
	{ "jsp", "JSP", no_comments, no_quotes, SCAN_MARKUP | SCAN_EMBEDS, NULL, lexer_islands, jsp_islands },
	{ "julia", "Julia", COMMENTS({ "#=", "=#", NESTED }, LINE("#")),
	  QUOTES({ "\"\"\"", "\"\"\"", ESC | LINES, DOLLAR_PAREN },
	         { "\"", "\"", ESC | LINES, DOLLAR_PAREN }, { "`", "`", ESC | LINES, 0 },
	         { "'", "'", ESC | CHAR | OPERAND, 0 }),
	  SCAN_DOCSTRING | SCAN_BRACKETS, NULL, NULL, NULL },
	{ "just", "Just", hash_word, both_lines, 0, NULL, NULL, NULL },
	{ "kotlin", "Kotlin", slash_nested,
	  QUOTES({ "\"\"\"", "\"\"\"", LINES | GREEDY, DOLLAR_BRACE }, { "\"", "\"", ESC, DOLLAR_BRACE }, SINGLE,
	         { "`", "`", CODE, 0 }),
	  0, NULL, NULL, NULL },
	{ "latex", "LaTeX", COMMENTS(LINE("%")), QUOTES({ "\\", "", ONE | CODE, 0 }), SCAN_NO_CODE, CONSTRUCTS(&lexer_tex), NULL, NULL },
	{ "lean", "Lean", COMMENTS({ "/--", "-/", DOC | NESTED }, { "/-", "-/", NESTED }, LINE("--")),
	  double_char,
	  0, NULL, NULL, NULL },
	{ "less", "Less", slash_plain, both_splice, 0, CONSTRUCTS(&lexer_url_call), NULL, NULL },
	{ "liquid", "Liquid", no_comments, no_quotes, SCAN_MARKUP | SCAN_EMBEDS, NULL, lexer_islands, liquid_islands },
	{ "lisp", "Common Lisp", semicolon_bar, lisp_quotes, 0, NULL, NULL, NULL },
	{ "lua", "Lua", COMMENTS(LINE("--")),
	  QUOTES({ "\"", "\"", ESC | CONT | GOES_ON, 0 }, { "'", "'", ESC | CONT | GOES_ON, 0 }),
	  0, CONSTRUCTS(&lexer_long_bracket), NULL, NULL },
	{ "m4", "M4", COMMENTS({ "dnl", NULL, WORD }, { "#", NULL, WORD }),
	  no_quotes,
	  0, NULL, NULL, NULL },
	{ "makefile", "Makefile", COMMENTS({ "#", NULL, SPLICE }),
	  QUOTES({ "\\", "", ONE | CODE, 0 }),
	  0, CONSTRUCTS(&lexer_recipe), NULL, NULL },
	{ "markdown", "Markdown", markup_comment, no_quotes, SCAN_NO_CODE, NULL, lexer_markdown, NULL },
	{ "matlab", "MATLAB", COMMENTS({ "%{", "%}", ALONE }, { "#{", "#}", ALONE }, LINE("%"), LINE("..."), { "#", NULL, WORD }),
	  QUOTES({ "'", "'", DBL | OPERAND, 0 }, { "\"", "\"", ESC | DBL, 0 }),
	  0, NULL, NULL, NULL },
	{ "meson", "Meson", hash, QUOTES({ "'''", "'''", LINES, 0 }, SINGLE), 0, NULL, NULL, NULL },
	{ "mysql", "MySQL", COMMENTS(LINE("--"), LINE("#"), BLOCK("/*", "*/")),
	  QUOTES({ "'", "'", ESC | DBL | LINES, 0 }, { "\"", "\"", ESC | DBL | LINES, 0 },
	         { "`", "`", CODE | LINES, 0 }),
	  0, NULL, NULL, NULL },
	{ "nasm", "Assembly (NASM)", semicolon,
	  QUOTES({ "\"", "\"", 0, 0 }, { "'", "'", 0, 0 }, { "`", "`", ESC, 0 }),
	  0, NULL, NULL, NULL },
	{ "nginx", "nginx", hash_word, both_lines, 0, NULL, NULL, NULL },
	{ "nim", "Nim", COMMENTS({ "##[", "]##", DOC | NESTED }, { "#[", "]#", NESTED }, LINE_DOC("##"), LINE("#")),
	  QUOTES({ "\"\"\"", "\"\"\"", LINES | GREEDY, 0 }, { "\"", "\"", ESC | SCAN_QUOTE_RAW_WORD, 0 }, CHARACTER),
	  0, NULL, NULL, NULL },
	{ "ninja", "Ninja", hash_first, no_quotes, 0, NULL, NULL, NULL },
	{ "nix", "Nix", hash_star,
	  QUOTES({ "''", "''", LINES | SCAN_QUOTE_NIX, DOLLAR_BRACE }, { "\"", "\"", ESC | LINES, DOLLAR_BRACE }),
	  0, NULL, NULL, NULL },
	{ "objective-c", "Objective-C", slash_splice, both_splice, 0, CONSTRUCTS(&lexer_directive, &lexer_spliced_comment), NULL, NULL },
	{ "ocaml", "OCaml", paren_star, double_char, 0, CONSTRUCTS(&lexer_quoted_bar), NULL, NULL },
	{ "odin", "Odin", slash_nested, QUOTES(DOUBLE, { "`", "`", LINES, 0 }, SINGLE), 0, NULL, NULL, NULL },
	{ "org", "Org", no_comments, no_quotes, SCAN_NO_CODE, NULL, lexer_org, NULL },
	{ "pascal", "Pascal", COMMENTS(BLOCK("(*", "*)"), BLOCK("{", "}"), LINE("//")),
	  QUOTES({ "{$", "}", CODE | LINES, 0 }, { "'", "'", DBL, 0 }),
	  0, NULL, NULL, NULL },
	{ "perl", "Perl", COMMENTS({ "=cut", NULL, COLUMN1 | DOC }, { "=", "\n=cut", COLUMN1 | LETTER | DOC }, LINE("#")),
	  QUOTES({ "$#", "", TOKEN | CODE, 0 }, { "$`", "", TOKEN | CODE, 0 },
	         { "$'", "", TOKEN | CODE, 0 }, { "$\"", "", TOKEN | CODE, 0 }, DOUBLE_LINES, { "'", "'", ESC | LINES | START, 0 },
	         { "`", "`", ESC | LINES, 0 }),
	  SCAN_REGEX, CONSTRUCTS(&lexer_heredoc_tight, &lexer_end_mark, &lexer_regex, &lexer_perl_operator), NULL, NULL },
	{ "php", "PHP", no_comments, no_quotes, SCAN_MARKUP | SCAN_EMBEDS, NULL, lexer_islands, php_islands },
	{ "php-code", "PHP (without tags)", slash_hash,
	  QUOTES({ "#[", "", TOKEN | CODE, 0 }, DOUBLE_LINES, SINGLE_LINES, { "`", "`", ESC | LINES, 0 }),
	  SCAN_PHP, CONSTRUCTS(&lexer_heredoc_php, &lexer_php_end), NULL, NULL },
	{ "powershell", "PowerShell", COMMENTS(BLOCK("<#", "#>"), { "#", NULL, WORD }),
	  QUOTES({ "`", "", ONE | CODE, 0 }, { "@\"", "\n\"@", LINES, DOLLAR_PAREN }, { "@'", "\n'@", LINES, 0 },
	         { "\"", "\"", DBL | LINES | SCAN_QUOTE_BACKTICK, DOLLAR_PAREN }, { "'", "'", DBL | LINES, 0 }),
	  0, NULL, NULL, NULL },
	{ "prolog", "Prolog", COMMENTS(LINE("%"), BLOCK("/*", "*/")),
	  QUOTES({ "0'", "", ESC | DBL | ONE | CODE | START, 0 }, { "'", "'", ESC | DBL | SEPARATOR | CODE, 0 },
	         DOUBLE_LINES, { "`", "`", ESC, 0 }),
	  0, NULL, NULL, NULL },
	{ "properties", "Properties", COMMENTS({ "#", NULL, FIRST | SCAN_COMMENT_NOT_CONTINUED }, { "!", NULL, FIRST | SCAN_COMMENT_NOT_CONTINUED }),
	  no_quotes,
	  SCAN_PLAIN_VALUES, NULL, NULL, NULL },
	{ "protobuf", "Protocol Buffers", slash, both, 0, NULL, NULL, NULL },
	{ "pug", "Pug", COMMENTS(LINE("//")), both, 0, NULL, NULL, NULL },
	{ "puppet", "Puppet", hash_star,
	  QUOTES({ "\"", "\"", ESC | LINES, DOLLAR_BRACE }, SINGLE_LINES),
	  SCAN_REGEX, CONSTRUCTS(&lexer_heredoc_puppet, &lexer_regex), NULL, NULL },
	{ "purescript", "PureScript", COMMENTS({ "{-", "-}", NESTED }, { "--", NULL, SYMBOL }),
	  elm_quotes,
	  0, NULL, NULL, NULL },
	{ "python", "Python", hash, python_quotes, SCAN_DOCSTRING | SCAN_BRACKETS, NULL, NULL, NULL },
	{ "qml", "QML", slash_star_doc, script_quotes, SCAN_REGEX | SCAN_BRACKETS, CONSTRUCTS(&lexer_regex), NULL, NULL },
	{ "r", "R", hash,
	  QUOTES({ "%", "%", CODE, 0 }, { "`", "`", CODE | LINES, 0 }, DOUBLE_LINES, SINGLE_LINES),
	  0, CONSTRUCTS(&lexer_raw_r), NULL, NULL },
	{ "racket", "Racket", semicolon_bar, lisp_quotes, 0, CONSTRUCTS(&lexer_heredoc_racket), NULL, NULL },
	{ "raku", "Raku", COMMENTS({ "=begin", "\n=end", COLUMN1 | DOC }, BLOCK("#`(", ")"), BLOCK("#`[", "]"), BLOCK("#`{", "}"),
	           LINE_DOC("#|"), LINE_DOC("#="), LINE("#")),
	  QUOTES({ "\"", "\"", ESC | LINES, BRACE }, { "'", "'", ESC | LINES | START, 0 }, { "\u300c", "\u300d", LINES, 0 },
	         { "Q[", "]", LINES | START, 0 }, { "q{", "}", ESC | LINES | START, 0 }, { "q[", "]", ESC | LINES | START, 0 },
	         { "q(", ")", ESC | LINES | START, 0 }),
	  0, NULL, NULL, NULL },
	{ "razor", "Razor", no_comments, no_quotes, SCAN_MARKUP | SCAN_EMBEDS, NULL, lexer_islands, razor_islands },
	{ "rego", "Rego", hash, QUOTES(DOUBLE, { "`", "`", LINES, 0 }), 0, NULL, NULL, NULL },
	{ "rescript", "ReScript", slash_nested,
	  QUOTES(DOUBLE_LINES, { "`", "`", ESC | LINES, DOLLAR_BRACE }, CHARACTER),
	  0, NULL, NULL, NULL },
	{ "restructuredtext", "reStructuredText", no_comments, no_quotes, SCAN_NO_CODE, NULL, lexer_rst, NULL },
	{ "robot", "Robot Framework", hash_word, no_quotes, 0, NULL, NULL, NULL },
	{ "ruby", "Ruby", COMMENTS({ "=begin", "\n=end", COLUMN1 | DOC }, LINE("#")),
	  QUOTES({ "$`", "", TOKEN | CODE, 0 }, { "$'", "", TOKEN | CODE, 0 },
	         { "$\"", "", TOKEN | CODE, 0 }, { "\"", "\"", ESC | LINES, HASH_BRACE }, { "'", "'", ESC | LINES | START, 0 },
	         { "`", "`", ESC | LINES, HASH_BRACE }),
	  SCAN_REGEX | SCAN_COMMAND_CALLS, CONSTRUCTS(&lexer_heredoc_tight, &lexer_end_mark, &lexer_regex, &lexer_ruby_operator, &lexer_question_char), NULL, NULL },
	{ "rust", "Rust", COMMENTS(LINE_DOC("///"), LINE_DOC("//!"), LINE("//"), { "/**", "*/", DOC | NESTED },
	           { "/*!", "*/", DOC | NESTED }, { "/*", "*/", NESTED }),
	  QUOTES(DOUBLE_LINES, { "'", "'", ESC | CHAR, 0 }),
	  0, CONSTRUCTS(&lexer_raw_hash), NULL, NULL },
	{ "sas", "SAS", COMMENTS(BLOCK("/*", "*/"), { "*", ";", COMMAND }),
	  QUOTES({ "'", "'", DBL | LINES, 0 }, { "\"", "\"", DBL | LINES, 0 }),
	  0, NULL, NULL, NULL },
	{ "sass", "Sass", slash_plain, both_splice, 0, CONSTRUCTS(&lexer_url_call), NULL, NULL },
	{ "scala", "Scala", slash_nested,
	  QUOTES({ "\"\"\"", "\"\"\"", LINES | GREEDY, DOLLAR_BRACE | ASKED }, { "\"", "\"", ESC, DOLLAR_BRACE | ASKED },
	         { "'", "'", ESC | CHAR, 0 }, { "`", "`", CODE, 0 }),
	  0, NULL, NULL, NULL },
	{ "scheme", "Scheme", semicolon_bar, lisp_quotes, 0, NULL, NULL, NULL },
	{ "scss", "SCSS", slash,
	  QUOTES({ "\"", "\"", ESC | CONT, HASH_BRACE }, { "'", "'", ESC | CONT, HASH_BRACE }),
	  0, CONSTRUCTS(&lexer_url_call), NULL, NULL },
	{ "sed", "sed", COMMENTS({ "#", NULL, WORD }), no_quotes, 0, CONSTRUCTS(&lexer_sed), NULL, NULL },
	{ "shell", "Shell", hash_word, shell_quotes, 0, CONSTRUCTS(&lexer_heredoc_shell), NULL, NULL },
	{ "smalltalk", "Smalltalk", COMMENTS(BLOCK("\"", "\"")),
	  QUOTES({ "$", "", ONE | CODE, 0 }, { "'", "'", DBL | LINES, 0 }),
	  0, NULL, NULL, NULL },
	{ "sml", "Standard ML", paren_star, double_lines, 0, NULL, NULL, NULL },
	{ "solidity", "Solidity", slash, both, 0, NULL, NULL, NULL },
	{ "sql", "SQL", COMMENTS(LINE("--"), { "/*", "*/", NESTED }), sql_quotes, 0, CONSTRUCTS(&lexer_function_body, &lexer_dollar_tag), NULL, NULL },
	{ "stata", "Stata", COMMENTS(BLOCK("/*", "*/"), { "//", NULL, WORD }, { "*", NULL, FIRST }),
	  QUOTES({ "`\"", "\"'", LINES, 0 }, { "\"", "\"", 0, 0 }),
	  0, NULL, NULL, NULL },
	{ "stylus", "Stylus", slash_plain, both, 0, CONSTRUCTS(&lexer_url_call), NULL, NULL },
	{ "swift", "Swift", slash_nested,
	  QUOTES({ "#/", "/#", ESC | LINES | CODE, 0 }, { "\"\"\"", "\"\"\"", ESC | LINES, BACKSLASH_PAREN },
	         { "\"", "\"", ESC, BACKSLASH_PAREN }, { "`", "`", CODE, 0 }),
	  SCAN_REGEX, CONSTRUCTS(&lexer_raw_hash, &lexer_regex), NULL, NULL },
	{ "systemverilog", "SystemVerilog", slash_plain,
	  QUOTES({ "\\", " ", CODE, 0 }, { "\"", "\"", ESC | CONT, 0 }),
	  0, NULL, NULL, NULL },
	{ "tcl", "Tcl", COMMENTS({ "#", NULL, COMMAND | SPLICE }),
	  QUOTES({ "\\", "", ONE | CODE, 0 }, { "\"}", "", TOKEN | CODE, 0 }, { "\"", "\"", ESC | LINES | START, 0 }),
	  0, NULL, NULL, NULL },
	{ "template", "Template", no_comments, template_quotes, 0, NULL, NULL, NULL },
	{ "thrift", "Thrift", slash_hash, both_lines, 0, NULL, NULL, NULL },
	{ "toml", "TOML", hash,
	  QUOTES({ "\"\"\"", "\"\"\"", ESC | LINES | GREEDY, 0 }, { "'''", "'''", LINES | GREEDY, 0 }, DOUBLE,
	         { "'", "'", 0, 0 }),
	  SCAN_PLAIN_VALUES, NULL, NULL, NULL },
	{ "tsx", "TSX", slash_star_doc, script_quotes, SCAN_REGEX | SCAN_JSX | SCAN_BRACKETS, CONSTRUCTS(&lexer_regex), NULL, NULL },
	{ "typescript", "TypeScript", slash_star_doc, script_quotes, SCAN_REGEX | SCAN_BRACKETS, CONSTRUCTS(&lexer_regex), NULL, NULL },
	{ "v", "V", slash_nested,
	  QUOTES({ "'", "'", ESC | LINES, DOLLAR_BRACE }, { "\"", "\"", ESC | LINES, DOLLAR_BRACE }, { "`", "`", ESC, 0 }),
	  SCAN_RAW_PREFIX, NULL, NULL, NULL },
	{ "vala", "Vala", slash_star_doc,
	  QUOTES({ "\"\"\"", "\"\"\"", LINES, 0 }, { "@\"", "\"", ESC, DOLLAR_PAREN }, DOUBLE, SINGLE),
	  0, NULL, NULL, NULL },
	{ "verilog", "Verilog", slash_plain,
	  QUOTES({ "\\", " ", CODE, 0 }, { "\"", "\"", ESC | CONT, 0 }),
	  0, NULL, NULL, NULL },
	{ "vhdl", "VHDL", COMMENTS(LINE("--"), BLOCK("/*", "*/")),
	  QUOTES({ "\"", "\"", DBL, 0 }, { "\\", "\\", CODE, 0 }, { "'", "'", CHAR | START, 0 }),
	  0, NULL, NULL, NULL },
	{ "vim", "Vim script", no_comments, QUOTES({ "'", "'", DBL, 0 }), 0, CONSTRUCTS(&lexer_vim_quote), NULL, NULL },
	{ "vim9", "Vim9 script", hash_word, QUOTES(DOUBLE, { "'", "'", DBL, 0 }), 0, NULL, NULL, NULL },
	{ "visualbasic", "Visual Basic", rem, basic_quotes, 0, NULL, NULL, NULL },
	{ "wgsl", "WGSL", slash_nested, no_quotes, 0, NULL, NULL, NULL },
	{ "xml", "XML", markup_comment, markup_quotes, SCAN_MARKUP, NULL, lexer_markup, NULL },
	{ "yaml", "YAML", hash_word,
	  QUOTES({ "\"", "\"", ESC | LINES | VALUE, 0 }, { "'", "'", DBL | LINES | VALUE, 0 }),
	  SCAN_PLAIN_VALUES, CONSTRUCTS(&lexer_yaml_block), NULL, NULL },
	{ "zig", "Zig", COMMENTS(LINE_DOC("///"), LINE_DOC("//!"), LINE("//")),
	  QUOTES({ "\\\\", "", SCAN_QUOTE_REST, 0 }, { "@\"", "\"", ESC | CODE, 0 }, DOUBLE, SINGLE),
	  0, NULL, NULL, NULL },
};
// clang-format on

static int compare_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct scan_language *)row)->name);
}

const struct scan_language *scan_language_row(const char *name)
{
	return bsearch(name, languages, sizeof(languages) / sizeof(languages[0]),
	               sizeof(languages[0]), compare_name);
}

const struct scan_language *scan_language_rows(size_t *count)
{
	*count = sizeof(languages) / sizeof(languages[0]);
	return languages;
}
