// SPDX-License-Identifier: Apache-2.0
#include "language_internal.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 32, SHEBANG_MAX = 256 };

static int compare_alias(const void *key, const void *alias)
{
	return strcmp(key, ((const struct scan_language_alias *)alias)->key);
}

/* The name in the table of these; NULL if it is in none. */
static const struct scan_language *
look_up(const struct scan_language_alias *(*table)(size_t *count), struct span name)
{
	size_t count;
	const struct scan_language_alias *all = table(&count);
	const struct scan_language_alias *found;
	char key[NAME_MAX_BYTES];

	if (name.len == 0 || name.len >= sizeof(key) ||
	    span_find_byte(name, '\0') != name.len)
		return NULL;
	memcpy(key, name.ptr, name.len);
	key[name.len] = '\0';
	found = bsearch(key, all, count, sizeof(*all), compare_alias);
	return found == NULL ? NULL : scan_language_row(found->language);
}

const struct scan_language *scan_language_named(struct span name)
{
	size_t count;
	const struct scan_language_alias *spoken = scan_language_spoken(&count);
	const struct scan_language *l = look_up(scan_language_extensions, name);

	for (size_t i = 0; l == NULL && i < count; i++) {
		if (span_eq_str(name, spoken[i].key))
			l = scan_language_row(spoken[i].language);
	}
	if (l == NULL && name.len > 0 && name.len < NAME_MAX_BYTES &&
	    span_find_byte(name, '\0') == name.len) {
		char key[NAME_MAX_BYTES];

		memcpy(key, name.ptr, name.len);
		key[name.len] = '\0';
		l = scan_language_row(key);
	}
	return l;
}

static struct span next_word(struct span *rest)
{
	struct span trimmed = span_trim(*rest);
	size_t n = 0;

	while (n < trimmed.len && trimmed.ptr[n] != ' ' && trimmed.ptr[n] != '\t')
		n++;
	*rest = span_from(trimmed, n);
	return span_sub(trimmed, 0, n);
}

/* Without the folder and the version: "/usr/bin/python3.11" is python. */
static struct span interpreter_name(struct span word)
{
	size_t slash = span_rfind_byte(word, '/');
	size_t n;

	if (slash != word.len)
		word = span_from(word, slash + 1);
	n = word.len;
	while (n > 0 && ((word.ptr[n - 1] >= '0' && word.ptr[n - 1] <= '9') ||
	                 word.ptr[n - 1] == '.' || word.ptr[n - 1] == '-'))
		n--;
	return span_sub(word, 0, n);
}

/* Without a byte order mark. */
static struct span without_mark(struct span text)
{
	return span_starts(text, SPAN_LIT("\xEF\xBB\xBF")) ? span_from(text, 3) : text;
}

/* exec wish "$0", the way of Tcl's programs. */
static bool hands_over(struct span text)
{
	enum { LOOKED_AT = 1024 };

	text = span_sub(text, 0, LOOKED_AT);
	return span_find(text, SPAN_LIT("\nexec wish")) < text.len ||
	       span_find(text, SPAN_LIT("\nexec tclsh")) < text.len;
}

static const struct scan_language *from_shebang(struct span text)
{
	struct span line = span_sub(without_mark(text), 0, SHEBANG_MAX);
	struct span word;

	if (!span_starts(line, SPAN_LIT("#!")))
		return NULL;
	line = span_sub(line, 2, span_find_byte(line, '\n') - 2);
	word = interpreter_name(next_word(&line));
	/* The shell starts what the rest of the file is written in. */
	if (span_eq_str(word, "sh") && hands_over(text))
		return scan_language_row("tcl");
	if (!span_eq_str(word, "env"))
		return scan_language_named(word);
	do
		word = next_word(&line);
	while (word.len > 0 &&
	       (word.ptr[0] == '-' || span_find_byte(word, '=') != word.len));
	return scan_language_named(interpreter_name(word));
}

/*
 * Extensions that several languages share: the first row whose sign starts a line near
 * the beginning of the text decides, else the table of extensions does.
 */
static const struct {
	const char *extension;
	const char *sign;
	const char *language;
} shared[] = {
	{ "cls", "VERSION ", "visualbasic" },
	{ "cls", "%", "latex" },
	{ "cls", "\\NeedsTeXFormat", "latex" },
	{ "cls", "\\ProvidesClass", "latex" },
	{ "f", "      ", "fortran-fixed" },
	{ "m", "@interface", "objective-c" },
	{ "m", "@implementation", "objective-c" },
	{ "m", "#import", "objective-c" },
	{ "m", "#include", "objective-c" },
	{ "m", "%", "matlab" },
	{ "m", "function ", "matlab" },
	{ "m", "classdef ", "matlab" },
	{ "m", "##", "matlab" },
	{ "pl", "#!", "perl" },
	{ "pl", "use ", "perl" },
	{ "pl", "package ", "perl" },
	{ "pl", ":- ", "prolog" },
	{ "pl", ":-", "prolog" },
	{ "pl", "%", "prolog" },
	{ "pp", "unit ", "pascal" },
	{ "pp", "program ", "pascal" },
	{ "pp", "{$", "pascal" },
	{ "sh", "exec wish", "tcl" },
	{ "sh", "exec tclsh", "tcl" },
	{ "ts", "<?xml", "xml" },
	{ "ts", "<!DOCTYPE TS", "xml" },
	{ "v", "(*", "coq" },
	{ "v", "Require ", "coq" },
	{ "v", "Lemma ", "coq" },
	{ "v", "Definition ", "coq" },
	{ "v", "module ", "verilog" },
	{ "v", "`", "verilog" },
	{ "v", "fn ", "v" },
	{ "v", "pub ", "v" },
	{ "v", "import ", "v" },
	{ "vim", "vim9script", "vim9" },
};

static bool starts_line(struct span text, const char *sign)
{
	size_t at = 0;

	while (at < text.len) {
		if (span_starts(span_from(text, at), span_str(sign)))
			return true;
		at += span_find_byte(span_from(text, at), '\n') + 1;
	}
	return false;
}

static const struct scan_language *by_sign(struct span extension, struct span text)
{
	enum { LOOKED_AT = 4096 };

	text = span_sub(without_mark(text), 0, LOOKED_AT);
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		if (span_eq_str(extension, shared[i].extension) &&
		    starts_line(text, shared[i].sign))
			return scan_language_row(shared[i].language);
	}
	return NULL;
}

/* A template of something that is no page is read as that: nginx.conf.j2. */
static const struct scan_language *by_inner(struct span stem,
                                            const struct scan_language *l)
{
	size_t dot = span_rfind_byte(stem, '.');
	const struct scan_language *inner =
		dot == stem.len
			? NULL
			: look_up(scan_language_extensions, span_from(stem, dot + 1));

	if (l == NULL || l->islands == NULL || inner == NULL || inner->document != NULL ||
	    inner == l)
		return l;
	return inner;
}

static const struct scan_language *by_extension(struct span file_name, struct span text)
{
	size_t dot = span_rfind_byte(file_name, '.');
	struct span extension = span_from(file_name, dot + 1);
	const struct scan_language *l;

	if (dot == file_name.len || dot == 0)
		return NULL;
	l = by_sign(extension, text);
	return l != NULL ? l
	                 : by_inner(span_sub(file_name, 0, dot),
	                            look_up(scan_language_extensions, extension));
}

const struct scan_language *scan_language_of(struct span file_name, struct span text)
{
	const struct scan_language *l = look_up(scan_language_file_names, file_name);

	/* Templates and variants: Dockerfile.dev, config.h.in. */
	if (l == NULL && span_ends(file_name, SPAN_LIT(".in")))
		return scan_language_of(span_sub(file_name, 0, file_name.len - 3), text);
	if (l == NULL && span_starts(file_name, SPAN_LIT("Dockerfile.")))
		l = scan_language_row("dockerfile");
	if (l == NULL && span_starts(file_name, SPAN_LIT(".env.")))
		l = scan_language_row("properties");
	if (l == NULL)
		l = by_extension(file_name, text);
	return l != NULL ? l : from_shebang(text);
}
