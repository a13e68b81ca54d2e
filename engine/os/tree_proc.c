// SPDX-License-Identifier: Apache-2.0
/* One process: reading what /proc says of it, and signalling it. */
#include "base/num.h"
#include "os/tree_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <unistd.h>

enum { STAT_BYTES = 1024, NAME_BYTES = 64 };

/* Takes the next number of a stat line. */
static bool next_number(struct span *rest, uint64_t max, uint64_t *out)
{
	struct span word;

	return span_split(rest, ' ', &word) && num_u64(word, 0, max, out);
}

/* Whatever is in it: it is shown to people. */
static void take_name(struct span name, struct tree_process *out)
{
	size_t n = 0;

	for (; n < name.len && n + 1 < sizeof(out->name); n++)
		out->name[n] =
			name.ptr[n] > ' ' && name.ptr[n] <= '~' ? name.ptr[n] : '?';
	out->name[n] = '\0';
}

/*
 * "pid (name) state parent group session tty tpgid flags .. start": the name may hold
 * anything, so the fields are counted from the last parenthesis. The start time is
 * field 22.
 */
static bool parse_stat(struct span line, struct tree_process *out)
{
	const size_t name_begin = span_find_byte(line, '(');
	const size_t name_end = span_rfind_byte(line, ')');
	struct span rest = span_from(line, name_end + 2);
	struct span word;
	uint64_t parent = 0, group = 0, session = 0;

	if (name_end == line.len || !span_split(&rest, ' ', &word) || word.len != 1)
		return false;
	if (name_begin >= name_end)
		return false;
	take_name(span_sub(line, name_begin + 1, name_end - name_begin - 1), out);
	out->state = word.ptr[0];
	if (!next_number(&rest, INT32_MAX, &parent) ||
	    !next_number(&rest, INT32_MAX, &group) ||
	    !next_number(&rest, INT32_MAX, &session))
		return false;
	out->parent = (pid_t)parent;
	out->group = (pid_t)group;
	out->session = (pid_t)session;
	for (int field = 7; field < 22; field++)
		if (!span_split(&rest, ' ', &word))
			return false;
	return next_number(&rest, UINT64_MAX, &out->start);
}

/* Without heap: it is called thousands of times while a fork bomb goes off. */
bool tree_read(pid_t pid, struct tree_process *out)
{
	char path[NAME_BYTES];
	char line[STAT_BYTES];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, line, sizeof(line));
	(void)close(fd);
	out->pid = pid;
	return n > 0 && parse_stat(span_of(line, (size_t)n), out);
}

/* "0.20 0.18 0.12 1/80 11206": the last field. */
pid_t tree_last_pid(void)
{
	char line[NAME_BYTES * 2];
	struct span text;
	uint64_t pid = 0;
	ssize_t n;
	const int fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	n = read(fd, line, sizeof(line));
	(void)close(fd);
	text = span_trim(span_of(line, n > 0 ? (size_t)n : 0));
	text = span_from(text, span_rfind_byte(text, ' ') + 1);
	return num_u64(text, 1, INT32_MAX, &pid) ? (pid_t)pid : 0;
}

static bool is_same(const struct tree_process *p)
{
	struct tree_process now;

	return tree_read(p->pid, &now) && now.start == p->start;
}

/* A pidfd pins the process: once its identity is checked, nothing else can be hit. */
void tree_signal(const struct tree_process *p, int signal_number)
{
	const int fd = pidfd_open(p->pid, 0);

	if (fd >= 0) {
		if (is_same(p))
			(void)pidfd_send_signal(fd, signal_number, NULL, 0);
		(void)close(fd);
	} else if (errno != ESRCH && is_same(p)) {
		(void)kill(p->pid,
		           signal_number); /* before Linux 5.3, or out of descriptors */
	}
}
