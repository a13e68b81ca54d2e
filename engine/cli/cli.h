// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "backend/store.h"
#include "base/program.h"
#include "job/events.h"
#include "repo/repo.h"
#include "snapshot/retention.h"

/* What the commands of lifeboat share: options, opening a repository, progress, JSON. */

/* Exit codes (frozen). */
enum cli_exit {
	CLI_OK = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_PARTIAL = 3, /* finished, but some source files could not be read */
	CLI_DAMAGE = 4,  /* found by check */
	CLI_NO_REPOSITORY = 5,
	CLI_WRONG_KEY = 6,
	CLI_BUSY = 7, /* or fenced off by somebody else */
};

/* Targets of all option tables; a command uses those of its own table. */
struct cli_options {
	struct program_options program; /* first */
	const char *repo;
	const char *password_file;
	const char *password_command;
	const char *key_file;
	const char *recovery_file;
	const char *private_key;
	const char *cache_dir;
	const char *limit_upload;
	const char *limit_download;
	bool json;
	bool dry_run;
	/* which snapshots */
	struct opt_list tags;
	struct opt_list hosts;
	struct opt_list paths;
	/* which files */
	struct opt_list excludes;
	struct opt_list exclude_files;
	struct opt_list iexcludes;
	struct opt_list includes;
	struct opt_list include_files;
	struct opt_list iincludes;
	bool exclude_caches;
	struct opt_list exclude_marks;
	const char *exclude_larger;
	bool one_file_system;
	/* backup */
	bool from_stdin;
	bool from_command;
	const char *stdin_name;
	const char *host;
	const char *description;
	const char *parent;
	bool force;
	const char *compression;
	bool no_verify;
	uint64_t threads;
	bool no_scan;
	struct opt_list hooks[3]; /* before, after, failed */
	/* init */
	const char *label;
	const char *chunk_size;
	/* restore */
	const char *target;
	const char *conflict;
	bool delete_extra;
	/* check */
	bool read_data;
	const char *read_subset;
	bool owners_by_name;
	/* key */
	const char *new_password_file;
	const char *new_password_command;
	const char *new_key_file;
	const char *recipient;
	bool recovery_code;
	struct opt_list roles;
	/* find */
	const char *newer;
	const char *older;
	const char *larger;
	const char *smaller;
	const char *type;
	bool ignore_case;
	/* forget */
	const char *keep[LB_KEEP_COUNT];
	const char *within[LB_KEEP_COUNT];
	struct opt_list keep_tags;
	const char *group_by;
	bool prune;
	/* prune */
	const char *max_unused;
	const char *max_repack;
	const char *deadline;
	/* tag */
	struct opt_list add;
	struct opt_list remove;
	bool pin;
	bool unpin;
	/* copy */
	const char *to;
	const char *to_password_file;
	const char *to_password_command;
	const char *to_key_file;
	const char *to_recovery_file;
	const char *to_private_key;
	/* dump */
	const char *archive;
	/* ls */
	bool long_list;
	bool recursive;
};

/* The options of a call. */
static inline const struct cli_options *cli_options(const struct program_call *call)
{
	return (const struct cli_options *)(const void *)call->options;
}

extern const struct program cli_program;

/* Prints the error; `code` is what opening the repository said, if it did. */
int cli_fail(const struct program_call *call, int code, const struct err *err);

program_command cli_backup;
program_command cli_check;
program_command cli_completion;
program_command cli_copy;
program_command cli_diff;
program_command cli_dump;
program_command cli_find;
program_command cli_forget;
program_command cli_help;
program_command cli_init;
program_command cli_key;
program_command cli_ls;
program_command cli_repair;
program_command cli_prune;
program_command cli_restore;
program_command cli_snapshots;
program_command cli_stats;
program_command cli_tag;
program_command cli_version;

/* ---- key_pair.c ---- */

/* Makes the pair of a recipient in the file that the second argument names, and beside
 * it. */
enum err_code cli_key_pair(const struct program_call *call, struct buf *out,
                           struct err *err) ERR_CHECKED;

/* ---- cmd_prune.c ---- */

/* Checks the options of a prune before anything is done. */
enum err_code cli_prune_check(const struct program_call *call,
                              struct err *err) ERR_CHECKED;
/* The same for a command that prunes with --prune only. */
enum err_code cli_prune_check_optional(const struct program_call *call,
                                       struct err *err) ERR_CHECKED;
/* Prunes and prints; gives the exit code. A dry run takes the snapshots as gone. */
int cli_prune_run(struct program_call *call, struct lb_repo *repo,
                  const struct lb_id16 *without, size_t count);

/* ---- cli_level.c ---- */

/* The level that --compression names; the default one for NULL. */
enum err_code cli_level(const char *text, int *level, struct err *err) ERR_CHECKED;

/* ---- cli_store.c ---- */

/* What --limit-upload and --limit-download say; of no limit 0. ERR_USAGE. */
enum err_code cli_rates(const struct program_call *call, struct lb_rates *out,
                        struct err *err) ERR_CHECKED;
/* The store that a command works with, or the one of --to: a copy fetches from the one
 * and sends to the other, and each has its own limit. */
enum err_code cli_store_open(struct lb_backend **out, const struct program_call *call,
                             const char *path, bool target, struct err *err) ERR_CHECKED;
enum err_code cli_store_create(struct lb_backend **out, const struct program_call *call,
                               const char *path, struct err *err) ERR_CHECKED;

/* ---- cli_repo.c ---- */

/* Where the repository is: --repo or the environment. ERR_USAGE without. */
enum err_code cli_repo_path(const struct program_call *call, const char **path,
                            struct err *err) ERR_CHECKED;
/* Opens it with the password or key that options, environment or terminal give. On
 * failure `*exit_code` says which. */
enum err_code cli_open(struct program_call *call, struct lb_repo **out, int *exit_code,
                       struct err *err) ERR_CHECKED;
/* The same for check and repair; see lb_repo_open_damaged. */
enum err_code cli_open_damaged(struct program_call *call, struct lb_repo **out,
                               struct lb_repo_faults *faults, int *exit_code,
                               struct err *err) ERR_CHECKED;
/* The repository --to of a copy. */
enum err_code cli_open_target(struct program_call *call, struct lb_repo **out,
                              int *exit_code, struct err *err) ERR_CHECKED;

/* ---- cli_secret.c ---- */

/* What opens a key slot; owns it. */
struct cli_unlock {
	struct lb_secret secret;
	struct lb_unlock unlock;
	struct lb_public recipient; /* of a new key of that kind */
};
/* `prompt` is shown at the terminal when nothing else gives the password; `twice` asks
 * again for a new one. */
enum err_code cli_unlock_get(struct cli_unlock *out, const struct program_call *call,
                             const char *prompt, bool twice, struct err *err) ERR_CHECKED;
/* What opens the target of a copy; `as_source` where nothing else was said of it. */
enum err_code cli_unlock_target(struct cli_unlock *out, const struct program_call *call,
                                bool *as_source, struct err *err) ERR_CHECKED;
/* The secret of a new key, from --new-password-file and its kin, or the terminal. */
enum err_code cli_unlock_new(struct cli_unlock *out, const struct program_call *call,
                             struct err *err) ERR_CHECKED;
void cli_unlock_fini(struct cli_unlock *u);

#endif
