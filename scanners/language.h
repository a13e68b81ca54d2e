// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_LANGUAGE_H
#define SCANNERS_LANGUAGE_H

#include "base/span.h"

/*
 * What the lexer knows of each language, as data: how comments and strings look. Adding a
 * language is adding a row to language.c and its file names to language_names.c.
 */

enum scan_comment_flag {
	SCAN_COMMENT_NESTED = 1,
	SCAN_COMMENT_DOC = 2,        /* documentation, such as three slashes */
	SCAN_COMMENT_LINE_START = 4, /* only as the first thing on a line */
	SCAN_COMMENT_WORD_START = 8, /* only where a word could start, as in a shell */
	SCAN_COMMENT_SPLICE = 16,    /* a backslash at the end of the line continues it */
	SCAN_COMMENT_COLUMN_ONE = 32,
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
		128, /* an escaped line end continues it, a bare one ends it */
};

/* Code inside strings: what opens it. */
enum scan_hole {
	SCAN_HOLE_DOLLAR_BRACE = 1,    /* ${ } */
	SCAN_HOLE_DOLLAR_PAREN = 2,    /* $( ) */
	SCAN_HOLE_HASH_BRACE = 4,      /* #{ } */
	SCAN_HOLE_BACKSLASH_PAREN = 8, /* \( ) */
	SCAN_HOLE_BRACE_F = 16,        /* { } after a prefix with f (Python) */
	SCAN_HOLE_BRACE_DOLLAR = 32,   /* { } after a prefix $ (C#) */
};

struct scan_quote {
	const char *open;
	const char *close;
	unsigned flags;
	unsigned holes;
};

enum scan_feature {
	SCAN_RAW_CPP = 1 << 0,   /* R"x(..)x" */
	SCAN_REGEX = 1 << 1,     /* /../ where a value may stand */
	SCAN_JSX = 1 << 2,       /* elements where a value may stand */
	SCAN_DOCSTRING = 1 << 3, /* a string that is a statement documents */
	SCAN_HEREDOC = 1 << 4,   /* <<WORD of the shells */
	SCAN_HEREDOC_TIGHT =
		1 << 5,             /* <<WORD without a space: Perl, Ruby; <<<WORD: PHP */
	SCAN_YAML_BLOCK = 1 << 6,   /* | and > */
	SCAN_RAW_HASH = 1 << 7,     /* r#".."# and #".."# */
	SCAN_LONG_BRACKET = 1 << 8, /* [==[..]==], also behind the line comment */
	SCAN_DOLLAR_TAG = 1 << 9,   /* $tag$..$tag$ */
	SCAN_RAW_PREFIX = 1 << 10,  /* r before a quote turns escapes off */
	SCAN_QUOTE_BRACKET = 1 << 11, /* q(..), qw[..], %w(..) */
	SCAN_MARKDOWN = 1 << 12,
	SCAN_MARKUP = 1 << 13,       /* HTML and XML */
	SCAN_EMBEDS = 1 << 14,       /* <script> and <style> hold other languages */
	SCAN_PHP_TAGS = 1 << 15,     /* code between <?php and ?> only */
	SCAN_PLAIN_VALUES = 1 << 16, /* key: value and key = value without quotes */
	SCAN_END_MARK = 1 << 18,     /* a line __END__ or __DATA__ ends the code */
	SCAN_NO_CODE = 1 << 17,      /* prose: no lines of code */
};

enum { SCAN_COMMENTS = 5, SCAN_QUOTES = 7 };

struct scan_language {
	const char *name;
	struct scan_comment
		comments[SCAN_COMMENTS];       /* longest first; ends at open NULL */
	struct scan_quote quotes[SCAN_QUOTES]; /* longest first; ends at open NULL */
	unsigned features;
};

/* By file name, else by the interpreter the first line names; NULL if unknown. */
const struct scan_language *scan_language_of(struct span file_name, struct span text);
/* By the name a fence or a script element uses ("js", "c++", "python3"); NULL if unknown.
 */
const struct scan_language *scan_language_named(struct span name);

#endif
