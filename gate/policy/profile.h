// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_PROFILE_H
#define GATE_PROFILE_H

#include "base/err.h"
#include "base/span.h"

/* The built-in policies: the files of gate/policy/profiles, embedded when building. */

struct gate_profile {
	const char *name;
	const char *identity; /* unlike any path */
	const char *title;    /* one line for people */
	const unsigned char *text;
	size_t size;
};

size_t gate_profiles(const struct gate_profile **out);
/* NULL if there is none of that name. */
const struct gate_profile *gate_profile_find(const char *name);
/* The profile that was probably meant, or NULL. */
const char *gate_profile_nearest(const char *name);
struct span gate_profile_text(const struct gate_profile *p);

#endif
