// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"
#include "cli/options_internal.h"

/* Sorted by name: help and completions show them in this order. */
static const struct program_entry entries[] = {
	{ { "backup", "PATH..|--stdin|--stdin-from-command CMD..",
	    "store files as a new snapshot",
	    "Reads what changed since the last backup of the same paths, and stores what "
	    "the repository does not have yet. Exit code 3 if something could not be "
	    "read: the snapshot then holds all the rest. Links on the way to a PATH are "
	    "followed; a PATH that is a link itself is stored as that link.\n\n"
	    "With --stdin or --stdin-from-command the snapshot has one file, /NAME. A "
	    "command that fails ends the backup with exit code 1, and no snapshot is "
	    "made.",
	    "lifeboat backup /etc /home # two folders\n"
	    "lifeboat backup -x / --exclude /tmp --exclude '*.o' # a whole system\n"
	    "lifeboat backup ~/mail --tag mail --description 'before the move'\n"
	    "lifeboat backup --stdin-name db.sql --stdin-from-command -- pg_dump db\n"
	    "lifeboat backup ~ --hook-before 'mount /mnt' --hook-after 'umount /mnt'",
	    cli_backup_options, 0, SIZE_MAX },
	  cli_backup },
	{ { "check", "", "look for damage",
	    "Looks at configuration, keys, log and index, at the trees of all snapshots, "
	    "and whether all packs are there; with --read-data at every byte, and whether "
	    "the index tells of each pack what is in it. Names each damaged object, the "
	    "files of snapshots that it affects, and the mend. Exit code 4 if there is "
	    "damage, 1 if something could not be looked at. The restorability score says "
	    "which share of the packs' bytes this machine has verified, and how long ago "
	    "at most.",
	    "lifeboat check # the structure, in seconds\n"
	    "lifeboat check --read-data # every byte\n"
	    "lifeboat check --read-data-subset 5% # a little every day, the oldest first",
	    cli_check_options, 0, 0 },
	  cli_check },
	{ { "completion", "bash|zsh|fish", "print the completion script of a shell",
	    "Prints a script that completes commands, options and their values.",
	    "lifeboat completion bash > /etc/bash_completion.d/lifeboat # for all users\n"
	    "lifeboat completion zsh --json # as the field \"script\"",
	    NULL, 1, 1 },
	  cli_completion },
	{ { "copy", "[ID..] --to REPO", "copy snapshots into another repository",
	    "Copies the snapshots named, or all that the options let through, oldest first. "
	    "The target has keys of its own: every chunk is read, checked, and stored "
	    "there unless it is known; both may be in use meanwhile. A copy keeps times, "
	    "host, paths, tags, description and pin, and remembers what it is a copy of: "
	    "what was copied before is skipped, so a copy that was stopped goes on when "
	    "it is started again. Files keep the chunks that they were cut into. A "
	    "snapshot of which something cannot be read is named and left out: exit code "
	    "4 if it is damaged, else 1.",
	    "lifeboat copy --to /mnt/second --to-password-file ~/.second # all\n"
	    "lifeboat copy latest --to /mnt/second --dry-run # only says\n"
	    "lifeboat copy --to /mnt/second --host mars --tag monthly # some",
	    cli_copy_options, 0, SIZE_MAX },
	  cli_copy },
	{ { "diff", "A B[:PATH]", "show what differs between two snapshots",
	    "A and B are starts of ids or `latest`. Lines start with + for what B has more, "
	    "- for what it lacks, and M for what changed, followed by what of it did. A "
	    "PATH after either is meant for both, unless both have one.",
	    "lifeboat diff 5f2c latest # all that changed since\n"
	    "lifeboat diff 5f2c latest:/etc # in one folder",
	    cli_diff_options, 2, 2 },
	  cli_diff },
	{ { "dump", "ID[:PATH]", "print a file, or a folder as an archive",
	    "Writes the content of the file at PATH to standard output, or a folder as a "
	    "tar (pax) or zip archive in which names start below PATH. Zip holds files, "
	    "folders and symbolic links only; what else there is is named on stderr. Exit "
	    "code 1 if something could not be read: a file that is damaged behind its "
	    "beginning ends the output, for what was written cannot be taken back.",
	    "lifeboat dump latest:/etc/fstab # one file\n"
	    "lifeboat dump 5f2c:/home/ann | tar -xC /tmp/ann # a folder\n"
	    "lifeboat dump latest:/srv --archive zip > srv.zip",
	    cli_dump_options, 1, 1 },
	  cli_dump },
	{ { "find", "PATTERN..", "look for files in all snapshots",
	    "Shows every entry that a pattern matches, with the snapshot it is in. See "
	    "`lifeboat help patterns`; ! has no meaning here. Times are those when the file's "
	    "content changed last. Exit code 4 if some folders could not be read.",
	    "lifeboat find '*.pdf' --newer 30d # changed in the last 30 days\n"
	    "lifeboat find /etc/fstab --host mars # one path, in each snapshot of a machine\n"
	    "lifeboat find '**' --larger 1GiB --tag home # large files",
	    cli_find_options, 1, SIZE_MAX },
	  cli_find },
	{ { "forget", "[ID..]", "remove snapshots by name or by policy",
	    "Removes the snapshots named, or those that no --keep option wants; each is "
	    "shown with the reason. Pinned ones always stay. What they alone used is "
	    "freed by `lifeboat prune`, or at once with --prune.",
	    "lifeboat forget --keep-daily 7 --keep-weekly 5 --dry-run # only says\n"
	    "lifeboat forget --keep-within 30d --keep-monthly 12 # of each machine and paths\n"
	    "lifeboat forget 5f2c 77aa # these two",
	    cli_forget_options, 0, SIZE_MAX },
	  cli_forget },
	{ { "help", "[TOPIC]", "help on a command or a topic",
	    "Topics beside the commands: exit-codes, hooks, patterns, secrets.",
	    "lifeboat help patterns # what --exclude understands", NULL, 0, 1 },
	  cli_help },
	{ { "init", "", "make a new repository",
	    "Makes the folder if need be, and a first key slot for the password.",
	    "lifeboat -r /srv/backup init # asks for a password\n"
	    "lifeboat -r /srv/backup -p ~/.backup-password init # takes it from a file",
	    cli_init_options, 0, 0 },
	  cli_init },
	{ { "key", "list|add|remove|passwd|generate [KEY]",
	    "list, add, change and remove keys",
	    "A key is a password, a key file, a recovery code or a recipient, with a label "
	    "and roles: "
	    "`backup` stores snapshots, `read` lists and restores them, `prune` forgets, "
	    "tags and prunes, `admin` changes keys. A key with the role backup alone can "
	    "add to the repository and read nothing of it.\n\n"
	    "`remove` takes a label or the start of an id; it refuses the last key that can "
	    "read and administer. Whoever has copied a key's slot and knows its secret can "
	    "still read what was stored up to then, but no longer write. `passwd` puts "
	    "a new secret in the place of the one in use; whatever interrupts it, one of "
	    "the two opens the repository.\n\n"
	    "`generate FILE` makes the key pair of a recipient, private in FILE and public in "
	    "FILE.pub. Who is given the public one adds a key with it that only the private "
	    "one opens: no secret changes hands.",
	    "lifeboat key list\n"
	    "lifeboat key add --new-password-file ~/.other --label laptop\n"
	    "lifeboat key add --recovery-code --label safe # prints it once\n"
	    "lifeboat key add --role backup --new-key-file client.key # can only add\n"
	    "lifeboat key generate ~/.lifeboat-key # once, by who is to be let in\n"
	    "lifeboat key add --recipient ann.pub --label ann # by who lets in\n"
	    "lifeboat key remove laptop\n"
	    "lifeboat key passwd # asks for the new password",
	    cli_key_options, 1, 2 },
	  cli_key },
	{ { "ls", "ID[:PATH]", "list the files of a snapshot",
	    "ID is the start of a snapshot's id or `latest`. Exit code 4 if some folders "
	    "could not be read.",
	    "lifeboat ls latest:/etc # one folder\n"
	    "lifeboat ls -lR 5f2c # everything, with owners and times",
	    cli_ls_options, 1, 1 },
	  cli_ls },
	{ { "prune", "", "free what no snapshot uses",
	    "Removes packs that no snapshot needs, and rewrites those with much waste or of "
	    "small size. Backups, forgets and other prunes may run meanwhile. It may be "
	    "stopped at any time; the next one goes on. Exit code 7 if other prunes kept "
	    "it from its work.",
	    "lifeboat prune --dry-run # only says\n"
	    "lifeboat prune --max-unused 0 # as small as can be\n"
	    "lifeboat prune --max-repack 50GiB --deadline 2h # a part each night",
	    cli_prune_options, 0, 0 },
	  cli_prune },
	{ { "repair", "config|index|packs|snapshots", "mend what check has found",
	    "`config` writes damaged copies of configuration, key slots and records "
	    "again. `index` builds segments that cannot be read, or are wrong about their "
	    "packs, anew from the packs, and registers packs that none names. `packs` "
	    "reads all packs, stores again what can be saved of broken ones, and "
	    "condemns them; a backup of the same files then stores the rest again. "
	    "`snapshots` replaces those that have lost something: the files concerned "
	    "end before the first lost byte and are marked as incomplete; nothing is "
	    "ever filled with zeros. Exit code 4 if something stays lost.",
	    "lifeboat repair index # after check has named a segment\n"
	    "lifeboat repair snapshots --dry-run # what would be marked",
	    cli_repair_options, 1, 1 },
	  cli_repair },
	{ { "restore", "ID[:PATH] --target DIR", "write files of a snapshot to a folder",
	    "ID is the start of a snapshot's id or `latest`; with PATH, the contents of "
	    "that folder land in DIR itself. Files that are there already are compared, "
	    "and only blocks that differ are written; so a restore that was stopped goes "
	    "on when it is started again. --conflict keep-both restores beside them, as "
	    "NAME.restored. --delete never touches what lies outside the folders that "
	    "were backed up, on other file systems, or is excluded. A file whose content "
	    "is damaged in the repository is left out, or kept as far as it is readable "
	    "as NAME.damaged. Exit code 1 if anything could not be restored as it was: "
	    "all the rest then is.",
	    "lifeboat restore latest --target /tmp/r # /etc lands in /tmp/r/etc\n"
	    "lifeboat restore 5f2c:/home/ann/doc --target ~/doc # one folder\n"
	    "lifeboat restore latest --target / --include /etc --delete --dry-run",
	    cli_restore_options, 1, 1 },
	  cli_restore },
	{ { "snapshots", "", "list the snapshots", NULL,
	    "lifeboat snapshots --host mars # of one machine\n"
	    "lifeboat snapshots --json # for programs",
	    cli_snapshots_options, 0, 0 },
	  cli_snapshots },
	{ { "stats", "[ID..]", "say what snapshots hold and what they cost",
	    "Of all snapshots, or of those named. Exit code 4 if something of them is damaged: "
	    "it is named, and the figures are of the rest.",
	    "lifeboat stats # all snapshots\n"
	    "lifeboat stats latest --json # one, for programs",
	    cli_stats_options, 0, SIZE_MAX },
	  cli_stats },
	{ { "tag", "ID..", "change tags, description or pin of snapshots",
	    "The files of a snapshot never change; what is said about it may.",
	    "lifeboat tag latest --add release --remove draft # tags\n"
	    "lifeboat tag 5f2c --pin --description 'before the move' # kept for good",
	    cli_tag_options, 1, SIZE_MAX },
	  cli_tag },
	{ { "version", "", "print the version", NULL,
	    "lifeboat version # name and number\n"
	    "lifeboat version --json # and the repositories' format",
	    NULL, 0, 0 },
	  cli_version },
	{ { 0 }, NULL },
};

static const struct program_topic topics[] = {
	{ "exit-codes", "what the exit code says",
	  "Exit codes (frozen)\n\n"
	  "  0        complete\n"
	  "  1        failed, or a hook of a backup did\n"
	  "  2        wrong usage; nothing was done\n"
	  "  3        finished, but some source files could not be read\n"
	  "  4        damage was found (check, copy, find, ls, repair, stats)\n"
	  "  5        no repository there\n"
	  "  6        wrong password or key\n"
	  "  7        busy, or fenced off by somebody else\n"
	  "  128 + n  ended by signal n\n" },
	{ "hooks", "commands around a backup",
	  "Commands around a backup, run by sh\n\n"
	  "  --hook-before  first of all, before the repository is opened. The first that\n"
	  "                 fails ends it: nothing is backed up, exit code 1\n"
	  "  --hook-after   when a snapshot was made, exit codes 0 and 3. If one fails the\n"
	  "                 snapshot stays, and the exit code is 1\n"
	  "  --hook-failed  when none was made, also after a signal or a hook that failed\n\n"
	  "Each may be given more than once. A mistake in the call (exit code 2) runs none,\n"
	  "nor does a dry run. What they print goes to stderr, what they leave running\n"
	  "stays. Their environment says\n\n"
	  "  LIFEBOAT_COMMAND      backup\n"
	  "  LIFEBOAT_HOOK         before, after or failed\n"
	  "  LIFEBOAT_REPOSITORY   where the repository is\n"
	  "  LIFEBOAT_EXIT         the exit code so far (after, failed)\n"
	  "  LIFEBOAT_ERROR        what went wrong (failed)\n"
	  "  LIFEBOAT_SNAPSHOT     the id, and of the snapshot (after):\n"
	  "  LIFEBOAT_FILES, LIFEBOAT_FOLDERS, LIFEBOAT_BYTES, LIFEBOAT_BYTES_NEW,\n"
	  "  LIFEBOAT_BYTES_ADDED, LIFEBOAT_UNREADABLE\n\n"
	  "and has no LIFEBOAT_PASSWORD, LIFEBOAT_PASSWORD_FILE or\n"
	  "LIFEBOAT_PASSWORD_COMMAND: a hook that uses the repository needs a key of its\n"
	  "own.\n" },
	{ "patterns", "what --exclude and its kin understand",
	  "Patterns\n\n"
	  "  *      any characters within a name      ?     one character\n"
	  "  [a-z]  one character of a set            **    any number of folders\n"
	  "  foo    any file or folder named foo      foo/  folders only\n"
	  "  a/b    these names one after the other   /a/b  from the root\n"
	  "  !foo   takes back what an earlier pattern left out\n\n"
	  "A pattern is about what it matches and all that is inside. The last pattern\n"
	  "that is about a path decides. Pattern files have one a line; # starts a\n"
	  "comment.\n" },
	{ "secrets", "where the password comes from",
	  "Where the password comes from, in this order\n\n"
	  "  --key-file FILE, --recovery-file FILE, --private-key FILE,\n"
	  "  --password-file FILE, --password-command COMMAND\n"
	  "  (each FILE may be a pipe, such as <(pass show backup) of a shell)\n"
	  "  LIFEBOAT_PASSWORD, LIFEBOAT_PASSWORD_FILE, LIFEBOAT_PASSWORD_COMMAND,\n"
	  "  LIFEBOAT_KEY_FILE\n"
	  "  the terminal\n\n"
	  "For the target of `lifeboat copy` the same with --to-password-file and its kin,\n"
	  "and LIFEBOAT_TO_PASSWORD, LIFEBOAT_TO_PASSWORD_FILE,\n"
	  "LIFEBOAT_TO_PASSWORD_COMMAND and LIFEBOAT_TO_KEY_FILE; without any of these\n"
	  "what opens the source.\n\n"
	  "A password is never an argument, where every user of the machine could read\n"
	  "it. Of a file or a command's output the first line counts.\n" },
	{ 0 },
};

static int exit_of(const struct err *err)
{
	return err->code == ERR_LOCKED ? CLI_BUSY : CLI_FAILED;
}

const struct program cli_program = {
	.name = "lifeboat",
	.lead = "lifeboat keeps backups: deduplicated, compressed, encrypted, and checked "
		"before\nthey count.\n",
	.hint = "`lifeboat init` makes a repository and `lifeboat backup PATH` fills it",
	.usage = "[-r REPO] [OPTIONS] COMMAND [OPTIONS] [ARGUMENTS]",
	.examples = "  lifeboat -r /srv/backup init           # once\n"
		    "  lifeboat -r /srv/backup backup /home   # as often as you like\n"
		    "  lifeboat -r /srv/backup snapshots      # what there is\n",
	.common = cli_common_options,
	.entries = entries,
	.topics = topics,
	.exit_of = exit_of,
};

int cli_fail(const struct program_call *call, int code, const struct err *err)
{
	int general = program_fail(call, err);

	return general > 128 || code == CLI_FAILED ? general : code;
}
