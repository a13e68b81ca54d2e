// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ARCHIVING_H
#define GATE_ARCHIVING_H

#include "cli/judged.h"
#include "record/archive.h"

/*
 * Runs on their way into the evidence repository. A run is announced before anything of
 * it is reported: ROOT/.seaworthy/unarchived/ID, which goes when the run is stored. So
 * one that could not be stored, or that was cut off, is stored by the next.
 */

/* Before anything runs: can there be a repository where --evidence, else the policy's
 * section `evidence`, says? */
enum err_code archiving_check(const struct program_call *call, const char *evidence,
                              struct err *err) ERR_CHECKED;

/* The repository of --evidence, else of the policy, else the embedded one. Says where
 * one was made. */
enum err_code archiving_open(struct gate_archive **out, const struct program_call *call,
                             const char *root, const struct gate_archive_rules *rules,
                             bool make, struct err *err) ERR_CHECKED;

/* Writes the announcement of the run in ROOT/.seaworthy/runs/ID; nothing with
 * --no-archive. */
enum err_code archiving_announce(const struct program_call *call, const char *dir,
                                 struct err *err) ERR_CHECKED;

/*
 * Stores the run that was announced, and others that still are, and forgets what the
 * policy does not keep; nothing with --no-archive. Gives `code`, or what an error of it
 * exits with, which is told.
 */
int archiving_finish(const struct program_call *call, const struct judged *j, int code);

/* Stores the run of a folder, and takes its announcement away. */
enum err_code archiving_put(struct gate_archive *a, const char *root,
                            const struct judged *j, struct err *err) ERR_CHECKED;
/* The same of all that are announced; `count` says how many there were. One that cannot
 * be stored is told and stays announced, the others are stored all the same, and the
 * error then, ERR_IO, says how many it was. */
enum err_code archiving_put_announced(struct gate_archive *a, const char *root,
                                      size_t *count, struct err *err) ERR_CHECKED;

#endif
