// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/judge.h"
#include "lib/json.h"
#include "trend_internal.h"

#include <stdlib.h>

/* Is it a secret, whose fingerprint is of another salt in the other run? */
static bool is_renamed(const struct trend *t, const char *rule)
{
	size_t at = scan_rule_find(t->now.rules, t->now.count, rule);

	return t->other_salt && at < t->now.count && t->now.rules[at].redact;
}

static struct slot *slot_of(struct trend *t, const struct trend_name *name)
{
	struct buf key = BUF_INIT;
	struct slot *slot;

	buf_printf(&key, "%s\n", name->rule);
	if (is_renamed(t, name->rule))
		buf_put(&key, name->path);
	else
		buf_puts(&key, name->fingerprint);
	slot = map_get(&t->slots, buf_span(&key));
	if (slot == NULL) {
		slot = arena_new(&t->arena, sizeof(*slot));
		if (!buf_ok(&key) || slot == NULL ||
		    !map_set(&t->slots, buf_span(&key), slot))
			slot = NULL;
	}
	buf_fini(&key);
	return slot;
}

struct seen *gate_trend_add(struct trend *t, const struct trend_name *name)
{
	struct slot *slot = slot_of(t, name);
	struct seen *s = arena_push(&t->arena, &t->items, &t->count, &t->cap, sizeof(*s));

	if (slot == NULL || s == NULL)
		return NULL;
	*s = (struct seen){ .slot = slot, .finding = { .rule = name->rule } };
	return s;
}

static bool add_now(struct trend *t, const struct scan_finding *f)
{
	const struct trend_name name = { f->rule, f->path, f->fingerprint };
	struct seen *s = gate_trend_add(t, &name);

	if (s == NULL)
		return false;
	s->finding.scope = f->scope;
	s->finding.severity = f->severity;
	s->finding.is_copy = f->is_copy;
	s->known = f->state == SCAN_KNOWN;
	s->compared = map_has(&t->then, span_str(f->rule)) &&
	              !scan_gap_has(&t->gaps_then, f->path, f->rule) &&
	              !(t->cut_then.len > 0 && span_cmp(f->path, t->cut_then) >= 0);
	return true;
}

static enum err_code gather(struct trend *t, struct err *err)
{
	const struct scan_result *r = t->in->scan;
	enum err_code rc = gate_trend_earlier(t, err);
	bool ok = true;

	if (rc != ERR_OK || t->why != NULL)
		return rc;
	for (size_t i = 0; ok && i < r->count; i++)
		ok = add_now(t, &r->findings[i]);
	return ok ? arena_err(&t->arena, err) : err_nomem(err);
}

/* ---- numbers ---- */

struct sums {
	uint64_t fresh, fixed, unchanged, uncompared, unseen;
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Equal ones that are accepted now stand for those that were, and then for open ones.
 * What is there in both runs is the same, even if one of them could not see all of its
 * file.
 */
static void add_slot(struct sums *out, const struct slot *s)
{
	uint64_t then = s->open_then + s->unseen_then;
	uint64_t now = s->open_now + s->unseen_now;
	uint64_t same = least(now, then + s->known_then);
	uint64_t blind = least(now - same, s->unseen_now);
	uint64_t accepted =
		s->known_now > s->known_then ? s->known_now - s->known_then : 0;
	uint64_t gone = then - least(then, now + accepted);
	uint64_t unseen = least(gone, s->unseen_then);

	out->unchanged += same;
	out->uncompared += blind;
	out->fresh += now - same - blind;
	out->unseen += unseen;
	out->fixed += gone - unseen;
}

static void count_one(const struct seen *s)
{
	struct slot *n = s->slot;

	if (s->then && !s->known)
		*(s->compared ? &n->open_then : &n->unseen_then) += 1;
	else if (s->then)
		n->known_then++;
	else if (!s->known)
		*(s->compared ? &n->open_now : &n->unseen_now) += 1;
	else
		n->known_now++;
}

/* NULL: of all findings. */
static struct sums sum_of(struct trend *t, const struct gate_check *check)
{
	struct sums sums = { 0 };

	for (size_t i = 0; i < t->count; i++)
		*t->items[i].slot = (struct slot){ 0 };
	for (size_t i = 0; i < t->count; i++)
		if (check == NULL || gate_judge_counts(check, &t->items[i].finding))
			count_one(&t->items[i]);
	/* Each slot once: it is empty when it has been added. */
	for (size_t i = 0; i < t->count; i++) {
		add_slot(&sums, t->items[i].slot);
		*t->items[i].slot = (struct slot){ 0 };
	}
	return sums;
}

/* ---- writing ---- */

static void put_sums(struct json_writer *w, const char *key, const struct sums *s)
{
	json_put_key(w, key);
	json_open(w, '{');
	json_field_u64(w, "new", s->fresh);
	json_field_u64(w, "fixed", s->fixed);
	json_field_u64(w, "unchanged", s->unchanged);
	json_field_u64(w, "uncompared", s->uncompared);
	json_field_u64(w, "unseen", s->unseen);
	json_close(w, '}');
}

/* The rules that ran; with `fresh` only those that did not run before. */
static void put_rules(struct json_writer *w, const struct trend *t, const char *key,
                      bool fresh)
{
	json_put_key(w, key);
	json_open(w, '[');
	for (size_t i = 0; i < t->now.count; i++)
		if (t->now.on[i] &&
		    !(fresh && map_has(&t->then, span_str(t->now.rules[i].id))))
			json_put_str(w, t->now.rules[i].id);
	json_close(w, ']');
}

static void put_gaps(struct json_writer *w, const struct scan_result *r)
{
	json_put_key(w, "skipped");
	json_open(w, '[');
	for (size_t i = 0; i < r->skip_count; i++) {
		json_open(w, '{');
		json_field_path(w, "path", r->skips[i].path);
		json_field_bool(w, "folder", r->skips[i].folder);
		if (r->skips[i].rule != NULL)
			json_field_str(w, "rule", r->skips[i].rule);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static int compare_paths(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* What nobody looked at, though there was no failure: ignored files and folders, and
 * binary files. Of very many the first, and where the rest begins: a folder comes before
 * what is below it. False without memory. */
static bool put_passed(struct json_writer *w, struct trend *t)
{
	const struct scan_sight *s = t->in->scan->sight;
	struct span *all =
		arena_array(&t->arena, s->count + s->ignored_count + 1, sizeof(*all));
	size_t n = 0;

	if (all == NULL)
		return false;
	for (size_t i = 0; i < s->ignored_count; i++)
		all[n++] = s->ignored[i];
	for (size_t i = 0; i < s->count; i++)
		if (s->files[i].binary)
			all[n++] = s->files[i].path;
	if (n > 0)
		qsort(all, n, sizeof(*all), compare_paths);
	json_put_key(w, "passed_over");
	json_open(w, '[');
	for (size_t i = 0; i < n && i < GATE_TREND_PASSED_MAX; i++) {
		json_open(w, '{');
		json_field_path(w, "path", all[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
	if (n > GATE_TREND_PASSED_MAX) {
		json_put_key(w, "passed_over_from");
		json_open(w, '{');
		json_field_path(w, "path", all[GATE_TREND_PASSED_MAX]);
		json_close(w, '}');
	}
	return true;
}

/* How many findings of each check the baseline accepts. */
static void put_known(struct json_writer *w, const struct trend *t)
{
	const struct gate_policy *p = t->in->policy;
	const struct scan_result *r = t->in->scan;

	json_put_key(w, "known");
	json_open(w, '{');
	for (size_t i = 0; i < p->check_count; i++) {
		uint64_t n = 0;

		if (p->checks[i].collector != GATE_COLLECT_SCAN || !t->in->wanted[i])
			continue;
		for (size_t k = 0; k < r->count; k++)
			n += r->findings[k].state == SCAN_KNOWN &&
			     gate_judge_counts(&p->checks[i], &r->findings[k]);
		if (n > 0)
			json_field_u64(w, p->checks[i].id, n);
	}
	json_close(w, '}');
}

static void put_compared(struct json_writer *w, struct trend *t)
{
	const struct gate_policy *p = t->in->policy;
	struct sums sums = sum_of(t, NULL);

	put_rules(w, t, "rules_new", true);
	put_sums(w, "total", &sums);
	json_put_key(w, "checks");
	json_open(w, '{');
	for (size_t i = 0; i < p->check_count; i++) {
		if (p->checks[i].collector != GATE_COLLECT_SCAN || !t->in->wanted[i] ||
		    p->checks[i].scan_new_code)
			continue;
		sums = sum_of(t, &p->checks[i]);
		put_sums(w, p->checks[i].id, &sums);
	}
	json_close(w, '}');
}

static enum err_code put_all(struct buf *out, struct trend *t, struct err *err)
{
	bool ok;

	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	put_rules(&w, t, "rules", false);
	json_field_u64(&w, "findings", t->in->scan->count);
	json_field_str(&w, "salt_sha256", t->salt);
	put_known(&w, t);
	put_gaps(&w, t->in->scan);
	ok = put_passed(&w, t);
	json_field_str(&w, "against", t->run);
	json_field_str(&w, "against_version", t->version);
	json_field_str(&w, "why_not", t->why);
	if (t->why == NULL)
		put_compared(&w, t);
	json_close(&w, '}');
	buf_putc(out, '\n');
	return ok ? buf_err(out, err) : err_nomem(err);
}

enum err_code gate_trend_put(struct buf *out, const struct gate_trend_input *in,
                             struct err *err)
{
	struct trend t = { .in = in,
		           .arena = ARENA_INIT,
		           .then = MAP_INIT,
		           .slots = MAP_INIT,
		           .gaps_then = MAP_INIT };
	enum err_code rc = scan_select(&t.now, in->scan->rules, in->scan->rule_count,
	                               in->rules, in->rule_count, err);

	if (rc == ERR_OK && in->salt != NULL)
		rc = digest_hex(span_str(in->salt), t.salt, err);
	if (rc == ERR_OK)
		rc = gather(&t, err);
	if (rc == ERR_OK)
		rc = put_all(out, &t, err);
	scan_selection_fini(&t.now);
	map_fini(&t.then);
	map_fini(&t.slots);
	map_fini(&t.gaps_then);
	arena_fini(&t.arena);
	return rc;
}
