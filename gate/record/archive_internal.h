// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ARCHIVE_INTERNAL_H
#define GATE_ARCHIVE_INTERNAL_H

#include "lifeboat.h"
#include "record/archive.h"

#define ARCHIVE_TAG "seaworthy"
#define ARCHIVE_PROJECT "project:"
#define ARCHIVE_ID "project-id:"
#define ARCHIVE_RUN "run:"
#define ARCHIVE_COMMIT "commit:"
#define ARCHIVE_DECISION "decision:"

struct gate_archive {
	struct arena arena;
	struct lifeboat_repository *repository;
	const char *name;    /* where it is */
	const char *project; /* its tag, for people */
	const char *id;      /* its tag: no other project has it */
	const struct cancel *cancel;
	struct lifeboat_events events; /* watch the token */
};

/* The library's error as one of ours. Gives its code. */
enum err_code archive_err(int code, const struct lifeboat_error *from, struct err *err);

#endif
