/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIFEBOAT_H
#define LIFEBOAT_H

/*
 * liblifeboat: backups in a deduplicated, compressed and encrypted repository.
 *
 * C99 and C++. Every function that may fail returns a code, 0 on success, and fills the
 * error that it is given (which may be NULL). Strings that come in are UTF-8 or any bytes
 * of a path, ending in NUL; nothing is kept of them. Structures of options are to be
 * zeroed first: zero is the default of every member. A repository is used by one thread
 * at a time; different repositories by any number. Callbacks must not call the library
 * with the same repository.
 *
 * What it does not do, and the program lifeboat does: keys after the first one, tags and
 * pins, check and repair, find and diff.
 */

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define LIFEBOAT_API __attribute__((visibility("default")))
#else
#define LIFEBOAT_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- errors ---- */

/* What a function returns. */
enum lifeboat_code {
	LIFEBOAT_OK = 0,
	LIFEBOAT_NOT_FOUND = 1,
	LIFEBOAT_EXISTS = 2,
	LIFEBOAT_CORRUPT = 3, /* damaged, or altered */
	LIFEBOAT_AUTH = 4,    /* wrong password or key, or no permission */
	LIFEBOAT_LOCKED = 5,  /* somebody else holds it */
	LIFEBOAT_IO = 6,      /* the system refused; os_code has errno */
	LIFEBOAT_LIMIT = 7,   /* a maximum was reached */
	LIFEBOAT_MEMORY = 8,
	LIFEBOAT_CANCELLED = 9,
	LIFEBOAT_TIMEOUT = 10,
	LIFEBOAT_USAGE = 11,      /* what was asked for makes no sense */
	LIFEBOAT_UNSUPPORTED = 12 /* it does, but not here */
};

/* Belongs to the caller; the text names the place and what mends it. */
struct lifeboat_error {
	int code;
	int os_code; /* errno, 0 if none */
	char message[512];
};

/* The code's name, such as "corrupt"; static. */
LIFEBOAT_API const char *lifeboat_code_name(int code);

/* The version of the library, such as "0.1.0"; static. */
LIFEBOAT_API const char *lifeboat_version(void);

/* ---- cancelling ---- */

/* Something that stops a call from outside. Once set it stays set. */
struct lifeboat_cancel;

/* NULL without memory. */
LIFEBOAT_API struct lifeboat_cancel *lifeboat_cancel_new(void);

/* From any thread, and from signal handlers. The call that has it returns
 * LIFEBOAT_CANCELLED soon; what it had stored by then is reused by the next one. */
LIFEBOAT_API void lifeboat_cancel_set(struct lifeboat_cancel *cancel);

/* When no call uses it any more. NULL is fine. */
LIFEBOAT_API void lifeboat_cancel_free(struct lifeboat_cancel *cancel);

/* ---- telling ---- */

/* How far a call is. */
struct lifeboat_progress {
	uint64_t files;
	uint64_t bytes;
	uint64_t files_total; /* 0 = not known */
	uint64_t bytes_total;
	uint64_t errors;
	const char *current; /* name of what is worked on: bytes without NUL at the end */
	size_t current_length;
};

/* What a call tells while it runs: from any of its threads, one call at a time. Members
 * may be NULL. */
struct lifeboat_events {
	void *context;
	/* About ten times a second. Anything but 0 cancels. */
	int (*progress)(void *context, const struct lifeboat_progress *progress);
	/* A file that could not be treated as asked; the rest goes on. */
	void (*trouble)(void *context, const char *path, size_t path_length,
	                const struct lifeboat_error *error);
};

/* ---- repositories ---- */

/* How a repository is unlocked. */
enum lifeboat_key_kind {
	LIFEBOAT_KEY_PASSWORD = 1,
	LIFEBOAT_KEY_FILE = 2,     /* the contents of a key file */
	LIFEBOAT_KEY_RECOVERY = 3, /* the text of a recovery code */
	LIFEBOAT_KEY_PRIVATE = 4 /* the text of a recipient's private key; not for init */
};

/* A secret; the caller wipes it. */
struct lifeboat_key {
	int kind; /* enum lifeboat_key_kind */
	const void *bytes;
	size_t length;
};

/* An open repository. */
struct lifeboat_repository;

/* Makes a repository in a folder that is empty or not there yet. `label` names the key.
 * LIFEBOAT_EXISTS if there is one. Here and below LIFEBOAT_USAGE for an address ("s3:..",
 * "host:/.."): folders alone are supported yet, and one of such a name is "./s3:..". */
LIFEBOAT_API int lifeboat_init(const char *path, const struct lifeboat_key *key,
                               const char *label, struct lifeboat_error *error);

/* Opens a repository; `cache_folder` may be NULL: then nothing is kept for the next time.
 * LIFEBOAT_NOT_FOUND: there is none. LIFEBOAT_AUTH: no key opens with this. */
LIFEBOAT_API int lifeboat_open(struct lifeboat_repository **out, const char *path,
                               const struct lifeboat_key *key, const char *cache_folder,
                               struct lifeboat_error *error);

/* NULL is fine. */
LIFEBOAT_API void lifeboat_close(struct lifeboat_repository *repository);

/* ---- backup ---- */

/* Room for the id of a snapshot in text, and its NUL. */
#define LIFEBOAT_ID 33

struct lifeboat_backup_options {
	const char *const *paths;
	size_t path_count;
	const char *const *tags;
	size_t tag_count;
	const char *const *excludes; /* patterns, as `lifeboat help patterns` says */
	size_t exclude_count;
	const char *description;
	const char *host; /* NULL: this machine's name */
	unsigned threads; /* 0 = one a processor; at most 1024 */
	int read_all;     /* also files that look unchanged */
	int dry_run;      /* store nothing */
	const struct lifeboat_events *events;
	struct lifeboat_cancel *cancel;
};

struct lifeboat_backup_result {
	char snapshot[LIFEBOAT_ID]; /* "" after a dry run */
	uint64_t files;
	uint64_t folders;
	uint64_t bytes;
	uint64_t bytes_stored; /* what the repository grew by */
	uint64_t errors;       /* each was told as trouble */
};

/* Stores paths as a new snapshot. LIFEBOAT_OK with errors above 0: the snapshot is there
 * without what could not be read. */
LIFEBOAT_API int lifeboat_backup(struct lifeboat_repository *repository,
                                 const struct lifeboat_backup_options *options,
                                 struct lifeboat_backup_result *result,
                                 struct lifeboat_error *error);

/* ---- snapshots ---- */

struct lifeboat_snapshot {
	char id[LIFEBOAT_ID];
	int64_t time_ns; /* start, since 1970 */
	const char *host;
	const char *user;
	const char *description;
	const char *const *paths;
	size_t path_count;
	const char *const *tags;
	size_t tag_count;
	int pinned;
	int partial; /* of an unfinished backup */
	uint64_t files;
	uint64_t folders;
	uint64_t bytes;
	uint64_t errors;
};

/* What is given is valid until it returns. Anything but 0 ends the list. */
typedef int lifeboat_snapshot_visit(void *context,
                                    const struct lifeboat_snapshot *snapshot);

/* All snapshots, oldest first, as of now. */
LIFEBOAT_API int lifeboat_snapshots(struct lifeboat_repository *repository,
                                    lifeboat_snapshot_visit *visit, void *context,
                                    struct lifeboat_error *error);

/* ---- what is in a snapshot ---- */

enum lifeboat_type {
	LIFEBOAT_FILE = 1,
	LIFEBOAT_FOLDER = 2,
	LIFEBOAT_LINK = 3,
	LIFEBOAT_FIFO = 4,
	LIFEBOAT_CHARACTER_DEVICE = 5,
	LIFEBOAT_BLOCK_DEVICE = 6,
	LIFEBOAT_SOCKET = 7
};

/* Paths and targets are bytes without NUL at the end. */
struct lifeboat_entry {
	int type;         /* enum lifeboat_type */
	const char *path; /* from where the walk started, without a slash in front */
	size_t path_length;
	uint64_t size;
	uint32_t mode; /* 12 bits */
	uint32_t uid;
	uint32_t gid;
	int64_t mtime_s;
	uint32_t mtime_ns;
	const char *target; /* of a link */
	size_t target_length;
	int damaged; /* it could not be read to its end */
};

/* What a visit wants next. */
enum lifeboat_next {
	LIFEBOAT_CONTINUE = 0,
	LIFEBOAT_SKIP = 1, /* do not go into this folder */
	LIFEBOAT_STOP = 2
};

typedef int lifeboat_entry_visit(void *context, const struct lifeboat_entry *entry);

/* All that is in a folder of a snapshot, depth first, by name. `snapshot` is "latest" or
 * the start of an id; an empty path is all of it. */
LIFEBOAT_API int lifeboat_walk(struct lifeboat_repository *repository,
                               const char *snapshot, const char *path,
                               lifeboat_entry_visit *visit, void *context,
                               struct lifeboat_error *error);

/* ---- restore ---- */

/* What to do with a file that is there already. */
enum lifeboat_conflict {
	LIFEBOAT_OVERWRITE = 0, /* blocks that are the same are not written */
	LIFEBOAT_KEEP = 1,      /* leave it alone */
	LIFEBOAT_IF_NEWER = 2,
	LIFEBOAT_KEEP_BOTH = 3
};

struct lifeboat_restore_options {
	const char *snapshot; /* "latest" or the start of an id */
	const char *path;     /* in the snapshot; NULL: all of it */
	const char *target;   /* the folder that is written to */
	int conflict;         /* enum lifeboat_conflict */
	int delete_extra;     /* remove what the snapshot's folders do not have */
	int no_verify;        /* do not read back what was written */
	unsigned threads;     /* 0 = one a processor; at most 1024 */
	int dry_run;
	const struct lifeboat_events *events;
	struct lifeboat_cancel *cancel;
};

struct lifeboat_restore_result {
	uint64_t files;
	uint64_t folders;
	uint64_t bytes;
	uint64_t bytes_written;
	uint64_t skipped;
	uint64_t deleted;
	uint64_t errors; /* each was told as trouble */
};

/* Writes what is in a snapshot to a folder. LIFEBOAT_OK with errors above 0: all else was
 * restored. */
LIFEBOAT_API int lifeboat_restore(struct lifeboat_repository *repository,
                                  const struct lifeboat_restore_options *options,
                                  struct lifeboat_restore_result *result,
                                  struct lifeboat_error *error);

/* ---- dump ---- */

enum lifeboat_dump_form {
	LIFEBOAT_DUMP_PLAIN = 0, /* a file's content; a folder as tar */
	LIFEBOAT_DUMP_TAR = 1,   /* pax */
	LIFEBOAT_DUMP_ZIP = 2    /* files, folders and links only */
};

/* Takes the bytes, in order; anything but 0 ends the dump with LIFEBOAT_CANCELLED. */
typedef int lifeboat_dump_write(void *context, const void *bytes, size_t length);

struct lifeboat_dump_options {
	const char *snapshot; /* "latest" or the start of an id */
	const char *path;     /* in the snapshot; NULL: all of it */
	int form;             /* enum lifeboat_dump_form */
	lifeboat_dump_write *write;
	void *write_context;
	const struct lifeboat_events *events;
	struct lifeboat_cancel *cancel;
};

struct lifeboat_dump_result {
	uint64_t files;
	uint64_t folders;
	uint64_t others;
	uint64_t bytes;
	uint64_t left_out; /* what zip cannot have; each was told as trouble */
	uint64_t errors;   /* each was told as trouble */
};

/* Gives the content of a file, or a folder as an archive, to the caller as it is read.
 * After an error what was given is a beginning at most. */
LIFEBOAT_API int lifeboat_dump(struct lifeboat_repository *repository,
                               const struct lifeboat_dump_options *options,
                               struct lifeboat_dump_result *result,
                               struct lifeboat_error *error);

/* ---- forget and prune ---- */

/* Which snapshots go: those that are named, or those that the rules do not keep. A rule
 * is a number, 0 for none of it; rules add up, and pinned snapshots stay. */
struct lifeboat_forget_options {
	const char *const *snapshots; /* ids or their starts; then no rules */
	size_t snapshot_count;
	/* "a,b": the rules are about snapshots with both tags, others stay; NULL: all. */
	const char *tags;
	const char *keep_within; /* such as "30d": all this long before the newest */
	unsigned keep_last;
	unsigned keep_hourly; /* the newest of each of so many hours that have any, .. */
	unsigned keep_daily;  /* as UTC counts them */
	unsigned keep_weekly;
	unsigned keep_monthly;
	unsigned keep_yearly;
	int dry_run;
};

struct lifeboat_forget_result {
	uint64_t removed;
	uint64_t kept; /* of those that it was about */
};

/* Removes snapshots; what they held stays until a prune. LIFEBOAT_USAGE where nothing is
 * named and no rule keeps anything, and for a pinned snapshot; then none is removed. */
LIFEBOAT_API int lifeboat_forget(struct lifeboat_repository *repository,
                                 const struct lifeboat_forget_options *options,
                                 struct lifeboat_forget_result *result,
                                 struct lifeboat_error *error);

struct lifeboat_prune_options {
	unsigned max_unused; /* in 1/1000 of what stays: so much may stay unused */
	unsigned seconds;    /* begin nothing after this time; 0: no end */
	int dry_run;
	const struct lifeboat_events *events;
	struct lifeboat_cancel *cancel;
};

struct lifeboat_prune_result {
	uint64_t bytes_before; /* stored */
	uint64_t bytes_after;
	int stopped; /* the time was over: the next prune goes on */
};

/* Frees what no snapshot needs, beside backups that run. One that dies loses nothing. */
LIFEBOAT_API int lifeboat_prune(struct lifeboat_repository *repository,
                                const struct lifeboat_prune_options *options,
                                struct lifeboat_prune_result *result,
                                struct lifeboat_error *error);

#ifdef __cplusplus
}
#endif

#endif
