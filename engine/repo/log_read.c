// SPDX-License-Identifier: Apache-2.0
/* Reading the log on to its head. */
#include "backend/backend.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "repo/doubled.h"
#include "repo/log_internal.h"
#include "repo/mutate_internal.h"

/* A reader begins anew when an epoch that was trimmed under its eyes had shown it records
 * that never counted. More than a few times is no accident. */
enum { RESTARTS_MAX = 4 };

void log_key(char key[LOG_KEY_MAX], uint32_t epoch, uint32_t seq)
{
	(void)snprintf(key, LOG_KEY_MAX, "log/%08lx/%08lx", (unsigned long)epoch,
	               (unsigned long)seq);
}

void log_next_key(char key[LOG_KEY_MAX], uint32_t epoch)
{
	(void)snprintf(key, LOG_KEY_MAX, "log/%08lx/next", (unsigned long)epoch);
}

enum err_code log_get(struct lb_log *log, const char *key, size_t max, struct buf *out,
                      struct err *err)
{
	struct buf object = BUF_INIT;
	struct span content;
	enum err_code rc;

	buf_clear(out);
	rc = lb_backend_get(log->options.backend, key, lb_doubled_max(max), &object, err);
	if (rc == ERR_OK)
		rc = lb_doubled_get(buf_span(&object), max, &content, err);
	if (rc == ERR_OK) {
		buf_put(out, content);
		rc = buf_err(out, err);
	} else if (rc != ERR_NOT_FOUND) {
		rc = err_wrap(err, rc, "%s", key);
	}
	buf_fini(&object);
	return rc;
}

enum err_code lb_log_settle(struct lb_log *log, struct err *err)
{
	char folder[LOG_KEY_MAX];
	enum err_code rc;

	if (!log->unsettled)
		return ERR_OK;
	(void)snprintf(folder, sizeof(folder), "log/%08lx", (unsigned long)log->epoch);
	rc = lb_backend_sync_folder(log->options.backend, folder, err);
	if (rc == ERR_OK)
		log->unsettled = false;
	return rc;
}

static enum err_code check_chain(const struct lb_log *log, const struct lb_record *r,
                                 struct err *err)
{
	const struct lb_remembered *seen = &log->remembered;

	if (r->slot != LB_SLOT(log->epoch, log->seq))
		return err_set(err, ERR_CORRUPT, "the record belongs to another slot");
	if (!lb_id_eq(&r->previous, lb_state_head_hash(log->state)))
		return err_set(err, ERR_CORRUPT,
		               "the record does not continue the one before: the log was "
		               "forked or cut");
	if (seen->slot == r->slot && !lb_id_eq(&seen->hash, &r->hash))
		return err_set(err, ERR_CORRUPT,
		               "another record stood here when this machine last looked: "
		               "the log was forked or rolled back");
	return ERR_OK;
}

/* The names in lists. The role backup alone can write a COMMIT whose list is not there or
 * is no list; it must not close the log with it: then the COMMIT registers nothing. */
static enum err_code load_names(struct lb_log *log, struct lb_record *r, struct err *err)
{
	struct err fault = ERR_INIT;
	enum err_code rc = lb_record_load(r, &log->options.lists, &fault);

	if (rc == ERR_OK)
		return rc;
	if (r->type != LB_COMMIT ||
	    (rc != ERR_NOT_FOUND && rc != ERR_CORRUPT && rc != ERR_LIMIT))
		return err_set(err, rc, "%s", fault.msg);
	lb_record_clear_names(r);
	r->malformed = true;
	return ERR_OK;
}

/* The state may have taken part of the record when this fails. */
static enum err_code apply(struct lb_log *log, struct lb_record *r, struct err *err)
{
	enum err_code rc = load_names(log, r, err);

	if (rc != ERR_OK)
		return rc;
	if (!lb_ids_add(&log->hashes, &r->hash))
		return err_nomem(err);
	rc = lb_state_apply(log->state, r, err);
	if (rc != ERR_OK) {
		log->stale = true;
		return rc;
	}
	log->sealed = r->type == LB_SEAL && !r->is_void;
	log->seq++;
	return ERR_OK;
}

enum err_code log_take(struct lb_log *log, struct span bytes, struct err *err)
{
	const struct lb_record_codec *codec = &log->options.codec;
	struct lb_record r;
	enum err_code rc;

	lb_record_init(&r, 0);
	rc = codec->decode(codec->context, bytes, log->state, &r, err);
	if (rc == ERR_OK)
		rc = check_chain(log, &r, err);
	if (rc == ERR_OK)
		rc = apply(log, &r, err);
	if (rc != ERR_OK)
		rc = err_wrap(err, rc, "log/%08lx/%08lx", (unsigned long)log->epoch,
		              (unsigned long)log->seq);
	lb_record_fini(&r);
	return rc;
}

enum err_code log_get_next(struct lb_log *log, uint32_t epoch, struct lb_next *next,
                           bool *found, struct err *err)
{
	struct buf bytes = BUF_INIT;
	char key[LOG_KEY_MAX];
	enum err_code rc;

	*found = false;
	log_next_key(key, epoch);
	rc = log_get(log, key, LB_NEXT_MAX, &bytes, err);
	if (rc == ERR_NOT_FOUND) {
		rc = ERR_OK;
		goto out;
	}
	if (rc != ERR_OK)
		goto out;
	rc = lb_next_get(next, buf_span(&bytes), err);
	if (rc == ERR_OK && (next->epoch != epoch ||
	                     !lb_id_eq(&next->repository, &log->options.repository)))
		rc = err_set(err, ERR_CORRUPT,
		             "it belongs to another epoch or repository");
	if (rc != ERR_OK)
		rc = err_wrap(err, rc, "%s", key);
	*found = rc == ERR_OK;
out:
	buf_fini(&bytes);
	return rc;
}

/* The records from log->seq on, from the checkpoint. */
static enum err_code take_checkpoint(struct lb_log *log, const struct lb_next *next,
                                     struct err *err)
{
	const struct lb_list_store *lists = &log->options.lists;
	struct buf plain = BUF_INIT;
	struct span rest, record;
	uint32_t count = 0;
	enum err_code rc;

	rc = lists->get(lists->context, &next->checkpoint, &plain, err);
	rest = buf_span(&plain);
	if (rc == ERR_OK)
		rc = lb_checkpoint_open(&rest, &count, err);
	if (rc == ERR_OK && count != next->count)
		rc = err_set(err, ERR_CORRUPT, "checkpoint: not of this epoch");
	for (uint32_t i = 0; i < count && rc == ERR_OK; i++) {
		rc = lb_checkpoint_take(&rest, &record, err);
		if (rc == ERR_OK && i >= log->seq)
			rc = log_take(log, record, err);
	}
	buf_fini(&plain);
	return rc;
}

/* One record of the store; `*found` is false at an empty slot. */
static enum err_code take_slot(struct lb_log *log, bool *found, struct err *err)
{
	struct buf bytes = BUF_INIT;
	char key[LOG_KEY_MAX];
	enum err_code rc;

	*found = false;
	log_key(key, log->epoch, log->seq);
	rc = log_get(log, key, LB_RECORD_MAX, &bytes, err);
	if (rc == ERR_NOT_FOUND) {
		rc = ERR_OK;
	} else if (rc == ERR_OK) {
		rc = log_take(log, buf_span(&bytes), err);
		*found = rc == ERR_OK;
	}
	log->unsettled = log->unsettled || *found;
	buf_fini(&bytes);
	return rc;
}

static bool same_hashes(const struct lb_log *log, const struct lb_next *next)
{
	if (log->hashes.count > next->count)
		return false;
	for (size_t i = 0; i < log->hashes.count; i++) {
		if (!lb_id_eq(&log->hashes.ids[i], &next->hashes[i]))
			return false;
	}
	return true;
}

/* Records that are still missing by the successor, and over to the next epoch. */
static enum err_code follow_next(struct lb_log *log, const struct lb_next *next,
                                 struct err *err)
{
	const struct lb_record_codec *codec = &log->options.codec;
	enum err_code rc = ERR_OK;

	if (log->seq < next->count && lb_id_is_zero(&next->checkpoint))
		return err_set(err, ERR_CORRUPT,
		               "log/%08lx/%08lx is missing: the log was cut",
		               (unsigned long)log->epoch, (unsigned long)log->seq);
	if (log->seq < next->count)
		rc = take_checkpoint(log, next, err);
	if (rc == ERR_OK && !same_hashes(log, next))
		rc = err_set(err, ERR_CORRUPT,
		             "log/%08lx: not the records of its successor",
		             (unsigned long)log->epoch);
	/* Any key may sign a successor; that the epoch ends here takes the role prune. */
	if (rc == ERR_OK && !log->sealed)
		rc = err_set(
			err, ERR_CORRUPT,
			"log/%08lx: it has a successor, but its last record does not "
			"end it",
			(unsigned long)log->epoch);
	if (rc == ERR_OK)
		rc = codec->check_next(codec->context, next, log->state, err);
	if (rc != ERR_OK)
		return rc;
	if (log->epoch == UINT32_MAX)
		return err_set(err, ERR_LIMIT, "the log has no more epochs");
	log->epoch++;
	log->seq = 0;
	log->sealed = false;
	lb_ids_fini(&log->hashes);
	return ERR_OK;
}

static enum err_code read_slots(struct lb_log *log, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (bool found = true; rc == ERR_OK && found && !log->sealed;)
		rc = take_slot(log, &found, err);
	return rc;
}

/* Everything is read anew, this time by the checkpoints. */
static enum err_code begin_anew(struct lb_log *log, bool *more)
{
	log->stale = true;
	*more = true;
	return ERR_OK;
}

/*
 * The rest of the epoch as the store has it, then its successor. A key that was trimmed
 * may hold a record again that a sleeper put there and that never counted. It may even
 * continue the chain, but the successor, which is looked at last, tells.
 */
static enum err_code read_open(struct lb_log *log, struct lb_next *next, bool *more,
                               struct err *err)
{
	enum err_code slots = read_slots(log, err), rc;
	bool odd = slots == ERR_CORRUPT || slots == ERR_AUTH;
	bool found;

	if (slots != ERR_OK && !odd)
		return slots;
	rc = log_get_next(log, log->epoch, next, &found, odd ? NULL : err);
	if (odd && rc == ERR_OK && found && !lb_id_is_zero(&next->checkpoint))
		return begin_anew(log, more);
	if (odd || rc != ERR_OK || !found)
		return odd ? slots : rc;
	if (!same_hashes(log, next))
		return begin_anew(log, more);
	rc = follow_next(log, next, err);
	*more = rc == ERR_OK;
	return rc;
}

/* What is left of the current epoch; `*more` when there is more to read. */
static enum err_code read_epoch(struct lb_log *log, bool *more, struct err *err)
{
	struct lb_next next;
	enum err_code rc = ERR_OK;
	bool found = false;

	*more = false;
	lb_next_init(&next);
	if (log->seq == 0)
		rc = log_get_next(log, log->epoch, &next, &found, err);
	if (rc == ERR_OK && found && !lb_id_is_zero(&next.checkpoint)) {
		rc = follow_next(log, &next, err);
		*more = rc == ERR_OK;
	} else if (rc == ERR_OK) {
		lb_next_fini(&next);
		rc = read_open(log, &next, more, err);
	}
	lb_next_fini(&next);
	return rc;
}

static void restart(struct lb_log *log)
{
	lb_state_reset(log->state);
	lb_ids_fini(&log->hashes);
	log->epoch = 0;
	log->seq = 0;
	log->sealed = false;
	log->stale = false;
}

static enum err_code read_all(struct lb_log *log, struct err *err)
{
	unsigned restarts = 0;
	enum err_code rc;
	bool more;

	do {
		if (log->stale && restarts++ == RESTARTS_MAX)
			return err_set(err, ERR_CORRUPT, "log: epochs do not agree");
		if (log->stale)
			restart(log);
		rc = read_epoch(log, &more, err);
	} while (rc == ERR_OK && more);
	return rc;
}

enum err_code log_remember(struct lb_log *log, struct err *err)
{
	uint64_t head = lb_state_head(log->state);
	struct lb_remembered *seen = &log->remembered;

	if (seen->slot == head)
		return ERR_OK;
	seen->slot = head;
	seen->hash = *lb_state_head_hash(log->state);
	if (!log->options.cache_dir)
		return ERR_OK;
	return lb_remembered_store(seen, log->options.cache_dir, &log->options.repository,
	                           err);
}

/* Nothing that was seen once may be missing now. */
static enum err_code check_remembered(const struct lb_log *log, struct err *err)
{
	uint64_t head = lb_state_head(log->state);
	const struct lb_remembered *seen = &log->remembered;

	if (head == LB_NO_SLOT)
		return err_set(err, ERR_NOT_FOUND, "log: it has no record");
	if (seen->slot != LB_NO_SLOT && head < seen->slot)
		return err_set(err, ERR_CORRUPT,
		               "log: it ends at %08lx/%08lx, but this machine has seen "
		               "%08lx/%08lx: the repository was rolled back",
		               (unsigned long)LB_SLOT_EPOCH(head),
		               (unsigned long)LB_SLOT_SEQ(head),
		               (unsigned long)LB_SLOT_EPOCH(seen->slot),
		               (unsigned long)LB_SLOT_SEQ(seen->slot));
	return ERR_OK;
}

enum err_code lb_log_head(struct lb_log *log, struct err *err)
{
	enum err_code rc = read_all(log, err);

	if (rc == ERR_OK)
		rc = check_remembered(log, err);
	if (rc == ERR_OK)
		rc = log_remember(log, err);
	if (rc == ERR_OK && log->start == LB_NO_SLOT)
		log->start = lb_state_head(log->state);
	return rc;
}
