// SPDX-License-Identifier: Apache-2.0
#include "lib/xml.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err_code on_start(void *context, const char *name, const char **attributes,
                              struct err *err)
{
	size_t *depth = context;

	++*depth;
	if (xml_attribute(attributes, "stop") != NULL)
		return err_set(err, ERR_USAGE, "stop in %s", name);
	return ERR_OK;
}

static enum err_code on_end(void *context, const char *name, struct err *err)
{
	size_t *depth = context;

	(void)name;
	(void)err;
	if ((*depth)-- == 0)
		abort();
	return ERR_OK;
}

static enum err_code on_text(void *context, struct span data, struct err *err)
{
	const size_t *depth = context;

	(void)err;
	if (*depth == 0 || data.len == 0)
		abort();
	return ERR_OK;
}

/* Elements close as they opened, text is inside, a failure has its message. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t depth = 0;
	const struct xml_handler handler = { on_start, on_end, on_text, &depth };
	struct err err = ERR_INIT;
	const enum err_code rc =
		xml_parse(span_of((const char *)data, size), "fuzz", &handler, &err);

	if (rc == ERR_OK ? depth != 0 : err.msg[0] == '\0')
		abort();
	return 0;
}
