// SPDX-License-Identifier: Apache-2.0
/* A run in one file, and what is told of any. */
#include "os/fs.h"
#include "record/bundle.h"
#include "record/verify.h"

/* Damages of the bundle itself are the run's. */
static enum err_code verify_unpacked(struct gate_verified *out, struct span bundle,
                                     const struct lb_verifier *keys, size_t count,
                                     int64_t now_ms, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct gate_damages damages = { .arena = &arena };
	struct buf dir = BUF_INIT;
	enum err_code rc = gate_bundle_unpack(bundle, &dir, &damages, err);
	enum err_code removed = ERR_OK;

	if (rc == ERR_OK && damages.count == 0)
		rc = gate_verify(out, buf_str(&dir), keys, count, now_ms, err);
	for (size_t i = 0; i < damages.count; i++)
		gate_damage_add(&out->damages, damages.items[i].file,
		                damages.items[i].what);
	if (dir.len > 0)
		removed = os_remove_tree(buf_str(&dir), rc == ERR_OK ? err : NULL);
	buf_fini(&dir);
	arena_fini(&arena);
	return rc == ERR_OK ? removed : rc;
}

enum err_code gate_verify_bundle(struct gate_verified *out, const char *path,
                                 const struct lb_verifier *keys, size_t count,
                                 int64_t now_ms, struct err *err)
{
	struct buf bundle = BUF_INIT;
	enum err_code rc;

	*out = (struct gate_verified){ .has_envelopes = false };
	arena_init(&out->arena);
	out->damages.arena = &out->arena;
	rc = os_read_file(path, GATE_BUNDLE_MAX, &bundle, err);
	if (rc == ERR_OK)
		rc = verify_unpacked(out, buf_span(&bundle), keys, count, now_ms, err);
	if (rc == ERR_OK)
		rc = arena_err(&out->arena, err);
	buf_fini(&bundle);
	return rc;
}

const char *gate_verified_state(const struct gate_verified *v)
{
	if (v->damages.count > 0)
		return "broken";
	return v->anchored ? "intact" : "intact but unanchored";
}

const char *gate_verified_broken_at(const struct gate_verified *v)
{
	return v->damages.count > 0 ? v->damages.items[0].file : NULL;
}
