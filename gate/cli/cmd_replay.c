// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "cli/judged.h"
#include "cli/level.h"
#include "cli/output.h"
#include "cli/shard.h"
#include "cli/shown.h"
#include "crypto/digest.h"
#include "lib/json.h"
#include "os/fs.h"

/* `replay`: a recorded run as it was shown when it ran. */

#define EVENTS_MAX (UINT64_C(64) << 20)
#define UNIT_OUTPUT_MAX (UINT64_C(4) << 20)

struct replay {
	struct judged *judged;
	const char *dir;
	struct shown shown;
	bool shard;
	bool damaged;
};

/* ---- output of units ---- */

/* "suite-unit.output.txt", as collect_units.c names it. */
static void name_output(struct buf *name, const char *id)
{
	buf_printf(name, "%s.output.txt", id);
	for (size_t i = 0; i < name->len; i++)
		if (name->ptr[i] == ':' || name->ptr[i] == '/')
			name->ptr[i] = '-';
}

/* Appends its hash; nothing if there is none. A shard has it of units whose checks other
 * shards have a say in, too. */
static enum err_code find_output(const struct replay *p, const char *id, struct buf *out,
                                 struct err *err)
{
	const struct gate_evidence *e = &p->judged->recorded.evidence;
	struct buf name = BUF_INIT;
	enum err_code rc = ERR_OK;

	name_output(&name, id);
	for (size_t i = 0; !p->shard && i < e->record_count && out->len == 0; i++)
		for (size_t k = 0; k < e->records[i].artefact_count; k++)
			if (out->len == 0 &&
			    str_eq(e->records[i].artefacts[k].name, buf_str(&name)))
				buf_puts(out, e->records[i].artefacts[k].sha256);
	if (p->shard)
		rc = shard_artefact(p->dir, id, buf_str(&name), out, err);
	buf_fini(&name);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}

/* The bytes are those that were recorded, or it is said that they are not. */
static void take_output(struct replay *p, const char *id, struct gate_run *r)
{
	struct buf path = BUF_INIT;
	struct buf sha256 = BUF_INIT;
	struct err err = ERR_INIT;
	char hex[DIGEST_HEX];
	enum err_code rc = find_output(p, id, &sha256, &err);

	if (rc == ERR_OK && sha256.len == 0)
		goto out;
	buf_printf(&path, "%s/artefacts/%s", p->dir, buf_str(&sha256));
	if (rc == ERR_OK)
		rc = os_read_file(buf_str(&path), UNIT_OUTPUT_MAX, &r->output, &err);
	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&r->output), hex, &err);
	if (rc == ERR_OK && !str_eq(hex, buf_str(&sha256)))
		rc = err_set(&err, ERR_CORRUPT, "it is not what was recorded");
	if (rc != ERR_OK) {
		program_note("%s: its output, artefacts/%s, cannot be shown: %s", id,
		             buf_str(&sha256), err.msg);
		buf_clear(&r->output);
		p->damaged = true;
	}
out:
	buf_fini(&sha256);
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
		             "version; `seaworthy report` has its result");
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

static enum err_code show_units(struct program_call *call, struct replay *p,
                                struct err *err)
{
	enum err_code rc = say_run(p->judged, err);

	p->shown.terminal = &call->err;
	if (rc == ERR_OK)
		rc = progress_new(&p->shown.progress, &call->err, false, err);
	if (rc == ERR_OK)
		rc = replay_units(p, err);
	progress_finish(p->shown.progress);
	return rc;
}

/* The result: a run's scorecard, or what is known of a shard. */
static int show_result(struct program_call *call, const struct output *out,
                       const struct replay *p)
{
	struct err err = ERR_INIT;

	if (p->shard)
		return shard_report(call, p->dir);
	if (level_output(out, call, p->judged, &err) != ERR_OK)
		return program_fail(call, &err);
	return judged_exit(p->judged, call);
}

int cli_replay(struct program_call *call)
{
	struct judged j = { .has_recorded = false };
	struct replay p = { .judged = &j };
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	struct output out;
	enum err_code rc;
	int code;

	rc = judged_find_any(call->args.count ? call->args.items[0] : NULL, &dir,
	                     &p.shard, &err);
	p.dir = buf_str(&dir);
	if (rc == ERR_OK)
		rc = p.shard ? shard_check_options(call, &err)
		             : output_plan(&out, call, &err);
	if (rc == ERR_OK)
		rc = p.shard ? judged_open(&j, p.dir, NULL, &err)
		             : judged_open_again(&j, p.dir, NULL, &err);
	if (rc == ERR_OK)
		rc = show_units(call, &p, &err);
	code = rc == ERR_OK ? show_result(call, &out, &p) : program_fail(call, &err);
	if (rc == ERR_OK && p.damaged && code != CLI_INTERNAL)
		code = CLI_VERIFY;
	judged_close(&j);
	buf_fini(&dir);
	return code;
}
