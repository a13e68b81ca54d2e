// SPDX-License-Identifier: Apache-2.0
#include "lib/hyperscan.h"

#include "base/mem.h"

#include <hs.h>
#include <stdint.h>
#include <stdlib.h>

/* Without a failing hs_valid_platform the library may use instructions that the processor
 * does not have: it is asked first, always. */

struct hyper_db {
	hs_database_t *db;
};

struct hyper_lane {
	hs_scratch_t *scratch;
};

bool hyper_works(void)
{
	return hs_valid_platform() == HS_SUCCESS;
}

void hyper_identity(struct buf *out)
{
	hs_platform_info_t p = { 0 };

	if (hs_populate_platform(&p) != HS_SUCCESS)
		p = (hs_platform_info_t){ 0 };
	buf_printf(out, "hyperscan %s tune %u features %llu", hs_version(), p.tune,
	           p.cpu_features);
}

static enum err_code no_engine(struct err *err)
{
	return err_set(err, ERR_UNSUPPORTED, "Hyperscan does not know this processor");
}

static enum err_code fail(int code, const char *what, struct err *err)
{
	if (code == HS_NOMEM)
		return err_nomem(err);
	if (code == HS_DB_VERSION_ERROR || code == HS_DB_PLATFORM_ERROR ||
	    code == HS_DB_MODE_ERROR || code == HS_INVALID)
		return err_set(err, ERR_CORRUPT,
		               "%s: made for another library or "
		               "processor",
		               what);
	return err_set(err, ERR_UNSUPPORTED, "%s: Hyperscan error %d", what, code);
}

struct lists {
	const char **texts;
	unsigned *ids;
	unsigned *flags;
};

static bool lists_fill(struct lists *l, const struct hyper_pattern *patterns,
                       size_t count)
{
	if (!mem_array(&l->texts, count, sizeof(*l->texts)) ||
	    !mem_array(&l->ids, count, sizeof(*l->ids)) ||
	    !mem_array(&l->flags, count, sizeof(*l->flags)))
		return false;
	for (size_t i = 0; i < count; i++) {
		l->texts[i] = patterns[i].pattern;
		l->ids[i] = patterns[i].id;
		l->flags[i] = 0;
	}
	return true;
}

static void lists_fini(struct lists *l)
{
	mem_free(l->texts);
	mem_free(l->ids);
	mem_free(l->flags);
}

static enum err_code compile(struct hyper_db *out, const struct lists *l, unsigned count,
                             size_t *bad, struct err *err)
{
	hs_compile_error_t *why = NULL;
	enum err_code rc = ERR_OK;

	if (hs_compile_multi(l->texts, l->flags, l->ids, count, HS_MODE_BLOCK, NULL,
	                     &out->db, &why) != HS_SUCCESS) {
		*bad = why->expression >= 0 ? (size_t)why->expression : count;
		rc = err_set(err, ERR_UNSUPPORTED, "%s", why->message);
		hs_free_compile_error(why);
	}
	return rc;
}

enum err_code hyper_compile(struct hyper_db **out, const struct hyper_pattern *patterns,
                            size_t count, size_t *bad, struct err *err)
{
	struct lists lists = { NULL, NULL, NULL };
	struct hyper_db *db = mem_new(sizeof(*db));
	enum err_code rc;

	*bad = count;
	if (db == NULL || !lists_fill(&lists, patterns, count))
		rc = err_nomem(err);
	else if (!hyper_works())
		rc = no_engine(err);
	else
		rc = compile(db, &lists, (unsigned)count, bad, err);
	if (rc == ERR_OK) {
		*out = db;
		db = NULL;
	}
	lists_fini(&lists);
	hyper_free(db);
	return rc;
}

void hyper_free(struct hyper_db *db)
{
	if (db == NULL)
		return;
	if (db->db != NULL)
		(void)hs_free_database(db->db);
	mem_free(db);
}

enum err_code hyper_store(const struct hyper_db *db, struct buf *out, struct err *err)
{
	char *bytes = NULL;
	size_t len = 0;
	int code = hs_serialize_database(db->db, &bytes, &len);

	if (code != HS_SUCCESS)
		return fail(code, "store the patterns", err);
	buf_put(out, span_of(bytes, len));
	free(bytes);
	return buf_err(out, err);
}

enum err_code hyper_load(struct hyper_db **out, struct span bytes, struct err *err)
{
	struct hyper_db *db = mem_new(sizeof(*db));
	int code;

	if (db == NULL)
		return err_nomem(err);
	if (!hyper_works()) {
		hyper_free(db);
		return no_engine(err);
	}
	code = hs_deserialize_database(bytes.ptr, bytes.len, &db->db);
	if (code != HS_SUCCESS) {
		hyper_free(db);
		return fail(code, "load the patterns", err);
	}
	*out = db;
	return ERR_OK;
}

enum err_code hyper_lane_new(struct hyper_lane **out, const struct hyper_db *db,
                             struct err *err)
{
	struct hyper_lane *lane = mem_new(sizeof(*lane));
	int code;

	if (lane == NULL)
		return err_nomem(err);
	code = hs_alloc_scratch(db->db, &lane->scratch);
	if (code != HS_SUCCESS) {
		mem_free(lane);
		return fail(code, "prepare the patterns", err);
	}
	*out = lane;
	return ERR_OK;
}

void hyper_lane_free(struct hyper_lane *lane)
{
	if (lane == NULL)
		return;
	(void)hs_free_scratch(lane->scratch);
	mem_free(lane);
}

struct call {
	hyper_match *match;
	void *context;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to,
                    unsigned flags, void *context)
{
	const struct call *call = context;

	(void)from;
	(void)flags;
	call->match(id, (size_t)to, call->context);
	return 0;
}

enum err_code hyper_scan(const struct hyper_db *db, struct hyper_lane *lane,
                         struct span text, hyper_match *match, void *context,
                         struct err *err)
{
	struct call call = { match, context };
	int code;

	if (text.len > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "larger than 4 GiB");
	if (text.len == 0)
		return ERR_OK;
	code = hs_scan(db->db, text.ptr, (unsigned)text.len, 0, lane->scratch, on_match,
	               &call);
	return code == HS_SUCCESS ? ERR_OK : fail(code, "scan", err);
}
