// SPDX-License-Identifier: Apache-2.0
#include "base/opt_complete.h"

#include "base/opt_internal.h"
#include "base/str.h"

bool opt_has_value(const struct opt *o)
{
	return o->kind != OPT_FLAG;
}

bool opt_is_end(const struct opt *o)
{
	return o == NULL || o->name == NULL;
}

enum opt_offer opt_offer_of_value(const struct opt *o)
{
	if (o->kind == OPT_CHOICE)
		return OPT_OFFER_WORDS;
	if (str_ends(o->value, "FILE") || str_ends(o->value, "PATH") ||
	    str_ends(o->value, "DIR"))
		return OPT_OFFER_FILES;
	return OPT_OFFER_NOTHING;
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '|';
}

enum opt_offer opt_offer_of_args(const struct opt_command *c)
{
	struct span args = span_str(c->args);

	if (c->max_args == 0)
		return OPT_OFFER_NOTHING;
	for (size_t i = 0; i < args.len; i++)
		if (!is_word_byte(args.ptr[i]))
			return OPT_OFFER_FILES;
	return span_find_byte(args, '|') < args.len ? OPT_OFFER_WORDS : OPT_OFFER_FILES;
}

void opt_put_words(struct buf *out, const char *words, char parted_by, const char *gap)
{
	struct span rest = span_str(words);
	struct span word;
	const char *before = "";

	while (span_split(&rest, parted_by, &word)) {
		buf_puts(out, before);
		buf_put(out, word);
		before = gap;
	}
}

void opt_put_identifier(struct buf *out, const char *program)
{
	buf_putc(out, '_');
	for (; *program != '\0'; program++) {
		bool plain = is_word_byte(*program) && *program != '-' && *program != '|';

		buf_putc(out, plain ? *program : '_');
	}
}
