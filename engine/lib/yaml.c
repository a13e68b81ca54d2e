// SPDX-License-Identifier: Apache-2.0
#include "lib/yaml.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "lib/yaml_internal.h"

#include <string.h>

/* Columns of a line that a message quotes, and of the name in front. */
enum { QUOTE_COLUMNS = 72, QUOTE_COLUMNS_MIN = 9, NAME_COLUMNS = 80 };

void yaml_free(struct yaml_doc *doc)
{
	if (doc == NULL)
		return;
	arena_fini(&doc->arena);
	buf_fini(&doc->text);
	mem_free(doc->name);
	mem_free(doc);
}

const struct yaml *yaml_root(const struct yaml_doc *doc)
{
	return doc->root;
}

/* Depth is bounded by the reader's, and so are the visits: aliases count as expanded. */
static void drop_nulls(struct yaml *n)
{
	uint32_t kept = 0;

	for (size_t i = 0; i < n->count; i++) {
		if (n->type == YAML_MAP && n->items[i]->type == YAML_NULL)
			continue;
		drop_nulls(n->items[i]);
		n->items[kept] = n->items[i];
		if (n->type == YAML_MAP)
			n->keys[kept] = n->keys[i];
		kept++;
	}
	n->count = kept;
}

void yaml_drop_nulls(struct yaml_doc *doc)
{
	drop_nulls(doc->root);
}

enum yaml_type yaml_type(const struct yaml *n)
{
	return n != NULL ? n->type : YAML_NULL;
}

const char *yaml_text(const struct yaml *n)
{
	return n != NULL && yaml_is_scalar(n) ? n->text : NULL;
}

bool yaml_bool(const struct yaml *n, bool *out)
{
	if (n == NULL || n->type != YAML_BOOL)
		return false;
	*out = n->text[0] == 't' || n->text[0] == 'T';
	return true;
}

bool yaml_u64(const struct yaml *n, uint64_t *out)
{
	return n != NULL && n->type == YAML_NUMBER &&
	       num_u64(span_str(n->text), 0, UINT64_MAX, out);
}

size_t yaml_count(const struct yaml *n)
{
	return n != NULL ? n->count : 0;
}

const struct yaml *yaml_at(const struct yaml *n, size_t i)
{
	return i < yaml_count(n) ? n->items[i] : NULL;
}

const struct yaml *yaml_key_at(const struct yaml *n, size_t i)
{
	return yaml_type(n) == YAML_MAP && i < n->count ? n->keys[i] : NULL;
}

const struct yaml *yaml_get(const struct yaml *n, const char *key)
{
	if (n == NULL || n->type != YAML_MAP)
		return NULL;
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(n->keys[i]->text, key) == 0)
			return n->items[i];
	return NULL;
}

size_t yaml_line(const struct yaml *n)
{
	return n->line;
}

size_t yaml_offset(const struct yaml *n)
{
	return n->offset;
}

/* Appends the quoted line only if all of it fits: name, place and cause come first. */
enum err_code yaml_fault(struct err *err, enum err_code code, const char *name,
                         struct span text, struct place p, const char *what)
{
	struct buf shown = BUF_INIT;
	struct buf quote = BUF_INIT;
	size_t columns = QUOTE_COLUMNS;
	size_t room = 0;

	str_display_cut(&shown, span_str(name), NAME_COLUMNS);
	buf_printf(&shown, ":%zu:%zu: %s", p.line, p.column, what);
	if (err != NULL && shown.len < sizeof(err->msg))
		room = sizeof(err->msg) - 1 - shown.len;
	do {
		buf_clear(&quote);
		place_quote(&quote, text, p, columns);
		columns /= 2;
	} while (quote.len > room && columns >= QUOTE_COLUMNS_MIN);
	(void)err_set(err, code, "%s%s", buf_str(&shown),
	              quote.len <= room ? buf_str(&quote) : "");
	buf_fini(&shown);
	buf_fini(&quote);
	return code;
}

enum err_code yaml_error(struct err *err, const struct yaml_doc *doc,
                         const struct yaml *n, const char *fmt, ...)
{
	struct buf what = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&what, fmt, ap);
	va_end(ap);
	(void)yaml_fault(err, ERR_USAGE, doc->name, buf_span(&doc->text), yaml_place(n),
	                 buf_str(&what));
	buf_fini(&what);
	return ERR_USAGE;
}

static bool is_one_of(struct span s, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_eq_str(s, words[i]))
			return true;
	return false;
}

static size_t digits_at(struct span s, size_t i)
{
	size_t start = i;

	while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
		i++;
	return i - start;
}

/* [-+] ( digits [. digits*] | . digits ) [(e|E) [-+] digits] */
static bool is_decimal(struct span s)
{
	size_t i = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+') ? 1 : 0;
	size_t whole = digits_at(s, i);
	size_t part = 0;

	i += whole;
	if (i < s.len && s.ptr[i] == '.') {
		part = digits_at(s, i + 1);
		i += 1 + part;
	}
	if (whole + part == 0)
		return false;
	if (i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
		size_t digits;

		i++;
		if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+'))
			i++;
		digits = digits_at(s, i);
		if (digits == 0)
			return false;
		i += digits;
	}
	return i == s.len;
}

/* 0o17 and 0x1F */
static bool is_based(struct span s)
{
	const char *digits = NULL;

	if (span_starts(s, SPAN_LIT("0o")))
		digits = "01234567";
	else if (span_starts(s, SPAN_LIT("0x")))
		digits = "0123456789abcdefABCDEF";
	if (digits == NULL || s.len < 3)
		return false;
	for (size_t i = 2; i < s.len; i++)
		if (s.ptr[i] == '\0' || strchr(digits, s.ptr[i]) == NULL)
			return false;
	return true;
}

enum yaml_type yaml_plain_type(struct span s)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
	static const char *const bools[] = { "true",  "True",  "TRUE",
		                             "false", "False", "FALSE" };
	static const char *const specials[] = { ".inf",  ".Inf",  ".INF",  "+.inf",
		                                "+.Inf", "+.INF", "-.inf", "-.Inf",
		                                "-.INF", ".nan",  ".NaN",  ".NAN" };

	if (is_one_of(s, nulls, sizeof(nulls) / sizeof(nulls[0])))
		return YAML_NULL;
	if (is_one_of(s, bools, sizeof(bools) / sizeof(bools[0])))
		return YAML_BOOL;
	if (is_decimal(s) || is_based(s) ||
	    is_one_of(s, specials, sizeof(specials) / sizeof(specials[0])))
		return YAML_NUMBER;
	return YAML_STRING;
}
