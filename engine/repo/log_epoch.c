// SPDX-License-Identifier: Apache-2.0
/* The end of an epoch: SEAL, successor, trimming. */
#include "backend/backend.h"
#include "crypto/digest.h"
#include "repo/log_internal.h"
#include "repo/mutate_internal.h"

static enum err_code build_seal(void *context, const struct lb_state *after,
                                struct lb_record *r, enum lb_build *what, struct err *err)
{
	const uint32_t *epoch = context;

	(void)err;
	if (LB_SLOT_EPOCH(lb_state_head(after)) != *epoch)
		*what = LB_BUILD_GIVE_UP; /* somebody else has ended it */
	r->type = LB_SEAL;
	return ERR_OK;
}

static enum err_code check_hash(const struct lb_log *log, uint32_t seq, struct span bytes,
                                struct err *err)
{
	struct lb_id hash;
	enum err_code rc = lb_hash(bytes, &hash, err);

	if (rc == ERR_OK && !lb_id_eq(&hash, &log->hashes.ids[seq]))
		rc = ERR_NOT_FOUND; /* trimmed, and a sleeper's record in its place */
	return rc;
}

/* All records of the current epoch, which has been read to its SEAL. ERR_NOT_FOUND when
 * somebody has trimmed it meanwhile. */
static enum err_code bundle(struct lb_log *log, struct buf *plain, struct err *err)
{
	struct buf bytes = BUF_INIT;
	enum err_code rc = ERR_OK;
	char key[LOG_KEY_MAX];

	lb_checkpoint_begin(plain, log->seq);
	for (uint32_t i = 0; i < log->seq && rc == ERR_OK; i++) {
		log_key(key, log->epoch, i);
		rc = log_get(log, key, LB_RECORD_MAX, &bytes, err);
		if (rc == ERR_OK)
			rc = check_hash(log, i, buf_span(&bytes), err);
		if (rc == ERR_OK)
			lb_checkpoint_add(plain, buf_span(&bytes));
		if (rc == ERR_OK && plain->len > LB_LIST_BYTES_MAX)
			rc = err_set(err, ERR_LIMIT, "log: the epoch is too long");
	}
	buf_fini(&bytes);
	return rc == ERR_OK ? buf_err(plain, err) : rc;
}

static enum err_code delete_records(struct lb_log *log, uint32_t epoch, uint32_t count,
                                    struct err *err)
{
	enum err_code rc = ERR_OK;
	char key[LOG_KEY_MAX];

	for (uint32_t i = 0; i < count && rc == ERR_OK; i++) {
		log_key(key, epoch, i);
		rc = lb_backend_delete(log->options.backend, key, err);
	}
	return rc;
}

static enum err_code store_next(struct lb_log *log, struct lb_next *next, struct err *err)
{
	const struct lb_record_codec *codec = &log->options.codec;
	struct buf bytes = BUF_INIT;
	char key[LOG_KEY_MAX];
	enum err_code rc;

	rc = codec->sign_next(codec->context, next, err);
	lb_next_put(next, &bytes);
	if (rc == ERR_OK)
		rc = buf_err(&bytes, err);
	log_next_key(key, log->epoch);
	if (rc == ERR_OK)
		rc = log_put_new(log, key, buf_span(&bytes), err);
	buf_fini(&bytes);
	/* Another's successor lists the same records: the chain leaves no choice. */
	return rc == ERR_EXISTS ? ERR_OK : rc;
}

/* Records are gone, so somebody has put the successor before. */
static enum err_code must_be_followed(struct lb_log *log, struct err *err)
{
	struct lb_next next;
	enum err_code rc;
	bool found;

	lb_next_init(&next);
	rc = log_get_next(log, log->epoch, &next, &found, err);
	if (rc == ERR_OK && !found)
		rc = err_set(
			err, ERR_CORRUPT,
			"log/%08lx: records are missing, and no successor holds them",
			(unsigned long)log->epoch);
	lb_next_fini(&next);
	return rc;
}

enum err_code log_put_next(struct lb_log *log, struct err *err)
{
	const struct lb_list_store *lists = &log->options.lists;
	struct lb_next next = {
		.repository = log->options.repository,
		.epoch = log->epoch,
		.hashes = log->hashes.ids, /* borrowed */
		.count = log->seq,
	};
	struct buf plain = BUF_INIT;
	enum err_code rc;

	rc = bundle(log, &plain, err);
	if (rc == ERR_NOT_FOUND) {
		rc = must_be_followed(log, err);
		goto out;
	}
	if (rc == ERR_OK)
		rc = lists->put(lists->context, buf_span(&plain), &next.checkpoint, err);
	if (rc == ERR_OK && LB_MUTATED(LB_T_TRIM_FIRST))
		rc = delete_records(log, log->epoch, log->seq, err);
	if (rc == ERR_OK)
		rc = store_next(log, &next, err);
out:
	buf_fini(&plain);
	return rc;
}

enum err_code lb_log_end_epoch(struct lb_log *log, struct err *err)
{
	uint32_t epoch;
	uint64_t slot;
	enum err_code rc = lb_log_head(log, err);

	epoch = log->epoch;
	if (rc == ERR_OK && !log->sealed)
		rc = lb_log_append(log, build_seal, &epoch, &slot, err);
	if (rc == ERR_OK && log->sealed)
		rc = log_put_next(log, err);
	if (rc == ERR_OK)
		rc = lb_log_head(log, err);
	return rc;
}

enum err_code lb_log_trim(struct lb_log *log, uint32_t epoch, struct err *err)
{
	const struct lb_record_codec *codec = &log->options.codec;
	const struct lb_list_store *lists = &log->options.lists;
	struct buf plain = BUF_INIT;
	struct lb_next next;
	enum err_code rc;
	bool found;

	lb_next_init(&next);
	rc = log_get_next(log, epoch, &next, &found, err);
	if (rc == ERR_OK && (!found || lb_id_is_zero(&next.checkpoint)))
		rc = err_set(err, ERR_USAGE, "log: epoch %lu has no checkpoint",
		             (unsigned long)epoch);
	if (rc == ERR_OK)
		rc = codec->check_next(codec->context, &next, log->state, err);
	/* What is about to be deleted must be readable there. */
	if (rc == ERR_OK)
		rc = lists->get(lists->context, &next.checkpoint, &plain, err);
	if (rc == ERR_OK)
		rc = delete_records(log, epoch, next.count, err);
	buf_fini(&plain);
	lb_next_fini(&next);
	return rc;
}
