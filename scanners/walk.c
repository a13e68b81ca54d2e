// SPDX-License-Identifier: Apache-2.0
#include "walk.h"

#include "base/mem.h"
#include "base/pool.h"
#include "binary.h"
#include "entries.h"
#include "ignore_above.h"
#include "os/dir.h"
#include "os/fs.h"
#include "os/walk.h"
#include "tracked.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/*
 * Work items are folders, and batches of files of one folder. A worker that takes an item
 * opens its way down from what it has open already; as items come in the order in which
 * they were found, that is mostly one step. Few files stay with the worker that listed
 * them; a folder of a million is spread in batches.
 */

enum { DEPTH_MAX = 256, BATCH_BYTES = 4096, QUEUE_LIMIT = 4096, REASON_MAX = 240 };

/* A folder. Lives while it or anything below it is in work. */
struct node {
	struct node *parent;
	atomic_size_t users;
	size_t depth;
	struct scan_ignore *own;         /* its .gitignore */
	const struct scan_ignore *rules; /* in force in it */
	bool ignored;                    /* but git tracks something below */
	size_t len;
	char path[]; /* absolute, NUL-terminated */
};

struct item {
	struct node *node;
	size_t len;   /* of the names of a batch; 0: list the folder */
	char names[]; /* NUL after each */
};

struct worker {
	struct node *chain[DEPTH_MAX + 1]; /* open folders, by depth */
	struct os_dir dirs[DEPTH_MAX + 1];
	size_t open;
	struct buf path;
	struct buf data;
	struct buf entries; /* of a folder that is listed anew */
};

struct walk {
	const struct scan_walk *w;
	struct pool *pool;
	struct worker *workers;
	size_t worker_count;
	struct scan_ignore_above above;
	struct os_dir top; /* states are asked for from here */
	atomic_bool blind; /* what git tracks is not known */
};

/* One folder while it is listed. */
struct listing {
	struct walk *walk;
	size_t worker;
	struct node *node;
	const struct os_dir *dir; /* NULL: its entries are known */
	bool unsure;              /* of what it has */
	size_t len;               /* of the names collected */
	char names[BATCH_BYTES];
};

size_t scan_walk_jobs(size_t jobs)
{
	return jobs != 0 ? jobs : os_processors();
}

void scan_walk_too_large(uint64_t max, char out[64])
{
	if (max % (1u << 20) == 0)
		(void)snprintf(out, 64, "larger than %" PRIu64 " MiB", max >> 20);
	else
		(void)snprintf(out, 64, "larger than %" PRIu64 " bytes", max);
}

static struct node *node_use(struct node *n)
{
	atomic_fetch_add(&n->users, 1);
	return n;
}

static void node_drop(struct node *n)
{
	while (n != NULL && atomic_fetch_sub(&n->users, 1) == 1) {
		struct node *parent = n->parent;

		scan_ignore_free(n->own);
		mem_free(n);
		n = parent;
	}
}

/* Takes over one use of the parent only on success. */
static struct node *node_new(struct node *parent, struct span path)
{
	struct node *n = mem_new(sizeof(*n) + path.len + 1);

	if (n == NULL)
		return NULL;
	if (parent != NULL) {
		n->parent = node_use(parent);
		n->depth = parent->depth + 1;
		n->rules = parent->rules;
	}
	atomic_init(&n->users, 1);
	n->len = path.len;
	memcpy(n->path, path.ptr, path.len);
	return n;
}

static const char *node_name(const struct node *n)
{
	const char *slash = strrchr(n->path, '/');

	return n->parent == NULL || slash == NULL ? n->path : slash + 1;
}

/* The absolute path of an entry, in the worker's buffer. */
static struct span path_of(struct worker *k, const struct node *n, const char *name)
{
	buf_clear(&k->path);
	buf_put(&k->path, span_of(n->path, n->len));
	if (n->len > 0 && n->path[n->len - 1] != '/')
		buf_putc(&k->path, '/');
	buf_puts(&k->path, name);
	return buf_span(&k->path);
}

static void item_drop(void *item, void *context)
{
	struct item *i = item;

	(void)context;
	node_drop(i->node);
	mem_free(i);
}

/* Hands an item to whoever is free. Takes over one use of the node. */
static enum err_code push(struct walk *walk, struct node *node, struct span names,
                          struct err *err)
{
	struct item *i = mem_new(sizeof(*i) + names.len);
	enum err_code rc;

	if (i == NULL) {
		node_drop(node);
		return err_nomem(err);
	}
	i->node = node;
	i->len = names.len;
	if (names.len > 0)
		memcpy(i->names, names.ptr, names.len);
	rc = pool_push(walk->pool, i);
	if (rc != ERR_OK)
		item_drop(i, NULL);
	return rc;
}

static enum err_code skip(struct walk *walk, size_t worker, const struct scan_skip *what,
                          struct err *err)
{
	return walk->w->skip(what, worker, walk->w->context, err);
}

/* "unreadable: Permission denied": the cause only, the path is told apart. */
static enum err_code skip_unreadable(struct walk *walk, size_t worker, struct span path,
                                     bool folder, const struct err *why, struct err *err)
{
	struct scan_skip what;
	char reason[REASON_MAX];
	const char *cause = strstr(why->msg, ": ");

	/* Messages read "open NAME: cause"; names are escaped, causes hold no colon. */
	for (const char *next = cause; next != NULL; next = strstr(next + 2, ": "))
		cause = next;
	(void)snprintf(reason, sizeof(reason), "unreadable: %.140s",
	               cause != NULL ? cause + 2 : why->msg);
	what = (struct scan_skip){ .path = path, .reason = reason, .folder = folder };
	return skip(walk, worker, &what, err);
}

static void chain_cut(struct worker *k, size_t depth)
{
	while (k->open > depth) {
		k->open--;
		os_dir_close(&k->dirs[k->open]);
		node_drop(k->chain[k->open]);
	}
}

/* Opens the way to a folder; *why says what failed and *at which folder. */
static enum err_code chain_open(struct worker *k, struct node *target, struct node **at,
                                struct err *why)
{
	struct node *way[DEPTH_MAX + 1];
	struct node *n = target;
	size_t depth;

	do {
		way[n->depth] = n;
		n = n->parent;
	} while (n != NULL);
	for (depth = 0; depth < k->open && depth <= target->depth; depth++) {
		if (k->chain[depth] != way[depth])
			break;
	}
	chain_cut(k, depth);
	for (; depth <= target->depth; depth++) {
		const struct os_dir *parent = depth > 0 ? &k->dirs[depth - 1] : NULL;
		enum err_code rc;

		*at = way[depth];
		rc = os_dir_open(&k->dirs[depth], parent, node_name(way[depth]), why);
		if (rc != ERR_OK)
			return rc;
		k->chain[depth] = node_use(way[depth]);
		k->open = depth + 1;
	}
	return ERR_OK;
}

/* *out is NULL if the folder is gone, or cannot be opened, which is told. */
static enum err_code open_folder(struct walk *walk, size_t worker, struct node *node,
                                 const struct os_dir **out, struct err *err)
{
	struct worker *k = &walk->workers[worker];
	struct node *failed = NULL;
	struct err why = ERR_INIT;
	enum err_code rc = ERR_OK;

	/* Mostly it is the one of the file before. */
	if (k->open <= node->depth || k->chain[node->depth] != node)
		rc = chain_open(k, node, &failed, &why);
	*out = rc == ERR_OK ? &k->dirs[node->depth] : NULL;
	if (rc == ERR_OK || rc == ERR_NOT_FOUND)
		return ERR_OK;
	return skip_unreadable(walk, worker, span_of(failed->path, failed->len), true,
	                       &why, err);
}

/* How a path stands, without a descriptor for its folder. A folder above may be another
 * one by now; but a state that is known is that of what was there, wherever it is. One
 * that is too long is nobody's. */
static bool get_state(const struct walk *walk, const char *path, struct os_stat *st)
{
	size_t top = strlen(walk->w->path);
	const char *below = path + top + (path[top] == '/' ? 1 : 0);

	return os_dir_stat(&walk->top, *below == '\0' ? "." : below, st, NULL) == ERR_OK;
}

static bool is_known(struct walk *walk, size_t worker, struct span path)
{
	const struct scan_walk *w = walk->w;
	struct os_stat st;

	return w->known != NULL && buf_ok(&walk->workers[worker].path) &&
	       get_state(walk, buf_str(&walk->workers[worker].path), &st) &&
	       st.type == OS_FILE && st.size <= w->max_file &&
	       w->known(path, &st, worker, w->context);
}

/* What is binary is not scanned: its beginning says so. */
static bool is_text(struct span head)
{
	return scan_encoding_of(head) != SCAN_BINARY;
}

static enum err_code read_file(struct walk *walk, size_t worker, struct node *node,
                               const char *name, struct err *err)
{
	struct worker *k = &walk->workers[worker];
	struct span path = path_of(k, node, name);
	const struct os_dir *dir;
	struct scan_walk_file file;
	struct os_stat st = { .size = 0 };
	struct err why = ERR_INIT;
	char reason[64];
	enum err_code rc;

	if (cancel_is_set(walk->w->cancel))
		return err_set(err, ERR_CANCELLED, "scan cancelled");
	if (is_known(walk, worker, path))
		return ERR_OK;
	rc = open_folder(walk, worker, node, &dir, err);
	if (rc != ERR_OK || dir == NULL)
		return rc;
	rc = os_dir_read_on(dir, name, walk->w->max_file, is_text, &k->data, &st, &why);
	if (rc == ERR_LIMIT) {
		scan_walk_too_large(walk->w->max_file, reason);
		return skip(walk, worker,
		            &(struct scan_skip){ .path = path,
		                                 .reason = reason,
		                                 .bytes = st.size,
		                                 .lack = SCAN_TOO_LARGE },
		            err);
	}
	/* Gone or turned into something else since it was listed: nothing to scan. */
	if (rc == ERR_NOT_FOUND || rc == ERR_UNSUPPORTED)
		return ERR_OK;
	if (rc == ERR_NOMEM)
		return err_nomem(err);
	if (rc != ERR_OK)
		return skip_unreadable(walk, worker, path, false, &why, err);
	file = (struct scan_walk_file){ path, buf_span(&k->data), st };
	return walk->w->file(&file, worker, walk->w->context, err);
}

static enum err_code read_names(struct walk *walk, size_t worker, struct node *node,
                                struct span names, struct err *err)
{
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && names.len > 0) {
		const char *name = names.ptr;

		names = span_from(names, strlen(name) + 1);
		rc = read_file(walk, worker, node, name, err);
	}
	return rc;
}

static enum err_code add_folder(struct listing *l, struct span path, bool ignored,
                                struct err *err)
{
	struct node *n;

	if (l->node->depth + 1 > DEPTH_MAX)
		return skip(
			l->walk, l->worker,
			&(struct scan_skip){ .path = path,
		                             .reason = "nested deeper than 256 folders",
		                             .folder = true },
			err);
	n = node_new(l->node, path);
	if (n == NULL)
		return err_nomem(err);
	n->ignored = ignored;
	return push(l->walk, n, SPAN_EMPTY, err);
}

static enum err_code add_file(struct listing *l, const char *name, struct err *err)
{
	size_t n = strlen(name) + 1;
	enum err_code rc = ERR_OK;

	if (n > sizeof(l->names) - l->len) {
		rc = push(l->walk, node_use(l->node), span_of(l->names, l->len), err);
		l->len = 0;
	}
	if (n > sizeof(l->names))
		return rc; /* no file system has such names */
	memcpy(l->names + l->len, name, n);
	l->len += n;
	return rc;
}

/* Said once, and of the whole walk, whichever worker comes first. */
static enum err_code skip_blind(struct listing *l, const struct err *why, struct err *err)
{
	struct scan_skip what = { .path = span_str(l->walk->w->path), .folder = true };
	char reason[REASON_MAX];

	if (why->code == ERR_NOMEM)
		return err_nomem(err);
	if (atomic_exchange(&l->walk->blind, true))
		return ERR_OK;
	(void)snprintf(reason, sizeof(reason),
	               "ignored files that git tracks were not found: %.180s", why->msg);
	what.reason = reason;
	return skip(l->walk, l->worker, &what, err);
}

/* What is ignored, but tracked all the same? Nothing if git cannot tell. */
static enum err_code ask_git(struct listing *l, struct span path, bool folder,
                             enum scan_tracking *out, struct err *err)
{
	struct err why = ERR_INIT;
	enum err_code rc = scan_tracked_ask(l->walk->w->tracked, path, folder, out, &why);

	return rc == ERR_OK ? rc : skip_blind(l, &why, err);
}

static enum err_code tell_ignored(struct listing *l, struct span path, const char *why,
                                  struct err *err)
{
	const struct scan_walk *w = l->walk->w;

	return w->ignored == NULL ? ERR_OK
	                          : w->ignored(path, why, l->worker, w->context, err);
}

static enum err_code visit(const struct os_entry *e, void *context, struct err *err)
{
	struct listing *l = context;
	bool folder = e->type == OS_DIR;
	enum scan_tracking tracking = SCAN_TRACKED;
	struct span path;
	enum err_code rc;

	/* Of unknown type: opening it tells why, and that it was not scanned. */
	if (e->type == OS_LINK || e->type == OS_OTHER)
		return ERR_OK;
	if (strcmp(e->name, ".git") == 0 || strcmp(e->name, ".seaworthy") == 0)
		return ERR_OK;
	path = path_of(&l->walk->workers[l->worker], l->node, e->name);
	if (!buf_ok(&l->walk->workers[l->worker].path))
		return err_nomem(err);
	if (scan_ignore_match(l->walk->w->exclude, path, folder))
		return tell_ignored(l, path, "excluded", err);
	if (l->node->ignored || scan_ignore_match(l->node->rules, path, folder)) {
		rc = ask_git(l, path, folder, &tracking, err);
		if (rc == ERR_OK && tracking == SCAN_UNTRACKED)
			return tell_ignored(l, path, "ignored", err);
		if (rc != ERR_OK)
			return rc;
	}
	if (!folder)
		return add_file(l, e->name, err);
	return add_folder(l, path, tracking == SCAN_TRACKED_BELOW, err);
}

/* Reads the folder's .gitignore. One that cannot be read ignores nothing: the file itself
 * is listed as unreadable when its turn comes. */
static enum err_code load_rules(struct listing *l, struct err *err)
{
	struct worker *k = &l->walk->workers[l->worker];
	struct node *n = l->node;
	size_t folder = n->len + (n->path[n->len - 1] == '/' ? 0 : 1);
	struct span path;
	enum err_code rc;

	if (l->walk->w->no_ignore || n->ignored || l->dir == NULL)
		return ERR_OK;
	rc = os_dir_read(l->dir, ".gitignore", SCAN_IGNORE_MAX_BYTES, &k->data, NULL,
	                 NULL);
	if (rc != ERR_OK)
		return rc == ERR_NOMEM ? err_nomem(err) : ERR_OK;
	rc = scan_ignore_parse(&n->own, n->rules, buf_span(&k->data), folder, err);
	if (n->own != NULL)
		n->rules = n->own;
	if (rc != ERR_LIMIT)
		return rc;
	path = path_of(k, n, ".gitignore");
	return skip(l->walk, l->worker,
	            &(struct scan_skip){ .path = path,
	                                 .reason = "too many ignore patterns: none is "
	                                           "honoured" },
	            err);
}

/* Also notes what is there, if somebody asks. */
static enum err_code visit_new(const struct os_entry *e, void *context, struct err *err)
{
	struct listing *l = context;
	struct buf *entries = &l->walk->workers[l->worker].entries;

	if (!l->unsure)
		l->unsure = !scan_entries_put(entries, e);
	return visit(e, context, err);
}

static enum err_code tell_listed(struct listing *l, const struct os_stat *before,
                                 struct err *err)
{
	const struct scan_walk *w = l->walk->w;
	const struct buf *entries = &l->walk->workers[l->worker].entries;

	if (l->unsure || !os_dir_tells_changes(l->dir))
		return ERR_OK;
	if (!buf_ok(entries))
		return err_nomem(err);
	return w->listed(span_of(l->node->path, l->node->len), before, buf_span(entries),
	                 l->worker, w->context, err);
}

static enum err_code list_anew(struct listing *l, struct err *err)
{
	struct span path = span_of(l->node->path, l->node->len);
	struct os_stat before = { .type = OS_NONE };
	struct err why = ERR_INIT;
	enum err_code rc = load_rules(l, err);

	if (rc != ERR_OK)
		return rc;
	buf_clear(&l->walk->workers[l->worker].entries);
	l->unsure = l->walk->w->listed == NULL ||
	            os_dir_stat(l->dir, ".", &before, NULL) != ERR_OK;
	rc = os_dir_each_once(l->dir, visit_new, l, &why);
	if (rc == ERR_OK)
		return tell_listed(l, &before, err);
	if (rc == ERR_IO || rc == ERR_AUTH || rc == ERR_NOT_FOUND)
		return skip_unreadable(l->walk, l->worker, path, true, &why, err);
	return err_set(err, rc, "%s", why.msg);
}

/* *out is nothing unless the folder is as it was. */
static void find_known(const struct listing *l, struct span *out)
{
	const struct scan_walk *w = l->walk->w;
	struct os_stat st;

	*out = SPAN_EMPTY;
	if (w->entries != NULL && get_state(l->walk, l->node->path, &st) &&
	    st.type == OS_DIR)
		*out = w->entries(span_of(l->node->path, l->node->len), &st, l->worker,
		                  w->context);
}

/* Nothing is opened but a folder that says what is ignored. */
static enum err_code list_known(struct listing *l, struct span entries, struct err *err)
{
	struct os_entry e;
	enum err_code rc = load_rules(l, err);

	while (rc == ERR_OK && scan_entries_next(&entries, &e))
		rc = visit(&e, l, err);
	return rc;
}

static enum err_code list_folder(struct walk *walk, size_t worker, struct node *node,
                                 struct err *err)
{
	struct listing l = { .walk = walk, .worker = worker, .node = node };
	struct span known;
	enum err_code rc = ERR_OK;

	if (walk->w->folder != NULL)
		rc = walk->w->folder(span_of(node->path, node->len), worker,
		                     walk->w->context, err);
	if (rc != ERR_OK)
		return rc;
	find_known(&l, &known);
	if (known.ptr == NULL ||
	    (!walk->w->no_ignore && scan_entries_have_file(known, ".gitignore"))) {
		rc = open_folder(walk, worker, node, &l.dir, err);
		if (rc != ERR_OK || l.dir == NULL)
			return rc;
	}
	rc = known.ptr != NULL ? list_known(&l, known, err) : list_anew(&l, err);
	return rc == ERR_OK ? read_names(walk, worker, node, span_of(l.names, l.len), err)
	                    : rc;
}

static enum err_code work(void *item, size_t worker, void *context, struct err *err)
{
	struct walk *walk = context;
	struct item *i = item;
	enum err_code rc;

	if (cancel_is_set(walk->w->cancel))
		rc = err_set(err, ERR_CANCELLED, "scan cancelled");
	else if (i->len == 0)
		rc = list_folder(walk, worker, i->node, err);
	else
		rc = read_names(walk, worker, i->node, span_of(i->names, i->len), err);
	item_drop(i, NULL);
	return rc;
}

static void walk_fini(struct walk *walk)
{
	for (size_t i = 0; walk->workers != NULL && i < walk->worker_count; i++) {
		chain_cut(&walk->workers[i], 0);
		buf_fini(&walk->workers[i].path);
		buf_fini(&walk->workers[i].data);
		buf_fini(&walk->workers[i].entries);
	}
	mem_free(walk->workers);
	os_dir_close(&walk->top);
	scan_ignore_above_fini(&walk->above);
}

static enum err_code start(struct walk *walk, struct err *err)
{
	struct node *top = node_new(NULL, span_str(walk->w->path));

	if (top == NULL)
		return err_nomem(err);
	top->rules = scan_ignore_above_get(&walk->above);
	return push(walk, top, SPAN_EMPTY, err);
}

enum err_code scan_walk_run(const struct scan_walk *w, struct err *err)
{
	struct walk walk = { .w = w,
		             .worker_count = scan_walk_jobs(w->jobs),
		             .top = { .fd = -1 } };
	struct cancel stop = CANCEL_INIT;
	enum err_code pushed = ERR_OK;
	enum err_code rc = ERR_OK;

	if (!w->no_ignore)
		rc = scan_ignore_above_load(&walk.above, w->path, NULL, NULL, err);
	if (rc != ERR_OK)
		goto out;
	walk.workers = mem_new(walk.worker_count * sizeof(*walk.workers));
	if (walk.workers == NULL) {
		rc = err_nomem(err);
		goto out;
	}
	rc = pool_new(&walk.pool, walk.worker_count, QUEUE_LIMIT, work, item_drop, &walk,
	              &stop, err);
	if (rc != ERR_OK)
		goto out;
	/* Without it nothing is known, and whoever lists it tells why. */
	if (os_dir_open(&walk.top, NULL, w->path, NULL) != ERR_OK)
		walk.top.fd = -1;
	pushed = start(&walk, err);
	rc = pool_finish(walk.pool, err);
	if (rc == ERR_OK)
		rc = pushed;
out:
	walk_fini(&walk);
	return rc;
}
