// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/* TeX: what it prints as it stands, where a percent sign starts no comment. */

/* \\begin{x} .. \\end{x} of these. */
static const struct {
	const char *name;
	enum scan_piece_kind kind;
} environments[] = {
	{ "verbatim", SCAN_TEXT },   { "verbatim*", SCAN_TEXT },
	{ "Verbatim", SCAN_TEXT },   { "lstlisting", SCAN_TEXT },
	{ "minted", SCAN_TEXT },     { "filecontents", SCAN_TEXT },
	{ "comment", SCAN_COMMENT },
};

static bool environment(struct scan_lexer *x, size_t pos, struct scan_piece *out)
{
	size_t name = pos + strlen("\\begin{");

	for (size_t i = 0; i < sizeof(environments) / sizeof(environments[0]); i++) {
		const char *word = environments[i].name;
		size_t n = strlen(word);
		char close[32] = "\\end{";
		struct span rest;

		if (!lexer_looks(x, name, word) || lexer_at(x, name + n) != '}')
			continue;
		memcpy(close + 5, word, n);
		close[5 + n] = '}';
		rest = lexer_rest(x, name + n + 1);
		out->kind = environments[i].kind;
		out->end = name + n + 1 + span_find(rest, span_of(close, n + 6));
		return true;
	}
	return false;
}

/* Behind a command's argument in braces, or between two equal signs. */
static size_t argument_end(const struct scan_lexer *x, size_t pos, bool braces_only)
{
	enum { LONGEST = 4096 };
	struct span rest = span_sub(lexer_rest(x, pos), 0, LONGEST);
	int open = lexer_at(x, pos);
	size_t at;

	rest = span_from(span_sub(rest, 0, span_find_byte(rest, '\n')), 1);
	if (rest.len == 0 || (braces_only && open != '{'))
		return 0;
	at = span_find_byte(rest, open == '{' ? '}' : (char)open);
	return at == rest.len ? 0 : pos + 1 + at + 1;
}

static bool verbatim(struct scan_lexer *x, size_t start, size_t pos,
                     struct scan_piece *out)
{
	static const struct {
		const char *name;
		bool braces;
	} commands[] = {
		{ "\\lstinline", false }, { "\\verb*", false }, { "\\verb", false },
		{ "\\url", true },        { "\\href", true },   { "\\path", true },
	};

	(void)start;
	if (lexer_looks(x, pos, "\\begin{") && environment(x, pos, out))
		return true;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		size_t at = pos + strlen(commands[i].name);
		size_t end;

		if (!lexer_looks(x, pos, commands[i].name) ||
		    lexer_is_word(lexer_at(x, at)))
			continue;
		end = argument_end(x, at, commands[i].braces);
		if (end == 0)
			return false;
		out->kind = SCAN_TEXT;
		out->end = end;
		return true;
	}
	return false;
}
const struct scan_construct lexer_tex = { "\\", verbatim };
