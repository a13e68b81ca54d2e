// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SQL_H
#define LIB_SQL_H

#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * SQLite, for indexes that can be made again from something else: so it waits for no
 * disk, and ERR_CORRUPT or any other error means: throw the file away. A database and its
 * queries belong to one thread at a time; other programs may use the file meanwhile.
 */
struct sql;
struct sql_query;

/* Opens the file or makes it; NULL: in memory. With a write-ahead log, but for a file
 * that `alone` says lies where memory cannot be shared. ERR_CORRUPT for what is no
 * database, ERR_LOCKED where another program keeps it for seconds. */
enum err_code sql_open(struct sql **out, const char *path, bool alone,
                       struct err *err) ERR_CHECKED;
/* All its queries were freed. */
void sql_close(struct sql *db);
/* Statements without parameters and results. */
enum err_code sql_run(struct sql *db, const char *text, struct err *err) ERR_CHECKED;

/* One statement. */
enum err_code sql_query_new(struct sql_query **out, struct sql *db, const char *text,
                            struct err *err) ERR_CHECKED;
void sql_query_free(struct sql_query *q);
/* Parameters count from 1. Texts are copied; NULL is NULL. */
void sql_bind_i64(struct sql_query *q, int at, int64_t v);
void sql_bind_text(struct sql_query *q, int at, const char *s);
/* The next row, or *row = false at the end; the query can begin again then. Parameters
 * that could not be bound are told here. */
enum err_code sql_step(struct sql_query *q, bool *row, struct err *err) ERR_CHECKED;
/* Of a statement without rows. */
enum err_code sql_do(struct sql_query *q, struct err *err) ERR_CHECKED;
/* Columns count from 0, and live until the next step. */
int64_t sql_i64(const struct sql_query *q, int at);
const char *sql_text(const struct sql_query *q, int at); /* NULL for NULL */

#endif
