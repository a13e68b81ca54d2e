// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "claims/references_internal.h"
#include "lib/json.h"
#include "os/fs.h"

/* Issues that a document names, against the tracker that the project carries. */

static char there;

/* "novacron-001": what stands before the last hyphen, where digits follow. */
static struct span prefix_of(struct span id)
{
	size_t hyphen = span_rfind_byte(id, '-');

	for (size_t i = hyphen + 1; i < id.len; i++)
		if (!ascii_is_digit(id.ptr[i]))
			return SPAN_EMPTY;
	return hyphen + 1 < id.len ? span_sub(id, 0, hyphen) : SPAN_EMPTY;
}

struct tracker {
	struct map ids;
	struct buf prefix;
	bool any;
};

static void read_tracker(struct claims_refs *r, struct tracker *t)
{
	struct buf text = BUF_INIT;
	struct buf scratch = BUF_INIT;
	struct span rest;
	struct span line;

	if (os_read_file(claims_full(&r->around, SPAN_LIT(".beads/issues.jsonl")),
	                 (uint64_t)CLAIMS_REFERENCE_FILE_MAX * 4, &text, NULL) != ERR_OK)
		return;
	rest = buf_span(&text);
	while (span_line(&rest, &line)) {
		struct json_want want = { "id", SPAN_EMPTY };
		struct span id;

		if (span_trim(line).len == 0 ||
		    json_pick(line, "issues.jsonl", &want, 1, NULL) != ERR_OK)
			continue;
		id = json_raw_text(want.raw, &scratch);
		if (!map_set(&t->ids, id, &there))
			r->w->failed = true;
		if (!t->any && prefix_of(id).len > 0) {
			buf_put(&t->prefix, prefix_of(id));
			t->any = true;
		}
	}
	buf_fini(&scratch);
	buf_fini(&text);
}

void claims_issues(struct claims_refs *r)
{
	struct tracker t = { .prefix = BUF_INIT };
	struct claims_work *w = r->w;

	map_init(&t.ids);
	read_tracker(r, &t);
	for (size_t i = 0; t.any && i < w->d->block_count && !w->failed; i++) {
		struct span text = w->d->blocks[i].text;

		if (span_find(text, buf_span(&t.prefix)) == text.len ||
		    !claims_tokens_read(&w->tokens, text))
			continue;
		for (size_t k = 0; k < w->tokens.count; k++) {
			struct span word = w->tokens.items[k].text;
			bool known;

			if (w->tokens.items[k].kind != CLAIMS_WORD ||
			    !span_eq(prefix_of(word), buf_span(&t.prefix)))
				continue;
			known = map_has(&t.ids, word);
			claims_tell(r, GATE_CLAIM_REFERENCE_ISSUE,
			            claims_source(w->d, word.ptr), word,
			            known ? GATE_CLAIM_CONFIRMED : GATE_CLAIM_REFUTED,
			            known ? "it is in .beads/issues.jsonl"
			                  : ".beads/issues.jsonl has no such issue");
		}
	}
	map_fini(&t.ids);
	buf_fini(&t.prefix);
}
