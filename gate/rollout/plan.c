// SPDX-License-Identifier: Apache-2.0
#include "rollout/plan.h"

#include "base/num.h"
#include "lib/json.h"

#include <string.h>

/* The policy's grammar and policy/check_rollout.c have checked all of it; what is
 * nevertheless odd in a policy.json that somebody made is an error. */

enum { STEP_MS = 15 * 1000, TIMEOUT_MS = 30 * 60 * 1000 };

static const char *text(struct arena *a, const struct json *v, const char *key)
{
	return arena_str(a, json_string(json_get(v, key)));
}

static uint64_t duration(const struct json *v, const char *key, uint64_t preset)
{
	const char *s = json_string(json_get(v, key));
	uint64_t ms = preset;

	if (s != NULL && !num_duration_ms(span_str(s), &ms))
		ms = preset;
	return ms;
}

static struct gate_command command(struct arena *a, const struct json *v)
{
	struct gate_command c = { .shell = arena_str(a, json_string(v)) };
	const char **words;

	if (c.shell != NULL || json_count(v) == 0)
		return c;
	words = arena_array(a, json_count(v) + 1, sizeof(*words));
	for (const struct json *i = json_first(v); i != NULL && words != NULL;
	     i = json_next(i))
		words[c.argv.count++] = arena_str(a, json_string(i));
	c.argv.items = words;
	return c;
}

static bool read_criterion(struct arena *a, const struct json *v, uint64_t preset,
                           struct gate_criterion *c)
{
	const char *below = json_number(json_get(v, "below"));
	const char *above = json_number(json_get(v, "above"));

	c->metric = text(a, v, "metric");
	c->query = text(a, v, "query");
	c->below = below != NULL;
	c->limit = arena_str(a, below != NULL ? below : above);
	c->for_ms = duration(v, "for", preset);
	return c->metric != NULL && c->query != NULL && c->limit != NULL &&
	       num_double(span_str(c->limit), &c->limit_value);
}

static bool read_criteria(struct arena *a, const struct json *list, uint64_t preset,
                          struct gate_criterion **out, size_t *count)
{
	*out = arena_array(a, json_count(list) + 1, sizeof(**out));
	for (const struct json *v = json_first(list); v != NULL && *out != NULL;
	     v = json_next(v))
		if (!read_criterion(a, v, preset, &(*out)[(*count)++]))
			return false;
	return true;
}

static bool read_stage(struct arena *a, const struct json *v, struct gate_stage *s)
{
	s->id = text(a, v, "id");
	s->traffic = arena_str(a, json_number(json_get(v, "traffic")));
	s->hold_ms = duration(v, "hold", 0);
	s->timeout_ms = duration(v, "timeout", TIMEOUT_MS);
	s->advance = command(a, json_get(v, "advance"));
	s->rollback = command(a, json_get(v, "rollback"));
	return s->id != NULL &&
	       read_criteria(a, json_get(v, "success"), s->hold_ms, &s->success,
	                     &s->success_count) &&
	       read_criteria(a, json_get(v, "abort"), 0, &s->abort, &s->abort_count);
}

static enum err_code read_plan(struct gate_rollout_plan *p, const struct json *root,
                               struct err *err)
{
	const struct json *metrics = json_get(root, "metrics");
	const struct json *stages = json_get(root, "stages");
	bool good = true;

	p->prometheus = text(&p->arena, metrics, "prometheus");
	p->samples = text(&p->arena, metrics, "samples");
	p->step_ms = duration(metrics, "step", STEP_MS);
	p->stages = arena_array(&p->arena, json_count(stages) + 1, sizeof(*p->stages));
	for (const struct json *v = json_first(stages); v != NULL && p->stages != NULL;
	     v = json_next(v))
		good = good && read_stage(&p->arena, v, &p->stages[p->stage_count++]);
	if (!arena_ok(&p->arena))
		return err_nomem(err);
	return good && p->stage_count > 0 && p->step_ms > 0
	               ? ERR_OK
	               : err_set(err, ERR_USAGE, "the policy's rollout is not complete");
}

enum err_code gate_rollout_plan_parse(struct gate_rollout_plan *out, struct span text,
                                      struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc;

	memset(out, 0, sizeof(*out));
	arena_init(&out->arena);
	out->text = arena_dup(&out->arena, text);
	rc = digest_hex(text, out->digest, err);
	if (rc == ERR_OK)
		rc = json_parse(&doc, text, "rollout", err);
	if (rc == ERR_OK)
		rc = read_plan(out, json_root(doc), err);
	json_free(doc);
	return rc;
}

enum err_code gate_rollout_plan_load(struct gate_rollout_plan *out,
                                     const struct gate_policy *p, struct err *err)
{
	memset(out, 0, sizeof(*out));
	arena_init(&out->arena);
	if (p->rollout == NULL)
		return err_set(err, ERR_USAGE,
		               "%s has no rollout: list its stages there (see "
		               "seaworthy.yml(5))",
		               p->path != NULL ? p->path : "the built-in policy");
	return gate_rollout_plan_parse(out, span_str(p->rollout), err);
}

void gate_rollout_plan_fini(struct gate_rollout_plan *p)
{
	arena_fini(&p->arena);
}
