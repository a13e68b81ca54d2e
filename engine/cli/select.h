// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_SELECT_H
#define CLI_SELECT_H

#include "cli/cli.h"
#include "job/snapshots.h"
#include "snapshot/filter.h"

/* Which files and which snapshots the options name. */

/* From --exclude and its kin; empty if there are none. */
enum err_code cli_filter(const struct cli_options *o, struct lb_filter **out,
                         struct err *err) ERR_CHECKED;

/* --host, --tag and --path as a filter; borrows from the options, lists are owned. */
struct cli_snapshot_filter {
	struct lb_snapshot_filter filter;
	struct span *hosts;
	struct span *tags;
	struct span *paths;
};
enum err_code cli_snapshot_filter_init(struct cli_snapshot_filter *f,
                                       const struct cli_options *o,
                                       struct err *err) ERR_CHECKED;
void cli_snapshot_filter_fini(struct cli_snapshot_filter *f);

/* lb_snapshots_load of all of them; warns of edits that were passed over. */
enum err_code cli_snapshots_load(const struct lb_repo *repo, struct lb_snapshots *out,
                                 struct err *err) ERR_CHECKED;

/* The one snapshot that "latest" or an id's first digits name, among those the options
 * let through. `list` is loaded here and the caller's to end, also after an error. */
enum err_code cli_snapshot_find(const struct lb_repo *repo, const struct cli_options *o,
                                struct span text, struct lb_snapshots *list,
                                const struct lb_snapshot_ref **out,
                                struct err *err) ERR_CHECKED;
enum err_code cli_snapshot_id(const struct lb_repo *repo, const struct cli_options *o,
                              const char *text, struct lb_id16 *out,
                              struct err *err) ERR_CHECKED;
/* The snapshots that the arguments name, each once; mem_free. */
enum err_code cli_snapshot_ids(const struct lb_repo *repo,
                               const struct program_call *call, struct lb_id16 **out,
                               size_t *count, struct err *err) ERR_CHECKED;

#endif
