// SPDX-License-Identifier: Apache-2.0
/* Any bytes as the memory of what was verified when, as they are and with their check
 * made to hold; what was taken from them comes back the same. */
#include "crypto/digest.h"
#include "job/check_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PACKS = 3, MOST = 4096 };

static const struct lb_id repository;

/* A check of packs whose names are zeros but for the first byte. */
static void begin(struct check_job *j, struct check_pack packs[PACKS])
{
	memset(packs, 0, PACKS * sizeof(*packs));
	for (size_t i = 0; i < PACKS; i++)
		packs[i].name.b[0] = (unsigned char)(2 * i);
	*j = (struct check_job){ .packs = packs, .pack_count = PACKS };
}

static void look(struct span bytes)
{
	struct check_pack packs[PACKS];
	struct check_job j;
	struct buf once = BUF_INIT;
	struct buf twice = BUF_INIT;

	begin(&j, packs);
	check_memory_get(&j, &repository, bytes);
	if (check_memory_put(&j, &repository, &once, NULL) != ERR_OK)
		abort();
	begin(&j, packs);
	check_memory_get(&j, &repository, buf_span(&once));
	if (check_memory_put(&j, &repository, &twice, NULL) != ERR_OK ||
	    !span_eq(buf_span(&once), buf_span(&twice)))
		abort();
	buf_fini(&once);
	buf_fini(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char file[MOST];
	struct span bytes = span_of(file, size);

	if (size > sizeof(file))
		return 0;
	memcpy(file, data, size);
	look(bytes);
	if (size < LB_CHECK)
		return 0;
	if (lb_check(span_sub(bytes, 0, size - LB_CHECK),
	             (unsigned char *)file + size - LB_CHECK, NULL) != ERR_OK)
		abort();
	look(bytes);
	return 0;
}
