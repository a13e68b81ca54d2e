// SPDX-License-Identifier: Apache-2.0
/*
 * The end of a tree. A process that forks as fast as it can is beaten by stopping first:
 * every round stops all that can be seen, the stopped cannot fork, and once a round finds
 * nothing new all are killed. The root's group is also stopped as a whole, which no fork
 * can slip through.
 */
#include "os/clock.h"
#include "os/tree_internal.h"

#include <signal.h>
#include <time.h>

enum {
	FREEZE_MS = 2000,
	KILL_MS = 8000,
	PAUSE_MS = 1,
	NS_PER_MS = 1000000,
	CLEAR_LOOKS = 20 /* in a row, before a tree counts as gone */
};

static uint64_t now_ms(void)
{
	return os_ticks_ns() / NS_PER_MS;
}

static void pause_briefly(void)
{
	const struct timespec t = { 0, PAUSE_MS * NS_PER_MS };

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

size_t tree_terminate(const struct tree *t)
{
	struct tree_list list = { NULL, 0, 0 };
	size_t n = 0;

	if (tree_find(t, &list, NULL) == ERR_OK) {
		for (size_t i = 0; i < list.count; i++) {
			tree_signal(&list.items[i], SIGTERM);
			tree_signal(&list.items[i], SIGCONT);
		}
		n = without_root(t, &list);
	}
	tree_list_fini(&list);
	return n;
}

/* Stopped, dead meanwhile, or in a system call that ends before it could fork again. */
static bool is_still(const struct tree_process *p)
{
	return p->state == 'T' || p->state == 't';
}

/* Stops what runs; true if there was anything to stop. Once one member of the group is
 * stopped, the group's number cannot pass to a stranger and the whole group can be
 * signalled. */
static bool stop_all(const struct tree *t, const struct tree_list *list)
{
	bool group_is_ours = false;
	bool any = false;

	for (size_t i = 0; i < list->count; i++) {
		const struct tree_process *p = &list->items[i];

		if (is_still(p))
			continue;
		tree_signal(p, SIGSTOP);
		any = true;
		if (p->group == t->root && !group_is_ours) {
			group_is_ours = true;
			(void)kill(-t->root, SIGSTOP);
		}
	}
	return any;
}

/* Leaves in `list` a tree that stands still, unless time runs out. */
static bool freeze(const struct tree *t, struct tree_list *list)
{
	const uint64_t end = now_ms() + FREEZE_MS;
	size_t before = 0;

	for (;;) {
		if (tree_find(t, list, NULL) != ERR_OK)
			return false;
		if (list->count == 0)
			return false;
		if (!stop_all(t, list) && list->count == before)
			return true;
		if (now_ms() > end)
			return true; /* some may sleep in the kernel: kill what there is
			              */
		before = list->count;
		pause_briefly();
	}
}

static size_t kill_frozen(const struct tree *t, struct tree_list *list, uint64_t end)
{
	size_t most = 0;

	while (freeze(t, list) && now_ms() < end) {
		const size_t n = without_root(t, list);

		for (size_t i = 0; i < list->count; i++)
			tree_signal(&list->items[i], SIGKILL);
		most = n > most ? n : most;
		pause_briefly();
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
		clear = list->count == 0 ? clear + 1 : 0;
		most = list->count > most ? list->count : most;
		for (size_t i = 0; i < list->count; i++)
			tree_signal(&list->items[i], SIGKILL);
	}
	return most;
}

size_t tree_kill(const struct tree *t)
{
	const uint64_t end = now_ms() + KILL_MS;
	struct tree_list list = { NULL, 0, 0 };
	const size_t frozen = kill_frozen(t, &list, end);
	const size_t chained = kill_chains(t, &list, end);

	tree_list_fini(&list);
	return frozen > chained ? frozen : chained;
}
