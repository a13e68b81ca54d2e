// SPDX-License-Identifier: Apache-2.0
#include "lib/hyperscan.h"

/* Built where there is no Hyperscan: the literal stage of the scanners does its work. */

static enum err_code none(struct err *err)
{
	return err_set(err, ERR_UNSUPPORTED, "built without Hyperscan");
}

bool hyper_works(void)
{
	return false;
}

void hyper_identity(struct buf *out)
{
	buf_puts(out, "no hyperscan");
}

enum err_code hyper_compile(struct hyper_db **out, const struct hyper_pattern *patterns,
                            size_t count, size_t *bad, struct err *err)
{
	(void)out;
	(void)patterns;
	*bad = count;
	return none(err);
}

void hyper_free(struct hyper_db *db)
{
	(void)db;
}

enum err_code hyper_store(const struct hyper_db *db, struct buf *out, struct err *err)
{
	(void)db;
	(void)out;
	return none(err);
}

enum err_code hyper_load(struct hyper_db **out, struct span bytes, struct err *err)
{
	(void)out;
	(void)bytes;
	return none(err);
}

enum err_code hyper_lane_new(struct hyper_lane **out, const struct hyper_db *db,
                             struct err *err)
{
	(void)out;
	(void)db;
	return none(err);
}

void hyper_lane_free(struct hyper_lane *lane)
{
	(void)lane;
}

enum err_code hyper_scan(const struct hyper_db *db, struct hyper_lane *lane,
                         struct span text, hyper_match *match, void *context,
                         struct err *err)
{
	(void)db;
	(void)lane;
	(void)text;
	(void)match;
	(void)context;
	return none(err);
}
