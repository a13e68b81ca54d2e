// SPDX-License-Identifier: Apache-2.0
#include "lib/yaml_build.h"

#include "base/mem.h"
#include "base/str.h"

enum err_code yaml_builder_new(struct yaml_builder **out, struct yaml_doc *doc,
                               struct err *err)
{
	struct yaml_builder *b = mem_new(sizeof(*b));

	if (b == NULL)
		return err_nomem(err);
	b->doc = doc;
	b->text = buf_span(&doc->text);
	b->err = err;
	b->cursor = (struct place)PLACE_INIT;
	map_init(&b->anchors);
	*out = b;
	return ERR_OK;
}

void yaml_builder_free(struct yaml_builder *b)
{
	while (b->depth > 0)
		map_fini(&b->levels[--b->depth].seen);
	map_fini(&b->anchors);
	mem_free(b->waiting);
	mem_free(b);
}

enum err_code yaml_build_fault(struct yaml_builder *b, enum err_code code, struct place p,
                               const char *what)
{
	(void)yaml_fault(b->err, code, b->doc->name, b->text, p, what);
	return code;
}

struct place yaml_build_place(struct yaml_builder *b, size_t offset)
{
	place_move(&b->cursor, b->text, offset);
	return b->cursor;
}

static enum err_code new_node(struct yaml_builder *b, struct place p, enum yaml_type type,
                              struct yaml **out)
{
	struct yaml *n;

	if (b->nodes == YAML_NODES_MAX)
		return yaml_build_fault(b, ERR_LIMIT, p, "more than 1000000 values");
	n = arena_new(&b->doc->arena, sizeof(*n));
	if (n == NULL)
		return err_nomem(b->err);
	b->nodes++;
	n->type = type;
	n->line = (uint32_t)p.line;
	n->column = (uint32_t)p.column;
	n->offset = (uint32_t)p.offset;
	n->weight = 1;
	n->height = type == YAML_LIST || type == YAML_MAP ? 1 : 0;
	*out = n;
	return ERR_OK;
}

static enum err_code check_key(struct yaml_builder *b, struct yaml_level *top,
                               struct yaml *key)
{
	const struct span text = span_str(yaml_text(key));
	struct buf what = BUF_INIT;
	const struct yaml *first;
	enum err_code rc;

	if (!yaml_is_scalar(key))
		return yaml_build_fault(b, ERR_CORRUPT, yaml_place(key),
		                        "a key must be a plain value");
	first = map_get(&top->seen, text);
	if (first == NULL)
		return map_set(&top->seen, text, key) ? ERR_OK : err_nomem(b->err);
	buf_puts(&what, "key ");
	str_display_cut(&what, text, 60);
	buf_printf(&what, " a second time (the first is at line %zu)", yaml_line(first));
	rc = yaml_build_fault(b, ERR_CORRUPT, yaml_place(key), buf_str(&what));
	buf_fini(&what);
	return rc;
}

static enum err_code hold(struct yaml_builder *b, struct yaml *n)
{
	if (!mem_grow(&b->waiting, b->waiting_count, &b->waiting_cap,
	              sizeof(struct yaml *)))
		return err_nomem(b->err);
	b->waiting[b->waiting_count++] = n;
	return ERR_OK;
}

/* Lists have elements waiting, maps keys and values in turn. */
static enum err_code take_waiting(struct yaml_builder *b, struct yaml_level *top)
{
	struct yaml *n = top->node;
	const size_t step = n->type == YAML_MAP ? 2 : 1;
	const size_t count = (b->waiting_count - top->first) / step;

	b->waiting_count = top->first;
	if (count == 0)
		return ERR_OK; /* and nothing may ever have waited */

	struct yaml **from = b->waiting + top->first;
	n->items = arena_array(&b->doc->arena, count, sizeof(struct yaml *));
	if (step == 2)
		n->keys = arena_array(&b->doc->arena, count, sizeof(struct yaml *));
	if (!arena_ok(&b->doc->arena))
		return err_nomem(b->err);
	for (size_t i = 0; i < count; i++) {
		n->items[i] = from[i * step + step - 1];
		if (step == 2)
			n->keys[i] = from[i * step];
	}
	n->count = (uint32_t)count; /* at most YAML_NODES_MAX */
	return ERR_OK;
}

/* What a finished child adds to its parent, aliases expanded: here the bombs are found.
 */
static enum err_code account(struct yaml_builder *b, struct yaml *parent,
                             const struct yaml *child, struct place p)
{
	parent->weight += child->weight; /* both at most YAML_NODES_MAX */
	if (parent->height < child->height + 1)
		parent->height = child->height + 1;
	if (parent->weight > YAML_NODES_MAX)
		return yaml_build_fault(b, ERR_LIMIT, p,
		                        "more than 1000000 values with aliases expanded");
	if (b->depth + child->height > YAML_DEPTH_MAX)
		return yaml_build_fault(b, ERR_LIMIT, p, "nested deeper than 100 levels");
	return ERR_OK;
}

/* Puts a complete value where it belongs: the root, a key, an element, or the value of a
 * key. */
static enum err_code place_value(struct yaml_builder *b, struct yaml *n, struct place p)
{
	struct yaml_level *top = b->depth > 0 ? &b->levels[b->depth - 1] : NULL;
	enum err_code rc;

	if (top == NULL) {
		b->root = n;
		return ERR_OK;
	}
	if ((rc = account(b, top->node, n, p)) != ERR_OK)
		return rc;
	if (top->node->type == YAML_MAP && top->key == NULL) {
		if ((rc = check_key(b, top, n)) != ERR_OK)
			return rc;
		top->key = n;
	} else {
		top->key = NULL;
	}
	return hold(b, n);
}

static enum err_code remember(struct yaml_builder *b, const char *anchor, struct yaml *n)
{
	if (anchor == NULL || map_set(&b->anchors, span_str(anchor), n))
		return ERR_OK;
	return err_nomem(b->err);
}

enum err_code yaml_build_scalar(struct yaml_builder *b, struct place p,
                                enum yaml_type type, const char *text, const char *anchor)
{
	struct yaml *n = NULL;
	enum err_code rc = new_node(b, p, type, &n);

	if (rc != ERR_OK)
		return rc;
	n->text = text;
	if ((rc = remember(b, anchor, n)) != ERR_OK)
		return rc;
	return place_value(b, n, p);
}

/* The node is shared, not copied: sizes were counted when it was complete. */
enum err_code yaml_build_alias(struct yaml_builder *b, struct place p, const char *name)
{
	struct yaml *n = name != NULL ? map_get(&b->anchors, span_str(name)) : NULL;

	if (n == NULL)
		return yaml_build_fault(
			b, ERR_CORRUPT, p,
			"alias of an anchor that is not defined before it");
	return place_value(b, n, p);
}

enum err_code yaml_build_open(struct yaml_builder *b, struct place p, enum yaml_type type,
                              const char *anchor)
{
	struct yaml_level *top;
	struct yaml *n = NULL;
	enum err_code rc;

	if (b->depth == YAML_DEPTH_MAX)
		return yaml_build_fault(b, ERR_LIMIT, p, "nested deeper than 100 levels");
	if ((rc = new_node(b, p, type, &n)) != ERR_OK)
		return rc;
	top = &b->levels[b->depth++];
	*top = (struct yaml_level){ .node = n,
		                    .anchor = anchor,
		                    .first = b->waiting_count };
	map_init(&top->seen);
	return ERR_OK;
}

enum err_code yaml_build_close(struct yaml_builder *b)
{
	struct yaml_level *top;
	enum err_code rc;

	if (b->depth == 0)
		return yaml_build_fault(b, ERR_CORRUPT, b->cursor,
		                        "an end without its start");
	top = &b->levels[--b->depth];
	map_fini(&top->seen);
	if ((rc = take_waiting(b, top)) != ERR_OK ||
	    (rc = remember(b, top->anchor, top->node)) != ERR_OK)
		return rc;
	return place_value(b, top->node, yaml_place(top->node));
}
