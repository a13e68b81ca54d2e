// SPDX-License-Identifier: Apache-2.0
#include "lib/httpd.h"

#include "base/mem.h"
#include "base/str.h"
#include "os/late.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>

#define CALLS(X)                           \
	X(MHD_add_response_header)         \
	X(MHD_create_response_from_buffer) \
	X(MHD_destroy_response)            \
	X(MHD_get_daemon_info)             \
	X(MHD_lookup_connection_value)     \
	X(MHD_queue_response)              \
	X(MHD_start_daemon)                \
	X(MHD_stop_daemon)

LATE_LIBRARY(mhd, SW_MICROHTTPD_SONAME, CALLS)

enum { CONNECTIONS = 64, IDLE_S = 10, HEADER_BYTES = 32 * 1024 };

struct httpd {
	struct MHD_Daemon *daemon;
	httpd_handler *handler;
	void *context;
	uint16_t port;
};

static const char *const always[][2] = {
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cache-Control", "no-store" },
};

static enum MHD_Result send_answer(struct MHD_Connection *c, const struct httpd_answer *a)
{
	struct MHD_Response *r;
	enum MHD_Result sent;
	bool good = true;

	if (!buf_ok(&a->body))
		return MHD_NO; /* no memory: the connection is closed */
	r = late_mhd.MHD_create_response_from_buffer(a->body.len, a->body.ptr,
	                                             MHD_RESPMEM_MUST_COPY);
	if (r == NULL)
		return MHD_NO;
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		good = good &&
		       late_mhd.MHD_add_response_header(r, always[i][0], always[i][1]);
	good = good && late_mhd.MHD_add_response_header(r, "Content-Type", a->type) &&
	       late_mhd.MHD_add_response_header(r, "Content-Security-Policy", a->policy);
	if (a->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		good = good && late_mhd.MHD_add_response_header(r, "Allow", "GET, HEAD");
	sent = good ? late_mhd.MHD_queue_response(c, a->status, r) : MHD_NO;
	late_mhd.MHD_destroy_response(r);
	return sent;
}

static size_t keep_escapes(void *context, struct MHD_Connection *c, char *text)
{
	(void)context;
	(void)c;
	return strlen(text);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state)
{
	const struct httpd *s = context;
	const char *host =
		late_mhd.MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host");
	const struct httpd_request request = { .path = url,
		                               .host = host != NULL ? host : "",
		                               .connection = c };
	struct httpd_answer a = { .status = MHD_HTTP_NOT_FOUND,
		                  .type = "text/plain; charset=utf-8",
		                  .policy = "default-src 'none'",
		                  .body = BUF_INIT };
	enum MHD_Result sent;

	(void)version;
	(void)upload;
	/* A body is not read: the connection ends with the answer. */
	(void)upload_size;
	(void)state;
	if (!str_eq(method, MHD_HTTP_METHOD_GET) && !str_eq(method, MHD_HTTP_METHOD_HEAD))
		a.status = MHD_HTTP_METHOD_NOT_ALLOWED;
	else
		s->handler(&request, &a, s->context);
	if (a.body.len == 0 && a.status != MHD_HTTP_OK)
		buf_printf(&a.body, "%u\n", a.status);
	sent = send_answer(c, &a);
	buf_fini(&a.body);
	return sent;
}

const char *httpd_argument(const struct httpd_request *r, const char *name)
{
	struct MHD_Connection *c = (struct MHD_Connection *)(uintptr_t)r->connection;

	return late_mhd.MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, name);
}

/* Where to listen; 0 for what is no address. */
static socklen_t parse(const char *address, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		return sizeof(*v6);
	}
	return 0;
}

bool httpd_is_loopback(const char *address)
{
	struct sockaddr_storage where;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&where;
	const struct in6_addr *v6 = &((const struct sockaddr_in6 *)&where)->sin6_addr;

	if (parse(address, 0, &where) == 0)
		return false;
	if (where.ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(v6) ||
	       (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == IN_LOOPBACKNET);
}

enum err_code httpd_start(struct httpd **out, const char *address, uint16_t port,
                          httpd_handler *handler, void *context, struct err *err)
{
	struct sockaddr_storage where;
	const socklen_t len = parse(address, port, &where);
	const union MHD_DaemonInfo *info;
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD;
	struct httpd *s;
	enum err_code rc;

	if (len == 0)
		return err_set(err, ERR_USAGE, "%s: not an address such as 127.0.0.1",
		               address);
	if ((rc = late_load(&late_mhd_library, err)) != ERR_OK)
		return rc;
	s = mem_new(sizeof(*s));
	if (s == NULL)
		return err_nomem(err);
	*s = (struct httpd){ .handler = handler, .context = context };
	if (where.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	s->daemon = late_mhd.MHD_start_daemon(
		flags, port, NULL, NULL, answer, s, MHD_OPTION_SOCK_ADDR, &where,
		MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_BYTES, MHD_OPTION_END);
	if (s->daemon == NULL) {
		mem_free(s);
		return err_set(err, ERR_IO, "cannot listen on %s, port %u: is it taken?",
		               address, (unsigned)port);
	}
	info = late_mhd.MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
	s->port = info != NULL ? info->port : port;
	*out = s;
	return ERR_OK;
}

uint16_t httpd_port(const struct httpd *s)
{
	return s->port;
}

void httpd_stop(struct httpd *s)
{
	if (s == NULL)
		return;
	late_mhd.MHD_stop_daemon(s->daemon);
	mem_free(s);
}
