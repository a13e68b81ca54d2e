// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_HTTP_H
#define LIB_HTTP_H

#include "base/buf.h"
#include "base/cancel.h"

#include <stdint.h>

/*
 * One request over libcurl: http and https alone, certificates checked, no redirects, no
 * netrc, no cookies, an answer of bounded size in bounded time. Proxies are those of the
 * environment (https_proxy, no_proxy), as for every program.
 */

struct http_field {
	const char *name;
	struct span value;
};

struct http_request {
	const char *url;
	const struct http_field *form; /* sent as a form by POST; count 0: a GET */
	size_t form_count;
	const char
		*bearer; /* token of the Authorization header, or NULL; never printed */
	uint64_t answer_max;
	uint64_t timeout_ms;
	const struct cancel *cancel; /* may be NULL */
};

/*
 * Appends the answer's body and sets its status. ERR_IO where there is no answer (the
 * message names host and reason, never the token), ERR_LIMIT where it is too large,
 * ERR_USAGE for an address that is none, ERR_CANCELLED. A status such as 404 is an
 * answer.
 */
enum err_code http_send(const struct http_request *r, struct buf *body, long *status,
                        struct err *err) ERR_CHECKED;

#endif
