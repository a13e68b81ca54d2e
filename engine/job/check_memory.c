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

#include <string.h>

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
	seconds = (int64_t)wire_u64(w);
	p = check_find_pack(j, &name);
	if (!p)
		return;
	if (seconds > 0)
		p->verified_s = seconds;
	else
		p->doubt = true;
}

static void decode(struct check_job *j, struct span bytes)
{
	unsigned char sum[LB_CHECK];
	struct lb_id repo;
	struct wire w;

	if (bytes.len < LB_CHECK ||
	    lb_check(span_sub(bytes, 0, bytes.len - LB_CHECK), sum, NULL) != ERR_OK ||
	    memcmp(bytes.ptr + bytes.len - LB_CHECK, sum, LB_CHECK) != 0)
		return;
	wire_init(&w, span_sub(bytes, 0, bytes.len - LB_CHECK));
	wire_magic(&w, "LBVF", 4);
	wire_copy(&w, repo.b, LB_ID);
	if (!lb_id_eq(&repo, &lb_repo_config(j->repo)->repo))
		return;
	for (size_t left = bytes.len - LB_CHECK - 4 - LB_ID; left >= LB_ID + 8;
	     left -= LB_ID + 8)
		take_row(j, &w);
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
	if (rc == ERR_OK && bytes.len >= LB_CHECK + 4 + LB_ID)
		decode(j, buf_span(&bytes));
	buf_fini(&bytes);
	buf_fini(&path);
	return rc == ERR_NOMEM ? rc : ERR_OK;
}

enum err_code check_memory_store(const struct check_job *j, struct err *err)
{
	struct buf path = BUF_INIT;
	struct buf bytes = BUF_INIT;
	unsigned char sum[LB_CHECK];
	enum err_code rc;

	if (!path_of(j, &path))
		return ERR_OK;
	wire_put_raw(&bytes, "LBVF", 4);
	wire_put_raw(&bytes, lb_repo_config(j->repo)->repo.b, LB_ID);
	for (size_t i = 0; i < j->pack_count; i++) {
		const struct check_pack *p = &j->packs[i];

		bool damaged = p->bad || p->doubt; /* until it was read and is whole */

		if (p->verified_s == 0 && !damaged)
			continue;
		wire_put_raw(&bytes, p->name.b, LB_ID);
		wire_put_u64(&bytes, (uint64_t)(damaged ? -1 : p->verified_s));
	}
	rc = lb_check(buf_span(&bytes), sum, err);
	wire_put_raw(&bytes, sum, LB_CHECK);
	if (rc == ERR_OK)
		rc = buf_err(&bytes, err);
	if (rc == ERR_OK)
		rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(&path), buf_span(&bytes), 0600, err);
	buf_fini(&bytes);
	buf_fini(&path);
	return rc;
}
