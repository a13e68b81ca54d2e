// SPDX-License-Identifier: Apache-2.0
#include "key_store.h"

#include <stdint.h>

/* ---- PKCS#12: RFC 7292 in DER or BER ---- */

enum { SEQUENCE = 0x30, LENGTH_BYTES_MAX = 4 };

static bool take(struct span *s, struct span bytes)
{
	if (!span_starts(*s, bytes))
		return false;
	*s = span_from(*s, bytes.len);
	return true;
}

/* Steps into a sequence; how long it is does not matter. */
static bool enter(struct span *s)
{
	size_t more;

	if (s->len < 2 || (unsigned char)s->ptr[0] != SEQUENCE)
		return false;
	more = (unsigned char)s->ptr[1] < 0x80 ? 0 : (unsigned char)s->ptr[1] & 0x7f;
	if (more > LENGTH_BYTES_MAX || s->len < 2 + more)
		return false;
	*s = span_from(*s, 2 + more);
	return true;
}

/* PFX ::= SEQUENCE { version INTEGER (3), authSafe SEQUENCE { contentType pkcs7-data or
 * -signedData, .. */
static bool is_pkcs12(struct span s)
{
	static const char version[] = { 2, 1, 3 };
	static const char pkcs7[] = { 6,          9,          0x2a, (char)0x86, 0x48,
		                      (char)0x86, (char)0xf7, 0x0d, 1,          7 };

	return enter(&s) && take(&s, span_of(version, sizeof(version))) && enter(&s) &&
	       take(&s, span_of(pkcs7, sizeof(pkcs7))) && s.len > 0 &&
	       (s.ptr[0] == 1 || s.ptr[0] == 2);
}

/* ---- JKS and JCEKS: a list of entries ---- */

enum { PRIVATE_KEY = 1, CERTIFICATE = 2, SECRET_KEY = 3, DATE_BYTES = 8 };

struct cursor {
	struct span rest;
};

static bool number(struct cursor *c, size_t bytes, uint32_t *out)
{
	*out = 0;
	if (c->rest.len < bytes)
		return false;
	for (size_t i = 0; i < bytes; i++)
		*out = *out << 8 | (unsigned char)c->rest.ptr[i];
	c->rest = span_from(c->rest, bytes);
	return true;
}

static bool skip(struct cursor *c, size_t bytes)
{
	if (c->rest.len < bytes)
		return false;
	c->rest = span_from(c->rest, bytes);
	return true;
}

static bool skip_counted(struct cursor *c, size_t bytes)
{
	uint32_t length;

	return number(c, bytes, &length) && skip(c, length);
}

/* Behind all certificates that the entries begin with, is there a key? */
static bool has_key(struct cursor *c)
{
	uint32_t version, count, tag;

	if (!number(c, 4, &version) || (version != 1 && version != 2) ||
	    !number(c, 4, &count))
		return false;
	for (uint32_t i = 0; i < count && number(c, 4, &tag); i++) {
		if (tag == PRIVATE_KEY || tag == SECRET_KEY)
			return true;
		if (tag != CERTIFICATE || !skip_counted(c, 2) || !skip(c, DATE_BYTES) ||
		    (version == 2 && !skip_counted(c, 2)) || !skip_counted(c, 4))
			return false;
	}
	return false;
}

const char *scan_key_store(struct span head)
{
	struct cursor c = { head };
	uint32_t magic;

	if (is_pkcs12(head))
		return "PKCS#12 key store";
	if (!number(&c, 4, &magic))
		return NULL;
	if (magic == UINT32_C(0xfeedfeed) && has_key(&c))
		return "Java key store (JKS)";
	return magic == UINT32_C(0xcececece) && has_key(&c) ? "Java key store (JCEKS)"
	                                                    : NULL;
}
