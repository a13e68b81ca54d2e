// SPDX-License-Identifier: Apache-2.0
#include "job/check.h"

#include "base/mem.h"
#include "job/check_internal.h"
#include "os/clock.h"
#include "pack/damage.h"
#include "pack/reader.h"

enum { PROGRESS_NS = 100000000, TURNS_MAX = 3 };

void check_init(struct check_job *j, struct lb_repo *repo,
                const struct lb_check_options *o, struct lb_check_result *result)
{
	*result = (struct lb_check_result){ .snapshots = 0 };
	lb_findings_init(&result->findings);
	*j = (struct check_job){
		.o = o, .repo = repo, .result = result, .findings = &result->findings
	};
}

void check_fini(struct check_job *j)
{
	lb_map_iter_free(j->map);
	lb_tree_walk_free(j->walk);
	lb_reader_free(j->reader);
	mem_free(j->marks);
	mem_free(j->packs);
	map_fini(&j->damaged);
}

enum err_code check_go_on(const struct check_job *j, struct err *err)
{
	if (cancel_is_set(j->o->cancel))
		return err_set(err, ERR_CANCELLED, "stopped");
	return lb_findings_err(j->findings, err);
}

void check_progress(struct check_job *j, struct span current)
{
	const struct lb_events *e = j->o->events;
	uint64_t now = os_ticks_ns();

	if (!e || !e->progress || now - j->told_ns < PROGRESS_NS)
		return;
	j->told_ns = now;
	e->progress(e->context, &(struct lb_progress){
					.files_done = j->result->files,
					.bytes_done = j->result->bytes_read,
					.errors = j->findings->total[LB_FINDING_DAMAGE],
					.current = current });
}

bool check_is_damage(enum err_code rc)
{
	return lb_is_damage(rc) || rc == ERR_EXISTS;
}

enum err_code check_fault(struct check_job *j, const char *object, enum err_code rc,
                          const struct err *fault, const char *mend, struct err *err)
{
	if (rc == ERR_OK)
		return ERR_OK;
	if (rc == ERR_NOMEM || rc == ERR_CANCELLED)
		return err_set(err, rc, "%s", fault->msg);
	if (check_is_damage(rc))
		(void)lb_findings_add(j->findings, LB_FINDING_DAMAGE, object, fault->msg,
		                      mend);
	else
		(void)lb_findings_add(j->findings, LB_FINDING_SKIPPED, object, fault->msg,
		                      "let the program read it, and check again");
	return check_go_on(j, err);
}

static void score(struct check_job *j)
{
	struct lb_check_result *r = j->result;

	for (size_t i = 0; i < j->pack_count; i++) {
		const struct check_pack *p = &j->packs[i];

		if (p->dead)
			continue;
		r->packs++;
		r->bytes_total += p->size;
		if (p->bad || p->verified_s == 0)
			continue;
		r->bytes_verified += p->size;
		if (r->oldest_s == 0 || p->verified_s < r->oldest_s)
			r->oldest_s = p->verified_s;
	}
}

static enum err_code look(struct check_job *j, struct err *err)
{
	enum err_code rc = check_objects(j, err);

	if (rc == ERR_OK)
		rc = check_list_packs(j, err);
	if (rc == ERR_OK)
		rc = check_memory_load(j, err);
	if (rc == ERR_OK)
		rc = check_data(j, err);
	if (rc == ERR_OK)
		rc = check_trees(j, err);
	return rc;
}

/* Has something been found missing that a prune may have taken away meanwhile? */
static bool is_outdated(const struct check_job *j, uint64_t head)
{
	bool broken = j->o->faults && j->o->faults->log.code != ERR_OK;

	return j->findings->total[LB_FINDING_DAMAGE] > 0 && !broken &&
	       lb_repo_refresh(j->repo, NULL) == ERR_OK &&
	       lb_state_head(lb_repo_state(j->repo)) != head;
}

enum err_code lb_check_run(struct lb_repo *repo, const struct lb_check_options *options,
                           struct lb_check_result *result, struct err *err)
{
	struct check_job j;
	enum err_code rc;

	for (int turn = 0;; turn++) {
		uint64_t head = lb_state_head(lb_repo_state(repo));

		check_init(&j, repo, options, result);
		rc = look(&j, err);
		if (rc != ERR_OK || turn == TURNS_MAX || !is_outdated(&j, head))
			break;
		check_fini(&j);
		lb_check_result_fini(result);
	}
	if (rc == ERR_OK)
		rc = check_memory_store(&j, err);
	if (rc == ERR_OK)
		rc = lb_findings_err(&result->findings, err);
	score(&j);
	check_fini(&j);
	return rc;
}

void lb_check_result_fini(struct lb_check_result *result)
{
	lb_findings_fini(&result->findings);
}
