/* SPDX-License-Identifier: Apache-2.0 */
/* lcov FILE [MOST_MB]: reads a coverage report as a suite's reports are read and prints
 * its sums, the speed and the peak of anonymous memory; fails above MOST_MB of it. */
#include "base/num.h"
#include "collect/coverage/reader.h"
#include "os/clock.h"
#include "os/fs.h"

#include <stdio.h>

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
	(void)printf("%s: %zu files", r->format, r->set->count);
	for (int k = 0; k < GATE_COV_KINDS; k++) {
		struct gate_cov_sum sum = { 0, 0 };

		for (size_t i = 0; i < r->set->count; i++)
			gate_coverage_count(r->set->files[i], (enum gate_cov_kind)k,
			                    &sum);
		(void)printf(", %s %llu/%llu", gate_cov_kind_names[k],
		             (unsigned long long)sum.hit, (unsigned long long)sum.total);
	}
	if (r->claim.made)
		(void)printf(", claims %llu/%llu", (unsigned long long)r->claim.hit,
		             (unsigned long long)r->claim.total);
	(void)printf("\n");
}

int main(int argc, char **argv)
{
	struct gate_cov_report r = { .format = NULL };
	struct err err = ERR_INIT;
	struct os_stat st;
	uint64_t most = UINT64_MAX;
	uint64_t started = os_ticks_ns();
	double took;
	uint64_t kib;

	if (argc < 2 ||
	    (argc == 3 && !num_u64(span_str(argv[2]), 1, UINT32_MAX, &most))) {
		(void)fprintf(stderr, "usage: lcov FILE [MOST_MB]\n");
		return 2;
	}
	if (gate_cov_read_file(argv[1], argv[1], &r, &err) != ERR_OK ||
	    os_lstat(argv[1], &st, &err) != ERR_OK) {
		(void)fprintf(stderr, "lcov: %s\n", err.msg);
		return 1;
	}
	took = (double)(os_ticks_ns() - started + 1) / 1e9;
	kib = anonymous();
	print(&r);
	(void)printf("%.1f MB, %.0f MB/s, %.1f MiB anonymous\n", (double)st.size / 1e6,
	             (double)st.size / 1e6 / took, (double)kib / 1024);
	gate_coverage_free(r.set);
	return kib / 1024 > most;
}
