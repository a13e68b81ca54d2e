// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "policy/detect.h"

/* Ids that detection gives to builds; one below the root is "go-folder". */
static const char *const build_ids[] = {
	"autotools", "cargo", "cmake", "configure", "go",
	"gradle",    "make",  "maven", "meson",     "npm",
};

bool gate_detects_build(const char *id)
{
	struct span name = span_str(id);
	struct span front = span_sub(name, 0, span_find_byte(name, '-'));

	for (size_t i = 0; i < sizeof(build_ids) / sizeof(build_ids[0]); i++)
		if (span_eq_str(front, build_ids[i]))
			return true;
	return false;
}
