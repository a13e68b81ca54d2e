// SPDX-License-Identifier: Apache-2.0
#include "os/group_internal.h"

#include "base/num.h"
#include "base/str.h"
#include "os/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 4 << 20, PATH_MAX_BYTES = 4096, REMOVE_TRIES = 50 };

/* Our own group, found once; empty where there is none that we may divide. */
static char home[PATH_MAX_BYTES];
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_uint made;

/* The mount point of the second hierarchy: the field before " - cgroup2 " that is the
 * fifth of the line. */
static bool find_mount(struct span mounts, struct buf *out)
{
	struct span line, field;

	while (span_line(&mounts, &line)) {
		if (span_find(line, SPAN_LIT(" - cgroup2 ")) == line.len)
			continue;
		for (int i = 0; i < 5; i++)
			if (!span_split(&line, ' ', &field))
				return false;
		buf_put(out, field);
		return true;
	}
	return false;
}

/* "0::/path" */
static bool find_own(struct span groups, struct buf *out)
{
	struct span line;

	while (span_line(&groups, &line))
		if (span_starts(line, SPAN_LIT("0::/"))) {
			buf_put(out, span_from(line, strlen("0::")));
			return true;
		}
	return false;
}

static void find_home(void)
{
	struct buf mounts = BUF_INIT;
	struct buf groups = BUF_INIT;
	struct buf path = BUF_INIT;

	if (os_read_file("/proc/self/mountinfo", FILE_BYTES_MAX, &mounts, NULL) ==
	            ERR_OK &&
	    os_read_file("/proc/self/cgroup", FILE_BYTES_MAX, &groups, NULL) == ERR_OK &&
	    find_mount(buf_span(&mounts), &path) && find_own(buf_span(&groups), &path) &&
	    buf_ok(&path) && path.len < sizeof(home) && access(buf_str(&path), W_OK) == 0)
		memcpy(home, path.ptr, path.len + 1);
	buf_fini(&mounts);
	buf_fini(&groups);
	buf_fini(&path);
}

static bool write_file(const struct group *g, const char *name, const char *text)
{
	char path[PATH_MAX_BYTES + 32];
	ssize_t n = -1;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", g->path.ptr, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = write(fd, text, strlen(text));
		(void)close(fd);
	}
	return n == (ssize_t)strlen(text);
}

void group_make(struct group *g)
{
	(void)pthread_once(&once, find_home);
	if (home[0] == '\0')
		return;
	buf_printf(&g->path, "%s/seaworthy-%ld-%u", home, (long)getpid(),
	           atomic_fetch_add(&made, 1));
	if (!buf_ok(&g->path) || g->path.len >= PATH_MAX_BYTES ||
	    mkdir(buf_str(&g->path), 0755) != 0)
		buf_clear(&g->path);
}

void group_limit_memory(struct group *g, uint64_t bytes)
{
	char text[24];

	if (g->path.len == 0 || bytes == 0)
		return;
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	/* Without the controller the limit of each process is all there is. */
	(void)!write_file(g, "memory.max", text);
}

/* Calls for each pid; returns how many. */
static size_t each(const struct group *g, void (*visit)(pid_t pid))
{
	struct buf path = BUF_INIT;
	struct buf list = BUF_INIT;
	struct span rest, line;
	uint64_t pid = 0;
	size_t count = 0;

	if (g->path.len == 0)
		return 0;
	os_join(&path, g->path.ptr, "cgroup.procs");
	if (buf_ok(&path))
		(void)!os_read_file(buf_str(&path), FILE_BYTES_MAX, &list, NULL);
	rest = buf_span(&list);
	while (span_line(&rest, &line)) {
		if (!num_u64(line, 1, INT32_MAX, &pid))
			continue;
		count++;
		if (visit != NULL)
			visit((pid_t)pid);
	}
	buf_fini(&path);
	buf_fini(&list);
	return count;
}

size_t group_count(const struct group *g)
{
	return each(g, NULL);
}

static void end_politely(pid_t pid)
{
	(void)kill(pid, SIGTERM);
	(void)kill(pid, SIGCONT);
}

size_t group_terminate(const struct group *g)
{
	return each(g, end_politely);
}

void group_kill(const struct group *g)
{
	if (g->path.len > 0)
		(void)!write_file(g, "cgroup.kill", "1");
}

/* What was killed leaves a moment later. */
void group_remove(struct group *g)
{
	const struct timespec pause = { 0, 2000000 };

	for (int i = 0; g->path.len > 0 && i < REMOVE_TRIES; i++) {
		if (rmdir(g->path.ptr) == 0 || errno != EBUSY)
			break;
		(void)nanosleep(&pause, NULL);
	}
	buf_fini(&g->path);
	buf_init(&g->path);
}
