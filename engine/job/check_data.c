// SPDX-License-Identifier: Apache-2.0
/* Every byte of packs, on all processors. */
#include "backend/backend.h"
#include "base/mem.h"
#include "base/pool.h"
#include "job/check_internal.h"
#include "os/clock.h"
#include "os/fs.h"
#include "pack/verify.h"

#include <pthread.h>
#include <stdlib.h>

struct reader {
	struct lb_pack_verifier *verifier;
	struct buf bytes;
};

struct reading {
	struct check_job *j;
	struct reader *readers;
	size_t reader_count;
	pthread_mutex_t lock; /* the job */
	struct cancel stop;   /* of the pool */
	int64_t now_s;
	struct check_pack **packs; /* to be read */
	size_t count;
};

/* ---- which packs ---- */

static int cmp_age(const void *a, const void *b)
{
	const struct check_pack *x = *(struct check_pack *const *)a;
	const struct check_pack *y = *(struct check_pack *const *)b;

	if (x->doubt != y->doubt)
		return x->doubt ? -1 : 1;
	if (x->verified_s != y->verified_s)
		return x->verified_s < y->verified_s ? -1 : 1;
	return lb_id_cmp(&x->name, &y->name);
}

/* Parts are by name, so that the same number finds the same packs again. */
static bool in_part(const struct check_job *j, const struct check_pack *p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < sizeof n; i++)
		n = n << 8 | p->name.b[i];
	return n % j->o->of == j->o->part - 1;
}

static bool wanted(const struct check_job *j, const struct check_pack *p)
{
	if (p->dead || p->bad)
		return false;
	switch (j->o->data) {
	case LB_CHECK_STRUCTURE:
		return p->doubt;
	case LB_CHECK_PART:
		return p->doubt || in_part(j, p);
	case LB_CHECK_ALL:
	case LB_CHECK_PERCENT:
		return true;
	}
	return true;
}

static void cut_to_percent(struct reading *r)
{
	uint64_t all = 0;
	double most;
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		all += r->packs[i]->size;
	most = (double)all * r->j->o->percent / 100;
	while (n < r->count && (n == 0 || sum < most || r->packs[n]->doubt))
		sum += (double)r->packs[n++]->size;
	r->count = n;
}

static enum err_code choose(struct reading *r, struct err *err)
{
	struct check_job *j = r->j;

	if (j->pack_count == 0)
		return ERR_OK;
	if (!mem_array(&r->packs, j->pack_count, sizeof(struct check_pack *)))
		return err_nomem(err);
	for (size_t i = 0; i < j->pack_count; i++)
		if (wanted(j, &j->packs[i]))
			r->packs[r->count++] = &j->packs[i];
	if (j->o->data == LB_CHECK_PERCENT && r->count > 0) {
		qsort(r->packs, r->count, sizeof(struct check_pack *), cmp_age);
		cut_to_percent(r);
	}
	return ERR_OK;
}

/* ---- reading them ---- */

static enum err_code verify(struct reading *r, struct reader *reader,
                            const struct check_pack *p, bool *fit, struct err *fault)
{
	struct lb_backend *b = lb_repo_backend(r->j->repo);
	char key[LB_STORE_KEY];
	enum err_code rc;

	lb_pack_store_key(&p->name, key);
	rc = lb_backend_get(b, key, LB_PACK_MAX, &reader->bytes, fault);
	if (rc == ERR_NOT_FOUND)
		return err_set(fault, rc, "it is missing");
	if (rc == ERR_OK)
		rc = lb_pack_verify(reader->verifier, &p->name, buf_span(&reader->bytes),
		                    NULL, fault);
	if (rc == ERR_OK)
		rc = check_rows_fit(r->j, p, buf_span(&reader->bytes), fit, fault);
	return rc;
}

/* Under the lock. A pack that the index is wrong about stays in doubt: the next check
 * looks again. */
static enum err_code note(struct reading *r, struct check_pack *p, enum err_code rc,
                          bool fit, const struct err *fault, struct err *err)
{
	struct check_job *j = r->j;
	char key[LB_STORE_KEY];

	lb_pack_store_key(&p->name, key);
	j->result->packs_read++;
	j->result->bytes_read += p->size;
	if (rc == ERR_OK) {
		p->read = true;
		p->verified_s = fit ? r->now_s : 0;
		p->doubt = !fit;
		if (!fit)
			(void)check_mistold_pack(j, p);
	} else if (check_is_damage(rc)) {
		(void)check_bad_pack(j, &p->name, fault->msg);
		rc = ERR_OK;
	} else {
		rc = check_fault(j, key, rc, fault, NULL, err);
	}
	check_progress(j, span_str(key));
	return rc;
}

static enum err_code work(void *item, size_t worker, void *context, struct err *err)
{
	struct reading *r = context;
	struct check_pack *p = item;
	struct err fault = ERR_INIT;
	bool fit = true;
	enum err_code rc;

	if (cancel_is_set(r->j->o->cancel))
		return err_set(err, ERR_CANCELLED, "stopped");
	rc = verify(r, &r->readers[worker], p, &fit, &fault);
	pthread_mutex_lock(&r->lock);
	rc = note(r, p, rc, fit, &fault, err);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

static enum err_code make_readers(struct reading *r, struct err *err)
{
	size_t threads = r->j->o->threads ? r->j->o->threads : os_processors();
	enum err_code rc = ERR_OK;

	if (!mem_array(&r->readers, threads, sizeof *r->readers))
		return err_nomem(err);
	for (; r->reader_count < threads && rc == ERR_OK; r->reader_count++) {
		struct reader *reader = &r->readers[r->reader_count];

		*reader = (struct reader){ .bytes = BUF_INIT };
		rc = lb_pack_verifier_new(&reader->verifier, lb_repo_keyring(r->j->repo),
		                          err);
	}
	return rc;
}

static enum err_code read_all(struct reading *r, struct err *err)
{
	struct pool *pool = NULL;
	enum err_code rc = make_readers(r, err);

	if (rc == ERR_OK)
		rc = pool_new(&pool, r->reader_count, 2 * r->reader_count, work, NULL, r,
		              &r->stop, err);
	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < r->count; i++)
		if (pool_push(pool, r->packs[i]) != ERR_OK)
			break; /* the pool says why */
	return pool_finish(pool, err);
}

enum err_code check_data(struct check_job *j, struct err *err)
{
	struct reading r = { .j = j,
		             .lock = PTHREAD_MUTEX_INITIALIZER,
		             .now_s = os_now_ms() / 1000 };
	enum err_code rc = choose(&r, err);

	cancel_init(&r.stop);
	if (rc == ERR_OK && r.count > 0)
		rc = check_rows_add(j, err);
	if (rc == ERR_OK && r.count > 0)
		rc = read_all(&r, err);
	for (size_t i = 0; i < r.reader_count; i++) {
		lb_pack_verifier_free(r.readers[i].verifier);
		buf_fini(&r.readers[i].bytes);
	}
	mem_free(r.readers);
	mem_free(r.packs);
	pthread_mutex_destroy(&r.lock);
	return rc;
}
