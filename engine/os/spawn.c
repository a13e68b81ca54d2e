// SPDX-License-Identifier: Apache-2.0
#include "os/spawn_internal.h"

#include "base/mem.h"
#include "base/str.h"
#include "os/os_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_FREE_FD = 3, BUSY_TRIES = 50, BUSY_PAUSE_NS = 2000000 };

/* Both ends of the pipes: [0] stdout, [1] stderr. */
struct pipes {
	int read[2];
	int write[2];
	int input; /* the child's standard input; -1: none */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Above the three standard numbers, which the child's set-up overwrites in turn. */
static bool lift(int *fd)
{
	int higher;

	if (*fd >= FIRST_FREE_FD)
		return true;
	higher = fcntl(*fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	close_fd(fd);
	*fd = higher;
	return higher >= 0;
}

static enum err_code open_pipe(int *read_end, int *write_end, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_sys(err, "make a pipe");
	*read_end = ends[0];
	*write_end = ends[1];
	if (!lift(read_end) || !lift(write_end))
		return err_sys(err, "make a pipe");
	if (fcntl(*read_end, F_SETFL, O_NONBLOCK) != 0)
		return err_sys(err, "set up a pipe");
	return ERR_OK;
}

/* A file without a name: unlike a pipe it takes any amount at once, so that nobody waits
 * for anybody, and a child that does not read it does no harm. */
static enum err_code open_input(int *fd, struct span input, struct err *err)
{
	enum err_code rc;

	if (input.len == 0)
		return ERR_OK;
	*fd = memfd_create("input", MFD_CLOEXEC);
	if (*fd < 0 || !lift(fd))
		return err_sys(err, "make a file for standard input");
	if ((rc = os_write_all(*fd, input, err)) != ERR_OK)
		return rc;
	return lseek(*fd, 0, SEEK_SET) == 0 ? ERR_OK
	                                    : err_sys(err, "rewind standard input");
}

static enum err_code open_pipes(struct pipes *p, const struct os_spawn *spec,
                                struct err *err)
{
	enum err_code rc = open_pipe(&p->read[0], &p->write[0], err);

	if (rc == ERR_OK && !spec->merge)
		rc = open_pipe(&p->read[1], &p->write[1], err);
	return rc == ERR_OK ? open_input(&p->input, spec->input, err) : rc;
}

/* "SEAWORTHY_RUN=[outer:]mark": a run inside a run stays findable by both. */
static void put_mark(struct buf *out, const struct tree *tree)
{
	const char *outer = os_env(TREE_VARIABLE);

	buf_puts(out, TREE_VARIABLE "=");
	if (outer != NULL)
		buf_printf(out, "%s:", outer);
	buf_puts(out, tree->mark);
}

static bool is_mark(const char *entry)
{
	return str_starts(entry, TREE_VARIABLE "=");
}

/* The environment given, with the mark instead of any that is in it. Strings are
 * borrowed. */
static enum err_code make_environment(const char *const *env, const char *mark,
                                      const char ***out, struct err *err)
{
	const char **list = NULL;
	size_t count = 0;
	size_t used = 0;

	while (env[count] != NULL)
		count++;
	if (!mem_array(&list, count + 2, sizeof(*list)))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		if (!is_mark(env[i]))
			list[used++] = env[i];
	list[used++] = mark;
	list[used] = NULL;
	*out = list;
	return ERR_OK;
}

static const char *path_of(const char *const *env)
{
	for (; *env != NULL; env++)
		if (str_starts(*env, "PATH="))
			return *env + strlen("PATH=");
	return NULL;
}

/* What the child does before exec, in order. */
static int fill_actions(posix_spawn_file_actions_t *a, const struct os_spawn *spec,
                        const struct pipes *p)
{
	const int to_stderr = spec->merge ? p->write[0] : p->write[1];
	int rc;

	rc = p->input >= 0 ? posix_spawn_file_actions_adddup2(a, p->input, STDIN_FILENO)
	                   : posix_spawn_file_actions_addopen(a, STDIN_FILENO,
	                                                      "/dev/null", O_RDONLY, 0);
	if (rc != 0 ||
	    (rc = posix_spawn_file_actions_adddup2(a, p->write[0], STDOUT_FILENO)) != 0 ||
	    (rc = posix_spawn_file_actions_adddup2(a, to_stderr, STDERR_FILENO)) != 0)
		return rc;
	if (spec->dir != NULL &&
	    (rc = posix_spawn_file_actions_addchdir_np(a, spec->dir)) != 0)
		return rc;
	/* Ours are close-on-exec; this is for what libraries and our parent left open. */
	return posix_spawn_file_actions_addclosefrom_np(a, FIRST_FREE_FD);
}

static int fill_attributes(posix_spawnattr_t *a)
{
	sigset_t none;
	sigset_t all;
	int rc;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	if ((rc = posix_spawnattr_setsigmask(a, &none)) != 0 ||
	    (rc = posix_spawnattr_setsigdefault(a, &all)) != 0)
		return rc;
	return posix_spawnattr_setflags(a, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
	                                           POSIX_SPAWN_SETSIGDEF);
}

/*
 * A program that was written a moment ago may still be open for writing in a child that
 * another thread is just starting: it is closed there at exec, so a short patience mends
 * it.
 */
static int spawn_patiently(pid_t *pid, const char *program,
                           const posix_spawn_file_actions_t *actions,
                           const posix_spawnattr_t *attributes, char *const *argv,
                           char *const *env)
{
	const struct timespec pause = { 0, BUSY_PAUSE_NS };
	int rc = ETXTBSY;

	for (int i = 0; rc == ETXTBSY && i < BUSY_TRIES; i++) {
		if (i > 0)
			(void)nanosleep(&pause, NULL);
		rc = posix_spawn(pid, program, actions, attributes, argv, env);
	}
	return rc;
}

/* posix_spawn takes pointers to mutable strings and leaves them alone. */
static char *const *as_argv(const char *const *list)
{
	union {
		const char *const *borrowed;
		char *const *wanted;
	} both = { .borrowed = list };

	return both.wanted;
}

static int spawn_with(pid_t *pid, const struct os_spawn *spec, const char *program,
                      const char *const *env, const struct pipes *p)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc;

	if ((rc = posix_spawn_file_actions_init(&actions)) != 0)
		return rc;
	if ((rc = posix_spawnattr_init(&attributes)) != 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return rc;
	}
	if ((rc = fill_actions(&actions, spec, p)) == 0 &&
	    (rc = fill_attributes(&attributes)) == 0)
		rc = spawn_patiently(pid, program, &actions, &attributes,
		                     as_argv(spec->argv), as_argv(env));
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return rc;
}

/* Does this errno of exec say that there is no such program? */
static bool says_not_found(int code)
{
	switch (code) {
	case ENOENT: /* also a script whose interpreter is missing */
	case ENOTDIR:
	case EACCES:
	case EISDIR:
	case ENOEXEC:
	case ELOOP:
	case ENAMETOOLONG:
	case ELIBBAD:
		return true;
	default:
		return false;
	}
}

/* exec's errors do not tell a bad folder from a bad program, so the folder is tried
 * first. */
static enum err_code check_dir(const char *dir, struct err *err)
{
	if (dir == NULL)
		return ERR_OK;
	if (os_type_of(dir) != OS_DIR)
		return os_refuse(err, ERR_NOT_FOUND, dir, "no such folder to run in");
	if (access(dir, X_OK) != 0)
		return os_fail(err, "enter", dir);
	return ERR_OK;
}

static enum err_code start(const struct os_spawn *spec, struct tree *tree,
                           const char *program, const struct pipes *p, bool *found,
                           struct err *err)
{
	struct buf mark = BUF_INIT;
	const char **env = NULL;
	enum err_code rc;
	pid_t pid = 0;
	int code;

	put_mark(&mark, tree);
	if ((rc = buf_err(&mark, err)) != ERR_OK ||
	    (rc = make_environment(spec->env, buf_str(&mark), &env, err)) != ERR_OK)
		goto out;
	code = spawn_with(&pid, spec, program, env, p);
	*found = code == 0;
	if (code == 0) {
		tree_set_root(tree, pid);
	} else if (!says_not_found(code)) {
		errno = code;
		rc = os_fail(err, "start", program);
	}
out:
	mem_free(env);
	buf_fini(&mark);
	return rc;
}

enum err_code spawn_start(const struct os_spawn *spec, struct tree *tree,
                          int read_ends[2], bool *found, struct err *err)
{
	struct pipes p = { { -1, -1 }, { -1, -1 }, -1 };
	struct buf program = BUF_INIT;
	enum err_code rc;

	*found = false;
	if ((rc = check_dir(spec->dir, err)) != ERR_OK)
		goto out;
	if (!os_find_in_path(path_of(spec->env), spec->dir, spec->argv[0], &program)) {
		rc = buf_err(&program, err);
		goto out;
	}
	if ((rc = open_pipes(&p, spec, err)) != ERR_OK ||
	    (rc = start(spec, tree, buf_str(&program), &p, found, err)) != ERR_OK)
		goto out;
	if (*found) {
		for (int i = 0; i < 2; i++) {
			read_ends[i] = p.read[i];
			p.read[i] = -1;
		}
	}
out:
	for (int i = 0; i < 2; i++) {
		close_fd(&p.read[i]);
		close_fd(&p.write[i]);
	}
	close_fd(&p.input);
	buf_fini(&program);
	return rc;
}
