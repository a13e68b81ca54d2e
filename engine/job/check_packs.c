// SPDX-License-Identifier: Apache-2.0
/* Packs by index and by store. */
#include "backend/backend.h"
#include "base/mem.h"
#include "job/check_internal.h"
#include "pack/index.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char mend_pack[] =
	"`lifeboat repair packs` saves what can be read of it; a backup of the same files "
	"stores the rest again, and `lifeboat repair snapshots` marks what stays lost";

static enum err_code add_pack(const struct lb_index_pack *pack, void *context,
                              struct err *err)
{
	struct check_job *j = context;
	const struct lb_state *s = lb_repo_state(j->repo);

	if (!mem_grow(&j->packs, j->pack_count, &j->pack_cap, sizeof *j->packs))
		return err_nomem(err);
	j->packs[j->pack_count++] = (struct check_pack){
		.name = pack->name,
		.size = pack->size,
		.kind = (uint32_t)pack->kind,
		.dead = lb_state_dead(s, lb_state_pack(s, &pack->name)),
	};
	return ERR_OK;
}

static int cmp_pack(const void *a, const void *b)
{
	const struct check_pack *x = a;
	const struct check_pack *y = b;

	return lb_id_cmp(&x->name, &y->name);
}

struct check_pack *check_find_pack(const struct check_job *j, const struct lb_id *name)
{
	struct check_pack key = { .name = *name };

	return j->pack_count == 0 ? NULL
	                          : bsearch(&key, j->packs, j->pack_count,
	                                    sizeof *j->packs, cmp_pack);
}

bool check_whole_pack(const struct check_job *j, const struct lb_id *name)
{
	const struct check_pack *p = check_find_pack(j, name);

	return p && !p->bad && !p->mistold && !p->dead;
}

struct lb_finding *check_bad_pack(struct check_job *j, const struct lb_id *name,
                                  const char *what)
{
	struct check_pack *p = check_find_pack(j, name);
	char key[LB_STORE_KEY];

	if (p && p->mistold) /* no wonder */
		return check_mistold_pack(j, p);
	if (p)
		p->bad = true;
	lb_pack_store_key(name, key);
	return lb_findings_add(j->findings, LB_FINDING_DAMAGE, key, what, mend_pack);
}

struct listing {
	struct check_job *j;
	uint64_t strays; /* that nobody registered */
	uint64_t stray_bytes;
	uint64_t dead;
	uint64_t dead_bytes;
	bool missing; /* a pack is: it may be there under another name */
};

static bool parse_key(const char *key, struct lb_id *name)
{
	char expected[LB_STORE_KEY];

	if (strlen(key) != LB_STORE_KEY - 1 ||
	    !lb_id_parse(span_from(span_str(key), strlen("packs/xx/")), name))
		return false;
	lb_pack_store_key(name, expected);
	return strcmp(expected, key) == 0;
}

static enum err_code see_pack(const char *key, uint64_t size, void *context,
                              struct err *err)
{
	struct listing *l = context;
	struct check_job *j = l->j;
	const struct lb_state *s = lb_repo_state(j->repo);
	struct check_pack *p;
	struct lb_id name;

	if (!parse_key(key, &name)) {
		(void)lb_findings_add(j->findings, LB_FINDING_NOTE, key,
		                      "no pack has such a name", "nothing to do");
		return ERR_OK;
	}
	p = check_find_pack(j, &name);
	if (lb_state_dead(s, lb_state_pack(s, &name))) {
		l->dead++;
		l->dead_bytes += size;
	} else if (!p) {
		l->strays++;
		l->stray_bytes += size;
	} else if (p->size != size) {
		p->doubt = true; /* is it the pack or the index? To read it tells */
	}
	if (p)
		p->seen = true;
	return check_go_on(j, err);
}

/* A list is a hint: what it does not tell is asked for. */
static enum err_code check_absent(struct check_job *j, struct check_pack *p,
                                  struct err *err)
{
	struct err fault = ERR_INIT;
	char key[LB_STORE_KEY];
	uint64_t size;
	enum err_code rc;

	if (p->seen || p->dead)
		return ERR_OK;
	lb_pack_store_key(&p->name, key);
	rc = lb_backend_size(lb_repo_backend(j->repo), key, &size, &fault);
	if (rc == ERR_OK)
		return ERR_OK;
	if (rc == ERR_NOT_FOUND) {
		(void)check_bad_pack(j, &p->name, "it is missing");
		return check_go_on(j, err);
	}
	return check_fault(j, key, rc, &fault, mend_pack, err);
}

static void note(struct check_job *j, const char *object, uint64_t count, uint64_t bytes,
                 const char *what, const char *mend)
{
	struct err text;

	if (count == 0)
		return;
	err_set(&text, ERR_OK, "%" PRIu64 " (%" PRIu64 " bytes) %s", count, bytes, what);
	(void)lb_findings_add(j->findings, LB_FINDING_NOTE, object, text.msg, mend);
}

static void note_strays(const struct listing *l)
{
	struct check_job *j = l->j;
	bool look = j->index_damaged || l->missing;

	note(j, "packs that nobody registered", l->strays, l->stray_bytes,
	     look ? "belong to a damaged segment, or to a backup that runs or "
	            "was interrupted"
	          : "belong to a backup that runs or was interrupted",
	     look ? "`lifeboat repair index` looks into them"
	          : "`lifeboat prune` removes them");
	note(j, "packs that a prune has given up", l->dead, l->dead_bytes,
	     "are still there", "`lifeboat prune` removes them");
}

enum err_code check_index_packs(struct check_job *j, struct err *err)
{
	struct lb_index *ix = lb_repo_index(j->repo);
	enum err_code rc = lb_index_flush(ix, err);

	return rc == ERR_OK ? lb_index_each_pack(ix, add_pack, j, err) : rc;
}

enum err_code check_list_packs(struct check_job *j, struct err *err)
{
	struct listing l = { .j = j };
	enum err_code rc = check_index_packs(j, err);

	if (rc == ERR_OK)
		rc = lb_backend_list(lb_repo_backend(j->repo), "packs", see_pack, &l,
		                     err);
	for (size_t i = 0; i < j->pack_count && rc == ERR_OK; i++) {
		rc = check_absent(j, &j->packs[i], err);
		l.missing = l.missing || j->packs[i].bad;
	}
	if (rc == ERR_OK)
		note_strays(&l);
	return rc;
}
