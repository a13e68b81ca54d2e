/* SPDX-License-Identifier: Apache-2.0 */
#include "paired.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static int compare(const void *x, const void *y)
{
	double a = *(const double *)x;
	double b = *(const double *)y;

	return (a > b) - (a < b);
}

static double median_of(const double *values, size_t count)
{
	double sorted[PAIRED_MAX];

	memcpy(sorted, values, count * sizeof(*values));
	qsort(sorted, count, sizeof(*sorted), compare);
	return count % 2 != 0 ? sorted[count / 2]
	                      : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/*
 * The largest k with 2 P(Bin(n, 1/2) <= k-1) <= 0.05: [x(k), x(n-k+1)] then covers the
 * median with 95 % or more. 0 if n is too small. Terms are built up from 2^-n, which
 * stays a normal double up to PAIRED_MAX.
 */
static size_t interval_rank(size_t n)
{
	double term = pow(0.5, (double)n);
	double below = 0;
	size_t k = 0;

	while (k < n / 2 && 2 * (below + term) <= 0.05) {
		below += term;
		term = term * (double)(n - k) / (double)(k + 1);
		k++;
	}
	return k;
}

static struct paired_estimate estimate(double *values, size_t count)
{
	size_t k = interval_rank(count);
	struct paired_estimate e = { 0, -HUGE_VAL, HUGE_VAL };

	if (count == 0)
		return e;
	e.median = median_of(values, count);
	if (k == 0)
		return e;
	qsort(values, count, sizeof(*values), compare);
	e.low = values[k - 1];
	e.high = values[count - k];
	return e;
}

struct paired_estimate paired_ratio(const struct paired *p)
{
	double values[PAIRED_MAX];

	for (size_t i = 0; i < p->count; i++)
		values[i] = p->a[i] / p->b[i];
	return estimate(values, p->count);
}

struct paired_estimate paired_difference(const struct paired *p)
{
	double values[PAIRED_MAX];

	for (size_t i = 0; i < p->count; i++)
		values[i] = p->a[i] - p->b[i];
	return estimate(values, p->count);
}

double paired_median_a(const struct paired *p)
{
	return median_of(p->a, p->count);
}

double paired_median_b(const struct paired *p)
{
	return median_of(p->b, p->count);
}

double paired_now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int start_silent(char *const argv[], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return rc;
	rc = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY,
		                                      0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, 1, 2);
	if (rc == 0)
		rc = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return rc;
}

int paired_run(char *const argv[], int status, double *ms)
{
	double started = paired_now_ms();
	pid_t pid = 0;
	int end = 0;
	int rc = start_silent(argv, &pid);

	if (rc != 0) {
		(void)fprintf(stderr, "%s: %s\n", argv[0], strerror(rc));
		return 0;
	}
	while (waitpid(pid, &end, 0) < 0)
		if (errno != EINTR)
			return 0;
	*ms = paired_now_ms() - started;
	if (!WIFEXITED(end) || WEXITSTATUS(end) != status) {
		(void)fprintf(stderr, "%s: did not exit with %d but ended with %s %d\n",
		              argv[0], status, WIFEXITED(end) ? "exit" : "signal",
		              WIFEXITED(end) ? WEXITSTATUS(end) : WTERMSIG(end));
		return 0;
	}
	return 1;
}

int paired_print(const char *name, const struct paired *p,
                 const struct paired_estimate *e, double limit, const char *unit)
{
	int kept = e->median <= limit;

	printf("| %-6s | %9.2f | %9.2f | %5zu | %7.2f %-2s | %7.2f .. %-7.2f | %5.1f | "
	       "%-4s |\n",
	       name, paired_median_a(p), paired_median_b(p), p->count, e->median, unit,
	       e->low, e->high, limit, kept ? "kept" : "OVER");
	return kept;
}
