// SPDX-License-Identifier: Apache-2.0
#include "job/backup_internal.h"

#include "base/mem.h"
#include "base/version.h"
#include "crypto/digest.h"
#include "os/fs.h"
#include "os/identity.h"
#include "pack/keyring.h"
#include "repo/repo.h"

/* What a backup is about: sources, host, parent, files cache. */

/* Clocks of file systems are coarse: a file that changed this shortly before the backup
 * may change again with the same time. */
#define RACY_NS 1000000000

static bool same_target(const struct lb_backup_job *j, const struct lb_snapshot *s)
{
	struct span host = buf_span(&j->host);
	struct lb_snapshot_filter same = { .hosts = &host,
		                           .host_count = 1,
		                           .paths = j->paths,
		                           .path_count = j->o->path_count };

	return s->path_count == j->o->path_count && lb_snapshot_matches(s, &same);
}

/* A snapshot has room for some thousands. */
enum { REPLACED_MAX = 256 };

/* Partial snapshots of this target are what cut-off backups left; this one takes their
 * place. */
static enum err_code note_replaced(struct lb_backup_job *j, struct err *err)
{
	/* and one more, which this backup itself may make; more go with the next one */
	j->replaced = arena_array(&j->arena, j->known.count + 1, sizeof *j->replaced);
	if (!j->replaced)
		return err_nomem(err);
	for (size_t i = 0; i < j->known.count; i++) {
		const struct lb_snapshot_ref *r = &j->known.refs[i];

		if (r->snapshot->partial && same_target(j, r->snapshot) &&
		    j->replaced_count < REPLACED_MAX)
			j->replaced[j->replaced_count++] = r->id;
	}
	j->replaced[j->replaced_count] = (struct lb_id16){ { 0 } };
	return ERR_OK;
}

/* The parent asked for, or the newest of this host and these paths, partial or not. */
static enum err_code choose_parent(struct lb_backup_job *j, struct err *err)
{
	const struct lb_backup_options *o = j->o;

	for (size_t i = j->known.count; i-- > 0 && !o->no_parent && !j->parent;) {
		const struct lb_snapshot_ref *r = &j->known.refs[i];

		if (o->parent ? lb_id16_eq(&r->id, o->parent)
		              : same_target(j, r->snapshot))
			j->parent = r;
	}
	if (o->parent && !j->parent)
		return err_set(err, ERR_NOT_FOUND, "the parent snapshot does not exist");
	return note_replaced(j, err);
}

static enum err_code absolute(struct lb_backup_job *j, const char *path, struct span *out,
                              struct err *err)
{
	struct buf b = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (path[0] != '/') {
		rc = os_cwd(&b, err);
		if (rc == ERR_OK)
			buf_putc(&b, '/');
	}
	buf_puts(&b, path);
	if (rc == ERR_OK && !buf_ok(&b))
		rc = err_nomem(err);
	if (rc == ERR_OK) {
		*out = span_str(arena_str(&j->arena, buf_str(&b)));
		while (out->len > 1 && out->ptr[out->len - 1] == '/')
			out->len--;
		rc = arena_err(&j->arena, err);
	}
	buf_fini(&b);
	return rc;
}

enum err_code lb_backup_prepare(struct lb_backup_job *j, struct err *err)
{
	const struct lb_backup_options *o = j->o;
	enum err_code rc =
		lb_source_tree(&j->source, &j->arena, o->paths, o->path_count, err);

	j->paths = arena_array(&j->arena, o->path_count, sizeof *j->paths);
	if (rc == ERR_OK && !j->paths)
		rc = err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < o->path_count; i++)
		rc = absolute(j, o->paths[i], &j->paths[i], err);
	if (rc != ERR_OK)
		return rc;
	if (o->host)
		buf_puts(&j->host, o->host);
	else
		os_host_name(&j->host);
	os_user_name(&j->user);
	buf_printf(&j->program, "lifeboat %s", version_string());
	j->start_ns = lb_backup_now();
	j->racy_ns = j->start_ns - RACY_NS;
	rc = lb_repo_refresh(j->repo, err);
	if (rc == ERR_OK)
		rc = lb_snapshots_load(&j->known, lb_repo_state(j->repo), true, err);
	return rc == ERR_OK ? choose_parent(j, err) : rc;
}

/* One cache for each set of sources: two targets of one machine do not overwrite each
 * other's. NULL without a cache folder. */
static char *cache_path(const struct lb_backup_job *j)
{
	const char *dir = lb_repo_cache_dir(j->repo);
	struct buf all = BUF_INIT;
	struct buf path = BUF_INIT;
	char hex[DIGEST_HEX];

	if (!dir)
		return NULL;
	buf_put(&all, buf_span(&j->host));
	for (size_t i = 0; i < j->o->path_count; i++) {
		buf_putc(&all, '\0');
		buf_put(&all, j->paths[i]);
	}
	if (digest_hex(buf_span(&all), hex, NULL) == ERR_OK)
		buf_printf(&path, "%s/files-%.16s", dir, hex);
	buf_fini(&all);
	return buf_take(&path);
}

enum err_code lb_backup_open_cache(struct lb_backup_job *j, struct err *err)
{
	const struct lb_id *repo = &lb_repo_keyring(j->repo)->repo;
	char *path;
	enum err_code rc;

	if (j->o->stream) /* nothing to compare */
		return ERR_OK;
	path = cache_path(j);
	rc = lb_files_cache_open(&j->cache, path, repo, err);

	/* without the parent's tree there is nothing to compare with */
	if (rc == ERR_OK && j->parent &&
	    !lb_id16_eq(lb_files_cache_snapshot(j->cache), &j->parent->id)) {
		lb_files_cache_free(j->cache);
		j->cache = NULL;
		rc = lb_files_cache_open(&j->cache, NULL, repo, err);
	}
	if (rc == ERR_OK && path && !j->o->dry_run)
		rc = lb_files_writer_new(&j->files, path, repo, err);
	mem_free(path);
	return rc;
}

enum err_code lb_backup_restart_cache(struct lb_backup_job *j, struct err *err)
{
	lb_files_writer_free(j->files);
	lb_files_cache_free(j->cache);
	j->files = NULL;
	j->cache = NULL;
	j->cursor = (struct lb_files_cursor){ .at = 0 };
	return lb_backup_open_cache(j, err);
}
