// SPDX-License-Identifier: Apache-2.0
#include "record/chain.h"

#include "base/str.h"

#include <inttypes.h>
#include <string.h>

#define TAG "seaworthy-history-v1" /* and its NUL */
enum { INDEX_BYTES = 8, HASHED = sizeof TAG + INDEX_BYTES + 2 * LB_ID };

static enum err_code next_head(const struct gate_chain *c, struct span text,
                               struct lb_id *out, struct err *err)
{
	unsigned char bytes[HASHED];
	unsigned char *at = bytes;
	struct lb_id e;
	const enum err_code rc = lb_hash(text, &e, err);

	if (rc != ERR_OK)
		return rc;
	memcpy(at, TAG, sizeof TAG);
	at += sizeof TAG;
	for (unsigned i = 0; i < INDEX_BYTES; i++)
		*at++ = (unsigned char)(c->count >> (8 * (INDEX_BYTES - 1 - i)));
	memcpy(at, c->head.b, LB_ID);
	memcpy(at + LB_ID, e.b, LB_ID);
	return lb_hash(span_of((const char *)bytes, sizeof bytes), out, err);
}

static enum err_code begin(struct gate_chain *c, const char *repository, struct err *err)
{
	const enum err_code rc = lb_hash(span_str(repository), &c->head, err);

	if (rc != ERR_OK)
		return rc;
	memcpy(c->repository, repository, GATE_REPOSITORY_HEX);
	c->begun = true;
	c->count = 0;
	return ERR_OK;
}

void gate_chain_write_first(const char *repository, struct buf *out)
{
	buf_printf(out, "{\"history\":1,\"repository\":\"%s\"}", repository);
}

/* What stands before an entry's text. */
static void put_front(struct buf *out, uint64_t index, const struct lb_id *head,
                      bool is_signed)
{
	char hex[LB_ID_HEX];

	str_hex(head->b, LB_ID, hex);
	buf_printf(out, "{\"index\":%" PRIu64 ",\"head\":\"%s\",\"%s\":", index, hex,
	           is_signed ? "envelope" : "statement");
}

enum err_code gate_chain_write(struct gate_chain *c, struct span text, bool is_signed,
                               struct buf *out, struct err *err)
{
	struct lb_id head;
	const enum err_code rc = next_head(c, text, &head, err);

	if (rc != ERR_OK)
		return rc;
	put_front(out, c->count, &head, is_signed);
	buf_put(out, text);
	buf_putc(out, '}');
	if (!buf_ok(out))
		return err_nomem(err);
	c->head = head;
	c->count++;
	return ERR_OK;
}

static enum err_code read_first(struct gate_chain *c, struct span line, struct err *err)
{
	const struct span front = SPAN_LIT("{\"history\":1,\"repository\":\"");
	const struct span back = SPAN_LIT("\"}");
	unsigned char id[GATE_REPOSITORY_BYTES];
	char hex[GATE_REPOSITORY_HEX];
	const struct span digits = span_sub(line, front.len, sizeof hex - 1);

	if (line.len != front.len + sizeof hex - 1 + back.len ||
	    !span_starts(line, front) || !span_ends(line, back) ||
	    !str_unhex(digits, id, sizeof id))
		return err_set(err, ERR_CORRUPT,
		               "the first line does not say whose history it is");
	str_hex(id, sizeof id, hex);
	return begin(c, hex, err);
}

/* The line has to be what the writer would write with the head that it says. */
static bool take_text(struct span line, bool is_signed, struct gate_chain_entry *out)
{
	const struct span head_key = SPAN_LIT("\"head\":\"");
	struct buf front = BUF_INIT;
	struct span claimed;
	size_t at;
	bool good;

	at = span_find(span_sub(line, 0, 64), head_key);
	claimed = span_sub(line, at + head_key.len, LB_ID_HEX - 1);
	good = str_unhex(claimed, out->head.b, LB_ID);
	put_front(&front, out->index, &out->head, is_signed);
	good = good && buf_ok(&front) && span_starts(line, buf_span(&front)) &&
	       line.len > front.len + 1 && span_ends(line, SPAN_LIT("}"));
	if (good) {
		out->text = span_sub(line, front.len, line.len - front.len - 1);
		out->is_signed = is_signed;
	}
	buf_fini(&front);
	return good;
}

bool gate_chain_entry_read(struct span line, struct gate_chain_entry *out)
{
	return take_text(line, true, out) || take_text(line, false, out);
}

enum err_code gate_chain_read(struct gate_chain *c, struct span line, bool *is_entry,
                              struct gate_chain_entry *out, struct err *err)
{
	struct lb_id head;
	enum err_code rc;

	*is_entry = c->begun;
	if (!c->begun)
		return read_first(c, line, err);
	*out = (struct gate_chain_entry){ .index = c->count, .previous = c->head };
	if (!gate_chain_entry_read(line, out))
		return err_set(err, ERR_CORRUPT,
		               "its line is not in the form of entry "
		               "%" PRIu64,
		               c->count);
	rc = next_head(c, out->text, &head, err);
	if (rc == ERR_OK && !lb_id_eq(&head, &out->head))
		rc = err_set(err, ERR_CORRUPT,
		             "its head does not follow from what is there");
	if (rc == ERR_OK) {
		c->head = head;
		c->count++;
	}
	return rc;
}
