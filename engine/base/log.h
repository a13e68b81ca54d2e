// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/buf.h"

/*
 * Diagnostics of the programs on stderr: errors and warnings always, more with --verbose,
 * errors only with --quiet. Every text is shown escaped (str_display). Safe from several
 * threads.
 */
enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_init(const char *program, enum log_level level);
/* "program: warning: text" */
void log_event(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Appends the same line, without its end and whatever the threshold: for those who show
 * it themselves. */
void log_put(struct buf *out, enum log_level level, struct span text);

#endif
