// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "cli/judged.h"
#include "cli/project.h"
#include "cli/releasing.h"
#include "cli/trusted.h"
#include "lib/json.h"
#include "lib/vcs_anchor.h"
#include "os/clock.h"
#include "os/fs.h"
#include "record/history_verify.h"
#include "record/verify.h"

/* `verify`: is a recorded run what somebody signed? */

/* ---- the answer ---- */

static void put_held_json(struct json_writer *w, const struct releasing_held *held,
                          size_t count)
{
	json_put_key(w, "artefacts");
	json_open(w, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(w, '{');
		json_field_str(w, "path", held[i].path);
		json_field_str(w, "sha256", held[i].sha256);
		json_field_bool(w, "attested", held[i].name != NULL);
		json_field_str(w, "name", held[i].name);
		json_close(w, '}');
	}
	json_close(w, ']');
}

/* Whether it is the file that the run is about, before all else. */
static void put_held(struct buf *out, const struct releasing_held *held, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buf_puts(out, "  artefact    ");
		str_display(out, span_str(held[i].path));
		buf_puts(out, held[i].name != NULL ? ": attested as "
		                                   : ": not attested by this run");
		if (held[i].name != NULL)
			str_display(out, span_str(held[i].name));
		buf_printf(out, "  sha256:%s\n", held[i].sha256);
	}
}

static void put_json(struct buf *out, const struct gate_verified *v,
                     const struct trusted *t, const struct releasing_held *held,
                     size_t held_count)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_field_str(&w, "state", gate_verified_state(v));
	json_field_str(&w, "broken_at", gate_verified_broken_at(v));
	json_field_str(&w, "decision", v->decision);
	json_field_str(&w, "recorded_decision", v->recorded);
	json_put_key(&w, "read_again");
	json_open(&w, '{');
	json_field_u64(&w, "suites", v->again.suites);
	json_field_u64(&w, "benchmarks", v->again.benches);
	json_field_u64(&w, "checks", v->again.checks);
	json_field_u64(&w, "left_out", v->again.left_out);
	json_close(&w, '}');
	json_put_key(&w, "said");
	json_open(&w, '[');
	for (size_t i = 0; i < v->said_count; i++)
		json_put_str(&w, v->said[i]);
	json_close(&w, ']');
	json_field_str(&w, "final", v->final);
	json_field_str(&w, "assessment", v->assessment[0] != '\0' ? v->assessment : NULL);
	json_put_key(&w, "signed_by");
	json_open(&w, '[');
	for (size_t i = 0; v->signed_by != NULL && i < t->count; i++)
		if (v->signed_by[i])
			json_put_str(&w, t->names[i].text);
	json_close(&w, ']');
	json_put_key(&w, "signer_ids");
	json_open(&w, '[');
	for (size_t i = 0; v->signed_by != NULL && i < t->count; i++)
		if (v->signed_by[i])
			json_put_str(&w, t->names[i].id);
	json_close(&w, ']');
	put_held_json(&w, held, held_count);
	json_put_key(&w, "damages");
	json_open(&w, '[');
	for (size_t i = 0; i < v->damages.count; i++) {
		json_open(&w, '{');
		json_field_str(&w, "file", v->damages.items[i].file);
		json_field_str(&w, "what", v->damages.items[i].what);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

/* What was read from the stored bytes once more, and what could not be. */
static void put_again(struct buf *out, const struct gate_rederived *a)
{
	if (a->suites + a->checks + a->left_out == 0)
		return;
	buf_printf(out, "  read again  %zu check%s and %zu suite%s, from what was stored",
	           a->checks, str_s(a->checks), a->suites, str_s(a->suites));
	if (a->benches > 0)
		buf_printf(out, "; of the checks %zu with benchmarks", a->benches);
	if (a->left_out > 0)
		buf_printf(out, "; %zu suite%s or command%s could not be", a->left_out,
		           str_s(a->left_out), str_s(a->left_out));
	buf_putc(out, '\n');
}

static void put_text(struct buf *out, const struct gate_verified *v,
                     const struct trusted *t)
{
	buf_puts(out, gate_verified_state(v));
	if (v->damages.count > 0) {
		buf_puts(out, " at ");
		str_display(out, span_str(gate_verified_broken_at(v)));
	}
	if (v->decision != NULL && v->final != NULL)
		buf_printf(out, ": %s  %s", v->decision, v->final);
	buf_putc(out, '\n');
	for (size_t i = 0; i < v->damages.count; i++) {
		buf_puts(out, "  ");
		str_display(out, span_str(v->damages.items[i].file));
		buf_puts(out, ": ");
		str_display(out, span_str(v->damages.items[i].what));
		buf_putc(out, '\n');
	}
	if (v->damages.count > 0)
		return;
	put_again(out, &v->again);
	if (!str_eq(v->decision, v->recorded))
		buf_printf(out, "  recorded    %s, before people signed\n", v->recorded);
	buf_printf(out, "  assessment  sha256:%s\n", v->assessment);
	for (size_t i = 0; i < v->said_count; i++) {
		buf_puts(out, "  ");
		str_display(out, span_str(v->said[i]));
		buf_putc(out, '\n');
	}
	for (size_t i = 0; v->signed_by != NULL && i < t->count; i++)
		if (v->signed_by[i])
			buf_printf(out, "  signed by   %s  sha256:%s\n", t->names[i].text,
			           t->names[i].id);
	if (v->signed_by == NULL)
		buf_puts(out, "  signed by   nobody\n");
}

/* Where the project is at hand, its history may vouch for the run, or know another of
 * that name. `verify` needs none, so one that cannot be read vouches for nothing, and is
 * no fault of the run. */
static void ask_history(struct gate_verified *v)
{
	struct buf root = BUF_INIT;

	if (v->damages.count > 0 || project_root(NULL, &root, NULL) != ERR_OK)
		goto out;
	(void)!gate_history_has_anchored(buf_str(&root), VCS_ANCHOR_REF, v->assessment,
	                                 &v->anchored, NULL);
	if (!v->anchored && judged_is_other(buf_str(&root), v->run, v->assessment))
		gate_damage_add(&v->damages, GATE_ASSESSMENT,
		                "the history has another assessment of this run");
out:
	buf_fini(&root);
}

/* The folder of a run, or a run in one file. */
static enum err_code look(struct gate_verified *v, const char *what,
                          const struct trusted *t, int64_t now, struct err *err)
{
	struct buf dir = BUF_INIT;
	enum err_code rc;

	if (what != NULL && os_type_of(what) == OS_FILE)
		return gate_verify_bundle(v, what, t->keys, t->count, now, err);
	rc = judged_find(what, &dir, err);
	if (rc == ERR_OK)
		rc = gate_verify(v, buf_str(&dir), t->keys, t->count, now, err);
	buf_fini(&dir);
	return rc;
}

/* False where a file was given that the run does not vouch for. */
static enum err_code answer(const struct program_call *call,
                            const struct gate_verified *v, const struct trusted *t,
                            struct buf *out, bool *attested, struct err *err)
{
	const size_t count = cli_options(call)->artefacts.count;
	struct releasing_held *held = NULL;
	struct arena arena = ARENA_INIT;
	enum err_code rc = releasing_hold(&held, v, call, &arena, err);

	*attested = true;
	for (size_t i = 0; rc == ERR_OK && i < count; i++)
		*attested = *attested && held[i].name != NULL;
	if (rc == ERR_OK && str_eq(cli_options(call)->format, "json"))
		put_json(out, v, t, held, count);
	else if (rc == ERR_OK)
		put_text(out, v, t);
	if (rc == ERR_OK && !str_eq(cli_options(call)->format, "json"))
		put_held(out, held, count);
	arena_fini(&arena);
	return rc;
}

static enum err_code verify(const struct program_call *call, struct buf *out,
                            bool *intact, struct err *err)
{
	bool attested = false;
	struct trusted t = { .count = 0 };
	struct gate_verified v = { .has_envelopes = false };
	int64_t now = os_now_ms();
	enum err_code rc = trusted_gather(&t, call, err);

	if (rc == ERR_OK && cli_options(call)->now != NULL &&
	    !when_parse(span_str(cli_options(call)->now), &now))
		rc = err_set(err, ERR_USAGE,
		             "--now %s: write an RFC 3339 time such as "
		             "2026-11-11T00:00:00Z",
		             cli_options(call)->now);
	if (rc == ERR_OK)
		rc = look(&v, call->args.count ? call->args.items[0] : NULL, &t, now,
		          err);
	if (rc == ERR_OK)
		ask_history(&v);
	if (rc == ERR_OK) {
		if (v.damages.count == 0 && !v.has_envelopes &&
		    !cli_options(call)->is_unsigned)
			gate_damage_add(&v.damages, GATE_ENVELOPES,
			                "nobody signed this run; --unsigned verifies all "
			                "but that");
		rc = answer(call, &v, &t, out, &attested, err);
		*intact = v.damages.count == 0 && attested;
	}
	gate_verified_fini(&v);
	trusted_fini(&t);
	return rc;
}

int cli_verify(struct program_call *call)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	bool intact = false;
	enum err_code rc = verify(call, &out, &intact, &err);
	int code;

	if (rc != ERR_OK) {
		err.code = rc;
		buf_fini(&out);
		return program_fail(call, &err);
	}
	code = program_print_take(call, &out);
	return code == CLI_OK && !intact ? CLI_VERIFY : code;
}
