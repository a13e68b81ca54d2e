// SPDX-License-Identifier: Apache-2.0
#include "lib/http.h"

#include "os/late.h"

/* Its checks of types are macros around a function's own name. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

#define CALLS(X)              \
	X(curl_easy_cleanup)  \
	X(curl_easy_escape)   \
	X(curl_easy_getinfo)  \
	X(curl_easy_init)     \
	X(curl_easy_perform)  \
	X(curl_easy_setopt)   \
	X(curl_easy_strerror) \
	X(curl_free)          \
	X(curl_global_init)

LATE_LIBRARY(curl, SW_CURL_SONAME, CALLS)

struct transfer {
	const struct http_request *request;
	struct buf *body;
	uint64_t got;
	bool over; /* more than answer_max */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode started;

static void start(void)
{
	started = late_curl.curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t take(char *data, size_t size, size_t n, void *context)
{
	struct transfer *t = context;
	const size_t len = size * n; /* libcurl: size is 1 */

	t->got += len;
	t->over = t->got > t->request->answer_max;
	if (t->over)
		return 0;
	buf_put(t->body, (struct span){ data, len });
	return buf_ok(t->body) ? len : 0;
}

/* Called at least once a second. */
static int tick(void *context, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                curl_off_t up)
{
	const struct transfer *t = context;

	(void)down_all;
	(void)down;
	(void)up_all;
	(void)up;
	return cancel_is_set(t->request->cancel) ? 1 : 0;
}

static bool add_escaped(CURL *c, struct buf *out, const char *text, size_t len)
{
	char *escaped =
		len <= INT32_MAX ? late_curl.curl_easy_escape(c, text, (int)len) : NULL;

	if (escaped == NULL)
		return false;
	buf_puts(out, escaped);
	late_curl.curl_free(escaped);
	return buf_ok(out);
}

static bool make_form(CURL *c, const struct http_request *r, struct buf *out)
{
	for (size_t i = 0; i < r->form_count; i++) {
		const struct http_field *f = &r->form[i];

		if (i > 0)
			buf_putc(out, '&');
		if (!add_escaped(c, out, f->name, strlen(f->name)))
			return false;
		buf_putc(out, '=');
		/* libcurl takes a length of 0 as "until the NUL". */
		if (f->value.len > 0 && !add_escaped(c, out, f->value.ptr, f->value.len))
			return false;
	}
	return buf_ok(out);
}

static bool set_options(CURL *c, struct transfer *t, const struct buf *form, char *why)
{
	const struct http_request *r = t->request;
	CURLcode bad = CURLE_OK;

	bad |= late_curl.curl_easy_setopt(c, CURLOPT_URL, r->url);
	bad |= late_curl.curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	bad |= late_curl.curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	bad |= late_curl.curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
	bad |= late_curl.curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
	bad |= late_curl.curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	bad |= late_curl.curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	bad |= late_curl.curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	bad |= late_curl.curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, tick);
	bad |= late_curl.curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
	bad |= late_curl.curl_easy_setopt(c, CURLOPT_USERAGENT, "seaworthy");
	if (r->form_count > 0) {
		bad |= late_curl.curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
		                                  (curl_off_t)form->len);
		bad |= late_curl.curl_easy_setopt(c, CURLOPT_POSTFIELDS, form->ptr);
	}
	if (r->bearer != NULL) {
		bad |= late_curl.curl_easy_setopt(c, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
		bad |= late_curl.curl_easy_setopt(c, CURLOPT_XOAUTH2_BEARER, r->bearer);
	}
	return bad == CURLE_OK;
}

static enum err_code explain(const struct transfer *t, CURLcode code, const char *why,
                             struct err *err)
{
	const char *text = why[0] != '\0' ? why : late_curl.curl_easy_strerror(code);

	if (cancel_is_set(t->request->cancel))
		return err_set(err, ERR_CANCELLED, "cancelled");
	if (t->over)
		return err_set(err, ERR_LIMIT, "%s: the answer is larger than %llu bytes",
		               t->request->url,
		               (unsigned long long)t->request->answer_max);
	if (code == CURLE_OUT_OF_MEMORY || !buf_ok(t->body))
		return err_nomem(err);
	if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
		return err_set(err, ERR_USAGE, "%s: not an http or https address: %s",
		               t->request->url, text);
	return err_set(err, ERR_IO, "%s: %s", t->request->url, text);
}

enum err_code http_send(const struct http_request *r, struct buf *body, long *status,
                        struct err *err)
{
	struct transfer t = { .request = r, .body = body };
	char why[CURL_ERROR_SIZE] = "";
	struct buf form = BUF_INIT;
	enum err_code rc = ERR_OK;
	CURLcode code;
	CURL *c;

	if ((rc = late_load(&late_curl_library, err)) != ERR_OK)
		return rc;
	if (pthread_once(&once, start) != 0 || started != CURLE_OK)
		return err_set(err, ERR_IO, "libcurl cannot start");
	c = late_curl.curl_easy_init();
	if (c == NULL || !make_form(c, r, &form) || !set_options(c, &t, &form, why)) {
		rc = err_nomem(err);
		goto out;
	}
	code = late_curl.curl_easy_perform(c);
	if (code != CURLE_OK)
		rc = explain(&t, code, why, err);
	else if (late_curl.curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, status) !=
	         CURLE_OK)
		rc = err_set(err, ERR_IO, "%s: no status", r->url);
out:
	late_curl.curl_easy_cleanup(c);
	buf_fini(&form);
	return rc;
}
