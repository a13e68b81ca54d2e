// SPDX-License-Identifier: Apache-2.0
#include "record/history_index.h"

#include "base/str.h"
#include "lib/sql.h"
#include "os/journal.h"
#include "record/entry.h"
#include "verdict/level.h"

#include <inttypes.h>
#include <stdio.h>

/* Another layout, another number: an index of another one is made anew. */
#define VERSION "3"
#define LOG_MARK 96

/* Of an entry that does not say its thresholds. */
enum { NO_REACH = -1 };

static const char schema[] =
	"PRAGMA user_version = " VERSION ";"
	"CREATE TABLE log (mark TEXT NOT NULL, repository TEXT NOT NULL,"
	" bytes INTEGER NOT NULL, torn INTEGER NOT NULL);"
	"CREATE TABLE runs (entry INTEGER PRIMARY KEY, offset INTEGER NOT NULL,"
	" head TEXT NOT NULL, run TEXT NOT NULL, started INTEGER NOT NULL,"
	" ended INTEGER NOT NULL, branch TEXT, code TEXT, policy TEXT NOT NULL,"
	" denominator TEXT NOT NULL, decision INTEGER NOT NULL, final INTEGER NOT NULL,"
	" lower INTEGER NOT NULL, upper INTEGER NOT NULL, coverage INTEGER NOT NULL,"
	" cap TEXT, signed INTEGER NOT NULL, tree TEXT, reach INTEGER NOT NULL,"
	" selection TEXT);";

struct index {
	struct sql *db;
	const char *root;
	struct gate_history_state *state;
};

/* ---- filling ---- */

struct filling {
	struct sql_query *insert;
	uint64_t from;            /* entries before are in the index, */
	const struct lb_id *head; /* the last of them with this head */
	bool other;               /* no: the log is another one than the index is of */
};

static void bind_entry(struct sql_query *q, const struct gate_chain_entry *c,
                       uint64_t offset, const struct gate_entry *e)
{
	char head[LB_ID_HEX];
	int64_t reach = NO_REACH;

	if (e->has_thresholds)
		reach = gate_level_reach(&e->final, &e->go, &e->conditional);
	str_hex(c->head.b, LB_ID, head);
	sql_bind_i64(q, 1, (int64_t)c->index);
	sql_bind_i64(q, 2, (int64_t)offset);
	sql_bind_text(q, 3, head);
	sql_bind_text(q, 4, e->run);
	sql_bind_i64(q, 5, e->started_ms);
	sql_bind_i64(q, 6, e->ended_ms);
	sql_bind_text(q, 7, e->branch);
	sql_bind_text(q, 8, e->commit);
	sql_bind_text(q, 9, e->policy);
	sql_bind_text(q, 10, e->denominator);
	sql_bind_i64(q, 11, e->decision);
	sql_bind_i64(q, 12, gate_ratio_floor(&e->final, 10));
	sql_bind_i64(q, 13, gate_ratio_floor(&e->lower, 10));
	sql_bind_i64(q, 14, gate_ratio_floor(&e->upper, 10));
	sql_bind_i64(q, 15, gate_ratio_floor(&e->coverage, 10000));
	sql_bind_text(q, 16, e->cap_reason);
	sql_bind_i64(q, 17, c->is_signed);
	sql_bind_text(q, 18, e->tree);
	sql_bind_i64(q, 19, reach);
	sql_bind_text(q, 20, e->selection);
}

/* A database's fault must not look like one of the log. */
static enum err_code do_insert(struct sql_query *q, struct err *err)
{
	const enum err_code rc = sql_do(q, err);

	return rc == ERR_CORRUPT ? ERR_IO : rc;
}

static enum err_code fill_entry(const struct gate_chain_entry *c, uint64_t offset,
                                void *context, struct err *err)
{
	struct filling *f = context;
	struct gate_entry e;
	enum err_code rc = ERR_OK;

	if (c->index + 1 == f->from && !lb_id_eq(&c->head, f->head))
		f->other = true;
	if (c->index < f->from || f->other)
		return ERR_OK;
	rc = gate_entry_take(&e, c, err);
	if (rc == ERR_OK) {
		bind_entry(f->insert, c, offset, &e);
		rc = do_insert(f->insert, err);
	}
	gate_entry_fini(&e);
	return rc;
}

static enum err_code fill(const struct index *ix, uint64_t from, const struct lb_id *head,
                          bool *other, struct err *err)
{
	struct filling f = { .from = from, .head = head };
	enum err_code rc = sql_query_new(
		&f.insert, ix->db,
		"INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", err);

	if (rc == ERR_OK)
		rc = gate_history_walk(ix->root, fill_entry, &f, ix->state, err);
	sql_query_free(f.insert);
	*other = f.other || (from > 0 && ix->state->chain.count < from);
	return rc;
}

/* ---- is it up to date? ---- */

/* What changes when anybody writes to the log: its identity, size and time of change. */
static enum err_code mark_of(const char *root, char mark[LOG_MARK], struct err *err)
{
	struct os_stat st;
	struct buf path = BUF_INIT;
	enum err_code rc;

	os_join(&path, root, ".seaworthy/" GATE_HISTORY);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_lstat(buf_str(&path), &st, err);
	if (rc == ERR_OK)
		(void)snprintf(mark, LOG_MARK,
		               "%" PRIx64 ":%" PRIx64 ":%" PRIu64 ":%" PRId64, st.dev,
		               st.ino, st.size, st.ctime_ns);
	buf_fini(&path);
	return rc;
}

/* One row of one column, if there is one. */
static enum err_code ask(const struct index *ix, const char *text, struct sql_query **q,
                         bool *row, struct err *err)
{
	const enum err_code rc = sql_query_new(q, ix->db, text, err);

	*row = false;
	return rc == ERR_OK ? sql_step(*q, row, err) : rc;
}

static enum err_code is_current(const struct index *ix, const char *mark, bool *current,
                                struct err *err)
{
	struct gate_history_state *s = ix->state;
	struct sql_query *q = NULL;
	bool row;
	enum err_code rc =
		ask(ix, "SELECT mark, repository, bytes, torn FROM log", &q, &row, err);

	*current = rc == ERR_OK && row && str_eq(sql_text(q, 0), mark);
	if (*current) {
		*s = (struct gate_history_state){ .exists = true };
		s->chain.begun = true;
		(void)snprintf(s->chain.repository, sizeof s->chain.repository, "%s",
		               sql_text(q, 1));
		s->bytes = (uint64_t)sql_i64(q, 2);
		s->torn = (uint64_t)sql_i64(q, 3);
	}
	sql_query_free(q);
	return rc;
}

/* How far the index goes: entries, and the head of the last. */
static enum err_code last_of(const struct index *ix, uint64_t *count, struct lb_id *head,
                             struct err *err)
{
	struct sql_query *q = NULL;
	bool row;
	enum err_code rc =
		ask(ix, "SELECT entry, head FROM runs ORDER BY entry DESC LIMIT 1", &q,
	            &row, err);

	*count = 0;
	if (rc == ERR_OK && row && sql_i64(q, 0) >= 0 && sql_text(q, 1) != NULL &&
	    str_unhex(span_str(sql_text(q, 1)), head->b, LB_ID))
		*count = (uint64_t)sql_i64(q, 0) + 1;
	sql_query_free(q);
	return rc;
}

/* Of a broken log nothing is noted, so it is looked at again each time. */
static enum err_code note_log(const struct index *ix, const char *mark, struct err *err)
{
	const struct gate_history_state *s = ix->state;
	struct sql_query *q = NULL;
	enum err_code rc = sql_run(ix->db, "DELETE FROM log", err);

	if (rc != ERR_OK || s->broken || !s->chain.begun)
		return rc;
	rc = sql_query_new(&q, ix->db, "INSERT INTO log VALUES (?,?,?,?)", err);
	if (rc == ERR_OK) {
		sql_bind_text(q, 1, mark);
		sql_bind_text(q, 2, s->chain.repository);
		sql_bind_i64(q, 3, (int64_t)s->bytes);
		sql_bind_i64(q, 4, (int64_t)s->torn);
		rc = sql_do(q, err);
	}
	sql_query_free(q);
	return rc;
}

/* Adds what is new, or everything where the index is of another log. */
static enum err_code update(const struct index *ix, const char *mark, struct err *err)
{
	struct lb_id head;
	uint64_t from;
	bool other = false;
	enum err_code rc = last_of(ix, &from, &head, err);

	if (rc == ERR_OK)
		rc = fill(ix, from, &head, &other, err);
	if (rc == ERR_OK && other) {
		rc = sql_run(ix->db, "DELETE FROM runs", err);
		if (rc == ERR_OK)
			rc = fill(ix, 0, NULL, &other, err);
	}
	return rc == ERR_OK ? note_log(ix, mark, err) : rc;
}

static enum err_code bring_up_to_date(const struct index *ix, struct err *err)
{
	char mark[LOG_MARK];
	bool current = false;
	enum err_code rc = mark_of(ix->root, mark, err);

	*ix->state = (struct gate_history_state){ .exists = false };
	if (rc == ERR_NOT_FOUND)
		return sql_run(ix->db, "DELETE FROM runs; DELETE FROM log", err);
	if (rc == ERR_OK)
		rc = is_current(ix, mark, &current, err);
	if (rc != ERR_OK || current)
		return rc;
	rc = sql_run(ix->db, "BEGIN IMMEDIATE", err);
	if (rc == ERR_OK)
		rc = update(ix, mark, err);
	return rc == ERR_OK ? sql_run(ix->db, "COMMIT", err) : rc;
}

/* ---- opening ---- */

static enum err_code make_tables(const struct index *ix, struct err *err)
{
	struct sql_query *q = NULL;
	bool row;
	int64_t version = 0;
	enum err_code rc = ask(ix, "PRAGMA user_version", &q, &row, err);

	if (rc == ERR_OK && row)
		version = sql_i64(q, 0);
	sql_query_free(q);
	if (rc != ERR_OK || version == VERSION[0] - '0')
		return rc;
	if (version != 0)
		return err_set(err, ERR_CORRUPT, "the index has another layout");
	rc = sql_run(ix->db, "BEGIN IMMEDIATE", err);
	if (rc == ERR_OK)
		rc = sql_run(ix->db, schema, err);
	return rc == ERR_OK ? sql_run(ix->db, "COMMIT", err) : rc;
}

static void remove_files(const char *path)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		struct buf name = BUF_INIT;

		buf_printf(&name, "%s%s", path, endings[i]);
		if (buf_ok(&name))
			(void)!os_remove_tree(buf_str(&name), NULL);
		buf_fini(&name);
	}
}

/* How often an index is tried: as it is, made anew, in memory. */
enum way { AS_IT_IS, ANEW, IN_MEMORY, WAYS };

static enum err_code open_index(struct index *ix, enum way way, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	os_join(&path, ix->root, ".seaworthy/history.db");
	rc = buf_err(&path, err);
	if (rc == ERR_OK && way == ANEW)
		remove_files(buf_str(&path));
	if (rc == ERR_OK)
		rc = sql_open(&ix->db, way == IN_MEMORY ? NULL : buf_str(&path),
		              os_is_shared_storage(ix->root), err);
	if (rc == ERR_OK)
		rc = make_tables(ix, err);
	if (rc == ERR_OK)
		rc = bring_up_to_date(ix, err);
	buf_fini(&path);
	return rc;
}

/* ---- asking ---- */

static const char *dup(struct arena *arena, const struct sql_query *q, int at)
{
	return arena_str(arena, sql_text(q, at));
}

static enum err_code take_row(struct gate_history_rows *out, size_t *cap,
                              const struct sql_query *q, struct err *err)
{
	struct arena *arena = &out->arena;
	struct gate_history_row *r =
		arena_push(arena, &out->items, &out->count, cap, sizeof *r);
	const int64_t decision = sql_i64(q, 10);
	const int64_t reach = sql_i64(q, 18);

	if (r == NULL)
		return err_nomem(err);
	if (decision < GATE_GO || decision > GATE_NO_GO || reach < NO_REACH ||
	    reach > GATE_NO_GO)
		return err_set(err, ERR_CORRUPT, "the index has an unknown decision");
	*r = (struct gate_history_row){
		.index = (uint64_t)sql_i64(q, 0),
		.offset = (uint64_t)sql_i64(q, 1),
		.head = dup(arena, q, 2),
		.run = dup(arena, q, 3),
		.started_ms = sql_i64(q, 4),
		.ended_ms = sql_i64(q, 5),
		.branch = dup(arena, q, 6),
		.commit = dup(arena, q, 7),
		.policy = dup(arena, q, 8),
		.denominator = dup(arena, q, 9),
		.decision = (enum gate_decision)decision,
		.final_tenths = sql_i64(q, 11),
		.lower_tenths = sql_i64(q, 12),
		.upper_tenths = sql_i64(q, 13),
		.coverage_tenthousandths = sql_i64(q, 14),
		.cap_reason = dup(arena, q, 15),
		.is_signed = sql_i64(q, 16) != 0,
		.tree = dup(arena, q, 17),
		.selection = dup(arena, q, 19),
		.has_reach = reach != NO_REACH,
		.reach = reach != NO_REACH ? (enum gate_decision)reach : GATE_NO_GO,
	};
	return ERR_OK;
}

#define MATCHING                                               \
	" FROM runs WHERE (?1 IS NULL OR branch = ?1)"         \
	" AND (?2 IS NULL OR substr(run, 1, length(?2)) = ?2)" \
	" AND (?4 = 0 OR selection IS NULL)"

static void bind_query(struct sql_query *q, const struct gate_history_query *query)
{
	sql_bind_text(q, 1, query->branch);
	sql_bind_text(q, 2, query->run);
	sql_bind_i64(q, 4, query->whole);
}

static enum err_code count_rows(struct gate_history_rows *out, const struct index *ix,
                                const struct gate_history_query *query, struct err *err)
{
	struct sql_query *q;
	bool row = false;
	enum err_code rc = sql_query_new(
		&q, ix->db, "SELECT count(*), (SELECT count(*) FROM runs)" MATCHING, err);

	if (rc != ERR_OK)
		return rc;
	bind_query(q, query);
	rc = sql_step(q, &row, err);
	if (rc == ERR_OK && row) {
		out->matching = (uint64_t)sql_i64(q, 0);
		out->state.chain.count = (uint64_t)sql_i64(q, 1);
	}
	sql_query_free(q);
	return rc;
}

static enum err_code take_rows(struct gate_history_rows *out, const struct index *ix,
                               const struct gate_history_query *query, struct err *err)
{
	struct sql_query *q;
	size_t cap = 0;
	bool row = true;
	enum err_code rc = sql_query_new(
		&q, ix->db, "SELECT *" MATCHING " ORDER BY entry DESC LIMIT ?3", err);

	if (rc != ERR_OK)
		return rc;
	bind_query(q, query);
	sql_bind_i64(q, 3, query->limit > 0 ? (int64_t)query->limit : -1);
	rc = sql_step(q, &row, err);
	while (rc == ERR_OK && row) {
		rc = take_row(out, &cap, q, err);
		if (rc == ERR_OK)
			rc = sql_step(q, &row, err);
	}
	sql_query_free(q);
	return rc == ERR_OK ? arena_err(&out->arena, err) : rc;
}

static enum err_code list(struct gate_history_rows *out, const char *root, enum way way,
                          const struct gate_history_query *query, struct err *err)
{
	struct index ix = { .root = root, .state = &out->state };
	enum err_code rc;

	*out = (struct gate_history_rows){ .count = 0 };
	arena_init(&out->arena);
	rc = open_index(&ix, way, err);
	if (rc == ERR_OK && query != NULL)
		rc = count_rows(out, &ix, query, err);
	if (rc == ERR_OK && query != NULL)
		rc = take_rows(out, &ix, query, err);
	sql_close(ix.db);
	return rc;
}

static enum err_code list_any_way(struct gate_history_rows *out, const char *root,
                                  const struct gate_history_query *query, struct err *err)
{
	enum err_code rc = list(out, root, AS_IT_IS, query, err);

	/* One that another program uses is left alone. */
	for (int way = rc == ERR_LOCKED ? IN_MEMORY : ANEW; rc != ERR_OK && way < WAYS;
	     way++) {
		gate_history_rows_fini(out);
		rc = list(out, root, (enum way)way, query, err);
	}
	return rc;
}

enum err_code gate_history_list(struct gate_history_rows *out, const char *root,
                                const struct gate_history_query *query, struct err *err)
{
	const enum err_code rc = list_any_way(out, root, query, err);
	struct gate_history_query all;

	if (rc != ERR_OK || query == NULL || !query->whole || out->count > 0)
		return rc;
	all = *query;
	all.whole = false;
	gate_history_rows_fini(out);
	return list_any_way(out, root, &all, err);
}

void gate_history_rows_fini(struct gate_history_rows *r)
{
	arena_fini(&r->arena);
}

void gate_history_refresh(const char *root)
{
	struct gate_history_rows rows;

	(void)!gate_history_list(&rows, root, NULL, NULL);
	gate_history_rows_fini(&rows);
}

void gate_history_rebuild(const char *root)
{
	struct gate_history_rows rows;

	(void)!list(&rows, root, ANEW, NULL, NULL);
	gate_history_rows_fini(&rows);
}
