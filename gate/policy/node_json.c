// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "policy/load_internal.h"

#include "lib/json.h"
#include "policy/scalar.h"

/* A validated YAML node as JSON text. Depth is bounded by the YAML reader's. */

static void put_node(struct json_writer *w, const struct yaml *n)
{
	bool yes = false;

	if (w->out->len > GATE_POLICY_MAX)
		w->out->failed = true; /* aliases can unfold to any size */
	switch (yaml_type(n)) {
	case YAML_NULL:
		json_put_null(w);
		break;
	case YAML_BOOL:
		(void)yaml_bool(n, &yes);
		json_put_bool(w, yes);
		break;
	case YAML_NUMBER: /* 0x10 can only stand where text is meant */
		if (num_is_json(span_str(yaml_text(n))))
			json_put_number(w, yaml_text(n));
		else
			json_put_str(w, yaml_text(n));
		break;
	case YAML_STRING:
		json_put_str(w, yaml_text(n));
		break;
	case YAML_LIST:
		json_open(w, '[');
		for (size_t i = 0; i < yaml_count(n); i++)
			put_node(w, yaml_at(n, i));
		json_close(w, ']');
		break;
	case YAML_MAP:
		json_open(w, '{');
		for (size_t i = 0; i < yaml_count(n); i++) {
			json_put_key(w, yaml_text(yaml_key_at(n, i)));
			put_node(w, yaml_at(n, i));
		}
		json_close(w, '}');
		break;
	}
}

enum err_code gate_node_json(struct gate_load *l, const struct yaml *n, const char **out)
{
	struct buf text = BUF_INIT;
	struct json_writer w;
	enum err_code rc;

	json_writer_init(&w, &text, 0);
	put_node(&w, n);
	if (text.len > GATE_POLICY_MAX)
		rc = yaml_error(l->err, l->doc, n, "too much: more than 64 MiB");
	else
		rc = buf_err(&text, l->err);
	if (rc == ERR_OK &&
	    (*out = arena_dup(&l->policy->arena, buf_span(&text))) == NULL)
		rc = err_nomem(l->err);
	buf_fini(&text);
	return rc;
}
