// SPDX-License-Identifier: Apache-2.0
/* Everything of the store but packs. */
#include "backend/backend.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "job/check_internal.h"
#include "pack/object.h"
#include "pack/segment.h"
#include "repo/doubled.h"
#include "repo/keys.h"
#include "repo/log.h"
#include "repo/next.h"

#include <stdio.h>
#include <string.h>

static const char mend_copy[] =
	"`lifeboat repair config` writes the damaged copy again from the good one";
static const char mend_config[] =
	"`lifeboat repair config` takes it from the key slot that you open";
static const char mend_slot[] =
	"remove it with `lifeboat key remove` and make another with `lifeboat key add`";
static const char mend_log[] =
	"put the file back from a copy of the repository; until then the snapshots "
	"before it can be read, and nothing can be written";
const char check_mend_index[] = "`lifeboat repair index` builds it anew from the packs";
static const char mend_nothing[] = "nothing to do";

/* The content of a doubled object in `object`; *good is false where there is none. What
 * is wrong is told. */
static enum err_code inspect(struct check_job *j, const char *key, size_t max,
                             const char *mend, struct buf *object, struct span *content,
                             bool *good, struct err *err)
{
	struct err fault = ERR_INIT;
	bool whole = true;
	enum err_code rc = lb_backend_get(lb_repo_backend(j->repo), key,
	                                  lb_doubled_max(max), object, &fault);

	if (rc == ERR_OK)
		rc = lb_doubled_inspect(buf_span(object), max, content, &whole, &fault);
	*good = rc == ERR_OK;
	if (rc == ERR_NOT_FOUND)
		err_set(&fault, rc, "it is missing");
	if (rc == ERR_OK && !whole) {
		rc = err_set(&fault, ERR_CORRUPT, "one of its two copies is damaged");
		mend = mend_copy;
	}
	return check_fault(j, key, rc, &fault, mend, err);
}

/* ---- the configuration ---- */

static enum err_code check_config(struct check_job *j, struct err *err)
{
	struct buf object = BUF_INIT;
	struct err fault = ERR_INIT;
	struct span content;
	bool good;
	enum err_code rc = inspect(j, "config", LB_CONFIG_MAX, mend_config, &object,
	                           &content, &good, err);

	if (rc == ERR_OK && good &&
	    !span_eq(content, lb_config_content(lb_repo_config(j->repo))))
		rc = check_fault(j, "config", ERR_CORRUPT,
		                 (err_set(&fault, ERR_CORRUPT,
		                          "it is not the configuration that the key slot "
		                          "was sealed with"),
		                  &fault),
		                 mend_config, err);
	buf_fini(&object);
	return rc;
}

/* ---- key slots ---- */

static const struct lb_writer *writer_of(const struct check_job *j,
                                         const struct lb_id16 *slot)
{
	size_t count;
	const struct lb_writer *w = lb_state_writers(lb_repo_state(j->repo), &count);

	for (size_t i = 0; i < count; i++)
		if (lb_id16_eq(&w[i].key.slot, slot))
			return &w[i];
	return NULL;
}

static bool log_is_whole(const struct check_job *j)
{
	return !j->o->faults || j->o->faults->log.code == ERR_OK;
}

/* What can be told of a slot without its secret. */
static enum err_code judge_slot(const struct check_job *j, const struct lb_id16 *id,
                                struct span content, struct err *fault)
{
	const struct lb_config *config = lb_repo_config(j->repo);
	struct lb_slot slot;
	enum err_code rc = lb_slot_parse(&slot, content, fault);

	if (rc != ERR_OK)
		return rc;
	if (!lb_id_eq(&slot.repo, &config->repo))
		return err_set(fault, ERR_CORRUPT, "it belongs to another repository");
	if (!lb_id16_eq(&slot.id, id))
		return err_set(fault, ERR_CORRUPT, "this is another slot's content");
	if (!span_eq(slot.config, lb_config_content(config)))
		return err_set(fault, ERR_CORRUPT,
		               "its copy of the configuration differs");
	return ERR_OK;
}

static enum err_code check_slot(const char *key, uint64_t size, void *context,
                                struct err *err)
{
	struct check_job *j = context;
	struct buf object = BUF_INIT;
	struct err fault = ERR_INIT;
	struct span content;
	struct lb_id16 id;
	bool good;
	enum err_code rc;

	(void)size;
	if (!lb_id16_parse(span_from(span_str(key), strlen("keys/")), &id)) {
		(void)lb_findings_add(j->findings, LB_FINDING_NOTE, key,
		                      "no key slot has such a name", mend_nothing);
		return ERR_OK;
	}
	rc = inspect(j, key, LB_SLOT_MAX, mend_slot, &object, &content, &good, err);
	if (rc == ERR_OK && good)
		rc = check_fault(j, key, judge_slot(j, &id, content, &fault), &fault,
		                 mend_slot, err);
	if (rc == ERR_OK && log_is_whole(j)) {
		const struct lb_writer *w = writer_of(j, &id);

		if (!w || w->removed != LB_NO_SLOT)
			(void)lb_findings_add(j->findings, LB_FINDING_NOTE, key,
			                      w ? "the log says that this key was removed"
			                        : "the log does not know this key",
			                      "delete the file");
	}
	buf_fini(&object);
	return rc;
}

/* Keys that the log knows and nobody can open any more. */
static enum err_code check_missing_slots(struct check_job *j, struct err *err)
{
	size_t count;
	const struct lb_writer *w = lb_state_writers(lb_repo_state(j->repo), &count);
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < count && rc == ERR_OK; i++) {
		struct err fault = ERR_INIT;
		char key[LB_SLOT_KEY];
		uint64_t size;

		if (w[i].removed != LB_NO_SLOT)
			continue;
		lb_slot_store_key(&w[i].key.slot, key);
		rc = lb_backend_size(lb_repo_backend(j->repo), key, &size, &fault);
		if (rc == ERR_NOT_FOUND)
			err_set(&fault, rc, "the key slot \"%.100s\" is missing",
			        w[i].key.label);
		rc = check_fault(j, key, rc, &fault, mend_slot, err);
	}
	return rc;
}

/* ---- the log ---- */

struct log_look {
	struct check_job *j;
	uint64_t head;
	uint64_t beyond; /* the first slot behind the head, LB_NO_SLOT: none */
	/* The successor of the epoch that was looked at last. */
	uint64_t epoch;
	struct lb_next next;
	bool ended;
};

/* "log/<8>/<8>" or "log/<8>/next"; false for anything else. */
static bool parse_log_key(const char *key, uint64_t *slot, bool *next)
{
	unsigned char b[8];
	struct span s = span_from(span_str(key), strlen("log/"));

	*next = s.len == 13 && span_eq_str(span_from(s, 8), "/next");
	if (!*next && (s.len != 17 || s.ptr[8] != '/'))
		return false;
	memset(b, 0, sizeof b);
	if (!str_unhex(span_sub(s, 0, 8), b, 4) ||
	    (!*next && !str_unhex(span_from(s, 9), b + 4, 4)))
		return false;
	*slot = 0;
	for (size_t i = 0; i < sizeof b; i++)
		*slot = *slot << 8 | b[i];
	return true;
}

static void load_next(struct log_look *l, uint32_t epoch)
{
	struct buf object = BUF_INIT;
	struct span content;
	bool whole;
	char key[32];

	l->epoch = epoch;
	lb_next_fini(&l->next);
	lb_next_init(&l->next);
	(void)snprintf(key, sizeof key, "log/%08lx/next", (unsigned long)epoch);
	l->ended = lb_backend_get(lb_repo_backend(l->j->repo), key,
	                          lb_doubled_max(LB_NEXT_MAX), &object, NULL) == ERR_OK &&
	           lb_doubled_inspect(buf_span(&object), LB_NEXT_MAX, &content, &whole,
	                              NULL) == ERR_OK &&
	           lb_next_get(&l->next, content, NULL) == ERR_OK;
	buf_fini(&object);
}

/* A record in an epoch that has ended without it, put there by one who slept or by one
 * who means no good: readers go by the checkpoint. */
static enum err_code check_listed(struct log_look *l, const char *key, uint64_t slot,
                                  struct span content, struct err *err)
{
	uint32_t seq = LB_SLOT_SEQ(slot);
	struct lb_id hash;
	enum err_code rc = lb_hash(content, &hash, err);

	if (rc != ERR_OK)
		return rc;
	if (l->epoch != LB_SLOT_EPOCH(slot))
		load_next(l, LB_SLOT_EPOCH(slot));
	if (l->ended && (seq >= l->next.count || !lb_id_eq(&l->next.hashes[seq], &hash)))
		(void)lb_findings_add(
			l->j->findings, LB_FINDING_NOTE, key,
			"it is not the record that the epoch ended with, and "
			"counts for nothing",
			"delete the file");
	return ERR_OK;
}

static enum err_code check_record(const char *key, uint64_t size, void *context,
                                  struct err *err)
{
	struct log_look *l = context;
	struct buf object = BUF_INIT;
	struct span content;
	uint64_t slot;
	bool next;
	bool good;
	enum err_code rc;

	(void)size;
	if (!parse_log_key(key, &slot, &next)) {
		(void)lb_findings_add(l->j->findings, LB_FINDING_NOTE, key,
		                      "no record has such a name", mend_nothing);
		return ERR_OK;
	}
	if (!next && l->head != LB_NO_SLOT && slot > l->head && slot < l->beyond)
		l->beyond = slot;
	rc = inspect(l->j, key, next ? LB_NEXT_MAX : LB_RECORD_MAX, mend_log, &object,
	             &content, &good, err);
	if (rc == ERR_OK && good && !next)
		rc = check_listed(l, key, slot, content, err);
	buf_fini(&object);
	return rc;
}

/* A record that stands alone behind the head means that one before it was deleted; or it
 * has come just now. */
static enum err_code check_end(struct log_look *l, struct err *err)
{
	struct check_job *j = l->j;
	struct err fault = ERR_INIT;
	enum err_code rc;

	if (l->beyond == LB_NO_SLOT || !log_is_whole(j))
		return ERR_OK;
	rc = lb_repo_refresh(j->repo, &fault);
	if (rc == ERR_OK && lb_state_head(lb_repo_state(j->repo)) < l->beyond)
		rc = err_set(&fault, ERR_CORRUPT,
		             "log/%08lx/%08lx stands behind its end: records before it "
		             "were deleted",
		             (unsigned long)LB_SLOT_EPOCH(l->beyond),
		             (unsigned long)LB_SLOT_SEQ(l->beyond));
	return check_fault(j, "log", rc, &fault, mend_log, err);
}

static enum err_code check_log(struct check_job *j, struct err *err)
{
	struct log_look l = { .j = j,
		              .head = lb_state_head(lb_repo_state(j->repo)),
		              .beyond = LB_NO_SLOT,
		              .epoch = LB_NO_SLOT };
	enum err_code rc = ERR_OK;

	if (!log_is_whole(j))
		rc = check_fault(j, "log", ERR_CORRUPT, &j->o->faults->log, mend_log,
		                 err);
	if (rc == ERR_OK)
		rc = lb_backend_list(lb_repo_backend(j->repo), "log", check_record, &l,
		                     err);
	lb_next_fini(&l.next);
	return rc == ERR_OK ? check_end(&l, err) : rc;
}

/* ---- segments and lists ---- */

static enum err_code open_object(struct check_job *j, enum lb_object_type type,
                                 const char *key, const struct lb_id *name, uint64_t max,
                                 struct buf *plain, struct err *fault)
{
	struct buf sealed = BUF_INIT;
	enum err_code rc = lb_backend_get(lb_repo_backend(j->repo), key,
	                                  lb_object_sealed_max(max), &sealed, fault);

	if (rc == ERR_NOT_FOUND)
		err_set(fault, rc, "it is missing");
	if (rc == ERR_OK)
		rc = lb_object_open(lb_repo_keyring(j->repo), type, name,
		                    buf_span(&sealed), max, plain, fault);
	buf_fini(&sealed);
	return rc;
}

static enum err_code check_segment(struct check_job *j, const struct lb_id *name,
                                   struct err *err)
{
	struct buf plain = BUF_INIT;
	struct err fault = ERR_INIT;
	struct lb_segment_view view;
	char key[LB_STORE_KEY];
	enum err_code rc;

	lb_segment_store_key(name, key);
	rc = open_object(j, LB_OBJECT_SEGMENT, key, name, LB_SEGMENT_PLAIN_MAX, &plain,
	                 &fault);
	if (rc == ERR_OK)
		rc = lb_segment_view_init(buf_span(&plain), &view, &fault);
	if (rc != ERR_OK)
		j->index_damaged = true;
	buf_fini(&plain);
	return check_fault(j, key, rc, &fault, check_mend_index, err);
}

static enum err_code note_segment(const char *key, uint64_t size, void *context,
                                  struct err *err)
{
	struct check_job *j = context;
	struct lb_id name;

	(void)size;
	(void)err;
	if (!lb_id_parse(span_from(span_str(key), strlen("index/")), &name) ||
	    !lb_state_in_force(lb_repo_state(j->repo), &name))
		(void)lb_findings_add(j->findings, LB_FINDING_NOTE, key,
		                      "no record has this segment in force",
		                      mend_nothing);
	return ERR_OK;
}

static enum err_code check_segments(struct check_job *j, struct err *err)
{
	size_t count;
	const struct lb_id *names = lb_state_segments(lb_repo_state(j->repo), &count);
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < count && rc == ERR_OK; i++) {
		rc = check_go_on(j, err);
		if (rc == ERR_OK)
			rc = check_segment(j, &names[i], err);
	}
	return rc == ERR_OK ? lb_backend_list(lb_repo_backend(j->repo), "index",
	                                      note_segment, j, err)
	                    : rc;
}

static enum err_code check_list(const char *key, uint64_t size, void *context,
                                struct err *err)
{
	struct check_job *j = context;
	struct buf plain = BUF_INIT;
	struct err fault = ERR_INIT;
	struct lb_id name;
	enum err_code rc;

	(void)size;
	if (!lb_id_parse(span_from(span_str(key), strlen("lists/")), &name)) {
		(void)lb_findings_add(j->findings, LB_FINDING_NOTE, key,
		                      "no list has such a name", mend_nothing);
		return ERR_OK;
	}
	rc = open_object(j, LB_OBJECT_LIST, key, &name, LB_LIST_BYTES_MAX, &plain,
	                 &fault);
	buf_fini(&plain);
	return check_fault(j, key, rc, &fault, mend_log, err);
}

enum err_code check_objects(struct check_job *j, struct err *err)
{
	struct lb_backend *b = lb_repo_backend(j->repo);
	enum err_code rc = check_config(j, err);

	if (rc == ERR_OK)
		rc = lb_backend_list(b, "keys", check_slot, j, err);
	if (rc == ERR_OK && log_is_whole(j))
		rc = check_missing_slots(j, err);
	if (rc == ERR_OK)
		rc = check_log(j, err);
	if (rc == ERR_OK)
		rc = check_malformed(j, err);
	if (rc == ERR_OK)
		rc = check_segments(j, err);
	if (rc == ERR_OK)
		rc = lb_backend_list(b, "lists", check_list, j, err);
	return rc;
}
