// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "cli/judged.h"
#include "cli/output.h"
#include "cli/shown.h"
#include "crypto/digest.h"
#include "lib/json.h"
#include "os/fs.h"

/* `replay`: a recorded run as it was shown when it ran. */

#define EVENTS_MAX (UINT64_C(64) << 20)
#define UNIT_OUTPUT_MAX (UINT64_C(4) << 20)

struct replay {
	const struct judged *judged;
	const char *dir;
	struct shown shown;
	bool damaged;
};

/* ---- output of units ---- */

/* "suite-unit.output.txt", as collect_units.c names it. */
static const struct gate_artefact *find_output(const struct replay *p, const char *id)
{
	const struct gate_evidence *e = &p->judged->recorded.evidence;
	const struct gate_artefact *found = NULL;
	struct buf name = BUF_INIT;

	buf_printf(&name, "%s.output.txt", id);
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == ':' || name.ptr[i] == '/')
			name.ptr[i] = '-';
	for (size_t i = 0; i < e->record_count && found == NULL; i++)
		for (size_t k = 0; k < e->records[i].artefact_count; k++)
			if (str_eq(e->records[i].artefacts[k].name, buf_str(&name)))
				found = &e->records[i].artefacts[k];
	buf_fini(&name);
	return found;
}

/* The bytes are those that were recorded, or it is said that they are not. */
static void take_output(struct replay *p, const char *id, struct gate_run *r)
{
	const struct gate_artefact *a = find_output(p, id);
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	char hex[DIGEST_HEX];
	enum err_code rc;

	if (a == NULL)
		return;
	buf_printf(&path, "%s/artefacts/%s", p->dir, a->sha256);
	rc = os_read_file(buf_str(&path), UNIT_OUTPUT_MAX, &r->output, &err);
	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&r->output), hex, &err);
	if (rc == ERR_OK && !str_eq(hex, a->sha256))
		rc = err_set(&err, ERR_CORRUPT, "it is not what was recorded");
	if (rc != ERR_OK) {
		program_note("%s: its output, artefacts/%s, cannot be shown: %s", id,
		             a->sha256, err.msg);
		buf_clear(&r->output);
		p->damaged = true;
	}
	buf_fini(&path);
}

/* ---- events ---- */

/* False for a line that is none. */
static bool replay_line(struct replay *p, struct span line)
{
	struct json_doc *doc = NULL;
	const char *left_out;
	const char *id;
	struct gate_run r;
	bool ok;

	gate_run_init(&r);
	ok = json_parse(&doc, line, "event", NULL) == ERR_OK &&
	     shown_take(json_root(doc), &r);
	if (ok) {
		id = json_string(json_get(json_root(doc), "id"));
		left_out = json_string(json_get(json_root(doc), "left_out"));
		if (left_out == NULL && r.state != GATE_RUN_PASS)
			take_output(p, id, &r);
		if (left_out != NULL)
			shown_left_out(&p->shown, id, left_out);
		else
			shown_end(&p->shown, id, &r);
	}
	r.cases.count = 0;
	gate_run_fini(&r);
	json_free(doc);
	return ok;
}

static enum err_code replay_units(struct replay *p, struct err *err)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	struct span rest;
	struct span line;
	enum err_code rc;

	os_join(&path, p->dir, "events.jsonl");
	rc = os_read_file(buf_str(&path), EVENTS_MAX, &text, err);
	if (rc == ERR_NOT_FOUND) {
		program_note("this run keeps no events: it was recorded by an earlier "
		             "version, or merged; `seaworthy report` has its result");
		rc = ERR_OK;
	}
	rest = buf_span(&text);
	for (size_t number = 1; rc == ERR_OK && span_line(&rest, &line); number++) {
		if (replay_line(p, line))
			continue;
		program_note("line %zu of events.jsonl is damaged", number);
		p->damaged = true;
	}
	buf_fini(&text);
	buf_fini(&path);
	return rc;
}

static enum err_code say_run(const struct judged *j, struct err *err)
{
	char started[WHEN_TEXT];
	char took[WHEN_TEXT];

	if (!j->recorded.complete)
		return err_set(err, ERR_USAGE,
		               "the run was not finished, so there is nothing to replay");
	when_format(j->recorded.started_ms, false, started);
	when_duration((uint64_t)(j->recorded.ended_ms - j->recorded.started_ms), took);
	program_note("replay of %s: started %s, took %s",
	             j->recorded.run != NULL ? j->recorded.run : j->recorded.dir, started,
	             took);
	return ERR_OK;
}

static enum err_code replay(struct program_call *call, const struct output *out,
                            const struct judged *j, bool *damaged, struct err *err)
{
	struct replay p = { .judged = j, .dir = j->recorded.dir };
	enum err_code rc = say_run(j, err);

	p.shown.terminal = &call->err;
	if (rc == ERR_OK)
		rc = progress_new(&p.shown.progress, &call->err, false, err);
	if (rc == ERR_OK)
		rc = replay_units(&p, err);
	progress_finish(p.shown.progress);
	*damaged = p.damaged;
	return rc == ERR_OK ? output_write(out, call, &j->card, err) : rc;
}

int cli_replay(struct program_call *call)
{
	struct judged j = { .has_recorded = false };
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	struct output out;
	bool damaged = false;
	enum err_code rc;
	int code;

	rc = output_plan(&out, call, &err);
	if (rc == ERR_OK)
		rc = judged_find(call->args.count ? call->args.items[0] : NULL, &dir,
		                 &err);
	if (rc == ERR_OK)
		rc = judged_open(&j, buf_str(&dir), NULL, &err);
	if (rc == ERR_OK)
		rc = replay(call, &out, &j, &damaged, &err);
	if (rc != ERR_OK)
		code = program_fail(call, &err);
	else
		code = judged_exit(&j, call);
	if (rc == ERR_OK && damaged && code != CLI_INTERNAL)
		code = CLI_VERIFY;
	judged_close(&j);
	buf_fini(&dir);
	return code;
}
