// SPDX-License-Identifier: Apache-2.0
#include "lib/sql.h"

#include "base/mem.h"

#include <sqlite3.h>

enum { WAIT_MS = 5000 };

struct sql {
	sqlite3 *db;
};

struct sql_query {
	sqlite3 *db;
	sqlite3_stmt *statement;
	int failed; /* first code of binding */
};

static enum err_code code_of(int result)
{
	switch (result & 0xff) {
	case SQLITE_NOMEM:
		return ERR_NOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_LOCKED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR: /* not the tables that are asked for */
		return ERR_CORRUPT;
	default:
		return ERR_IO;
	}
}

static enum err_code failed(sqlite3 *db, int result, struct err *err)
{
	return err_set(err, code_of(result), "database: %s",
	               db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(result));
}

/* The file may be anybody's: it runs nothing. */
static enum err_code set_up(struct sql *s, bool alone, struct err *err)
{
	enum err_code rc;

	(void)sqlite3_busy_timeout(s->db, WAIT_MS);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	rc = sql_run(s,
	             alone ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL",
	             err);
	if (rc == ERR_OK)
		rc = sql_run(s, "PRAGMA synchronous = OFF", err);
	return rc;
}

enum err_code sql_open(struct sql **out, const char *path, bool alone, struct err *err)
{
	const int flags =
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW;
	struct sql *s = mem_new(sizeof *s);
	enum err_code rc = ERR_OK;
	int result;

	*out = NULL;
	if (s == NULL)
		return err_nomem(err);
	result = sqlite3_open_v2(path != NULL ? path : ":memory:", &s->db, flags, NULL);
	if (result != SQLITE_OK)
		rc = failed(s->db, result, err);
	if (rc == ERR_OK)
		rc = set_up(s, alone, err);
	if (rc == ERR_OK) {
		*out = s;
		s = NULL;
	}
	sql_close(s);
	return rc;
}

void sql_close(struct sql *s)
{
	if (s == NULL)
		return;
	(void)sqlite3_close(s->db);
	mem_free(s);
}

enum err_code sql_run(struct sql *s, const char *text, struct err *err)
{
	const int result = sqlite3_exec(s->db, text, NULL, NULL, NULL);

	return result == SQLITE_OK ? ERR_OK : failed(s->db, result, err);
}

enum err_code sql_query_new(struct sql_query **out, struct sql *s, const char *text,
                            struct err *err)
{
	struct sql_query *q = mem_new(sizeof *q);
	int result;

	*out = NULL;
	if (q == NULL)
		return err_nomem(err);
	q->db = s->db;
	result = sqlite3_prepare_v2(s->db, text, -1, &q->statement, NULL);
	if (result != SQLITE_OK) {
		mem_free(q);
		return failed(s->db, result, err);
	}
	*out = q;
	return ERR_OK;
}

void sql_query_free(struct sql_query *q)
{
	if (q == NULL)
		return;
	(void)sqlite3_finalize(q->statement); /* its error was that of the last step */
	mem_free(q);
}

static void note(struct sql_query *q, int result)
{
	if (q->failed == SQLITE_OK)
		q->failed = result;
}

void sql_bind_i64(struct sql_query *q, int at, int64_t v)
{
	note(q, sqlite3_bind_int64(q->statement, at, v));
}

void sql_bind_text(struct sql_query *q, int at, const char *s)
{
	note(q, sqlite3_bind_text(q->statement, at, s, -1, SQLITE_TRANSIENT));
}

enum err_code sql_step(struct sql_query *q, bool *row, struct err *err)
{
	int result = q->failed;

	*row = false;
	if (result == SQLITE_OK)
		result = sqlite3_step(q->statement);
	if (result == SQLITE_ROW) {
		*row = true;
		return ERR_OK;
	}
	q->failed = SQLITE_OK;
	if (result != SQLITE_DONE) {
		const enum err_code rc = failed(q->db, result, err);

		(void)sqlite3_reset(q->statement);
		return rc;
	}
	(void)sqlite3_reset(q->statement);
	return ERR_OK;
}

enum err_code sql_do(struct sql_query *q, struct err *err)
{
	bool row;

	return sql_step(q, &row, err);
}

int64_t sql_i64(const struct sql_query *q, int at)
{
	return sqlite3_column_int64(q->statement, at);
}

const char *sql_text(const struct sql_query *q, int at)
{
	return (const char *)sqlite3_column_text(q->statement, at);
}
