// SPDX-License-Identifier: Apache-2.0
#include "backend/handles_internal.h"

#include "base/mem.h"

#include <string.h>

enum err_code lb_handles_init(struct lb_handles *h, struct err *err)
{
	h->count = 0;
	return pthread_mutex_init(&h->lock, NULL) == 0 ? ERR_OK : err_nomem(err);
}

static void handle_free(struct lb_handle *handle)
{
	os_file_close(&handle->file);
	mem_free(handle->path);
	mem_free(handle);
}

void lb_handles_fini(struct lb_handles *h)
{
	for (size_t i = 0; i < h->count; i++)
		handle_free(h->recent[i]);
	(void)pthread_mutex_destroy(&h->lock);
}

/* These three need the lock. */
static size_t position(const struct lb_handles *h, const char *path)
{
	size_t i = 0;

	while (i < h->count && strcmp(h->recent[i]->path, path) != 0)
		i++;
	return i;
}

static void to_front(struct lb_handles *h, size_t from, struct lb_handle *handle)
{
	memmove(&h->recent[1], &h->recent[0], from * sizeof(h->recent[0]));
	h->recent[0] = handle;
}

/* Gives the handle if the caller has to free it. */
static struct lb_handle *take_out(struct lb_handles *h, size_t i)
{
	struct lb_handle *handle = h->recent[i];

	h->count--;
	memmove(&h->recent[i], &h->recent[i + 1], (h->count - i) * sizeof(h->recent[0]));
	return --handle->users == 0 ? handle : NULL;
}

struct lb_handle *lb_handles_find(struct lb_handles *h, const char *path)
{
	struct lb_handle *found = NULL;
	size_t i;

	(void)pthread_mutex_lock(&h->lock);
	i = position(h, path);
	if (i < h->count) {
		found = h->recent[i];
		found->users++;
		to_front(h, i, found);
	}
	(void)pthread_mutex_unlock(&h->lock);
	return found;
}

enum err_code lb_handles_keep(struct lb_handles *h, const char *path,
                              struct os_file *take_file, struct lb_handle **out,
                              struct err *err)
{
	struct lb_handle *handle = mem_new(sizeof(*handle));
	struct lb_handle *dropped = NULL;

	if (handle == NULL) {
		os_file_close(take_file);
		return err_nomem(err);
	}
	handle->file = *take_file;
	take_file->fd = -1;
	if ((handle->path = mem_strdup(path)) == NULL) {
		handle_free(handle);
		return err_nomem(err);
	}
	handle->users = 2;
	(void)pthread_mutex_lock(&h->lock);
	if (h->count == LB_HANDLES_MAX)
		dropped = take_out(h, LB_HANDLES_MAX - 1);
	to_front(h, h->count, handle);
	h->count++;
	(void)pthread_mutex_unlock(&h->lock);
	if (dropped != NULL)
		handle_free(dropped);
	*out = handle;
	return ERR_OK;
}

void lb_handles_release(struct lb_handles *h, struct lb_handle *handle)
{
	bool last;

	(void)pthread_mutex_lock(&h->lock);
	last = --handle->users == 0;
	(void)pthread_mutex_unlock(&h->lock);
	if (last)
		handle_free(handle);
}

void lb_handles_forget(struct lb_handles *h, const char *path)
{
	struct lb_handle *dropped;
	size_t i;

	/* Two threads may have kept the same path at once. */
	do {
		dropped = NULL;
		(void)pthread_mutex_lock(&h->lock);
		i = position(h, path);
		const bool found = i < h->count;

		if (found)
			dropped = take_out(h, i);
		(void)pthread_mutex_unlock(&h->lock);
		if (dropped != NULL)
			handle_free(dropped);
		if (!found)
			break;
	} while (true);
}
