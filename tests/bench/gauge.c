/* SPDX-License-Identifier: Apache-2.0 */
/* gauge WORK: one fixed piece of the programs' work, long enough to be timed from
 * outside; seaworthy.yml compares it with the commit before. WORK is chunk, seal, scan,
 * junit or score. It prints what came out, so that nothing is left out as unused. */
#include "base/mem.h"
#include "base/str.h"
#include "chunk/chunker.h"
#include "collect/cases.h"
#include "crypto/key.h"
#include "crypto/seal.h"
#include "os/fs.h"
#include "scanners/scanner.h"
#include "verdict/assess.h"

#include <stdio.h>
#include <stdlib.h>

static const struct lb_key key = { { 1 } };

static void fill(unsigned char *data, size_t len)
{
	uint64_t x = 1;

	for (size_t i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		data[i] = (unsigned char)(x >> 32);
	}
}

/* ---- the engine ---- */

static enum err_code work_chunk(uint64_t *out, struct err *err)
{
	enum { BYTES = 32 << 20, ROUNDS = 20 };
	const struct lb_chunk_params p = lb_chunk_params_default();
	struct lb_chunker *c = NULL;
	unsigned char *data = mem_new(BYTES);
	enum err_code rc = data != NULL ? ERR_OK : err_nomem(err);

	if (rc == ERR_OK)
		rc = lb_chunker_new(&c, &p, &key, err);
	if (rc != ERR_OK)
		goto out;
	fill(data, BYTES);
	for (int i = 0; i < ROUNDS; i++) {
		lb_chunker_reset(c);
		for (size_t at = 0; at < BYTES; *out += 1)
			at += lb_chunker_next(
				c, span_of((const char *)data + at, BYTES - at), true);
	}
out:
	lb_chunker_free(c);
	mem_free(data);
	return rc;
}

static enum err_code work_seal(uint64_t *out, struct err *err)
{
	enum { FRAME = 65536, FRAMES = 16000 };
	static unsigned char frame[FRAME + LB_TAG];
	const struct lb_aad aad = { .type = LB_SEALED_FRAME };
	struct lb_seal *s = NULL;
	enum err_code rc = lb_seal_new(&s, LB_SUITE_AES256GCM, err);

	if (rc == ERR_OK)
		rc = lb_seal_key(s, &key, err);
	fill(frame, FRAME);
	for (uint64_t i = 0; i < FRAMES && rc == ERR_OK; i++)
		rc = lb_seal_put(s, i, &aad, span_of((const char *)frame, FRAME), frame,
		                 err);
	*out = frame[0];
	lb_seal_free(s);
	return rc;
}

/* ---- the scanner ---- */

static void put_source(struct buf *text, int file)
{
	for (int i = 0; i < 2000; i++)
		buf_printf(text,
		           "int value_%d_%d(int n) /* of %d */\n{\n"
		           "\tconst char *name = \"text %d\";\n"
		           "\treturn n > %d ? use(name) : 0; %s\n}\n",
		           file, i, i, i, i, i % 200 == 0 ? "// TODO: tidy up" : "");
}

static enum err_code write_source(const char *root, int file, struct err *err)
{
	struct buf text = BUF_INIT;
	struct buf path = BUF_INIT;
	FILE *f = NULL;
	bool good;

	put_source(&text, file);
	buf_printf(&path, "%s/file%d.c", root, file);
	good = buf_ok(&text) && buf_ok(&path) &&
	       (f = fopen(buf_str(&path), "w")) != NULL &&
	       fwrite(text.ptr, 1, text.len, f) == text.len;
	if (f != NULL && fclose(f) != 0)
		good = false;
	buf_fini(&path);
	buf_fini(&text);
	return good ? ERR_OK : err_set(err, ERR_IO, "cannot write below %s", root);
}

static enum err_code make_tree(const char *root, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (int i = 0; i < 48 && rc == ERR_OK; i++)
		rc = write_source(root, i, err);
	return rc;
}

/* By the engine that has nothing to compile: compiling is slower than all the rest. */
static enum err_code scan_tree(const char *root, uint64_t *out, struct err *err)
{
	const struct scan_options o = {
		.path = root, .root = root, .count_lines = true, .anew = true, .jobs = 1
	};
	struct scan_result r;
	enum err_code rc = make_tree(root, err);

	if (rc != ERR_OK || (rc = scan_run(&o, &r, err)) != ERR_OK)
		return rc;
	*out = r.count;
	scan_result_fini(&r);
	return *out > 0 ? ERR_OK : err_set(err, ERR_CORRUPT, "found nothing to look at");
}

static enum err_code work_scan(uint64_t *out, struct err *err)
{
	struct buf root = BUF_INIT;
	enum err_code removed;
	/* Not where TMPDIR says: that of a gate lies where its project ignores all. */
	enum err_code rc = os_mkdtemp("/tmp", "sw-gauge-", &root, err);

	if (rc == ERR_OK) {
		rc = scan_tree(buf_str(&root), out, err);
		removed = os_remove_tree(buf_str(&root), rc == ERR_OK ? err : NULL);
		rc = rc == ERR_OK ? removed : rc;
	}
	buf_fini(&root);
	return rc;
}

/* ---- the gate ---- */

static void put_report(struct buf *text)
{
	buf_puts(text, "<testsuites><testsuite name=\"all\">\n");
	for (int i = 0; i < 60000; i++)
		buf_printf(text,
		           "<testcase classname=\"pkg.Class%d\" name=\"case_%d\" "
		           "time=\"0.%03d\"/>\n",
		           i / 100, i, i % 1000);
	buf_puts(text, "</testsuite></testsuites>\n");
}

static enum err_code work_junit(uint64_t *out, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	put_report(&text);
	rc = buf_err(&text, err);
	for (int i = 0; i < 6 && rc == ERR_OK; i++) {
		struct gate_cases cases;

		gate_cases_init(&cases);
		rc = gate_parse_junit(buf_span(&text), "gauge", &cases, err);
		*out += cases.count;
		gate_cases_fini(&cases);
	}
	buf_fini(&text);
	return rc;
}

static enum err_code assess(const struct gate_policy *p, uint64_t *out, struct err *err)
{
	enum { ROUNDS = 4000 };
	struct arena arena = ARENA_INIT;
	struct gate_record *records =
		arena_array(&arena, p->check_count + 1, sizeof(*records));
	const struct gate_evidence e = { .records = records,
		                         .record_count = p->check_count,
		                         .subject = { .commit = "c", .tree = "t" } };
	enum err_code rc = records != NULL ? ERR_OK : err_nomem(err);

	for (size_t i = 0; rc == ERR_OK && i < p->check_count; i++)
		records[i] = (struct gate_record){
			.check = p->checks[i].id,
			.state = i % 3 == 0 ? GATE_WARN : GATE_PASS,
			.low = i % 3 == 0 ? "0.37" : "1",
			.high = i % 3 == 0 ? "0.81" : "1",
			.has_ended = true,
			.tree = "t",
		};
	for (int i = 0; i < ROUNDS && rc == ERR_OK; i++) {
		struct gate_assessment *a = NULL;

		if ((rc = gate_assess(&a, p, &e, err)) == ERR_OK)
			*out += (uint64_t)a->lower_tenths;
		gate_assessment_free(a);
	}
	arena_fini(&arena);
	return rc;
}

static enum err_code work_score(uint64_t *out, struct err *err)
{
	struct gate_policy *p = NULL;
	enum err_code rc = gate_policy_builtin(&p, "default", err);

	if (rc == ERR_OK)
		rc = assess(p, out, err);
	gate_policy_free(p);
	return rc;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		enum err_code (*run)(uint64_t *out, struct err *err);
	} works[] = {
		{ "chunk", work_chunk }, { "seal", work_seal },   { "scan", work_scan },
		{ "junit", work_junit }, { "score", work_score },
	};
	struct err err = ERR_INIT;
	uint64_t out = 0;

	for (size_t i = 0; argc == 2 && i < sizeof(works) / sizeof(works[0]); i++) {
		if (!str_eq(argv[1], works[i].name))
			continue;
		if (lb_crypto_init(&err) != ERR_OK ||
		    works[i].run(&out, &err) != ERR_OK) {
			(void)fprintf(stderr, "gauge: %s: %s\n", argv[1], err.msg);
			return 1;
		}
		(void)printf("%s: %llu\n", argv[1], (unsigned long long)out);
		return 0;
	}
	(void)fprintf(stderr, "usage: gauge chunk|seal|scan|junit|score\n");
	return 2;
}
