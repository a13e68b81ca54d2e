// SPDX-License-Identifier: Apache-2.0
#include "record/history_verify.h"

#include "base/mem.h"
#include "base/str.h"
#include "record/dsse.h"
#include "record/entry.h"

#include <inttypes.h>

struct verifying {
	struct gate_history_verified *out;
	const struct gate_history_trust *trust;
	bool *by; /* of trust->keys */
	struct gate_anchors anchors;
};

/* A keyid, or the spelling of an envelope, is signed by nobody: but the chain is over
 * every byte of it. */
static enum err_code check_signatures(const struct verifying *v, struct span text,
                                      struct err *err)
{
	struct gate_envelope e;
	enum err_code rc = gate_envelope_read(&e, text, "envelope", err);

	if (rc == ERR_OK)
		rc = gate_envelope_verify(&e, v->trust->keys, v->trust->count, v->by,
		                          NULL, err);
	gate_envelope_fini(&e);
	return rc;
}

static enum err_code check_signed(struct verifying *v, struct span text, struct err *err)
{
	enum err_code rc = check_signatures(v, text, err);

	if (rc == ERR_OK)
		v->out->known++;
	if (rc != ERR_AUTH)
		return rc;
	if (v->trust->only_these)
		return err_set(err, ERR_CORRUPT, "none of the keys signed it");
	v->out->unknown++;
	return ERR_OK;
}

static enum err_code check_anchors(struct verifying *v, const struct gate_chain_entry *c,
                                   struct err *err)
{
	for (size_t i = 0; i < v->anchors.count; i++) {
		const struct gate_anchor *a = &v->anchors.items[i];

		if (a->count != c->index + 1)
			continue;
		if (!lb_id_eq(&a->head, &c->head))
			return err_set(err, ERR_CORRUPT, "%s anchors another entry here",
			               a->place);
		v->out->anchored = a->count;
	}
	return ERR_OK;
}

static enum err_code check_entry(const struct gate_chain_entry *c, uint64_t offset,
                                 void *context, struct err *err)
{
	struct verifying *v = context;
	struct gate_entry e;
	enum err_code rc = gate_entry_take(&e, c, err);

	(void)offset;
	if (rc == ERR_OK && v->trust->find != NULL && v->out->found == 0 &&
	    str_eq(v->trust->find, e.assessment))
		v->out->found = c->index + 1;
	gate_entry_fini(&e);
	if (rc == ERR_OK)
		rc = check_anchors(v, c, err);
	if (rc != ERR_OK)
		return rc;
	if (c->is_signed)
		return check_signed(v, c->text, err);
	if (v->trust->only_these && !v->trust->unsigned_too)
		return err_set(err, ERR_CORRUPT,
		               "nobody signed it; --unsigned verifies all but that");
	v->out->unsigned_count++;
	return ERR_OK;
}

/* Anchors of more than there is: the end was cut off. */
static void check_end(const struct verifying *v)
{
	struct gate_history_state *s = &v->out->state;

	for (size_t i = 0; i < v->anchors.count && !s->broken; i++) {
		const struct gate_anchor *a = &v->anchors.items[i];

		if (a->count <= s->chain.count)
			continue;
		s->broken = true;
		s->broken_at = s->chain.count;
		(void)err_set(&s->why, ERR_CORRUPT, "%s anchors %" PRIu64 " entries",
		              a->place, a->count);
	}
}

/* Whoever replaces all of it leaves anchors that are of none here. */
static void check_others(const struct verifying *v)
{
	struct gate_history_state *s = &v->out->state;

	if (s->broken || v->trust->other_anchors || v->anchors.count > 0 ||
	    v->anchors.others == 0)
		return;
	s->broken = true;
	s->broken_at = 0;
	(void)err_set(&s->why, ERR_CORRUPT,
	              "%s anchors the history %s, and %s. Bring back a copy of it; where "
	              "the repository has several histories, anchor this one too, or say "
	              "--other-anchors",
	              v->anchors.other_place, v->anchors.other,
	              s->chain.begun ? "nothing anchors this one" : "there is none here");
}

/* Whose history it is has to be known before its anchors are. */
static enum err_code load_anchors(struct verifying *v, const char *root, struct err *err)
{
	enum err_code rc = gate_history_walk(root, NULL, NULL, &v->out->state, err);

	if (rc == ERR_OK)
		rc = gate_anchors_load(&v->anchors, root, v->trust->ref,
		                       v->out->state.chain.repository, err);
	v->out->others = v->anchors.others;
	return rc;
}

enum err_code gate_history_verify(struct gate_history_verified *out, const char *root,
                                  const struct gate_history_trust *trust, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct verifying v = { .out = out,
		               .trust = trust,
		               .anchors = { .arena = &arena } };
	enum err_code rc;

	*out = (struct gate_history_verified){ .known = 0 };
	if (!mem_array(&v.by, trust->count + 1, sizeof *v.by))
		return err_nomem(err);
	rc = load_anchors(&v, root, err);
	if (rc == ERR_OK)
		rc = gate_history_walk(root, check_entry, &v, &out->state, err);
	if (rc == ERR_OK) {
		check_end(&v);
		check_others(&v);
	}
	mem_free(v.by);
	arena_fini(&arena);
	return rc;
}

enum err_code gate_history_has_anchored(const char *root, const char *ref,
                                        const char *assessment, bool *has,
                                        struct err *err)
{
	const struct gate_history_trust trust = { .ref = ref, .find = assessment };
	struct gate_history_verified v;
	const enum err_code rc = gate_history_verify(&v, root, &trust, err);

	*has = rc == ERR_OK && !v.state.broken && v.found > 0 && v.found <= v.anchored;
	return rc;
}
