// SPDX-License-Identifier: Apache-2.0
#include "cli/shard.h"

#include "base/str.h"
#include "base/when.h"
#include "cli/judged.h"
#include "collect/shard/shards.h"
#include "collect/shard/unit_doc.h"
#include "collect/summary.h"
#include "os/fs.h"
#include "os/process.h"

#include <string.h>

/* ---- options ---- */

static enum err_code detect(struct gate_shard *out, struct err *err)
{
	const char *touch = NULL;
	enum err_code rc = gate_shard_detect(out, os_environ(), &touch, err);

	/* Bazel takes it for the word that this test knows of shards. */
	if (rc == ERR_OK && touch != NULL)
		rc = os_write_atomic(touch, SPAN_EMPTY, 0644, err);
	return rc;
}

enum err_code shard_choose(const struct gate_shard **out, const struct program_call *call,
                           struct arena *arena, struct err *err)
{
	const struct cli_options *o = cli_options(call);
	struct gate_shard *s;
	enum err_code rc;

	*out = NULL;
	if (o->shard == NULL && o->shard_mode != NULL)
		return err_set(err, ERR_USAGE,
		               "--shard-mode says how --shard cuts: give it, too");
	if (o->shard == NULL)
		return ERR_OK;
	if ((s = arena_new(arena, sizeof(*s))) == NULL)
		return err_nomem(err);
	if (o->shard_mode != NULL)
		(void)gate_shard_mode_find(o->shard_mode, &s->mode);
	if (str_eq(o->shard, "auto"))
		rc = detect(s, err);
	else if ((rc = gate_shard_parse(s, span_str(o->shard), err)) != ERR_OK)
		rc = err_wrap(err, rc, "--shard");
	if (rc == ERR_OK)
		*out = s;
	return rc;
}

enum err_code shard_check_options(const struct program_call *call, struct err *err)
{
	const struct cli_options *o = cli_options(call);

	if (o->outputs.count > 0 || (o->format != NULL && !str_eq(o->format, "human") &&
	                             !str_eq(o->format, "json")))
		return err_set(
			err, ERR_USAGE,
			"--shard: a shard has no scorecard, only --format human or json; "
			"`seaworthy merge` takes --output and all formats");
	if (o->sign != NULL)
		return err_set(err, ERR_USAGE,
		               "--shard: a shard decides nothing to be signed; --sign "
		               "belongs to `seaworthy merge`");
	if (o->artefacts.count > 0)
		return err_set(
			err, ERR_USAGE,
			"--shard: a shard vouches for nothing; --artefact belongs to "
			"`seaworthy merge`");
	if (o->accept_conditional)
		return err_set(err, ERR_USAGE,
		               "--shard: a shard decides nothing; --accept-conditional "
		               "belongs to `seaworthy merge`");
	return ERR_OK;
}

/* ---- what it ran ---- */

struct telling {
	const struct program_call *call;
	struct shards shards;
	const struct shards_folder *folder;
	struct gate_unit_state *units; /* of those that ran here */
	struct judged judged;
	size_t here;
};

static enum err_code read_unit(struct telling *t, size_t i, struct err *err)
{
	const struct shards_unit *u = &t->folder->units[i];
	struct json_doc *doc = NULL;
	struct buf text = BUF_INIT;
	struct gate_unit_texts texts = { NULL, NULL };
	enum err_code rc;

	t->here++;
	rc = shards_read(t->folder, "artefacts", u->state, u->state, &text, err);
	if (rc == ERR_OK)
		rc = json_parse(&doc, buf_span(&text), u->id, err);
	if (rc == ERR_OK)
		rc = gate_unit_doc_read(&t->units[i], &texts, json_root(doc), u->id,
		                        &t->shards.arena, err);
	json_free(doc);
	if (rc == ERR_OK && texts.cases != NULL)
		rc = shards_read(t->folder, "artefacts", texts.cases, texts.cases, &text,
		                 err);
	if (rc == ERR_OK && texts.cases != NULL)
		rc = gate_unit_cases_read(&t->units[i].run.cases, buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

/* Read back as a merge will: what cannot be joined is told by the shard already. */
static enum err_code open_telling(struct telling *t, const char *dir, struct err *err)
{
	enum err_code rc = shards_open(&t->shards, &dir, 1, true, err);

	if (rc != ERR_OK)
		return rc;
	t->folder = t->shards.first;
	t->units = arena_array(&t->shards.arena, t->folder->unit_count + 1,
	                       sizeof(*t->units));
	if (t->units == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < t->folder->unit_count; i++)
		gate_run_init(&t->units[i].run);
	for (size_t i = 0; i < t->folder->unit_count && rc == ERR_OK; i++)
		if (t->folder->units[i].state != NULL)
			rc = read_unit(t, i, err);
	return rc == ERR_OK ? judged_open(&t->judged, dir, NULL, err) : rc;
}

static void close_telling(struct telling *t)
{
	for (size_t i = 0; t->units != NULL && i < t->folder->unit_count; i++)
		gate_run_fini(&t->units[i].run);
	judged_close(&t->judged);
	shards_close(&t->shards);
}

static bool is_settled(const struct telling *t, const char *check)
{
	const struct shards_named *n =
		shards_find(t->folder->checks, t->folder->check_count, check);

	return n != NULL && n->settled;
}

static const struct rep_check *failed_blocker(const struct telling *t)
{
	const struct rep_scorecard *card = &t->judged.card;

	for (size_t i = 0; i < card->check_count; i++) {
		const struct rep_check *k = &card->checks[i];

		if (k->state == REP_FAIL && !k->waived && str_eq(k->blocker, "P0") &&
		    is_settled(t, k->id))
			return k;
	}
	return NULL;
}

/* 5 > 4 > 1 > 0, as everywhere. */
static int exit_of(const struct telling *t)
{
	bool unknown = false;
	bool failed = failed_blocker(t) != NULL;

	for (size_t i = 0; i < t->folder->unit_count; i++) {
		const struct gate_unit_state *u = &t->units[i];

		if (t->folder->units[i].state == NULL)
			continue;
		if (u->broken)
			return CLI_INTERNAL;
		/* A part of a suite may well have no test. */
		unknown = unknown || (u->run.state == GATE_RUN_UNKNOWN &&
		                      !(t->folder->units[i].everywhere && u->run.empty));
		failed = failed || u->run.state == GATE_RUN_FAIL;
	}
	if (unknown)
		return CLI_EVIDENCE;
	return failed ? CLI_NO_GO : CLI_OK;
}

static const char *run_word(const struct gate_unit_state *u)
{
	switch (u->run.state) {
	case GATE_RUN_PASS:
		return "pass";
	case GATE_RUN_FAIL:
		return "FAIL";
	case GATE_RUN_UNKNOWN:
		break;
	}
	return u->broken ? "error" : "unknown";
}

/* ---- for programs ---- */

static void put_seconds(struct json_writer *w, const char *key, uint64_t ms)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "%llu.%03llu", (unsigned long long)(ms / 1000),
	           (unsigned long long)(ms % 1000));
	json_field_number(w, key, buf_str(&text));
	buf_fini(&text);
}

static void put_unit(struct json_writer *w, const struct shards_unit *u,
                     const struct gate_unit_state *s)
{
	json_open(w, '{');
	json_field_str(w, "id", u->id);
	json_field_str(w, "kind", gate_unit_kind_name(u->kind));
	json_field_bool(w, "broken", s->broken);
	json_field_str(w, "state", gate_run_state_name(s->run.state));
	json_field_str(w, "reason", s->run.reason[0] != '\0' ? s->run.reason : NULL);
	json_field_u64(w, "passed", s->run.cases.passed);
	json_field_u64(w, "failed", s->run.cases.failed);
	json_field_u64(w, "skipped", s->run.cases.skipped);
	json_field_u64(w, "flaky", s->run.cases.flaky);
	json_field_u64(w, "quarantined", s->run.cases.quarantined);
	put_seconds(w, "duration_s", (uint64_t)(s->run.ended_ms - s->run.started_ms));
	json_close(w, '}');
}

static void put_json(struct buf *out, const struct telling *t, const char *dir)
{
	const struct shards_folder *f = t->folder;
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_put_key(&w, "shard");
	json_open(&w, '{');
	json_field_u64(&w, "index", f->shard.index);
	json_field_u64(&w, "total", f->shard.total);
	json_field_str(&w, "mode", gate_shard_mode_name(f->shard.mode));
	json_field_str(&w, "fingerprint", f->fingerprint);
	json_close(&w, '}');
	json_field_str(&w, "run", dir);
	json_field_u64(&w, "units_total", f->unit_count);
	json_put_key(&w, "units");
	json_open(&w, '[');
	for (size_t i = 0; i < f->unit_count; i++)
		if (f->units[i].state != NULL)
			put_unit(&w, &f->units[i], &t->units[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

/* ---- for people ---- */

static void put_line(struct buf *out, const struct shards_unit *u,
                     const struct gate_unit_state *s)
{
	const struct gate_cases *c = &s->run.cases;
	const char *word = run_word(s);
	uint64_t passed = c->passed + c->flaky;
	char took[WHEN_TEXT];

	when_duration((uint64_t)(s->run.ended_ms - s->run.started_ms), took);
	buf_printf(out, "  %s", word);
	buf_fill(out, ' ', 9 - span_str(word).len);
	buf_printf(out, "%s", u->id);
	if (u->kind == GATE_UNIT_SUITE)
		buf_printf(out, "  %llu passed, %llu failed, %llu skipped",
		           (unsigned long long)passed, (unsigned long long)c->failed,
		           (unsigned long long)c->skipped);
	buf_printf(out, "  %s\n", took);
	if (s->run.reason[0] == '\0')
		return;
	buf_puts(out, "           ");
	str_display_cut(out, span_str(s->run.reason), 200);
	buf_putc(out, '\n');
}

static void put_human(struct buf *out, const struct telling *t, const char *dir)
{
	const struct shards_folder *f = t->folder;
	const struct rep_check *blocker = failed_blocker(t);

	buf_printf(out, "shard %u of %u (%s): %zu of %zu units ran here\n",
	           f->shard.index, f->shard.total, gate_shard_mode_name(f->shard.mode),
	           t->here, f->unit_count);
	for (size_t i = 0; i < f->unit_count; i++)
		if (f->units[i].state != NULL)
			put_line(out, &f->units[i], &t->units[i]);
	if (blocker != NULL) {
		buf_printf(out, "  FAIL     %s (P0): ", blocker->id);
		str_display_cut(out, span_str(blocker->message), 200);
		buf_putc(out, '\n');
	}
	buf_printf(out,
	           "No score and no decision: these need all shards.\n"
	           "  seaworthy merge DIR.., one of them %s\n",
	           dir);
}

int shard_report(const struct program_call *call, const char *dir)
{
	struct telling t = { .call = call };
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = open_telling(&t, dir, &err);
	int code;

	if (rc == ERR_OK) {
		if (str_eq(cli_options(call)->format, "json"))
			put_json(&text, &t, dir);
		else
			put_human(&text, &t, dir);
		rc = buf_err(&text, &err);
	}
	if (rc == ERR_OK)
		rc = program_print(buf_span(&text), &err);
	code = rc == ERR_OK ? exit_of(&t) : program_fail(call, &err);
	if (rc == ERR_CORRUPT)
		code = CLI_VERIFY;
	close_telling(&t);
	buf_fini(&text);
	return code;
}

static void find_artefact(const struct gate_unit_state *u, const char *name,
                          struct buf *out)
{
	for (size_t i = 0; i < u->artefact_count; i++)
		if (str_eq(u->artefacts[i].name, name)) {
			buf_puts(out, u->artefacts[i].sha256);
			return;
		}
}

enum err_code shard_artefact(const char *dir, const char *unit, const char *name,
                             struct buf *out, struct err *err)
{
	struct telling t = { .units = NULL };
	enum err_code rc = open_telling(&t, dir, err);

	for (size_t i = 0; rc == ERR_OK && i < t.folder->unit_count; i++)
		if (str_eq(t.folder->units[i].id, unit))
			find_artefact(&t.units[i], name, out);
	close_telling(&t);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}
