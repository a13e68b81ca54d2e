/* SPDX-License-Identifier: Apache-2.0 */
#include "os/capture_internal.h"
#include "support/check.h"

TestSuite(capture, .timeout = 10);

/* Feeds "0123456789" over and over in pieces, and compares with what should be kept. */
static void check_pieces(uint64_t max, size_t piece, size_t total)
{
	struct err err = ERR_INIT;
	struct buf all = BUF_INIT;
	struct buf got = BUF_INIT;
	struct buf want = BUF_INIT;
	struct capture c;
	uint64_t dropped = 99;
	const size_t half = (size_t)(max / 2);

	for (size_t i = 0; i < total; i++)
		buf_putc(&all, (char)('0' + i % 10));
	capture_init(&c, max);
	for (size_t at = 0; at < total; at += piece)
		capture_put(&c, span_sub(buf_span(&all), at, piece));
	check_ok(capture_take(&c, &got, &dropped, &err), &err);
	if (total <= 2 * half) {
		buf_put(&want, buf_span(&all));
	} else {
		buf_put(&want, span_sub(buf_span(&all), 0, half));
		buf_put(&want, span_from(buf_span(&all), total - half));
	}
	check_str_eq(buf_str(&got), buf_str(&want), "max %llu piece %zu total %zu",
	             (unsigned long long)max, piece, total);
	check_u64_eq(dropped, total - want.len, "dropped");
	capture_fini(&c);
	buf_fini(&all);
	buf_fini(&got);
	buf_fini(&want);
}

Test(capture, keeps_both_ends_for_all_sizes)
{
	for (uint64_t max = 0; max < 14; max++)
		for (size_t piece = 1; piece < 16; piece++)
			for (size_t total = 0; total < 40; total++)
				check_pieces(max, piece, total);
}

Test(capture, memory_stays_near_the_limit)
{
	char piece[1000] = "";
	struct capture c;

	capture_init(&c, 10000);
	for (int i = 0; i < 100000; i++)
		capture_put(&c, span_of(piece, sizeof(piece)));
	check_true(c.head.cap + c.tail.cap < 60000, "holds %zu bytes",
	           c.head.cap + c.tail.cap);
	capture_fini(&c);
}
