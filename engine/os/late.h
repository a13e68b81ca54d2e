// SPDX-License-Identifier: Apache-2.0
#ifndef OS_LATE_H
#define OS_LATE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A shared library that few commands need is loaded by the first call of it. With all the
 * others that it brings, loading it takes longer than most commands do.
 *
 *	#define CALLS(X) X(cos) X(sin)
 *	LATE_LIBRARY(math, "libm.so.6", CALLS)
 *	..
 *	rc = late_load(&late_math_library, err);
 *	late_math.cos(0);
 */
#define LATE_LIBRARY(name, soname, CALLS)                                         \
	static struct {                                                           \
		CALLS(LATE_MEMBER)                                                \
	} late_##name;                                                            \
	static const char *const late_##name##_names[] = { CALLS(LATE_NAME) };    \
	static struct late_library late_##name##_library = {                      \
		(soname), late_##name##_names,                                    \
		sizeof(late_##name##_names) / sizeof(char *), &late_##name, false \
	};
#define LATE_MEMBER(function) __typeof__(function) *(function);
#define LATE_NAME(function) #function,

struct late_library {
	const char *soname;
	const char *const *names;
	size_t count;
	void *calls; /* as many function pointers, in that order */
	bool loaded;
};

/* Once, and for good; any thread. ERR_UNSUPPORTED if the machine has no such library, or
 * it lacks a function. */
enum err_code late_load(struct late_library *l, struct err *err) ERR_CHECKED;

#endif
