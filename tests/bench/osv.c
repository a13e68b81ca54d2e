// SPDX-License-Identifier: Apache-2.0
/* osv RECORDS LIMIT_MS LIMIT_MB DIR: an index of so many made-up advisories below DIR,
 * and 5,000 packages looked up in it after it was mapped anew; fails above LIMIT_MS of
 * time or LIMIT_MB of resident memory. */
#include "base/num.h"
#include "os/fs.h"
#include "paired.h"
#include "scanners/osv/build.h"
#include "scanners/osv/index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOOKUPS = 5000, ROUNDS = 5 };

static void require(enum err_code rc, const struct err *err)
{
	if (rc == ERR_OK)
		return;
	(void)fprintf(stderr, "osv: %s\n", err->msg);
	exit(1);
}

static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static const char *const ecosystems[] = { "npm", "PyPI", "Go", "crates.io", "Maven" };
#define ECOSYSTEMS (sizeof ecosystems / sizeof *ecosystems)

/* Two packages a record, of a quarter as many names: some have many advisories. */
static void put_affected(struct buf *out, uint64_t i)
{
	uint64_t name = mix(i) % 50000;

	buf_printf(
		out,
		"{\"package\":{\"ecosystem\":\"%s\",\"name\":\"package-%llu\"},"
		"\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"%llu.0.0\"},"
		"{\"fixed\":\"%llu.%llu.0\"}]}],\"versions\":[\"0.%llu.1\"]}",
		ecosystems[name % ECOSYSTEMS], (unsigned long long)name,
		(unsigned long long)(i % 5), (unsigned long long)(i % 5 + 1),
		(unsigned long long)(i % 20), (unsigned long long)(i % 30));
}

static void add_record(struct scan_osv_build *build, struct buf *text, uint64_t i)
{
	struct arena arena = ARENA_INIT;
	struct scan_osv_record record;
	struct err err = ERR_INIT;

	buf_clear(text);
	buf_printf(
		text,
		"{\"id\":\"TEST-%llu\",\"modified\":\"2026-01-01T00:00:00Z\","
		"\"aliases\":[\"CVE-%llu\"],\"summary\":\"made-up advisory number %llu "
		"that says what is wrong in a few words\",\"affected\":[",
		(unsigned long long)i, (unsigned long long)i, (unsigned long long)i);
	put_affected(text, 2 * i);
	buf_putc(text, ',');
	put_affected(text, 2 * i + 1);
	buf_puts(text, "]}");
	require(scan_osv_record_parse(&record, &arena, buf_span(text), "made-up", &err),
	        &err);
	require(scan_osv_build_add(build, &record, &err), &err);
	arena_fini(&arena);
}

static void make_index(const char *path, uint64_t records)
{
	struct scan_osv_build *build = NULL;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	double started = paired_now_ms();

	require(scan_osv_build_new(&build, &err), &err);
	for (uint64_t i = 0; i < records; i++)
		add_record(build, &text, i);
	buf_clear(&text);
	require(scan_osv_build_finish(build, 0, &text, &err), &err);
	require(os_write_atomic(path, buf_span(&text), 0600, &err), &err);
	(void)printf("records %llu\nmake %.1f us a record\nfile %.1f MB\n",
	             (unsigned long long)records,
	             (paired_now_ms() - started) * 1e3 / (double)records,
	             (double)text.len / 1e6);
	buf_fini(&text);
	scan_osv_build_free(build);
}

/* Of the processor, so that what else the machine does hardly counts. */
static double cpu_now_ms(void)
{
	return (double)clock() * 1e3 / CLOCKS_PER_SEC;
}

/* ms for opening and LOOKUPS packages; how many advisories in *found. */
static double look_up(const char *path, size_t *found)
{
	struct scan_osv_hits hits = SCAN_OSV_HITS_INIT;
	struct scan_osv *db = NULL;
	struct err err = ERR_INIT;
	double started = cpu_now_ms();

	*found = 0;
	require(scan_osv_open(&db, path, &err), &err);
	for (uint64_t i = 0; i < LOOKUPS; i++) {
		uint64_t name = mix(i + 12345) % 60000; /* one in six is not there */
		char package[32];
		char version[32];

		(void)snprintf(package, sizeof package, "package-%llu",
		               (unsigned long long)name);
		(void)snprintf(version, sizeof version, "%llu.%llu.0",
		               (unsigned long long)(i % 6), (unsigned long long)(i % 15));
		require(scan_osv_find(db, span_str(ecosystems[name % ECOSYSTEMS]),
		                      span_str(package), span_str(version), &hits, &err),
		        &err);
		*found += hits.count;
	}
	scan_osv_hits_fini(&hits);
	scan_osv_close(db);
	return cpu_now_ms() - started;
}

/* MB of the process now: "VmRSS:", "VmHWM:" or "RssAnon:". */
static double memory(const char *field)
{
	FILE *f = fopen("/proc/self/status", "re");
	char text[4096];
	size_t n = f ? fread(text, 1, sizeof text, f) : 0;
	struct span rest = span_of(text, n);
	struct span line;
	unsigned long kb = 0;

	if (f)
		(void)fclose(f);
	while (span_line(&rest, &line))
		if (span_starts(line, span_str(field)))
			kb = strtoul(line.ptr + strlen(field), NULL, 10);
	return (double)kb / 1024;
}

static int measure(const char *path, uint64_t limit_ms, uint64_t limit_mb)
{
	double best = 1e9;
	size_t found = 0;
	double mb;

	for (int i = 0; i < ROUNDS; i++) {
		double ms = look_up(path, &found);

		best = ms < best ? ms : best;
	}
	mb = memory("VmHWM:");
	(void)printf("open and look up %d packages %.1f ms, %zu advisories found\n"
	             "resident at most %.1f MB, anonymous %.1f MB\n",
	             LOOKUPS, best, found, mb, memory("RssAnon:"));
	return found > 0 && best <= (double)limit_ms && mb <= (double)limit_mb ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct buf path = BUF_INIT;
	uint64_t records;
	uint64_t limit_ms;
	uint64_t limit_mb;
	int status = 0;

	if (argc != 5 || !num_u64(span_str(argv[1]), 0, 10000000, &records) ||
	    !num_u64(span_str(argv[2]), 1, 1000000, &limit_ms) ||
	    !num_u64(span_str(argv[3]), 1, 1000000, &limit_mb)) {
		(void)fprintf(stderr, "usage: osv RECORDS LIMIT_MS LIMIT_MB DIR\n"
		                      "with 0 RECORDS the index that is there is read\n");
		return 2;
	}
	os_join(&path, argv[4], "osv.db");
	if (records > 0)
		make_index(buf_str(&path), records);
	else
		status = measure(buf_str(&path), limit_ms, limit_mb);
	buf_fini(&path);
	return status;
}
