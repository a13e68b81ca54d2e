// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OWNER_H
#define SCANNERS_OWNER_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdint.h>

/*
 * Who owns a file, by CODEOWNERS as GitHub reads it: the last line that matches decides.
 * Sections of GitLab count each by itself, and their owners are put together. Constant
 * once loaded.
 */

struct scan_owner_line {
	struct span pattern; /* without its slashes at the ends */
	const char *owners;  /* with one blank between; "" for nobody */
	size_t section;
	bool anchored; /* from the top, else any name on the way */
	bool folder;   /* what is below a folder of this name */
	bool direct;   /* "docs/" and a star: not what is deeper */
	bool except;   /* "!": nobody of the section */
};

struct scan_owners {
	struct arena arena;
	struct scan_owner_line *lines;
	size_t count;
	size_t cap;
	size_t sections;
	const char *trouble; /* why the file could not be read, NULL if it could */
};

#define SCAN_OWNERS_MAX_BYTES (UINT64_C(3) << 20)

enum err_code scan_owners_parse(struct scan_owners *o, struct span text,
                                struct err *err) ERR_CHECKED;
/* The text of the first that there is of .github, the top, docs and .gitlab, or
 * ERR_NOT_FOUND. With `staged` that of the next commit. */
struct vcs_staged;
enum err_code scan_owners_read(struct buf *text, const char *top,
                               struct vcs_staged *staged, struct err *err) ERR_CHECKED;
/* Reads and parses it. Nobody owns anything where there is none, or it cannot be read,
 * which is no failure. */
enum err_code scan_owners_load(struct scan_owners *o, const char *top,
                               struct vcs_staged *staged, struct err *err) ERR_CHECKED;
void scan_owners_fini(struct scan_owners *o);

/* Appends "@org/team @ann", or nothing. The path goes from the top. */
void scan_owners_of(const struct scan_owners *o, struct span path, struct buf *out);

#endif
