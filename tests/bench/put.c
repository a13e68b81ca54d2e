/* SPDX-License-Identifier: Apache-2.0 */
/* put PAIRS LIMIT DIR: storing a pack of 32 MiB in a local repository below DIR, against
 * dd with conv=fsync of a file of the same content. */
#include "backend/local.h"
#include "os/fs.h"
#include "os/random.h"
#include "paired.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PACK_SIZE = 32 << 20, WARM_UP = 2 };

static unsigned char pack[PACK_SIZE];

struct bench {
	struct lb_backend *repo;
	struct buf source; /* the same bytes in a file */
	struct buf copy;
	struct buf input; /* dd's arguments */
	struct buf output;
};

static int time_put(const struct bench *b, double *ms)
{
	const struct span part = span_of((const char *)pack, sizeof(pack));
	struct err err = ERR_INIT;
	const double started = paired_now_ms();
	enum err_code rc = lb_backend_put(b->repo, "packs/ab/pack", &part, 1, &err);

	*ms = paired_now_ms() - started;
	if (rc == ERR_OK)
		rc = lb_backend_delete(b->repo, "packs/ab/pack", &err);
	if (rc != ERR_OK)
		(void)fprintf(stderr, "put: %s\n", err.msg);
	return rc == ERR_OK;
}

static int time_dd(struct bench *b, double *ms)
{
	char dd[] = "dd";
	char block[] = "bs=1M";
	char sync[] = "conv=fsync";
	char *const argv[] = { dd, b->input.ptr, b->output.ptr, block, sync, NULL };
	const int passed = paired_run(argv, 0, ms);

	(void)unlink(buf_str(&b->copy));
	return passed;
}

static int measure(struct bench *b, struct paired *p, size_t i)
{
	if (i % 2 == 0)
		return time_put(b, &p->a[i]) && time_dd(b, &p->b[i]);
	return time_dd(b, &p->b[i]) && time_put(b, &p->a[i]);
}

static int report(struct bench *b, size_t pairs, double limit)
{
	static struct paired p;
	struct paired_estimate ratio;

	for (size_t i = 0; i < WARM_UP; i++)
		if (!measure(b, &p, i))
			return 2;
	for (p.count = 0; p.count < pairs; p.count++)
		if (!measure(b, &p, p.count))
			return 2;
	ratio = paired_ratio(&p);
	return paired_print("put", &p, &ratio, limit, "x") ? 0 : 1;
}

static enum err_code prepare(struct bench *b, const char *scratch, struct err *err)
{
	struct buf repo = BUF_INIT;
	enum err_code rc;

	os_random(pack, sizeof(pack));
	os_join(&b->source, scratch, "source");
	os_join(&b->copy, scratch, "copy");
	os_join(&repo, scratch, "repo");
	buf_printf(&b->input, "if=%s", buf_str(&b->source));
	buf_printf(&b->output, "of=%s", buf_str(&b->copy));
	rc = os_write_atomic(buf_str(&b->source),
	                     span_of((const char *)pack, sizeof(pack)), 0600, err);
	if (rc == ERR_OK)
		rc = lb_local_create(&b->repo, buf_str(&repo), err);
	buf_fini(&repo);
	return rc;
}

static int run(const char *scratch, size_t pairs, double limit)
{
	struct bench b = { 0 };
	struct err err = ERR_INIT;
	int status = 2;

	if (prepare(&b, scratch, &err) == ERR_OK)
		status = report(&b, pairs, limit);
	else
		(void)fprintf(stderr, "put: %s\n", err.msg);
	lb_backend_close(b.repo);
	buf_fini(&b.source);
	buf_fini(&b.copy);
	buf_fini(&b.input);
	buf_fini(&b.output);
	return status;
}

int main(int argc, char **argv)
{
	struct buf scratch = BUF_INIT;
	struct err err = ERR_INIT;
	long pairs = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
	double limit = argc == 4 ? strtod(argv[2], NULL) : 0;
	int status;

	if (pairs < 6 || pairs > PAIRED_MAX || limit <= 0) {
		(void)fprintf(stderr, "usage: put PAIRS(6..%d) LIMIT DIR\n", PAIRED_MAX);
		return 2;
	}
	if (os_mkdtemp(argv[3], "put-", &scratch, &err) != ERR_OK) {
		(void)fprintf(stderr, "put: %s\n", err.msg);
		return 2;
	}
	status = run(buf_str(&scratch), (size_t)pairs, limit);
	if (os_remove_tree(buf_str(&scratch), &err) != ERR_OK)
		(void)fprintf(stderr, "put: %s\n", err.msg);
	buf_fini(&scratch);
	return status;
}
