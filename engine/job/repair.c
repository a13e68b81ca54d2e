// SPDX-License-Identifier: Apache-2.0
#include "job/repair.h"

#include "chunk/compress.h"
#include "job/repair_internal.h"
#include "job/right.h"
#include "pack/index.h"

void repair_init(struct repair_job *r, struct lb_repo *repo,
                 const struct lb_repair_options *o, struct lb_repair_result *result)
{
	*result = (struct lb_repair_result){ .mended = 0 };
	*r = (struct repair_job){ .o = o, .result = result };
	r->check = (struct lb_check_options){
		.data = o->read_data ? LB_CHECK_ALL : LB_CHECK_STRUCTURE,
		.threads = o->threads,
		.faults = o->faults,
		.events = o->events,
		.cancel = o->cancel,
	};
	check_init(&r->j, repo, &r->check, &result->check);
}

void repair_fini(struct repair_job *r)
{
	lb_putter_free(r->putter);
	lb_objects_free(r->objects);
	lb_stored_fini(&r->stored);
	check_fini(&r->j);
}

void repair_done(struct repair_job *r, const char *what, struct span object,
                 uint64_t bytes)
{
	const struct lb_events *e = r->o->events;

	r->result->mended++;
	if (e && e->action)
		e->action(e->context, what, object, bytes);
}

enum err_code repair_right(struct repair_job *r, uint32_t roles, struct err *err)
{
	const struct lb_repo_faults *faults = r->o->faults;

	if (faults && faults->log.code != ERR_OK)
		return ERR_OK;
	return lb_right(r->j.repo, roles, "repair", err);
}

enum err_code repair_open_objects(struct repair_job *r, struct err *err)
{
	const struct lb_config *config = lb_repo_config(r->j.repo);
	struct lb_objects_options o = {
		.backend = lb_repo_backend(r->j.repo),
		.keyring = lb_repo_keyring(r->j.repo),
		.index = lb_repo_index(r->j.repo),
		.pack_size = config->pack_size,
		.group_size = config->group_size,
		.level = LB_LEVEL_DEFAULT,
		.verify = !r->o->dry_run,
		.dry_run = r->o->dry_run,
	};
	enum err_code rc = lb_objects_new(&r->objects, &o, err);

	return rc == ERR_OK ? lb_putter_new(&r->putter, r->objects, err) : rc;
}

enum err_code repair_flush(struct repair_job *r, struct err *err)
{
	return lb_objects_finish(r->objects, &r->stored, err);
}

enum err_code repair_index_first(struct err *err)
{
	return err_set(err, ERR_CORRUPT,
	               "the index is damaged, and what it does not know is not lost: run "
	               "`lifeboat repair index` first");
}

enum err_code repair_look_at_packs(struct repair_job *r, struct err *err)
{
	struct check_job *j = &r->j;
	enum err_code rc = check_list_packs(j, err);

	if (rc == ERR_OK)
		rc = check_memory_load(j, err);
	if (rc == ERR_OK)
		rc = check_data(j, err);
	for (size_t i = 0; i < j->pack_count && rc == ERR_OK; i++)
		if (j->packs[i].bad)
			rc = lb_index_set_usable(lb_repo_index(j->repo),
			                         &j->packs[i].name, false, err);
	if (rc == ERR_OK)
		rc = check_memory_store(j, err);
	return rc == ERR_OK && j->index_damaged ? repair_index_first(err) : rc;
}

void lb_repair_fini(struct lb_repair_result *result)
{
	lb_check_result_fini(&result->check);
}
