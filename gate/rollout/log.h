// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ROLLOUT_LOG_H
#define GATE_ROLLOUT_LOG_H

#include "base/arena.h"
#include "crypto/digest.h"
#include "os/dir.h"

/*
 * What happened to a rollout: .seaworthy/rollout/log.jsonl, a JSON object a line, which
 * is only ever appended to. Each line holds the SHA-256 of the one before, so that none
 * can be changed or taken out unnoticed. The line that says what is about to be done is
 * on the disk before it is done: after a crash the log tells that nobody knows how it
 * ended.
 */

enum gate_rollout_event {
	GATE_ROLLOUT_ADVANCE,         /* about to enter a stage */
	GATE_ROLLOUT_ADVANCED,        /* it is entered */
	GATE_ROLLOUT_ADVANCE_FAILED,  /* its command failed */
	GATE_ROLLOUT_ROLLBACK,        /* about to roll back */
	GATE_ROLLOUT_ROLLED_BACK,     /* the release is taken back */
	GATE_ROLLOUT_ROLLBACK_FAILED, /* its command failed */
	GATE_ROLLOUT_FINISHED,        /* the last stage has held */
	GATE_ROLLOUT_EVENTS
};

struct gate_rollout_entry {
	enum gate_rollout_event event;
	int64_t time_ms;
	const char *stage;
	const char *commit;   /* that the rollout is of, or NULL */
	const char *run;      /* whose decision let it begin, or NULL */
	const char *plan;     /* digest of the policy's section */
	const char *evidence; /* SHA-256 of the samples, or NULL */
	const char *why;      /* for people, or NULL */
	int exit_code;        /* of the command, -1 where there was none or no code */
};

struct gate_rollout_log {
	struct arena arena;
	struct os_dir dir; /* .seaworthy/rollout, held by this program if locked */
	bool open;
	struct gate_rollout_entry *entries;
	size_t count;
	size_t cap;
	char last[DIGEST_HEX]; /* SHA-256 of the last line */
};

const char *gate_rollout_event_name(enum gate_rollout_event e);

/* Reads the log of a project; none is an empty one. With `lock` the folder is made and
 * held: ERR_LOCKED if another program does. ERR_AUTH where a line is not the one that was
 * written ("log.jsonl:3: .."). End with gate_rollout_log_close in any case. */
enum err_code gate_rollout_log_open(struct gate_rollout_log *l, const char *root,
                                    bool lock, struct err *err) ERR_CHECKED;
void gate_rollout_log_close(struct gate_rollout_log *l);
/* On the disk when it returns; of a log that is locked. */
enum err_code gate_rollout_log_add(struct gate_rollout_log *l, const char *root,
                                   const struct gate_rollout_entry *e,
                                   struct err *err) ERR_CHECKED;
/* Keeps samples, or the plan that a rollout goes by, beside the log, by their SHA-256. */
enum err_code gate_rollout_log_keep(struct gate_rollout_log *l, struct span text,
                                    char hex[DIGEST_HEX], struct err *err) ERR_CHECKED;
/* Appends what was kept; ERR_AUTH where it is not that any more. */
enum err_code gate_rollout_log_kept(const char *root, const char *hex, struct buf *out,
                                    struct err *err) ERR_CHECKED;
/* A log that cannot be trusted gets another name, and the next one begins anew. */
enum err_code gate_rollout_log_set_aside(const char *root, struct err *err) ERR_CHECKED;

#endif
