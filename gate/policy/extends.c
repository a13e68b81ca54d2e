// SPDX-License-Identifier: Apache-2.0
#include "policy/extends.h"

#include "base/str.h"
#include "lib/vcs_staged.h"
#include "os/fs.h"
#include "policy/profile.h"

#include <string.h>

void gate_layers_init(struct gate_layers *s, struct gate_load *l)
{
	memset(s, 0, sizeof(*s));
	s->load = l;
}

void gate_layers_fini(struct gate_layers *s)
{
	for (size_t i = 0; i < s->count; i++)
		yaml_free(s->docs[i]);
	s->count = 0;
}

void gate_layers_dir(struct buf *out, const char *path)
{
	struct span p = span_str(path);
	size_t slash = span_rfind_byte(p, '/');

	buf_clear(out);
	if (slash == p.len)
		buf_puts(out, ".");
	else
		buf_put(out, span_sub(p, 0, slash == 0 ? 1 : slash));
}

static enum err_code no_profile(const char *name, struct err *err)
{
	const struct gate_profile *all;
	size_t count = gate_profiles(&all);
	struct buf names = BUF_INIT;

	for (size_t i = 0; i < count; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "", all[i].name);
	err_set(err, ERR_USAGE, "no profile '%s'; there are %s", name, buf_str(&names));
	buf_fini(&names);
	return ERR_USAGE;
}

enum err_code gate_layer_profile(struct gate_layer *out, const char *profile,
                                 struct err *err)
{
	const struct gate_profile *p = gate_profile_find(profile);
	const char *near = gate_profile_nearest(profile);

	if (p == NULL && near != NULL)
		return err_set(err, ERR_USAGE, "no profile '%s'; did you mean '%s'?",
		               profile, near);
	if (p == NULL)
		return no_profile(profile, err);
	*out = (struct gate_layer){ .text = gate_profile_text(p),
		                    .name = p->name,
		                    .identity = p->identity,
		                    .profile = p->name };
	return ERR_OK;
}

/* A path has a slash or the ending of a policy file; all else names a profile. */
static bool looks_like_path(const char *text)
{
	return strchr(text, '/') != NULL || str_ends(text, ".yml") ||
	       str_ends(text, ".yaml") || str_ends(text, ".json");
}

static enum err_code apply_profile(struct gate_layers *s, const struct yaml_doc *doc,
                                   const struct yaml *n)
{
	struct gate_layer layer = { .name = NULL };
	struct err why = ERR_INIT;

	if (gate_layer_profile(&layer, yaml_text(n), &why) != ERR_OK)
		return yaml_error(s->load->err, doc, n, "%s", why.msg);
	return gate_layers_apply(s, &layer);
}

static enum err_code apply_file(struct gate_layers *s, const struct gate_layer *child,
                                const struct yaml_doc *doc, const struct yaml *n)
{
	struct gate_load *l = s->load;
	struct buf path = BUF_INIT;
	struct buf identity = BUF_INIT;
	struct buf text = BUF_INIT;
	struct buf dir = BUF_INIT;
	struct err why = ERR_INIT;
	struct gate_layer layer = { .name = NULL };
	enum err_code rc;

	if (child->dir == NULL)
		return yaml_error(l->err, doc, n, "a file cannot be extended from here");
	if (yaml_text(n)[0] == '/')
		buf_puts(&path, yaml_text(n));
	else
		os_join(&path, child->dir, yaml_text(n));
	rc = vcs_staged_read(s->staged, buf_str(&path), GATE_POLICY_FILE_MAX, &text,
	                     &why);
	if (rc == ERR_OK)
		rc = vcs_staged_identity(s->staged, buf_str(&path), &identity, &why);
	if (rc != ERR_OK) {
		rc = yaml_error(l->err, doc, n, "%s", why.msg);
		goto out;
	}
	gate_layers_dir(&dir, buf_str(&path));
	layer.text = buf_span(&text);
	layer.name = arena_str(&l->arena, buf_str(&path));
	layer.identity = arena_str(&l->arena, buf_str(&identity));
	layer.dir = arena_str(&l->arena, buf_str(&dir));
	if ((rc = arena_err(&l->arena, l->err)) == ERR_OK)
		rc = gate_layers_apply(s, &layer);
out:
	buf_fini(&path);
	buf_fini(&identity);
	buf_fini(&text);
	buf_fini(&dir);
	return rc;
}

/* The layer's own index, or the count. */
static size_t find_layer(const struct gate_layers *s, const char *identity)
{
	size_t i = 0;

	while (i < s->count && !str_eq(s->identities[i], identity))
		i++;
	return i;
}

static enum err_code apply_parent(struct gate_layers *s, const struct gate_layer *child,
                                  const struct yaml_doc *doc, const struct yaml *n)
{
	static const struct gate_type text = { .kind = GATE_KIND_TEXT,
		                               .what = "a profile or a path" };
	enum err_code rc;

	s->load->doc = doc;
	if ((rc = gate_decode_scalar(s->load, &text, "extends", n, NULL)) != ERR_OK)
		return rc;
	if (s->count >= GATE_LAYERS_MAX)
		return yaml_error(s->load->err, doc, n,
		                  "more than %d files extend one another",
		                  GATE_LAYERS_MAX);
	if (looks_like_path(yaml_text(n)))
		rc = apply_file(s, child, doc, n);
	else
		rc = apply_profile(s, doc, n);
	if (rc == ERR_EXISTS)
		return yaml_error(s->load->err, doc, n, "'%s' extends itself in a circle",
		                  gate_load_shown(s->load, yaml_text(n)));
	return rc;
}

static enum err_code apply_parents(struct gate_layers *s, const struct gate_layer *layer,
                                   const struct yaml_doc *doc)
{
	const struct yaml *n = yaml_get(yaml_root(doc), "extends");
	enum err_code rc = ERR_OK;

	if (n == NULL)
		return ERR_OK;
	if (yaml_type(n) != YAML_LIST)
		return apply_parent(s, layer, doc, n);
	for (size_t i = 0; rc == ERR_OK && i < yaml_count(n); i++)
		rc = apply_parent(s, layer, doc, yaml_at(n, i));
	return rc;
}

/* The layer's own keys, over what its parents gave. */
static enum err_code apply_own(struct gate_layers *s, const struct gate_layer *layer,
                               const struct yaml_doc *doc)
{
	struct gate_load *l = s->load;
	struct buf before = BUF_INIT;
	enum err_code rc = ERR_OK;

	l->doc = doc;
	if (s->lock_count > 0)
		rc = gate_policy_json(l->policy, &before, l->err);
	if (rc == ERR_OK)
		rc = gate_decode(l, doc);
	if (rc == ERR_OK)
		rc = gate_rules_check(doc, l->err);
	if (rc == ERR_OK) /* from here on no text is missing */
		rc = arena_err(&l->policy->arena, l->err);
	if (rc == ERR_OK && s->lock_count > 0)
		rc = gate_locks_check(s, buf_span(&before), yaml_root(doc));
	if (rc == ERR_OK)
		rc = gate_locks_add(s, yaml_get(yaml_root(doc), "locked"), layer->name);
	if (rc == ERR_OK && layer->profile != NULL)
		l->policy->profile = arena_str(&l->policy->arena, layer->profile);
	buf_fini(&before);
	return rc;
}

/* ERR_EXISTS, without a message, for a layer whose parents are still being read. */
enum err_code gate_layers_apply(struct gate_layers *s, const struct gate_layer *layer)
{
	size_t at = find_layer(s, layer->identity);
	struct yaml_doc *doc = NULL;
	enum err_code rc;

	if (at < s->count)
		return s->open[at] ? ERR_EXISTS : ERR_OK;
	rc = yaml_parse(&doc, layer->text, layer->name, s->load->err);
	if (rc == ERR_CORRUPT) { /* no YAML is a wrong policy like any other */
		rc = ERR_USAGE;
		if (s->load->err != NULL)
			s->load->err->code = rc;
	}
	if (rc != ERR_OK)
		return rc;
	if (layer->recorded)
		yaml_drop_nulls(doc);
	s->docs[at] = doc;
	s->identities[at] = layer->identity;
	s->open[at] = true;
	s->count++;
	rc = apply_parents(s, layer, doc);
	s->open[at] = false;
	return rc == ERR_OK ? apply_own(s, layer, doc) : rc;
}
