// SPDX-License-Identifier: Apache-2.0
/* Opening the log, and appending to it. */
#include "repo/log.h"

#include "backend/backend.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "os/random.h"
#include "repo/doubled.h"
#include "repo/log_internal.h"
#include "repo/mutate_internal.h"

#include <string.h>

/* A request whose answer does not come is sent again so often. */
enum { ATTEMPTS_MAX = 8 };

static void random_bytes(struct lb_log *log, void *out, size_t len)
{
	if (log->options.random)
		log->options.random(log->options.context, out, len);
	else
		os_random(out, len);
}

static void pause_before(struct lb_log *log, unsigned attempt)
{
	if (attempt > 0 && log->options.pause)
		log->options.pause(log->options.context, attempt);
}

enum err_code lb_log_open(struct lb_log **out, const struct lb_log_options *options,
                          struct err *err)
{
	struct lb_log *log = mem_new(sizeof(*log));
	enum err_code rc;

	if (!log)
		return err_nomem(err);
	log->options = *options;
	log->start = LB_NO_SLOT;
	log->remembered.slot = LB_NO_SLOT;
	rc = lb_state_new(&log->state, &options->segments, err);
	if (rc == ERR_OK && options->cache_dir)
		rc = lb_remembered_load(&log->remembered, options->cache_dir,
		                        &options->repository, err);
	if (rc != ERR_OK) {
		lb_log_close(log);
		return rc;
	}
	random_bytes(log, log->session.b, sizeof(log->session.b));
	*out = log;
	return ERR_OK;
}

void lb_log_close(struct lb_log *log)
{
	if (!log)
		return;
	lb_state_free(log->state);
	lb_ids_fini(&log->hashes);
	mem_free(log);
}

const struct lb_state *lb_log_state(const struct lb_log *log)
{
	return log->state;
}

/* No answer: whether the request has had its effect is unknown. */
static bool unanswered(enum err_code rc)
{
	return rc == ERR_IO || rc == ERR_TIMEOUT;
}

enum err_code log_put_new(struct lb_log *log, const char *key, struct span content,
                          struct err *err)
{
	struct buf object = BUF_INIT;
	enum err_code rc;

	rc = lb_doubled_put(&object, content, err);
	for (unsigned i = 0; rc == ERR_OK; i++) {
		pause_before(log, i);
		rc = lb_backend_put_new(log->options.backend, key, buf_span(&object),
		                        err);
		if (!unanswered(rc) || i + 1 == ATTEMPTS_MAX)
			break;
		rc = ERR_OK;
	}
	if (unanswered(rc))
		rc = err_wrap(err, rc, "%s: whether it was stored is unknown", key);
	buf_fini(&object);
	return rc;
}

/* Slot, chain and session are ours; everything else came from the builder. */
static enum err_code encode(struct lb_log *log, struct lb_record *r, struct buf *out,
                            struct err *err)
{
	const struct lb_record_codec *codec = &log->options.codec;
	enum err_code rc;

	r->slot = LB_SLOT(log->epoch, log->seq);
	r->previous = *lb_state_head_hash(log->state);
	r->session = log->session;
	r->start = log->start != LB_NO_SLOT ? log->start : 0;
	random_bytes(log, r->nonce.b, sizeof(r->nonce.b));
	rc = lb_record_unload(r, &log->options.lists, err);
	if (rc == ERR_OK)
		rc = codec->encode(codec->context, r, out, err);
	if (rc == ERR_OK && out->len > LB_RECORD_MAX)
		rc = err_set(err, ERR_LIMIT, "a %s record of %zu bytes, at most %u fit",
		             lb_record_type_name(r->type), out->len, LB_RECORD_MAX);
	return rc;
}

#ifdef LB_MUTATIONS
/* In place of the post-check: does the record before ours still stand? */
static enum err_code look_at_predecessor(struct lb_log *log, bool *committed,
                                         struct err *err)
{
	struct buf bytes = BUF_INIT;
	char key[LOG_KEY_MAX];
	enum err_code rc;

	*committed = true;
	if (log->seq == 0)
		return ERR_OK;
	log_key(key, log->epoch, log->seq - 1);
	rc = log_get(log, key, LB_RECORD_MAX, &bytes, err);
	*committed = rc == ERR_OK;
	buf_fini(&bytes);
	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}
#endif

/* The key may have been trimmed and so been free again. If there was no successor after
 * the record was stored, no key of the epoch had been deleted, and the win was real. */
static enum err_code post_check(struct lb_log *log, struct span bytes, bool *committed,
                                struct err *err)
{
	struct lb_next next;
	struct lb_id hash;
	enum err_code rc;
	bool found = false;

	*committed = true;
	if (LB_MUTATED(LB_T_NO_POST))
		return ERR_OK;
#ifdef LB_MUTATIONS
	if (LB_MUTATED(LB_T_PRED))
		return look_at_predecessor(log, committed, err);
#endif
	lb_next_init(&next);
	rc = lb_hash(bytes, &hash, err);
	for (unsigned i = 0; rc == ERR_OK; i++) {
		pause_before(log, i);
		rc = log_get_next(log, log->epoch, &next, &found, err);
		if (!unanswered(rc) || i + 1 == ATTEMPTS_MAX)
			break;
		rc = ERR_OK;
	}
	if (rc == ERR_OK && found)
		*committed =
			log->seq < next.count && lb_id_eq(&next.hashes[log->seq], &hash);
	lb_next_fini(&next);
	return rc;
}

/* Tries the slot after the head; `*won` is false where another record counts. */
static enum err_code try_slot(struct lb_log *log, struct lb_record *r, bool *won,
                              struct err *err)
{
	struct buf bytes = BUF_INIT;
	char key[LOG_KEY_MAX];
	enum err_code rc;

	*won = false;
	if (log->seq == UINT32_MAX)
		return err_set(err, ERR_LIMIT, "the epoch is full: end it");
	rc = encode(log, r, &bytes, err);
	if (rc == ERR_OK)
		rc = lb_log_settle(log, err);
	if (rc != ERR_OK)
		goto out;
	log_key(key, log->epoch, log->seq);
	rc = log_put_new(log, key, buf_span(&bytes), err);
	if (rc == ERR_EXISTS) {
		rc = ERR_OK;
		goto out;
	}
	if (rc == ERR_OK)
		rc = post_check(log, buf_span(&bytes), won, err);
	if (rc == ERR_OK && *won)
		rc = log_take(log, buf_span(&bytes), err);
out:
	buf_fini(&bytes);
	return rc;
}

static enum err_code check_blocked(const struct lb_log *log, struct err *err)
{
	uint64_t slot = lb_state_blocked(log->state);

	if (slot == LB_NO_SLOT)
		return ERR_OK;
	return err_set(err, ERR_UNSUPPORTED,
	               "log/%08lx/%08lx is of a kind that this version does not know: "
	               "update it before writing here",
	               (unsigned long)LB_SLOT_EPOCH(slot),
	               (unsigned long)LB_SLOT_SEQ(slot));
}

enum err_code lb_log_may_append(const struct lb_log *log, uint8_t type, struct err *err)
{
	const struct lb_record_codec *codec = &log->options.codec;
	enum err_code rc = check_blocked(log, err);

	if (rc == ERR_OK && codec->check_role)
		rc = codec->check_role(codec->context, log->state, type, err);
	return rc;
}

/* One look at the head and one attempt. */
static enum err_code attempt(struct lb_log *log, lb_log_build *build, void *context,
                             enum lb_build *what, bool *won, struct err *err)
{
	struct lb_record r;
	enum err_code rc = lb_log_head(log, err);

	*what = LB_BUILD_AGAIN;
	*won = false;
	/* GENESIS is what an empty log waits for. */
	if (rc == ERR_NOT_FOUND && lb_state_head(log->state) == LB_NO_SLOT)
		rc = ERR_OK;
	if (rc == ERR_OK)
		rc = check_blocked(log, err);
	if (rc != ERR_OK)
		return rc;
	if (log->sealed)
		return log_put_next(log, err);
	*what = LB_BUILD_APPEND;
	lb_record_init(&r, LB_VOID);
	rc = build(context, log->state, &r, what, err);
	if (rc == ERR_OK && *what == LB_BUILD_APPEND)
		rc = lb_log_may_append(log, r.type, err);
	if (rc == ERR_OK && *what == LB_BUILD_APPEND)
		rc = try_slot(log, &r, won, err);
	lb_record_fini(&r);
	return rc;
}

enum err_code lb_log_append(struct lb_log *log, lb_log_build *build, void *context,
                            uint64_t *slot, struct err *err)
{
	enum lb_build what;
	enum err_code rc, remembered;
	unsigned lost = 0;
	bool won;

	*slot = LB_NO_SLOT;
	for (;;) {
		pause_before(log, lost);
		rc = attempt(log, build, context, &what, &won, err);
		if (rc != ERR_OK || what == LB_BUILD_GIVE_UP)
			return rc;
		if (won)
			break;
		lost += what == LB_BUILD_APPEND;
	}
	*slot = lb_state_head(log->state);
	/* The record stands: a cache folder that cannot be written takes nothing back. */
	remembered = log_remember(log, NULL);
	(void)remembered;
	return ERR_OK;
}
