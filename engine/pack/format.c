// SPDX-License-Identifier: Apache-2.0
#include "pack/format.h"

#include "base/mem.h"

#include <string.h>

void lb_pack_table_fini(struct lb_pack_table *t)
{
	mem_free(t->groups);
	mem_free(t->chunks);
	*t = (struct lb_pack_table)LB_PACK_TABLE_INIT;
}

static void store_key(char out[LB_STORE_KEY], const char *folder,
                      const struct lb_id *name)
{
	size_t len = strlen(folder);

	memcpy(out, folder, len);
	lb_id_hex(name, out + len);
}

void lb_pack_store_key(const struct lb_id *name, char out[LB_STORE_KEY])
{
	store_key(out, "packs/00/", name);
	memcpy(out + 6, out + 9, 2);
}

void lb_segment_store_key(const struct lb_id *name, char out[LB_STORE_KEY])
{
	store_key(out, "index/", name);
}

void lb_list_store_key(const struct lb_id *name, char out[LB_STORE_KEY])
{
	store_key(out, "lists/", name);
}
