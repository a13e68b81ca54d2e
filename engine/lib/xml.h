// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_XML_H
#define LIB_XML_H

#include "base/buf.h"

/*
 * Streaming XML over Expat: no external entities, no entity declarations at all (a
 * document that declares one is refused), depth at most 256, attribute values at most 1
 * MiB. Pushes elements to callbacks; nothing is built in memory.
 */

struct xml_handler {
	/* attributes: name, value, name, value, .., NULL. A code other than ERR_OK stops.
	 */
	enum err_code (*start)(void *context, const char *name, const char **attributes,
	                       struct err *err);
	enum err_code (*end)(void *context, const char *name, struct err *err);
	/* Character data, in pieces; may be NULL. */
	enum err_code (*text)(void *context, struct span data, struct err *err);
	void *context;
};

/* Parses all of it. `name` stands in messages ("name:line:column: what"). ERR_CORRUPT for
 * bad XML, ERR_LIMIT for depth and entities. */
enum err_code xml_parse(struct span text, const char *name,
                        const struct xml_handler *handler, struct err *err) ERR_CHECKED;
/* The same of a text that comes in pieces of any size; `name` is borrowed,
 * the handler copied. */
struct xml_reader;
enum err_code xml_reader_new(struct xml_reader **out, const char *name,
                             const struct xml_handler *handler,
                             struct err *err) ERR_CHECKED;
/* `last` for the last piece, which may be empty. */
enum err_code xml_reader_feed(struct xml_reader *r, struct span piece, bool last,
                              struct err *err) ERR_CHECKED;
void xml_reader_free(struct xml_reader *r);
/* The value of an attribute, or NULL. */
const char *xml_attribute(const char **attributes, const char *name);

#endif
