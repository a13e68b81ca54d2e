// SPDX-License-Identifier: Apache-2.0
#include "backend/memory.h"

#include "backend/memory_internal.h"
#include "base/mem.h"
#include "base/num.h"

#include <string.h>

struct lb_inode *lb_inode_new(struct lb_memory *m, bool folder)
{
	struct lb_inode *inode;

	if (!mem_grow(&m->inodes, m->inode_count, &m->inode_cap, sizeof(*m->inodes)) ||
	    (inode = mem_new(sizeof(*inode))) == NULL)
		return NULL;
	inode->folder = folder;
	inode->number = m->inode_count;
	m->inodes[m->inode_count++] = inode;
	return inode;
}

static void inode_free(struct lb_inode *inode)
{
	lb_names_fini(&inode->names);
	lb_names_fini(&inode->first_names);
	mem_free(inode->data);
	mem_free(inode);
}

bool lb_inode_write(struct lb_inode *inode, const struct span *parts, size_t count)
{
	size_t len = 0;
	char *at;

	for (size_t i = 0; i < count; i++)
		if (!num_add(len, parts[i].len, &len))
			return false;
	if ((at = mem_new(len)) == NULL)
		return false;
	mem_free(inode->data);
	inode->data = at;
	inode->len = len;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].len > 0)
			memcpy(at, parts[i].ptr, parts[i].len);
		at += parts[i].len;
	}
	return true;
}

enum err_code lb_memory_new(struct lb_memory **out, struct err *err)
{
	struct lb_memory *m = mem_new(sizeof(*m));
	struct lb_inode *tmp;

	if (m == NULL)
		return err_nomem(err);
	if (pthread_mutex_init(&m->lock, NULL) != 0) {
		mem_free(m);
		return err_nomem(err);
	}
	m->root = lb_inode_new(m, true);
	tmp = m->root == NULL ? NULL : lb_inode_new(m, true);
	if (tmp == NULL || !lb_names_set(&m->root->names, SPAN_LIT("tmp"), tmp)) {
		lb_memory_free(m);
		return err_nomem(err);
	}
	*out = m;
	return ERR_OK;
}

void lb_memory_free(struct lb_memory *disk)
{
	if (disk == NULL)
		return;
	lb_memory_forget_steps(disk);
	for (size_t i = 0; i < disk->inode_count; i++)
		inode_free(disk->inodes[i]);
	mem_free(disk->inodes);
	(void)pthread_mutex_destroy(&disk->lock);
	mem_free(disk);
}

void lb_memory_fail(struct lb_memory *disk, uint64_t n, int os_code, bool done)
{
	(void)pthread_mutex_lock(&disk->lock);
	disk->fail_in = n;
	disk->fail_code = os_code;
	disk->fail_done = done;
	(void)pthread_mutex_unlock(&disk->lock);
}
