// SPDX-License-Identifier: Apache-2.0
#define _POSIX_C_SOURCE 200809L
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MSG_MAX (sizeof(((struct err *)0)->msg) - 1)

/* Cuts at `len` bytes or just before, so that no UTF-8 sequence is left half. */
static size_t clip(const char *text, size_t len, size_t max)
{
	size_t back = 0;

	if (len <= max)
		return len;
	while (back < 3 && back < max && ((unsigned char)text[max - back] & 0xC0) == 0x80)
		back++;
	return max - back;
}

/* One byte longer than a message, so that clip sees where the next character starts. */
struct line {
	char text[MSG_MAX + 2];
	size_t len;
};

static void format(struct line *line, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void format(struct line *line, const char *fmt, va_list ap)
{
	if (vsnprintf(line->text, sizeof(line->text), fmt, ap) < 0)
		line->text[0] = '\0';
	line->len = strlen(line->text);
}

/* Puts as much of the context as there is room for, and ": ", before the message. */
static void prefix(struct err *err, const struct line *context)
{
	size_t cause = strlen(err->msg);
	size_t len;

	if (cause == 0) {
		len = clip(context->text, context->len, MSG_MAX);
		memcpy(err->msg, context->text, len);
		err->msg[len] = '\0';
		return;
	}
	if (cause + 2 >= MSG_MAX)
		return;
	len = clip(context->text, context->len, MSG_MAX - cause - 2);
	if (len == 0)
		return;
	memmove(err->msg + len + 2, err->msg, cause + 1);
	memcpy(err->msg, context->text, len);
	memcpy(err->msg + len, ": ", 2);
}

enum err_code err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	struct line line;
	va_list ap;

	if (err == NULL)
		return code;
	/* By way of `line`: an argument may be the old message. */
	va_start(ap, fmt);
	format(&line, fmt, ap);
	va_end(ap);
	err->code = code;
	err->os_code = 0;
	err->msg[0] = '\0';
	prefix(err, &line);
	return code;
}

static enum err_code code_of_errno(int os_code)
{
	switch (os_code) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EEXIST:
		return ERR_EXISTS;
	case EACCES:
	case EPERM:
		return ERR_AUTH;
	case ENOMEM:
		return ERR_NOMEM;
	case ETIMEDOUT:
		return ERR_TIMEOUT;
	default:
		return ERR_IO;
	}
}

enum err_code err_sys(struct err *err, const char *fmt, ...)
{
	int os_code = errno;
	enum err_code code = code_of_errno(os_code);
	struct line line;
	va_list ap;

	if (err == NULL)
		return code;
	va_start(ap, fmt);
	format(&line, fmt, ap);
	va_end(ap);
	err->code = code;
	err->os_code = os_code;
	if (strerror_r(os_code, err->msg, sizeof(err->msg)) != 0)
		(void)snprintf(err->msg, sizeof(err->msg), "error %d", os_code);
	prefix(err, &line);
	return code;
}

enum err_code err_wrap(struct err *err, enum err_code code, const char *fmt, ...)
{
	struct line line;
	va_list ap;

	if (err == NULL)
		return code;
	va_start(ap, fmt);
	format(&line, fmt, ap);
	va_end(ap);
	err->code = code;
	prefix(err, &line);
	return code;
}

enum err_code err_nomem(struct err *err)
{
	return err_set(err, ERR_NOMEM, "out of memory");
}

const char *err_name(enum err_code code)
{
	static const char *const names[] = {
		[ERR_OK] = "ok",
		[ERR_NOT_FOUND] = "not-found",
		[ERR_EXISTS] = "exists",
		[ERR_CORRUPT] = "corrupt",
		[ERR_AUTH] = "auth",
		[ERR_LOCKED] = "locked",
		[ERR_IO] = "io",
		[ERR_LIMIT] = "limit",
		[ERR_NOMEM] = "no-memory",
		[ERR_CANCELLED] = "cancelled",
		[ERR_TIMEOUT] = "timeout",
		[ERR_USAGE] = "usage",
		[ERR_UNSUPPORTED] = "unsupported",
	};

	if ((size_t)code >= sizeof(names) / sizeof(names[0]))
		return "unknown";
	return names[code];
}
