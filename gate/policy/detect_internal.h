// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_DETECT_INTERNAL_H
#define GATE_DETECT_INTERNAL_H

#include "base/buf.h"
#include "os/fs.h"
#include "policy/detect.h"

/*
 * What one rule of detection (one file a build system) sees: a folder of the project and
 * its names. Rules read bounded files and add builds and suites; memory failures are
 * sticky in the arena.
 */

#define GATE_DETECT_FILE_MAX (UINT64_C(1) << 20)

struct gate_finder {
	struct gate_detected *out;
	size_t suite_cap;
	size_t build_cap;
	const char *root;
	const char *dir;           /* relative to the root, "." for itself */
	const char *tag;           /* "" in the root, "-api" in api: tail of ids */
	struct gate_strings names; /* of the folder, sorted */
};

/* What a rule finds in a folder. */
enum gate_look { GATE_LOOK_NOTHING, GATE_LOOK_BUILDS, GATE_LOOK_TESTS };

/* Build systems that stand for one another: of a group only one is used in a folder, the
 * first with tests, else the first. */
enum gate_group {
	GATE_GROUP_NATIVE,
	GATE_GROUP_CARGO,
	GATE_GROUP_GO,
	GATE_GROUP_NODE,
	GATE_GROUP_PYTHON,
	GATE_GROUP_JVM,
	GATE_GROUP_PHP,
	GATE_GROUP_RUBY,
	GATE_GROUP_DOTNET,
	GATE_GROUP_PERL,
	GATE_GROUP_MAKE,
	GATE_GROUP_SHELL, /* beside whatever builds what it tests */
	GATE_GROUPS
};

struct gate_rule {
	enum gate_group group;
	enum gate_look (*look)(const struct gate_finder *f);
	void (*add)(struct gate_finder *f);
	bool configures; /* its build has a step of its own that tells whether it can be
	                    built here */
};

extern const struct gate_rule gate_rule_cmake;
extern const struct gate_rule gate_rule_meson;
extern const struct gate_rule gate_rule_autotools;
extern const struct gate_rule gate_rule_configure;
extern const struct gate_rule gate_rule_cargo;
extern const struct gate_rule gate_rule_go;
extern const struct gate_rule gate_rule_node;
extern const struct gate_rule gate_rule_python;
extern const struct gate_rule gate_rule_maven;
extern const struct gate_rule gate_rule_gradle;
extern const struct gate_rule gate_rule_php;
extern const struct gate_rule gate_rule_ruby;
extern const struct gate_rule gate_rule_dotnet;
extern const struct gate_rule gate_rule_perl;
extern const struct gate_rule gate_rule_make;
extern const struct gate_rule gate_rule_bats;

/* Is there such a name in the folder? */
bool gate_find_has(const struct gate_finder *f, const char *name);
/* The first of a NULL-ended list that is there, or NULL. */
const char *gate_find_first(const struct gate_finder *f, const char *const *names);
/* Type of a path below the folder. */
enum os_type gate_find_type(const struct gate_finder *f, const char *path);
/* Reads a file below the folder (cleared first); false if it is missing, no regular file
 * or too large. */
bool gate_find_read(const struct gate_finder *f, const char *path, struct buf *out);
/* Does the file hold the words, anywhere? */
bool gate_find_contains(const struct gate_finder *f, const char *path, const char *words);
/* Is a name of the folder `path` below the folder matched by the glob? */
bool gate_find_named(const struct gate_finder *f, const char *path, const char *glob);
/* Does one of the first files of the folder `path` whose names match hold the words? */
bool gate_find_in_files(const struct gate_finder *f, const char *path, const char *glob,
                        const char *words);
/* Does a makefile's text have a rule for the target? */
bool gate_makefile_has(struct span text, const char *target);
/* "test" or "check", whichever the file has a rule for; NULL for neither. */
const char *gate_makefile_target(const struct gate_finder *f, const char *path);

/* "$SEAWORTHY_SCRATCH/kind/NAME-tag" and more; stands in double quotes in commands. */
const char *gate_find_scratch(struct gate_finder *f, const char *kind, const char *name,
                              const char *more);
const char *gate_find_text(struct gate_finder *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A new build or suite "name-tag" with defaults; NULL when out of memory. `from` is the
 * file that gave it away. */
struct gate_build *gate_find_build(struct gate_finder *f, const char *name,
                                   const char *from);
struct gate_suite *gate_find_suite(struct gate_finder *f, const char *name,
                                   const char *from);
void gate_find_add(struct gate_finder *f, struct gate_strings *list, const char *text);
/* package.json's test scripts, in detect_node_script.c: the runner that a script starts
 * ("mocha") and its arguments as written; NULL runner if it is another or several. */
struct gate_script {
	const char *runner;
	const char *arguments;
};
struct gate_script gate_script_read(struct gate_finder *f, const char *script);
/* Arguments without an option and its value. */
const char *gate_script_without(struct gate_finder *f, const char *arguments,
                                const char *option);
/* Arguments of mocha, jest, vitest, playwright or ava without what has them end at the
 * first failure ("--bail", "-x"): of the tests after it nothing would be known. */
const char *gate_script_to_the_end(struct gate_finder *f, const char *arguments);

/* Answers that gate_predicate_holds keeps; `free` takes NULL. */
struct gate_globs *gate_globs_new(void);
void gate_globs_free(struct gate_globs *g);

#endif
