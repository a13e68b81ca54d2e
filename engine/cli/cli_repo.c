// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "cli/cli.h"
#include "os/fs.h"

enum err_code cli_repo_path(const struct program_call *call, const char **path,
                            struct err *err)
{
	const char *repo = cli_options(call)->repo;

	if (!repo)
		repo = os_env("LIFEBOAT_REPOSITORY");
	if (!repo)
		return err_set(err, ERR_USAGE,
		               "no repository: give --repo PATH or set "
		               "LIFEBOAT_REPOSITORY");
	*path = repo;
	return ERR_OK;
}

/* --cache-dir, LIFEBOAT_CACHE_DIR, XDG_CACHE_HOME/lifeboat, ~/.cache/lifeboat; empty
 * where there is no home: then the caches go with the process. */
static void cache_folder(const struct cli_options *o, struct buf *out)
{
	const char *dir = o->cache_dir ? o->cache_dir : os_env("LIFEBOAT_CACHE_DIR");

	if (dir)
		buf_puts(out, dir);
	else if ((dir = os_env("XDG_CACHE_HOME")))
		os_join(out, dir, "lifeboat");
	else if ((dir = os_env("HOME")))
		os_join(out, dir, ".cache/lifeboat");
}

/* What cannot be read of the index is only told: all commands but prune do without. */
static void warn_of_segments(const struct lb_repo *repo)
{
	size_t missing = lb_repo_missing(repo);

	if (missing > 0)
		log_event(LOG_WARN,
		          "%zu segment%s of the index cannot be read; `lifeboat repair "
		          "index` builds %s anew",
		          missing, missing == 1 ? "" : "s", missing == 1 ? "it" : "them");
}

/* Nobody's records may stop the others: they are passed over. */
static void warn_of_malformed(const struct lb_repo *repo)
{
	size_t count;

	(void)lb_state_malformed(lb_repo_state(repo), &count);
	if (count > 0)
		log_event(LOG_WARN,
		          "%zu malformed record%s of the log count%s for nothing; "
		          "`lifeboat check` names %s",
		          count, count == 1 ? "" : "s", count == 1 ? "s" : "",
		          count == 1 ? "it" : "them");
}

/* `faults` NULL: a damaged repository is refused. */
static enum err_code unlock_and_open(struct program_call *call, bool target,
                                     struct lb_backend *backend, struct lb_repo **out,
                                     struct lb_repo_faults *faults, int *exit_code,
                                     struct err *err)
{
	struct cli_unlock u = { .secret = LB_SECRET_INIT };
	struct buf cache = BUF_INIT;
	bool as_source = false;
	enum err_code rc =
		target ? cli_unlock_target(&u, call, &as_source, err)
		       : cli_unlock_get(&u, call, "repository password: ", false, err);

	if (rc != ERR_OK) {
		if (as_source)
			err_wrap(err, rc,
			         "what opens the source cannot be read again; give "
			         "--to-password-file or LIFEBOAT_TO_PASSWORD");
		lb_backend_close(backend);
		*exit_code = CLI_USAGE;
		return rc;
	}
	cache_folder(cli_options(call), &cache);
	if (faults)
		rc = lb_repo_open_damaged(out, backend, &u.unlock,
		                          cache.len ? buf_str(&cache) : NULL, faults,
		                          err);
	else
		rc = lb_repo_open(out, backend, &u.unlock,
		                  cache.len ? buf_str(&cache) : NULL, err);
	if (rc == ERR_OK && !faults) {
		warn_of_segments(*out);
		warn_of_malformed(*out);
	}
	if (rc == ERR_AUTH)
		*exit_code = CLI_WRONG_KEY;
	if (rc == ERR_AUTH && as_source)
		err_wrap(err, rc,
		         "what opens the source does not open it; give "
		         "--to-password-file or LIFEBOAT_TO_PASSWORD");
	if (rc == ERR_NOT_FOUND)
		*exit_code = CLI_NO_REPOSITORY;
	buf_fini(&cache);
	cli_unlock_fini(&u);
	return rc;
}

static enum err_code open_at(struct program_call *call, const char *path, bool target,
                             struct lb_repo **out, struct lb_repo_faults *faults,
                             int *exit_code, struct err *err)
{
	struct lb_backend *backend = NULL;
	enum err_code rc = cli_store_open(&backend, call, path, target, err);

	*exit_code = CLI_FAILED;
	if (rc == ERR_NOT_FOUND) {
		*exit_code = CLI_NO_REPOSITORY;
		return rc;
	}
	return rc == ERR_OK ? unlock_and_open(call, target, backend, out, faults,
	                                      exit_code, err)
	                    : rc;
}

static enum err_code open_repo(struct program_call *call, struct lb_repo **out,
                               struct lb_repo_faults *faults, int *exit_code,
                               struct err *err)
{
	const char *path = NULL;
	enum err_code rc = cli_repo_path(call, &path, err);

	*exit_code = CLI_USAGE;
	return rc == ERR_OK ? open_at(call, path, false, out, faults, exit_code, err)
	                    : rc;
}

enum err_code cli_open(struct program_call *call, struct lb_repo **out, int *exit_code,
                       struct err *err)
{
	return open_repo(call, out, NULL, exit_code, err);
}

enum err_code cli_open_target(struct program_call *call, struct lb_repo **out,
                              int *exit_code, struct err *err)
{
	enum err_code rc =
		open_at(call, cli_options(call)->to, true, out, NULL, exit_code, err);

	return rc == ERR_OK ? rc : err_wrap(err, rc, "target");
}

enum err_code cli_open_damaged(struct program_call *call, struct lb_repo **out,
                               struct lb_repo_faults *faults, int *exit_code,
                               struct err *err)
{
	return open_repo(call, out, faults, exit_code, err);
}
