// SPDX-License-Identifier: Apache-2.0
/*
 * libfyaml's events become our own tree. Its document tree is not used: events keep
 * memory within our limits, and nothing of the library outlives yaml_parse.
 */
#include "base/mem.h"
#include "base/str.h"
#include "lib/yaml_build.h"

#include <libfyaml.h>
#include <limits.h>
#include <string.h>

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

static struct place place_at_token(struct yaml_builder *b, struct fy_token *token)
{
	size_t at = 0;

	if (token_offset(b->text, token, &at))
		return yaml_build_place(b, at);
	return b->cursor;
}

static enum err_code token_text(struct yaml_builder *b, struct fy_token *token,
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
		return yaml_build_fault(b, ERR_CORRUPT, place_at_token(b, token),
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

static enum err_code anchor_text(struct yaml_builder *b, struct fy_token *token,
                                 const char **out)
{
	*out = NULL;
	return token != NULL ? token_text(b, token, out) : ERR_OK;
}

static enum err_code on_scalar(struct yaml_builder *b,
                               const struct fy_event_scalar_data *s)
{
	const struct place p = place_at_token(b, s->value);
	const char *text = NULL;
	const char *anchor = NULL;
	enum err_code rc;

	if ((rc = token_text(b, s->value, &text)) != ERR_OK ||
	    (rc = anchor_text(b, s->anchor, &anchor)) != ERR_OK)
		return rc;
	return yaml_build_scalar(b, p, scalar_type(s, text), text, anchor);
}

static enum err_code on_alias(struct yaml_builder *b, struct fy_token *token)
{
	const struct place p = place_at_token(b, token);
	const char *name = NULL;
	enum err_code rc = anchor_text(b, token, &name);

	return rc == ERR_OK ? yaml_build_alias(b, p, name) : rc;
}

static enum err_code on_open(struct yaml_builder *b, enum yaml_type type,
                             struct fy_token *token, struct fy_token *anchor)
{
	const struct place p = place_at_token(b, token);
	const char *name = NULL;
	enum err_code rc = anchor_text(b, anchor, &name);

	return rc == ERR_OK ? yaml_build_open(b, p, type, name) : rc;
}

static enum err_code on_document(struct yaml_builder *b, struct fy_token *token)
{
	if (b->documents++ == 0)
		return ERR_OK;
	return yaml_build_fault(b, ERR_CORRUPT, place_at_token(b, token),
	                        "a second document: only one is accepted");
}

static enum err_code on_event(struct yaml_builder *b, const struct fy_event *e)
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
		return yaml_build_close(b);
	case FYET_NONE:
	case FYET_STREAM_START:
	case FYET_STREAM_END:
	case FYET_DOCUMENT_END:
		break;
	}
	return ERR_OK;
}

/* The library's own words at the place that it names. */
static enum err_code syntax_error(struct yaml_builder *b, struct fy_diag *diag)
{
	void *at = NULL;
	const struct fy_diag_error *first = fy_diag_errors_iterate(diag, &at);
	struct place p = b->cursor;
	size_t offset = 0;

	if (first == NULL)
		return yaml_build_fault(b, ERR_CORRUPT, p, "not YAML");
	if (token_offset(b->text, first->fyt, &offset))
		p = place_of_fault(b->text, offset);
	return yaml_build_fault(b, ERR_CORRUPT, p,
	                        first->msg != NULL ? first->msg : "not YAML");
}

static enum err_code drain(struct yaml_builder *b, struct fy_parser *parser,
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

enum err_code yaml_read_events(struct yaml_builder *b)
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

static enum err_code read_with(enum err_code (*reader)(struct yaml_builder *b),
                               struct yaml_doc *doc, struct err *err)
{
	struct yaml_builder *b = NULL;
	enum err_code rc = yaml_builder_new(&b, doc, err);

	if (rc != ERR_OK)
		return rc;
	rc = b->text.len > 0 ? reader(b) : ERR_OK;
	if (rc == ERR_OK && b->root == NULL)
		rc = yaml_build_scalar(b, (struct place)PLACE_INIT, YAML_NULL, "", NULL);
	doc->root = b->root;
	yaml_builder_free(b);
	return rc;
}

/* What looks like JSON and is none may still be YAML, which also knows the place of a
 * fault. */
static enum err_code build(struct yaml_doc *doc, struct err *err)
{
	const struct span text = buf_span(&doc->text);
	enum err_code rc;

	if (text.len == 0 || (text.ptr[0] != '{' && text.ptr[0] != '['))
		return read_with(yaml_read_events, doc, err);
	rc = read_with(yaml_read_json, doc, err);
	if (rc == ERR_OK || rc == ERR_NOMEM)
		return rc;
	arena_fini(&doc->arena);
	arena_init(&doc->arena);
	return read_with(yaml_read_events, doc, err);
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
