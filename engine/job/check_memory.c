// SPDX-License-Identifier: Apache-2.0
/*
 * When the packs were verified, in the file "verified" of the cache folder: "LBVF",
 * repository id, then rows of pack name and i64 seconds since 1970 (negative: found
 * damaged then), and a check. It is only a memory: without it all counts as unverified.
 */
#include "base/wire.h"
#include "crypto/digest.h"
#include "job/check_internal.h"
#include "os/fs.h"

#define FILE_BYTES_MAX (256u << 20)

static bool path_of(const struct check_job *j, struct buf *path)
{
	const char *dir = lb_repo_cache_dir(j->repo);

	if (dir)
		os_join(path, dir, "verified");
	return dir != NULL;
}

static void take_row(struct check_job *j, struct wire *w)
{
	struct lb_id name;
	struct check_pack *p;
	int64_t seconds;

	wire_copy(w, name.b, LB_ID);
	seconds = wire_i64(w);
	p = wire_ok(w) ? check_find_pack(j, &name) : NULL;
	if (!p)
		return;
	if (seconds > 0)
		p->verified_s = seconds;
	else
		p->doubt = true;
}

static bool check_holds(struct span content, struct span check)
{
	unsigned char sum[LB_CHECK];

	return lb_check(content, sum, NULL) == ERR_OK &&
	       span_eq(check, span_of((const char *)sum, LB_CHECK));
}

void check_memory_get(struct check_job *j, const struct lb_id *repository,
                      struct span bytes)
{
	size_t content = bytes.len < LB_CHECK ? 0 : bytes.len - LB_CHECK;
	struct lb_id owner;
	struct wire w;

	if (!check_holds(span_sub(bytes, 0, content), span_from(bytes, content)))
		return;
	wire_init(&w, span_sub(bytes, 0, content));
	wire_magic(&w, "LBVF", 4);
	wire_copy(&w, owner.b, LB_ID);
	if (!wire_ok(&w) || !lb_id_eq(&owner, repository))
		return;
	while (wire_ok(&w) && !wire_end(&w))
		take_row(j, &w);
}

enum err_code check_memory_put(const struct check_job *j, const struct lb_id *repository,
                               struct buf *out, struct err *err)
{
	unsigned char sum[LB_CHECK];
	enum err_code rc;

	wire_put_raw(out, "LBVF", 4);
	wire_put_raw(out, repository->b, LB_ID);
	for (size_t i = 0; i < j->pack_count; i++) {
		const struct check_pack *p = &j->packs[i];
		bool damaged = p->bad || p->doubt; /* until it was read and is whole */

		if (p->verified_s == 0 && !damaged)
			continue;
		wire_put_raw(out, p->name.b, LB_ID);
		wire_put_i64(out, damaged ? -1 : p->verified_s);
	}
	rc = lb_check(buf_span(out), sum, err);
	wire_put_raw(out, sum, LB_CHECK);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}

enum err_code check_memory_load(struct check_job *j, struct err *err)
{
	struct buf path = BUF_INIT;
	struct buf bytes = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (!path_of(j, &path))
		return ERR_OK;
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_read_file(buf_str(&path), FILE_BYTES_MAX, &bytes, err);
	if (rc == ERR_OK)
		check_memory_get(j, &lb_repo_config(j->repo)->repo, buf_span(&bytes));
	buf_fini(&bytes);
	buf_fini(&path);
	return rc == ERR_NOMEM ? rc : ERR_OK;
}

enum err_code check_memory_store(const struct check_job *j, struct err *err)
{
	struct buf path = BUF_INIT;
	struct buf bytes = BUF_INIT;
	enum err_code rc;

	if (!path_of(j, &path))
		return ERR_OK;
	rc = check_memory_put(j, &lb_repo_config(j->repo)->repo, &bytes, err);
	if (rc == ERR_OK)
		rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(&path), buf_span(&bytes), 0600, err);
	buf_fini(&bytes);
	buf_fini(&path);
	return rc;
}
