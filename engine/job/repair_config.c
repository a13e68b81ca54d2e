// SPDX-License-Identifier: Apache-2.0
/* Doubled objects: the good copy is written twice again; a lost configuration comes from
 * the key slot that was opened. */
#include "backend/backend.h"
#include "job/repair_internal.h"
#include "repo/doubled.h"
#include "repo/keys.h"
#include "repo/next.h"

static const char mend_copy[] =
	"put the file back from a copy of the repository, or remove the key slot with "
	"`lifeboat key remove`";

static enum err_code put_again(struct repair_job *r, const char *key, struct span content,
                               struct err *err)
{
	struct lb_backend *b = lb_repo_backend(r->j.repo);
	struct buf object = BUF_INIT;
	enum err_code rc = lb_doubled_put(&object, content, err);

	if (rc == ERR_OK && !r->o->dry_run)
		rc = lb_backend_replace(b, key, buf_span(&object), err);
	if (rc == ERR_OK)
		repair_done(r, "rewrite", span_str(key), object.len);
	buf_fini(&object);
	return rc;
}

static enum err_code mend_object(struct repair_job *r, const char *key, size_t max,
                                 struct err *err)
{
	struct buf object = BUF_INIT;
	struct err fault = ERR_INIT;
	struct span content = SPAN_EMPTY;
	bool whole = true;
	enum err_code rc = lb_backend_get(lb_repo_backend(r->j.repo), key,
	                                  lb_doubled_max(max), &object, &fault);

	if (rc == ERR_OK)
		rc = lb_doubled_inspect(buf_span(&object), max, &content, &whole, &fault);
	if (rc == ERR_OK && !whole)
		rc = put_again(r, key, content, &fault);
	if (rc != ERR_OK)
		r->result->lost++;
	buf_fini(&object);
	return check_fault(&r->j, key, rc, &fault, mend_copy, err);
}

static enum err_code mend_slot(const char *key, uint64_t size, void *context,
                               struct err *err)
{
	(void)size;
	return mend_object(context, key, LB_SLOT_MAX, err);
}

static enum err_code mend_record(const char *key, uint64_t size, void *context,
                                 struct err *err)
{
	bool next = span_ends(span_str(key), SPAN_LIT("/next"));

	(void)size;
	return mend_object(context, key, next ? LB_NEXT_MAX : LB_RECORD_MAX, err);
}

/* What the opened key slot says is authentic, so it replaces whatever stands there. */
static enum err_code mend_config(struct repair_job *r, struct err *err)
{
	struct span content = lb_config_content(lb_repo_config(r->j.repo));

	if (r->o->faults && r->o->faults->config_lost)
		return put_again(r, "config", content, err);
	return mend_object(r, "config", LB_CONFIG_MAX, err);
}

enum err_code lb_repair_config(struct lb_repo *repo, const struct lb_repair_options *o,
                               struct lb_repair_result *result, struct err *err)
{
	struct lb_backend *b = lb_repo_backend(repo);
	struct repair_job r;
	enum err_code rc;

	repair_init(&r, repo, o, result);
	rc = mend_config(&r, err);
	if (rc == ERR_OK)
		rc = lb_backend_list(b, "keys", mend_slot, &r, err);
	if (rc == ERR_OK)
		rc = lb_backend_list(b, "log", mend_record, &r, err);
	if (rc == ERR_OK && !o->dry_run)
		rc = lb_backend_sync(b, err);
	repair_fini(&r);
	return rc;
}
