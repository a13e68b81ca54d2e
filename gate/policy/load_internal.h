// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_LOAD_INTERNAL_H
#define GATE_LOAD_INTERNAL_H

#include "base/map.h"
#include "lib/yaml.h"
#include "policy/grammar.h"
#include "policy/policy.h"

/*
 * One policy being read: layers (parents first) are decoded over one another into
 * `policy`. Where each entry was written is kept, so that faults found after merging
 * still name a line.
 */

/* An entry of a list as one file wrote it; `older` is what a parent wrote. */
struct gate_origin {
	const struct yaml_doc *doc;
	const struct yaml *node;
	const struct gate_origin *older;
	size_t index;
};

/* Entries of one list of the policy, beside its array. */
struct gate_section {
	struct gate_origin **latest; /* by index */
	size_t count;
	size_t latest_cap;
	size_t cap;       /* of the policy's own array */
	struct map by_id; /* to the latest origin */
};

struct gate_load {
	struct gate_policy *policy;
	struct arena arena;                          /* origins and texts for messages */
	struct gate_section sections[GATE_KEYS_MAX]; /* as the fields of the grammar */
	const struct yaml_doc *doc;                  /* being decoded */
	const struct yaml_doc *phases; /* the newest that has `phases`, or NULL */
	const struct yaml_doc *risks;
	const struct yaml_doc *rollout;
	struct err *err;
};

/* Starts with every default of the grammar. */
enum err_code gate_load_init(struct gate_load *l, struct err *err) ERR_CHECKED;
void gate_load_fini(struct gate_load *l);

/* Decodes one document over what is there. */
enum err_code gate_decode(struct gate_load *l, const struct yaml_doc *doc) ERR_CHECKED;
/* Presets of a record's fields (a policy, a new entry). */
void gate_decode_presets(struct gate_load *l, const struct gate_type *t, char *base);

/* Checks that need the whole policy, and fills in what depends on it. */
enum err_code gate_check_policy(struct gate_load *l) ERR_CHECKED;

/* The `rules` of one file, as the scanner reads them. In rules.c. */
enum err_code gate_rules_check(const struct yaml_doc *doc, struct err *err) ERR_CHECKED;
/* Makes the policy's rule set of its `rules`. */
enum err_code gate_rules_load(struct gate_policy *p, struct err *err) ERR_CHECKED;

/* Puts the lines of files into the `people` of `signoff`; none without a folder. In
 * people_file.c. */
enum err_code gate_people_load(struct gate_policy *p, const char *dir,
                               struct vcs_staged *staged, struct err *err) ERR_CHECKED;

/* `needs` of suites and builds: known, and without a circle. In needs.c. */
enum err_code gate_check_needs(struct gate_load *l) ERR_CHECKED;
/* `phases` and `risks`: what they name is there, and tasks need one another without a
 * circle. In check_phases.c. */
enum err_code gate_check_phases(struct gate_load *l) ERR_CHECKED;
enum err_code gate_check_risks(struct gate_load *l) ERR_CHECKED;
/* `rollout`. In check_rollout.c. */
enum err_code gate_check_rollout(struct gate_load *l) ERR_CHECKED;
/* `collect: bench` of a check. In check_bench.c. */
enum err_code gate_check_bench(struct gate_load *l, const struct gate_check *c,
                               const struct gate_origin *o) ERR_CHECKED;
/* Reports a fault of an entry at one of its keys. */
enum err_code gate_load_fault(struct gate_load *l, const struct gate_origin *o,
                              const char *key, const char *text) ERR_CHECKED;
/* The error for a check that the policy does not have; ERR_OK if it does. */
enum err_code gate_load_has_check(struct gate_load *l, const struct yaml_doc *doc,
                                  const struct yaml *name) ERR_CHECKED;
/* Is it a suite or build that the policy lists, or that detection may still find? */
bool gate_load_runs(const struct gate_load *l, const char *name);
/* Is it a fixture of the policy? */
bool gate_load_fixture(const struct gate_load *l, const char *name);
/* The error for a name that is none. */
enum err_code gate_load_no_run(struct gate_load *l, const struct gate_origin *o,
                               const char *key, const char *name) ERR_CHECKED;

const struct gate_section *gate_load_section(const struct gate_load *l, const char *key);
/* Untrusted text for a message: escaped, cut; never NULL. */
const char *gate_load_shown(struct gate_load *l, const char *text);

/* Canonical JSON text of a node, in the policy's arena. */
enum err_code gate_node_json(struct gate_load *l, const struct yaml *n,
                             const char **out) ERR_CHECKED;

/*
 * The decoders: `key` stands in messages, `at` is where the value goes (NULL: validates
 * only).
 */
enum err_code gate_decode_value(struct gate_load *l, const struct gate_type *t,
                                const char *key, const struct yaml *n,
                                void *at) ERR_CHECKED;
enum err_code gate_decode_scalar(struct gate_load *l, const struct gate_type *t,
                                 const char *key, const struct yaml *n,
                                 void *at) ERR_CHECKED;
enum err_code gate_decode_record(struct gate_load *l, const struct gate_type *t,
                                 const char *key, const struct yaml *n,
                                 char *base) ERR_CHECKED;
enum err_code gate_decode_records(struct gate_load *l, const struct gate_type *t,
                                  const char *key, const struct yaml *n) ERR_CHECKED;
enum err_code gate_decode_predicate(struct gate_load *l, const struct gate_type *t,
                                    const char *key, const struct yaml *n,
                                    const struct gate_predicate **out) ERR_CHECKED;
enum err_code gate_decode_collect(struct gate_load *l, const struct gate_type *t,
                                  const char *key, const struct yaml *n,
                                  struct gate_check *check) ERR_CHECKED;
/* Before `entry` is decoded over check `c`: where it collects by other means than a
 * parent did, that parent's measure and scale are of something else, and go. */
void gate_decode_collects_anew(const struct yaml *entry, struct gate_check *c);
/* "'key' must be WHAT, not TYPE". */
enum err_code gate_decode_wrong(struct gate_load *l, const struct gate_type *t,
                                const char *key, const struct yaml *n) ERR_CHECKED;
/* The list's length is at most GATE_LIST_MAX and at least `min`. */
enum err_code gate_decode_count(struct gate_load *l, const char *key,
                                const struct yaml *n, size_t min) ERR_CHECKED;
/* An unknown key of a mapping, with the nearest known one. */
enum err_code gate_decode_unknown(struct gate_load *l, const struct gate_type *t,
                                  const char *key, const struct yaml *name) ERR_CHECKED;
/* The field of a mapping with exactly one key, and its value. */
enum err_code gate_decode_only(struct gate_load *l, const struct gate_type *t,
                               const char *key, const struct yaml *n,
                               const struct gate_field **field,
                               const struct yaml **value) ERR_CHECKED;

#endif
