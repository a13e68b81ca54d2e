// SPDX-License-Identifier: Apache-2.0
#include "fingerprint.h"

#include "base/ascii.h"
#include "base/mem.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds the text with each run of white space as one blank, none at the ends. */
static enum err_code add_even(struct digest *d, struct span text, struct err *err)
{
	enum err_code rc = ERR_OK;
	size_t at = 0;
	bool first = true;

	while (rc == ERR_OK && at < text.len) {
		size_t start;

		while (at < text.len && ascii_is_space(text.ptr[at]))
			at++;
		start = at;
		while (at < text.len && !ascii_is_space(text.ptr[at]))
			at++;
		if (at == start)
			break;
		if (!first)
			rc = digest_add(d, SPAN_LIT(" "), err);
		if (rc == ERR_OK)
			rc = digest_add(d, span_sub(text, start, at - start), err);
		first = false;
	}
	return rc;
}

static enum err_code cut_finish(struct digest *d, char key[33], struct err *err)
{
	char hex[DIGEST_HEX];
	enum err_code rc = digest_finish(d, hex, err);

	if (rc == ERR_OK) {
		memcpy(key, hex, 32);
		key[32] = '\0';
	}
	return rc;
}

enum err_code scan_fingerprint_key(const struct scan_identity *id, char key[33],
                                   struct err *err)
{
	struct digest *d;
	enum err_code rc = digest_new(&d, err);

	if (rc != ERR_OK)
		return rc;
	/* The zero bytes keep the parts apart: none of them can hold one but the text,
	 * which comes last. */
	rc = digest_add(d, span_of(id->rule, strlen(id->rule) + 1), err);
	if (rc == ERR_OK)
		rc = digest_add(d, id->path, err);
	if (rc == ERR_OK)
		rc = digest_add(d, span_of("", 1), err);
	if (rc == ERR_OK)
		rc = add_even(d, id->text, err);
	if (rc == ERR_OK)
		return cut_finish(d, key, err);
	digest_free(d);
	return rc;
}

struct keyed {
	struct scan_finding *finding;
	size_t at;
};

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed *x = a;
	const struct keyed *y = b;
	int order = strcmp(x->finding->fingerprint, y->finding->fingerprint);

	return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static enum err_code number_one(struct scan_finding *f, size_t ordinal, struct err *err)
{
	char text[64];
	struct digest *d;
	enum err_code rc;

	if (ordinal == 0)
		return ERR_OK;
	(void)snprintf(text, sizeof(text), "%s %zu", f->fingerprint, ordinal);
	rc = digest_new(&d, err);
	if (rc != ERR_OK)
		return rc;
	rc = digest_add(d, span_str(text), err);
	if (rc == ERR_OK)
		return cut_finish(d, f->fingerprint, err);
	digest_free(d);
	return rc;
}

enum err_code scan_fingerprint_number(struct scan_finding *findings, size_t count,
                                      struct err *err)
{
	struct keyed *order = NULL;
	enum err_code rc = ERR_OK;
	char key[33] = "";
	size_t ordinal = 0;

	if (count < 2)
		return ERR_OK;
	if (!mem_array(&order, count, sizeof(*order)))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		order[i] = (struct keyed){ &findings[i], i };
	qsort(order, count, sizeof(*order), compare_keyed);
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		struct scan_finding *f = order[i].finding;

		ordinal = strcmp(key, f->fingerprint) == 0 ? ordinal + 1 : 0;
		memcpy(key, f->fingerprint, sizeof(key));
		rc = number_one(f, ordinal, err);
	}
	mem_free(order);
	return rc;
}
