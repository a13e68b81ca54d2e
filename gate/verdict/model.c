// SPDX-License-Identifier: Apache-2.0
#include "verdict/model.h"

#include "base/str.h"

static const char *const state_names[] = {
	[GATE_PASS] = "pass",       [GATE_WARN] = "warn",   [GATE_FAIL] = "fail",
	[GATE_UNKNOWN] = "unknown", [GATE_ERROR] = "error", [GATE_NOT_APPLICABLE] = "n/a",
};

#define STATES (sizeof(state_names) / sizeof(state_names[0]))

const char *gate_state_name(enum gate_state s)
{
	return state_names[s];
}

bool gate_state_find(const char *name, enum gate_state *out)
{
	for (size_t i = 0; i < STATES; i++)
		if (str_eq(name, state_names[i])) {
			*out = (enum gate_state)i;
			return true;
		}
	return false;
}
