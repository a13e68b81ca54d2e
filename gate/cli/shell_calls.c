// SPDX-License-Identifier: Apache-2.0
#include "cli/shell_calls.h"

/* A line on its way. */
struct reading {
	struct shell_call *out;
	size_t count;
	size_t max;
	bool moved;
};

static bool is_one_of(struct span word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (span_eq_str(word, *list))
			return true;
	return false;
}

bool shell_is_builtin(struct span word)
{
	static const char *const names[] = {
		"cd",     "test",  "true",    "false", "echo", "exit", "set",    "exec",
		"export", "unset", "command", "umask", "wait", "read", "printf", "ulimit",
		"[",      ":",     "shift",   "pwd",   "kill", "type", NULL
	};

	return is_one_of(word, names);
}

/* Behind these a name may mean anything, or nothing may run. */
static bool ends_knowledge(struct span word)
{
	static const char *const names[] = {
		"if",    "then",     "else",   "elif", "fi",   "for",    "while",
		"until", "case",     "esac",   "do",   "done", "{",      "}",
		"!",     "function", "select", "time", ".",    "source", "eval",
		"alias", "exec",     "exit",   "hash", NULL
	};

	return is_one_of(word, names);
}

static bool is_bare(struct span word)
{
	for (size_t i = 0; i < word.len; i++) {
		const char c = word.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.' &&
		    c != '+')
			return false;
	}
	return word.len > 0;
}

bool shell_is_python(struct span word)
{
	const struct span start = SPAN_LIT("python");
	const size_t slash = span_rfind_byte(word, '/');
	struct span name = slash < word.len ? span_from(word, slash + 1) : word;

	if (!span_starts(name, start))
		return false;
	name = span_from(name, start.len);
	for (size_t i = 0; i < name.len; i++)
		if (!(name.ptr[i] >= '0' && name.ptr[i] <= '9') && name.ptr[i] != '.')
			return false;
	/* What the shell makes of it is no name. */
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] != '/' && !is_bare(span_sub(word, i, 1)))
			return false;
	return true;
}

/* Behind the quote that opens at `at`. */
static size_t skip_quoted(struct span line, size_t at)
{
	const char quote = line.ptr[at++];

	while (at < line.len && line.ptr[at] != quote)
		at += quote == '"' && line.ptr[at] == '\\' ? 2 : 1;
	return at + 1;
}

/* Behind what starts at `at`: a quoted text, an escaped character, or one. */
static size_t skip(struct span line, size_t at)
{
	return line.ptr[at] == '\'' || line.ptr[at] == '"'
	               ? skip_quoted(line, at)
	               : at + (line.ptr[at] == '\\' ? 2 : 1);
}

static struct span next_word(struct span *rest)
{
	size_t end = 0;
	struct span word;

	*rest = span_trim(*rest);
	while (end < rest->len && rest->ptr[end] != ' ' && rest->ptr[end] != '\t')
		end = skip(*rest, end);
	word = span_sub(*rest, 0, end);
	*rest = span_from(*rest, end);
	return word;
}

/* One simple command; false where nothing behind it can be told. */
static bool add_piece(struct reading *r, struct span piece)
{
	struct span word = next_word(&piece);

	while (is_bare(span_sub(word, 0, span_find_byte(word, '='))) &&
	       span_find_byte(word, '=') < word.len) {
		if (span_eq_str(span_sub(word, 0, span_find_byte(word, '=')), "PATH"))
			return false;
		word = next_word(&piece);
	}
	if (ends_knowledge(word))
		return false;
	r->moved = r->moved || span_eq_str(word, "cd");
	if (span_eq_str(word, "export") &&
	    span_find(piece, SPAN_LIT("PATH=")) < piece.len)
		return false;
	if ((shell_is_python(word) || (is_bare(word) && !shell_is_builtin(word))) &&
	    r->count < r->max)
		r->out[r->count++] =
			(struct shell_call){ word, span_trim(piece), r->moved };
	return true;
}

static bool is_at(struct span line, size_t at, const char *text)
{
	return span_starts(span_from(line, at), span_str(text));
}

/* Substitutions, subshells, functions and texts that follow are not read. */
static bool is_beyond(struct span line, size_t at)
{
	return line.ptr[at] == '`' || line.ptr[at] == '(' || line.ptr[at] == ')' ||
	       line.ptr[at] == '#' || is_at(line, at, "<<") || is_at(line, at, "||");
}

/* Redirections have one that ends no command. */
static bool is_separator(struct span line, size_t at)
{
	const char before = at > 0 ? line.ptr[at - 1] : ' ';

	if (line.ptr[at] == ';' || line.ptr[at] == '\n')
		return true;
	if (line.ptr[at] == '|')
		return before != '>';
	return line.ptr[at] == '&' && before != '>' && before != '<' &&
	       !is_at(line, at, "&>");
}

size_t shell_calls(struct span line, struct shell_call *out, size_t max)
{
	struct reading r = { .out = out, .max = max };
	size_t from = 0;
	size_t at = 0;

	while (at < line.len) {
		if (is_beyond(line, at)) {
			return r.count;
		} else if (is_separator(line, at)) {
			if (!add_piece(&r, span_sub(line, from, at - from)))
				return r.count;
			while (at < line.len &&
			       (line.ptr[at] == '&' || line.ptr[at] == '|' ||
			        line.ptr[at] == ';' || line.ptr[at] == '\n'))
				at++;
			from = at;
		} else {
			at = skip(line, at);
		}
	}
	if (from < line.len)
		(void)add_piece(&r, span_from(line, from));
	return r.count;
}
