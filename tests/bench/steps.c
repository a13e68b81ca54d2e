/* SPDX-License-Identifier: Apache-2.0 */
/* steps COUNT: what so many processes of `true` take beside another run, apart: starting
 * them, waiting for them, looking for what they left behind, and the private folder that
 * each gets. */
#include "os/fs.h"
#include "os/process.h"
#include "os/spawn_internal.h"
#include "os/tree_internal.h"
#include "paired.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COUNT_MAX = 100000 };

/* In milliseconds, of all together. */
struct steps {
	double start, wait, look, folder;
};

/* The time since `*from`, which becomes now. */
static double lap(double *from)
{
	const double now = paired_now_ms();
	const double passed = now - *from;

	*from = now;
	return passed;
}

/* As os_run does it: the dead program is in place while what it left is looked for. */
static enum err_code run_one(struct steps *s, struct err *err)
{
	const char *const argv[] = { "true", NULL };
	const struct os_spawn spec = { .argv = argv, .env = os_environ() };
	int fds[2] = { -1, -1 };
	double at = paired_now_ms();
	bool found = false;
	struct tree tree;
	siginfo_t info;
	int status = 0;
	enum err_code rc;

	tree_begin(&tree);
	rc = spawn_start(&spec, &tree, fds, &found, err);
	s->start += lap(&at);
	if (rc == ERR_OK && !found)
		rc = err_set(err, ERR_NOT_FOUND, "true: not found");
	if (rc == ERR_OK && waitid(P_PID, (id_t)tree.root, &info, WEXITED | WNOWAIT) != 0)
		rc = err_sys(err, "wait for true");
	s->wait += lap(&at);
	if (rc == ERR_OK && !tree_surely_over(&tree))
		rc = err_set(err, ERR_IO, "true left a process behind");
	s->look += lap(&at);
	if (found && (waitpid(tree.root, &status, 0) != tree.root || status != 0) &&
	    rc == ERR_OK)
		rc = err_set(err, ERR_IO, "true failed");
	tree_end(&tree);
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	return rc;
}

static enum err_code make_folder(struct steps *s, struct err *err)
{
	struct buf path = BUF_INIT;
	double at = paired_now_ms();
	enum err_code rc = os_mkdtemp(NULL, "seaworthy-", &path, err);

	if (rc == ERR_OK)
		rc = os_remove_tree(buf_str(&path), err);
	s->folder += lap(&at);
	buf_fini(&path);
	return rc;
}

static void print_step(const char *name, double ms, long count)
{
	printf("| %-6s | %9.2f | %9s | %5ld | %7.3f ms | %18s | %5s | |\n", name, ms, "",
	       count, ms / (double)count, "", "");
}

int main(int argc, char **argv)
{
	const long count = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	struct steps s = { 0 };
	struct err err = ERR_INIT;
	struct tree other; /* beside which a look takes more than one system call */
	enum err_code rc = ERR_OK;

	if (count < 1 || count > COUNT_MAX) {
		(void)fprintf(stderr, "usage: steps COUNT(1..%d)\n", COUNT_MAX);
		return 2;
	}
	tree_begin(&other);
	for (long i = 0; i < count && rc == ERR_OK; i++) {
		rc = make_folder(&s, &err);
		if (rc == ERR_OK)
			rc = run_one(&s, &err);
	}
	tree_end(&other);
	if (rc != ERR_OK) {
		(void)fprintf(stderr, "steps: %s\n", err.msg);
		return 2;
	}
	print_step("start", s.start, count);
	print_step("wait", s.wait, count);
	print_step("look", s.look, count);
	print_step("folder", s.folder, count);
	return 0;
}
