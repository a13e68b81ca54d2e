// SPDX-License-Identifier: Apache-2.0
#include "repo/config.h"

#include "base/str.h"
#include "base/wire.h"
#include "crypto/digest.h"

#include <string.h>

enum {
	TAG_ARBITRATION = 1,
	TAG_ZONE = 2,
	TAG_CREATED = 3,
	TAG_PACK_SIZE = 4,
	TAG_GROUP_SIZE = 5,
	TAG_IDENT = 128,
	TAG_SUITE = 129,
	TAG_CHUNKER = 130,
};

static const char magic[] = "LBCONFIG";

/* Version 0 has none. */
static const uint64_t known_features_read;
static const uint64_t known_features_write;

void lb_config_default(struct lb_config *c)
{
	*c = (struct lb_config){
		.arbitration = LB_ARBITRATION_LINK,
		.ident = lb_ident_best(),
		.suite = lb_suite_best(),
		.chunker = lb_chunk_params_default(),
		.pack_size = 32U << 20,
		.group_size = 1U << 20,
	};
	lb_id_random(&c->repo);
}

struct span lb_config_content(const struct lb_config *c)
{
	return span_of((const char *)c->content, c->content_len);
}

const char *lb_config_fault(const struct lb_config *c)
{
	if (lb_id_is_zero(&c->repo))
		return "it has no repository id";
	if (c->arbitration < LB_ARBITRATION_LINK || c->arbitration > LB_ARBITRATION_NONE)
		return "unknown arbitration";
	if (memchr(c->zone, '\0', sizeof(c->zone)) == NULL ||
	    !str_is_utf8(span_str(c->zone)))
		return "the zone is no UTF-8 text of at most 255 bytes";
	if (!lb_ident_alg_known(c->ident))
		return "unknown chunk id algorithm";
	if (!lb_suite_known(c->suite))
		return "unknown cipher suite";
	if (c->pack_size < LB_PACK_SIZE_MIN || c->pack_size > LB_PACK_SIZE_MAX)
		return "the pack size is not between 64 KiB and 128 MiB";
	if (c->group_size < LB_GROUP_SIZE_MIN || c->group_size > LB_GROUP_SIZE_MAX)
		return "the group size is not between 4 KiB and 8 MiB";
	return lb_chunk_params_fault(&c->chunker);
}

static void put_chunker(struct buf *b, const struct lb_chunk_params *p)
{
	wire_put_u8(b, TAG_CHUNKER);
	wire_put_varint(b, 1 + 3 * sizeof(uint32_t));
	wire_put_u8(b, p->algorithm);
	wire_put_u32(b, p->smallest);
	wire_put_u32(b, p->average);
	wire_put_u32(b, p->largest);
}

static void put_all(struct buf *b, const struct lb_config *c)
{
	buf_puts(b, magic);
	wire_put_u16(b, LB_FORMAT_VERSION);
	wire_put_u16(b, 0);
	wire_put_u64(b, c->features_read);
	wire_put_u64(b, c->features_write);
	wire_put_raw(b, c->repo.b, LB_ID);
	wire_put_field_u8(b, TAG_ARBITRATION, (uint8_t)c->arbitration);
	wire_put_field_some(b, TAG_ZONE, span_str(c->zone));
	wire_put_field_i64(b, TAG_CREATED, c->created);
	wire_put_field_u32(b, TAG_PACK_SIZE, c->pack_size);
	wire_put_field_u32(b, TAG_GROUP_SIZE, c->group_size);
	wire_put_field_u8(b, TAG_IDENT, (uint8_t)c->ident);
	wire_put_field_u8(b, TAG_SUITE, (uint8_t)c->suite);
	put_chunker(b, &c->chunker);
}

/* Content and hash. */
static enum err_code keep(struct lb_config *c, struct span content, struct err *err)
{
	memcpy(c->content, content.ptr, content.len);
	c->content_len = content.len;
	return lb_hash(content, &c->hash, err);
}

enum err_code lb_config_encode(struct lb_config *c, struct err *err)
{
	const char *fault = lb_config_fault(c);
	struct buf b = BUF_INIT;
	enum err_code rc;

	if (fault != NULL)
		return err_set(err, ERR_USAGE, "configuration: %s", fault);
	put_all(&b, c);
	if ((rc = buf_err(&b, err)) == ERR_OK)
		rc = keep(c, buf_span(&b), err);
	buf_fini(&b);
	return rc;
}

static void read_zone(struct wire *w, const struct wire_field *f, struct lb_config *c)
{
	const size_t n = f->value.len;

	if (n > LB_ZONE_MAX || span_find_byte(f->value, '\0') < n) {
		wire_fail(w);
		return;
	}
	wire_field_copy(w, f, c->zone, n);
	c->zone[n] = '\0';
}

static void read_chunker(struct wire *w, const struct wire_field *f,
                         struct lb_chunk_params *p)
{
	struct wire v;

	wire_init(&v, f->value);
	p->algorithm = wire_u8(&v);
	p->smallest = wire_u32(&v);
	p->average = wire_u32(&v);
	p->largest = wire_u32(&v);
	if (!wire_end(&v))
		wire_fail(w);
}

static void read_field(struct wire *w, const struct wire_field *f, struct lb_config *c)
{
	switch (f->tag) {
	case TAG_ARBITRATION:
		c->arbitration = (enum lb_arbitration)wire_field_u8(w, f);
		break;
	case TAG_ZONE:
		read_zone(w, f, c);
		break;
	case TAG_CREATED:
		c->created = wire_field_i64(w, f);
		break;
	case TAG_PACK_SIZE:
		c->pack_size = wire_field_u32(w, f);
		break;
	case TAG_GROUP_SIZE:
		c->group_size = wire_field_u32(w, f);
		break;
	case TAG_IDENT:
		c->ident = (enum lb_ident_alg)wire_field_u8(w, f);
		break;
	case TAG_SUITE:
		c->suite = (enum lb_suite)wire_field_u8(w, f);
		break;
	case TAG_CHUNKER:
		read_chunker(w, f, &c->chunker);
		break;
	default:
		wire_field_unknown(w, f);
	}
}

/* Up to the fields. */
static enum err_code read_head(struct wire *w, struct lb_config *c, struct err *err)
{
	uint16_t version;

	if (!wire_magic(w, magic, sizeof(magic) - 1))
		return err_set(err, ERR_CORRUPT,
		               "this is no configuration of a repository");
	version = wire_u16(w);
	if (wire_ok(w) && version != LB_FORMAT_VERSION)
		return err_set(
			err, ERR_UNSUPPORTED,
			"the repository has format %u; this program knows format %d",
			(unsigned)version, LB_FORMAT_VERSION);
	wire_zeros(w, 2);
	c->features_read = wire_u64(w);
	c->features_write = wire_u64(w);
	wire_copy(w, c->repo.b, LB_ID);
	if (!wire_ok(w))
		return err_set(err, ERR_CORRUPT, "configuration: malformed head");
	if ((c->features_read & ~known_features_read) != 0)
		return err_set(err, ERR_UNSUPPORTED,
		               "the repository uses features (%016llx) that this program "
		               "does not know; a newer one can read it",
		               (unsigned long long)c->features_read);
	return ERR_OK;
}

enum err_code lb_config_decode(struct lb_config *c, struct span content, struct err *err)
{
	const char *fault;
	struct wire_field f;
	struct wire w;
	enum err_code rc;

	*c = (struct lb_config){ 0 };
	if (content.len > LB_CONFIG_MAX)
		return err_set(err, ERR_CORRUPT, "configuration: %zu bytes, at most %d",
		               content.len, LB_CONFIG_MAX);
	wire_init(&w, content);
	if ((rc = read_head(&w, c, err)) != ERR_OK)
		return rc;
	while (wire_field(&w, &f))
		read_field(&w, &f, c);
	if (!wire_end(&w))
		return err_set(err, ERR_CORRUPT, "configuration: malformed fields");
	fault = lb_config_fault(c);
	if (fault != NULL)
		return err_set(err, ERR_CORRUPT, "configuration: %s", fault);
	return keep(c, content, err);
}

enum err_code lb_config_may_write(const struct lb_config *c, struct err *err)
{
	if ((c->features_write & ~known_features_write) == 0)
		return ERR_OK;
	return err_set(err, ERR_UNSUPPORTED,
	               "writing to this repository needs features (%016llx) that this "
	               "program does not know; it may be read",
	               (unsigned long long)c->features_write);
}
