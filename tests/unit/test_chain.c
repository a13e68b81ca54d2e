// SPDX-License-Identifier: Apache-2.0
#include "record/chain.h"

#include "base/str.h"
#include "os/dir.h"
#include "record/history.h"
#include "support/check.h"

TestSuite(chain, .timeout = 10);

/* Heads computed by hashlib from the definition. */
#define ID "000102030405060708090a0b0c0d0e0f"
#define FIRST "{\"history\":1,\"repository\":\"" ID "\"}\n"
#define H0 "e098714c27ab6738b3280127e0dc610be1c2720b49017526de4445f3bad3d45f"
#define H1 "7d9e9dc037bba1ab245db55d5797adfaae8a71e82b580ef28a290d3d47da634a"
#define LINE0 "{\"index\":0,\"head\":\"" H0 "\",\"statement\":{\"a\":1}}\n"
#define LINE1 "{\"index\":1,\"head\":\"" H1 "\",\"envelope\":{\"payload\":\"x\"}}\n"

static struct err err;

static void check_head(const struct gate_chain *c, const char *want)
{
	char hex[LB_ID_HEX];

	str_hex(c->head.b, LB_ID, hex);
	check_str_eq(hex, want, "head of %llu", (unsigned long long)c->count);
}

static struct gate_history_state walk(const char *text)
{
	struct gate_history_state s;

	check_ok(gate_history_walk_text(span_str(text), NULL, NULL, &s, &err), &err);
	return s;
}

Test(chain, lines_are_written_as_defined)
{
	struct gate_chain c = { .begun = false };
	struct buf out = BUF_INIT;
	bool is_entry = true;

	check_ok(lb_crypto_init(&err), &err);
	gate_chain_write_first(ID, &out);
	check_ok(gate_chain_read(&c, buf_span(&out), &is_entry, NULL, &err), &err);
	check_true(!is_entry, "the first line is none");
	buf_putc(&out, '\n');
	check_ok(gate_chain_write(&c, SPAN_LIT("{\"a\":1}"), false, &out, &err), &err);
	buf_putc(&out, '\n');
	check_head(&c, H0);
	check_ok(gate_chain_write(&c, SPAN_LIT("{\"payload\":\"x\"}"), true, &out, &err),
	         &err);
	buf_putc(&out, '\n');
	check_head(&c, H1);
	check_str_eq(buf_str(&out), FIRST LINE0 LINE1, "all lines");
	buf_fini(&out);
}

/* All eight bytes of an index count, the high ones first. */
Test(chain, an_index_has_eight_bytes)
{
	struct gate_chain c = { .begun = true, .count = UINT64_C(0x0102030405060708) };
	struct buf out = BUF_INIT;

	check_ok(lb_crypto_init(&err), &err);
	c.head.b[LB_ID - 1] = 7;
	check_ok(gate_chain_write(&c, SPAN_LIT("{}"), false, &out, &err), &err);
	check_head(&c,
	           "1dc7022fa43db742bf676053faa9bd6e8d8728d1f1c2907d8bda6a89e480f773");
	buf_fini(&out);
}

Test(chain, a_log_that_holds)
{
	static const struct {
		const char *text;
		uint64_t count;
		size_t torn;
	} table[] = {
		{ "", 0, 0 },
		{ FIRST, 0, 0 },
		{ FIRST LINE0, 1, 0 },
		{ FIRST LINE0 LINE1, 2, 0 },
		{ FIRST LINE0 "{\"index\":1", 1, 10 },
		{ FIRST LINE0 "garbage", 1, 7 },
	};

	check_ok(lb_crypto_init(&err), &err);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct gate_history_state s = walk(table[i].text);

		check_true(!s.broken, "%s: %s", table[i].text, s.why.msg);
		check_u64_eq(s.chain.count, table[i].count, "%s", table[i].text);
		check_u64_eq(s.torn, table[i].torn, "%s", table[i].text);
		check_u64_eq(s.bytes + s.torn, strlen(table[i].text), "all of it");
	}
}

/* Whichever byte of a log becomes another one, the entry that it is of breaks. */
Test(chain, every_changed_byte_breaks_it)
{
	static const char log[] = FIRST LINE0 LINE1;
	char text[sizeof log];
	const size_t ends[] = { strlen(FIRST), strlen(FIRST LINE0), strlen(log) };

	check_ok(lb_crypto_init(&err), &err);
	for (size_t i = 0; i + 1 < strlen(log); i++) {
		struct gate_history_state s;

		memcpy(text, log, sizeof log);
		text[i] = text[i] == '0' ? '1' : '0';
		s = walk(text);
		check_true(s.broken, "byte %zu", i);
		check_u64_eq(s.broken_at, i < ends[1] ? 0 : 1, "byte %zu", i);
	}
}

/* Lines have the same bound wherever they come from, and none is written above it. */
Test(chain, a_line_is_bounded_wherever_it_is)
{
	struct gate_chain c = { .begun = false };
	struct gate_history_state s;
	struct gate_history *h;
	struct buf text = BUF_INIT;
	struct buf log = BUF_INIT;
	struct buf dir = BUF_INIT;
	bool is_entry;

	check_ok(lb_crypto_init(&err), &err);
	check_true(buf_reserve(&text, GATE_LINE_MAX), "memory");
	memset(text.ptr, ' ', GATE_LINE_MAX);
	text.len = GATE_LINE_MAX;
	gate_chain_write_first(ID, &log);
	check_ok(gate_chain_read(&c, buf_span(&log), &is_entry, NULL, &err), &err);
	buf_putc(&log, '\n');
	check_ok(gate_chain_write(&c, buf_span(&text), false, &log, &err), &err);
	buf_putc(&log, '\n');
	check_ok(gate_history_walk_text(buf_span(&log), NULL, NULL, &s, &err), &err);
	check_true(s.broken && strstr(s.why.msg, "64 MiB") != NULL, "%s", s.why.msg);
	buf_fini(&log);

	check_ok(os_mkdtemp(NULL, "test-chain-", &dir, &err), &err);
	check_ok(gate_history_open(&h, buf_str(&dir), NULL, &err), &err);
	check_ok(gate_history_begin(h, &err), &err);
	check_err(gate_history_append(h, buf_span(&text), false, &err), ERR_LIMIT,
	          "too long");
	check_ok(gate_history_append(h, SPAN_LIT("{}"), false, &err), &err);
	gate_history_close(h);
	check_ok(os_remove_tree(buf_str(&dir), &err), &err);
	buf_fini(&text);
	buf_fini(&dir);
}
