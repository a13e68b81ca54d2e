// SPDX-License-Identifier: Apache-2.0
#include "os/limit_internal.h"

#include "base/str.h"
#include "os/os_internal.h"

#include <string.h>

enum { CPU_GRACE_S = 5, KIB = 1024, BLOCK = 512 };

bool limit_any(const struct os_limits *l)
{
	return l->memory > 0 || l->cpu_s > 0 || l->file > 0 || l->files > 0;
}

static uint64_t rounded_up(uint64_t bytes, uint64_t unit)
{
	return bytes / unit + (bytes % unit > 0);
}

static void put_limit(struct buf *out, const char *option, uint64_t value)
{
	if (value > 0)
		buf_printf(out, "ulimit %s %llu 2>/dev/null || :; ", option,
		           (unsigned long long)value);
}

/* In the shell's units. What we may not set is above our own hard limit, which holds
 * then. */
static void put_script(struct buf *out, const struct os_limits *l, bool grouped)
{
	if (grouped)
		buf_puts(out, "echo $$ >\"$0/cgroup.procs\" || exit 125; ");
	put_limit(out, "-d", rounded_up(l->memory, KIB));
	put_limit(out, "-f", rounded_up(l->file, BLOCK));
	put_limit(out, "-n", l->files);
	if (l->cpu_s > 0) {
		put_limit(out, "-S -t", l->cpu_s);
		put_limit(out, "-H -t", l->cpu_s + CPU_GRACE_S);
	}
	buf_puts(out, "exec \"$@\"");
}

static const char *path_of(const char *const *env)
{
	for (; *env != NULL; env++)
		if (str_starts(*env, "PATH="))
			return *env + strlen("PATH=");
	return NULL;
}

static const char *find_program(struct arena *a, const struct os_spawn *spec)
{
	struct buf path = BUF_INIT;
	const char *found = NULL;

	if (os_find_in_path(path_of(spec->env), spec->dir, spec->argv[0], &path))
		found = arena_str(a, buf_str(&path));
	a->failed = a->failed || !buf_ok(&path); /* not there, or no memory to tell */
	buf_fini(&path);
	return found;
}

enum err_code limit_argv(struct arena *a, const struct os_spawn *spec, const char *group,
                         const char *const **out, struct err *err)
{
	const char *program = find_program(a, spec);
	struct buf script = BUF_INIT;
	const char **argv;
	size_t count = 0;
	size_t at = 0;
	enum err_code rc;

	*out = NULL;
	if (program == NULL)
		return arena_err(a, err);
	while (spec->argv[count] != NULL)
		count++;
	put_script(&script, &spec->limits, group != NULL);
	argv = arena_array(a, count + 5, sizeof(*argv));
	if ((rc = buf_err(&script, err)) != ERR_OK || (rc = arena_err(a, err)) != ERR_OK)
		goto out;
	argv[at++] = "/bin/sh";
	argv[at++] = "-c";
	argv[at++] = arena_str(a, buf_str(&script));
	argv[at++] = group != NULL ? group : "sh";
	argv[at++] = program;
	for (size_t i = 1; i < count; i++)
		argv[at++] = spec->argv[i];
	*out = argv;
	rc = arena_err(a, err);
out:
	buf_fini(&script);
	return rc;
}
