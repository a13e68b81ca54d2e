// SPDX-License-Identifier: Apache-2.0
/* Any bytes as an object that is stored twice: as they are, then with the check of either
 * copy made to hold. What is called whole is what would be written. */
#include "base/wire.h"
#include "crypto/digest.h"
#include "repo/doubled.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 4096, CONTENT_MAX = 1024 };

static void look(struct span object)
{
	struct buf again = BUF_INIT;
	struct span content;
	struct err err;
	bool whole;

	if (lb_doubled_inspect(object, CONTENT_MAX, &content, &whole, &err) != ERR_OK)
		return;
	if (content.len > CONTENT_MAX ||
	    lb_doubled_put(&again, content, NULL) != ERR_OK ||
	    whole != span_eq(buf_span(&again), object))
		abort();
	buf_fini(&again);
}

/* Whatever its length says, as far as there are bytes. */
static void mend(unsigned char *copy, size_t room)
{
	uint32_t length;

	if (room < LB_DOUBLED_HEAD)
		return;
	length = wire_load_u32(copy);
	if (length > room - LB_DOUBLED_HEAD)
		return;
	if (lb_check(span_of((const char *)copy + LB_DOUBLED_HEAD, length), copy + 4,
	             NULL) != ERR_OK)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char file[MOST];
	struct span object = span_of((const char *)file, size);

	if (size > sizeof(file))
		return 0;
	memcpy(file, data, size);
	look(object);
	mend(file + size / 2, size - size / 2);
	look(object);
	mend(file, size);
	look(object);
	return 0;
}
