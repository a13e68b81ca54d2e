// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_ENGINE_INTERNAL_H
#define SCANNERS_ENGINE_INTERNAL_H

#include "base/arena.h"
#include "lib/hyperscan.h"
#include "literal.h"
#include "scanners/engine.h"

#include <pthread.h>
#include <stdatomic.h>

/* Shared by engine.c (what there is to find), engine_cache.c (compiled patterns on disk)
 * and finder.c (finding). */

/* The mark of a suppression: an own id behind those of the rules. */
#define ENGINE_ALLOW "seaworthy:allow"

/* From there on: what hardcoded values are known by (hardcoded_marks.h). */
#define ENGINE_MARK 1

struct engine_rule {
	size_t min; /* bytes of a match */
	size_t max; /* SCAN_SHAPE_LONG: any number */
	/* Neither Hyperscan nor a literal finds it: PCRE2 looks everywhere, or, if it
	 * stands apart, in the few files that the rule is for. */
	bool always;
	bool apart;
	/* Bytes of a run (glance.h) that every match begins with; 0: it is found
	 * otherwise. */
	size_t head;
	uint64_t first[4]; /* of such a match, as in shape.h */
	bool border;
	atomic_bool is_compiled;
	struct scan_compiled compiled;
};

struct scan_engine {
	const struct scan_selection *rules;
	bool blind;          /* Hyperscan refused a mark of hardcoded values */
	struct hyper_db *db; /* or */
	struct scan_literal_set *literals;
	struct engine_rule *of; /* by index of the rule */
	size_t *always;         /* rules that PCRE2 alone looks for */
	size_t always_count;
	size_t *by_run; /* rules with a head */
	size_t by_run_count;
	pthread_mutex_t lock; /* for compiling */
};

struct engine_patterns {
	struct arena arena;
	struct hyper_pattern *items;
	size_t count;
	size_t cap;
};

/* Takes the database of these patterns from the cache, or compiles it and puts it there.
 * A pattern that Hyperscan refuses becomes one that is looked for always. */
enum err_code scan_engine_patterns(struct scan_engine *e, struct engine_patterns *p,
                                   const char *cache, struct err *err) ERR_CHECKED;

#endif
