// SPDX-License-Identifier: Apache-2.0
#include "repo/doubled.h"

#include "base/wire.h"
#include "crypto/digest.h"

#include <string.h>

uint64_t lb_doubled_max(uint64_t content)
{
	return 2 * (LB_DOUBLED_HEAD + content);
}

enum err_code lb_doubled_put(struct buf *out, struct span content, struct err *err)
{
	unsigned char check[LB_CHECK];
	enum err_code rc;

	if (content.len > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "%zu bytes are too many to store twice",
		               content.len);
	if ((rc = lb_check(content, check, err)) != ERR_OK)
		return rc;
	for (int copy = 0; copy < 2; copy++) {
		wire_put_u32(out, (uint32_t)content.len);
		wire_put_raw(out, check, sizeof(check));
		buf_put(out, content);
	}
	return buf_err(out, err);
}

/* Is there a sound copy at the start of `bytes`? */
static enum err_code copy_at(struct span bytes, size_t max, bool *sound,
                             struct span *content, struct err *err)
{
	unsigned char want[LB_CHECK];
	unsigned char got[LB_CHECK];
	struct wire w;
	uint32_t length;
	enum err_code rc;

	*sound = false;
	wire_init(&w, bytes);
	length = wire_u32(&w);
	wire_copy(&w, want, sizeof(want));
	if (!wire_ok(&w) || length > max)
		return ERR_OK;
	*content = wire_take(&w, length);
	if (!wire_ok(&w))
		return ERR_OK;
	if ((rc = lb_check(*content, got, err)) == ERR_OK)
		*sound = memcmp(got, want, sizeof(got)) == 0;
	return rc;
}

enum err_code lb_doubled_inspect(struct span object, size_t max, struct span *content,
                                 bool *whole, struct err *err)
{
	/* Both copies have one size, whatever their heads say. */
	const struct span later = span_from(object, object.len / 2);
	struct span first = SPAN_EMPTY;
	struct span second = SPAN_EMPTY;
	bool first_sound;
	bool second_sound;
	enum err_code rc;

	if ((rc = copy_at(object, max, &first_sound, &first, err)) != ERR_OK ||
	    (rc = copy_at(later, max, &second_sound, &second, err)) != ERR_OK)
		return rc;
	if (!first_sound && !second_sound)
		return err_set(err, ERR_CORRUPT, "both copies in it are damaged");
	*content = first_sound ? first : second;
	*whole = first_sound && second_sound && span_eq(first, second) &&
	         object.len == lb_doubled_max(first.len);
	return ERR_OK;
}

enum err_code lb_doubled_get(struct span object, size_t max, struct span *content,
                             struct err *err)
{
	bool whole;

	return lb_doubled_inspect(object, max, content, &whole, err);
}
