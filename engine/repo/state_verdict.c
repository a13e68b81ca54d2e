// SPDX-License-Identifier: Apache-2.0
/* The verdict over a CONDEMN, from the state as it was at that slot. */
#include "base/mem.h"
#include "repo/mutate_internal.h"
#include "repo/state_internal.h"

#include <string.h>

enum { COPY = 1, WANTED = 2 };

struct lb_verdict {
	size_t count;
	unsigned char *packs; /* by number: COPY, WANTED */
};

/* copies = usable(m) + packs registered by m - C_m. What other open slots condemn is no
 * copy: their sweeper reasons the same way about ours. */
static void mark(struct lb_verdict *v, const struct lb_state *s, const struct lb_open *c)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct state_pack *p = &s->packs[i];

		if (p->registered <= c->slot && p->registered != LB_NO_SLOT &&
		    p->dead > c->slot)
			v->packs[i] = COPY;
	}
	for (size_t i = 0; i < s->condemn_count; i++) {
		const struct lb_open *other = &s->condemns[i];

		if (other->slot >= c->slot)
			break;
		if (other->closed < c->slot || LB_MUTATED(LB_M_TRUST_CONDEMNED))
			continue;
		for (size_t j = 0; j < other->condemned.count; j++)
			v->packs[lb_state_pack(s, &other->condemned.ids[j])] = 0;
	}
	for (size_t i = 0; i < c->condemned.count; i++)
		v->packs[lb_state_pack(s, &c->condemned.ids[i])] = WANTED;
}

void lb_verdict_chunk(struct lb_verdict *v, const uint32_t *packs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (packs[i] < v->count && (v->packs[packs[i]] & COPY))
			return;
	}
	for (size_t i = 0; i < count; i++) {
		if (packs[i] < v->count)
			v->packs[packs[i]] = 0;
	}
}

bool lb_verdict_wants(const struct lb_verdict *v, uint32_t pack)
{
	return pack < v->count && (v->packs[pack] & WANTED);
}

static enum err_code take_dead(const struct lb_verdict *v, const struct lb_state *s,
                               const struct lb_open *c, struct lb_ids *dead,
                               struct err *err)
{
	for (size_t i = 0; i < c->condemned.count; i++) {
		uint32_t pack = lb_state_pack(s, &c->condemned.ids[i]);

		if (!lb_verdict_wants(v, pack) && !LB_MUTATED(LB_M_NO_PARDON))
			continue;
		if (!lb_ids_add(dead, &c->condemned.ids[i]))
			return err_nomem(err);
	}
	return ERR_OK;
}

enum err_code lb_state_verdict(const struct lb_state *s, uint64_t slot,
                               lb_need_walk *need, void *context, struct lb_ids *dead,
                               struct err *err)
{
	const struct lb_open *c = lb_state_condemn(s, slot);
	struct lb_verdict v = { .count = s->pack_count };
	enum err_code rc;

	if (!c)
		return err_set(err, ERR_NOT_FOUND, "nothing was condemned there");
	v.packs = mem_new(v.count);
	if (!v.packs)
		return err_nomem(err);
	mark(&v, s, c);
	rc = need(context, s, slot, &v, err);
	if (rc == ERR_OK)
		rc = take_dead(&v, s, c, dead, err);
	mem_free(v.packs);
	return rc;
}
