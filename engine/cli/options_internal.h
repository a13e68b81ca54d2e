// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_OPTIONS_INTERNAL_H
#define CLI_OPTIONS_INTERNAL_H

#include "base/opt.h"

/* The option tables of all commands; each ends with a zeroed row. Their target is struct
 * cli_options. */
extern const struct opt cli_common_options[];
extern const struct opt cli_backup_options[];
extern const struct opt cli_check_options[];
extern const struct opt cli_copy_options[];
extern const struct opt cli_diff_options[];
extern const struct opt cli_dump_options[];
extern const struct opt cli_find_options[];
extern const struct opt cli_forget_options[];
extern const struct opt cli_init_options[];
extern const struct opt cli_key_options[];
extern const struct opt cli_ls_options[];
extern const struct opt cli_prune_options[];
extern const struct opt cli_repair_options[];
extern const struct opt cli_restore_options[];
extern const struct opt cli_snapshots_options[];
extern const struct opt cli_stats_options[];
extern const struct opt cli_tag_options[];

#endif
