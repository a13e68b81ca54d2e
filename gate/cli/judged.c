// SPDX-License-Identifier: Apache-2.0
#include "cli/judged.h"

#include "base/str.h"
#include "cli/project.h"
#include "collect/rederive/rederive.h"
#include "lib/json.h"
#include "os/clock.h"
#include "os/fs.h"
#include "record/attest.h"
#include "record/entry.h"
#include "record/record_json.h"
#include "record/signoffs.h"

#include <string.h>

#define ASSESSMENT_MAX (UINT64_C(1) << 30)

static enum err_code assess(struct judged *j, struct err *err)
{
	const struct gate_recorded *r = &j->recorded;
	enum err_code rc;

	gate_assessment_free(j->assessment);
	j->assessment = NULL;
	rc = gate_assess(&j->assessment, r->policy, &r->evidence, err);
	return rc == ERR_OK
	               ? gate_scorecard_fill(&j->card, &j->arena, j->assessment, r, err)
	               : rc;
}

enum err_code judged_open(struct judged *j, const char *dir, const int64_t *now_ms,
                          struct err *err)
{
	enum err_code rc;

	memset(j, 0, sizeof *j);
	arena_init(&j->arena);
	if ((rc = gate_recorded_load(&j->recorded, dir, err)) != ERR_OK)
		return rc;
	j->has_recorded = true;
	if ((rc = gate_recorded_compare(&j->recorded, err)) != ERR_OK)
		return rc;
	if (now_ms)
		j->recorded.evidence.now_ms = *now_ms;
	/* A sign-off comes after the run, so a report is decided as of now. */
	rc = gate_signoffs_load(&j->recorded, now_ms ? *now_ms : os_now_ms(), err);
	if (rc != ERR_OK)
		return rc;
	return assess(j, err);
}

/* Assesses again without what the damages are behind, where there are more than before.
 */
static enum err_code withdraw(struct judged *j, size_t before, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (j->recorded.damages.count == before)
		return ERR_OK;
	rc = gate_recorded_withdraw(&j->recorded, err);
	return rc == ERR_OK ? assess(j, err) : rc;
}

static enum err_code rederive(struct judged *j, struct err *err)
{
	const size_t before = j->recorded.damages.count;
	const enum err_code rc = gate_rederive_own(&j->recorded, err);

	return rc == ERR_OK ? withdraw(j, before, err) : rc;
}

/* Is it a run that was kept where it was recorded, and of which project? */
static bool find_home(const struct gate_recorded *r, struct buf *root)
{
	struct buf below = BUF_INIT;
	bool kept;

	buf_printf(&below, "/.seaworthy/runs/%s", r->run != NULL ? r->run : "");
	kept = r->run != NULL && os_realpath(r->dir, root, NULL) == ERR_OK &&
	       buf_ok(&below) && span_ends(buf_span(root), buf_span(&below));
	if (kept)
		buf_truncate(root, root->len - below.len);
	buf_fini(&below);
	return kept;
}

/* The SHA-256 of its assessment.json as it stands; none where that is of another
 * run.json.
 */
static void digest_assessment(const struct gate_recorded *r, char hex[DIGEST_HEX])
{
	struct json_doc *doc = NULL;
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	const struct json *evidence;

	os_join(&path, r->dir, GATE_ASSESSMENT);
	hex[0] = '\0';
	if (buf_ok(&path) &&
	    os_read_file(buf_str(&path), ASSESSMENT_MAX, &text, NULL) == ERR_OK &&
	    json_parse(&doc, buf_span(&text), GATE_ASSESSMENT, NULL) == ERR_OK) {
		evidence = json_get(json_get(json_root(doc), "predicate"), "evidence");
		if (!str_eq(json_string(json_get(evidence, "run")), r->run_sha256) ||
		    digest_hex(buf_span(&text), hex, NULL) != ERR_OK)
			hex[0] = '\0';
	}
	json_free(doc);
	buf_fini(&path);
	buf_fini(&text);
}

/* A run stands as its project's history has it, whatever was made to fit since. */
static enum err_code ask_history(struct judged *j, struct err *err)
{
	struct gate_recorded *r = &j->recorded;
	const size_t before = r->damages.count;
	struct buf root = BUF_INIT;
	char hex[DIGEST_HEX];

	if (r->manifest != NULL && before == 0 && find_home(r, &root)) {
		digest_assessment(r, hex);
		if (judged_is_other(buf_str(&root), r->run, hex))
			gate_damage_add(&r->damages, "run.json",
			                "the history has another assessment of this run");
	}
	buf_fini(&root);
	return withdraw(j, before, err);
}

enum err_code judged_open_again(struct judged *j, const char *dir, const int64_t *now_ms,
                                struct err *err)
{
	enum err_code rc = judged_open(j, dir, now_ms, err);

	if (rc == ERR_OK)
		rc = rederive(j, err);
	return rc == ERR_OK ? ask_history(j, err) : rc;
}

void judged_close(struct judged *j)
{
	gate_assessment_free(j->assessment);
	j->assessment = NULL;
	if (j->has_recorded)
		gate_recorded_fini(&j->recorded);
	j->has_recorded = false;
	arena_fini(&j->arena);
}

int judged_faults(const struct judged *j)
{
	const struct gate_damages *d = &j->recorded.damages;

	for (size_t i = 0; i < d->count; i++)
		program_note("%s/%s: %s", j->recorded.dir, d->items[i].file,
		             d->items[i].what);
	return d->count > 0 ? CLI_VERIFY : CLI_OK;
}

int judged_exit(const struct judged *j, const struct program_call *call)
{
	const int code = gate_assessment_exit(j->assessment,
	                                      cli_options(call)->accept_conditional);

	return judged_faults(j) != CLI_OK && code != CLI_INTERNAL ? CLI_VERIFY : code;
}

bool judged_is_kept(const char *root, const char *run)
{
	struct buf path = BUF_INIT;
	bool kept;

	if (!gate_record_id_ok(run))
		return false;
	buf_printf(&path, "%s/.seaworthy/runs/%s/run.json", root, run);
	kept = buf_ok(&path) && os_type_of(buf_str(&path)) == OS_FILE;
	buf_fini(&path);
	return kept;
}

static bool has_signoffs(const char *root, const char *run)
{
	struct buf path = BUF_INIT;
	bool has;

	buf_printf(&path, "%s/.seaworthy/runs/%s/" GATE_SIGNOFFS, root, run);
	has = buf_ok(&path) && os_type_of(buf_str(&path)) != OS_NONE;
	buf_fini(&path);
	return has;
}

/* Anybody can put a file there: it counts only in the folder of the run that the history
 * has, and only where the stored bytes bear that run out. */
static bool is_as_entered(struct judged *j, const char *assessment)
{
	char hex[DIGEST_HEX];

	return gate_signoffs_subject(&j->recorded, hex, NULL) == ERR_OK &&
	       str_eq(hex, assessment) && rederive(j, NULL) == ERR_OK &&
	       j->recorded.damages.count == 0;
}

bool judged_standing(const char *root, const char *run, const char *assessment,
                     enum gate_decision *decision)
{
	struct judged j = { .has_recorded = false };
	struct buf dir = BUF_INIT;
	bool known = judged_is_kept(root, run);

	/* Where nobody signed it stands as it was recorded. */
	if (known && has_signoffs(root, run)) {
		buf_printf(&dir, "%s/.seaworthy/runs/%s", root, run);
		known = buf_ok(&dir) &&
		        judged_open(&j, buf_str(&dir), NULL, NULL) == ERR_OK &&
		        is_as_entered(&j, assessment);
		if (known)
			*decision = j.assessment->decision;
		judged_close(&j);
	}
	buf_fini(&dir);
	return known;
}

/* To be finished in any case. */
static bool read_entry(struct gate_entry *out, const char *root,
                       const struct gate_history_row *row)
{
	struct buf text = BUF_INIT;
	bool is_signed = false;
	bool ok;

	*out = (struct gate_entry){ .arena = ARENA_INIT };
	ok = gate_history_read(root, row->index, row->offset, &text, &is_signed, NULL) ==
	             ERR_OK &&
	     gate_entry_open(out, buf_span(&text), is_signed, NULL) == ERR_OK;
	buf_fini(&text);
	return ok;
}

bool judged_row(const char *root, const struct gate_history_row *row,
                enum gate_decision *decision)
{
	struct gate_entry entry;
	bool known;

	/* Of the many that nobody signed, or that are gone, no line is read. */
	if (!judged_is_kept(root, row->run))
		return false;
	if (!has_signoffs(root, row->run))
		return true;
	known = read_entry(&entry, root, row) &&
	        judged_standing(root, row->run, entry.assessment, decision);
	gate_entry_fini(&entry);
	return known;
}

bool judged_is_other(const char *root, const char *run, const char *assessment)
{
	const struct gate_history_query query = { .run = run };
	struct gate_history_rows rows = { .arena = ARENA_INIT };
	bool other = false;
	bool same = false;

	if (run != NULL && gate_history_list(&rows, root, &query, NULL) == ERR_OK)
		for (size_t i = 0; i < rows.count; i++) {
			struct gate_entry entry;

			if (!str_eq(rows.items[i].run, run))
				continue;
			if (read_entry(&entry, root, &rows.items[i])) {
				same = same || str_eq(entry.assessment, assessment);
				other = true;
			}
			gate_entry_fini(&entry);
		}
	gate_history_rows_fini(&rows);
	return other && !same;
}

static enum err_code ask_shard(const struct buf *dir, bool *shard, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	os_join(&path, buf_str(dir), "shard.json");
	rc = buf_err(&path, err);
	*shard = rc == ERR_OK && os_type_of(buf_str(&path)) != OS_NONE;
	buf_fini(&path);
	return rc;
}

enum err_code judged_find_any(const char *what, struct buf *dir, bool *shard,
                              struct err *err)
{
	struct buf root = BUF_INIT;
	enum err_code rc;

	if (what && os_type_of(what) == OS_DIR) {
		buf_puts(dir, what);
		rc = buf_err(dir, err);
		return rc == ERR_OK ? ask_shard(dir, shard, err) : rc;
	}
	rc = project_root(NULL, &root, err);
	if (rc == ERR_OK)
		rc = gate_recorded_find(buf_str(&root), what, dir, err);
	/* It says already that there is no run, and how to get one. */
	if (rc == ERR_NOT_FOUND && err != NULL)
		rc = err->code = ERR_USAGE;
	if (rc == ERR_OK)
		rc = ask_shard(dir, shard, err);
	buf_fini(&root);
	return rc;
}

/* What a shard lacks would count as missing evidence: a decision that nobody means. */
enum err_code judged_find(const char *what, struct buf *dir, struct err *err)
{
	bool shard = false;
	enum err_code rc = judged_find_any(what, dir, &shard, err);

	if (rc == ERR_OK && shard)
		rc = err_set(err, ERR_USAGE,
		             "%s is one shard of a run: join them with seaworthy merge",
		             buf_str(dir));
	return rc;
}
