// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/mem.h"
#include "chunk/chunker.h"
#include "chunk/gear.h"
#include "crypto/key.h"
#include "support/check.h"

TestSuite(chunker, .timeout = 60);

enum { CUTS = 4096 };

struct cuts {
	size_t count;
	size_t length[CUTS];
};

static const struct lb_chunk_params small = { LB_CHUNK_GEAR, 4096, 16384, 65536 };

static struct lb_key counting(void)
{
	struct lb_key key;

	for (unsigned i = 0; i < LB_KEY; i++)
		key.b[i] = (unsigned char)i;
	return key;
}

static uint64_t next_number(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545F4914F6CDD1D);
}

/* The bytes of noise() in tests/golden/chunker_vectors.py. */
static unsigned char *noise(size_t len, uint64_t seed)
{
	unsigned char *bytes = mem_new(len);

	check_not_null(bytes, "%zu bytes", len);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (unsigned char)(next_number(&seed) >> 56);
	return bytes;
}

static unsigned char *lines(size_t *len)
{
	struct buf text = BUF_INIT;

	for (int i = 0; i < 8000; i++)
		buf_printf(&text, "line %d of the text\n", i);
	*len = text.len;
	return (unsigned char *)buf_take(&text);
}

static struct span view(const unsigned char *data, size_t from, size_t to)
{
	return span_of((const char *)data + from, to - from);
}

static struct lb_chunker *chunker(const struct lb_chunk_params *p,
                                  const struct lb_key *key)
{
	struct lb_chunker *c = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	check_ok(lb_chunker_new(&c, p, key, &err), &err);
	return c;
}

static void add(struct cuts *cuts, size_t length)
{
	check_true(cuts->count < CUTS, "room for the cuts");
	cuts->length[cuts->count++] = length;
}

/* With all of the data in view. */
static void cut_whole(struct lb_chunker *c, const unsigned char *data, size_t len,
                      struct cuts *out)
{
	out->count = 0;
	lb_chunker_reset(c);
	for (size_t at = 0, n; at < len; at += n) {
		n = lb_chunker_next(c, view(data, at, len), true);
		check_true(n > 0 && n <= len - at, "a cut within the data");
		add(out, n);
	}
	check_size_eq(lb_chunker_next(c, SPAN_EMPTY, true), 0, "nothing at the end");
}

/* The same with more and more in view: `step` bytes a time, 0 = by chance. */
static void cut_pieces(struct lb_chunker *c, const unsigned char *data, size_t len,
                       size_t step, struct cuts *out)
{
	uint64_t chance = len + 1;
	size_t at = 0;
	size_t shown = 0;

	out->count = 0;
	lb_chunker_reset(c);
	while (at < len) {
		const size_t n = lb_chunker_next(c, view(data, at, shown), shown == len);

		if (n > 0)
			add(out, n);
		at += n;
		if (n == 0)
			shown += step > 0 ? step : next_number(&chance) % 30000;
		if (shown > len)
			shown = len;
	}
}

/* docs/format.md, section 11, to the letter. */
static void cut_reference(const struct lb_chunk_params *p, const struct lb_key *key,
                          const unsigned char *data, size_t len, struct cuts *out)
{
	uint64_t table[LB_GEAR_TABLE];
	uint64_t h = 0;
	size_t at = 0;
	unsigned a = 0;

	out->count = 0;
	lb_gear_table(table, key);
	while (UINT32_C(1) << a < p->average)
		a++;
	for (size_t i = 0; i < len; i++) {
		h = (h << 1) + table[data[i]];
		at++;
		if ((at >= p->smallest &&
		     h < UINT64_C(1) << (at < p->average ? 64 - a - 2 : 64 - a + 2)) ||
		    at == p->largest || i + 1 == len) {
			add(out, at);
			at = 0;
		}
	}
}

static void check_same(const struct cuts *got, const struct cuts *want, const char *what,
                       size_t number)
{
	check_size_eq(got->count, want->count, "%s %zu: cuts", what, number);
	for (size_t i = 0; i < want->count; i++)
		check_size_eq(got->length[i], want->length[i], "%s %zu: cut %zu", what,
		              number, i);
}

Test(chunker, table_matches_the_vectors)
{
	uint64_t table[LB_GEAR_TABLE];
	const struct lb_key key = counting();
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	lb_gear_table(table, &key);
	check_u64_eq(table[0], 0x5a9b3d7e9e04d75b, "first");
	check_u64_eq(table[1], 0xedcccad08e780478, "second");
	check_u64_eq(table[254], 0xe9fa36e678c0ed42, "last but one");
	check_u64_eq(table[255], 0x88e3e73084112857, "last");
}

static const struct cuts vector_8192 = {
	22, { 9638,  8963, 8266, 6725, 9838, 8434,  11370, 8955,  8992, 8509,  9837,
	      12162, 9615, 7574, 6267, 9464, 10799, 9056,  13133, 8458, 10786, 3159 }
};
static const struct cuts vector_16384 = { 13,
	                                  { 18601, 14991, 18272, 18662, 16696, 17520,
	                                    18685, 5451, 6267, 20263, 22189, 19244,
	                                    3159 } };
static const struct cuts vector_same = { 25, { 8192, 8192, 8192, 8192, 8192, 8192, 8192,
	                                       8192, 8192, 8192, 8192, 8192, 8192, 8192,
	                                       8192, 8192, 8192, 8192, 8192, 8192, 8192,
	                                       8192, 8192, 8192, 3392 } };
static const struct cuts vector_default = {
	6, { 1343499, 1066309, 1054776, 1097949, 358387, 1079080 }
};
static const struct cuts vector_zeros = { 4, { 65536, 65536, 65536, 3392 } };
static const struct cuts vector_lines = {
	10, { 21963, 20073, 12714, 7480, 17176, 19809, 23198, 16818, 24382, 11277 }
};
static const struct cuts vector_other = { 12,
	                                  { 23993, 17506, 18157, 11405, 17175, 18698,
	                                    8844, 17541, 18630, 16728, 18278, 13045 } };

static void check_vector(struct lb_chunk_params p, const struct lb_key *key,
                         const unsigned char *data, size_t len, const struct cuts *want,
                         const char *what)
{
	struct lb_chunker *c = chunker(&p, key);
	struct cuts got;

	cut_whole(c, data, len, &got);
	check_same(&got, want, what, len);
	lb_chunker_free(c);
}

/* The lengths come from tests/golden/chunker_vectors.py. */
Test(chunker, cuts_match_the_vectors)
{
	const struct lb_key key = counting();
	const struct lb_key zero = { { 0 } };
	const size_t len = 200000;
	const size_t large_len = 6000000;
	size_t text_len;
	unsigned char *small_noise = noise(len, 1);
	unsigned char *large_noise = noise(large_len, 2);
	unsigned char *zeros = mem_new(len);
	unsigned char *text = lines(&text_len);
	struct lb_chunk_params p = small;

	check_vector(small, &key, small_noise, len, &vector_16384, "noise");
	check_vector(small, &key, zeros, len, &vector_zeros, "zeros");
	check_vector(small, &key, text, text_len, &vector_lines, "lines");
	check_vector(small, &zero, small_noise, len, &vector_other, "another key");
	p.average = 8192;
	p.largest = 16384;
	check_vector(p, &key, small_noise, len, &vector_8192, "small");
	p.smallest = p.largest = 8192;
	check_vector(p, &key, small_noise, len, &vector_same, "all sizes equal");
	check_vector(lb_chunk_params_default(), &key, large_noise, large_len,
	             &vector_default, "default");
	mem_free(small_noise);
	mem_free(large_noise);
	mem_free(zeros);
	mem_free(text);
}

/* Data that chunkers stumble over: repeated with a period of 1 to 65, of two letters, and
 * noise. */
static unsigned char *adversarial(size_t kind, size_t len)
{
	unsigned char *data = noise(len, kind + 7);

	for (size_t i = 0; i < len; i++) {
		if (kind < 66 && i > kind)
			data[i] = data[i - kind - 1];
		else if (kind < 70)
			data[i] = data[i] & 1 ? 'a' : (unsigned char)kind;
	}
	return data;
}

enum { KINDS = 72, KIND_LEN = 150000 };

Test(chunker, fast_scan_equals_the_plain_one)
{
	const struct lb_key key = counting();
	uint64_t table[LB_GEAR_TABLE];
	struct err err = ERR_INIT;
	uint64_t chance = 5;
	size_t hits = 0;

	check_ok(lb_crypto_init(&err), &err);
	lb_gear_table(table, &key);
	for (size_t kind = 0; kind < KINDS; kind++) {
		unsigned char *data = adversarial(kind, KIND_LEN);

		for (int round = 0; round < 200; round++) {
			const size_t from = 64 + next_number(&chance) % 2000;
			const size_t to = from + next_number(&chance) % 5000;
			const uint64_t limit = UINT64_C(1)
			                       << (40 + next_number(&chance) % 23);
			const size_t want =
				lb_gear_scan_plain(table, data, from, to, limit);

			check_size_eq(lb_gear_scan(table, data, from, to, limit), want,
			              "kind %zu, from %zu to %zu", kind, from, to);
			hits += want < to;
		}
		mem_free(data);
	}
	check_true(hits > 1000, "most of the scans must not end empty: %zu", hits);
	check_size_eq(lb_gear_scan(table, NULL, 70, 70, 1), 70, "nothing to scan");
	check_size_eq(lb_gear_scan_plain(table, NULL, 70, 70, 1), 70, "nothing to scan");
}

/* Every split of the input gives the cuts of the reference. */
Test(chunker, cuts_are_those_of_the_reference_however_shown)
{
	const size_t steps[] = { 0, 1000, 4096, 65536 };
	const struct lb_key key = counting();
	struct lb_chunker *c = chunker(&small, &key);
	struct cuts want;
	struct cuts got;

	for (size_t kind = 0; kind < KINDS; kind++) {
		unsigned char *data = adversarial(kind, KIND_LEN);

		cut_reference(&small, &key, data, KIND_LEN, &want);
		cut_whole(c, data, KIND_LEN, &got);
		check_same(&got, &want, "whole", kind);
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
			cut_pieces(c, data, KIND_LEN, steps[i], &got);
			check_same(&got, &want, "pieces", kind);
		}
		if (kind % 24 == 23) {
			cut_pieces(c, data, KIND_LEN, 1, &got);
			check_same(&got, &want, "single bytes", kind);
		}
		mem_free(data);
	}
	lb_chunker_free(c);
}

Test(chunker, lengths_around_the_smallest_and_the_largest)
{
	const struct lb_key key = counting();
	struct lb_chunker *c = chunker(&small, &key);
	const size_t lens[] = { 1,    63,    64,    65,    4095,  4096,
		                4097, 16383, 16384, 65535, 65536, 65537 };
	unsigned char *zeros = mem_new(70000);
	unsigned char *data = noise(70000, 3);
	struct cuts want;
	struct cuts got;

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		cut_reference(&small, &key, data, lens[i], &want);
		cut_whole(c, data, lens[i], &got);
		check_same(&got, &want, "noise", lens[i]);
		cut_reference(&small, &key, zeros, lens[i], &want);
		cut_whole(c, zeros, lens[i], &got);
		check_same(&got, &want, "zeros", lens[i]);
	}
	check_size_eq(lb_chunker_next(c, SPAN_EMPTY, true), 0, "an empty file");
	check_size_eq(lb_chunker_next(c, view(data, 0, 4096), false), 0,
	              "more is needed");
	check_size_eq(lb_chunker_next(c, view(zeros, 0, 65536), false), 65536,
	              "the largest needs no more");
	mem_free(zeros);
	mem_free(data);
	lb_chunker_free(c);
}

Test(chunker, reset_begins_another_file)
{
	const struct lb_key key = counting();
	struct lb_chunker *c = chunker(&small, &key);
	unsigned char *data = noise(KIND_LEN, 4);
	struct cuts want;
	struct cuts got;

	cut_whole(c, data, KIND_LEN, &want);
	(void)lb_chunker_next(c, view(data, 40000, 52000), false);
	cut_whole(c, data, KIND_LEN, &got);
	check_same(&got, &want, "after a reset", 0);
	mem_free(data);
	lb_chunker_free(c);
}

Test(chunker, fixed_cuts_at_multiples)
{
	const struct lb_chunk_params p = { LB_CHUNK_FIXED, 4096, 8192, 65536 };
	const struct lb_key key = counting();
	struct lb_chunker *c = chunker(&p, &key);
	const struct cuts want = { 4, { 8192, 8192, 8192, 5424 } };
	unsigned char *data = noise(30000, 4);
	struct cuts got;

	cut_whole(c, data, 30000, &got);
	check_same(&got, &want, "whole", 0);
	cut_pieces(c, data, 30000, 0, &got);
	check_same(&got, &want, "pieces", 0);
	check_size_eq(lb_chunker_next(c, view(data, 0, 8191), false), 0,
	              "more is needed");
	cut_whole(c, data, 16384, &got);
	check_size_eq(got.count, 2, "no empty chunk at the end");
	mem_free(data);
	lb_chunker_free(c);
}

Test(chunker, sizes_gather_around_the_average)
{
	const size_t len = 48u << 20;
	const struct lb_key key = counting();
	struct lb_chunker *c = chunker(&small, &key);
	unsigned char *data = noise(len, 9);
	struct cuts *got = mem_new(sizeof(*got));
	size_t near = 0;
	size_t capped = 0;

	cut_whole(c, data, len, got);
	for (size_t i = 0; i + 1 < got->count; i++) {
		check_true(got->length[i] >= small.smallest &&
		                   got->length[i] <= small.largest,
		           "length %zu", got->length[i]);
		near += got->length[i] > small.average / 2 &&
		        got->length[i] < small.average * 2;
		capped += got->length[i] == small.largest;
	}
	/* Without cuts before the average the mean would be average (1 + 1/4). */
	check_true(len / got->count > small.average &&
	                   len / got->count < small.average * 5 / 4,
	           "mean %zu", len / got->count);
	check_true(near > got->count * 8 / 10, "%zu of %zu near the average", near,
	           got->count);
	check_size_eq(capped, 0, "none was cut for its length alone");
	mem_free(got);
	mem_free(data);
	lb_chunker_free(c);
}

/* Chunks of `b` that are no chunk of `a`, compared from the end. */
static size_t changed_chunks(const struct cuts *a, const struct cuts *b)
{
	size_t same = 0;

	while (same < a->count && same < b->count &&
	       a->length[a->count - 1 - same] == b->length[b->count - 1 - same])
		same++;
	return b->count - same;
}

Test(chunker, an_inserted_byte_changes_few_chunks)
{
	const size_t len = 2u << 20;
	const struct lb_key key = counting();
	struct lb_chunker *c = chunker(&small, &key);
	unsigned char *data = noise(len + 1, 11);
	struct cuts before;
	struct cuts after;

	cut_whole(c, data + 1, len, &before);
	cut_whole(c, data, len + 1, &after);
	check_true(before.count > 100, "%zu chunks", before.count);
	check_true(changed_chunks(&before, &after) <= 4, "%zu chunks changed",
	           changed_chunks(&before, &after));
	mem_free(data);
	lb_chunker_free(c);
}

Test(chunker, refuses_bad_parameters)
{
	const struct {
		struct lb_chunk_params p;
		const char *fault;
	} table[] = {
		{ { 0, 4096, 8192, 16384 }, "algorithm" },
		{ { 3, 4096, 8192, 16384 }, "algorithm" },
		{ { LB_CHUNK_GEAR, 4095, 8192, 16384 }, "below 4 KiB" },
		{ { LB_CHUNK_GEAR, 0, 0, 0 }, "below 4 KiB" },
		{ { LB_CHUNK_GEAR, 4096, 8192, (8u << 20) + 1 }, "above 8 MiB" },
		{ { LB_CHUNK_GEAR, 8192, 4096, 16384 }, "not between" },
		{ { LB_CHUNK_GEAR, 4096, 32768, 16384 }, "not between" },
		{ { LB_CHUNK_GEAR, 4096, 8193, 16384 }, "power of two" },
		{ { LB_CHUNK_FIXED, 4096, 8193, 16384 }, "power of two" },
	};
	const struct lb_chunk_params largest = { LB_CHUNK_GEAR, 4096, 8u << 20,
		                                 8u << 20 };
	const struct lb_key key = counting();

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct lb_chunker *c = NULL;
		struct err err = ERR_INIT;

		check_err(lb_chunker_new(&c, &table[i].p, &key, &err), ERR_USAGE,
		          "row %zu", i);
		check_str_contains(err.msg, table[i].fault, "row %zu", i);
		check_null(c, "row %zu", i);
	}
	check_null(lb_chunk_params_fault(&largest), "the limits themselves are fine");
	lb_chunker_free(chunker(&largest, &key));
	lb_chunker_free(NULL);
}

Test(chunker, out_of_memory_is_an_error)
{
	const struct lb_key key = counting();
	struct lb_chunker *c = NULL;
	struct err err = ERR_INIT;

	mem_fail_after(1);
	check_err(lb_chunker_new(&c, &small, &key, &err), ERR_NOMEM, "no memory");
	mem_fail_after(0);
	check_null(c, "nothing");
}
