// SPDX-License-Identifier: Apache-2.0
#include "record/verify.h"

#include "base/str.h"
#include "base/when.h"
#include "lib/json.h"
#include "os/walk.h"
#include "record/release.h"
#include "record/scorecard_internal.h"
#include "record/signoffs.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MAX (UINT64_C(1) << 30)
/* Those that are read, not only compared: assessment and decision. */
enum { OWN = GATE_SAYS_DECISION + 1 };

/* What is vouched for: a signed payload, else a file. */
struct said {
	struct span text;
	const char *line; /* its envelope, or NULL */
	const char *keyid;
};

struct verifying {
	struct gate_verified *v;
	const char *dir;
	struct os_dir folder;
	const struct lb_verifier *keys;
	size_t key_count;
	struct said *said;
	size_t said_count;
	size_t said_cap;
	struct json_doc *docs[OWN];
	int64_t now_ms;
	struct gate_manifest manifest;
};

static void damage(struct verifying *k, const char *file, const char *what)
{
	gate_damage_add(&k->v->damages, file, what);
}

static bool broken(const struct verifying *k)
{
	return k->v->damages.count > 0;
}

/* False, and told, for a file that is not there or cannot be read. */
static bool read_file(struct verifying *k, const char *name, struct buf *out)
{
	struct err why = ERR_INIT;
	enum err_code rc = os_dir_read(&k->folder, name, FILE_MAX, out, NULL, &why);

	if (rc != ERR_OK)
		damage(k, name, rc == ERR_NOT_FOUND ? GATE_MISSING : why.msg);
	return rc == ERR_OK;
}

static void take_said(struct verifying *k, struct span text, struct span line,
                      const char *keyid)
{
	struct arena *arena = &k->v->arena;
	struct said *s =
		arena_push(arena, &k->said, &k->said_count, &k->said_cap, sizeof *s);

	if (s == NULL)
		return;
	s->text = span_of(arena_dup(arena, text), text.len);
	s->line = line.len > 0 ? arena_dup(arena, line) : NULL;
	s->keyid = arena_str(arena, keyid);
}

/* ---- signatures ---- */

/* Only the one form that gate_envelope_write gives, so that nothing of the line can be
 * changed unseen; and only signatures that are of keys the verifier trusts. */
static enum err_code check_envelope(struct verifying *k, const struct gate_envelope *e,
                                    struct span line, bool *by, struct err *err)
{
	struct buf again = BUF_INIT;
	size_t good;
	enum err_code rc;

	gate_envelope_write(e, &again);
	rc = buf_err(&again, err);
	if (rc == ERR_OK && !span_eq(buf_span(&again), line))
		rc = err_set(err, ERR_CORRUPT, "it is not in the form that was written");
	if (rc == ERR_OK && !str_eq(e->type, GATE_INTOTO_TYPE))
		rc = err_set(err, ERR_CORRUPT, "its payload is no in-toto statement");
	if (rc == ERR_OK)
		rc = gate_envelope_verify(e, k->keys, k->key_count, by, &good, err);
	if (rc == ERR_OK && good != e->count)
		rc = err_set(err, ERR_AUTH,
		             "%zu of its %zu signatures are of no key that "
		             "is known here",
		             e->count - good, e->count);
	/* A keyid is not signed; it has to name one of the keys that did. */
	for (size_t i = 0; rc == ERR_OK && i < e->count; i++) {
		bool named = false;
		char id[DIGEST_HEX];

		for (size_t n = 0; n < k->key_count && rc == ERR_OK; n++) {
			rc = lb_verifier_id(&k->keys[n], id, err);
			named |= rc == ERR_OK && by[n] &&
			         str_eq(id, e->signatures[i].keyid);
		}
		if (rc == ERR_OK && !named)
			rc = err_set(err, ERR_CORRUPT,
			             "its keyid names none of the keys that signed it");
	}
	buf_fini(&again);
	return rc;
}

static enum err_code take_line(struct verifying *k, struct span line, bool *by,
                               struct err *err)
{
	struct gate_envelope e;
	enum err_code rc = gate_envelope_read(&e, line, "envelope", err);

	if (rc == ERR_OK)
		rc = check_envelope(k, &e, line, by, err);
	if (rc == ERR_OK)
		take_said(k, e.payload, line, e.signatures[0].keyid);
	gate_envelope_fini(&e);
	return rc;
}

static void take_lines(struct verifying *k, struct span text)
{
	bool *all = arena_array(&k->v->arena, k->key_count + 1, sizeof *all);
	bool *by = arena_array(&k->v->arena, k->key_count + 1, sizeof *by);
	struct span rest = text;
	struct span line;
	struct err why = ERR_INIT;

	if (all == NULL || by == NULL)
		return;
	for (size_t i = 0; i < k->key_count; i++)
		all[i] = true;
	while (span_split(&rest, '\n', &line) && (line.len > 0 || rest.len > 0)) {
		const size_t number = k->said_count + 1;

		if (take_line(k, line, by, &why) != ERR_OK) {
			damage(k, GATE_ENVELOPES,
			       arena_printf(&k->v->arena, "line %zu: %s", number,
			                    why.msg));
			return;
		}
		for (size_t i = 0; i < k->key_count; i++)
			all[i] = all[i] && by[i];
	}
	if (k->said_count < OWN || !span_ends(text, SPAN_LIT("\n")))
		damage(k, GATE_ENVELOPES, "it does not have the lines of a run");
	for (size_t i = 0; i < k->key_count; i++)
		k->v->signer_count += all[i];
	k->v->signed_by = all;
	if (k->v->signer_count == 0)
		damage(k, GATE_ENVELOPES, "no key signed all of its lines");
}

/* What the run says of itself, and who signed it. */
static void take_statements(struct verifying *k)
{
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	enum err_code rc =
		os_dir_read(&k->folder, GATE_ENVELOPES, FILE_MAX, &text, NULL, &why);

	k->v->has_envelopes = rc != ERR_NOT_FOUND;
	if (rc == ERR_OK)
		take_lines(k, buf_span(&text));
	else if (rc != ERR_NOT_FOUND)
		damage(k, GATE_ENVELOPES, why.msg);
	for (size_t i = 0; rc == ERR_NOT_FOUND && i < OWN; i++) {
		buf_clear(&text);
		(void)read_file(k, gate_statement_kinds[i].file, &text);
		take_said(k, buf_span(&text), SPAN_EMPTY, NULL);
	}
	buf_fini(&text);
}

static void parse_statements(struct verifying *k)
{
	struct err why = ERR_INIT;

	for (size_t i = 0; i < OWN && i < k->said_count && !broken(k); i++) {
		const struct gate_statement_kind *kind = &gate_statement_kinds[i];

		if (json_parse(&k->docs[i], k->said[i].text, kind->file, &why) != ERR_OK)
			damage(k, kind->file, why.msg);
		else if (!str_eq(json_string(json_get(json_root(k->docs[i]),
		                                      "predicateType")),
		                 kind->type))
			damage(k, kind->file, "it is another kind of statement");
	}
}

static const struct json *predicate(const struct verifying *k, size_t statement)
{
	return json_get(json_root(k->docs[statement]), "predicate");
}

/* ---- files ---- */

static void check_digest(struct verifying *k, const char *file, const char *want)
{
	struct err why = ERR_INIT;
	char hex[DIGEST_HEX];
	uint64_t bytes;
	enum err_code rc = gate_file_digest(&k->folder, file, hex, &bytes, &why);

	if (rc != ERR_OK)
		damage(k, file, rc == ERR_NOT_FOUND ? GATE_MISSING : why.msg);
	else if (!str_eq(hex, want))
		damage(k, file, "its bytes are not those that were recorded");
}

static void check_reports(struct verifying *k)
{
	const struct json *v = json_first(json_get(predicate(k, 1), "reports"));

	for (; v != NULL; v = json_next(v)) {
		const char *name = json_string(json_get(v, "name"));

		for (size_t i = 0; i < GATE_KEPT_REPORTS; i++)
			if (str_eq(name, gate_kept_reports[i]))
				check_digest(k, name, json_string(json_get(v, "sha256")));
	}
}

static bool is_of_a_run(const struct verifying *k, const char *name)
{
	static const char *const others[] = { "checks",       "artefacts",
		                              "run.json",     GATE_MANIFEST,
		                              GATE_DECISION,  GATE_ASSESSMENT,
		                              GATE_ENVELOPES, GATE_SIGNOFFS };

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (str_eq(name, others[i]))
			return true;
	for (size_t i = 0; i < GATE_KEPT_REPORTS; i++)
		if (str_eq(name, gate_kept_reports[i]))
			return true;
	for (size_t i = 0; k->v->has_envelopes && i < GATE_STATEMENT_KINDS; i++)
		if (str_eq(name, gate_statement_kinds[i].sigstore))
			return true;
	return gate_manifest_find(&k->manifest, name) != NULL;
}

static enum err_code find_stray(const struct os_entry *entry, void *context,
                                struct err *err)
{
	struct verifying *k = context;

	(void)err;
	if (!is_of_a_run(k, entry->name))
		damage(k, entry->name, "it was not recorded by this run");
	return ERR_OK;
}

/* The manifest that run.json names. */
static bool load_manifest(struct verifying *k)
{
	struct json_doc *doc = NULL;
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	const char *sha256 = NULL;
	bool good = false;

	if (read_file(k, "run.json", &text)) {
		if (json_parse(&doc, buf_span(&text), "run.json", &why) == ERR_OK)
			sha256 = json_string(json_get(json_root(doc), "manifest"));
		if (sha256 == NULL)
			damage(k, "run.json", "it names no manifest");
		else
			good = gate_manifest_load(&k->manifest, k->dir, sha256,
			                          &k->v->damages);
	}
	json_free(doc);
	buf_fini(&text);
	return good;
}

static enum err_code check_files(struct verifying *k, struct err *err)
{
	const struct json *evidence = json_get(predicate(k, 0), "evidence");
	enum err_code rc;

	check_digest(k, "run.json", json_string(json_get(evidence, "run")));
	if (broken(k) || !load_manifest(k))
		return ERR_OK;
	rc = gate_manifest_compare(&k->manifest, k->dir, &k->v->damages, err);
	if (rc == ERR_OK)
		rc = os_dir_each(&k->folder, find_stray, k, err);
	check_reports(k);
	return rc;
}

/* ---- recomputing ---- */

/* Where two values differ first, as a path into them. False if they are equal. */
static bool find_difference(const struct json *a, const struct json *b, struct buf *path)
{
	const struct json *x = json_first(a);
	const struct json *y = json_first(b);
	const size_t len = path->len;
	const char *text = json_string(a) != NULL ? json_string(a) : json_number(a);
	const char *other = json_string(b) != NULL ? json_string(b) : json_number(b);
	bool p = false;
	bool q = false;

	if (json_type(a) != json_type(b) || !str_eq(text, other) ||
	    json_count(a) != json_count(b))
		return true;
	if (json_bool(a, &p) && json_bool(b, &q) && p != q)
		return true;
	for (size_t i = 0; x != NULL && y != NULL;
	     x = json_next(x), y = json_next(y), i++) {
		buf_truncate(path, len);
		if (json_type(a) == JSON_OBJECT)
			buf_printf(path, "%s%s", len > 0 ? "." : "", json_key(x));
		else
			buf_printf(path, "[%zu]", i);
		if ((json_type(a) == JSON_OBJECT && !str_eq(json_key(x), json_key(y))) ||
		    find_difference(x, y, path))
			return true;
	}
	buf_truncate(path, len);
	return false;
}

/* Two texts of which one is what it should be; `line` of the file, 0: all of it. */
static void compare_text(struct verifying *k, const char *file, size_t line,
                         struct span is, struct span should)
{
	struct arena *arena = &k->v->arena;
	const char *where = line > 0 ? arena_printf(arena, "line %zu: ", line) : "";
	const char *what = "it is not in the form that was written";
	struct json_doc *a = NULL;
	struct json_doc *b = NULL;
	struct buf path = BUF_INIT;
	struct err why = ERR_INIT;

	if (span_eq(is, should))
		return;
	if (json_parse(&a, is, file, &why) != ERR_OK ||
	    json_parse(&b, should, file, &why) != ERR_OK)
		what = why.msg;
	else if (find_difference(json_root(a), json_root(b), &path))
		what = arena_printf(arena, "%s is not what the evidence gives",
		                    buf_str(&path));
	damage(k, file, arena_printf(arena, "%s%s", where, what));
	json_free(a);
	json_free(b);
	buf_fini(&path);
}

static void compare_file(struct verifying *k, const struct gate_statement *s)
{
	struct buf text = BUF_INIT;

	if (read_file(k, s->kind->file, &text))
		compare_text(k, s->kind->file, 0, buf_span(&text), s->text);
	buf_fini(&text);
}

/* The same envelope once more, as the programs of others want it. */
static void compare_sigstore(struct verifying *k, const char *file, const struct said *s)
{
	struct buf text = BUF_INIT;
	struct buf should = BUF_INIT;

	if (s->line != NULL)
		gate_sigstore_write(s->line, s->keyid, &should);
	if (read_file(k, file, &text) && buf_ok(&should) &&
	    !span_eq(buf_span(&text), buf_span(&should)))
		damage(k, file, "it does not have the envelope of the run");
	buf_fini(&text);
	buf_fini(&should);
}

static void compare_all(struct verifying *k, const struct gate_attested *computed)
{
	struct arena *arena = &k->v->arena;

	for (size_t i = 0; i < computed->count; i++) {
		const struct gate_statement *s = &computed->items[i];

		if (s->kind->file != NULL)
			compare_file(k, s);
		if (!k->v->has_envelopes || i >= k->said_count)
			continue;
		compare_text(k, GATE_ENVELOPES, i + 1, k->said[i].text, s->text);
		if (s->kind->sigstore != NULL)
			compare_sigstore(k, s->kind->sigstore, &k->said[i]);
	}
	if (k->v->has_envelopes && k->said_count != computed->count)
		damage(k, GATE_ENVELOPES,
		       arena_printf(arena, "it has %zu lines where the run has %zu",
		                    k->said_count, computed->count));
}

/* What people said since changes the decision, and nothing that the run signed. */
static void decide_again(struct verifying *k, const struct gate_recorded *r)
{
	static const char *const decisions[] = { "GO", "CONDITIONAL GO", "NO-GO" };
	struct gate_assessment *a = NULL;
	struct rep_scorecard card = { .tool_version = NULL };
	struct err why = ERR_INIT;

	if (gate_assess(&a, r->policy, &r->evidence, &why) != ERR_OK) {
		damage(k, GATE_SIGNOFFS, why.msg);
		return;
	}
	k->v->decision = decisions[a->decision];
	scorecard_people(&card, &k->v->arena, a);
	k->v->said = card.signoff_lines;
	k->v->said_count = card.signoff_line_count;
	gate_assessment_free(a);
}

/* ---- what people had said when it was decided ---- */

static bool is_listed(const struct json *list, const char *sha256)
{
	const struct json *v = json_first(list);

	while (v != NULL && !str_eq(json_string(v), sha256))
		v = json_next(v);
	return v != NULL;
}

static bool is_there(const struct gate_evidence *e, const char *sha256)
{
	for (size_t i = 0; i < e->signoff_count; i++)
		if (str_eq(e->signoffs[i].sha256, sha256) ||
		    str_eq(e->signoffs[i].sig_sha256, sha256))
			return true;
	return false;
}

/* Leaves those sign-offs that the decision took into account, as of its own time. */
static void go_back(struct verifying *k, struct gate_evidence *e)
{
	const struct json *list = json_get(predicate(k, 1), "signoffs");
	const char *when = json_string(json_get(predicate(k, 1), "decided"));
	struct gate_signoff *kept =
		arena_array(&k->v->arena, e->signoff_count + 1, sizeof *kept);
	size_t count = 0;

	if (when == NULL || !when_parse(span_str(when), &e->decided_ms))
		damage(k, GATE_DECISION, "it does not say when it was decided");
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
		if (!is_there(e, json_string(v)))
			damage(k, GATE_SIGNOFFS,
			       arena_printf(&k->v->arena,
			                    "the decision rests on a file with SHA-256 "
			                    "%.64s, which is not there",
			                    json_string(v)));
	for (size_t i = 0; kept != NULL && i < e->signoff_count; i++) {
		const struct gate_signoff *s = &e->signoffs[i];

		if (s->fault == NULL && is_listed(list, s->sha256) &&
		    (s->sig_sha256 == NULL || is_listed(list, s->sig_sha256)))
			kept[count++] = *s;
	}
	e->signoffs = kept;
	e->signoff_count = count;
}

static void take_released(struct verifying *k, const struct gate_recorded *r)
{
	const struct gate_artefact *files;
	const size_t count = gate_release_of(r, &files);
	struct gate_artefact *kept = arena_array(&k->v->arena, count + 1, sizeof *kept);

	for (size_t i = 0; kept != NULL && i < count; i++)
		kept[i] = (struct gate_artefact){
			.name = arena_str(&k->v->arena, files[i].name),
			.sha256 = arena_str(&k->v->arena, files[i].sha256),
			.bytes = files[i].bytes,
		};
	k->v->released = kept;
	k->v->released_count = kept != NULL ? count : 0;
}

/* The evidence says what it says: whatever does not come out of it is wrong. */
static void recompute(struct verifying *k)
{
	struct gate_attested computed = GATE_ATTESTED_INIT;
	struct gate_assessment *a = NULL;
	struct gate_evidence now = { .signoffs = NULL };
	struct gate_recorded r;
	struct err why = ERR_INIT;
	enum err_code rc = gate_recorded_load(&r, k->dir, &why);

	if (rc != ERR_OK) {
		damage(k, "evidence", why.msg);
		return;
	}
	r.stored = k->manifest; /* of which all was compared */
	rc = gate_signoffs_load(&r, k->now_ms, &why);
	if (rc == ERR_OK) {
		now = r.evidence;
		go_back(k, &r.evidence);
		rc = gate_assess(&a, r.policy, &r.evidence, &why);
	}
	if (rc == ERR_OK)
		rc = gate_attest(&computed, &r, a, &why);
	if (rc == ERR_OK)
		compare_all(k, &computed);
	else
		damage(k, "evidence", why.msg);
	gate_attested_fini(&computed);
	gate_assessment_free(a);
	r.evidence = now;
	k->v->run = arena_str(&k->v->arena, r.run);
	take_released(k, &r);
	if (rc == ERR_OK && !broken(k) && now.signoff_count > 0)
		decide_again(k, &r);
	if (rc == ERR_OK && !broken(k) &&
	    gate_rederive(&r, &k->v->again, &k->v->damages, &why) != ERR_OK)
		damage(k, "evidence", why.msg);
	gate_recorded_fini(&r);
}

/* ---- the whole ---- */

static void describe(struct verifying *k)
{
	const struct json *printed =
		json_get(json_get(predicate(k, 0), "score"), "printed");
	struct arena *arena = &k->v->arena;

	(void)!digest_hex(k->said[0].text, k->v->assessment, NULL);
	k->v->decision =
		arena_str(arena, json_string(json_get(predicate(k, 1), "decision")));
	k->v->recorded = k->v->decision;
	k->v->final = arena_str(arena, json_string(json_get(printed, "final")));
}

static enum err_code verify_all(struct verifying *k, struct err *err)
{
	enum err_code rc = ERR_OK;

	take_statements(k);
	if (!broken(k))
		parse_statements(k);
	if (!broken(k)) {
		describe(k);
		rc = check_files(k, err);
	}
	if (rc == ERR_OK && !broken(k))
		recompute(k);
	return rc;
}

enum err_code gate_verify(struct gate_verified *out, const char *dir,
                          const struct lb_verifier *keys, size_t count, int64_t now_ms,
                          struct err *err)
{
	struct verifying k = { .v = out,
		               .dir = dir,
		               .folder = { -1 },
		               .keys = keys,
		               .key_count = count,
		               .now_ms = now_ms };
	enum err_code rc;

	*out = (struct gate_verified){ .has_envelopes = false };
	arena_init(&out->arena);
	out->damages.arena = &out->arena;
	rc = os_dir_open(&k.folder, NULL, dir, err);
	if (rc == ERR_OK)
		rc = verify_all(&k, err);
	if (rc == ERR_OK)
		rc = arena_err(&out->arena, err);
	for (size_t i = 0; i < OWN; i++)
		json_free(k.docs[i]);
	os_dir_close(&k.folder);
	return rc;
}

void gate_verified_fini(struct gate_verified *v)
{
	arena_fini(&v->arena);
}
