// SPDX-License-Identifier: Apache-2.0
/* What the process was given: environment, PATH, processors. Declared in os/fs.h. */
#include "os/fs.h"
#include "os/os_internal.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *os_env(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool is_program(const char *dir, const struct buf *name)
{
	struct buf path = BUF_INIT;
	bool found;

	if (dir == NULL || buf_str(name)[0] == '/')
		return buf_ok(name) && os_is_executable(buf_str(name));
	os_join(&path, dir, buf_str(name));
	found = buf_ok(name) && buf_ok(&path) && os_is_executable(buf_str(&path));
	buf_fini(&path);
	return found;
}

bool os_find_in_path(const char *path, const char *dir, const char *name, struct buf *out)
{
	struct span rest = span_str(path != NULL ? path : "/usr/local/bin:/usr/bin:/bin");
	struct span folder;

	buf_clear(out);
	if (name[0] == '\0')
		return false;
	if (strchr(name, '/') != NULL) {
		buf_puts(out, name);
		return is_program(dir, out);
	}
	while (span_split(&rest, ':', &folder)) {
		buf_clear(out);
		/* An empty piece of PATH is the current folder. */
		buf_put(out, folder.len > 0 ? folder : SPAN_LIT("."));
		buf_putc(out, '/');
		buf_puts(out, name);
		if (is_program(dir, out))
			return true;
	}
	buf_clear(out);
	return false;
}

bool os_find_program(const char *name, struct buf *out)
{
	return os_find_in_path(os_env("PATH"), NULL, name, out);
}

/* Those that this process may use: fewer than the machine has under taskset or in a
 * container. */
size_t os_processors(void)
{
	cpu_set_t set;
	long online;

	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return (size_t)CPU_COUNT(&set);
	online = sysconf(_SC_NPROCESSORS_ONLN);
	return online > 0 ? (size_t)online : 1;
}

uint64_t os_memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES);
	long bytes = sysconf(_SC_PAGESIZE);

	return pages > 0 && bytes > 0 ? (uint64_t)pages * (uint64_t)bytes : UINT64_MAX;
}
