// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_BASELINE_H
#define SCANNERS_BASELINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"

#include <stdint.h>

/*
 * Findings that a project knows of and has accepted: a YAML file beside seaworthy.yml
 * that is committed, one sorted line a finding, with reason, owner and expiry. It holds
 * no line number, no count and no time, so that two branches merge. Of a secret it holds
 * what its value and the salt of the file hash to.
 */

struct scan_finding;

#define SCAN_BASELINE_FILE "seaworthy-baseline.yml"
#define SCAN_BASELINE_MAX_BYTES (UINT64_C(16) << 20)

enum { SCAN_SALT_BYTES = 32, SCAN_DATE_LENGTH = 10 };

struct scan_entry {
	/* What it is about. All three have to fit: who reviews a line can trust it. */
	const char *path; /* below the project root, as people see it (str_display) */
	const char *rule;
	const char *id; /* the fingerprint */
	/* For people; "" where nothing is said. */
	const char *what; /* the message when it was taken in */
	const char *reason;
	const char *owner;
	const char *expires; /* "2027-01-31": the last day on which it counts */
	struct span above;   /* the lines of comments in front of it */
	uint64_t line;       /* in the file; 0: new */
	bool used;           /* a finding fits; set by a scan */
};

struct scan_baseline {
	struct arena arena;
	const char *name; /* in messages and findings */
	const char *real; /* the file without links, NULL for a text */
	char salt[2 * SCAN_SALT_BYTES + 1];
	struct scan_entry **entries;
	size_t count;
	size_t cap;
	struct map by_id; /* id -> its struct scan_entry */
};

/* An empty one with a new salt; NULL without memory. */
struct scan_baseline *scan_baseline_new(const char *name);
void scan_baseline_free(struct scan_baseline *b);

/* `name` stands in messages. ERR_USAGE or ERR_CORRUPT with the place and the mend. */
enum err_code scan_baseline_parse(struct scan_baseline **out, struct span text,
                                  const char *name, struct err *err) ERR_CHECKED;
/* The file, or without one that of the project root, where NULL is given for none.
 * ERR_USAGE for a file that is none. */
enum err_code scan_baseline_load(struct scan_baseline **out, const char *root,
                                 const char *file, struct err *err) ERR_CHECKED;
/* That of the project root (absolute) as the next commit has it; NULL is given for none.
 */
struct vcs_staged;
enum err_code scan_baseline_load_staged(struct scan_baseline **out, const char *root,
                                        struct vcs_staged *staged,
                                        struct err *err) ERR_CHECKED;

/* The entry for a finding of this path below the project root, or NULL. */
struct scan_entry *scan_baseline_find(const struct scan_baseline *b,
                                      const struct scan_finding *f, const char *path);
/* Is the entry's last day over? */
bool scan_entry_expired(const struct scan_entry *e, int64_t now_ms);
/* Does it say why, and who answers for it? */
bool scan_entry_vouched(const struct scan_entry *e);
/* Copies the entry in; false without memory. One of the same id becomes this one, and
 * keeps what is said of it where this one says nothing. */
bool scan_baseline_add(struct scan_baseline *b, const struct scan_entry *e);
/* Takes out what is marked unused; gives how many. */
size_t scan_baseline_drop_unused(struct scan_baseline *b);
/* Is this a day of the calendar, as `expires` has them? */
bool scan_is_date(const char *text);

/* The whole file, sorted by path, rule and id. */
void scan_baseline_put(struct scan_baseline *b, struct buf *out);

#endif
