// SPDX-License-Identifier: Apache-2.0
/* Any bytes as the head of a log that this machine remembers, its check made to hold; one
 * that is read comes back the same. */
#include "crypto/digest.h"
#include "os/fs.h"
#include "repo/remember.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 256, CHECK = 8 };

static const struct lb_id repository;

static void put(const char *dir, struct span bytes)
{
	char name[LB_ID_HEX + 5] = "head-";
	struct buf path = BUF_INIT;

	lb_id_hex(&repository, name + 5);
	os_join(&path, dir, name);
	if (!buf_ok(&path) ||
	    os_write_atomic(buf_str(&path), bytes, 0600, NULL) != ERR_OK)
		abort();
	buf_fini(&path);
}

static const char *folder(void)
{
	static struct buf dir = BUF_INIT;

	if (dir.len == 0 && os_mkdtemp(NULL, "fuzz-remember", &dir, NULL) != ERR_OK)
		abort();
	return buf_str(&dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char file[MOST];
	struct lb_remembered first;
	struct lb_remembered again;
	struct lb_id sum;

	if (size < CHECK || size > sizeof(file))
		return 0;
	memcpy(file, data, size);
	if (lb_hash(span_of(file, size - CHECK), &sum, NULL) != ERR_OK)
		abort();
	memcpy(file + size - CHECK, sum.b, CHECK);
	put(folder(), span_of(file, size));
	if (lb_remembered_load(&first, folder(), &repository, NULL) != ERR_OK)
		abort();
	if (first.slot == LB_NO_SLOT)
		return 0;
	put(folder(), SPAN_EMPTY);
	if (lb_remembered_store(&first, folder(), &repository, NULL) != ERR_OK ||
	    lb_remembered_load(&again, folder(), &repository, NULL) != ERR_OK ||
	    again.slot != first.slot || !lb_id_eq(&again.hash, &first.hash))
		abort();
	return 0;
}
