// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include "base/str.h"

#include <stdatomic.h>
#include <stdio.h>

static _Atomic(const char *) log_program = "seaworthy";
static atomic_int log_threshold = LOG_WARN;

void log_init(const char *program, enum log_level level)
{
	atomic_store(&log_program, program);
	atomic_store(&log_threshold, (int)level);
}

static const char *level_name(enum log_level level)
{
	static const char *const names[] = {
		[LOG_ERROR] = "error",
		[LOG_WARN] = "warning",
		[LOG_INFO] = "info",
		[LOG_DEBUG] = "debug",
	};

	return names[level];
}

void log_put(struct buf *out, enum log_level level, struct span text)
{
	buf_printf(out, "%s: %s: ", atomic_load(&log_program), level_name(level));
	str_display(out, text);
}

void log_event(enum log_level level, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	struct buf line = BUF_INIT;
	va_list ap;

	if ((int)level > atomic_load(&log_threshold))
		return;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	log_put(&line, level, buf_span(&text));
	buf_putc(&line, '\n');
	/* One call for the whole line: stdio locks the stream around it. */
	if (buf_ok(&text) && buf_ok(&line))
		(void)fputs(buf_str(&line), stderr);
	else
		(void)fputs("out of memory while reporting an error\n", stderr);
	buf_fini(&line);
	buf_fini(&text);
}
