// SPDX-License-Identifier: Apache-2.0
/*
 * libfyaml's events become our own tree. Its document tree is not used: events keep
 * memory within our limits, and nothing of the library outlives yaml_parse.
 */
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "lib/yaml_internal.h"

#include <libfyaml.h>
#include <limits.h>
#include <string.h>

/* A list or map that is being filled. */
struct level {
	struct yaml *node;
	struct yaml *key;   /* the key that waits for its value */
	const char *anchor; /* name to register when it is complete, or NULL */
	struct map seen;    /* keys of a map */
	size_t items_cap;
	size_t keys_cap;
};

struct builder {
	struct yaml_doc *doc;
	struct span text;
	struct err *err;
	struct map anchors;
	struct place cursor; /* events come in order: one pass counts all lines */
	struct level levels[YAML_DEPTH_MAX];
	size_t depth;
	size_t nodes;
	size_t documents;
	struct yaml *root;
};

static enum err_code fault(struct builder *b, enum err_code code, struct place p,
                           const char *what)
{
	(void)yaml_fault(b->err, code, b->doc->name, b->text, p, what);
	return code;
}

/* Offset of a token, false where it has none. A quoted scalar's mark stands behind its
 * quote. */
static bool token_offset(struct span text, struct fy_token *token, size_t *out)
{
	const struct fy_mark *mark = token != NULL ? fy_token_start_mark(token) : NULL;
	size_t at;

	if (mark == NULL)
		return false;
	at = mark->input_pos < text.len ? mark->input_pos : text.len;
	if (at > 0 && (text.ptr[at - 1] == '"' || text.ptr[at - 1] == '\'') &&
	    fy_token_scalar_style(token) != FYSS_PLAIN)
		at--;
	*out = at;
	return true;
}

static struct place place_at_token(struct builder *b, struct fy_token *token)
{
	size_t at = 0;

	if (token_offset(b->text, token, &at))
		place_move(&b->cursor, b->text, at);
	return b->cursor;
}

static enum err_code new_node(struct builder *b, struct fy_token *token,
                              enum yaml_type type, struct yaml **out)
{
	struct yaml *n;

	if (b->nodes == YAML_NODES_MAX)
		return fault(b, ERR_LIMIT, place_at_token(b, token),
		             "more than 1000000 values");
	n = arena_new(&b->doc->arena, sizeof(*n));
	if (n == NULL)
		return err_nomem(b->err);
	b->nodes++;
	n->type = type;
	n->place = place_at_token(b, token);
	n->weight = 1;
	n->height = type == YAML_LIST || type == YAML_MAP ? 1 : 0;
	*out = n;
	return ERR_OK;
}

static enum err_code token_text(struct builder *b, struct fy_token *token,
                                const char **out)
{
	size_t len = 0;
	const char *text = token != NULL ? fy_token_get_text(token, &len) : "";

	if (text == NULL)
		return err_nomem(b->err);
	/* A block that the text ends before is given as one NUL. */
	if (len == 1 && text[0] == '\0' && place_at_token(b, token).offset == b->text.len)
		len = 0;
	if (memchr(text, '\0', len) != NULL)
		return fault(b, ERR_CORRUPT, place_at_token(b, token),
		             "a NUL character is not accepted");
	*out = arena_dup(&b->doc->arena, span_of(text, len));
	return *out != NULL ? ERR_OK : err_nomem(b->err);
}

/* Quoted and block scalars are strings, and so is what a tag calls one. */
static enum yaml_type scalar_type(const struct fy_event_scalar_data *s, const char *text)
{
	size_t len = 0;
	const char *tag = s->tag != NULL ? fy_token_get_text(s->tag, &len) : NULL;

	if (s->value != NULL && fy_token_scalar_style(s->value) != FYSS_PLAIN)
		return YAML_STRING;
	if (tag != NULL && (span_eq_str(span_of(tag, len), "!") ||
	                    span_ends(span_of(tag, len), SPAN_LIT(":str"))))
		return YAML_STRING;
	return yaml_plain_type(span_str(text));
}

static enum err_code check_key(struct builder *b, struct level *top, struct yaml *key)
{
	const struct span text = span_str(key->text);
	struct buf what = BUF_INIT;
	const struct yaml *first;
	enum err_code rc;

	if (key->text == NULL)
		return fault(b, ERR_CORRUPT, key->place, "a key must be a plain value");
	first = map_get(&top->seen, text);
	if (first == NULL)
		return map_set(&top->seen, text, key) ? ERR_OK : err_nomem(b->err);
	buf_puts(&what, "key ");
	str_display_cut(&what, text, 60);
	buf_printf(&what, " a second time (the first is at line %zu)", first->place.line);
	rc = fault(b, ERR_CORRUPT, key->place, buf_str(&what));
	buf_fini(&what);
	return rc;
}

static enum err_code append(struct builder *b, struct level *top, struct yaml *n)
{
	struct yaml *list = top->node;
	struct arena *a = &b->doc->arena;
	size_t count = list->count;
	struct yaml **slot;

	if (list->type == YAML_MAP) {
		slot = arena_push(a, &list->keys, &count, &top->keys_cap, sizeof(*slot));
		if (slot == NULL)
			return err_nomem(b->err);
		*slot = top->key;
		top->key = NULL;
	}
	slot = arena_push(a, &list->items, &list->count, &top->items_cap, sizeof(*slot));
	if (slot == NULL)
		return err_nomem(b->err);
	*slot = n;
	return ERR_OK;
}

/* What a finished child adds to its parent, aliases expanded: here the bombs are found.
 */
static enum err_code account(struct builder *b, struct yaml *parent,
                             const struct yaml *child, struct place p)
{
	parent->weight += child->weight; /* both at most YAML_NODES_MAX */
	if (parent->height < child->height + 1)
		parent->height = child->height + 1;
	if (parent->weight > YAML_NODES_MAX)
		return fault(b, ERR_LIMIT, p,
		             "more than 1000000 values with aliases expanded");
	if (b->depth + child->height > YAML_DEPTH_MAX)
		return fault(b, ERR_LIMIT, p, "nested deeper than 100 levels");
	return ERR_OK;
}

/* Puts a complete value where it belongs: the root, a key, an element, or the value of a
 * key. */
static enum err_code place_value(struct builder *b, struct yaml *n, struct place p)
{
	struct level *top = b->depth > 0 ? &b->levels[b->depth - 1] : NULL;
	enum err_code rc;

	if (top == NULL) {
		b->root = n;
		return ERR_OK;
	}
	if ((rc = account(b, top->node, n, p)) != ERR_OK)
		return rc;
	if (top->node->type == YAML_MAP && top->key == NULL) {
		if ((rc = check_key(b, top, n)) == ERR_OK)
			top->key = n;
		return rc;
	}
	return append(b, top, n);
}

static enum err_code remember(struct builder *b, const char *anchor, struct yaml *n)
{
	if (anchor == NULL || map_set(&b->anchors, span_str(anchor), n))
		return ERR_OK;
	return err_nomem(b->err);
}

static enum err_code anchor_text(struct builder *b, struct fy_token *token,
                                 const char **out)
{
	*out = NULL;
	return token != NULL ? token_text(b, token, out) : ERR_OK;
}

static enum err_code on_scalar(struct builder *b, const struct fy_event_scalar_data *s)
{
	struct yaml *n = NULL;
	const char *anchor = NULL;
	enum err_code rc;

	if ((rc = new_node(b, s->value, YAML_STRING, &n)) != ERR_OK ||
	    (rc = token_text(b, s->value, &n->text)) != ERR_OK ||
	    (rc = anchor_text(b, s->anchor, &anchor)) != ERR_OK)
		return rc;
	n->type = scalar_type(s, n->text);
	if ((rc = remember(b, anchor, n)) != ERR_OK)
		return rc;
	return place_value(b, n, n->place);
}

/* The node is shared, not copied: sizes were counted when it was complete. */
static enum err_code on_alias(struct builder *b, struct fy_token *token)
{
	const struct place p = place_at_token(b, token);
	const char *name = NULL;
	struct yaml *n;
	enum err_code rc;

	if ((rc = anchor_text(b, token, &name)) != ERR_OK)
		return rc;
	n = name != NULL ? map_get(&b->anchors, span_str(name)) : NULL;
	if (n == NULL)
		return fault(b, ERR_CORRUPT, p,
		             "alias of an anchor that is not defined before it");
	return place_value(b, n, p);
}

static enum err_code on_open(struct builder *b, enum yaml_type type,
                             struct fy_token *token, struct fy_token *anchor)
{
	struct level *top;
	struct yaml *n = NULL;
	const char *name = NULL;
	enum err_code rc;

	if (b->depth == YAML_DEPTH_MAX)
		return fault(b, ERR_LIMIT, place_at_token(b, token),
		             "nested deeper than 100 levels");
	if ((rc = new_node(b, token, type, &n)) != ERR_OK ||
	    (rc = anchor_text(b, anchor, &name)) != ERR_OK)
		return rc;
	top = &b->levels[b->depth++];
	*top = (struct level){ .node = n, .anchor = name };
	map_init(&top->seen);
	return ERR_OK;
}

static enum err_code on_close(struct builder *b)
{
	struct level *top;
	enum err_code rc;

	if (b->depth == 0)
		return fault(b, ERR_CORRUPT, b->cursor, "an end without its start");
	top = &b->levels[--b->depth];
	map_fini(&top->seen);
	if ((rc = remember(b, top->anchor, top->node)) != ERR_OK)
		return rc;
	return place_value(b, top->node, top->node->place);
}

static enum err_code on_document(struct builder *b, struct fy_token *token)
{
	if (b->documents++ == 0)
		return ERR_OK;
	return fault(b, ERR_CORRUPT, place_at_token(b, token),
	             "a second document: only one is accepted");
}

static enum err_code on_event(struct builder *b, const struct fy_event *e)
{
	switch (e->type) {
	case FYET_DOCUMENT_START:
		return on_document(b, e->document_start.document_start);
	case FYET_SCALAR:
		return on_scalar(b, &e->scalar);
	case FYET_ALIAS:
		return on_alias(b, e->alias.anchor);
	case FYET_SEQUENCE_START:
		return on_open(b, YAML_LIST, e->sequence_start.sequence_start,
		               e->sequence_start.anchor);
	case FYET_MAPPING_START:
		return on_open(b, YAML_MAP, e->mapping_start.mapping_start,
		               e->mapping_start.anchor);
	case FYET_SEQUENCE_END:
	case FYET_MAPPING_END:
		return on_close(b);
	case FYET_NONE:
	case FYET_STREAM_START:
	case FYET_STREAM_END:
	case FYET_DOCUMENT_END:
		break;
	}
	return ERR_OK;
}

/* The library's own words at the place that it names. */
static enum err_code syntax_error(struct builder *b, struct fy_diag *diag)
{
	void *at = NULL;
	const struct fy_diag_error *first = fy_diag_errors_iterate(diag, &at);
	struct place p = b->cursor;
	size_t offset = 0;

	if (first == NULL)
		return fault(b, ERR_CORRUPT, p, "not YAML");
	if (token_offset(b->text, first->fyt, &offset))
		p = place_of_fault(b->text, offset);
	return fault(b, ERR_CORRUPT, p, first->msg != NULL ? first->msg : "not YAML");
}

static enum err_code drain(struct builder *b, struct fy_parser *parser,
                           struct fy_diag *diag)
{
	struct fy_event *e;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && (e = fy_parser_parse(parser)) != NULL) {
		rc = on_event(b, e);
		fy_parser_event_free(parser, e);
	}
	if (rc == ERR_OK &&
	    (fy_parser_get_stream_error(parser) || fy_diag_got_error(diag)))
		rc = syntax_error(b, diag);
	return rc;
}

/* Silence: what goes wrong is told by us. */
static void discard(struct fy_diag *diag, void *user, const char *text, size_t len)
{
	(void)diag;
	(void)user;
	(void)text;
	(void)len;
}

static enum err_code run_parser(struct builder *b)
{
	struct fy_diag_cfg diag_config = { .fp = NULL,
		                           .output_fn = discard,
		                           .level = FYET_ERROR,
		                           .module_mask = UINT_MAX };
	struct fy_parse_cfg config = { .flags = FYPCF_QUIET | FYPCF_DISABLE_DEPTH_LIMIT |
		                                FYPCF_DEFAULT_VERSION_1_2 };
	struct fy_diag *diag = fy_diag_create(&diag_config);
	struct fy_parser *parser = NULL;
	enum err_code rc;

	if (diag == NULL)
		return err_nomem(b->err);
	fy_diag_set_collect_errors(diag, true);
	config.diag = diag;
	parser = fy_parser_create(&config);
	if (parser == NULL || fy_parser_set_string(parser, b->text.ptr, b->text.len) != 0)
		rc = err_nomem(b->err);
	else
		rc = drain(b, parser, diag);
	if (parser != NULL)
		fy_parser_destroy(parser);
	fy_diag_destroy(diag);
	return rc;
}

static enum err_code check_text(const char *name, struct span text, struct err *err)
{
	size_t at = 0;

	if (text.len > YAML_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "%s: larger than 16 MiB", name);
	while (at < text.len) {
		const size_t len = str_utf8_len(span_from(text, at));

		if (len == 0 || text.ptr[at] == '\0')
			return yaml_fault(err, ERR_CORRUPT, name, text,
			                  place_of(text, at),
			                  len == 0 ? "bytes that are not UTF-8"
			                           : "a NUL character is not accepted");
		at += len;
	}
	return ERR_OK;
}

static enum err_code build(struct yaml_doc *doc, struct err *err)
{
	struct builder *b = mem_new(sizeof(*b));
	enum err_code rc;

	if (b == NULL)
		return err_nomem(err);
	b->doc = doc;
	b->text = buf_span(&doc->text);
	b->err = err;
	b->cursor = (struct place)PLACE_INIT;
	map_init(&b->anchors);
	rc = b->text.len > 0 ? run_parser(b) : ERR_OK;
	if (rc == ERR_OK && b->root == NULL) {
		rc = new_node(b, NULL, YAML_NULL, &b->root);
		if (rc == ERR_OK)
			b->root->text = "";
	}
	doc->root = b->root;
	while (b->depth > 0)
		map_fini(&b->levels[--b->depth].seen);
	map_fini(&b->anchors);
	mem_free(b);
	return rc;
}

enum err_code yaml_parse(struct yaml_doc **out, struct span text, const char *name,
                         struct err *err)
{
	struct yaml_doc *doc = NULL;
	enum err_code rc;

	if ((rc = check_text(name, text, err)) != ERR_OK)
		return rc;
	if ((doc = mem_new(sizeof(*doc))) == NULL)
		return err_nomem(err);
	arena_init(&doc->arena);
	buf_init(&doc->text);
	buf_put(&doc->text, text);
	doc->name = mem_strdup(name);
	if (!buf_ok(&doc->text) || doc->name == NULL) {
		rc = err_nomem(err);
		goto out;
	}
	if ((rc = build(doc, err)) != ERR_OK)
		goto out;
	*out = doc;
	doc = NULL;
out:
	yaml_free(doc);
	return rc;
}
