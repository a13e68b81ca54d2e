// SPDX-License-Identifier: Apache-2.0
/* A run's files beside what the run recorded of them. */
#include "base/str.h"
#include "os/dir.h"
#include "os/fs.h"
#include "record/attest.h"
#include "record/store.h"

/* ---- without a manifest ---- */

static void compare_artefact(struct gate_recorded *r, const struct os_dir *dir,
                             const struct gate_artefact *a)
{
	const char *name = arena_printf(&r->arena, "artefacts/%s", a->sha256);
	char hex[DIGEST_HEX];
	uint64_t bytes;
	enum err_code rc = gate_file_digest(dir, a->sha256, hex, &bytes, NULL);

	if (name == NULL || rc == ERR_NOT_FOUND)
		return;
	if (rc != ERR_OK || !str_eq(hex, a->sha256))
		gate_damage_add(&r->damages, name, "its bytes are not those of its name");
}

/* A folder that no run made need not have the artefacts. */
static enum err_code compare_named(struct gate_recorded *r, struct err *err)
{
	const struct gate_evidence *e = &r->evidence;
	const char *path = arena_printf(&r->arena, "%s/artefacts", r->dir);
	struct os_dir dir = { -1 };
	enum err_code rc;

	if (path == NULL)
		return err_nomem(err);
	rc = os_dir_open(&dir, NULL, path, err);
	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	for (size_t i = 0; rc == ERR_OK && i < e->record_count; i++)
		for (size_t k = 0; k < e->records[i].artefact_count; k++)
			compare_artefact(r, &dir, &e->records[i].artefacts[k]);
	os_dir_close(&dir);
	return rc;
}

/* A record that is gone earns nothing, which is what missing evidence is worth. */
static void forgive_missing_records(struct gate_damages *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->count; i++)
		if (!gate_manifest_is_record(d->items[i].file) ||
		    !str_eq(d->items[i].what, GATE_MISSING))
			d->items[kept++] = d->items[i];
	d->count = kept;
}

/* ---- what it means for checks ---- */

static const struct gate_damage *find(const struct gate_damages *d, const char *file)
{
	for (size_t i = 0; file != NULL && i < d->count; i++)
		if (str_eq(d->items[i].file, file))
			return &d->items[i];
	return NULL;
}

static const struct gate_damage *find_behind(struct gate_recorded *r,
                                             const struct gate_record *record)
{
	const struct gate_damage *found = find(
		&r->damages, arena_printf(&r->arena, "checks/%s.json", record->check));

	for (size_t i = 0; i < record->artefact_count && found == NULL; i++)
		found = find(&r->damages, arena_printf(&r->arena, "artefacts/%s",
		                                       record->artefacts[i].sha256));
	return found;
}

/* Evidence that is not what was recorded is none; `all` is behind every check. */
static void withdraw(struct gate_recorded *r, struct gate_record *record,
                     const struct gate_damage *all)
{
	const struct gate_damage *d = all != NULL ? all : find_behind(r, record);
	struct gate_record old = *record;

	if (d == NULL)
		return;
	if (gate_manifest_is_record(d->file))
		old.artefact_count = 0;
	*record = (struct gate_record){
		.check = record->check,
		.state = GATE_UNKNOWN,
		.artefacts = old.artefacts,
		.artefact_count = old.artefact_count,
		.message = arena_printf(&r->arena, "%s: %s", d->file, d->what),
		.remedy = "run the checks again: seaworthy run",
	};
}

static bool has(struct gate_recorded *r, const char *name)
{
	const char *path = arena_printf(&r->arena, "%s/%s", r->dir, name);

	return path != NULL && os_type_of(path) != OS_NONE;
}

/* A folder that a run made has a manifest, or somebody took it away. */
static bool made_by_run(struct gate_recorded *r)
{
	return r->complete || has(r, GATE_MANIFEST) || has(r, GATE_ENVELOPES);
}

/* False, and it is told why, where nothing says what the run recorded. */
static bool load_manifest(struct gate_recorded *r)
{
	if (r->manifest != NULL)
		return gate_manifest_load(&r->stored, r->dir, r->manifest, &r->damages);
	gate_damage_add(&r->damages, "run.json",
	                r->complete ? "it does not name the manifest of the run"
	                            : GATE_MISSING);
	return false;
}

/* The check that a record is of, or NULL. */
static const struct gate_check *check_of(const struct gate_policy *p,
                                         const struct gate_record *record)
{
	for (size_t i = 0; i < p->check_count; i++)
		if (str_eq(p->checks[i].id, record->check))
			return &p->checks[i];
	return NULL;
}

/* What is told of suites is behind all checks that ask them, of findings behind scans,
 * and of the run behind all. */
static const struct gate_damage *find_shared(const struct gate_recorded *r,
                                             const struct gate_record *record)
{
	const struct gate_check *k = check_of(r->policy, record);
	const struct gate_damage *whole = find(&r->damages, "run.json");

	if (whole != NULL || k == NULL)
		return whole;
	if (k->collector == GATE_COLLECT_SUITE || k->collector == GATE_COLLECT_COVERAGE)
		return find(&r->damages, "suites.json");
	return k->collector == GATE_COLLECT_SCAN ? find(&r->damages, "findings.jsonl")
	                                         : NULL;
}

enum err_code gate_recorded_withdraw(struct gate_recorded *r, struct err *err)
{
	for (size_t i = 0; r->damages.count > 0 && i < r->evidence.record_count; i++)
		withdraw(r, &r->records[i], find_shared(r, &r->records[i]));
	/* Nobody signed that. */
	r->evidence.assessment = NULL;
	return arena_err(&r->arena, err);
}

enum err_code gate_recorded_compare(struct gate_recorded *r, struct err *err)
{
	const bool made = made_by_run(r);
	const bool vouched = !made || load_manifest(r);
	enum err_code rc = made && vouched ? gate_manifest_compare(&r->stored, r->dir,
	                                                           &r->damages, err)
	                                   : compare_named(r, err);

	if (rc != ERR_OK)
		return err_wrap(err, rc, "%s", r->dir);
	forgive_missing_records(&r->damages);
	for (size_t i = 0; r->damages.count > 0 && i < r->evidence.record_count; i++)
		withdraw(r, &r->records[i], vouched ? NULL : &r->damages.items[0]);
	return arena_err(&r->arena, err);
}
