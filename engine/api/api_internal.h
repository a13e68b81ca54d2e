// SPDX-License-Identifier: Apache-2.0
#ifndef API_API_INTERNAL_H
#define API_API_INTERNAL_H

#include "base/cancel.h"
#include "job/events.h"
#include "job/snapshots.h"
#include "lifeboat.h"
#include "repo/repo.h"

/* Between the public header and the engine. */

struct lifeboat_repository {
	struct lb_repo *repo;
};

struct lifeboat_cancel {
	struct cancel token;
};

/* The outcome as the caller sees it; gives its code. What succeeded may have left the
 * text of something that it got over. */
int api_end(enum err_code rc, const struct err *err, struct lifeboat_error *out);

/* The caller's events as the engine's. A call without a token of its caller's gets its
 * own, so that progress can cancel. */
struct api_events {
	struct lb_events engine;
	const struct lifeboat_events *caller;
	struct cancel own;
	struct cancel *cancel;
};
void api_events_init(struct api_events *e, const struct lifeboat_events *caller,
                     struct lifeboat_cancel *cancel);

/* The snapshot that the text names, as of now; `list` is the caller's to end. */
enum err_code api_find(struct lifeboat_repository *r, const char *text,
                       struct lb_snapshots *list, const struct lb_snapshot_ref **out,
                       struct err *err) ERR_CHECKED;

#endif
