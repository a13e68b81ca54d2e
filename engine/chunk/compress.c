// SPDX-License-Identifier: Apache-2.0
#include "chunk/compress.h"

#include "base/mem.h"
#include "base/wire.h"

#include <string.h>
#include <zstd.h>

enum {
	WINDOW_LOG_MAX = 23, /* 8 MiB, as the format allows */
	GAIN_SHIFT = 6,      /* a gain below a 64th is not worth the time of reading */
	SAMPLES = 32,
	SAMPLE = 1024,
	TRIAL = 32768,
	TRIAL_LEVEL = 1,
};

struct lb_compressor {
	ZSTD_CCtx *context;
	ZSTD_CCtx *trial; /* its result is looked at and thrown away */
	int level;
	struct buf trial_out;
};

struct lb_decompressor {
	ZSTD_DCtx *context;
};

/*
 * The levels that are not zstd's own, of its quickest way of searching. The window covers
 * the group; a table of 2^15 (or 2^14) entries stays in the second-level cache, where a
 * larger one takes a seventh more time for nothing. Of searching for short matches the
 * smaller table loses nothing to the larger one.
 */
static const struct tuning {
	int level;
	int hash_log;
	int min_match;
	int skip; /* how far the search steps on */
} tunings[] = {
	{ LB_LEVEL_DEFAULT, 15, 5, 0 },
	{ LB_LEVEL_FAST, 14, 6, 1 },
};

enum { TUNINGS = sizeof(tunings) / sizeof(tunings[0]) };

static bool set(ZSTD_CCtx *context, ZSTD_cParameter name, int value)
{
	return ZSTD_isError(ZSTD_CCtx_setParameter(context, name, value)) == 0;
}

static bool set_tuning(ZSTD_CCtx *context, const struct tuning *t)
{
	return set(context, ZSTD_c_compressionLevel, 1) &&
	       set(context, ZSTD_c_strategy, ZSTD_fast) &&
	       set(context, ZSTD_c_windowLog, 21) &&
	       set(context, ZSTD_c_hashLog, t->hash_log) &&
	       set(context, ZSTD_c_minMatch, t->min_match) &&
	       set(context, ZSTD_c_targetLength, t->skip);
}

static bool set_level(ZSTD_CCtx *context, int level)
{
	bool ok = ZSTD_isError(ZSTD_CCtx_reset(context,
	                                       ZSTD_reset_session_and_parameters)) == 0;

	/* Packs are authenticated: a checksum within would be a second one. */
	ok = ok && set(context, ZSTD_c_checksumFlag, 0) &&
	     set(context, ZSTD_c_contentSizeFlag, 1);
	for (size_t i = 0; i < TUNINGS; i++)
		if (tunings[i].level == level)
			return ok && set_tuning(context, &tunings[i]);
	return ok && set(context, ZSTD_c_compressionLevel, level);
}

static bool is_level(int level)
{
	return level == LB_LEVEL_NONE || level == LB_LEVEL_FAST ||
	       (level >= LB_LEVEL_MIN && level <= LB_LEVEL_MAX);
}

enum err_code lb_compressor_set_level(struct lb_compressor *c, int level, struct err *err)
{
	if (!is_level(level))
		return err_set(err, ERR_USAGE, "compression level %d is not in %d .. %d",
		               level, LB_LEVEL_MIN, LB_LEVEL_MAX);
	if (level != LB_LEVEL_NONE && !set_level(c->context, level))
		return err_set(err, ERR_UNSUPPORTED, "zstd refused level %d", level);
	c->level = level;
	return ERR_OK;
}

enum err_code lb_compressor_new(struct lb_compressor **out, int level, struct err *err)
{
	struct lb_compressor *c = mem_new(sizeof(*c));
	enum err_code rc;

	if (c == NULL)
		return err_nomem(err);
	c->context = ZSTD_createCCtx();
	c->trial = ZSTD_createCCtx();
	if (c->context == NULL || c->trial == NULL ||
	    !buf_reserve(&c->trial_out, ZSTD_compressBound(TRIAL)) ||
	    !set_level(c->trial, TRIAL_LEVEL)) {
		rc = err_nomem(err);
		goto fail;
	}
	if ((rc = lb_compressor_set_level(c, level, err)) != ERR_OK)
		goto fail;
	*out = c;
	return ERR_OK;
fail:
	lb_compressor_free(c);
	return rc;
}

void lb_compressor_free(struct lb_compressor *c)
{
	if (c == NULL)
		return;
	(void)ZSTD_freeCCtx(c->context);
	(void)ZSTD_freeCCtx(c->trial);
	buf_fini(&c->trial_out);
	mem_free(c);
}

/*
 * How much the bytes favour some values: the sum of the squares of their counts. It is
 * about n * n / 256 + n where all are equally likely, as in ciphertext; a deflated file
 * or an image has a little more, text ten times as much.
 */
static uint64_t unevenness(const unsigned char *sample)
{
	uint16_t counts[256] = { 0 };
	uint64_t sum = 0;

	for (size_t i = 0; i < SAMPLE; i++)
		counts[sample[i]]++;
	for (size_t i = 0; i < 256; i++)
		sum += (uint64_t)counts[i] * counts[i];
	return sum;
}

/* Even bytes may still repeat as strings: zstd tries a piece around `at`. */
static bool trial_shrinks(struct lb_compressor *c, struct span plain, size_t at)
{
	const size_t before = at < TRIAL / 2 ? at : TRIAL / 2;
	const size_t room = plain.len - TRIAL;
	const size_t from = at - before < room ? at - before : room;
	const struct span piece = span_sub(plain, from, TRIAL);
	const size_t n = ZSTD_compress2(c->trial, c->trial_out.ptr, c->trial_out.cap,
	                                piece.ptr, piece.len);

	return ZSTD_isError(n) != 0 || n < piece.len - (piece.len >> GAIN_SHIFT);
}

bool lb_compressible(struct lb_compressor *c, struct span plain)
{
	const uint64_t even = (uint64_t)SAMPLE * SAMPLE / 256 + SAMPLE;
	const unsigned char *data = (const unsigned char *)plain.ptr;
	uint64_t most = 0;
	size_t most_at = 0;

	/* What is short costs no more to compress than to probe. */
	if (plain.len < (size_t)2 * SAMPLES * SAMPLE)
		return true;
	for (size_t i = 0; i < SAMPLES; i++) {
		const size_t at = (plain.len - SAMPLE) / (SAMPLES - 1) * i;
		const uint64_t found = unevenness(data + at);

		if (found > 2 * even)
			return true;
		if (found > most) {
			most = found;
			most_at = at;
		}
	}
	return trial_shrinks(c, plain, most_at);
}

enum err_code lb_compress(struct lb_compressor *c, struct span plain, struct buf *out,
                          enum lb_codec *codec, struct err *err)
{
	size_t n;

	buf_clear(out);
	*codec = LB_CODEC_STORED;
	if (plain.len > LB_COMPRESS_MAX)
		return err_set(err, ERR_LIMIT, "%zu bytes are too many to compress",
		               plain.len);
	if (c->level == LB_LEVEL_NONE || plain.len == 0 || !lb_compressible(c, plain))
		return ERR_OK;
	if (!buf_reserve(out, ZSTD_compressBound(plain.len)))
		return err_nomem(err);
	n = ZSTD_compress2(c->context, out->ptr, out->cap, plain.ptr, plain.len);
	if (ZSTD_isError(n) != 0)
		return err_set(err, ERR_NOMEM, "zstd: %s", ZSTD_getErrorName(n));
	if (n >= plain.len - (plain.len >> GAIN_SHIFT))
		return ERR_OK;
	out->len = n;
	out->ptr[n] = '\0';
	*codec = LB_CODEC_ZSTD;
	return ERR_OK;
}

enum err_code lb_decompressor_new(struct lb_decompressor **out, struct err *err)
{
	struct lb_decompressor *d = mem_new(sizeof(*d));

	if (d == NULL)
		return err_nomem(err);
	d->context = ZSTD_createDCtx();
	if (d->context == NULL) {
		lb_decompressor_free(d);
		return err_nomem(err);
	}
	*out = d;
	return ERR_OK;
}

void lb_decompressor_free(struct lb_decompressor *d)
{
	if (d == NULL)
		return;
	(void)ZSTD_freeDCtx(d->context);
	mem_free(d);
}

/*
 * The window that a frame asks for (RFC 8878, 3.1.1.1), UINT64_MAX for no frame. zstd
 * itself checks it only when it reads piecewise. `size` is the content size, which is the
 * window of a frame of a single segment.
 */
static uint64_t frame_window(struct span stored, uint64_t size)
{
	const uint32_t magic = UINT32_C(0xFD2FB528);
	const unsigned single_segment = 1u << 5;
	const unsigned smallest_log = 10;
	struct wire w;
	unsigned descriptor;
	unsigned window;
	uint64_t base;

	wire_init(&w, stored);
	if (wire_u32(&w) != magic)
		return UINT64_MAX;
	descriptor = wire_u8(&w);
	if ((descriptor & single_segment) != 0)
		return wire_ok(&w) ? size : UINT64_MAX;
	window = wire_u8(&w);
	base = UINT64_C(1) << (smallest_log + (window >> 3));
	return wire_ok(&w) ? base + (base >> 3) * (window & 7) : UINT64_MAX;
}

static enum err_code decompress_frame(struct lb_decompressor *d, struct span stored,
                                      size_t length, unsigned char *out, struct err *err)
{
	size_t n = ZSTD_findFrameCompressedSize(stored.ptr, stored.len);

	if (ZSTD_isError(n) != 0 || n != stored.len)
		return err_set(err, ERR_CORRUPT,
		               "compressed data are not one zstd frame");
	if (ZSTD_getFrameContentSize(stored.ptr, stored.len) != length)
		return err_set(err, ERR_CORRUPT,
		               "compressed data are not of %zu bytes as they should be",
		               length);
	if (frame_window(stored, length) > UINT64_C(1) << WINDOW_LOG_MAX)
		return err_set(err, ERR_CORRUPT, "zstd window above 8 MiB");
	n = ZSTD_decompressDCtx(d->context, out, length, stored.ptr, stored.len);
	if (ZSTD_isError(n) != 0)
		return err_set(err, ERR_CORRUPT, "zstd: %s", ZSTD_getErrorName(n));
	if (n != length)
		return err_set(err, ERR_CORRUPT, "zstd gave %zu bytes of %zu", n, length);
	return ERR_OK;
}

enum err_code lb_decompress(struct lb_decompressor *d, unsigned codec, struct span stored,
                            size_t length, unsigned char *out, struct err *err)
{
	if (length > LB_COMPRESS_MAX)
		return err_set(err, ERR_LIMIT, "%zu bytes are too many to decompress",
		               length);
	if (codec == LB_CODEC_ZSTD)
		return decompress_frame(d, stored, length, out, err);
	if (codec != LB_CODEC_STORED)
		return err_set(err, ERR_CORRUPT, "unknown compression %u", codec);
	if (stored.len != length)
		return err_set(err, ERR_CORRUPT, "%zu bytes are stored of %zu",
		               stored.len, length);
	if (length > 0)
		memcpy(out, stored.ptr, length);
	return ERR_OK;
}
