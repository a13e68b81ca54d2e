// SPDX-License-Identifier: Apache-2.0
#include "collect/shard/shards.h"

#include "base/str.h"
#include "base/version.h"
#include "collect/shard/shards_internal.h"
#include "crypto/digest.h"
#include "os/fs.h"
#include "record/record_json.h"

#include <stdlib.h>
#include <string.h>

enum { FOLDERS_MAX = 10000, SMALL_MAX = 1 << 20, READ_MAX = 1 << 30 };

/* ---- reading with a hash ---- */

enum err_code shards_read(const struct shards_folder *f, const char *below,
                          const char *name, const char *sha256, struct buf *out,
                          struct err *err)
{
	struct os_dir top = { -1 };
	struct os_dir sub = { -1 };
	char hex[DIGEST_HEX];
	enum err_code rc;

	/* Not held: there may be more folders than a process may have files. */
	rc = os_dir_open(&top, NULL, f->path, err);
	if (rc == ERR_OK && below != NULL)
		rc = os_dir_open(&sub, &top, below, err);
	if (rc == ERR_OK)
		rc = os_dir_read(below != NULL ? &sub : &top, name, READ_MAX, out, NULL,
		                 err);
	os_dir_close(&sub);
	os_dir_close(&top);
	if (rc == ERR_NOMEM)
		return rc;
	if (rc != ERR_OK)
		return err_wrap(err, ERR_CORRUPT, "%s", f->path);
	if ((rc = digest_hex(buf_span(out), hex, err)) != ERR_OK)
		return rc;
	if (str_eq(hex, sha256))
		return ERR_OK;
	return err_set(
		err, ERR_CORRUPT,
		"%s: %s%s%s was changed: its SHA-256 is not the one that shard.json "
		"has; copy the folder again",
		f->path, below != NULL ? below : "", below != NULL ? "/" : "", name);
}

const struct shards_named *shards_find(const struct shards_named *list, size_t count,
                                       const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(list[i].name, name))
			return &list[i];
	return NULL;
}

/* ---- finding folders ---- */

struct search {
	struct shards *shards;
	const char *parent;
	const char **found;
	size_t count;
	size_t cap;
};

static enum err_code is_shard(const char *path, bool *yes, struct err *err)
{
	struct buf file = BUF_INIT;
	enum err_code rc;

	os_join(&file, path, "shard.json");
	if ((rc = buf_err(&file, err)) == ERR_OK)
		*yes = os_type_of(buf_str(&file)) == OS_FILE;
	buf_fini(&file);
	return rc;
}

static enum err_code add_found(struct search *s, const char *path, struct err *err)
{
	const char **slot;

	if (s->count == FOLDERS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d folders", FOLDERS_MAX);
	slot = arena_push(&s->shards->arena, &s->found, &s->count, &s->cap,
	                  sizeof(*slot));
	if (slot != NULL)
		*slot = path;
	return arena_err(&s->shards->arena, err);
}

static enum err_code consider(const struct os_entry *entry, void *context,
                              struct err *err)
{
	struct search *s = context;
	bool yes = false;
	const char *path;
	enum err_code rc;

	if (entry->type != OS_DIR)
		return ERR_OK;
	path = arena_printf(&s->shards->arena, "%s/%s", s->parent, entry->name);
	if (path == NULL)
		return err_nomem(err);
	rc = is_shard(path, &yes, err);
	return rc == ERR_OK && yes ? add_found(s, path, err) : rc;
}

static enum err_code search(struct search *s, const char *path, struct err *err)
{
	struct os_dir dir = { -1 };
	size_t before = s->count;
	bool yes = false;
	enum err_code rc = is_shard(path, &yes, err);

	if (rc != ERR_OK)
		return rc;
	if (yes)
		return add_found(s, arena_str(&s->shards->arena, path), err);
	s->parent = path;
	rc = os_dir_open(&dir, NULL, path, err);
	if (rc == ERR_OK)
		rc = os_dir_each(&dir, consider, s, err);
	os_dir_close(&dir);
	if (rc == ERR_OK && s->count == before)
		rc = err_set(
			err, ERR_USAGE,
			"%s: there is no shard.json, here or in a folder below: make one "
			"with seaworthy run --shard I/N",
			path);
	return rc == ERR_OK || rc == ERR_NOMEM ? rc : err_wrap(err, ERR_USAGE, "merge");
}

/* ---- do they belong together ---- */

static enum err_code differ(const struct shards_folder *a, const struct shards_folder *b,
                            const char *what, struct err *err)
{
	return err_set(err, ERR_USAGE, "%s and %s are of different runs: %s", a->path,
	               b->path, what);
}

static bool same_checks(const struct shards_folder *a, const struct shards_folder *b)
{
	if (a->check_count != b->check_count)
		return false;
	for (size_t i = 0; i < a->check_count; i++)
		if (!str_eq(a->checks[i].name, b->checks[i].name))
			return false;
	return true;
}

/* The hash says so of ids and weights, not of their order and who runs them. */
static bool same_units(const struct shards_folder *a, const struct shards_folder *b)
{
	for (size_t i = 0; i < a->unit_count; i++)
		if (i == b->unit_count || !str_eq(a->units[i].id, b->units[i].id) ||
		    a->units[i].kind != b->units[i].kind ||
		    a->units[i].shard != b->units[i].shard ||
		    a->units[i].everywhere != b->units[i].everywhere)
			return false;
	return a->unit_count == b->unit_count;
}

static enum err_code differ_in(const struct shards_folder *a,
                               const struct shards_folder *b, const char *what,
                               const char *of_a, const char *of_b, struct err *err)
{
	return err_set(err, ERR_USAGE,
	               "%s and %s are of different runs: %s (%.80s, %.80s)", a->path,
	               b->path, what, of_a, of_b);
}

/* A unit that the one has and the other has not, or what else it is. */
static enum err_code differ_in_plan(const struct shards_folder *a,
                                    const struct shards_folder *b, struct err *err)
{
	size_t most = a->unit_count > b->unit_count ? a->unit_count : b->unit_count;

	for (size_t i = 0; i < most; i++) {
		const char *of_a = i < a->unit_count ? a->units[i].id : "none";
		const char *of_b = i < b->unit_count ? b->units[i].id : "none";

		if (!str_eq(of_a, of_b))
			return differ_in(a, b, "their units differ", of_a, of_b, err);
		if (a->units[i].weight_ms != b->units[i].weight_ms)
			return err_set(
				err, ERR_USAGE,
				"%s and %s are of different runs: they know other "
				"durations (of %.80s %llu ms and %llu ms): give all of them "
				"the same .seaworthy/durations.json, or use --shard-mode "
				"hash or slice",
				a->path, b->path, of_a,
				(unsigned long long)a->units[i].weight_ms,
				(unsigned long long)b->units[i].weight_ms);
	}
	return differ(a, b, "their units are dealt out in different ways", err);
}

static enum err_code compare(const struct shards_folder *a, const struct shards_folder *b,
                             struct err *err)
{
	if (!str_eq(a->tool_version, b->tool_version))
		return differ_in(a, b, "other versions of seaworthy made them",
		                 a->tool_version, b->tool_version, err);
	if (!str_eq(a->policy, b->policy))
		return differ_in(a, b, "their policies differ", a->policy, b->policy,
		                 err);
	if (!str_eq(a->tree, b->tree))
		return differ_in(a, b, "their trees differ",
		                 a->tree != NULL ? a->tree : "none",
		                 b->tree != NULL ? b->tree : "none", err);
	if (a->shard.mode != b->shard.mode)
		return differ_in(a, b, "they were cut in another way",
		                 gate_shard_mode_name(a->shard.mode),
		                 gate_shard_mode_name(b->shard.mode), err);
	if (a->shard.total != b->shard.total)
		return err_set(err, ERR_USAGE,
		               "%s and %s are of different runs: they were cut in "
		               "another way (into %u, into %u)",
		               a->path, b->path, a->shard.total, b->shard.total);
	if (!str_eq(a->fingerprint, b->fingerprint) || !same_units(a, b))
		return differ_in_plan(a, b, err);
	if (!same_checks(a, b))
		return differ(a, b, "they list different checks", err);
	return ERR_OK;
}

static enum err_code place(struct shards *s, const struct shards_folder *f,
                           struct err *err)
{
	struct shards_folder *slot;
	enum err_code rc;

	if (s->folders == NULL) {
		s->total = f->shard.total;
		s->folders = arena_array(&s->arena, s->total, sizeof(*s->folders));
		if (s->folders == NULL)
			return err_nomem(err);
	} else if ((rc = compare(s->first, f, err)) != ERR_OK) {
		return rc;
	}
	slot = &s->folders[f->shard.index - 1];
	if (slot->path != NULL)
		return err_set(err, ERR_USAGE,
		               "%s and %s are both shard %u of %u: give one of them",
		               slot->path, f->path, f->shard.index, f->shard.total);
	*slot = *f;
	if (s->first == NULL || f->started_ms < s->started_ms)
		s->started_ms = f->started_ms;
	if (s->first == NULL || f->ended_ms > s->ended_ms)
		s->ended_ms = f->ended_ms;
	if (s->first == NULL)
		s->first = slot;
	return ERR_OK;
}

static enum err_code check_missing(struct shards *s, bool allow, struct err *err)
{
	struct buf list = BUF_INIT;

	for (uint32_t i = 0; i < s->total; i++) {
		if (s->folders[i].path != NULL)
			continue;
		buf_printf(&list, "%s%u", s->missing++ > 0 ? ", " : "", i + 1);
	}
	if (s->missing > 0 && !allow)
		err_set(err, ERR_USAGE,
		        "of %u shards %s %s missing: give %s too, or --allow-missing, which "
		        "makes unknown what %s ran",
		        s->total, buf_str(&list), s->missing == 1 ? "is" : "are",
		        s->missing == 1 ? "its folder" : "their folders",
		        s->missing == 1 ? "it" : "they");
	buf_fini(&list);
	return s->missing > 0 && !allow ? ERR_USAGE : ERR_OK;
}

/* ---- policy and subject ---- */

static enum err_code read_file(const struct shards_folder *f, const char *name,
                               struct buf *out, struct err *err)
{
	const struct shards_named *n = shards_find(f->files, f->file_count, name);

	if (n == NULL || n->sha256 == NULL)
		return err_set(err, ERR_CORRUPT, "%s: shard.json has no %s", f->path,
		               name);
	return shards_read(f, NULL, name, n->sha256, out, err);
}

static enum err_code load_policy(struct shards *s, struct err *err)
{
	const struct shards_folder *f = s->first;
	struct buf text = BUF_INIT;
	enum err_code rc = read_file(f, "policy.json", &text, err);

	if (rc == ERR_OK)
		rc = gate_policy_recorded(&s->policy, buf_span(&text), "policy.json",
		                          err);
	if (rc == ERR_OK && !str_eq(s->policy->digest, f->policy))
		rc = err_set(err, ERR_CORRUPT,
		             "%s: policy.json is not the policy that shard.json names",
		             f->path);
	if (rc == ERR_OK) {
		s->policy->path = f->policy_path;
		s->policy->profile = f->policy_profile;
	}
	buf_fini(&text);
	return rc;
}

static enum err_code load_subject(struct shards *s, const struct shards_folder *f,
                                  struct err *err)
{
	struct gate_subject subject = { .dirty = false };
	struct json_doc *doc = NULL;
	struct buf text = BUF_INIT;
	enum err_code rc = read_file(f, "subject.json", &text, err);

	if (rc == ERR_OK)
		rc = json_parse(&doc, buf_span(&text), "subject.json", err);
	if (rc == ERR_OK)
		rc = gate_subject_read(&subject, json_root(doc), &s->arena, err);
	if (rc == ERR_OK && !str_eq(subject.tree, f->tree))
		rc = err_set(err, ERR_CORRUPT,
		             "%s: subject.json names another tree than shard.json",
		             f->path);
	if (rc == ERR_OK && f == s->first)
		s->subject = subject;
	if (rc == ERR_OK && subject.has_dirty && subject.dirty)
		s->subject.dirty = s->subject.has_dirty = true;
	json_free(doc);
	buf_fini(&text);
	return rc;
}

/* ---- opening ---- */

/* Also what a merge makes anew: a folder that was changed is not to be trusted. */
static enum err_code verify(const struct shards_folder *f, const char *below,
                            const char *suffix, const struct shards_named *list,
                            size_t count, struct err *err)
{
	struct buf name = BUF_INIT;
	struct buf text = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < count && rc == ERR_OK; i++) {
		buf_clear(&name);
		buf_printf(&name, "%s%s", list[i].name, suffix);
		if (!gate_record_id_ok(list[i].name))
			rc = err_set(err, ERR_CORRUPT,
			             "%s: shard.json names no file of its run", f->path);
		else if (list[i].sha256 != NULL && (rc = buf_err(&name, err)) == ERR_OK)
			rc = shards_read(f, below, buf_str(&name), list[i].sha256, &text,
			                 err);
	}
	buf_fini(&text);
	buf_fini(&name);
	return rc;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum err_code open_folders(struct shards *s, struct search *found, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (found->count > 1)
		qsort(found->found, found->count, sizeof(*found->found), by_path);
	for (size_t i = 0; i < found->count && rc == ERR_OK; i++) {
		struct shards_folder f = { .path = found->found[i] };

		rc = shards_read_manifest(&f, &s->arena, err);
		if (rc == ERR_OK)
			rc = verify(&f, NULL, "", f.files, f.file_count, err);
		if (rc == ERR_OK)
			rc = verify(&f, "checks", ".json", f.checks, f.check_count, err);
		if (rc == ERR_OK)
			rc = place(s, &f, err);
	}
	return rc;
}

enum err_code shards_open(struct shards *out, const char *const *dirs, size_t count,
                          bool allow_missing, struct err *err)
{
	struct search found = { .shards = out };
	enum err_code rc = ERR_OK;

	*out = (struct shards){ .total = 0 };
	arena_init(&out->arena);
	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		rc = search(&found, dirs[i], err);
	if (rc == ERR_OK)
		rc = open_folders(out, &found, err);
	if (rc == ERR_OK)
		rc = check_missing(out, allow_missing, err);
	if (rc == ERR_OK)
		rc = load_policy(out, err);
	/* The first one first: the others can only add that they were dirty. */
	if (rc == ERR_OK)
		rc = load_subject(out, out->first, err);
	for (uint32_t i = 0; i < out->total && rc == ERR_OK; i++)
		if (out->folders[i].path != NULL && &out->folders[i] != out->first)
			rc = load_subject(out, &out->folders[i], err);
	return rc;
}

void shards_close(struct shards *s)
{
	gate_policy_free(s->policy);
	arena_fini(&s->arena);
	*s = (struct shards){ .total = 0 };
}
