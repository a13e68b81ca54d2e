// SPDX-License-Identifier: Apache-2.0
/*
 * The end of a tree. A process that forks as fast as it can is beaten by stopping first:
 * every round stops all that can be seen, the stopped cannot fork, and once a round finds
 * nothing new all are killed. The root's group is stopped as a whole at the start, which
 * no fork can slip through. Among thousands of busy processes we would get a thousandth
 * of the time, so the thread that does this goes before all others while it lasts, where
 * it may.
 */
#include "base/buf.h"
#include "os/clock.h"
#include "os/tree_internal.h"

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

enum {
	FREEZE_MS = 5000,
	KILL_MS = 20000,
	PAUSE_MS = 2,
	LONG_PAUSE_MS = 20,
	ROUNDS = 1000,
	CLEAR_LOOKS = 20, /* in a row, before a tree counts as gone */
	NS_PER_MS = 1000000,
	NAMES = 10, /* of what was left behind */
	MANY = 64,  /* processes that are stopped before they are told to end */
};

void tree_hurry(struct tree_hurry *h)
{
	const struct sched_param first = { .sched_priority = 1 };

	h->policy = sched_getscheduler(0);
	(void)sched_getparam(0, &h->parameters);
	h->nice = getpriority(PRIO_PROCESS, 0);
	/* Both need privileges; without them it only takes longer. */
	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first) != 0)
		(void)setpriority(PRIO_PROCESS, 0, PRIO_MIN);
}

void tree_relax(const struct tree_hurry *h)
{
	/* Without privileges the flag cannot be taken off again, but the policy can. */
	if (h->policy >= 0 && sched_setscheduler(0, h->policy, &h->parameters) != 0)
		(void)sched_setscheduler(0, h->policy | SCHED_RESET_ON_FORK,
		                         &h->parameters);
	(void)setpriority(PRIO_PROCESS, 0, h->nice);
}

static uint64_t now_ms(void)
{
	return os_ticks_ns() / NS_PER_MS;
}

/* Gives the processor to those that have to stop or die: many need longer. */
static void pause_for(size_t processes)
{
	const struct timespec t = { 0, (processes > MANY ? LONG_PAUSE_MS : PAUSE_MS) *
		                               NS_PER_MS };

	(void)nanosleep(&t, NULL);
}

static size_t without_root(const struct tree *t, const struct tree_list *list)
{
	size_t n = list->count;

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].pid == t->root)
			n--;
	return n;
}

size_t tree_count(const struct tree *t)
{
	struct tree_list list = TREE_LIST_INIT;
	struct tree_hurry hurry;
	size_t n = SIZE_MAX;

	tree_hurry(&hurry);
	if (tree_find(t, &list, NULL) == ERR_OK)
		n = list.count;
	/* The last look may have come between the end of one and the birth of the next.
	 */
	for (int i = 0; i < CLEAR_LOOKS && n == 0; i++) {
		if (tree_children(t, &list, NULL) != ERR_OK)
			break;
		n = list.count;
		if (!list.unsure && i > 0)
			break;
	}
	tree_list_fini(&list);
	tree_relax(&hurry);
	return n;
}

static bool is_still(const struct tree_process *p)
{
	return p->state == 'T' || p->state == 't';
}

/* Stops what runs from item `from` on; true if there was anything to stop. */
static bool stop_all(const struct tree_list *list, size_t from)
{
	bool any = false;

	for (size_t i = from; i < list->count; i++) {
		if (is_still(&list->items[i]))
			continue;
		tree_signal(&list->items[i], SIGSTOP);
		any = true;
	}
	return any;
}

/* Stops the children that were born while their parents were being stopped, and theirs,
 * until there are no more: each round is shorter than the one before. */
static void overtake(const struct tree *t, struct tree_list *list)
{
	pid_t seen = list->items[list->count - 1].pid;
	size_t from = list->count;
	size_t found = 0;

	for (int i = 0; i < ROUNDS; i++) {
		if (!tree_follow(t, list, &seen, &found) || found == 0)
			return;
		(void)stop_all(list, from);
		from = list->count;
	}
}

/* Leaves in `list` a tree that stands still, unless time runs out; false if there is
 * none. */
static bool freeze(const struct tree *t, struct tree_list *list)
{
	const uint64_t end = now_ms() + FREEZE_MS;
	size_t before = 0;

	if (t->pinned)
		(void)kill(-t->root, SIGSTOP);
	for (;;) {
		if (tree_find(t, list, NULL) != ERR_OK || list->count == 0)
			return false;
		if (!stop_all(list, 0) && list->count == before)
			return true;
		overtake(t, list);
		if (now_ms() > end)
			return true; /* some may sleep in the kernel: take what there is
			              */
		before = list->count;
		pause_for(list->count);
	}
}

static void put_names(struct buf *out, const struct tree *t, const struct tree_list *list)
{
	size_t shown = 0;

	for (size_t i = 0; i < list->count && shown < NAMES; i++) {
		if (list->items[i].pid == t->root)
			continue;
		shown++;
		buf_printf(out, "%s\n", list->items[i].name);
	}
}

size_t tree_terminate(const struct tree *t, struct buf *names)
{
	struct tree_list list = TREE_LIST_INIT;
	struct tree_hurry hurry;
	size_t n = 0;
	bool found;

	tree_hurry(&hurry);
	found = tree_find(t, &list, NULL) == ERR_OK;
	if (found && list.count > MANY)
		found = freeze(t, &list);
	if (found) {
		for (size_t i = 0; i < list.count; i++)
			tree_signal(&list.items[i], SIGTERM);
		for (size_t i = 0; i < list.count; i++)
			tree_signal(&list.items[i], SIGCONT);
		n = without_root(t, &list);
	}
	if (found && names != NULL)
		put_names(names, t, &list);
	tree_list_fini(&list);
	tree_relax(&hurry);
	return n;
}

static size_t kill_frozen(const struct tree *t, struct tree_list *list, uint64_t end)
{
	size_t most = 0;

	while (freeze(t, list) && now_ms() < end) {
		const size_t n = without_root(t, list);

		for (size_t i = 0; i < list->count; i++)
			tree_signal(&list->items[i], SIGKILL);
		most = n > most ? n : most;
		pause_for(n);
	}
	return most;
}

/*
 * A chain of processes, each of which starts the next in a session of its own and ends,
 * is gone before a look at all of /proc is over. Its head is always our child, and that
 * much can be looked at faster than a process can start.
 */
static size_t kill_chains(const struct tree *t, struct tree_list *list, uint64_t end)
{
	size_t most = 0;
	int clear = 0;

	while (clear < CLEAR_LOOKS && now_ms() < end) {
		if (tree_children(t, list, NULL) != ERR_OK)
			break;
		clear = list->count == 0 && !list->unsure ? clear + 1 : 0;
		most = list->count > most ? list->count : most;
		for (size_t i = 0; i < list->count; i++)
			tree_signal(&list->items[i], SIGKILL);
	}
	return most;
}

size_t tree_kill(const struct tree *t)
{
	const uint64_t end = now_ms() + KILL_MS;
	struct tree_list list = TREE_LIST_INIT;
	struct tree_hurry hurry;
	size_t frozen, chained;

	tree_hurry(&hurry);
	frozen = kill_frozen(t, &list, end);
	chained = kill_chains(t, &list, end);
	tree_relax(&hurry);
	tree_list_fini(&list);
	return frozen > chained ? frozen : chained;
}

/* The children of those that are killed fall to us, so there may be several rounds, and a
 * chain (see kill_chains) leaves no time for a pause. */
size_t tree_end_strays(void)
{
	const uint64_t end = now_ms() + FREEZE_MS;
	struct tree_list list = TREE_LIST_INIT;
	size_t most = 0;

	while (tree_may_have_strays() && tree_strays(&list, NULL) == ERR_OK &&
	       list.count > 0 && now_ms() < end) {
		most = list.count > most ? list.count : most;
		for (size_t i = 0; i < list.count; i++)
			tree_signal(&list.items[i], SIGKILL);
	}
	tree_list_fini(&list);
	tree_exorcize();
	return most;
}
