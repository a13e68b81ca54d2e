// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_DEPEND_DEPEND_H
#define SCANNERS_DEPEND_DEPEND_H

#include "scanners/pass.h"

/*
 * The rules dependency.*: what lock files and manifests say, and what advisories say of
 * it. A file that is neither costs a look at its name.
 */

struct scan_osv;

/* Advisories and how old they may be; shared by all workers of a scan. */
struct scan_advisories {
	struct scan_osv *db; /* owned; NULL: there are none */
	char lack[512];      /* why not all can be said: no index, too old; or "" */
	enum scan_lack kind; /* of that */
};

/* Opens the index at `path` (NULL: the user's own place). Without one, or with a damaged
 * or old one, `lack` says so: it is no failure. Not older than max_age_ms at `now_ms`. */
enum err_code scan_advisories_open(struct scan_advisories *a, const char *path,
                                   int64_t now_ms, int64_t max_age_ms,
                                   struct err *err) ERR_CHECKED;
void scan_advisories_close(struct scan_advisories *a);

/* Is it a lock file or a manifest, by its path? What is found there depends on more than
 * the file: on advisories, and on the files beside it. */
bool scan_depend_wants(struct span project);
/* Runs the rules that are on over the pass's file. */
void scan_depend_file(struct scan_pass *p);
/* The same for a file that is no text. */
void scan_depend_binary(struct scan_pass *p);

/* For manifest.c: makes the evidence of dependency.vulnerable partial. */
void scan_depend_lack(struct scan_pass *p, enum scan_lack lack, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* manifest.c: lock-missing and lock-stale. */
void scan_manifest_file(struct scan_pass *p);

#endif
