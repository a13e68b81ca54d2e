// SPDX-License-Identifier: Apache-2.0
#include "collect/shard/unit_doc.h"

#include "base/mem.h"
#include "base/str.h"
#include "collect/coverage/gather.h"
#include "collect/shard/read.h"
#include "collect/summary.h"

#include <stdio.h>
#include <string.h>

enum { ARTEFACTS_MAX = 10000, LINE_MAX_BYTES = 1 << 20 };

/* ---- writing ---- */

static const char *case_word(enum gate_case_state s)
{
	switch (s) {
	case GATE_CASE_PASSED:
		return "passed";
	case GATE_CASE_FAILED:
		return "failed";
	case GATE_CASE_ERROR:
		return "error";
	case GATE_CASE_SKIPPED:
		return "skipped";
	case GATE_CASE_FLAKY:
		return "flaky";
	case GATE_CASE_QUARANTINED:
		return "quarantined";
	}
	return "error";
}

static void put_artefacts(struct json_writer *w, const struct gate_unit_state *u)
{
	json_put_key(w, "artefacts");
	json_open(w, '[');
	for (size_t i = 0; i < u->artefact_count; i++) {
		json_open(w, '{');
		json_field_str(w, "sha256", u->artefacts[i].sha256);
		json_field_str(w, "name", u->artefacts[i].name);
		json_field_u64(w, "bytes", u->artefacts[i].bytes);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_i64(struct json_writer *w, const char *key, int64_t v)
{
	json_put_key(w, key);
	json_put_i64(w, v);
}

static void put_coverage(struct json_writer *w, const struct gate_cov_gathered *g,
                         const char *covered)
{
	json_put_key(w, "coverage");
	if (g == NULL) {
		json_put_null(w);
		return;
	}
	json_open(w, '{');
	json_field_str(w, "covered", covered);
	json_field_u64(w, "reports", g->reports);
	json_field_u64(w, "outside", g->outside);
	json_field_bool(w, "partial", g->partial);
	json_field_str(w, "trouble", g->trouble);
	json_field_str(w, "note", g->note);
	json_close(w, '}');
}

void gate_unit_doc_put(struct buf *out, const char *id, const struct gate_unit_state *u,
                       const struct gate_unit_texts *texts)
{
	const struct gate_run *r = &u->run;
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_str(&w, "id", id);
	json_field_str(&w, "state", gate_run_state_name(r->state));
	json_field_str(&w, "reason", r->reason);
	json_field_str(&w, "remedy", r->remedy);
	json_field_str(&w, "warning", r->warning);
	json_field_str(&w, "reused", r->reused);
	json_field_str(&w, "broken", u->broken ? r->fault : NULL);
	put_i64(&w, "exit_code", r->exit_code);
	put_i64(&w, "signal", r->signal);
	json_field_bool(&w, "timed_out", r->timed_out);
	json_field_u64(&w, "leaked", r->leaked);
	json_field_str(&w, "leaked_names", r->leaked_names);
	json_field_bool(&w, "leaky", r->leaky);
	json_field_u64(&w, "attempts", r->attempts);
	json_field_u64(&w, "slow", r->slow);
	json_field_bool(&w, "second_way", r->second_way);
	json_field_bool(&w, "empty", r->empty);
	if (r->incomplete)
		json_field_bool(&w, "incomplete", true);
	put_i64(&w, "started_ms", r->started_ms);
	put_i64(&w, "ended_ms", r->ended_ms);
	json_field_u64(&w, "todo", r->cases.todo);
	json_field_str(&w, "disagreement", r->cases.disagreement);
	json_field_str(&w, "cases", texts->cases);
	put_coverage(&w, r->coverage, texts->covered);
	json_field_str(&w, "summary", u->summary);
	put_artefacts(&w, u);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_attempts(struct json_writer *w, const struct gate_case_attempt *a)
{
	if (a == NULL)
		return;
	json_put_key(w, "attempts");
	json_open(w, '[');
	for (; a != NULL; a = a->next) {
		json_open(w, '{');
		json_field_str(w, "state", case_word(a->state));
		json_field_u64(w, "us", a->duration_us);
		json_field_str(w, "message", a->message);
		json_close(w, '}');
	}
	json_close(w, ']');
}

void gate_unit_cases_put(struct buf *out, const struct gate_cases *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct gate_case *item = &c->items[i];
		struct json_writer w;

		json_writer_init(&w, out, 0);
		json_open(&w, '{');
		json_field_str(&w, "name", item->name);
		json_field_str(&w, "state", case_word(item->state));
		json_field_u64(&w, "us", item->duration_us);
		if (item->message != NULL)
			json_field_str(&w, "message", item->message);
		if (item->file != NULL)
			json_field_str(&w, "file", item->file);
		if (item->line > 0)
			json_field_u64(&w, "line", item->line);
		put_attempts(&w, item->attempts);
		json_close(&w, '}');
		buf_putc(out, '\n');
	}
}

/* ---- reading ---- */

static bool find_run_state(const char *name, enum gate_run_state *out)
{
	static const enum gate_run_state all[] = { GATE_RUN_PASS, GATE_RUN_FAIL,
		                                   GATE_RUN_UNKNOWN };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (str_eq(name, gate_run_state_name(all[i]))) {
			*out = all[i];
			return true;
		}
	return false;
}

static bool find_case_state(const char *name, enum gate_case_state *out)
{
	static const enum gate_case_state all[] = {
		GATE_CASE_PASSED,  GATE_CASE_FAILED, GATE_CASE_ERROR,
		GATE_CASE_SKIPPED, GATE_CASE_FLAKY,  GATE_CASE_QUARANTINED
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (str_eq(name, case_word(all[i]))) {
			*out = all[i];
			return true;
		}
	return false;
}

/* Whoever unpacks artefacts by their names finds no way out of the folder. */
static bool is_name(const char *name)
{
	for (const char *p = name; *p != '\0'; p++)
		if (*p == '/' || *p == '\\' || (unsigned char)*p < ' ')
			return false;
	return *name != '\0' && !str_eq(name, ".") && !str_eq(name, "..");
}

static void read_artefacts(struct shard_reader *in, struct gate_unit_state *u)
{
	const struct json *list = json_get(in->v, "artefacts");

	if (json_count(list) > ARTEFACTS_MAX) {
		shard_read_fault(in, "artefacts", "a shorter list");
		return;
	}
	u->artefacts =
		arena_array(in->arena, json_count(list) + 1, sizeof(*u->artefacts));
	if (u->artefacts == NULL)
		return; /* the arena tells */
	u->artefact_cap = json_count(list) + 1;
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v)) {
		struct shard_reader one = *in;
		struct gate_artefact *a = &u->artefacts[u->artefact_count++];

		one.v = v;
		a->sha256 = shard_read_sha256(&one, "sha256");
		a->name = shard_read_str(&one, "name");
		a->bytes = shard_read_u64(&one, "bytes", UINT64_MAX);
		if (!is_name(a->name))
			shard_read_fault(&one, "name", "a name, not a path");
		in->rc = one.rc;
	}
}

static void read_text(struct shard_reader *in, const char *key, char *out, size_t room)
{
	(void)snprintf(out, room, "%s", shard_read_str(in, key));
}

static void read_coverage(struct shard_reader *in, struct gate_run *r,
                          const char **covered)
{
	struct shard_reader one = *in;
	struct gate_cov_gathered *g;

	one.v = json_get(in->v, "coverage");
	if (one.v == NULL || json_type(one.v) == JSON_NULL)
		return;
	r->coverage = g = mem_new(sizeof(*g));
	if (g == NULL) {
		in->rc = in->rc == ERR_OK ? err_nomem(in->err) : in->rc;
		return;
	}
	*covered = shard_read_optional_sha256(&one, "covered");
	g->reports = (size_t)shard_read_u64(&one, "reports", UINT32_MAX);
	g->outside = (size_t)shard_read_u64(&one, "outside", UINT32_MAX);
	g->partial = shard_read_bool(&one, "partial");
	read_text(&one, "trouble", g->trouble, sizeof(g->trouble));
	read_text(&one, "note", g->note, sizeof(g->note));
	in->rc = one.rc;
}

enum err_code gate_unit_doc_read(struct gate_unit_state *u, struct gate_unit_texts *texts,
                                 const struct json *v, const char *id,
                                 struct arena *arena, struct err *err)
{
	struct shard_reader in = { .v = v, .arena = arena, .err = err };
	struct gate_run *r = &u->run;
	const char *broken;

	*texts = (struct gate_unit_texts){ NULL, NULL };
	if (!str_eq(json_string(json_get(v, "id")), id))
		shard_read_fault(&in, "id", id);
	if (!find_run_state(shard_read_str(&in, "state"), &r->state))
		shard_read_fault(&in, "state", "pass, fail or unknown");
	read_text(&in, "reason", r->reason, sizeof(r->reason));
	read_text(&in, "remedy", r->remedy, sizeof(r->remedy));
	read_text(&in, "warning", r->warning, sizeof(r->warning));
	read_text(&in, "reused", r->reused, sizeof(r->reused));
	broken = shard_read_optional(&in, "broken");
	u->broken = broken != NULL;
	if (u->broken && (r->fault = mem_strdup(broken)) == NULL && in.rc == ERR_OK)
		in.rc = err_nomem(err);
	r->exit_code = (int)shard_read_i64(&in, "exit_code", -1, UINT16_MAX);
	r->signal = (int)shard_read_i64(&in, "signal", 0, UINT16_MAX);
	r->timed_out = shard_read_bool(&in, "timed_out");
	r->leaked = (size_t)shard_read_u64(&in, "leaked", UINT32_MAX);
	read_text(&in, "leaked_names", r->leaked_names, sizeof(r->leaked_names));
	r->leaky = shard_read_bool(&in, "leaky");
	r->attempts = (size_t)shard_read_u64(&in, "attempts", UINT32_MAX);
	r->slow = shard_read_u64(&in, "slow", UINT32_MAX);
	r->second_way = shard_read_bool(&in, "second_way");
	r->empty = shard_read_bool(&in, "empty");
	(void)json_bool(json_get(v, "incomplete"), &r->incomplete); /* else false */
	r->started_ms = shard_read_i64(&in, "started_ms", 0, SHARD_TIME_MAX);
	r->ended_ms = shard_read_i64(&in, "ended_ms", r->started_ms, SHARD_TIME_MAX);
	r->cases.todo = shard_read_u64(&in, "todo", UINT32_MAX);
	r->cases.disagreement = shard_read_optional(&in, "disagreement");
	texts->cases = shard_read_optional_sha256(&in, "cases");
	read_coverage(&in, r, &texts->covered);
	u->summary = shard_read_optional(&in, "summary");
	read_artefacts(&in, u);
	return in.rc == ERR_OK ? arena_err(arena, err) : in.rc;
}

static void read_attempts(struct shard_reader *in, struct gate_cases *c,
                          struct gate_case *item)
{
	const struct json *v = json_first(json_get(in->v, "attempts"));

	for (; v != NULL && in->rc == ERR_OK; v = json_next(v)) {
		struct shard_reader one = { .v = v, .arena = in->arena, .err = in->err };
		enum gate_case_state state = GATE_CASE_ERROR;
		const char *message = shard_read_optional(&one, "message");
		uint64_t us = shard_read_u64(&one, "us", UINT64_MAX / 2);

		if (!find_case_state(json_string(json_get(v, "state")), &state))
			shard_read_fault(&one, "state", "the state of a case");
		if (one.rc == ERR_OK)
			gate_cases_attempt(c, item, state, us,
			                   span_str(message != NULL ? message : ""));
		in->rc = one.rc;
	}
}

/* The case is there; what it has besides may be absent. */
static void read_besides(struct shard_reader *in, struct gate_cases *c,
                         struct gate_case *item)
{
	const char *file = shard_read_optional(in, "file");
	uint64_t line = 0;

	if (json_get(in->v, "line") != NULL)
		line = shard_read_u64(in, "line", UINT32_MAX);
	if (file != NULL)
		gate_cases_place(c, item, span_str(file), line);
	read_attempts(in, c, item);
}

static enum err_code read_case(struct gate_cases *c, const struct json *v,
                               struct err *err)
{
	struct shard_reader in = { .v = v, .arena = &c->arena, .err = err };
	const char *message = json_string(json_get(v, "message"));
	const char *name = json_string(json_get(v, "name"));
	enum gate_case_state state = GATE_CASE_ERROR;
	struct gate_case *item;
	uint64_t us = shard_read_u64(&in, "us", UINT64_MAX / 2);

	if (name == NULL)
		shard_read_fault(&in, "name", "text");
	if (!find_case_state(json_string(json_get(v, "state")), &state))
		shard_read_fault(&in, "state", "the state of a case");
	if (in.rc != ERR_OK)
		return in.rc;
	item = gate_cases_add(c, span_str(name), state, us,
	                      span_str(message != NULL ? message : ""));
	if (item != NULL)
		read_besides(&in, c, item);
	return in.rc;
}

enum err_code gate_unit_cases_read(struct gate_cases *c, struct span text,
                                   struct err *err)
{
	struct span line;
	size_t number = 0;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && span_line(&text, &line)) {
		struct json_doc *doc = NULL;

		number++;
		if (line.len > LINE_MAX_BYTES)
			rc = err_set(err, ERR_CORRUPT, "is too long");
		else if ((rc = json_parse(&doc, line, "case", err)) == ERR_OK)
			rc = read_case(c, json_root(doc), err);
		json_free(doc);
		if (rc != ERR_OK)
			err_wrap(err, rc, "cases, line %zu", number);
	}
	return rc == ERR_OK ? gate_cases_err(c, "cases", err) : rc;
}
