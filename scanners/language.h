// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_LANGUAGE_H
#define SCANNERS_LANGUAGE_H

#include "base/span.h"

#include <stdbool.h>

/*
 * What the lexer knows of each language, as data: how comments and strings look, and
 * which constructs it has that no row can say. Adding a language is adding a row to
 * language.c and its file names to language_alias.c; the corpus in tests/golden/markers
 * gets a text with its traps.
 */

/* Where a comment may begin, and what it is. */
enum scan_comment_flag {
	SCAN_COMMENT_NESTED = 1,
	SCAN_COMMENT_DOC = 2,        /* documentation, such as three slashes */
	SCAN_COMMENT_LINE_START = 4, /* only as the first thing on a line */
	SCAN_COMMENT_WORD_START = 8, /* only where a word could start, as in a shell */
	SCAN_COMMENT_SPLICE = 16,    /* a backslash at the end of the line continues it */
	SCAN_COMMENT_COLUMN_ONE = 32,
	SCAN_COMMENT_COLUMN_SEVEN = 64, /* COBOL's indicator */
	SCAN_COMMENT_COMMAND = 128,     /* only where a command starts: on a line's start,
	                                 * behind ; { [ ( & | @ : */
	SCAN_COMMENT_CASELESS = 256,    /* a word, whatever its case */
	SCAN_COMMENT_ALONE = 512,       /* its marks are alone on their lines (MATLAB) */
	SCAN_COMMENT_SYMBOL = 1024,     /* not as part of an operator (Haskell's -->) */
	SCAN_COMMENT_SPACED = 2048,     /* a space or the end of the line comes behind */
	SCAN_COMMENT_LETTER = 4096,     /* a letter comes behind (POD) */
	SCAN_COMMENT_ONCE = 8192, /* the mark's last byte is not repeated behind it */
	SCAN_COMMENT_LITERALS = 16384,      /* strings inside hide its end (OCaml) */
	SCAN_COMMENT_NOT_CONTINUED = 32768, /* the line before does not end with \ */
};

struct scan_comment {
	const char *open;
	const char *close; /* NULL = to the end of the line */
	unsigned flags;
};

enum scan_quote_flag {
	SCAN_QUOTE_ESCAPE = 1,  /* a backslash takes the next byte along */
	SCAN_QUOTE_DOUBLED = 2, /* the closing mark twice stands for itself */
	SCAN_QUOTE_LINES = 4,   /* may go over several lines */
	SCAN_QUOTE_CHARACTER =
		8, /* one character only, else it is no literal (Rust 'a) */
	SCAN_QUOTE_SEPARATOR = 16,  /* inside a number it separates digits (1'000) */
	SCAN_QUOTE_VALUE = 32,      /* only where a value starts (YAML) */
	SCAN_QUOTE_WORD_START = 64, /* not straight after a letter (Ruby's ?', Lisp) */
	SCAN_QUOTE_SPLICE =
		128,           /* an escaped line end continues it, a bare one ends it */
	SCAN_QUOTE_CODE = 256, /* not a string: a quoted name, a regular expression */
	SCAN_QUOTE_GREEDY = 512,     /* more closing quotes than needed belong to it */
	SCAN_QUOTE_COUNTED = 1024,   /* as many quotes close as open (C#'s """") */
	SCAN_QUOTE_ONE = 2048,       /* no closing mark: one character (Lisp's #\;) */
	SCAN_QUOTE_TOKEN = 4096,     /* the opening mark is all of it (Perl's $#) */
	SCAN_QUOTE_BACKTICK = 8192,  /* a backtick escapes (PowerShell) */
	SCAN_QUOTE_OPERAND = 16384,  /* not straight after a value: there it transposes */
	SCAN_QUOTE_NIX = 32768,      /* the closing mark and ' $ or \ is an escape */
	SCAN_QUOTE_DOLLAR = 65536,   /* a dollar sign escapes (Groovy's $/../$) */
	SCAN_QUOTE_GOES_ON = 131072, /* goes on behind & (Fortran) or \z (Lua) */
	SCAN_QUOTE_NOT_HOLE = 262144,  /* means itself in a hole in braces (shells) */
	SCAN_QUOTE_REST = 524288,      /* the rest of the line (Zig) */
	SCAN_QUOTE_RAW_WORD = 1048576, /* a word before it turns escapes off (Nim) */
};

/* Code inside strings: what opens it. */
enum scan_hole {
	SCAN_HOLE_DOLLAR_BRACE = 1,    /* ${ } */
	SCAN_HOLE_DOLLAR_PAREN = 2,    /* $( ) */
	SCAN_HOLE_HASH_BRACE = 4,      /* #{ } */
	SCAN_HOLE_BACKSLASH_PAREN = 8, /* \( ) */
	SCAN_HOLE_BRACE_F = 16,        /* { } after a prefix with f (Python) */
	SCAN_HOLE_BRACE_DOLLAR = 32,   /* { } after a prefix $ (C#) */
	SCAN_HOLE_BRACE = 64,          /* { } */
	SCAN_HOLE_PERCENT_BRACE = 128, /* %{ } */
	SCAN_HOLE_DOUBLED = 256,       /* the mark's first byte twice opens none */
	SCAN_HOLE_ASKED = 512,         /* only after a prefix (Scala) */
};

struct scan_quote {
	const char *open;
	const char *close;
	unsigned flags;
	unsigned holes;
};

/* Code inside a document, or a comment in the words of a template. */
enum scan_island_kind { SCAN_ISLAND_CODE, SCAN_ISLAND_COMMENT, SCAN_ISLAND_TEXT };

struct scan_island {
	const char *open;
	const char *close;
	const char *language; /* of code */
	enum scan_island_kind kind;
};

enum scan_feature {
	SCAN_REGEX = 1 << 0,         /* /../ where a value may stand */
	SCAN_JSX = 1 << 1,           /* elements where a value may stand */
	SCAN_DOCSTRING = 1 << 2,     /* a string that is a statement documents */
	SCAN_DESCRIPTIONS = 1 << 3,  /* the same where braces hold statements (GraphQL) */
	SCAN_DOC_ATTRIBUTE = 1 << 4, /* a string behind @doc documents (Elixir) */
	SCAN_COMMAND_CALLS = 1 << 5, /* f /x/ calls f (Ruby) */
	SCAN_LINE_VALUES = 1 << 6,   /* a value may stand at the start of a line (awk) */
	SCAN_RAW_PREFIX = 1 << 7,    /* r before a quote turns escapes off */
	SCAN_SLASH_STRINGS = 1 << 8, /* /../ is a string (Groovy) */
	SCAN_BRACKETS = 1 << 9,      /* whether a bracket is open matters */
	SCAN_MARKUP = 1 << 10,       /* HTML and XML */
	SCAN_EMBEDS = 1 << 11,       /* <script> and <style> hold other languages */
	SCAN_PHP = 1 << 12,          /* ?> ends the code, even that of a comment */
	SCAN_PLAIN_VALUES = 1 << 13, /* key: value and key = value without quotes */
	SCAN_NO_CODE = 1 << 14,      /* prose: no lines of code */
	SCAN_TRANSLATION = 1 << 15,  /* its strings stand in the code, too */
};

struct scan_lexer;
struct scan_piece;
struct scan_construct; /* lexer_internal.h */

struct scan_language {
	const char *name;                    /* "cpp" */
	const char *title;                   /* "C++" */
	const struct scan_comment *comments; /* longest first; ends at open NULL */
	const struct scan_quote *quotes;     /* longest first; ends at open NULL */
	unsigned features;
	/* What a row cannot say; ends at NULL. NULL: nothing. */
	const struct scan_construct *const *constructs;
	/* How a document is read that holds other languages; NULL for a language itself.
	 */
	bool (*document)(struct scan_lexer *x, struct scan_piece *out);
	const struct scan_island *islands; /* longest first; ends at open NULL; or NULL */
};

/* By file name, else by the interpreter the first line names; NULL if unknown. */
const struct scan_language *scan_language_of(struct span file_name, struct span text);
/* By the name a fence or a script element uses ("js", "c++", "python3"); NULL if unknown.
 */
const struct scan_language *scan_language_named(struct span name);

/* All of them with their extensions and file names, as lines of a help text. */
struct buf;
void scan_language_list(struct buf *out);

#endif
