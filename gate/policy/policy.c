// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "lib/vcs_staged.h"
#include "policy/extends.h"
#include "policy/load_internal.h"
#include "scanners/ruleset.h"

#include <string.h>

/* Beginning and end of reading a policy, and looking things up in one. */

enum err_code gate_load_init(struct gate_load *l, struct err *err)
{
	memset(l, 0, sizeof(*l));
	l->err = err;
	arena_init(&l->arena);
	for (size_t i = 0; i < GATE_KEYS_MAX; i++)
		map_init(&l->sections[i].by_id);
	l->policy = mem_new(sizeof(*l->policy));
	if (l->policy == NULL)
		return err_nomem(err);
	arena_init(&l->policy->arena);
	gate_decode_presets(l, gate_grammar(), (char *)l->policy);
	return arena_err(&l->policy->arena, err);
}

void gate_load_fini(struct gate_load *l)
{
	for (size_t i = 0; i < GATE_KEYS_MAX; i++)
		map_fini(&l->sections[i].by_id);
	arena_fini(&l->arena);
	gate_policy_free(l->policy);
	l->policy = NULL;
}

const struct gate_section *gate_load_section(const struct gate_load *l, const char *key)
{
	const struct gate_field *f = gate_grammar_field(gate_grammar(), span_str(key));

	return &l->sections[f - gate_grammar()->fields];
}

enum err_code gate_policy_digest(struct gate_policy *p, struct err *err)
{
	struct buf json = BUF_INIT;
	enum err_code rc = gate_policy_json(p, &json, err);

	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&json), p->digest, err);
	buf_fini(&json);
	return rc;
}

static bool is_file(const struct gate_layers *s, size_t layer)
{
	return s->identities[layer][0] == '/';
}

/* What is built in has no path. */
static enum err_code note_files(const struct gate_layers *s, struct gate_policy *p,
                                struct err *err)
{
	const char **files = arena_array(&p->arena, s->count + 1, sizeof(*files));

	p->files = (struct gate_strings){ files, 0 };
	for (size_t i = 0; files != NULL && i < s->count; i++)
		if (is_file(s, i))
			files[p->files.count++] = arena_str(&p->arena, s->identities[i]);
	return arena_err(&p->arena, err);
}

static enum err_code load_layers(struct gate_policy **out, const struct gate_layer *layer,
                                 struct vcs_staged *staged, struct err *err)
{
	struct gate_load l;
	struct gate_layers layers;
	enum err_code rc = gate_load_init(&l, err);

	gate_layers_init(&layers, &l);
	layers.staged = staged;
	if (rc == ERR_OK)
		rc = gate_layers_apply(&layers, layer);
	if (rc == ERR_OK)
		rc = gate_check_policy(&l);
	if (rc == ERR_OK)
		rc = arena_err(&l.arena, err);
	if (rc == ERR_OK)
		rc = arena_err(&l.policy->arena, err);
	if (rc == ERR_OK)
		rc = note_files(&layers, l.policy, err);
	if (rc == ERR_OK)
		rc = gate_rules_load(l.policy, err);
	if (rc == ERR_OK)
		rc = gate_people_load(l.policy, layer->dir, staged, err);
	if (rc == ERR_OK)
		rc = gate_policy_digest(l.policy, err);
	if (rc == ERR_OK) {
		*out = l.policy;
		l.policy = NULL;
	}
	gate_layers_fini(&layers);
	gate_load_fini(&l);
	return rc;
}

enum err_code gate_policy_parse(struct gate_policy **out, struct span text,
                                const char *name, const char *dir, struct err *err)
{
	struct gate_layer layer = {
		.text = text, .name = name, .identity = name, .dir = dir
	};

	return load_layers(out, &layer, NULL, err);
}

enum err_code gate_policy_recorded(struct gate_policy **out, struct span text,
                                   const char *name, struct err *err)
{
	struct gate_layer layer = {
		.text = text, .name = name, .identity = name, .recorded = true
	};

	return load_layers(out, &layer, NULL, err);
}

enum err_code gate_policy_load(struct gate_policy **out, const char *path,
                               struct err *err)
{
	return gate_policy_load_staged(out, path, NULL, err);
}

enum err_code gate_policy_load_staged(struct gate_policy **out, const char *path,
                                      struct vcs_staged *staged, struct err *err)
{
	struct gate_policy *p = NULL;
	struct gate_layer layer;
	struct buf text = BUF_INIT;
	struct buf identity = BUF_INIT;
	struct buf dir = BUF_INIT;
	enum err_code rc;

	rc = vcs_staged_read(staged, path, GATE_POLICY_FILE_MAX, &text, err);
	if (rc == ERR_OK)
		rc = vcs_staged_identity(staged, path, &identity, err);
	if (rc != ERR_OK)
		goto out;
	gate_layers_dir(&dir, path);
	layer = (struct gate_layer){ .text = buf_span(&text),
		                     .name = path,
		                     .identity = buf_str(&identity),
		                     .dir = buf_str(&dir) };
	if ((rc = load_layers(&p, &layer, staged, err)) != ERR_OK)
		goto out;
	p->path = arena_str(&p->arena, path);
	if ((rc = arena_err(&p->arena, err)) != ERR_OK)
		goto out;
	*out = p;
	p = NULL;
out:
	gate_policy_free(p);
	buf_fini(&text);
	buf_fini(&identity);
	buf_fini(&dir);
	return rc;
}

enum err_code gate_policy_builtin(struct gate_policy **out, const char *profile,
                                  struct err *err)
{
	struct gate_layer layer;
	enum err_code rc = gate_layer_profile(&layer, profile, err);

	return rc != ERR_OK ? rc : load_layers(out, &layer, NULL, err);
}

void gate_policy_free(struct gate_policy *p)
{
	if (p == NULL)
		return;
	if (p->ruleset != NULL)
		scan_ruleset_fini(p->ruleset);
	mem_free(p->ruleset);
	arena_fini(&p->arena);
	mem_free(p);
}

bool gate_check_required(const struct gate_check *c)
{
	return c->required || c->blocker != GATE_NO_BLOCKER;
}

bool gate_component_has(const struct gate_component *c, struct span path)
{
	for (size_t i = 0; i < c->paths.count; i++)
		if (str_glob(c->paths.items[i], path))
			return true;
	return false;
}

bool gate_check_splits(const struct gate_check *c)
{
	switch (c->collector) {
	case GATE_COLLECT_SUITE:
	case GATE_COLLECT_COVERAGE:
		return true;
	case GATE_COLLECT_SCAN:
		return !str_eq(c->measure, "per_kloc") && !str_eq(c->measure, "ratio");
	case GATE_COLLECT_BENCH:
	case GATE_COLLECT_LOAD:
	case GATE_COLLECT_CHAOS:
	case GATE_COLLECT_DRILL:
	case GATE_COLLECT_COMMAND:
	case GATE_COLLECT_PROBE:
	case GATE_COLLECT_ATTEST:
		break;
	}
	return false;
}

const struct gate_suite *gate_policy_suite(const struct gate_policy *p, const char *id)
{
	for (size_t i = 0; i < p->suite_count; i++)
		if (str_eq(p->suites[i].id, id))
			return &p->suites[i];
	return NULL;
}

const struct gate_build *gate_policy_build(const struct gate_policy *p, const char *id)
{
	for (size_t i = 0; i < p->build_count; i++)
		if (str_eq(p->builds[i].id, id))
			return &p->builds[i];
	return NULL;
}
