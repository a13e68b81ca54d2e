// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "os/walk.h"
#include "record/attest_internal.h"
#include "record/release.h"

#include <inttypes.h>
#include <stdio.h>

const char *const gate_kept_reports[GATE_KEPT_REPORTS] = { "scorecard.html",
	                                                   "scorecard.json" };

/* Every object below has its keys in the order of their bytes: that is the form. */

static void put_fraction(struct json_writer *w, const char *key,
                         const struct gate_ratio *value)
{
	struct buf text = BUF_INIT;

	gate_ratio_fraction(value, &text);
	json_field_span(w, key, buf_span(&text));
	w->out->failed |= text.failed;
	buf_fini(&text);
}

static void put_tenths(struct json_writer *w, const char *key, int64_t tenths)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%" PRId64 ".%" PRId64, tenths / 10,
	               tenths % 10);
	json_field_str(w, key, text);
}

void attest_put_time(struct json_writer *w, const char *key, int64_t ms)
{
	char text[WHEN_TEXT];

	when_format(ms, true, text);
	json_field_str(w, key, text);
}

static void put_list(struct json_writer *w, const char *key, const char *const *items,
                     size_t count)
{
	json_put_key(w, key);
	json_open(w, '[');
	for (size_t i = 0; i < count; i++)
		json_put_str(w, items[i]);
	json_close(w, ']');
}

/* ---- statement ---- */

/* The code, and where it is known its commit and tree. */
static void put_code(struct json_writer *w, const struct gate_subject *s)
{
	if (s->commit == NULL && s->tree == NULL)
		return;
	json_open(w, '{');
	json_put_key(w, "digest");
	json_open(w, '{');
	if (s->commit != NULL)
		json_field_str(w, "gitCommit", s->commit);
	if (s->tree != NULL)
		json_field_str(w, "gitTree", s->tree);
	json_close(w, '}');
	json_field_str(w, "name", "project");
	json_close(w, '}');
}

static void put_file(struct json_writer *w, const char *name, const char *sha256)
{
	json_open(w, '{');
	json_put_key(w, "digest");
	json_open(w, '{');
	json_field_str(w, "sha256", sha256);
	json_close(w, '}');
	json_field_str(w, "name", name);
	json_close(w, '}');
}

void attest_begin(struct json_writer *w, struct buf *out)
{
	json_writer_init(w, out, 0);
	json_open(w, '{');
	json_field_str(w, "_type", "https://in-toto.io/Statement/v1");
	json_put_key(w, "predicate");
}

void attest_end(struct json_writer *w, const char *type, const struct gate_recorded *r,
                const struct gate_subject *code, const char *file, const char *sha256)
{
	const struct gate_artefact *released;
	const size_t count = gate_release_of(r, &released);

	json_field_str(w, "predicateType", type);
	json_put_key(w, "subject");
	json_open(w, '[');
	put_code(w, code);
	put_file(w, file, sha256);
	for (size_t i = 0; i < count; i++)
		put_file(w, released[i].name, released[i].sha256);
	json_close(w, ']');
	json_close(w, '}');
}

/* ---- assessment ---- */

static void put_cap(struct json_writer *w, const struct gate_assessment *a)
{
	json_put_key(w, "cap");
	if (a->cap == NULL) {
		json_put_null(w);
		return;
	}
	json_open(w, '{');
	json_field_str(w, "limit", a->cap);
	json_field_str(w, "reason", a->cap_reason);
	json_close(w, '}');
}

static void put_categories(struct json_writer *w, const struct gate_assessment *a)
{
	static const char *const bands[] = { NULL, "green", "yellow", "red" };

	json_put_key(w, "categories");
	json_open(w, '[');
	for (size_t i = 0; i < a->policy->category_count; i++) {
		const struct gate_assessed_category *c = &a->categories[i];

		json_open(w, '{');
		json_field_bool(w, "applicable", c->applicable);
		json_field_str(w, "band", bands[c->band]);
		put_tenths(w, "contribution", c->contribution);
		json_field_str(w, "id", a->policy->categories[i].id);
		put_fraction(w, "lower", &c->lower);
		put_fraction(w, "score", &c->score);
		put_fraction(w, "share", &c->share);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_evidence_of(struct json_writer *w, const struct gate_record *r)
{
	json_put_key(w, "evidence");
	json_open(w, '[');
	for (size_t i = 0; r != NULL && i < r->artefact_count; i++)
		json_put_str(w, r->artefacts[i].sha256);
	json_close(w, ']');
}

static void put_record_of(struct json_writer *w, const struct gate_recorded *r,
                          const char *check)
{
	struct buf name = BUF_INIT;
	const struct gate_stored *file;

	buf_printf(&name, "checks/%s.json", check);
	file = gate_manifest_find(&r->stored, buf_str(&name));
	json_field_str(w, "record", file != NULL ? file->sha256 : NULL);
	w->out->failed |= name.failed;
	buf_fini(&name);
}

static void put_checks(struct json_writer *w, const struct gate_recorded *r,
                       const struct gate_assessment *a)
{
	json_put_key(w, "checks");
	json_open(w, '[');
	for (size_t i = 0; i < a->policy->check_count; i++) {
		const struct gate_assessed_check *c = &a->checks[i];

		json_open(w, '{');
		json_field_bool(w, "attested", c->attested);
		put_tenths(w, "contribution", c->contribution);
		put_evidence_of(w, c->record);
		json_field_bool(w, "expired", c->expired);
		put_fraction(w, "high", &c->high);
		json_field_str(w, "id", a->policy->checks[i].id);
		put_fraction(w, "low", &c->low);
		json_field_bool(w, "over_limit", c->over_limit);
		put_record_of(w, r, a->policy->checks[i].id);
		put_fraction(w, "share", &c->share);
		json_field_str(w, "state", gate_state_name(c->state));
		json_field_bool(w, "waived", c->waived);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_score(struct json_writer *w, const struct gate_assessment *a)
{
	char coverage[64];

	gate_ratio_text(&a->coverage, 4, coverage);
	json_put_key(w, "score");
	json_open(w, '{');
	put_fraction(w, "coverage", &a->coverage);
	put_fraction(w, "coverage_attested", &a->coverage_attested);
	put_fraction(w, "coverage_measured", &a->coverage_measured);
	put_fraction(w, "final", &a->final);
	put_fraction(w, "lower", &a->lower);
	json_put_key(w, "printed");
	json_open(w, '{');
	json_field_str(w, "coverage", coverage);
	put_tenths(w, "final", a->final_tenths);
	put_tenths(w, "lower", a->lower_tenths);
	put_tenths(w, "upper", a->upper_tenths);
	json_close(w, '}');
	put_fraction(w, "upper", &a->upper);
	json_close(w, '}');
}

static void put_subject(struct json_writer *w, const struct gate_subject *s)
{
	json_put_key(w, "subject");
	json_open(w, '{');
	json_field_str(w, "commit", s->commit);
	if (s->has_dirty)
		json_field_bool(w, "dirty", s->dirty);
	else
		json_field_null(w, "dirty");
	json_field_str(w, "path", s->path);
	json_field_str(w, "tree", s->tree);
	json_close(w, '}');
}

static bool in_force(const struct gate_assessment *a, const struct gate_waiver *v)
{
	for (size_t i = 0; i < a->policy->check_count; i++)
		if (a->checks[i].waived && a->checks[i].waiver == v)
			return true;
	return false;
}

static void put_waivers(struct json_writer *w, const struct gate_assessment *a)
{
	json_put_key(w, "waivers");
	json_open(w, '[');
	for (size_t i = 0; i < a->policy->waiver_count; i++) {
		const struct gate_waiver *v = &a->policy->waivers[i];

		json_open(w, '{');
		json_field_str(w, "approver", v->approver);
		json_field_str(w, "check", v->check);
		attest_put_time(w, "expires", v->expires_ms);
		json_field_str(w, "fingerprint", v->fingerprint);
		json_field_bool(w, "holds", in_force(a, v));
		json_field_str(w, "issue", v->issue);
		json_field_str(w, "owner", v->owner);
		json_field_str(w, "reason", v->reason);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_sources(struct json_writer *w, const struct gate_recorded *r)
{
	json_put_key(w, "engine");
	json_open(w, '{');
	json_field_str(w, "name", "seaworthy");
	json_field_str(w, "version", r->tool_version);
	json_close(w, '}');
	json_put_key(w, "evidence");
	json_open(w, '{');
	json_field_str(w, "manifest", r->manifest);
	json_field_str(w, "root", r->stored.root);
	json_field_str(w, "run", r->run_sha256);
	json_close(w, '}');
	json_put_key(w, "policy");
	json_open(w, '{');
	json_field_str(w, "digest", r->policy->digest);
	json_field_str(w, "path", r->policy->path);
	json_field_str(w, "profile", r->policy->profile);
	json_close(w, '}');
}

static void put_assessment(struct buf *out, const struct gate_recorded *r,
                           const struct gate_assessment *a)
{
	struct json_writer w;

	attest_begin(&w, out);
	json_open(&w, '{');
	attest_put_time(&w, "assessed", a->now_ms);
	put_cap(&w, a);
	put_categories(&w, a);
	put_checks(&w, r, a);
	put_sources(&w, r);
	json_field_u64(&w, "schema_version", 1);
	put_score(&w, a);
	put_subject(&w, a->subject);
	put_waivers(&w, a);
	json_close(&w, '}');
	attest_end(&w, GATE_ASSESSMENT_TYPE, r, a->subject, "run.json", r->run_sha256);
}

/* ---- decision ---- */

static void put_conditions(struct json_writer *w, const struct gate_assessment *a)
{
	json_put_key(w, "conditions");
	json_open(w, '[');
	for (size_t i = 0; i < a->condition_count; i++) {
		const struct gate_condition *c = &a->conditions[i];

		json_open(w, '{');
		json_field_str(w, "check", c->check);
		if (c->has_deadline)
			attest_put_time(w, "deadline", c->deadline_ms);
		else
			json_field_null(w, "deadline");
		json_field_str(w, "owner", c->owner);
		json_field_str(w, "reason", c->reason);
		json_close(w, '}');
	}
	json_close(w, ']');
}

/* By their files: whoever verifies takes the same ones into account, whatever was said
 * since. What is no signed statement counts nothing. */
static void put_signoffs(struct json_writer *w, const struct gate_assessment *a)
{
	json_put_key(w, "signoffs");
	json_open(w, '[');
	for (size_t i = 0; i < a->signoff_count; i++) {
		const struct gate_signoff *s = a->signoffs[i].said;

		if (s->fault != NULL)
			continue;
		json_put_str(w, s->sha256);
		if (s->sig_sha256 != NULL)
			json_put_str(w, s->sig_sha256);
	}
	json_close(w, ']');
}

/* What people read has to be what was decided: so it is named as well. */
static enum err_code put_reports(struct json_writer *w, const char *dir, struct err *err)
{
	struct os_dir d = { -1 };
	enum err_code rc = os_dir_open(&d, NULL, dir, err);

	json_put_key(w, "reports");
	json_open(w, '[');
	for (size_t i = 0; i < GATE_KEPT_REPORTS && rc == ERR_OK; i++) {
		char hex[DIGEST_HEX];
		uint64_t bytes;

		rc = gate_file_digest(&d, gate_kept_reports[i], hex, &bytes, err);
		if (rc == ERR_OK) {
			json_open(w, '{');
			json_field_str(w, "name", gate_kept_reports[i]);
			json_field_str(w, "sha256", hex);
			json_close(w, '}');
		} else if (rc == ERR_NOT_FOUND) {
			rc = ERR_OK; /* then the statement is another */
		}
	}
	json_close(w, ']');
	os_dir_close(&d);
	return rc;
}

static enum err_code put_decision(struct buf *out, const struct gate_recorded *r,
                                  const struct gate_assessment *a, const char *assessment,
                                  struct err *err)
{
	static const char *const decisions[] = { "GO", "CONDITIONAL GO", "NO-GO" };
	struct json_writer w;
	enum err_code rc;

	attest_begin(&w, out);
	json_open(&w, '{');
	json_field_str(&w, "assessment", assessment);
	put_conditions(&w, a);
	attest_put_time(&w, "decided", a->decided_ms);
	json_field_str(&w, "decision", decisions[a->decision]);
	json_field_u64(&w, "exit", (uint64_t)gate_assessment_exit(a, false));
	put_list(&w, "notes", a->notes, a->note_count);
	put_list(&w, "reasons", a->reasons, a->reason_count);
	rc = put_reports(&w, r->dir, err);
	json_field_u64(&w, "schema_version", 1);
	put_signoffs(&w, a);
	json_close(&w, '}');
	attest_end(&w, GATE_DECISION_TYPE, r, a->subject, GATE_ASSESSMENT, assessment);
	return rc;
}

/* ---- all of them ---- */

const struct gate_statement_kind gate_statement_kinds[GATE_STATEMENT_KINDS] = {
	{ GATE_ASSESSMENT_TYPE, GATE_ASSESSMENT, "assessment.sigstore.json" },
	{ GATE_DECISION_TYPE, GATE_DECISION, "decision.sigstore.json" },
	{ GATE_SUMMARY_TYPE, NULL, "summary.sigstore.json" },
	{ GATE_RESULT_TYPE, NULL, "result.sigstore.json" },
	{ GATE_TESTS_TYPE, NULL, NULL },
};

enum err_code attest_add(struct gate_attested *out, enum gate_statement_number kind,
                         const struct buf *text, struct err *err)
{
	struct gate_statement *s =
		arena_push(&out->arena, &out->items, &out->count, &out->cap, sizeof *s);

	if (buf_err(text, err) != ERR_OK)
		return ERR_NOMEM;
	if (s != NULL) {
		s->kind = &gate_statement_kinds[kind];
		s->text = span_of(arena_dup(&out->arena, buf_span(text)), text->len);
	}
	return arena_err(&out->arena, err);
}

static enum err_code attest_own(struct gate_attested *out, const struct gate_recorded *r,
                                const struct gate_assessment *a, char digest[DIGEST_HEX],
                                struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	put_assessment(&text, r, a);
	rc = attest_add(out, GATE_SAYS_ASSESSMENT, &text, err);
	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&text), digest, err);
	buf_clear(&text);
	if (rc == ERR_OK)
		rc = put_decision(&text, r, a, digest, err);
	if (rc == ERR_OK)
		rc = attest_add(out, GATE_SAYS_DECISION, &text, err);
	buf_fini(&text);
	return rc;
}

enum err_code gate_attest(struct gate_attested *out, const struct gate_recorded *r,
                          const struct gate_assessment *a, struct err *err)
{
	char digest[DIGEST_HEX];
	enum err_code rc;

	if (r->manifest == NULL || r->stored.files == NULL)
		return err_set(err, ERR_CORRUPT,
		               "%s: there is no manifest of its files to vouch for",
		               r->dir);
	rc = attest_own(out, r, a, digest, err);
	if (rc == ERR_OK)
		rc = attest_for_others(out, r, a, digest, err);
	return rc;
}

enum err_code gate_assessment_digest(char hex[DIGEST_HEX], const struct gate_recorded *r,
                                     const struct gate_assessment *a, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	put_assessment(&text, r, a);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&text), hex, err);
	buf_fini(&text);
	return rc;
}

void gate_attested_fini(struct gate_attested *a)
{
	arena_fini(&a->arena);
}
