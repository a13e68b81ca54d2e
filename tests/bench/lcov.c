/* SPDX-License-Identifier: Apache-2.0 */
/* lcov FILE [LEAST_MB_S MOST_MIB]: reads a coverage report in pieces, as a suite's
 * reports are read, and prints its sums, a row with the speed in processor time and the
 * peak of anonymous memory; fails below the one or above the other. */
#include "base/num.h"
#include "collect/coverage/reader.h"
#include "os/fs.h"

#include <stdio.h>
#include <time.h>

enum { MEBI = 1 << 20 };

/* Of the process, in KiB; 0 where the system does not tell. */
static uint64_t anonymous(void)
{
	struct buf text = BUF_INIT;
	uint64_t kib = 0;
	struct span s;
	size_t at;

	if (os_read_file("/proc/self/status", MEBI, &text, NULL) == ERR_OK) {
		s = buf_span(&text);
		at = span_find(s, SPAN_LIT("RssAnon:"));
		s = span_trim(span_from(s, at + sizeof("RssAnon:") - 1));
		(void)num_u64(span_sub(s, 0, span_find_byte(s, ' ')), 0, UINT64_MAX,
		              &kib);
	}
	buf_fini(&text);
	return kib;
}

static void print(const struct gate_cov_report *r)
{
	(void)fprintf(stderr, "%s: %zu files", r->format, r->set->count);
	for (int k = 0; k < GATE_COV_KINDS; k++) {
		struct gate_cov_sum sum = { 0, 0 };

		for (size_t i = 0; i < r->set->count; i++)
			gate_coverage_count(r->set->files[i], (enum gate_cov_kind)k,
			                    &sum);
		(void)fprintf(stderr, ", %s %llu/%llu", gate_cov_kind_names[k],
		              (unsigned long long)sum.hit, (unsigned long long)sum.total);
	}
	if (r->claim.made)
		(void)fprintf(stderr, ", claims %llu/%llu",
		              (unsigned long long)r->claim.hit,
		              (unsigned long long)r->claim.total);
	(void)fprintf(stderr, "\n");
}

/* All of it, looking at the memory on the way. */
static enum err_code read_all(struct gate_cov_reader *r, FILE *in, uint64_t *bytes,
                              uint64_t *peak, struct err *err)
{
	enum { PIECE = 256 * 1024, LOOK_EVERY = 64 };
	static char piece[PIECE];
	enum err_code rc = ERR_OK;
	size_t got;

	for (size_t n = 0; rc == ERR_OK && (got = fread(piece, 1, PIECE, in)) > 0; n++) {
		rc = gate_cov_reader_feed(r, span_of(piece, got), err);
		*bytes += got;
		if (n % LOOK_EVERY == 0 && anonymous() > *peak)
			*peak = anonymous();
	}
	return rc;
}

static enum err_code measure(const char *path, struct gate_cov_report *out,
                             uint64_t *bytes, uint64_t *peak, struct err *err)
{
	struct gate_cov_reader *r = NULL;
	FILE *in = fopen(path, "rb");
	enum err_code rc = in != NULL ? ERR_OK : err_sys(err, "%s", path);

	if (rc == ERR_OK)
		rc = gate_cov_reader_new(&r, path, err);
	if (rc == ERR_OK)
		rc = read_all(r, in, bytes, peak, err);
	if (rc == ERR_OK)
		rc = gate_cov_reader_end(r, out, err);
	gate_cov_reader_free(r);
	if (in != NULL)
		(void)fclose(in);
	return rc;
}

int main(int argc, char **argv)
{
	struct gate_cov_report r = { .format = NULL };
	struct err err = ERR_INIT;
	uint64_t least = 0;
	uint64_t most = UINT64_MAX;
	clock_t started = clock();
	uint64_t bytes = 0;
	uint64_t peak = 0;
	double speed;
	bool kept;

	if ((argc != 2 && argc != 4) ||
	    (argc == 4 && (!num_u64(span_str(argv[2]), 1, UINT32_MAX, &least) ||
	                   !num_u64(span_str(argv[3]), 1, UINT32_MAX, &most)))) {
		(void)fprintf(stderr, "usage: lcov FILE [LEAST_MB_S MOST_MIB]\n");
		return 2;
	}
	if (measure(argv[1], &r, &bytes, &peak, &err) != ERR_OK) {
		(void)fprintf(stderr, "lcov: %s\n", err.msg);
		return 1;
	}
	/* Of its own time: what else the machine does must not count. */
	speed = (double)bytes / 1e6 /
	        ((double)(clock() - started + 1) / (double)CLOCKS_PER_SEC);
	if (anonymous() > peak)
		peak = anonymous();
	kept = speed >= (double)least && peak / 1024 <= most;
	print(&r);
	(void)printf(
		"| lcov   | %.1f MB at %.0f MB/s, %.1f MiB of anonymous memory | %s |\n",
		(double)bytes / 1e6, speed, (double)peak / 1024, kept ? "ok" : "over");
	gate_coverage_free(r.set);
	return !kept;
}
