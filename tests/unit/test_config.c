// SPDX-License-Identifier: Apache-2.0
#include "repo/config.h"

#include "base/wire.h"
#include "os/fs.h"
#include "repo/doubled.h"
#include "support/check_hex.h"

TestSuite(config, .timeout = 10);

/* The content of tests/golden/slots/config, which another implementation wrote. */
static void golden(struct buf *object, struct span *content)
{
	struct err err = ERR_INIT;

	check_ok(os_read_file(TEST_SOURCE_DIR "/golden/slots/config", 1 << 16, object,
	                      &err),
	         &err);
	check_ok(lb_doubled_get(buf_span(object), LB_CONFIG_MAX, content, &err), &err);
}

Test(config, reads_the_golden_one_and_writes_it_again)
{
	struct buf object = BUF_INIT;
	struct err err = ERR_INIT;
	struct span content;
	struct lb_config c;
	struct lb_config again;

	golden(&object, &content);
	check_ok(lb_config_decode(&c, content, &err), &err);
	for (unsigned i = 0; i < LB_ID; i++)
		check_int_eq(c.repo.b[i], 64 + i, "repository id");
	check_int_eq(c.arbitration, LB_ARBITRATION_LINK, "arbitration");
	check_str_eq(c.zone, "zone \xce\xb1", "zone");
	check_int_eq(c.created, 1700000000123456789, "created");
	check_int_eq(c.ident, LB_IDENT_HMAC_SHA256, "chunk ids");
	check_int_eq(c.suite, LB_SUITE_AES256GCM, "suite");
	check_int_eq(c.chunker.algorithm, 1, "chunker");
	check_u64_eq(c.chunker.smallest, 262144, "smallest");
	check_u64_eq(c.chunker.average, 1048576, "average");
	check_u64_eq(c.chunker.largest, 4194304, "largest");
	check_u64_eq(c.pack_size, 33554432, "pack size");
	check_u64_eq(c.group_size, 1048576, "group size");
	check_ok(lb_config_may_write(&c, &err), &err);
	again = c;
	memset(again.content, 0, sizeof(again.content));
	check_ok(lb_config_encode(&again, &err), &err);
	check_true(span_eq(lb_config_content(&again), content), "the same bytes");
	check_true(lb_id_eq(&again.hash, &c.hash), "the same hash");
	buf_fini(&object);
}

Test(config, the_default_is_valid_and_each_has_its_id)
{
	struct err err = ERR_INIT;
	struct lb_config a;
	struct lb_config b;
	struct lb_config back;

	lb_config_default(&a);
	lb_config_default(&b);
	check_true(!lb_id_eq(&a.repo, &b.repo), "two repositories");
	check_ok(lb_config_encode(&a, &err), &err);
	check_ok(lb_config_decode(&back, lb_config_content(&a), &err), &err);
	check_true(lb_id_eq(&a.repo, &back.repo), "it comes back");
	check_str_eq(back.zone, "", "no zone");
	check_int_eq(back.created, 0, "a time of 0 is left out and comes back");
}

/* Appends to a copy of the golden content and decodes. */
static enum err_code with(const void *more, size_t len, struct lb_config *c,
                          struct err *err)
{
	struct buf object = BUF_INIT;
	struct buf changed = BUF_INIT;
	struct span content;
	enum err_code rc;

	golden(&object, &content);
	buf_put(&changed, content);
	wire_put_raw(&changed, more, len);
	rc = lb_config_decode(c, buf_span(&changed), err);
	buf_fini(&changed);
	buf_fini(&object);
	return rc;
}

Test(config, unknown_fields_are_kept_or_refused)
{
	static const char zone[] = { 2, 1, 'a' };
	struct err err = ERR_INIT;
	struct lb_config c;

	check_err(with("\x83\x00", 2, &c, &err), ERR_CORRUPT, "131 must be known");
	check_err(with(zone, sizeof(zone), &c, &err), ERR_CORRUPT, "2 comes too late");
	check_err(with("\x82", 1, &c, &err), ERR_CORRUPT, "half a field");
}

Test(config, a_lower_unknown_field_survives)
{
	static const unsigned char six[] = { 6, 2, 'h', 'i' };
	struct buf object = BUF_INIT;
	struct buf changed = BUF_INIT;
	struct err err = ERR_INIT;
	struct span content;
	struct lb_config c;
	size_t at;

	golden(&object, &content);
	at = span_find(content, SPAN_LIT("\x80\x01\x01\x81"));
	check_true(at < content.len, "field 128 is found");
	buf_put(&changed, span_sub(content, 0, at));
	wire_put_raw(&changed, six, sizeof(six));
	buf_put(&changed, span_from(content, at));
	check_ok(lb_config_decode(&c, buf_span(&changed), &err), &err);
	check_true(span_eq(lb_config_content(&c), buf_span(&changed)), "kept");
	buf_fini(&changed);
	buf_fini(&object);
}

/* Changes bytes of the golden content. */
static enum err_code patched(size_t at, unsigned char value, struct lb_config *c,
                             struct err *err)
{
	struct buf object = BUF_INIT;
	struct buf changed = BUF_INIT;
	struct span content;
	enum err_code rc;

	golden(&object, &content);
	buf_put(&changed, content);
	changed.ptr[at] = (char)value;
	rc = lb_config_decode(c, buf_span(&changed), err);
	buf_fini(&changed);
	buf_fini(&object);
	return rc;
}

Test(config, version_and_features_are_obeyed)
{
	struct err err = ERR_INIT;
	struct lb_config c;

	check_err(patched(0, 'X', &c, &err), ERR_CORRUPT, "magic");
	check_err(patched(8, 1, &c, &err), ERR_UNSUPPORTED, "version 1");
	check_str_contains(err.msg, "format 1", "named");
	check_err(patched(10, 1, &c, &err), ERR_CORRUPT, "reserved");
	check_err(patched(12, 4, &c, &err), ERR_UNSUPPORTED, "a feature for reading");
	check_str_contains(err.msg, "0000000000000004", "named");
	check_ok(patched(20, 1, &c, &err), &err);
	check_err(lb_config_may_write(&c, &err), ERR_UNSUPPORTED,
	          "a feature for writing");
	check_str_contains(err.msg, "may be read", "and says what is left");
}

Test(config, values_out_of_bounds_are_named)
{
	struct err err = ERR_INIT;
	struct lb_config good;
	struct lb_config c;

	lb_config_default(&good);
	check_null(lb_config_fault(&good), "nothing wrong");
#define FAULT(member, value, text)                                         \
	do {                                                               \
		c = good;                                                  \
		c.member = (value);                                        \
		check_err(lb_config_encode(&c, &err), ERR_USAGE, #member); \
		check_str_contains(err.msg, text, #member);                \
	} while (0)
	FAULT(repo, (struct lb_id){ { 0 } }, "repository id");
	FAULT(arbitration, (enum lb_arbitration)6, "arbitration");
	FAULT(arbitration, (enum lb_arbitration)0, "arbitration");
	FAULT(ident, (enum lb_ident_alg)3, "chunk id");
	FAULT(suite, (enum lb_suite)0, "suite");
	FAULT(pack_size, LB_PACK_SIZE_MIN - 1, "pack size");
	FAULT(pack_size, LB_PACK_SIZE_MAX + 1, "pack size");
	FAULT(group_size, LB_GROUP_SIZE_MIN - 1, "group size");
	FAULT(group_size, LB_GROUP_SIZE_MAX + 1, "group size");
	FAULT(zone[0], '\xff', "zone");
	FAULT(chunker.average, 3, "");
	c = good;
	memset(c.zone, 'z', sizeof(c.zone));
	check_err(lb_config_encode(&c, &err), ERR_USAGE, "a zone without an end");
#undef FAULT
}

Test(config, every_cut_is_refused)
{
	struct buf object = BUF_INIT;
	struct err err = ERR_INIT;
	struct span content;
	struct lb_config c;

	golden(&object, &content);
	for (size_t n = 0; n < content.len; n++)
		check_err(lb_config_decode(&c, span_sub(content, 0, n), &err),
		          ERR_CORRUPT, "%zu bytes", n);
	buf_fill(&object, 'x', LB_CONFIG_MAX + 1);
	check_err(lb_config_decode(&c, span_of(object.ptr, LB_CONFIG_MAX + 1), &err),
	          ERR_CORRUPT, "too long");
	buf_fini(&object);
}
