// SPDX-License-Identifier: Apache-2.0
#ifndef CHUNK_COMPRESS_H
#define CHUNK_COMPRESS_H

#include "base/buf.h"

/*
 * Groups of chunks, compressed (docs/format.md, section 5.3). The only includer of zstd.
 * Every thread has contexts of its own.
 */
struct lb_compressor;
struct lb_decompressor;

enum lb_codec { LB_CODEC_STORED = 0, LB_CODEC_ZSTD = 1 };

/*
 * Levels are zstd's: below 0 faster and larger, up to 19 slower and smaller. The default
 * is made for groups of 512 KiB and more: zstd's quickest way of searching, over a whole
 * group. LB_LEVEL_FAST takes about two thirds of the default's time for 12 % more
 * (docs/performance.md has the figures). LB_LEVEL_NONE stores everything as it is.
 */
enum {
	LB_LEVEL_NONE = -128,
	LB_LEVEL_FAST = -127,
	LB_LEVEL_MIN = -7,
	LB_LEVEL_DEFAULT = 0,
	LB_LEVEL_MAX = 19,
};

/* What is compressed or comes out has at most so many bytes. */
#define LB_COMPRESS_MAX (16u << 20)

/* ERR_USAGE for a level that is not there. */
enum err_code lb_compressor_new(struct lb_compressor **out, int level,
                                struct err *err) ERR_CHECKED;
void lb_compressor_free(struct lb_compressor *c);
/* Of what follows. */
enum err_code lb_compressor_set_level(struct lb_compressor *c, int level,
                                      struct err *err) ERR_CHECKED;

/*
 * Puts the stored form into `out` (cleared, memory reused). With LB_CODEC_STORED that is
 * `plain` itself and `out` stays empty: it is so for what a cheap probe finds to be
 * without pattern, and for what zstd does not make smaller by a 64th. ERR_LIMIT above
 * LB_COMPRESS_MAX. The result depends on plain and level alone.
 */
enum err_code lb_compress(struct lb_compressor *c, struct span plain, struct buf *out,
                          enum lb_codec *codec, struct err *err) ERR_CHECKED;
/* The probe alone: is it likely to become smaller? */
bool lb_compressible(struct lb_compressor *c, struct span plain);

enum err_code lb_decompressor_new(struct lb_decompressor **out,
                                  struct err *err) ERR_CHECKED;
void lb_decompressor_free(struct lb_decompressor *d);

/*
 * Exactly `length` bytes into `out`. ERR_CORRUPT for anything but one whole frame of that
 * content size with a window of at most 8 MiB, or for another codec; `out` is undefined
 * then. ERR_LIMIT above LB_COMPRESS_MAX.
 */
enum err_code lb_decompress(struct lb_decompressor *d, unsigned codec, struct span stored,
                            size_t length, unsigned char *out,
                            struct err *err) ERR_CHECKED;

#endif
