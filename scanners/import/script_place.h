// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_IMPORT_SCRIPT_PLACE_H
#define SCANNERS_IMPORT_SCRIPT_PLACE_H

#include "judge_internal.h"

/* Where a specifier of JavaScript or TypeScript leads: a file of the tree, or count. */

struct import_places {
	struct import_judge *j;
	struct map configs;  /* folder: the tsconfig.json that holds there, plus one */
	struct map packages; /* name: package.json, by address in nodes */
	struct map bare;     /* config, package.json, specifier: file, by address */
	size_t steps;        /* lines of manifests that were looked at */
	bool cut;            /* a tsconfig.json was not followed to its end */
	bool workspace;
	struct buf path;
	struct buf other;
};

/* What may stand behind a specifier, the likeliest first; NULL ends them. */
extern const char *const import_script_endings[];

/* Of all files, before anything is asked for. */
void import_places_note(struct import_places *p, size_t file);
void import_places_fini(struct import_places *p);
/* Too many lines were looked at: answers are not the whole truth any more. */
bool import_places_are_worn(const struct import_places *p);

/* By a path from the top: a file, or a folder with a package.json of its own. */
size_t import_place_at(struct import_places *p, struct span path);
/* By what is no path, said by a file of the folder. */
size_t import_place_named(struct import_places *p, struct span folder, struct span spec);
/* Is the path below node_modules? */
bool import_script_is_vendored(struct span path);

#endif
