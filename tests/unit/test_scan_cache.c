// SPDX-License-Identifier: Apache-2.0
#include "scanners/scan_cache.h"

#include "base/mem.h"
#include "base/wire.h"
#include "crypto/digest.h"
#include "os/fs.h"
#include "scan_text.h"
#include "scanners/outcome.h"
#include "scanners/scan_cache_sweep.h"
#include "scanners/scan_known.h"
#include "scanners/scanner.h"
#include "scanners/tracked.h"
#include "support/project.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

TestSuite(scan_cache, .timeout = 60);

static struct project p;
static const struct lb_id terms = { { 1, 2, 3 } };

static void set_up(void)
{
	project_init(&p);
	check_int_eq(chdir(buf_str(&p.root)), 0, "chdir");
}

static void tear_down(void)
{
	check_int_eq(chdir("/"), 0, "leave");
	project_fini(&p);
}

static struct scan_cache *open_as(const struct lb_id *as)
{
	struct scan_cache *c = NULL;
	struct err err = ERR_INIT;

	check_ok(scan_cache_open(&c, "cache", as, 2, &err), &err);
	return c;
}

static struct scan_cache_key key_of(unsigned n)
{
	struct scan_cache_key key = { { 0 } };
	struct lb_id id;
	struct err err = ERR_INIT;

	check_ok(lb_hash(span_of((const char *)&n, sizeof(n)), &id, &err), &err);
	memcpy(key.b, id.b, sizeof(key.b));
	return key;
}

/* Value n under two keys. */
static void note(struct scan_cache *c, unsigned n)
{
	const struct scan_cache_key keys[2] = { key_of(2 * n), key_of(2 * n + 1) };
	char text[32];
	struct err err = ERR_INIT;

	(void)snprintf(text, sizeof(text), "value %u", n);
	check_ok(scan_cache_note(c, n % 2, keys, 2, span_str(text), &err), &err);
}

static bool has(struct scan_cache *c, unsigned n, unsigned which)
{
	const struct scan_cache_key key = key_of(2 * n + which);
	struct span value = scan_cache_find(c, &key);
	char text[32];

	(void)snprintf(text, sizeof(text), "value %u", n);
	if (value.ptr == NULL)
		return false;
	check_true(span_eq_str(value, text), "value %u", n);
	return true;
}

static void store(struct scan_cache *c)
{
	struct err err = ERR_INIT;

	check_ok(scan_cache_store(c, "cache", &err), &err);
	scan_cache_free(c);
}

Test(scan_cache, keeps_what_was_noted_and_nothing_else, .init = set_up, .fini = tear_down)
{
	static const struct lb_id other = { { 9 } };
	struct scan_cache *c = open_as(&terms);
	struct stat st;

	check_true(scan_cache_is_empty(c) && !scan_cache_has_news(c), "a new one");
	for (unsigned i = 0; i < 100; i++)
		note(c, i);
	check_true(!has(c, 1, 0), "not before it is stored");
	check_true(scan_cache_has_news(c), "there is something to store");
	store(c);
	check_int_eq(stat("cache", &st), 0, "stored");
	check_int_eq(st.st_mode & 0777, 0600, "for its owner alone");
	c = open_as(&terms);
	for (unsigned i = 0; i < 100; i++)
		check_true(has(c, i, 0) && has(c, i, 1), "%u by both keys", i);
	check_true(!has(c, 100, 0), "never noted");
	check_true(!scan_cache_has_news(c), "asking is no news");
	scan_cache_free(c);
	c = open_as(&other);
	check_true(scan_cache_is_empty(c), "other terms, other results");
	scan_cache_free(c);
}

Test(scan_cache, forgets_what_nobody_asks_for, .init = set_up, .fini = tear_down)
{
	struct scan_cache *c = open_as(&terms);
	unsigned round;

	note(c, 0);
	note(c, 1);
	store(c);
	for (round = 2; round < 100; round++) {
		c = open_as(&terms);
		check_true(has(c, 0, 0), "asked for in each round");
		if (!has(c, round - 1, 0))
			break;
		note(c, round);
		store(c);
	}
	check_int_eq(round, 100, "those of the round before are there");
	c = open_as(&terms);
	check_true(!has(c, 1, 1), "one that nobody asked for by this key");
	check_true(has(c, 0, 0), "another");
	scan_cache_free(c);
}

static void write_whole(struct buf *file)
{
	struct lb_id sum;
	struct err err = ERR_INIT;

	check_ok(lb_hash(span_from(buf_span(file), 40), &sum, &err), &err);
	memcpy(file->ptr + 8, sum.b, sizeof(sum.b));
	support_write("cache", buf_span(file));
}

/* Opens what is there, and asks for all; true if anything was found. */
static bool finds_any(void)
{
	struct scan_cache *c = open_as(&terms);
	bool any = false;

	for (unsigned i = 0; i < 4; i++)
		for (unsigned k = 0; k < 2; k++) {
			const struct scan_cache_key key = key_of(2 * i + k);

			any = scan_cache_find(c, &key).ptr != NULL || any;
		}
	scan_cache_free(c);
	return any;
}

Test(scan_cache, takes_nothing_from_a_damaged_file, .init = set_up, .fini = tear_down)
{
	struct scan_cache *c = open_as(&terms);
	struct buf good = BUF_INIT;
	struct buf bad = BUF_INIT;
	struct err err = ERR_INIT;

	for (unsigned i = 0; i < 4; i++)
		note(c, i);
	store(c);
	check_ok(os_read_file("cache", 1 << 20, &good, &err), &err);
	for (size_t i = 0; i < good.len; i++) {
		buf_clear(&bad);
		buf_put(&bad, buf_span(&good));
		bad.ptr[i] ^= 0x10;
		support_write("cache", buf_span(&bad));
		check_true(!finds_any(), "byte %zu", i);
		support_write("cache", span_sub(buf_span(&good), 0, i));
		check_true(!finds_any(), "cut at %zu", i);
		/* With a right hash it is read: then no offset leads astray. */
		if (i >= 40) {
			write_whole(&bad);
			(void)finds_any();
		}
	}
	buf_fini(&good);
	buf_fini(&bad);
}

Test(scan_cache, survives_the_failure_of_any_allocation, .init = set_up,
     .fini = tear_down)
{
	struct scan_cache *c = open_as(&terms);
	struct err err = ERR_INIT;
	bool done = false;

	note(c, 0);
	store(c);
	for (uint64_t n = 1; !done && n < 200; n++) {
		const struct scan_cache_key key = key_of(9);
		enum err_code rc;

		mem_fail_after(n);
		rc = scan_cache_open(&c, "cache", &terms, 2, &err);
		if (rc == ERR_OK)
			rc = scan_cache_note(c, 0, &key, 1, SPAN_LIT("text"), &err);
		if (rc == ERR_OK)
			rc = scan_cache_store(c, "cache", &err);
		mem_fail_after(0);
		done = rc == ERR_OK;
		check_true(done || rc == ERR_NOMEM, "allocation %llu: %s",
		           (unsigned long long)n, err.msg);
		scan_cache_free(c);
		c = NULL;
		check_true(finds_any(), "the file stays good");
	}
	check_true(done, "in the end all succeed");
}

/* Whoever writes the files of a project cannot choose two whose keys are equal. */
Test(scan_cache, keys_go_by_a_secret_of_the_file, .init = set_up, .fini = tear_down)
{
	struct scan_cache *c = open_as(&terms);
	struct scan_cache_key first = scan_cache_key_of(c, SPAN_LIT("a"));
	struct scan_cache_key other = scan_cache_key_of(c, SPAN_LIT("b"));
	struct scan_cache_key again;

	check_true(memcmp(first.b, other.b, sizeof(first.b)) != 0, "two texts");
	note(c, 0);
	store(c);
	c = open_as(&terms);
	again = scan_cache_key_of(c, SPAN_LIT("a"));
	check_mem_eq(again.b, first.b, sizeof(first.b), "the file keeps it");
	scan_cache_free(c);
	check_int_eq(unlink("cache"), 0, "unlink");
	c = open_as(&terms);
	again = scan_cache_key_of(c, SPAN_LIT("a"));
	check_true(memcmp(again.b, first.b, sizeof(first.b)) != 0, "another file");
	scan_cache_free(c);
}

Test(scan_cache, keeps_few_files, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	char name[64];
	size_t left = 0;

	for (unsigned i = 0; i < SCAN_CACHE_FILES + 5; i++) {
		const struct timespec times[2] = { { 1000 + i, 0 }, { 1000 + i, 0 } };

		(void)snprintf(name, sizeof(name), SCAN_CACHE_PREFIX "%u", i);
		project_put(&p, name, "x");
		check_int_eq(utimensat(AT_FDCWD, name, times, 0), 0, "age");
	}
	project_put(&p, "patterns-1", "x");
	project_put(&p, SCAN_CACHE_PREFIX "1.tmp", "x");
	check_ok(scan_cache_sweep(".", 1, &err), &err);
	check_true(os_type_of(SCAN_CACHE_PREFIX "1.tmp") == OS_FILE, "still written to");
	check_ok(scan_cache_sweep(".", INT64_MAX / 1000000, &err), &err);
	check_true(os_type_of(SCAN_CACHE_PREFIX "1.tmp") == OS_NONE, "left behind");
	check_true(os_type_of("patterns-1") == OS_FILE, "not ours");
	for (unsigned i = 0; i < SCAN_CACHE_FILES + 5; i++) {
		(void)snprintf(name, sizeof(name), SCAN_CACHE_PREFIX "%u", i);
		left += os_type_of(name) == OS_FILE;
		check_int_eq(os_type_of(name) == OS_FILE, i >= 5, "%s", name);
	}
	check_size_eq(left, SCAN_CACHE_FILES, "the newest");
}

/* ---- outcomes ---- */

static const char *const rules[] = { "marker.*", "suppression.*" };
static const char text[] = "int a; // TODO: one\n"
			   "int b; // FIXME two seaworthy:allow marker.fixme known\n"
			   "int c; // XXX three\n"
			   "#ifdef UNIT_TEST\n"
			   "int d; // TODO: four\n"
			   "int e; // FIXME five seaworthy:allow marker.fixme known\n"
			   "#endif\n";

static void put_outcome(struct scan_text *t, struct buf *out)
{
	struct scan_outcome_mark since = scan_outcome_begin(&t->pass);
	struct scan_outcome_mark none = { 0, 0, 0, 0, { 0 } };
	size_t count;

	(void)since;
	t->pass.count_lines = true;
	check_true(scan_text_run(t, "src/a.c", span_str(text), &count) != NULL, "runs");
	check_size_eq(count, 3, "two of five are allowed");
	check_int_eq(t->pass.sink.findings[2].scope, SCAN_TEST, "a test in the file");
	scan_outcome_put(out, &t->pass, &none, SCAN_PRODUCTION);
	check_true(buf_ok(out), "written");
}

static void equal_sinks(const struct scan_sink *a, const struct scan_sink *b)
{
	struct buf x = BUF_INIT;
	struct buf y = BUF_INIT;

	check_size_eq(a->count, b->count, "as many findings");
	for (size_t i = 0; i < a->count; i++) {
		buf_clear(&x);
		buf_clear(&y);
		scan_finding_json(&x, &a->findings[i]);
		scan_finding_json(&y, &b->findings[i]);
		check_str_eq(buf_str(&x), buf_str(&y), "finding %zu", i);
	}
	check_u64_eq(a->code_lines[0], b->code_lines[0], "lines of code");
	buf_fini(&x);
	buf_fini(&y);
}

Test(scan_cache, an_outcome_comes_back_as_it_was)
{
	const struct scan_outcome_file file = { SPAN_LIT("src/a.c"), SPAN_LIT("src/a.c"),
		                                sizeof(text) - 1 };
	struct buf bytes = BUF_INIT;
	struct buf bad = BUF_INIT;
	struct scan_sink sink;
	struct scan_text t;
	uint64_t allowed[SCAN_SCOPES] = { 0 };

	scan_text_open(&t, rules, 2, SCAN_ENGINE_LITERALS);
	put_outcome(&t, &bytes);
	scan_sink_init(&sink);
	check_true(scan_sink_rules(&sink, t.rules.count), "memory");
	check_true(scan_outcome_take(buf_span(&bytes), &file, &t.rules, &sink), "taken");
	equal_sinks(&t.pass.sink, &sink);
	for (size_t i = 0; i < t.rules.count; i++) {
		allowed[SCAN_PRODUCTION] += sink.allowed[i][SCAN_PRODUCTION];
		allowed[SCAN_TEST] += sink.allowed[i][SCAN_TEST];
	}
	check_u64_eq(allowed[SCAN_PRODUCTION], 1, "what the comment left out is counted");
	check_u64_eq(allowed[SCAN_TEST], 1, "where it stood");
	/* Damaged ones are refused or give something harmless, and leave nothing half
	 * done. */
	for (size_t i = 0; i < bytes.len; i++) {
		size_t before = sink.count;

		check_true(!scan_outcome_take(span_sub(buf_span(&bytes), 0, i), &file,
		                              &t.rules, &sink),
		           "cut at %zu", i);
		check_size_eq(sink.count, before, "nothing was added");
		buf_clear(&bad);
		buf_put(&bad, buf_span(&bytes));
		bad.ptr[i] ^= 0x41;
		(void)scan_outcome_take(buf_span(&bad), &file, &t.rules, &sink);
		sink.count = before;
	}
	scan_sink_fini(&sink);
	scan_text_fini(&t);
	buf_fini(&bytes);
	buf_fini(&bad);
}

/* ---- what is kept of a file ---- */

static void shell(const char *command)
{
	check_int_eq(system(command), 0, "%s", command);
}

static bool is_kept(const struct os_stat *before)
{
	static const struct scan_options options = { .cache = "c" };
	struct scan_tracked tracked;
	struct scan_known k;
	struct scan_text t;
	struct scan_outcome_mark mark;
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	struct scan_known_file file = { .st = before };
	bool kept;

	check_ok(os_realpath("a.c", &path, &err), &err);
	file.path = buf_span(&path);
	file.of = (struct scan_outcome_file){ SPAN_LIT("a.c"), SPAN_LIT("a.c"),
		                              before->size };
	scan_text_open(&t, rules, 2, SCAN_ENGINE_LITERALS);
	mark = scan_outcome_begin(&t.pass);
	check_ok(scan_tracked_init(&tracked, buf_str(&p.root), &err), &err);
	check_ok(scan_known_open(&k, &options, buf_span(&p.root), &t.rules, &tracked, 1,
	                         &err),
	         &err);
	k.started_ns = 0; /* the file is too young to be known by its times */
	check_ok(scan_known_note(&k, 0, &file, &t.pass, &mark, SCAN_PRODUCTION, &err),
	         &err);
	kept = scan_cache_has_news(k.cache);
	scan_known_close(&k);
	scan_tracked_fini(&tracked);
	scan_text_fini(&t);
	buf_fini(&path);
	return kept;
}

Test(scan_cache, a_blob_is_kept_if_its_file_stayed_as_it_was, .init = set_up,
     .fini = tear_down)
{
	struct os_stat st;
	struct err err = ERR_INIT;

	shell("git init -q && echo a > a.c && touch -d @1000000000 a.c && git add a.c");
	check_ok(os_lstat("a.c", &st, &err), &err);
	check_true(is_kept(&st), "nobody touched it");
	shell("echo b > a.c");
	check_true(!is_kept(&st), "what was read may be what is there now");
	shell("rm a.c && mkdir a.c");
	check_true(!is_kept(&st), "no file any more");
}
