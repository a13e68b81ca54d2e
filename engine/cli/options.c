// SPDX-License-Identifier: Apache-2.0
#include "cli/options_internal.h"

#include "cli/cli.h"

#include <stddef.h>

#define AT(field) offsetof(struct cli_options, field)

const struct opt cli_common_options[] = {
	{ "repo", 'r', OPT_STRING, AT(repo), "PATH",
	  "the repository (or LIFEBOAT_REPOSITORY)", NULL },
	{ "password-file", 'p', OPT_STRING, AT(password_file), "FILE",
	  "read the password from its first line", NULL },
	{ "password-command", 0, OPT_STRING, AT(password_command), "COMMAND",
	  "read the password from what the command prints", NULL },
	{ "key-file", 0, OPT_STRING, AT(key_file), "FILE",
	  "unlock with this key file instead of a password", NULL },
	{ "recovery-file", 0, OPT_STRING, AT(recovery_file), "FILE",
	  "unlock with the recovery code in this file", NULL },
	{ "private-key", 0, OPT_STRING, AT(private_key), "FILE",
	  "unlock with the private key of a recipient in this file", NULL },
	{ "cache-dir", 0, OPT_STRING, AT(cache_dir), "DIR",
	  "where caches are kept (or LIFEBOAT_CACHE_DIR)", NULL },
	{ "limit-upload", 0, OPT_STRING, AT(limit_upload), "RATE",
	  "send no more a second, such as 2MiB; a bare number is KiB", NULL },
	{ "limit-download", 0, OPT_STRING, AT(limit_download), "RATE",
	  "fetch no more a second", NULL },
	{ "json", 0, OPT_FLAG, AT(json), NULL, "print JSON, for programs", NULL },
	PROGRAM_OPTIONS,
	{ 0 },
};

#define SNAPSHOT_OPTIONS                                                                  \
	{                                                                                 \
		"host", 0, OPT_LIST, AT(hosts), "NAME", "only snapshots of this machine", \
		NULL                                                                      \
	},                                                                                \
		{ "tag",    0,                                                            \
		  OPT_LIST, AT(tags),                                                     \
		  "TAG,..", "only snapshots with all these tags (repeatable: or)",        \
		  NULL },                                                                 \
	{                                                                                 \
		"path", 0, OPT_LIST, AT(paths), "PATH",                                   \
			"only snapshots of this source path", NULL                        \
	}
#define DRY_RUN_OPTION                                                                   \
	{                                                                                \
		"dry-run", 'n', OPT_FLAG, AT(dry_run), NULL,                             \
			"say what would be done, file by file, and change nothing", NULL \
	}
#define EXCLUDE_OPTIONS                                                                   \
	{                                                                                 \
		"exclude", 'e', OPT_LIST, AT(excludes), "GLOB", "leave out what matches", \
		NULL                                                                      \
	},                                                                                \
		{ "iexclude",    0,      OPT_LIST,                                        \
		  AT(iexcludes), "GLOB", "the same, ignoring case",                       \
		  NULL },                                                                 \
	{                                                                                 \
		"exclude-file", 0, OPT_LIST, AT(exclude_files), "FILE",                   \
			"leave out what a pattern in the file matches", NULL              \
	}

#define PRUNE_OPTIONS                                                                   \
	{ "max-unused",                                                                 \
	  0,                                                                            \
	  OPT_STRING,                                                                   \
	  AT(max_unused),                                                               \
	  "PERCENT|SIZE",                                                               \
	  "what may stay unused: 5% unless given, 0, 1GiB, unlimited",                  \
	  NULL },                                                                       \
		{ "max-repack", 0,                                                      \
		  OPT_STRING,   AT(max_repack),                                         \
		  "SIZE",       "rewrite at most so much",                              \
		  NULL },                                                               \
	{                                                                               \
		"deadline", 0, OPT_STRING, AT(deadline), "DURATION",                    \
			"begin to rewrite no pack after this time, such as 30min", NULL \
	}

const struct opt cli_init_options[] = {
	{ "label", 0, OPT_STRING, AT(label), "TEXT",
	  "name of the first key; USER@HOST unless given", NULL },
	{ 0 },
};
const struct opt cli_backup_options[] = {
	{ "tag", 't', OPT_LIST, AT(tags), "TAG", "give the snapshot a tag (repeatable)",
	  NULL },
	{ "description", 'd', OPT_STRING, AT(description), "TEXT",
	  "describe the snapshot", NULL },
	{ "host", 0, OPT_STRING, AT(host), "NAME", "the snapshot's machine name", NULL },
	EXCLUDE_OPTIONS,
	{ "exclude-caches", 0, OPT_FLAG, AT(exclude_caches), NULL,
	  "leave out folders with a CACHEDIR.TAG", NULL },
	{ "exclude-if-present", 0, OPT_LIST, AT(exclude_marks), "NAME[:HEADER]",
	  "leave out folders that hold such a file", NULL },
	{ "exclude-larger-than", 0, OPT_STRING, AT(exclude_larger), "SIZE",
	  "leave out files above this size, such as 2GiB", NULL },
	{ "one-file-system", 'x', OPT_FLAG, AT(one_file_system), NULL,
	  "do not go into other file systems", NULL },
	{ "parent", 0, OPT_STRING, AT(parent), "ID",
	  "compare with this snapshot; the newest of host and paths unless given", NULL },
	{ "force", 'f', OPT_FLAG, AT(force), NULL, "read all files again", NULL },
	{ "stdin", 0, OPT_FLAG, AT(from_stdin), NULL,
	  "store what comes from standard input as one file", NULL },
	{ "stdin-from-command", 0, OPT_FLAG, AT(from_command), NULL,
	  "store what a command prints; it stands behind --", NULL },
	{ "stdin-name", 0, OPT_STRING, AT(stdin_name), "NAME",
	  "the name of that file; stdin unless given", NULL },
	{ "compression", 'c', OPT_STRING, AT(compression), "LEVEL",
	  "none, fast, default, better, max, or a zstd level", NULL },
	{ "no-verify", 0, OPT_FLAG, AT(no_verify), NULL,
	  "do not read packs back before they are stored", NULL },
	{ "no-scan", 0, OPT_FLAG, AT(no_scan), NULL,
	  "do not count files ahead, for progress on a first backup", NULL },
	{ "hook-before", 0, OPT_LIST, AT(hooks[0]), "COMMAND",
	  "run this first; if it fails nothing is backed up (repeatable)", NULL },
	{ "hook-after", 0, OPT_LIST, AT(hooks[1]), "COMMAND",
	  "run this when a snapshot was made (repeatable)", NULL },
	{ "hook-failed", 0, OPT_LIST, AT(hooks[2]), "COMMAND",
	  "run this when none was made (repeatable)", NULL },
	{ "threads", 0, OPT_COUNT, AT(threads), "N", "workers (default: one a processor)",
	  NULL },
	DRY_RUN_OPTION,
	{ 0 },
};
const struct opt cli_check_options[] = {
	{ "read-data", 0, OPT_FLAG, AT(read_data), NULL, "read every byte of all packs",
	  NULL },
	{ "read-data-subset", 0, OPT_STRING, AT(read_subset), "N/T|P%",
	  "read part N of T, or the P percent whose verification is oldest", NULL },
	{ "threads", 0, OPT_COUNT, AT(threads), "N", "workers (default: one a processor)",
	  NULL },
	{ 0 },
};
const struct opt cli_copy_options[] = {
	{ "to", 0, OPT_STRING, AT(to), "REPO", "the repository that gets the copies",
	  NULL },
	{ "to-password-file", 0, OPT_STRING, AT(to_password_file), "FILE",
	  "the target's password is in this file's first line", NULL },
	{ "to-password-command", 0, OPT_STRING, AT(to_password_command), "COMMAND",
	  "the target's password is what the command prints", NULL },
	{ "to-key-file", 0, OPT_STRING, AT(to_key_file), "FILE",
	  "unlock the target with this key file", NULL },
	{ "to-recovery-file", 0, OPT_STRING, AT(to_recovery_file), "FILE",
	  "unlock the target with the recovery code in this file", NULL },
	{ "to-private-key", 0, OPT_STRING, AT(to_private_key), "FILE",
	  "unlock the target with the private key of a recipient", NULL },
	SNAPSHOT_OPTIONS,
	{ "compression", 'c', OPT_STRING, AT(compression), "LEVEL",
	  "none, fast, default, better, max, or a zstd level", NULL },
	{ "no-verify", 0, OPT_FLAG, AT(no_verify), NULL,
	  "do not read packs back before they are stored", NULL },
	{ "threads", 0, OPT_COUNT, AT(threads), "N", "workers (default: one a processor)",
	  NULL },
	{ "dry-run", 'n', OPT_FLAG, AT(dry_run), NULL,
	  "say which snapshots would be copied, and change nothing", NULL },
	{ 0 },
};
const struct opt cli_diff_options[] = { SNAPSHOT_OPTIONS, { 0 } };
const struct opt cli_find_options[] = {
	{ "ignore-case", 'i', OPT_FLAG, AT(ignore_case), NULL, "ignore case in patterns",
	  NULL },
	{ "type", 0, OPT_CHOICE, AT(type), "TYPE", "only entries of this type",
	  "file folder link fifo character block socket" },
	{ "newer", 0, OPT_STRING, AT(newer), "TIME",
	  "only what changed at TIME or since: 2026-03-01, or 30d for days ago", NULL },
	{ "older", 0, OPT_STRING, AT(older), "TIME", "only what changed before TIME",
	  NULL },
	{ "larger", 0, OPT_STRING, AT(larger), "SIZE",
	  "only files above this size, such as 10MiB", NULL },
	{ "smaller", 0, OPT_STRING, AT(smaller), "SIZE", "only files below this size",
	  NULL },
	SNAPSHOT_OPTIONS,
	{ 0 },
};
const struct opt cli_forget_options[] = {
	{ "keep-last", 'l', OPT_STRING, AT(keep[LB_KEEP_LAST]), "N",
	  "keep the newest N (or \"all\")", NULL },
	{ "keep-hourly", 'H', OPT_STRING, AT(keep[LB_KEEP_HOURLY]), "N",
	  "keep the newest of each of the last N hours that have any", NULL },
	{ "keep-daily", 'd', OPT_STRING, AT(keep[LB_KEEP_DAILY]), "N",
	  "the same for days", NULL },
	{ "keep-weekly", 'w', OPT_STRING, AT(keep[LB_KEEP_WEEKLY]), "N",
	  "the same for weeks", NULL },
	{ "keep-monthly", 'm', OPT_STRING, AT(keep[LB_KEEP_MONTHLY]), "N",
	  "the same for months", NULL },
	{ "keep-yearly", 'y', OPT_STRING, AT(keep[LB_KEEP_YEARLY]), "N",
	  "the same for years", NULL },
	{ "keep-within", 0, OPT_STRING, AT(within[LB_KEEP_LAST]), "DURATION",
	  "keep all within this time (1y6m2w30d12h) of the newest", NULL },
	{ "keep-within-hourly", 0, OPT_STRING, AT(within[LB_KEEP_HOURLY]), "DURATION",
	  "keep the newest of each hour within this time", NULL },
	{ "keep-within-daily", 0, OPT_STRING, AT(within[LB_KEEP_DAILY]), "DURATION",
	  "the same for days", NULL },
	{ "keep-within-weekly", 0, OPT_STRING, AT(within[LB_KEEP_WEEKLY]), "DURATION",
	  "the same for weeks", NULL },
	{ "keep-within-monthly", 0, OPT_STRING, AT(within[LB_KEEP_MONTHLY]), "DURATION",
	  "the same for months", NULL },
	{ "keep-within-yearly", 0, OPT_STRING, AT(within[LB_KEEP_YEARLY]), "DURATION",
	  "the same for years", NULL },
	{ "keep-tag", 0, OPT_LIST, AT(keep_tags), "TAG,..",
	  "keep those with all these tags (repeatable: or)", NULL },
	{ "group-by", 'g', OPT_STRING, AT(group_by), "host,paths,tags",
	  "judge snapshots apart that differ in these; host,paths unless given", NULL },
	SNAPSHOT_OPTIONS,
	{ "prune", 0, OPT_FLAG, AT(prune), NULL, "prune afterwards, with these:", NULL },
	PRUNE_OPTIONS,
	{ "dry-run", 'n', OPT_FLAG, AT(dry_run), NULL,
	  "say what would be done, and change nothing", NULL },
	{ 0 },
};
const struct opt cli_prune_options[] = {
	PRUNE_OPTIONS,
	{ "dry-run", 'n', OPT_FLAG, AT(dry_run), NULL,
	  "list every action, and change nothing", NULL },
	{ 0 },
};
const struct opt cli_tag_options[] = {
	{ "add", 0, OPT_LIST, AT(add), "TAG", "add a tag (repeatable)", NULL },
	{ "remove", 0, OPT_LIST, AT(remove), "TAG", "remove a tag (repeatable)", NULL },
	{ "description", 'd', OPT_STRING, AT(description), "TEXT",
	  "set the description; an empty one removes it", NULL },
	{ "pin", 0, OPT_FLAG, AT(pin), NULL, "forget never removes it", NULL },
	{ "unpin", 0, OPT_FLAG, AT(unpin), NULL, "forget may remove it", NULL },
	{ "dry-run", 'n', OPT_FLAG, AT(dry_run), NULL,
	  "say what would be done, and change nothing", NULL },
	{ 0 },
};
const struct opt cli_repair_options[] = {
	{ "read-data", 0, OPT_FLAG, AT(read_data), NULL,
	  "snapshots: read every byte of all packs first", NULL },
	{ "threads", 0, OPT_COUNT, AT(threads), "N", "workers (default: one a processor)",
	  NULL },
	{ "dry-run", 'n', OPT_FLAG, AT(dry_run), NULL,
	  "say what would be mended, and change nothing", NULL },
	{ 0 },
};
const struct opt cli_stats_options[] = { SNAPSHOT_OPTIONS, { 0 } };
const struct opt cli_snapshots_options[] = { SNAPSHOT_OPTIONS, { 0 } };
const struct opt cli_key_options[] = {
	{ "label", 0, OPT_STRING, AT(label), "TEXT",
	  "name of the new key; USER@HOST unless given", NULL },
	{ "role", 0, OPT_COMMAS, AT(roles), "ROLE,..",
	  "what it may do: backup, read, prune, admin; full (all four) unless given",
	  NULL },
	{ "new-password-file", 0, OPT_STRING, AT(new_password_file), "FILE",
	  "the new password is in this file's first line", NULL },
	{ "new-password-command", 0, OPT_STRING, AT(new_password_command), "COMMAND",
	  "the new password is what the command prints", NULL },
	{ "new-key-file", 0, OPT_STRING, AT(new_key_file), "FILE",
	  "what opens the new key is this file (32 bytes to 1 MiB)", NULL },
	{ "recipient", 0, OPT_STRING, AT(recipient), "FILE",
	  "what opens it is the private key to the public one in this file", NULL },
	{ "recovery-code", 0, OPT_FLAG, AT(recovery_code), NULL,
	  "what opens it is a code to write down, shown this once", NULL },
	DRY_RUN_OPTION,
	{ 0 },
};
const struct opt cli_ls_options[] = {
	{ "long", 'l', OPT_FLAG, AT(long_list), NULL, "with mode, owner, size and time",
	  NULL },
	{ "recursive", 'R', OPT_FLAG, AT(recursive), NULL, "go into folders", NULL },
	SNAPSHOT_OPTIONS,
	{ 0 },
};
const struct opt cli_dump_options[] = {
	{ "archive", 'a', OPT_CHOICE, AT(archive), "FORMAT",
	  "as an archive; tar for a folder unless given", "tar zip" },
	{ "include", 'i', OPT_LIST, AT(includes), "GLOB", "take only what matches",
	  NULL },
	EXCLUDE_OPTIONS,
	SNAPSHOT_OPTIONS,
	{ 0 },
};
const struct opt cli_restore_options[] = {
	{ "target", 't', OPT_STRING, AT(target), "DIR",
	  "where to: an absolute source /a/b lands at DIR/a/b", NULL },
	{ "include", 'i', OPT_LIST, AT(includes), "GLOB", "restore only what matches",
	  NULL },
	{ "iinclude", 0, OPT_LIST, AT(iincludes), "GLOB", "the same, ignoring case",
	  NULL },
	{ "include-file", 0, OPT_LIST, AT(include_files), "FILE",
	  "restore what a pattern in the file matches", NULL },
	EXCLUDE_OPTIONS,
	{ "conflict", 0, OPT_CHOICE, AT(conflict), "WHAT",
	  "what to do with files that are there already; overwrite unless given",
	  "overwrite skip if-newer keep-both prompt" },
	{ "delete", 0, OPT_FLAG, AT(delete_extra), NULL,
	  "remove what the snapshot does not have from the folders that it has", NULL },
	{ "no-verify", 0, OPT_FLAG, AT(no_verify), NULL,
	  "do not read back what was written", NULL },
	{ "owner-names", 0, OPT_FLAG, AT(owners_by_name), NULL,
	  "owners by name where this machine knows it, instead of by number", NULL },
	{ "threads", 0, OPT_COUNT, AT(threads), "N", "workers (default: one a processor)",
	  NULL },
	SNAPSHOT_OPTIONS,
	DRY_RUN_OPTION,
	{ 0 },
};
