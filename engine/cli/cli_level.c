// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "chunk/compress.h"
#include "cli/cli.h"

static const struct {
	const char *name;
	int level;
} levels[] = { { "none", LB_LEVEL_NONE },
	       { "fast", LB_LEVEL_FAST },
	       { "default", LB_LEVEL_DEFAULT },
	       { "better", 9 },
	       { "max", LB_LEVEL_MAX } };

/* A name above, or a level of zstd. */
enum err_code cli_level(const char *text, int *level, struct err *err)
{
	int64_t n;

	*level = LB_LEVEL_DEFAULT;
	if (!text)
		return ERR_OK;
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if (str_eq(text, levels[i].name)) {
			*level = levels[i].level;
			return ERR_OK;
		}
	if (!num_i64(span_str(text), LB_LEVEL_MIN, LB_LEVEL_MAX, &n) || n == 0)
		return err_set(err, ERR_USAGE,
		               "--compression %s: give none, fast, default, better, max, "
		               "or a zstd level from -7 to 19",
		               text);
	*level = (int)n;
	return ERR_OK;
}
