// SPDX-License-Identifier: Apache-2.0
#include "policy/profile.h"

#include "base/str.h"

/* profile_NAME.inc is the file's bytes as numbers (gate/policy/profiles/embed.cmake). */
static const unsigned char text_default[] = {
#include "profile_default.inc"
};
static const unsigned char text_novacron[] = {
#include "profile_novacron.inc"
};
static const unsigned char text_timelocker[] = {
#include "profile_timelocker.inc"
};

static const struct gate_profile profiles[] = {
	{ "default", "built-in:default", "what every release should show", text_default,
	  sizeof(text_default) },
	{ "novacron", "built-in:novacron",
	  "a service with frontend, backend and operations", text_novacron,
	  sizeof(text_novacron) },
	{ "timelocker", "built-in:timelocker", "five quality gates of a backup product",
	  text_timelocker, sizeof(text_timelocker) },
};

enum { PROFILES = sizeof(profiles) / sizeof(profiles[0]) };

size_t gate_profiles(const struct gate_profile **out)
{
	*out = profiles;
	return PROFILES;
}

const struct gate_profile *gate_profile_find(const char *name)
{
	for (size_t i = 0; i < PROFILES; i++)
		if (str_eq(profiles[i].name, name))
			return &profiles[i];
	return NULL;
}

const char *gate_profile_nearest(const char *name)
{
	const char *names[PROFILES];

	for (size_t i = 0; i < PROFILES; i++)
		names[i] = profiles[i].name;
	return str_nearest(span_str(name), names, PROFILES);
}

struct span gate_profile_text(const struct gate_profile *p)
{
	return span_of((const char *)p->text, p->size);
}
