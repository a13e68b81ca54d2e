// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret.h"

#include <sodium.h>
#include <string.h>

void *lb_guarded_new(size_t size)
{
	void *p;

	/* The canary beside the bytes is drawn when the library starts; 1 says that it
	 * has started before. */
	if (sodium_init() < 0)
		return NULL;
	p = sodium_malloc(size == 0 ? 1 : size);
	if (p != NULL)
		memset(p, 0, size);
	return p;
}

void lb_guarded_free(void *p)
{
	sodium_free(p);
}

enum err_code lb_secret_new(struct lb_secret *out, size_t len, struct err *err)
{
	unsigned char *p = lb_guarded_new(len);

	if (p == NULL)
		return err_nomem(err);
	*out = (struct lb_secret){ p, len };
	return ERR_OK;
}

enum err_code lb_secret_dup(struct lb_secret *out, struct span bytes, struct err *err)
{
	enum err_code rc;

	if ((rc = lb_secret_new(out, bytes.len, err)) != ERR_OK)
		return rc;
	if (bytes.len > 0)
		memcpy(out->ptr, bytes.ptr, bytes.len);
	return ERR_OK;
}

struct span lb_secret_span(const struct lb_secret *s)
{
	return span_of((const char *)s->ptr, s->len);
}

void lb_secret_free(struct lb_secret *s)
{
	lb_guarded_free(s->ptr);
	*s = (struct lb_secret)LB_SECRET_INIT;
}
