// SPDX-License-Identifier: Apache-2.0
#include "job/forecast.h"

#include "base/cancel.h"
#include "base/mem.h"
#include "job/exclude_mark.h"
#include "os/dir.h"
#include "os/meta.h"
#include "os/walk.h"

#include <pthread.h>
#include <stdatomic.h>

/* Each level holds a descriptor and a buffer of the system's entries on the stack. */
enum { DEPTH_MAX = 64 };

struct lb_forecast {
	struct lb_forecast_options options;
	pthread_t thread;
	struct cancel stop;
	atomic_bool done; /* set last: then the counts are whole */

	/* The thread's own until then. */
	struct buf path; /* in the snapshot, of where it is */
	uint64_t files;
	uint64_t bytes;
};

/* A folder that is being walked. */
struct level {
	struct lb_forecast *of;
	struct os_dir dir;
	struct lb_filter_state filter;
	uint64_t device;
	size_t depth;
	bool marked; /* it is left out but for this file */
	char mark[256];
};

static void walk(struct level *l);

/* ---- what is chosen ---- */

/* Goes on to a name; gives the length to go back to. */
static size_t enter(struct lb_forecast *s, const char *name)
{
	const size_t before = s->path.len;

	if (before > 0)
		buf_putc(&s->path, '/');
	buf_puts(&s->path, name);
	return before;
}

static bool is_wanted(const struct lb_forecast *s, struct lb_filter_state outer,
                      bool is_folder, struct lb_filter_state *inside)
{
	*inside = LB_FILTER_TOP;
	return !s->options.filter ||
	       lb_filter_step(s->options.filter, outer, buf_span(&s->path), is_folder,
	                      inside) != LB_FILTER_OUT;
}

static void count_file(struct lb_forecast *s, uint64_t size)
{
	if (s->options.filter && lb_filter_too_large(s->options.filter, size))
		return;
	s->files++;
	s->bytes += size;
}

/* ---- one entry ---- */

static bool is_elsewhere(const struct level *l, const char *name)
{
	struct os_stat st;

	return l->of->options.one_file_system &&
	       (os_dir_stat(&l->dir, name, &st, NULL) != ERR_OK || st.dev != l->device);
}

static void take_folder(const struct level *l, const char *name,
                        struct lb_filter_state inside)
{
	struct level inner = { .of = l->of,
		               .dir = { -1 },
		               .filter = inside,
		               .device = l->device,
		               .depth = l->depth + 1 };

	if (inner.depth > DEPTH_MAX || is_elsewhere(l, name) ||
	    os_open_folder(l->dir.fd, name, &inner.dir.fd, NULL) != ERR_OK)
		return;
	walk(&inner);
	os_close(&inner.dir.fd);
}

static enum err_code take(const struct os_entry *entry, void *context, struct err *err)
{
	const struct level *l = context;
	struct lb_forecast *s = l->of;
	const bool is_folder = entry->type == OS_DIR;
	struct lb_filter_state inside;
	struct os_stat st;
	size_t before;

	if (cancel_is_set(&s->stop))
		return err_set(err, ERR_CANCELLED, "stopped");
	if ((!is_folder && entry->type != OS_FILE) ||
	    (l->marked && !span_eq_str(span_str(l->mark), entry->name)))
		return ERR_OK;
	before = enter(s, entry->name);
	if (is_wanted(s, l->filter, is_folder, &inside)) {
		if (is_folder)
			take_folder(l, entry->name, inside);
		else if (os_dir_stat(&l->dir, entry->name, &st, NULL) == ERR_OK)
			count_file(s, st.size);
	}
	buf_truncate(&s->path, before);
	return ERR_OK;
}

/* ---- folders ---- */

static enum err_code find_mark(const struct os_entry *entry, void *context,
                               struct err *err)
{
	struct level *l = context;
	const size_t len = span_str(entry->name).len;

	if (len >= sizeof l->mark ||
	    !lb_exclude_mark(l->of->options.filter, l->dir.fd, entry->name))
		return ERR_OK;
	for (size_t i = 0; i <= len; i++)
		l->mark[i] = entry->name[i];
	l->marked = true;
	return err_set(err, ERR_EXISTS, "found");
}

/* The path is that of the forecast. Errors end the folder's part of the count. */
static void walk(struct level *l)
{
	const struct lb_filter *filter = l->of->options.filter;

	if (filter && lb_filter_has_marks(filter))
		(void)!os_dir_each_once(&l->dir, find_mark, l, NULL);
	(void)!os_dir_each_once(&l->dir, take, l, NULL);
}

/* ---- sources ---- */

static void walk_source(struct lb_forecast *s, const struct lb_source *source,
                        struct lb_filter_state filter)
{
	struct level l = { .of = s, .dir = { -1 }, .filter = filter };
	struct os_stat st;

	if (os_open_folder_path(source->path, &l.dir.fd, NULL) != ERR_OK)
		return;
	if (os_dir_stat(&l.dir, ".", &st, NULL) == ERR_OK)
		l.device = st.dev;
	walk(&l);
	os_close(&l.dir.fd);
}

static void take_source(struct lb_forecast *s, const struct lb_source *source,
                        struct lb_filter_state outer)
{
	const size_t before = enter(s, source->name);
	struct lb_filter_state inside = LB_FILTER_TOP;
	struct os_stat st = { .type = OS_DIR }; /* on the way to one */

	if (source->whole && os_lstat(source->path, &st, NULL) != ERR_OK)
		st.type = OS_NONE;
	if (source->name[0] == '\0' || is_wanted(s, outer, st.type == OS_DIR, &inside)) {
		if (st.type == OS_FILE)
			count_file(s, st.size);
		else if (source->whole && st.type == OS_DIR)
			walk_source(s, source, inside);
		for (size_t i = 0; i < source->count; i++)
			take_source(s, source->children[i], inside);
	}
	buf_truncate(&s->path, before);
}

static void *run(void *context)
{
	struct lb_forecast *s = context;

	take_source(s, s->options.root, LB_FILTER_TOP);
	if (!cancel_is_set(&s->stop) && buf_err(&s->path, NULL) == ERR_OK)
		atomic_store(&s->done, true);
	return NULL;
}

enum err_code lb_forecast_start(struct lb_forecast **out,
                                const struct lb_forecast_options *options,
                                struct err *err)
{
	struct lb_forecast *s = mem_new(sizeof *s);

	if (!s)
		return err_nomem(err);
	s->options = *options;
	if (pthread_create(&s->thread, NULL, run, s) != 0) {
		mem_free(s);
		return err_set(err, ERR_LIMIT, "no more threads can be started");
	}
	*out = s;
	return ERR_OK;
}

bool lb_forecast_total(const struct lb_forecast *s, uint64_t *files, uint64_t *bytes)
{
	if (!atomic_load(&s->done))
		return false;
	*files = s->files;
	*bytes = s->bytes;
	return true;
}

void lb_forecast_stop(struct lb_forecast *s)
{
	if (!s)
		return;
	cancel_set(&s->stop, 0);
	(void)pthread_join(s->thread, NULL);
	buf_fini(&s->path);
	mem_free(s);
}
