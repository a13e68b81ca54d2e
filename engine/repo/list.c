// SPDX-License-Identifier: Apache-2.0
#include "repo/list.h"

#include "base/mem.h"
#include "base/wire.h"
#include "pack/format.h"

/* Names that take more go into a list, and so do those that the private part leaves no
 * room for: HEAD is more than all else of a record takes with four lists. */
enum { INLINE_NAMES_MAX = 256, NAMES_OF_RECORD = 4, HEAD = 1024 };

void lb_list_put(enum lb_list_kind kind, const struct lb_ids *names, struct buf *out)
{
	wire_put_u8(out, (uint8_t)kind);
	wire_put_u32(out, (uint32_t)names->count);
	wire_put_raw(out, names->ids, names->count * sizeof(*names->ids));
}

static enum err_code begin(struct wire *w, enum lb_list_kind kind, uint32_t *count,
                           struct err *err)
{
	uint8_t found = wire_u8(w);

	*count = wire_u32(w);
	if (!wire_ok(w) || found != (uint8_t)kind)
		return err_set(err, ERR_CORRUPT, "list: not of kind %d", (int)kind);
	if (*count > LB_LIST_NAMES_MAX)
		return err_set(err, ERR_LIMIT, "list: %lu entries, at most %u are read",
		               (unsigned long)*count, LB_LIST_NAMES_MAX);
	return ERR_OK;
}

enum err_code lb_list_get(struct span plain, enum lb_list_kind kind, struct lb_ids *names,
                          struct err *err)
{
	enum err_code rc;
	struct wire w;
	uint32_t count;

	wire_init(&w, plain);
	rc = begin(&w, kind, &count, err);
	if (rc != ERR_OK)
		return rc;
	if (w.left != (size_t)count * LB_ID)
		return err_set(err, ERR_CORRUPT, "list: %zu bytes for %lu names", w.left,
		               (unsigned long)count);
	if (!mem_array(&names->ids, names->count + count, sizeof(*names->ids)))
		return err_nomem(err);
	if (count > 0)
		wire_copy(&w, names->ids + names->count, (size_t)count * LB_ID);
	names->count += count;
	names->room = names->count;
	return ERR_OK;
}

void lb_checkpoint_begin(struct buf *out, uint32_t count)
{
	wire_put_u8(out, LB_LIST_CHECKPOINT);
	wire_put_u32(out, count);
}

void lb_checkpoint_add(struct buf *out, struct span record)
{
	wire_put_u32(out, (uint32_t)record.len);
	wire_put_raw(out, record.ptr, record.len);
}

enum err_code lb_checkpoint_open(struct span *rest, uint32_t *count, struct err *err)
{
	enum err_code rc;
	struct wire w;

	wire_init(&w, *rest);
	rc = begin(&w, LB_LIST_CHECKPOINT, count, err);
	if (rc == ERR_OK)
		*rest = wire_rest(&w);
	return rc;
}

enum err_code lb_checkpoint_take(struct span *rest, struct span *record, struct err *err)
{
	struct wire w;
	uint32_t len;

	wire_init(&w, *rest);
	len = wire_u32(&w);
	if (len > LB_RECORD_MAX)
		wire_fail(&w);
	*record = wire_take(&w, len);
	if (!wire_ok(&w))
		return err_set(err, ERR_CORRUPT, "checkpoint: a cut record");
	*rest = wire_rest(&w);
	return ERR_OK;
}

/* Names of a record */

struct part {
	struct lb_ids *names;
	enum lb_list_kind kind;
};

static void parts_of(struct lb_record *r, struct part parts[NAMES_OF_RECORD])
{
	parts[0] = (struct part){ &r->segments, LB_LIST_SEGMENTS };
	parts[1] = (struct part){ &r->dropped, LB_LIST_SEGMENTS };
	parts[2] = (struct part){ &r->condemned, LB_LIST_PACKS };
	parts[3] = (struct part){ &r->dead, LB_LIST_PACKS };
}

static enum err_code unload(const struct part *p, const struct lb_list_store *store,
                            struct err *err)
{
	struct buf plain = BUF_INIT;
	enum err_code rc;

	if (p->names->count > LB_LIST_NAMES_MAX)
		return err_set(err, ERR_LIMIT, "%zu names, a list has at most %u",
		               p->names->count, LB_LIST_NAMES_MAX);
	lb_list_put(p->kind, p->names, &plain);
	rc = buf_err(&plain, err);
	if (rc == ERR_OK)
		rc = store->put(store->context, buf_span(&plain), &p->names->list, err);
	if (rc == ERR_OK) {
		p->names->listed = true;
		p->names->list_count = (uint32_t)p->names->count;
	}
	buf_fini(&plain);
	return rc;
}

enum err_code lb_record_unload(struct lb_record *r, const struct lb_list_store *store,
                               struct err *err)
{
	size_t taken = HEAD + r->private_part.len + r->epoch_keys.len;
	size_t room = taken < LB_RECORD_MAX ? LB_RECORD_MAX - taken : 0;
	struct part parts[NAMES_OF_RECORD];
	enum err_code rc = ERR_OK;

	parts_of(r, parts);
	for (size_t i = 0; i < NAMES_OF_RECORD && rc == ERR_OK; i++) {
		size_t count = parts[i].names->count;

		if (count == 0 || parts[i].names->listed)
			continue;
		if (count > INLINE_NAMES_MAX || count > room / LB_ID)
			rc = unload(&parts[i], store, err);
		else
			room -= count * LB_ID;
	}
	return rc;
}

static enum err_code load(const struct part *p, const struct lb_list_store *store,
                          struct err *err)
{
	struct buf plain = BUF_INIT;
	enum err_code rc;

	rc = store->get(store->context, &p->names->list, &plain, err);
	if (rc == ERR_OK)
		rc = lb_list_get(buf_span(&plain), p->kind, p->names, err);
	if (rc == ERR_OK && p->names->count != p->names->list_count)
		rc = err_set(err, ERR_CORRUPT, "list: %zu names, the record says %lu",
		             p->names->count, (unsigned long)p->names->list_count);
	buf_fini(&plain);
	return rc;
}

enum err_code lb_record_load(struct lb_record *r, const struct lb_list_store *store,
                             struct err *err)
{
	struct part parts[NAMES_OF_RECORD];
	enum err_code rc = ERR_OK;

	parts_of(r, parts);
	for (size_t i = 0; i < NAMES_OF_RECORD && rc == ERR_OK; i++) {
		if (parts[i].names->listed && parts[i].names->count == 0)
			rc = load(&parts[i], store, err);
	}
	return rc;
}
