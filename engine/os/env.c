// SPDX-License-Identifier: Apache-2.0
/* What the process was given: environment, PATH, processors. Declared in os/fs.h. */
#include "os/fs.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *os_env(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

bool os_find_program(const char *name, struct buf *out)
{
	const char *path = os_env("PATH");
	struct span rest = span_str(path != NULL ? path : "/usr/local/bin:/usr/bin:/bin");
	struct span folder;

	buf_clear(out);
	if (name[0] == '\0')
		return false;
	if (strchr(name, '/') != NULL) {
		buf_puts(out, name);
		return buf_ok(out) && os_is_executable(buf_str(out));
	}
	while (span_split(&rest, ':', &folder)) {
		buf_clear(out);
		/* An empty piece of PATH is the current folder. */
		buf_put(out, folder.len > 0 ? folder : SPAN_LIT("."));
		buf_putc(out, '/');
		buf_puts(out, name);
		if (buf_ok(out) && os_is_executable(buf_str(out)))
			return true;
	}
	buf_clear(out);
	return false;
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
