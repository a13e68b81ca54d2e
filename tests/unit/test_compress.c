// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "chunk/compress.h"
#include "support/check.h"

TestSuite(compress, .timeout = 60);

static struct lb_compressor *compressor(int level)
{
	struct lb_compressor *c = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_compressor_new(&c, level, &err), &err);
	return c;
}

static struct lb_decompressor *decompressor(void)
{
	struct lb_decompressor *d = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_decompressor_new(&d, &err), &err);
	return d;
}

static void put_noise(struct buf *out, size_t len)
{
	uint64_t x = 88172645463325252u;

	for (size_t i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		buf_putc(out, (char)(x >> 24));
	}
}

static void put_lines(struct buf *out, size_t len)
{
	const size_t start = out->len;

	for (size_t i = 0; out->len - start < len; i++)
		buf_printf(out, "line %zu says %zu\n", i, i * i % 977);
	buf_truncate(out, start + len);
}

/* What was stored gives the same bytes again; returns the stored length. */
static size_t check_round_trip(struct lb_compressor *c, struct span plain,
                               enum lb_codec want, const char *what)
{
	struct lb_decompressor *d = decompressor();
	unsigned char *back = mem_new(plain.len + 1);
	struct buf out = BUF_INIT;
	struct span stored = plain;
	enum lb_codec codec;
	struct err err = ERR_INIT;

	check_ok(lb_compress(c, plain, &out, &codec, &err), &err);
	check_int_eq(codec, want, "%s, %zu bytes: codec", what, plain.len);
	if (codec == LB_CODEC_ZSTD)
		stored = buf_span(&out);
	else
		check_size_eq(out.len, 0, "%s: stored as it is", what);
	check_ok(lb_decompress(d, codec, stored, plain.len, back, &err), &err);
	check_mem_eq(back, plain.ptr, plain.len, "%s, %zu bytes", what, plain.len);
	lb_decompressor_free(d);
	mem_free(back);
	buf_fini(&out);
	return stored.len;
}

Test(compress, every_level_round_trips)
{
	const int levels[] = { LB_LEVEL_MIN, -1, LB_LEVEL_DEFAULT, LB_LEVEL_FAST, 3, 9,
		               LB_LEVEL_MAX };
	const size_t lens[] = { 1000, 70000, 1u << 20 };
	struct lb_compressor *c = compressor(LB_LEVEL_DEFAULT);
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	put_lines(&text, 1u << 20);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		check_ok(lb_compressor_set_level(c, levels[i], &err), &err);
		for (size_t k = 0; k < sizeof(lens) / sizeof(lens[0]); k++)
			check_true(
				check_round_trip(c, span_sub(buf_span(&text), 0, lens[k]),
			                         LB_CODEC_ZSTD, "lines") < lens[k],
				"level %d makes %zu bytes smaller", levels[i], lens[k]);
	}
	buf_fini(&text);
	lb_compressor_free(c);
}

Test(compress, the_same_context_gives_the_same_bytes)
{
	struct lb_compressor *c = compressor(LB_LEVEL_DEFAULT);
	struct buf text = BUF_INIT;
	struct buf first = BUF_INIT;
	struct buf second = BUF_INIT;
	enum lb_codec codec;
	struct err err = ERR_INIT;

	put_lines(&text, 300000);
	check_ok(lb_compress(c, buf_span(&text), &first, &codec, &err), &err);
	check_ok(lb_compress(c, span_sub(buf_span(&text), 9, 500), &second, &codec, &err),
	         &err);
	check_ok(lb_compress(c, buf_span(&text), &second, &codec, &err), &err);
	check_true(span_eq(buf_span(&first), buf_span(&second)),
	           "what came between changes nothing");
	buf_fini(&text);
	buf_fini(&first);
	buf_fini(&second);
	lb_compressor_free(c);
}

Test(compress, leaves_alone_what_has_no_pattern)
{
	struct lb_compressor *c = compressor(LB_LEVEL_DEFAULT);
	const size_t lens[] = { 0, 1, 20, 4096, 65535, 65536, 1u << 20 };
	struct buf noise = BUF_INIT;

	put_noise(&noise, 1u << 20);
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
		check_size_eq(check_round_trip(c, span_sub(buf_span(&noise), 0, lens[i]),
		                               LB_CODEC_STORED, "noise"),
		              lens[i], "as it is");
	buf_fini(&noise);
	lb_compressor_free(c);
}

/* The probe must not miss what is hidden among noise. */
Test(compress, probe_finds_patterns)
{
	struct lb_compressor *c = compressor(LB_LEVEL_DEFAULT);
	struct buf data = BUF_INIT;

	put_noise(&data, 1u << 20);
	check_true(!lb_compressible(c, buf_span(&data)), "noise");
	check_true(lb_compressible(c, span_sub(buf_span(&data), 0, 1000)),
	           "short pieces are not probed");
	put_lines(&data, 1u << 18);
	check_true(lb_compressible(c, buf_span(&data)), "a fifth is text");
	(void)check_round_trip(c, buf_span(&data), LB_CODEC_ZSTD, "a fifth is text");
	/* All byte values equally likely, and yet a repetition. */
	buf_clear(&data);
	for (size_t i = 0; i < 1u << 18; i++)
		buf_putc(&data, (char)(i * 167));
	check_true(lb_compressible(c, buf_span(&data)), "a repeated permutation");
	(void)check_round_trip(c, buf_span(&data), LB_CODEC_ZSTD, "permutation");
	buf_fini(&data);
	lb_compressor_free(c);
}

Test(compress, level_none_stores)
{
	struct lb_compressor *c = compressor(LB_LEVEL_NONE);
	struct buf text = BUF_INIT;

	put_lines(&text, 100000);
	check_size_eq(check_round_trip(c, buf_span(&text), LB_CODEC_STORED, "lines"),
	              text.len, "as it is");
	buf_fini(&text);
	lb_compressor_free(c);
}

Test(compress, refuses_what_is_out_of_bounds)
{
	struct lb_compressor *c = NULL;
	struct lb_decompressor *d = decompressor();
	const char *zeros = mem_new(LB_COMPRESS_MAX + 1);
	struct buf out = BUF_INIT;
	enum lb_codec codec;
	unsigned char byte;
	struct err err = ERR_INIT;

	check_err(lb_compressor_new(&c, LB_LEVEL_MAX + 1, &err), ERR_USAGE, "too high");
	check_err(lb_compressor_new(&c, LB_LEVEL_MIN - 1, &err), ERR_USAGE, "too low");
	check_null(c, "no compressor");
	c = compressor(LB_LEVEL_FAST);
	check_err(lb_compress(c, span_of(zeros, LB_COMPRESS_MAX + 1), &out, &codec, &err),
	          ERR_LIMIT, "too long");
	(void)check_round_trip(c, span_of(zeros, LB_COMPRESS_MAX), LB_CODEC_ZSTD,
	                       "as long as may be");
	check_err(lb_decompress(d, LB_CODEC_ZSTD, SPAN_LIT("x"), LB_COMPRESS_MAX + 1,
	                        &byte, &err),
	          ERR_LIMIT, "too long");
	lb_compressor_free(c);
	lb_decompressor_free(d);
	buf_fini(&out);
	mem_free((void *)(uintptr_t)zeros);
}

/* One byte in `room` bytes: decompression must not write past `length`. */
enum { ROOM = 5000, MARK = 0x5a };

static void check_refused(unsigned codec, struct span stored, size_t length,
                          const char *what)
{
	struct lb_decompressor *d = decompressor();
	unsigned char *room = mem_new(ROOM);
	struct err err = ERR_INIT;

	memset(room, MARK, ROOM);
	check_err(lb_decompress(d, codec, stored, length, room, &err), ERR_CORRUPT, "%s",
	          what);
	check_true(err.msg[0] != '\0', "%s: says why", what);
	for (size_t i = length; i < ROOM; i++)
		check_int_eq(room[i], MARK, "%s: byte %zu past the end", what, i);
	mem_free(room);
	lb_decompressor_free(d);
}

Test(compress, hostile_frames_are_corrupt)
{
	/* 0x28b52ffd, two-byte size, no single segment, window 2^30, an empty raw block.
	 */
	static const char large_window[] = "\x28\xb5\x2f\xfd\x40\xa0\x00\x00\x01\x00\x00";
	struct lb_compressor *c = compressor(LB_LEVEL_DEFAULT);
	struct buf text = BUF_INIT;
	struct buf stored = BUF_INIT;
	enum lb_codec codec;
	struct err err = ERR_INIT;
	size_t len;

	put_lines(&text, 3000);
	check_ok(lb_compress(c, buf_span(&text), &stored, &codec, &err), &err);
	len = stored.len;
	check_refused(LB_CODEC_ZSTD, buf_span(&stored), 2999, "one byte less");
	check_refused(LB_CODEC_ZSTD, buf_span(&stored), 3001, "one byte more");
	for (size_t i = 0; i < len; i++)
		check_refused(LB_CODEC_ZSTD, span_sub(buf_span(&stored), 0, i), 3000,
		              "cut short");
	buf_putc(&stored, '\0');
	check_refused(LB_CODEC_ZSTD, buf_span(&stored), 3000, "something behind");
	check_refused(LB_CODEC_ZSTD, span_of(large_window, sizeof(large_window) - 1), 256,
	              "large window");
	check_refused(LB_CODEC_ZSTD, SPAN_EMPTY, 0, "no frame");
	check_refused(LB_CODEC_STORED, SPAN_LIT("abc"), 4, "stored too short");
	check_refused(LB_CODEC_STORED, SPAN_LIT("abcde"), 4, "stored too long");
	check_refused(2, SPAN_LIT("abcd"), 4, "another codec");
	buf_fini(&text);
	buf_fini(&stored);
	lb_compressor_free(c);
}

Test(compress, out_of_memory_is_an_error)
{
	struct lb_compressor *c = NULL;
	struct lb_decompressor *d = NULL;
	struct buf text = BUF_INIT;
	struct buf out = BUF_INIT;
	enum lb_codec codec;
	struct err err = ERR_INIT;

	for (uint64_t n = 1; n <= 2; n++) {
		mem_fail_after(n);
		check_err(lb_compressor_new(&c, 1, &err), ERR_NOMEM, "allocation %d",
		          (int)n);
		check_null(c, "nothing");
	}
	mem_fail_after(1);
	check_err(lb_decompressor_new(&d, &err), ERR_NOMEM, "decompressor");
	mem_fail_after(0);
	put_lines(&text, 3000);
	c = compressor(1);
	mem_fail_after(1);
	check_err(lb_compress(c, buf_span(&text), &out, &codec, &err), ERR_NOMEM,
	          "no room");
	mem_fail_after(0);
	lb_compressor_free(c);
	lb_compressor_free(NULL);
	lb_decompressor_free(NULL);
	buf_fini(&text);
	buf_fini(&out);
}
