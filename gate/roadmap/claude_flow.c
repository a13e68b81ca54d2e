// SPDX-License-Identifier: Apache-2.0
#include "roadmap/claude_flow.h"

#include "base/str.h"
#include "lib/json.h"

#include <stdio.h>

/* Opens what is there, of the type that it should have; NULL root for an empty text. */
static enum err_code open_text(struct json_doc **doc, const struct json **root,
                               struct span text, const char *name, enum json_type type,
                               struct err *err)
{
	enum err_code rc;

	*doc = NULL;
	*root = NULL;
	if (span_trim(text).len == 0)
		return ERR_OK;
	if ((rc = json_parse(doc, text, name, err)) != ERR_OK)
		return rc;
	*root = json_root(*doc);
	if (json_type(*root) == type)
		return ERR_OK;
	json_free(*doc);
	*doc = NULL;
	return err_set(err, ERR_CORRUPT, "%s: it should be %s", name,
	               type == JSON_ARRAY ? "an array" : "an object");
}

static void open_array(struct json_writer *w, const struct json *root, struct buf *out)
{
	json_writer_init(w, out, 2);
	json_open(w, '[');
	for (const struct json *v = json_first(root); v != NULL; v = json_next(v))
		json_put_value(w, v);
}

static void close_text(struct json_writer *w, char bracket, struct buf *out)
{
	json_close(w, bracket);
	buf_putc(out, '\n');
}

/* ---- tasks ---- */

static void put_metadata(struct json_writer *w, const struct gate_check *c,
                         const struct gate_assessed_check *s)
{
	char value[64];

	json_put_key(w, "metadata");
	json_open(w, '{');
	if (s->state == GATE_PASS || s->state == GATE_WARN || s->state == GATE_FAIL) {
		gate_ratio_text(&s->low, 6, value);
		json_field_number(w, "score", value);
	} else {
		json_field_null(w, "score");
	}
	if (c->has_scale)
		json_field_number(w, "threshold", c->scale_pass);
	else
		json_field_null(w, "threshold");
	json_field_str(w, "status", gate_state_name(s->state));
	json_close(w, '}');
}

static void put_task(struct json_writer *w, const struct gate_check *c,
                     const struct gate_assessed_check *s, int64_t now_ms)
{
	const struct gate_record *r = s->record;
	const bool timed = r != NULL && r->has_ended && r->ended_ms >= r->started_ms;

	json_open(w, '{');
	json_field_str(w, "id", c->id);
	json_field_str(w, "type", "seaworthy");
	json_field_bool(w, "success", s->state == GATE_PASS);
	json_field_u64(w, "duration",
	               timed ? (uint64_t)(r->ended_ms - r->started_ms) : 0);
	json_put_key(w, "timestamp");
	json_put_i64(w, timed ? r->ended_ms : now_ms);
	put_metadata(w, c, s);
	json_close(w, '}');
}

enum err_code gate_claude_flow_tasks(const struct gate_assessment *a,
                                     struct span existing, const char *name,
                                     struct buf *out, struct err *err)
{
	const struct json *root;
	struct json_doc *doc;
	struct json_writer w;
	enum err_code rc = open_text(&doc, &root, existing, name, JSON_ARRAY, err);

	if (rc != ERR_OK)
		return rc;
	open_array(&w, root, out);
	for (size_t i = 0; i < a->policy->check_count; i++)
		put_task(&w, &a->policy->checks[i], &a->checks[i], a->now_ms);
	close_text(&w, ']', out);
	json_free(doc);
	return buf_err(out, err);
}

/* ---- counters ---- */

struct counter {
	const char *key;
	uint64_t more;
};

static void put_counter(struct json_writer *w, const struct json *root,
                        const struct counter *c)
{
	uint64_t before = 0;

	(void)json_u64(json_get(root, c->key), &before);
	json_field_u64(w, c->key,
	               before > UINT64_MAX - c->more ? UINT64_MAX : before + c->more);
}

static struct counter *find_counter(struct counter *list, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(list[i].key, key))
			return &list[i];
	return NULL;
}

enum err_code gate_claude_flow_performance(const struct gate_assessment *a,
                                           struct span existing, const char *name,
                                           struct buf *out, struct err *err)
{
	struct counter counters[] = { { "totalTasks", 0 },
		                      { "successfulTasks", 0 },
		                      { "failedTasks", 0 } };
	const size_t count = sizeof(counters) / sizeof(counters[0]);
	const struct json *root;
	struct json_doc *doc;
	struct json_writer w;
	enum err_code rc = open_text(&doc, &root, existing, name, JSON_OBJECT, err);

	if (rc != ERR_OK)
		return rc;
	/* What does not apply is no task. */
	for (size_t i = 0; i < a->policy->check_count; i++) {
		if (a->checks[i].state == GATE_NOT_APPLICABLE)
			continue;
		counters[0].more++;
		counters[a->checks[i].state == GATE_PASS ? 1 : 2].more++;
	}
	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	for (const struct json *v = json_first(root); v != NULL; v = json_next(v)) {
		if (find_counter(counters, count, json_key(v)) != NULL ||
		    str_eq(json_key(v), "lastActivity"))
			continue;
		json_put_key(&w, json_key(v));
		json_put_value(&w, v);
	}
	for (size_t i = 0; i < count; i++)
		put_counter(&w, root, &counters[i]);
	json_put_key(&w, "lastActivity");
	json_put_i64(&w, a->now_ms);
	close_text(&w, '}', out);
	json_free(doc);
	return buf_err(out, err);
}

/* ---- machine ---- */

static void put_real(struct json_writer *w, const char *key, bool has, double value)
{
	char text[32];

	json_put_key(w, key);
	if (!has) {
		json_put_null(w);
		return;
	}
	(void)snprintf(text, sizeof(text), "%.4f", value);
	json_put_number(w, text);
}

static void put_memory(struct json_writer *w, const struct gate_host_sample *s)
{
	const double total = s->memory_total > 0 ? (double)s->memory_total : 1;
	const double used = 100 * (double)(s->memory_total - s->memory_free) / total;

	if (s->has_memory) {
		json_field_u64(w, "memoryTotal", s->memory_total);
		json_field_u64(w, "memoryUsed", s->memory_total - s->memory_free);
		json_field_u64(w, "memoryFree", s->memory_free);
	} else {
		json_field_null(w, "memoryTotal");
		json_field_null(w, "memoryUsed");
		json_field_null(w, "memoryFree");
	}
	put_real(w, "memoryUsagePercent", s->has_memory, used);
	put_real(w, "memoryEfficiency", s->has_memory, 100 - used);
}

static void put_sample(struct json_writer *w, const struct gate_host_sample *s)
{
	json_open(w, '{');
	json_put_key(w, "timestamp");
	json_put_i64(w, s->time_ms);
	put_memory(w, s);
	json_field_u64(w, "cpuCount", s->cpus);
	put_real(w, "cpuLoad", s->has_load,
	         s->load / (double)(s->cpus > 0 ? s->cpus : 1));
	json_field_str(w, "platform", s->platform);
	put_real(w, "uptime", s->has_uptime, s->uptime_s);
	json_close(w, '}');
}

enum err_code gate_claude_flow_system(const struct gate_host_sample *start,
                                      const struct gate_host_sample *end,
                                      struct span existing, const char *name,
                                      struct buf *out, struct err *err)
{
	const struct json *root;
	struct json_doc *doc;
	struct json_writer w;
	enum err_code rc = open_text(&doc, &root, existing, name, JSON_ARRAY, err);

	if (rc != ERR_OK)
		return rc;
	open_array(&w, root, out);
	put_sample(&w, start);
	put_sample(&w, end);
	close_text(&w, ']', out);
	json_free(doc);
	return buf_err(out, err);
}
