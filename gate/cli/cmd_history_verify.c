// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/history.h"
#include "cli/trusted.h"
#include "lib/json.h"
#include "record/history_index.h"
#include "record/history_verify.h"

#include <inttypes.h>

/* `history verify`: is the history what it was? */

static void put_state(struct buf *out, const struct gate_history_verified *v)
{
	if (v->state.broken)
		buf_printf(out, "broken at %" PRIu64, v->state.broken_at);
	else if (!v->state.exists || !v->state.chain.begun)
		buf_puts(out, "empty");
	else
		buf_puts(out, v->anchored > 0 ? "intact" : "intact but unanchored");
}

static void put_json(struct buf *out, const struct gate_history_verified *v)
{
	const struct gate_history_state *s = &v->state;
	struct buf state = BUF_INIT;
	char head[LB_ID_HEX];
	struct json_writer w;

	put_state(&state, v);
	str_hex(s->chain.head.b, LB_ID, head);
	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_field_span(&w, "state", buf_span(&state));
	json_field_str(&w, "repository", s->chain.begun ? s->chain.repository : NULL);
	json_field_u64(&w, "entries", s->chain.count);
	json_field_str(&w, "head", s->chain.begun ? head : NULL);
	json_field_str(&w, "why", s->broken ? s->why.msg : NULL);
	json_field_u64(&w, "cut_off_bytes", s->torn);
	json_field_u64(&w, "anchored", v->anchored);
	json_field_u64(&w, "other_anchors", v->others);
	json_put_key(&w, "signatures");
	json_open(&w, '{');
	json_field_u64(&w, "known", v->known);
	json_field_u64(&w, "unknown", v->unknown);
	json_field_u64(&w, "unsigned", v->unsigned_count);
	json_close(&w, '}');
	json_close(&w, '}');
	buf_putc(out, '\n');
	buf_fini(&state);
}

static void put_count(struct buf *out, const char *what, uint64_t count)
{
	if (count > 0)
		buf_printf(out, "  %-28s %" PRIu64 "\n", what, count);
}

static void put_text(struct buf *out, const struct gate_history_verified *v)
{
	const struct gate_history_state *s = &v->state;
	char head[LB_ID_HEX];

	put_state(out, v);
	if (s->broken) {
		buf_puts(out, ": ");
		str_display(out, span_str(s->why.msg));
	}
	buf_putc(out, '\n');
	put_count(out, "entries that hold", s->chain.count);
	put_count(out, "of them anchored", v->anchored);
	put_count(out, "anchors of other histories", v->others);
	put_count(out, "signed by a known key", v->known);
	put_count(out, "signed by an unknown key", v->unknown);
	put_count(out, "unsigned", v->unsigned_count);
	put_count(out, "bytes of a line cut off", s->torn);
	if (!s->chain.begun)
		return;
	str_hex(s->chain.head.b, LB_ID, head);
	buf_printf(out, "  %-28s %s\n", "head", head);
}

int history_verify(const struct program_call *call, const char *root)
{
	const struct cli_options *o = cli_options(call);
	struct trusted t = { .count = 0 };
	struct gate_history_verified v = { .known = 0 };
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = trusted_gather(&t, call, &err);
	int code;

	if (rc == ERR_OK) {
		const struct gate_history_trust trust = {
			.keys = t.keys,
			.count = t.count,
			.only_these = o->keys.count > 0,
			.unsigned_too = o->is_unsigned,
			.ref = history_ref(call),
			.other_anchors = o->other_anchors,
		};

		rc = gate_history_verify(&v, root, &trust, &err);
	}
	trusted_fini(&t);
	if (rc != ERR_OK) {
		err.code = rc;
		return program_fail(call, &err);
	}
	/* What lists show after this is what was verified. */
	if (v.state.chain.begun)
		gate_history_rebuild(root);
	if (str_eq(o->format, "json"))
		put_json(&out, &v);
	else
		put_text(&out, &v);
	code = program_print_take(call, &out);
	return code == CLI_OK && v.state.broken ? CLI_VERIFY : code;
}
