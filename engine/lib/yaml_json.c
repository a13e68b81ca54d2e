// SPDX-License-Identifier: Apache-2.0
/* JSON is YAML, but libfyaml keeps every token of a flow collection until its end: a
 * hundred times the text. */
#include "lib/json_push.h"
#include "lib/yaml_build.h"

struct feed {
	struct yaml_builder *b;
	struct json_push push;
};

static enum err_code scalar(struct feed *f, enum yaml_type type, struct span text)
{
	const char *copy = arena_dup(&f->b->doc->arena, text);

	if (copy == NULL)
		return err_nomem(f->b->err);
	return yaml_build_scalar(f->b, yaml_build_place(f->b, f->push.start), type, copy,
	                         NULL);
}

static enum err_code tell(enum json_push_event event, struct span text, void *context,
                          struct err *err)
{
	struct feed *f = context;

	(void)err; /* the builder's */
	switch (event) {
	case JSON_PUSH_OPEN_OBJECT:
	case JSON_PUSH_OPEN_ARRAY:
		return yaml_build_open(
			f->b, yaml_build_place(f->b, f->push.start),
			event == JSON_PUSH_OPEN_OBJECT ? YAML_MAP : YAML_LIST, NULL);
	case JSON_PUSH_CLOSE_OBJECT:
	case JSON_PUSH_CLOSE_ARRAY:
		return yaml_build_close(f->b);
	case JSON_PUSH_KEY:
	case JSON_PUSH_STRING:
		return scalar(f, YAML_STRING, text);
	case JSON_PUSH_NUMBER:
	case JSON_PUSH_WORD:
		break;
	}
	return scalar(f, yaml_plain_type(text), text);
}

enum err_code yaml_read_json(struct yaml_builder *b)
{
	struct feed f = { .b = b,
		          .push = { .name = b->doc->name,
		                    .tell = tell,
		                    .context = &f,
		                    .token_max = YAML_BYTES_MAX } };
	enum err_code rc = json_push_feed(&f.push, b->text, b->err);

	if (rc == ERR_OK)
		rc = json_push_end(&f.push, b->err);
	json_push_fini(&f.push);
	return rc;
}
