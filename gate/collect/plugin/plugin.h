// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_PLUGIN_H
#define GATE_PLUGIN_H

#include "collect/judge.h"

/*
 * A check that a program answers: docs/plugins.md is the protocol. The program gets two
 * lines on its standard input, hello and the check, and answers with JSON Lines on its
 * standard output. Nothing that it says is trusted: what does not keep to the protocol is
 * unknown, never a pass.
 */

enum {
	GATE_PLUGIN_PROTOCOL = 1,
	GATE_PLUGIN_LINE_MAX = 1 << 20, /* bytes */
	GATE_PLUGIN_LINES_MAX = 200000,
	GATE_PLUGIN_FINDINGS_MAX = 10000,
	GATE_PLUGIN_ARTEFACTS_MAX = 100,
	GATE_PLUGIN_ARTEFACT_BYTES = 64 << 20, /* of all together */
	GATE_PLUGIN_TEXT_MAX = 2000,           /* bytes kept of a message */
};

struct gate_plugin_artefact {
	const char *name; /* for people */
	const char *path; /* below the scratch folder */
	struct buf data;
};

struct gate_plugin_answer {
	struct arena arena;
	const char *name; /* NULL before hello */
	const char *version;
	bool has_result;
	enum gate_state state; /* not n/a */
	const char *measured;  /* decimal or NULL */
	const char *unit;
	const char *low; /* decimals in 0..1; both or none */
	const char *high;
	const char *message;
	const char *remedy;
	struct buf findings; /* a JSON object a line, as a scan prints them */
	size_t finding_count;
	struct gate_plugin_artefact *artefacts;
	size_t artefact_count;
	size_t artefact_cap;
	const char *progress; /* the last that it told */
};

void gate_plugin_init(struct gate_plugin_answer *a);
void gate_plugin_fini(struct gate_plugin_answer *a);

/* What the program is asked. */
struct gate_plugin_ask {
	const struct gate_check *check;
	const char *base; /* revision or NULL */
};
void gate_plugin_put_ask(struct buf *out, const struct gate_plugin_ask *ask,
                         const char *root, const char *scratch, uint64_t timeout_ms);

/* Reads all of its standard output. ERR_CORRUPT with the line and what is wrong. Pure. */
enum err_code gate_plugin_read(struct gate_plugin_answer *a, struct span text,
                               struct err *err) ERR_CHECKED;
/* Reads the files that it named; ERR_CORRUPT for what is no file below `scratch`. */
enum err_code gate_plugin_fetch(struct gate_plugin_answer *a, const char *scratch,
                                struct err *err) ERR_CHECKED;

/* What became of its run: the state of the answer, or unknown and why (`trouble`, ""
 * where there is none). */
void gate_plugin_decide(struct gate_run *r, const char *trouble);
/* Value and message of the check. */
void gate_plugin_judge(struct gate_judgement *j, const struct gate_check *check,
                       const struct gate_run *r);

#endif
