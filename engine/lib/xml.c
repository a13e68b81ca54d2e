// SPDX-License-Identifier: Apache-2.0
#include "lib/xml.h"

#include "base/mem.h"
#include "base/str.h"
#include "lib/place.h"

#include <expat.h>
#include <string.h>

/* Expat takes lengths as int; pieces also keep its own buffers small. */
enum {
	DEPTH_MAX = 256,
	ATTRIBUTE_MAX = 1 << 20,
	PIECE = 1 << 20,
	NAME_COLUMNS = 120,
	/* A tag or comment is held until its end comes, and looked at with every piece.
	 */
	TOKEN_MAX = 8 << 20,
};

struct xml_reader {
	struct xml_handler handler;
	XML_Parser parser;
	struct span text; /* all of it, where it is known */
	const char *name;
	struct err *err;
	enum err_code rc;
	unsigned depth;
	uint64_t fed;
};

/* Expat does not check the size's sign or use calloc; both are settled by ours. */
static void *resize(void *p, size_t size)
{
	return mem_array(&p, size, 1) ? p : NULL;
}

/* Puts the place where the parser stands in front of what is in *err. */
static void say_place(struct xml_reader *p)
{
	const XML_Index index = XML_GetCurrentByteIndex(p->parser);
	struct place at = { XML_GetCurrentLineNumber(p->parser),
		            XML_GetCurrentColumnNumber(p->parser) + 1, 0 };
	struct buf name = BUF_INIT;

	if (p->text.len > 0)
		at = place_of_fault(p->text, index > 0 ? (size_t)index : 0);
	str_display_cut(&name, span_str(p->name), NAME_COLUMNS);
	(void)err_wrap(p->err, p->rc, "%s:%zu:%zu", buf_str(&name), at.line, at.column);
	buf_fini(&name);
}

/* Callbacks may still come after the stop; the first failure counts. */
static void fail(struct xml_reader *p, enum err_code rc)
{
	if (p->rc != ERR_OK)
		return;
	p->rc = rc;
	say_place(p);
	(void)XML_StopParser(p->parser, XML_FALSE);
}

static bool attributes_fit(const char **attributes)
{
	for (; attributes[0] != NULL; attributes += 2)
		if (strlen(attributes[1]) > ATTRIBUTE_MAX)
			return false;
	return true;
}

static void XMLCALL on_start(void *data, const char *name, const char **attributes)
{
	struct xml_reader *p = data;
	enum err_code rc = ERR_OK;

	if (p->rc != ERR_OK)
		return;
	if (p->depth == DEPTH_MAX)
		rc = err_set(p->err, ERR_LIMIT, "nested deeper than %d elements",
		             DEPTH_MAX);
	else if (!attributes_fit(attributes))
		rc = err_set(p->err, ERR_LIMIT, "an attribute is longer than 1 MiB");
	else if (p->handler.start != NULL)
		rc = p->handler.start(p->handler.context, name, attributes, p->err);
	p->depth++;
	if (rc != ERR_OK)
		fail(p, rc);
}

static void XMLCALL on_end(void *data, const char *name)
{
	struct xml_reader *p = data;
	enum err_code rc = ERR_OK;

	if (p->rc != ERR_OK)
		return;
	p->depth--;
	if (p->handler.end != NULL)
		rc = p->handler.end(p->handler.context, name, p->err);
	if (rc != ERR_OK)
		fail(p, rc);
}

static void XMLCALL on_text(void *data, const char *text, int len)
{
	struct xml_reader *p = data;
	enum err_code rc;

	if (p->rc != ERR_OK)
		return;
	rc = p->handler.text(p->handler.context, span_of(text, (size_t)len), p->err);
	if (rc != ERR_OK)
		fail(p, rc);
}

static void XMLCALL on_entity(void *data, const char *name, int is_parameter,
                              const char *value, int value_len, const char *base,
                              const char *system, const char *public,
                              const char *notation)
{
	struct xml_reader *p = data;

	(void)name, (void)is_parameter, (void)value, (void)value_len;
	(void)base, (void)system, (void)public, (void)notation;
	fail(p, err_set(p->err, ERR_LIMIT, "entity declarations are not accepted"));
}

/* &name; that only an outside DTD could explain: its text would be missing silently. */
static void XMLCALL on_skipped(void *data, const char *name, int is_parameter)
{
	struct xml_reader *p = data;
	struct buf shown = BUF_INIT;

	if (is_parameter || p->rc != ERR_OK)
		return;
	str_display_cut(&shown, span_str(name), NAME_COLUMNS);
	fail(p,
	     err_set(p->err, ERR_CORRUPT, "entity &%s; is not defined", buf_str(&shown)));
	buf_fini(&shown);
}

static void syntax_error(struct xml_reader *p)
{
	const enum XML_Error code = XML_GetErrorCode(p->parser);

	if (p->rc != ERR_OK)
		return;
	if (code == XML_ERROR_NO_MEMORY) {
		p->rc = err_nomem(p->err);
		return;
	}
	p->rc = err_set(p->err, ERR_CORRUPT, "%s", XML_ErrorString(code));
	say_place(p);
}

/* Is more held than any tag should be long? */
static bool waits_for_more(const struct xml_reader *p)
{
	const XML_Index at = XML_GetCurrentByteIndex(p->parser);

	return at >= 0 && p->fed - (uint64_t)at > TOKEN_MAX;
}

static void feed(struct xml_reader *p, struct span rest, bool ends)
{
	bool last;

	do {
		const struct span piece = span_sub(rest, 0, PIECE);

		rest = span_from(rest, piece.len);
		last = rest.len == 0;
		if (XML_Parse(p->parser, piece.ptr != NULL ? piece.ptr : "",
		              (int)piece.len, last && ends) != XML_STATUS_OK) {
			syntax_error(p);
			return;
		}
		p->fed += piece.len;
		if (p->rc == ERR_OK && !(last && ends) && waits_for_more(p)) {
			fail(p, err_set(p->err, ERR_LIMIT,
			                "a tag or comment is longer than 8 MiB"));
			return;
		}
	} while (!last);
}

static enum err_code start(struct xml_reader *p, struct err *err)
{
	static const XML_Memory_Handling_Suite memory = { mem_new, resize, mem_free };

	p->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	if (p->parser == NULL)
		return err_nomem(err);
	XML_SetUserData(p->parser, p);
	XML_SetElementHandler(p->parser, on_start, on_end);
	if (p->handler.text != NULL)
		XML_SetCharacterDataHandler(p->parser, on_text);
	XML_SetEntityDeclHandler(p->parser, on_entity);
	XML_SetSkippedEntityHandler(p->parser, on_skipped);
	return ERR_OK;
}

enum err_code xml_parse(struct span text, const char *name,
                        const struct xml_handler *handler, struct err *err)
{
	struct xml_reader p = {
		.handler = *handler, .text = text, .name = name, .err = err
	};

	if (start(&p, err) != ERR_OK)
		return ERR_NOMEM;
	feed(&p, text, true);
	XML_ParserFree(p.parser);
	return p.rc;
}

enum err_code xml_reader_new(struct xml_reader **out, const char *name,
                             const struct xml_handler *handler, struct err *err)
{
	struct xml_reader *p = mem_new(sizeof(*p));

	if (p == NULL)
		return err_nomem(err);
	p->handler = *handler;
	p->name = name;
	if (start(p, err) != ERR_OK) {
		mem_free(p);
		return ERR_NOMEM;
	}
	*out = p;
	return ERR_OK;
}

enum err_code xml_reader_feed(struct xml_reader *r, struct span piece, bool last,
                              struct err *err)
{
	r->err = err;
	if (r->rc == ERR_OK)
		feed(r, piece, last);
	r->err = NULL;
	return r->rc;
}

void xml_reader_free(struct xml_reader *r)
{
	if (r == NULL)
		return;
	XML_ParserFree(r->parser);
	mem_free(r);
}

const char *xml_attribute(const char **attributes, const char *name)
{
	for (; attributes[0] != NULL; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return NULL;
}
