// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ARCHIVE_RULES_H
#define GATE_ARCHIVE_RULES_H

#include "base/arena.h"

#include <stdbool.h>

/* `evidence` of a policy: where runs are kept, and how long. */
struct gate_archive_rules {
	const char *repository; /* NULL: the embedded one */
	const char *within;     /* hours, as liblifeboat reads them: "2160h"; or NULL */
	unsigned last;
	unsigned hourly;
	unsigned daily;
	unsigned weekly;
	unsigned monthly;
	unsigned yearly;
};

/* From the policy's own text (gate_policy.evidence), which may be NULL. ERR_CORRUPT for
 * what no policy says. */
enum err_code gate_archive_rules_read(struct gate_archive_rules *out, const char *text,
                                      struct arena *arena, struct err *err) ERR_CHECKED;
/* Does it forget anything? */
bool gate_archive_rules_any(const struct gate_archive_rules *r);

#endif
