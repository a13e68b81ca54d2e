// SPDX-License-Identifier: Apache-2.0
/*
 * Whose a process is that carries no mark and left its session: the kernel says when it
 * was born, and we know which runs there were then. If there was one, it is that one's;
 * if there were several, nothing tells, and none of them is blamed. A run that is over
 * is remembered for as long as another one overlaps with it.
 */
#include "os/tree_internal.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

enum { LIVES = 256, NS_PER_S = 1000000000 };

/* In clock ticks since boot, as start times of processes. */
struct life {
	bool used;
	bool over;
	bool haunted;  /* something is left that may be its own: it does not count as over
	                */
	bool starting; /* its root may be there, and we do not know it yet */
	pid_t root;
	uint64_t begin;
	uint64_t end;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct life lives[LIVES];

static uint64_t now_ticks(void)
{
	struct timespec t = { 0, 0 };
	const long hz = sysconf(_SC_CLK_TCK);

	if (hz <= 0 || clock_gettime(CLOCK_BOOTTIME, &t) != 0)
		return 0;
	return (uint64_t)t.tv_sec * (uint64_t)hz +
	       (uint64_t)t.tv_nsec / ((uint64_t)NS_PER_S / (uint64_t)hz);
}

static bool includes(const struct life *l, uint64_t start)
{
	return l->used && start >= l->begin &&
	       (!l->over || l->haunted || start <= l->end);
}

/* ---- which there are ---- */

/* Two that are over as one: less can be told then, and nothing is told wrongly. */
static struct life *merge_two(void)
{
	struct life *into = NULL;

	for (size_t i = 0; i < LIVES; i++) {
		struct life *l = &lives[i];

		if (!l->over)
			continue;
		if (into == NULL) {
			into = l;
			continue;
		}
		into->begin = l->begin < into->begin ? l->begin : into->begin;
		into->end = l->end > into->end ? l->end : into->end;
		into->haunted = into->haunted || l->haunted;
		return l;
	}
	return NULL;
}

static struct life *free_life(void)
{
	for (size_t i = 0; i < LIVES; i++)
		if (!lives[i].used)
			return &lives[i];
	return merge_two();
}

void tree_life_begin(struct tree *t)
{
	struct life *l;

	(void)pthread_mutex_lock(&lock);
	l = free_life();
	t->life = l != NULL ? (size_t)(l - lives) : LIVES;
	if (l != NULL)
		*l = (struct life){ .used = true,
			            .starting = true,
			            .begin = now_ticks() };
	(void)pthread_mutex_unlock(&lock);
}

void tree_life_started(const struct tree *t)
{
	if (t->life == LIVES)
		return;
	(void)pthread_mutex_lock(&lock);
	lives[t->life].starting = false;
	lives[t->life].root = t->root;
	if (t->root_start > lives[t->life].begin)
		lives[t->life].begin = t->root_start;
	(void)pthread_mutex_unlock(&lock);
}

/* Those that overlap with none that goes on are of no use any more. */
static void forget(void)
{
	uint64_t oldest = UINT64_MAX;

	for (size_t i = 0; i < LIVES; i++)
		if (lives[i].used && !lives[i].over && lives[i].begin < oldest)
			oldest = lives[i].begin;
	for (size_t i = 0; i < LIVES; i++)
		if (lives[i].over && !lives[i].haunted && lives[i].end < oldest)
			lives[i] = (struct life){ .used = false };
}

void tree_life_end(const struct tree *t)
{
	(void)pthread_mutex_lock(&lock);
	if (t->life < LIVES) {
		lives[t->life].over = true;
		lives[t->life].starting = false;
		lives[t->life].end = now_ticks();
	}
	(void)pthread_mutex_unlock(&lock);
}

bool tree_any_haunted(void)
{
	bool any = false;

	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < LIVES; i++)
		any = any || lives[i].haunted;
	(void)pthread_mutex_unlock(&lock);
	return any;
}

void tree_exorcize(void)
{
	bool alone = true;

	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < LIVES; i++)
		alone = alone && (!lives[i].used || lives[i].over);
	for (size_t i = 0; i < LIVES && alone; i++)
		lives[i].haunted = false;
	forget();
	(void)pthread_mutex_unlock(&lock);
}

/* ---- whose it is ---- */

static bool is_of_another(const struct life *l, const struct tree_process *p)
{
	if (!l->used || l->over)
		return false;
	return l->starting ? p->start >= l->begin
	                   : p->pid == l->root || p->session == l->root ||
	                             p->group == l->root;
}

bool tree_born_in(const struct tree *t, const struct tree_process *p)
{
	bool mine = t->life < LIVES;
	bool others = t->life == LIVES; /* we know nothing of ourselves */

	(void)pthread_mutex_lock(&lock);
	mine = mine && includes(&lives[t->life], p->start);
	for (size_t i = 0; i < LIVES && mine; i++) {
		if (i == t->life)
			continue;
		if (is_of_another(&lives[i], p))
			mine = false;
		others = others || includes(&lives[i], p->start);
	}
	if (mine && others)
		lives[t->life].haunted = true;
	(void)pthread_mutex_unlock(&lock);
	return mine && !others;
}

bool tree_is_stray(const struct tree_process *p)
{
	bool past = false;
	bool present = false;

	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < LIVES; i++) {
		if (!includes(&lives[i], p->start))
			continue;
		past = past || lives[i].over;
		present = present || !lives[i].over;
	}
	(void)pthread_mutex_unlock(&lock);
	return past && !present;
}
