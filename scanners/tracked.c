// SPDX-License-Identifier: Apache-2.0
#include "tracked.h"

#include "lib/vcs_index.h"
#include "repository.h"

enum err_code scan_tracked_init(struct scan_tracked *t, const char *folder,
                                struct err *err)
{
	struct buf top = BUF_INIT;

	*t = (struct scan_tracked){ .top = scan_repository_top(span_str(folder)),
		                    .git = BUF_INIT,
		                    .lock = PTHREAD_MUTEX_INITIALIZER,
		                    .why = ERR_INIT };
	if (t->top == 0)
		return ERR_OK;
	buf_put(&top, span_of(folder, t->top));
	scan_repository_folder(buf_str(&top), &t->git);
	t->top += t->top > 1; /* the slash, which of the root is all there is */
	if (!buf_ok(&top) || !buf_ok(&t->git))
		(void)err_nomem(&t->why);
	buf_fini(&top);
	return t->why.code == ERR_OK ? ERR_OK : err_nomem(err);
}

void scan_tracked_fini(struct scan_tracked *t)
{
	vcs_index_free(t->index);
	t->index = NULL;
	buf_fini(&t->git);
}

static void load(struct scan_tracked *t)
{
	(void)pthread_mutex_lock(&t->lock);
	if (!atomic_load(&t->loaded)) {
		(void)!vcs_index_load(&t->index, buf_str(&t->git), &t->why);
		atomic_store(&t->loaded, true);
	}
	(void)pthread_mutex_unlock(&t->lock);
}

enum err_code scan_tracked_ask(struct scan_tracked *t, struct span path, bool folder,
                               enum scan_tracking *out, struct err *err)
{
	struct span below = span_from(path, t->top);

	*out = SCAN_UNTRACKED;
	if (t->git.len == 0)
		return ERR_OK;
	if (!atomic_load(&t->loaded))
		load(t);
	if (t->index == NULL)
		return err_set(err, t->why.code, "%s", t->why.msg);
	if (vcs_index_has(t->index, below))
		*out = SCAN_TRACKED;
	else if (folder && vcs_index_has_below(t->index, below))
		*out = SCAN_TRACKED_BELOW;
	return ERR_OK;
}

const unsigned char *scan_tracked_blob(struct scan_tracked *t, struct span path,
                                       const struct os_stat *st)
{
	if (t->git.len == 0)
		return NULL;
	if (!atomic_load(&t->loaded))
		load(t);
	if (t->index == NULL)
		return NULL;
	return vcs_index_blob(t->index, span_from(path, t->top), st);
}
