// SPDX-License-Identifier: Apache-2.0
#include "tree.h"

#include "base/cancel.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/wire.h"
#include "fingerprint.h"
#include "os/clock.h"
#include "os/fs.h"
#include "pass.h"

#include <string.h>

/* ---- the files ---- */

/* A slot holds the number of its file, plus one; those of equal hashes follow. */
bool scan_tree_index(struct scan_tree *t, uint32_t **slots)
{
	size_t count = 16;

	while (count / 2 < t->count)
		count *= 2;
	if (t->count >= UINT32_MAX || (*slots = mem_new(count * sizeof(**slots))) == NULL)
		return false;
	for (size_t i = 0; i < t->count; i++) {
		size_t at = (size_t)map_hash(t->files[i].path) & (count - 1);

		while ((*slots)[at] != 0)
			at = (at + 1) & (count - 1);
		(*slots)[at] = (uint32_t)(i + 1);
	}
	t->slots = *slots;
	t->slot_count = count;
	return true;
}

size_t scan_tree_find(const struct scan_tree *t, struct span path)
{
	size_t at = (size_t)map_hash(path) & (t->slot_count - 1);

	while (t->slots[at] != 0) {
		if (span_eq(t->files[t->slots[at] - 1].path, path))
			return t->slots[at] - 1;
		at = (at + 1) & (t->slot_count - 1);
	}
	return t->count;
}

/* Where a file stands to what is below a folder. */
static int order_of(struct span file, struct span folder)
{
	int order = span_cmp(span_sub(file, 0, folder.len), folder);

	if (order != 0 || folder.len == 0)
		return order;
	return file.len > folder.len ? (unsigned char)file.ptr[folder.len] - '/' : -1;
}

size_t scan_tree_find_below(const struct scan_tree *t, struct span folder)
{
	size_t low = 0;
	size_t high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order_of(t->files[middle].path, folder) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->count && order_of(t->files[low].path, folder) == 0 ? low
	                                                                   : t->count;
}

/* Of what was asked too much is nothing kept. */
static void note_asked(struct scan_tree *t)
{
	t->forget = t->forget || !buf_ok(t->asked) || t->asked->len > SCAN_TREE_ASKED_MAX;
	if (t->forget)
		buf_clear(t->asked);
}

bool scan_tree_is_there(struct scan_tree *t, struct span path)
{
	struct buf full = BUF_INIT;
	bool there = true;

	buf_puts(&full, t->top);
	buf_put(&full, path);
	if (buf_ok(&full))
		there = os_type_of(buf_str(&full)) != OS_NONE;
	else
		t->rc = ERR_NOMEM;
	if (t->asked != NULL && !t->forget) {
		wire_put_u8(t->asked, there ? SCAN_ASKED_THERE : SCAN_ASKED_ABSENT);
		wire_put_bytes(t->asked, path);
		note_asked(t);
	}
	buf_fini(&full);
	return there;
}

void scan_tree_note_read(struct scan_tree *t, const char *path)
{
	if (t->asked == NULL || t->forget)
		return;
	wire_put_u8(t->asked, SCAN_ASKED_READ);
	wire_put_bytes(t->asked, span_of(path, strlen(path) + 1));
	if (!scan_tree_put_state(t->asked, path))
		t->forget = true;
	note_asked(t);
}

/* What changed just now may change again without a trace (scan_known.c). */
#define TICK_NS INT64_C(100000000)
#define WHOLE_NS INT64_C(1000000000)

bool scan_tree_put_state(struct buf *out, const char *path)
{
	struct os_stat st;
	int64_t margin;

	if (os_lstat(path, &st, NULL) != ERR_OK)
		st = (struct os_stat){ .type = OS_NONE };
	wire_put_u8(out, (uint8_t)st.type);
	wire_put_u64(out, st.size);
	wire_put_u64(out, st.ino);
	wire_put_i64(out, st.mtime_ns);
	wire_put_i64(out, st.ctime_ns);
	margin = st.ctime_ns % WHOLE_NS == 0 ? 3 * WHOLE_NS : TICK_NS;
	return st.ctime_ns < os_now_ms() * 1000000 - margin;
}

bool scan_tree_goes_on(struct scan_tree *t)
{
	if (t->rc == ERR_OK && cancel_is_set(t->cancel))
		t->rc = ERR_CANCELLED;
	return t->rc == ERR_OK;
}

/* ---- findings ---- */

static struct span keep(struct scan_tree *t, struct span s)
{
	char *copy = arena_dup(&t->sink->arena, s);

	if (copy == NULL)
		t->rc = ERR_NOMEM;
	return span_of(copy, copy == NULL ? 0 : s.len);
}

static const char *keep_message(struct scan_tree *t, const char *message)
{
	struct buf shown = BUF_INIT;
	const char *copy;

	str_display_words(&shown, span_str(message), SCAN_MESSAGE_MAX);
	copy = keep(t, buf_span(&shown)).ptr;
	buf_fini(&shown);
	return copy;
}

static bool is_allowed(const struct scan_fact *at, size_t rule)
{
	return at != NULL && at->allowed != NULL &&
	       (at->allowed[rule / 64] >> (rule % 64) & 1) != 0;
}

static void fill(struct scan_tree *t, struct scan_finding *f,
                 const struct scan_tree_report *r)
{
	static const struct scan_fact whole = {
		.line = 1, .column = 1, .end_line = 1, .end_column = 1
	};
	const struct scan_fact *at = r->at != NULL ? r->at : &whole;
	const struct scan_seen *file = &t->files[r->file];
	const struct scan_rule *rule = &t->rules->rules[r->rule];
	struct scan_identity id = { rule->id, file->project, r->identity };

	*f = (struct scan_finding){
		.rule = rule->id,
		.path = file->path,
		.line = at->line,
		.column = at->column,
		.end_line = at->end_line,
		.end_column = at->end_column,
		.severity = r->severity ? *r->severity : rule->severity[file->scope],
		.message = keep_message(t, r->message),
		.match = at->match,
		.context = at->context,
		.scope = file->scope,
		.language = file->language != NULL ? file->language->name : "",
		.details = r->details == NULL ? "{}" : keep(t, span_str(r->details)).ptr,
	};
	if (t->rc == ERR_OK)
		t->rc = scan_fingerprint_key(&id, f->fingerprint, NULL);
}

void scan_tree_drop(struct scan_tree *t, size_t file, const struct scan_fact *at,
                    size_t rule, const char *reason)
{
	struct scan_drop drop = { .rule = t->rules->rules[rule].id,
		                  .path = t->files[file].path,
		                  .line = at != NULL ? at->line : 1,
		                  .column = at != NULL ? at->column : 1,
		                  .reason = reason };

	if (t->explain && t->rc == ERR_OK)
		t->rc = scan_sink_drop(t->sink, &drop, NULL);
}

void scan_tree_report(struct scan_tree *t, const struct scan_tree_report *r)
{
	struct scan_finding *f;

	if (t->rc != ERR_OK)
		return;
	if (is_allowed(r->at, r->rule)) {
		t->sink->allowed[r->rule][t->files[r->file].scope]++;
		scan_tree_drop(t, r->file, r->at, r->rule, "allowed by a comment");
		return;
	}
	f = scan_sink_add(t->sink);
	if (f == NULL)
		t->rc = ERR_NOMEM;
	else
		fill(t, f, r);
}

void scan_tree_moot(struct scan_tree *t, size_t rule, const char *reason)
{
	struct scan_skip moot = { .path = SPAN_LIT("."),
		                  .reason = reason,
		                  .rule = t->rules->rules[rule].id,
		                  .moot = true };

	if (t->rc == ERR_OK)
		t->rc = scan_sink_skip(t->sink, &moot, NULL);
}

void scan_tree_skip(struct scan_tree *t, size_t file, size_t rule, const char *reason)
{
	struct scan_skip skip = { .path = t->files[file].path,
		                  .reason = reason,
		                  .bytes = t->files[file].bytes,
		                  .rule = t->rules->rules[rule].id };

	if (t->rc == ERR_OK)
		t->rc = scan_sink_skip(t->sink, &skip, NULL);
}
