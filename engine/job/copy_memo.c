// SPDX-License-Identifier: Apache-2.0
#include "job/copy_memo.h"

#include "base/mem.h"
#include "base/num.h"
#include "os/fs.h"
#include "os/mapped.h"
#include "os/meta.h"

#include <pthread.h>
#include <string.h>

/*
 * Ids are keyed hashes, so their first bytes say where a pair belongs; it lies in the
 * first free place of the window there. Read and written with calls, not mapped: a full
 * disk is then an error and no signal.
 */

enum { WINDOW = 16 };

struct pair {
	struct lb_id id; /* zeros: free */
	struct lb_id value;
};

struct lb_copy_memo {
	pthread_mutex_t lock; /* a pair is read as it was written */
	int fd;
	struct buf path; /* for messages */
	uint64_t windows;
};

/* The file, whose name is given up as soon as it is open. */
static enum err_code open_file(struct lb_copy_memo *m, const char *dir, struct err *err)
{
	struct buf folder = BUF_INIT;
	enum err_code rc = os_mkdtemp(dir, "lifeboat-copy-", &folder, err);

	if (rc == ERR_OK) {
		os_join(&m->path, buf_str(&folder), "ids");
		rc = buf_err(&m->path, err);
	}
	if (rc == ERR_OK)
		rc = os_piece_create(buf_str(&m->path), &m->fd, err);
	if (m->fd >= 0)
		os_discard(buf_str(&m->path));
	if (folder.len > 0)
		(void)!os_remove_tree(buf_str(&folder), NULL);
	buf_fini(&folder);
	return rc;
}

enum err_code lb_copy_memo_new(struct lb_copy_memo **out, const char *dir, uint64_t pairs,
                               struct err *err)
{
	struct lb_copy_memo *m = mem_new(sizeof *m);
	uint64_t bytes;
	enum err_code rc;

	if (!m)
		return err_nomem(err);
	m->fd = -1;
	pthread_mutex_init(&m->lock, NULL);
	m->windows = pairs / WINDOW * 3 / 2 + 4;
	if (!num_mul_u64(m->windows, WINDOW * sizeof(struct pair), &bytes) ||
	    bytes > INT64_MAX)
		rc = err_set(err, ERR_LIMIT, "a table of that many ids");
	else
		rc = open_file(m, dir, err);
	if (rc == ERR_OK)
		*out = m;
	else
		lb_copy_memo_free(m);
	return rc;
}

void lb_copy_memo_free(struct lb_copy_memo *m)
{
	if (!m)
		return;
	os_piece_abandon(m->fd);
	buf_fini(&m->path);
	pthread_mutex_destroy(&m->lock);
	mem_free(m);
}

static uint64_t window_of(const struct lb_copy_memo *m, const struct lb_id *id)
{
	uint64_t n = 0;

	for (size_t i = 0; i < sizeof n; i++)
		n = n << 8 | id->b[i];
	return n % m->windows * WINDOW * sizeof(struct pair);
}

/* The pair of the id, else the first free place, else WINDOW. */
static enum err_code find(struct lb_copy_memo *m, const struct lb_id *id,
                          struct pair window[WINDOW], size_t *at, struct err *err)
{
	const size_t size = WINDOW * sizeof *window;
	size_t got = 0;
	enum err_code rc = os_read_at(m->fd, window, size, window_of(m, id), &got, err);

	if (rc != ERR_OK)
		return err_wrap(err, rc, "%s", buf_str(&m->path));
	memset((char *)window + got, 0, size - got); /* not written yet */
	for (*at = 0; *at < WINDOW; (*at)++)
		if (lb_id_eq(&window[*at].id, id) || lb_id_is_zero(&window[*at].id))
			break;
	return ERR_OK;
}

enum err_code lb_copy_memo_get(struct lb_copy_memo *m, const struct lb_id *id,
                               struct lb_id *out, bool *known, struct err *err)
{
	struct pair window[WINDOW];
	size_t at = WINDOW;
	enum err_code rc;

	pthread_mutex_lock(&m->lock);
	rc = find(m, id, window, &at, err);
	pthread_mutex_unlock(&m->lock);
	*known = rc == ERR_OK && at < WINDOW && lb_id_eq(&window[at].id, id);
	if (*known)
		*out = window[at].value;
	return rc;
}

enum err_code lb_copy_memo_put(struct lb_copy_memo *m, const struct lb_id *id,
                               const struct lb_id *value, struct err *err)
{
	struct pair window[WINDOW];
	struct pair pair = { *id, *value };
	size_t at = WINDOW;
	enum err_code rc;

	pthread_mutex_lock(&m->lock);
	rc = find(m, id, window, &at, err);
	if (rc == ERR_OK && at < WINDOW)
		rc = os_piece_write(m->fd, buf_str(&m->path),
		                    window_of(m, id) + at * sizeof pair,
		                    span_of((const char *)&pair, sizeof pair), err);
	pthread_mutex_unlock(&m->lock);
	return rc;
}
