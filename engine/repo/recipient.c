// SPDX-License-Identifier: Apache-2.0
#include "repo/recipient.h"

#include "base/str.h"
#include "crypto/box.h"
#include "crypto/digest.h"

#include <string.h>

enum { CHECK = 4, BYTES = LB_KEY + CHECK, DIGITS = 2 * BYTES };

_Static_assert(LB_PUBLIC == LB_KEY, "both halves have one size");

static const char public_name[] = "lifeboat-public-key-";
static const char secret_name[] = "lifeboat-private-key-";

_Static_assert(sizeof(secret_name) + DIGITS <= LB_RECIPIENT_TEXT, "there is room");

void lb_recipient_new(struct lb_key *secret, struct lb_public *public)
{
	lb_key_random(secret);
	lb_box_public(public, secret);
}

/* The key's bytes and those of the hash that check them. */
static enum err_code with_check(const unsigned char key[LB_KEY], unsigned char out[BYTES],
                                struct err *err)
{
	struct lb_id hash;
	enum err_code rc = lb_hash(span_of((const char *)key, LB_KEY), &hash, err);

	if (rc != ERR_OK)
		return rc;
	memcpy(out, key, LB_KEY);
	memcpy(out + LB_KEY, hash.b, CHECK);
	return ERR_OK;
}

static enum err_code format(const char *name, const unsigned char key[LB_KEY],
                            char out[LB_RECIPIENT_TEXT], struct err *err)
{
	const size_t len = strlen(name);
	unsigned char bytes[BYTES];
	enum err_code rc = with_check(key, bytes, err);

	if (rc == ERR_OK) {
		memcpy(out, name, len);
		str_hex(bytes, BYTES, out + len);
	}
	lb_wipe(bytes, sizeof(bytes));
	return rc;
}

enum err_code lb_recipient_format(const struct lb_public *key,
                                  char out[LB_RECIPIENT_TEXT], struct err *err)
{
	return format(public_name, key->b, out, err);
}

enum err_code lb_recipient_secret_format(const struct lb_key *key,
                                         char out[LB_RECIPIENT_TEXT], struct err *err)
{
	return format(secret_name, key->b, out, err);
}

/* The first line that is no comment, without white space around it. */
static struct span key_line(struct span text)
{
	struct span line = SPAN_EMPTY;

	while (span_line(&text, &line)) {
		line = span_trim(line);
		if (line.len > 0 && line.ptr[0] != '#')
			return line;
	}
	return SPAN_EMPTY;
}

static enum err_code parse(struct span text, const char *name, const char *other,
                           unsigned char out[LB_KEY], struct err *err)
{
	const struct span line = key_line(text);
	unsigned char bytes[BYTES] = { 0 };
	unsigned char again[BYTES];
	enum err_code rc;

	memset(out, 0, LB_KEY);
	if (span_starts(line, span_str(other)))
		return err_set(err, ERR_USAGE,
		               "this is the wrong half of the pair: a line that starts "
		               "with %s is wanted",
		               name);
	if (!span_starts(line, span_str(name)) ||
	    !str_unhex(span_from(line, strlen(name)), bytes, BYTES))
		rc = err_set(err, ERR_USAGE, "no line of %s and %d digits", name, DIGITS);
	else
		rc = with_check(bytes, again, err);
	if (rc == ERR_OK && !lb_equal(bytes, again, BYTES))
		rc = err_set(err, ERR_USAGE,
		             "its last %d digits do not fit the others: it was mistyped "
		             "or cut",
		             2 * CHECK);
	if (rc == ERR_OK)
		memcpy(out, bytes, LB_KEY);
	lb_wipe(bytes, sizeof(bytes));
	lb_wipe(again, sizeof(again));
	return rc;
}

enum err_code lb_recipient_parse(struct span text, struct lb_public *out, struct err *err)
{
	return parse(text, public_name, secret_name, out->b, err);
}

enum err_code lb_recipient_secret_parse(struct span text, struct lb_key *out,
                                        struct err *err)
{
	return parse(text, secret_name, public_name, out->b, err);
}
