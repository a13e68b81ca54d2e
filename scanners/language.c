// SPDX-License-Identifier: Apache-2.0
#include "language_internal.h"

#include <stdlib.h>
#include <string.h>

#define NESTED SCAN_COMMENT_NESTED
#define DOC SCAN_COMMENT_DOC
#define WORD SCAN_COMMENT_WORD_START
#define SPLICE SCAN_COMMENT_SPLICE
#define FIRST SCAN_COMMENT_LINE_START
#define COLUMN1 SCAN_COMMENT_COLUMN_ONE

#define ESC SCAN_QUOTE_ESCAPE
#define DBL SCAN_QUOTE_DOUBLED
#define LINES SCAN_QUOTE_LINES
#define CONT SCAN_QUOTE_SPLICE

/* Families of syntax that many languages share. */
#define SLASH_COMMENTS                                                         \
	{                                                                      \
		{ "///", NULL, DOC }, { "//", NULL, 0 }, { "/**", "*/", DOC }, \
			{ "/*", "*/", 0 },                                     \
	}
#define C_COMMENTS                                                                     \
	{                                                                              \
		{ "///", NULL, DOC | SPLICE }, { "//", NULL, SPLICE },                 \
			{ "/**", "*/", DOC }, { "/*!", "*/", DOC }, { "/*", "*/", 0 }, \
	}
#define NESTED_COMMENTS                                                                 \
	{                                                                               \
		{ "///", NULL, DOC }, { "//", NULL, 0 }, { "/**", "*/", DOC | NESTED }, \
			{ "/*", "*/", NESTED },                                         \
	}
#define HASH_COMMENT                 \
	{                            \
		{                    \
			"#", NULL, 0 \
		}                    \
	}
#define HASH_WORD                       \
	{                               \
		{                       \
			"#", NULL, WORD \
		}                       \
	}
#define DOUBLE                     \
	{                          \
		"\"", "\"", ESC, 0 \
	}
#define SINGLE                   \
	{                        \
		"'", "'", ESC, 0 \
	}
#define TRIPLE                                     \
	{                                          \
		"\"\"\"", "\"\"\"", ESC | LINES, 0 \
	}

/* Sorted by name in byte order. */
static const struct scan_language languages[] = {
	{ "assembly",
	  { { "/*", "*/", 0 },
	    { "//", NULL, 0 },
	    { "#", NULL, FIRST },
	    { ";", NULL, 0 } },
	  { DOUBLE },
	  0 },
	{ "awk", HASH_COMMENT, { DOUBLE }, SCAN_REGEX },
	{ "batch",
	  { { "rem ", NULL, FIRST }, { "REM ", NULL, FIRST }, { "::", NULL, FIRST } },
	  { { "\"", "\"", 0, 0 } },
	  0 },
	{ "c",
	  C_COMMENTS,
	  { { "\"", "\"", ESC | CONT, 0 }, { "'", "'", ESC | SCAN_QUOTE_SEPARATOR, 0 } },
	  SCAN_RAW_CPP },
	{ "clojure", { { ";", NULL, 0 } }, { { "\"", "\"", ESC | LINES, 0 } }, 0 },
	{ "cmake", HASH_COMMENT, { { "\"", "\"", ESC | LINES, 0 } }, SCAN_LONG_BRACKET },
	{ "cpp",
	  C_COMMENTS,
	  { { "\"", "\"", ESC | CONT, 0 }, { "'", "'", ESC | SCAN_QUOTE_SEPARATOR, 0 } },
	  SCAN_RAW_CPP },
	{ "csharp",
	  SLASH_COMMENTS,
	  { { "\"\"\"", "\"\"\"", LINES, 0 },
	    { "@\"", "\"", DBL | LINES, SCAN_HOLE_BRACE_DOLLAR },
	    { "\"", "\"", ESC, SCAN_HOLE_BRACE_DOLLAR },
	    SINGLE },
	  0 },
	{ "css",
	  { { "/*", "*/", 0 } },
	  { { "\"", "\"", ESC | CONT, 0 }, { "'", "'", ESC | CONT, 0 } },
	  0 },
	{ "d",
	  { { "/+", "+/", NESTED }, { "//", NULL, 0 }, { "/*", "*/", 0 } },
	  { { "\"", "\"", ESC | LINES, 0 }, { "`", "`", LINES, 0 }, SINGLE },
	  0 },
	{ "dart",
	  NESTED_COMMENTS,
	  { TRIPLE,
	    { "'''", "'''", ESC | LINES, SCAN_HOLE_DOLLAR_BRACE },
	    { "\"", "\"", ESC, SCAN_HOLE_DOLLAR_BRACE },
	    { "'", "'", ESC, SCAN_HOLE_DOLLAR_BRACE } },
	  SCAN_RAW_PREFIX },
	{ "dockerfile",
	  { { "#", NULL, FIRST } },
	  { { "\"", "\"", ESC | CONT, 0 }, { "'", "'", ESC | CONT, 0 } },
	  SCAN_HEREDOC },
	{ "elixir",
	  HASH_COMMENT,
	  { { "\"\"\"", "\"\"\"", ESC | LINES, SCAN_HOLE_HASH_BRACE },
	    { "\"", "\"", ESC | LINES, SCAN_HOLE_HASH_BRACE },
	    { "'", "'", ESC | LINES, 0 } },
	  0 },
	{ "erlang", { { "%", NULL, 0 } }, { { "\"", "\"", ESC | LINES, 0 }, SINGLE }, 0 },
	{ "fsharp",
	  { { "(*", "*)", NESTED }, { "///", NULL, DOC }, { "//", NULL, 0 } },
	  { TRIPLE, { "\"", "\"", ESC | LINES, 0 } },
	  0 },
	{ "go",
	  { { "//", NULL, 0 }, { "/*", "*/", 0 } },
	  { DOUBLE, { "`", "`", LINES, 0 }, SINGLE },
	  0 },
	{ "graphql", HASH_COMMENT, { TRIPLE, DOUBLE }, 0 },
	{ "groovy",
	  SLASH_COMMENTS,
	  { TRIPLE,
	    { "'''", "'''", ESC | LINES, 0 },
	    { "\"", "\"", ESC, SCAN_HOLE_DOLLAR_BRACE },
	    SINGLE },
	  0 },
	{ "haskell",
	  { { "{-", "-}", NESTED }, { "--", NULL, 0 } },
	  { DOUBLE, { "'", "'", SCAN_QUOTE_CHARACTER, 0 } },
	  0 },
	{ "hcl",
	  { { "#", NULL, 0 }, { "//", NULL, 0 }, { "/*", "*/", 0 } },
	  { { "\"", "\"", ESC, SCAN_HOLE_DOLLAR_BRACE } },
	  SCAN_HEREDOC },
	{ "html",
	  { { "<!--", "-->", 0 } },
	  { { "\"", "\"", LINES, 0 }, { "'", "'", LINES, 0 } },
	  SCAN_MARKUP | SCAN_EMBEDS },
	{ "ini",
	  { { "#", NULL, FIRST }, { ";", NULL, FIRST } },
	  { { "\"", "\"", SCAN_QUOTE_VALUE, 0 } },
	  SCAN_PLAIN_VALUES },
	{ "java", SLASH_COMMENTS, { TRIPLE, DOUBLE, SINGLE }, 0 },
	{ "javascript",
	  { { "/**", "*/", DOC }, { "/*", "*/", 0 }, { "//", NULL, 0 } },
	  { { "\"", "\"", ESC | CONT, 0 },
	    { "'", "'", ESC | CONT, 0 },
	    { "`", "`", ESC | LINES, SCAN_HOLE_DOLLAR_BRACE } },
	  SCAN_REGEX | SCAN_JSX },
	{ "json", { { "//", NULL, 0 }, { "/*", "*/", 0 } }, { DOUBLE }, 0 },
	{ "julia",
	  { { "#=", "=#", NESTED }, { "#", NULL, 0 } },
	  { TRIPLE,
	    { "\"", "\"", ESC | LINES, 0 },
	    { "'", "'", SCAN_QUOTE_CHARACTER, 0 } },
	  0 },
	{ "kotlin",
	  NESTED_COMMENTS,
	  { { "\"\"\"", "\"\"\"", LINES, SCAN_HOLE_DOLLAR_BRACE },
	    { "\"", "\"", ESC, SCAN_HOLE_DOLLAR_BRACE },
	    SINGLE },
	  0 },
	{ "lisp",
	  { { "#|", "|#", NESTED }, { ";", NULL, 0 } },
	  { { "\"", "\"", ESC | LINES, 0 } },
	  0 },
	{ "lua",
	  { { "--", NULL, 0 } },
	  { { "\"", "\"", ESC | CONT, 0 }, { "'", "'", ESC | CONT, 0 } },
	  SCAN_LONG_BRACKET },
	{ "m4",
	  { { "dnl", NULL, WORD }, { "#", NULL, WORD } },
	  { { NULL, NULL, 0, 0 } },
	  0 },
	{ "makefile", { { "#", NULL, WORD | SPLICE } }, { { NULL, NULL, 0, 0 } }, 0 },
	{ "markdown",
	  { { "<!--", "-->", 0 } },
	  { { NULL, NULL, 0, 0 } },
	  SCAN_MARKDOWN | SCAN_NO_CODE },
	{ "meson",
	  HASH_COMMENT,
	  { { "'''", "'''", LINES, 0 }, { "'", "'", ESC, 0 } },
	  0 },
	{ "nix",
	  { { "#", NULL, 0 }, { "/*", "*/", 0 } },
	  { { "''", "''", LINES, SCAN_HOLE_DOLLAR_BRACE },
	    { "\"", "\"", ESC | LINES, SCAN_HOLE_DOLLAR_BRACE } },
	  0 },
	{ "objective-c", C_COMMENTS, { { "\"", "\"", ESC | CONT, 0 }, SINGLE }, 0 },
	{ "ocaml", { { "(*", "*)", NESTED } }, { { "\"", "\"", ESC | LINES, 0 } }, 0 },
	{ "pascal",
	  { { "(*", "*)", 0 }, { "{", "}", 0 }, { "//", NULL, 0 } },
	  { { "'", "'", DBL, 0 } },
	  0 },
	{ "perl",
	  { { "=cut", NULL, COLUMN1 | DOC },
	    { "=", "\n=cut", COLUMN1 | DOC },
	    { "#", NULL, WORD } },
	  { { "\"", "\"", ESC | LINES, 0 },
	    { "'", "'", ESC | LINES | SCAN_QUOTE_WORD_START, 0 },
	    { "`", "`", ESC | LINES, 0 } },
	  SCAN_REGEX | SCAN_HEREDOC_TIGHT | SCAN_QUOTE_BRACKET | SCAN_END_MARK },
	{ "php",
	  { { "/**", "*/", DOC },
	    { "/*", "*/", 0 },
	    { "//", NULL, 0 },
	    { "#", NULL, 0 } },
	  { { "\"", "\"", ESC | LINES, 0 },
	    { "'", "'", ESC | LINES, 0 },
	    { "`", "`", ESC | LINES, 0 } },
	  SCAN_PHP_TAGS | SCAN_HEREDOC_TIGHT },
	{ "powershell",
	  { { "<#", "#>", 0 }, { "#", NULL, WORD } },
	  { { "@\"", "\n\"@", LINES, 0 },
	    { "@'", "\n'@", LINES, 0 },
	    { "\"", "\"", DBL | LINES, SCAN_HOLE_DOLLAR_PAREN },
	    { "'", "'", DBL | LINES, 0 } },
	  0 },
	{ "properties",
	  { { "#", NULL, FIRST }, { "!", NULL, FIRST } },
	  { { NULL, NULL, 0, 0 } },
	  SCAN_PLAIN_VALUES },
	{ "protobuf", SLASH_COMMENTS, { DOUBLE, SINGLE }, 0 },
	{ "python",
	  HASH_COMMENT,
	  { { "\"\"\"", "\"\"\"", ESC | LINES, SCAN_HOLE_BRACE_F },
	    { "'''", "'''", ESC | LINES, SCAN_HOLE_BRACE_F },
	    { "\"", "\"", ESC | CONT, SCAN_HOLE_BRACE_F },
	    { "'", "'", ESC | CONT, SCAN_HOLE_BRACE_F } },
	  SCAN_DOCSTRING },
	{ "r",
	  HASH_COMMENT,
	  { { "\"", "\"", ESC | LINES, 0 }, { "'", "'", ESC | LINES, 0 } },
	  0 },
	{ "ruby",
	  { { "=begin", "\n=end", COLUMN1 | DOC }, { "#", NULL, WORD } },
	  { { "\"", "\"", ESC | LINES, SCAN_HOLE_HASH_BRACE },
	    { "'", "'", ESC | LINES | SCAN_QUOTE_WORD_START, 0 },
	    { "`", "`", ESC | LINES, SCAN_HOLE_HASH_BRACE } },
	  SCAN_REGEX | SCAN_HEREDOC_TIGHT | SCAN_QUOTE_BRACKET | SCAN_END_MARK },
	{ "rust",
	  { { "///", NULL, DOC },
	    { "//!", NULL, DOC },
	    { "//", NULL, 0 },
	    { "/**", "*/", DOC | NESTED },
	    { "/*", "*/", NESTED } },
	  { { "\"", "\"", ESC | LINES, 0 }, { "'", "'", ESC | SCAN_QUOTE_CHARACTER, 0 } },
	  SCAN_RAW_HASH },
	{ "scala",
	  NESTED_COMMENTS,
	  { { "\"\"\"", "\"\"\"", LINES, 0 },
	    DOUBLE,
	    { "'", "'", ESC | SCAN_QUOTE_CHARACTER, 0 } },
	  0 },
	{ "scss",
	  { { "//", NULL, 0 }, { "/*", "*/", 0 } },
	  { { "\"", "\"", ESC | CONT, 0 }, { "'", "'", ESC | CONT, 0 } },
	  0 },
	{ "shell",
	  HASH_WORD,
	  { { "$'", "'", ESC | LINES, 0 },
	    { "\"", "\"", ESC | LINES, SCAN_HOLE_DOLLAR_BRACE | SCAN_HOLE_DOLLAR_PAREN },
	    { "'", "'", LINES, 0 } },
	  SCAN_HEREDOC },
	{ "sql",
	  { { "--", NULL, 0 }, { "/*", "*/", NESTED } },
	  { { "'", "'", DBL | LINES, 0 }, { "\"", "\"", DBL | LINES, 0 } },
	  SCAN_DOLLAR_TAG },
	{ "swift",
	  NESTED_COMMENTS,
	  { { "\"\"\"", "\"\"\"", ESC | LINES, SCAN_HOLE_BACKSLASH_PAREN },
	    { "\"", "\"", ESC, SCAN_HOLE_BACKSLASH_PAREN } },
	  SCAN_RAW_HASH },
	{ "tcl",
	  HASH_WORD,
	  { { "\"", "\"", ESC | LINES | SCAN_QUOTE_WORD_START, 0 } },
	  0 },
	{ "toml",
	  HASH_COMMENT,
	  { { "\"\"\"", "\"\"\"", ESC | LINES, 0 },
	    { "'''", "'''", LINES, 0 },
	    DOUBLE,
	    { "'", "'", 0, 0 } },
	  SCAN_PLAIN_VALUES },
	{ "tsx",
	  { { "/**", "*/", DOC }, { "/*", "*/", 0 }, { "//", NULL, 0 } },
	  { { "\"", "\"", ESC | CONT, 0 },
	    { "'", "'", ESC | CONT, 0 },
	    { "`", "`", ESC | LINES, SCAN_HOLE_DOLLAR_BRACE } },
	  SCAN_REGEX | SCAN_JSX },
	{ "typescript",
	  { { "/**", "*/", DOC }, { "/*", "*/", 0 }, { "//", NULL, 0 } },
	  { { "\"", "\"", ESC | CONT, 0 },
	    { "'", "'", ESC | CONT, 0 },
	    { "`", "`", ESC | LINES, SCAN_HOLE_DOLLAR_BRACE } },
	  SCAN_REGEX },
	{ "vim", { { "\"", NULL, FIRST } }, { { "'", "'", DBL, 0 } }, 0 },
	{ "xml",
	  { { "<!--", "-->", 0 } },
	  { { "\"", "\"", LINES, 0 }, { "'", "'", LINES, 0 } },
	  SCAN_MARKUP },
	{ "yaml",
	  HASH_WORD,
	  { { "\"", "\"", ESC | LINES | SCAN_QUOTE_VALUE, 0 },
	    { "'", "'", DBL | LINES | SCAN_QUOTE_VALUE, 0 } },
	  SCAN_YAML_BLOCK | SCAN_PLAIN_VALUES },
	{ "zig", { { "///", NULL, DOC }, { "//", NULL, 0 } }, { DOUBLE, SINGLE }, 0 },
};

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
