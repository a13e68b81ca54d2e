// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_HTTPD_H
#define LIB_HTTPD_H

#include "base/buf.h"

#include <stdint.h>

/*
 * A small web server over libmicrohttpd that can only be read: GET and HEAD, answers made
 * in memory, one at a time on a thread of its own. Every answer forbids framing, type
 * guessing and caching, and carries a content security policy.
 */

struct httpd;

struct httpd_request {
	const char
		*path; /* without the query; escapes stay, so that %2e and %00 are text */
	const char *host;       /* of the Host header, or "" */
	const void *connection; /* for httpd_argument */
};

struct httpd_answer {
	unsigned status;
	const char *type;   /* "text/html; charset=utf-8"; static */
	const char *policy; /* content security policy; static */
	struct buf body;
};

/* On the server's thread. The answer starts as an empty 404; what is not set is that. */
typedef void httpd_handler(const struct httpd_request *r, struct httpd_answer *a,
                           void *context);

/* `address` is a numeric IPv4 or IPv6 address, `port` 0 any free one. ERR_USAGE for an
 * address that is none, ERR_IO where the port cannot be had. */
enum err_code httpd_start(struct httpd **out, const char *address, uint16_t port,
                          httpd_handler *handler, void *context,
                          struct err *err) ERR_CHECKED;
/* Is it an address of this machine alone: 127.0.0.0/8, ::1? */
bool httpd_is_loopback(const char *address);
uint16_t httpd_port(const struct httpd *s);
/* Ends running answers first. NULL is nothing. */
void httpd_stop(struct httpd *s);
/* An argument of the query, or NULL; valid during the call. */
const char *httpd_argument(const struct httpd_request *r, const char *name);

#endif
