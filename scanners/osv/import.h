// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OSV_IMPORT_H
#define SCANNERS_OSV_IMPORT_H

#include "base/cancel.h"
#include "build.h"

/*
 * Reads a dump of advisories: a folder with JSON files and zip archives at any depth, one
 * zip archive, or one JSON file. A file that is no advisory is told to `note` and
 * counted, the rest is read; an archive that is cut, or more than one such file in ten,
 * is an error, so that nobody takes half a dump for all of it.
 */

struct scan_osv_import {
	const char *path;
	const struct cancel *cancel; /* may be NULL */
	/* A file that was left out, and why; may be NULL. */
	void (*note)(const char *what, void *context);
	/* Advisories so far; may be NULL. */
	void (*progress)(uint64_t records, void *context);
	void *context;
	uint64_t max_bytes; /* of all content, unpacked; 0: 16 GiB */
};

/* Largest advisory. */
enum { SCAN_OSV_RECORD_MAX = 32 << 20 };

/* ERR_NOT_FOUND without such a path; ERR_CORRUPT for a dump that is damaged or has no
 * advisory at all; ERR_LIMIT above max_bytes. */
enum err_code scan_osv_import(const struct scan_osv_import *import,
                              struct scan_osv_build *into, struct err *err) ERR_CHECKED;

#endif
