// SPDX-License-Identifier: Apache-2.0
/* What all clients of a schedule share: numbers, names, and plain records in place of
 * sealed ones. */
#include "base/wire.h"
#include "crypto/digest.h"
#include "repo/doubled.h"
#include "repo/next.h"
#include "schedule/sim.h"

#include <stdarg.h>
#include <string.h>

uint64_t dice_next(struct dice *d)
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

unsigned dice_below(struct dice *d, unsigned n)
{
	return (unsigned)(dice_next(d) % n);
}

bool dice_chance(struct dice *d, unsigned percent)
{
	return dice_below(d, 100) < percent;
}

static void fill(struct dice *d, void *out, size_t len)
{
	unsigned char *at = out;

	for (size_t i = 0; i < len; i++)
		at[i] = (unsigned char)dice_next(d);
}

void dice_id(struct dice *d, struct lb_id *out)
{
	fill(d, out->b, sizeof(out->b));
}

void world_problem(struct world *w, const char *fmt, ...)
{
	va_list ap;

	if (w->problem[0] != '\0')
		return; /* the first one is the one to look at */
	va_start(ap, fmt);
	(void)vsnprintf(w->problem, sizeof(w->problem), fmt, ap);
	va_end(ap);
}

uint8_t world_chunks(const struct world *w, const struct lb_id *pack)
{
	for (size_t i = 0; i < w->pack_count; i++) {
		if (lb_id_eq(&w->packs[i].name, pack))
			return w->packs[i].chunks;
	}
	return 0;
}

void pack_key(char key[80], const struct lb_id *name)
{
	char hex[LB_ID_HEX];

	lb_id_hex(name, hex);
	(void)snprintf(key, 80, "packs/%.2s/%s", hex, hex);
}

uint8_t snapshot_chunks(const struct lb_live *l)
{
	struct wire_field f;
	struct wire w;

	wire_init(&w, l->fields);
	if (!wire_field(&w, &f) || f.tag != 128 || f.value.len != LB_ID)
		return 0;
	return (uint8_t)f.value.ptr[0];
}

/* Records in the clear: what the real codec seals and signs is left as it is. */

static enum err_code encode(void *context, struct lb_record *r, struct buf *out,
                            struct err *err)
{
	struct buf shared = BUF_INIT;

	(void)context;
	lb_record_put_shared(r, &shared);
	buf_clear(out);
	wire_put_u8(out, r->type);
	wire_put_u64(out, r->slot);
	wire_put_raw(out, r->previous.b, LB_ID);
	wire_put_raw(out, r->session.b, LB_ID16);
	wire_put_raw(out, r->nonce.b, LB_ID16);
	wire_put_u64(out, r->start);
	wire_put_u8(out, (uint8_t)r->private_state);
	wire_put_bytes(out, buf_span(&shared));
	wire_put_bytes(out, buf_span(&r->private_part));
	buf_fini(&shared);
	return buf_err(out, err);
}

static enum err_code decode(void *context, struct span bytes,
                            const struct lb_state *before, struct lb_record *r,
                            struct err *err)
{
	struct span shared, private_part;
	enum err_code rc;
	struct wire w;

	(void)context;
	(void)before;
	wire_init(&w, bytes);
	r->type = wire_u8(&w);
	r->slot = wire_u64(&w);
	wire_copy(&w, r->previous.b, LB_ID);
	wire_copy(&w, r->session.b, LB_ID16);
	wire_copy(&w, r->nonce.b, LB_ID16);
	r->start = wire_u64(&w);
	r->private_state = (enum lb_private)wire_u8(&w);
	shared = wire_bytes(&w);
	private_part = wire_bytes(&w);
	if (!wire_end(&w))
		return err_set(err, ERR_CORRUPT, "not a record");
	buf_put(&r->private_part, private_part);
	rc = lb_hash(bytes, &r->hash, err);
	return rc == ERR_OK ? lb_record_get_shared(r, shared, err) : rc;
}

static enum err_code sign_next(void *context, struct lb_next *next, struct err *err)
{
	(void)context;
	(void)next;
	(void)err;
	return ERR_OK;
}

static enum err_code check_next(void *context, const struct lb_next *next,
                                const struct lb_state *after, struct err *err)
{
	(void)context;
	(void)next;
	(void)after;
	(void)err;
	return ERR_OK;
}

static void list_key(char key[80], const struct lb_id *name)
{
	char hex[LB_ID_HEX];

	lb_id_hex(name, hex);
	(void)snprintf(key, 80, "lists/%s", hex);
}

static enum err_code put_list(void *context, struct span plain, struct lb_id *name,
                              struct err *err)
{
	struct client *c = context;
	char key[80];

	dice_id(&c->dice, name);
	list_key(key, name);
	return lb_backend_put(c->backend, key, &plain, 1, err);
}

static enum err_code get_list(void *context, const struct lb_id *name, struct buf *plain,
                              struct err *err)
{
	struct client *c = context;
	char key[80];

	list_key(key, name);
	return lb_backend_get(c->backend, key, LB_LIST_BYTES_MAX, plain, err);
}

/* A segment is the names of its packs. What it says does not depend on when it is read,
 * so reading it is no step of the schedule. */
static enum err_code packs_of(void *context, const struct lb_id *segment,
                              struct lb_ids *out, struct err *err)
{
	struct client *c = context;
	const struct buf *bytes;
	char hex[LB_ID_HEX], key[80];

	lb_id_hex(segment, hex);
	(void)snprintf(key, sizeof(key), "index/%s", hex);
	bytes = store_peek(c->world->store, key);
	if (!bytes) {
		world_problem(c->world, "a record names a segment that is not there");
		return err_set(err, ERR_NOT_FOUND, "%s: not there", key);
	}
	for (size_t i = 0; i + LB_ID <= bytes->len; i += LB_ID) {
		struct lb_id name;

		memcpy(name.b, bytes->ptr + i, LB_ID);
		if (!lb_ids_add(out, &name))
			return err_nomem(err);
	}
	return ERR_OK;
}

static void random_of(void *context, void *out, size_t len)
{
	struct client *c = context;

	fill(&c->dice, out, len);
}

enum err_code client_log(struct client *c, struct lb_log **out, struct err *err)
{
	struct lb_log_options options = {
		.backend = c->backend,
		.codec = { .context = c,
		           .encode = encode,
		           .decode = decode,
		           .sign_next = sign_next,
		           .check_next = check_next },
		.segments = { c, packs_of },
		.lists = { c, put_list, get_list },
		.random = random_of,
		.context = c,
	};

	return lb_log_open(out, &options, err);
}
