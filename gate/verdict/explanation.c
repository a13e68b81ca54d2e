// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/json.h"
#include "verdict/explain_internal.h"
#include "verdict/gain.h"
#include "verdict/possible.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BEST 3

enum err_code explanation_init(struct explanation *e, const struct gate_assessment *a,
                               struct err *err)
{
	int64_t *categories;

	memset(e, 0, sizeof(*e));
	arena_init(&e->arena);
	e->a = a;
	categories = arena_array(&e->arena, a->policy->category_count + 1,
	                         sizeof(*categories));
	e->possible =
		arena_array(&e->arena, a->policy->check_count + 1, sizeof(*e->possible));
	if (categories == NULL || e->possible == NULL)
		return err_nomem(err);
	return gate_possible(a, categories, e->possible, err);
}

void explanation_fini(struct explanation *e)
{
	arena_fini(&e->arena);
}

void explanation_input(struct explanation *e, const char *fmt, ...)
{
	const char **slot = arena_push(&e->arena, &e->inputs, &e->input_count,
	                               &e->input_cap, sizeof(*slot));
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (!buf_ok(&text))
		e->arena.failed = true;
	else if (slot != NULL)
		*slot = arena_dup(&e->arena, buf_span(&text));
	buf_fini(&text);
}

void explanation_tenths(int64_t tenths, char out[24])
{
	(void)snprintf(out, 24, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
}

void explanation_remedy(struct explanation *e, const char *text, size_t check)
{
	struct explained_remedy *slot;

	slot = arena_push(&e->arena, &e->remedies, &e->remedy_count, &e->remedy_cap,
	                  sizeof(*slot));
	if (slot == NULL)
		return;
	slot->text = text;
	explanation_tenths(e->possible[check] - e->a->checks[check].contribution,
	                   slot->gain);
}

static const char *gain_text(struct explanation *e, const struct gate_gain *g)
{
	const struct gate_assessment *a = e->a;
	const char *remedy = gate_remedy(a, g->check, &e->arena);
	int64_t raw = e->possible[g->check] - a->checks[g->check].contribution;
	char lower[24];
	char final[24];

	explanation_tenths(raw, lower);
	explanation_tenths(gate_gain_score(a, g, raw), final);
	return arena_printf(
		&e->arena, "%s: %s (raw +%s, score +%s)", a->policy->checks[g->check].id,
		remedy != NULL ? remedy : "withdraw its waiver", lower, final);
}

enum err_code explanation_gains(struct explanation *e, struct err *err)
{
	struct gate_gain *gains = NULL;
	size_t count = 0;
	enum err_code rc = gate_gains_find(&gains, &count, e->a, err);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < count && i < BEST; i++)
		explanation_remedy(e, gain_text(e, &gains[i]), gains[i].check);
	gate_gains_free(gains, count);
	return arena_err(&e->arena, err);
}

const char *explanation_exact(struct explanation *e, const struct gate_ratio *r,
                              unsigned digits)
{
	struct buf fraction = BUF_INIT;
	char decimal[64];
	const char *text = NULL;

	gate_ratio_text(r, digits, decimal);
	gate_ratio_fraction(r, &fraction);
	if (buf_ok(&fraction))
		text = arena_printf(&e->arena, "%s = %s", decimal, buf_str(&fraction));
	else
		e->arena.failed = true;
	buf_fini(&fraction);
	return text != NULL ? text : "";
}

static void put_strings(struct json_writer *w, const char *key, const char *const *list,
                        size_t count)
{
	json_put_key(w, key);
	json_open(w, '[');
	for (size_t i = 0; i < count; i++)
		json_put_str(w, list[i]);
	json_close(w, ']');
}

static void put_remedies(struct json_writer *w, const struct explanation *e)
{
	json_put_key(w, "remedies");
	json_open(w, '[');
	for (size_t i = 0; i < e->remedy_count; i++) {
		json_open(w, '{');
		json_field_str(w, "text", e->remedies[i].text);
		json_field_number(w, "gain", e->remedies[i].gain);
		json_close(w, '}');
	}
	json_close(w, ']');
}

enum err_code explanation_json(const struct explanation *e, struct buf *out,
                               struct err *err)
{
	struct json_writer w;
	enum err_code rc = arena_err(&e->arena, err);

	if (rc != ERR_OK)
		return rc;
	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_field_str(&w, "check", e->check);
	json_field_str(&w, "state", e->state);
	if (e->value != NULL)
		json_field_number(&w, "value", e->value);
	else
		json_field_null(&w, "value");
	json_field_str(&w, "rule", e->rule);
	put_strings(&w, "inputs", e->inputs, e->input_count);
	put_strings(&w, "evidence", e->evidence, e->evidence_count);
	put_remedies(&w, e);
	json_close(&w, '}');
	buf_putc(out, '\n');
	return buf_err(out, err);
}
