// SPDX-License-Identifier: Apache-2.0
#include "os/tree_internal.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "os/os_internal.h"
#include "os/random.h"
#include "os/walk.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* An environment may be as large as the stack allows; one this large is cut, mark or not.
 */
enum { ENVIRON_BYTES = 4 << 20, ENVIRON_TRIES = 5, NAME_BYTES = 64 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_size_t active; /* runs between begin and end */

void tree_adopt(bool on)
{
	/* Fails on kernels before 3.4 only; then what escapes cannot be found. */
	(void)prctl(PR_SET_CHILD_SUBREAPER, on ? 1 : 0);
}

static void become_parent(void)
{
	struct sigaction on_child;

	/* Inherited from a parent that ignores it, it would make the kernel throw every
	 * exit status away. */
	if (sigaction(SIGCHLD, NULL, &on_child) == 0 && on_child.sa_handler == SIG_IGN)
		(void)signal(SIGCHLD, SIG_DFL);
	tree_adopt(true);
}

void tree_begin(struct tree *t)
{
	unsigned char random[TREE_MARK_BYTES];

	(void)pthread_once(&once, become_parent);
	atomic_fetch_add(&active, 1);
	os_random(random, sizeof(random));
	str_hex(random, sizeof(random), t->mark);
	t->root = 0;
	t->root_start = 0;
	t->pinned = false;
	tree_life_begin(t);
}

void tree_set_root(struct tree *t, pid_t root)
{
	struct tree_process p;

	t->root = root;
	t->pinned = true;
	if (tree_read(root, &p))
		t->root_start = p.start;
	tree_life_started(t);
}

void tree_end(const struct tree *t)
{
	tree_life_end(t);
	atomic_fetch_sub(&active, 1);
}

bool tree_may_have_strays(void)
{
	return tree_any_haunted() || (atomic_load(&active) == 0 && !tree_surely_empty());
}

bool tree_is_alone(void)
{
	return atomic_load(&active) == 1;
}

bool tree_surely_empty(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT) != 0 &&
	       errno == ECHILD;
}

static enum err_code collect(const struct os_entry *entry, void *context, struct err *err)
{
	struct tree_list *all = context;
	struct tree_process p;
	uint64_t pid = 0;

	if (!num_u64(span_str(entry->name), 1, INT32_MAX, &pid))
		return ERR_OK;
	if (!tree_read((pid_t)pid, &p))
		return ERR_OK; /* gone meanwhile */
	if (!mem_grow(&all->items, all->count, &all->cap, sizeof(*all->items)))
		return err_nomem(err);
	all->items[all->count++] = p;
	return ERR_OK;
}

static int by_pid(const void *a, const void *b)
{
	const struct tree_process *x = a;
	const struct tree_process *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static enum err_code list_all(struct tree_list *all, struct err *err)
{
	struct os_dir proc = { -1 };
	enum err_code rc;

	if ((rc = os_dir_open(&proc, NULL, "/proc", err)) != ERR_OK)
		return rc;
	rc = os_dir_each(&proc, collect, all, err);
	os_dir_close(&proc);
	if (rc == ERR_OK && all->count > 1)
		qsort(all->items, all->count, sizeof(*all->items), by_pid);
	return rc;
}

/* The dead wait for their parent; if that is us, nobody else will take them. */
static bool is_dead(const struct tree_process *p)
{
	return p->state == 'Z' || p->state == 'X';
}

enum mark { NO_MARK, NO_ENVIRONMENT, OWN_MARK, OTHER_MARK };

/* The value of our variable in an environment, or an empty span. */
static struct span value_in(struct span environment)
{
	const struct span name = SPAN_LIT(TREE_VARIABLE "=");
	struct span entry;

	while (span_split(&environment, '\0', &entry))
		if (span_starts(entry, name))
			return span_from(entry, name.len);
	return SPAN_EMPTY;
}

/* While a process becomes another program it has none for a moment. */
static void read_environment(pid_t pid, struct buf *out)
{
	const struct timespec moment = { 0, 1000000 };
	char path[NAME_BYTES];

	(void)snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	for (int i = 0; i < ENVIRON_TRIES && out->len == 0; i++) {
		if (i > 0)
			(void)nanosleep(&moment, NULL);
		if (os_read_file(path, ENVIRON_BYTES, out, NULL) != ERR_OK)
			return;
	}
}

/* A child that has not become its program yet still has our own environment. */
static enum mark mark_of(pid_t pid, const char *mark)
{
	const char *outer = os_env(TREE_VARIABLE);
	struct buf environment = BUF_INIT;
	enum mark m = NO_MARK;
	struct span value;

	read_environment(pid, &environment);
	if (environment.len == 0)
		m = NO_ENVIRONMENT;
	value = value_in(buf_span(&environment));
	if (span_find(value, span_str(mark)) < value.len)
		m = OWN_MARK;
	else if (value.len > 0 && (outer == NULL || !span_eq_str(value, outer)))
		m = OTHER_MARK;
	buf_fini(&environment);
	return m;
}

enum membership { UNKNOWN, INSIDE, OUTSIDE };

struct search {
	const struct tree *tree;
	struct tree_list all;
	unsigned char *membership; /* beside all.items */
	pid_t self;
	bool *unsure; /* of the list that is filled */
};

/* Does this child of ours belong to the run? Without one: to none that there still is? */
static bool is_ours(const struct search *s, const struct tree_process *p)
{
	if (s->tree == NULL)
		return tree_is_stray(p);
	if (p->session == s->tree->root || p->group == s->tree->root)
		return true;
	if (is_dead(p)) /* it carries nothing any more, and is only waited for */
		return tree_is_alone();
	switch (mark_of(p->pid, s->tree->mark)) {
	case OWN_MARK:
		return true;
	case NO_ENVIRONMENT:
		/* It died meanwhile, or is becoming another program, or has none. */
		if (tree_born_in(s->tree, p))
			return true;
		*s->unsure = true;
		return false;
	case OTHER_MARK:
		return false;
	case NO_MARK:
		break;
	}
	return tree_born_in(s->tree, p);
}

/* Once it was waited for, its pid may pass to a stranger. */
static bool is_root(const struct search *s, const struct tree_process *p)
{
	return s->tree != NULL && p->pid == s->tree->root &&
	       (s->tree->pinned || p->start == s->tree->root_start);
}

/* Index of a pid, or all.count. */
static size_t index_of(const struct search *s, pid_t pid)
{
	const struct tree_process key = { .pid = pid };
	const struct tree_process *p =
		bsearch(&key, s->all.items, s->all.count, sizeof(key), by_pid);

	return p != NULL ? (size_t)(p - s->all.items) : s->all.count;
}

/* One step up: where the answer is known at once, else the parent's index in `*up`. */
static enum membership judge(const struct search *s, size_t i, size_t *up)
{
	const struct tree_process *p = &s->all.items[i];

	if (is_root(s, p))
		return INSIDE;
	if (p->parent == s->self)
		return is_ours(s, p) ? INSIDE : OUTSIDE;
	*up = index_of(s, p->parent);
	if (p->pid == s->self || *up == s->all.count || *up == i)
		return OUTSIDE;
	return (enum membership)s->membership[*up];
}

/* Climbs to the first ancestor that is known, then marks the whole way down: linear over
 * all. A list read while processes come and go might hold a loop, so the climb is
 * bounded. */
static void settle(struct search *s, size_t i)
{
	enum membership m = UNKNOWN;
	size_t at = i;
	size_t up = i;

	for (size_t steps = 0; steps <= s->all.count; steps++) {
		m = judge(s, at, &up);
		if (m != UNKNOWN)
			break;
		at = up;
	}
	if (m == UNKNOWN)
		m = OUTSIDE;
	for (at = i; s->membership[at] == UNKNOWN; at = up) {
		const size_t parent = index_of(s, s->all.items[at].parent);

		s->membership[at] = (unsigned char)m;
		up = parent < s->all.count ? parent : at;
		if (is_root(s, &s->all.items[at]) || s->all.items[at].parent == s->self)
			break;
	}
}

static enum err_code pick(struct search *s, struct tree_list *out, struct err *err)
{
	for (size_t i = 0; i < s->all.count; i++) {
		const struct tree_process *p = &s->all.items[i];

		if (s->membership[i] == UNKNOWN)
			settle(s, i);
		if (s->membership[i] != INSIDE)
			continue;
		if (is_dead(p)) {
			if (p->parent == s->self && !is_root(s, p))
				(void)waitpid(p->pid, NULL, WNOHANG);
			continue;
		}
		if (!mem_grow(&out->items, out->count, &out->cap, sizeof(*out->items)))
			return err_nomem(err);
		out->items[out->count++] = *p;
	}
	return ERR_OK;
}

enum err_code tree_find(const struct tree *t, struct tree_list *out, struct err *err)
{
	struct search s = { .tree = t, .self = getpid(), .unsure = &out->unsure };
	enum err_code rc;

	out->count = 0;
	out->unsure = false;
	if ((rc = list_all(&s.all, err)) != ERR_OK)
		goto out;
	s.membership = mem_new(s.all.count);
	if (s.membership == NULL) {
		rc = err_nomem(err);
		goto out;
	}
	rc = pick(&s, out, err);
out:
	mem_free(s.membership);
	tree_list_fini(&s.all);
	return rc;
}

/* ---- the quick look ---- */

/* One child as /proc names it: kept if it lives and is the run's, reaped if it is dead.
 */
static enum err_code take_child(const struct search *s, struct span word,
                                struct tree_list *out, struct err *err)
{
	struct tree_process p;
	uint64_t pid = 0;

	if (!num_u64(word, 1, INT32_MAX, &pid) || !tree_read((pid_t)pid, &p))
		return ERR_OK;
	if (p.parent != s->self || is_root(s, &p) || !is_ours(s, &p))
		return ERR_OK;
	if (is_dead(&p)) {
		(void)waitpid(p.pid, NULL, WNOHANG);
		return ERR_OK;
	}
	if (!mem_grow(&out->items, out->count, &out->cap, sizeof(*out->items)))
		return err_nomem(err);
	out->items[out->count++] = p;
	return ERR_OK;
}

struct quick_look {
	const struct search *search;
	struct tree_list *out;
	struct buf children;
	bool saw_root; /* so what we see is all that there is */
};

static bool names(struct span word, pid_t pid)
{
	uint64_t value = 0;

	return num_u64(word, 1, INT32_MAX, &value) && (pid_t)value == pid;
}

/* The children that one thread of ours has, its own and those that fell to it. */
static enum err_code look_at_thread(const struct os_entry *thread, void *context,
                                    struct err *err)
{
	struct quick_look *look = context;
	enum err_code rc = ERR_OK;
	char path[NAME_BYTES];
	struct span rest, word;

	if (thread->name[0] == '.' || strlen(thread->name) > 20)
		return ERR_OK;
	(void)snprintf(path, sizeof(path), "/proc/self/task/%s/children", thread->name);
	buf_clear(&look->children);
	/* A thread may have ended meanwhile; its children are another's now. */
	if (os_read_file(path, ENVIRON_BYTES, &look->children, NULL) != ERR_OK)
		return ERR_OK;
	rest = buf_span(&look->children);
	while (rc == ERR_OK && span_split(&rest, ' ', &word)) {
		look->saw_root =
			look->saw_root || (look->search->tree != NULL &&
		                           names(word, look->search->tree->root));
		rc = take_child(look->search, word, look->out, err);
	}
	return rc;
}

static enum err_code look_at_children(struct quick_look *look, struct err *err)
{
	struct os_dir threads = { -1 };
	enum err_code rc;

	look->out->count = 0;
	look->out->unsure = false;
	if ((rc = os_dir_open(&threads, NULL, "/proc/self/task", err)) != ERR_OK)
		return rc;
	rc = os_dir_each(&threads, look_at_thread, look, err);
	os_dir_close(&threads);
	buf_fini(&look->children);
	return rc;
}

/* Twice: while one list is read, the child of a child may pass to a list that was. */
bool tree_surely_over(const struct tree *t)
{
	struct tree_list left = TREE_LIST_INIT;
	const struct search s = { .tree = t, .self = getpid(), .unsure = &left.unsure };
	bool over = t->pinned;

	for (int i = 0; i < 2 && over; i++) {
		struct quick_look look = { &s, &left, BUF_INIT, false };

		over = look_at_children(&look, NULL) == ERR_OK && look.saw_root &&
		       left.count == 0 && !left.unsure;
	}
	tree_list_fini(&left);
	return over;
}

enum err_code tree_children(const struct tree *t, struct tree_list *out, struct err *err)
{
	const struct search s = { .tree = t, .self = getpid(), .unsure = &out->unsure };
	struct quick_look look = { &s, out, BUF_INIT, false };

	return look_at_children(&look, err);
}

enum err_code tree_strays(struct tree_list *out, struct err *err)
{
	return tree_children(NULL, out, err);
}

void tree_list_fini(struct tree_list *list)
{
	mem_free(list->items);
	*list = (struct tree_list)TREE_LIST_INIT;
}

static bool holds(const struct tree_list *list, pid_t pid)
{
	const struct tree_process key = { .pid = pid };

	return list->count > 0 &&
	       bsearch(&key, list->items, list->count, sizeof(key), by_pid) != NULL;
}

bool tree_follow(const struct tree *t, struct tree_list *list, pid_t *seen, size_t *found)
{
	const pid_t last = tree_last_pid();

	*found = 0;
	if (last < *seen)
		return false; /* pids began anew */
	for (pid_t pid = *seen + 1; pid <= last; pid++) {
		struct tree_process p;

		if (!tree_read(pid, &p) || is_dead(&p))
			continue;
		if (p.session != t->root && p.group != t->root && !holds(list, p.parent))
			continue;
		if (!mem_grow(&list->items, list->count, &list->cap,
		              sizeof(*list->items)))
			return false;
		list->items[list->count++] = p;
		(*found)++;
	}
	*seen = last;
	return true;
}
