// SPDX-License-Identifier: Apache-2.0
#include "cli/project.h"

#include "base/str.h"
#include "lib/vcs.h"
#include "os/fs.h"

static bool has_entry(const struct buf *dir, const char *name)
{
	struct buf path = BUF_INIT;
	bool found;

	os_join(&path, buf_str(dir), name);
	found = buf_ok(&path) && os_type_of(buf_str(&path)) != OS_NONE;
	buf_fini(&path);
	return found;
}

/* Cuts the last name off; false at "/". */
static bool parent(struct buf *dir)
{
	size_t slash = span_rfind_byte(buf_span(dir), '/');

	if (slash >= dir->len || dir->len == 1)
		return false;
	buf_truncate(dir, slash == 0 ? 1 : slash);
	return true;
}

/* From `start` (absolute) upward; `start` itself where nothing marks a root. */
static enum err_code climb(const struct buf *start, struct buf *root, struct err *err)
{
	struct buf at = BUF_INIT;

	buf_put(&at, buf_span(start));
	do {
		if (has_entry(&at, PROJECT_POLICY_FILE) || has_entry(&at, ".git"))
			break;
	} while (parent(&at));
	buf_clear(root);
	if (has_entry(&at, PROJECT_POLICY_FILE) || has_entry(&at, ".git"))
		buf_put(root, buf_span(&at));
	else
		buf_put(root, buf_span(start));
	buf_fini(&at);
	return buf_err(root, err);
}

enum err_code project_root(const char *path, struct buf *root, struct err *err)
{
	struct buf cwd = BUF_INIT;
	enum err_code rc;

	if (path) {
		if (os_type_of(path) == OS_FILE || os_type_of(path) == OS_OTHER)
			return err_set(err, ERR_USAGE,
			               "%s is no folder; name a project's folder", path);
		rc = os_realpath(path, root, err);
		return rc == ERR_NOT_FOUND ? err_wrap(err, ERR_USAGE, "no such project")
		                           : rc;
	}
	rc = os_cwd(&cwd, err);
	if (rc == ERR_OK)
		rc = climb(&cwd, root, err);
	buf_fini(&cwd);
	return rc;
}

enum err_code project_root_above(const char *path, struct buf *root, struct err *err)
{
	struct buf real = BUF_INIT;
	enum err_code rc;

	rc = os_realpath(path, &real, err);
	if (rc == ERR_OK && os_type_of(buf_str(&real)) != OS_DIR && !parent(&real))
		rc = err_set(err, ERR_USAGE, "%s has no folder", path);
	if (rc == ERR_OK)
		rc = climb(&real, root, err);
	buf_fini(&real);
	return rc;
}

/* A policy that is missing or no YAML is the user's to mend, like one that is wrong. */
static enum err_code policy_fault(enum err_code rc, struct err *err)
{
	if (rc == ERR_NOT_FOUND || rc == ERR_CORRUPT || rc == ERR_UNSUPPORTED ||
	    rc == ERR_LIMIT)
		rc = ERR_USAGE;
	err->code = rc;
	return rc;
}

const char *project_next(const char *root)
{
	struct buf top = BUF_INIT;
	const bool kept = vcs_root(root, &top, NULL) == ERR_OK;

	buf_fini(&top);
	return kept ? "commit it, then `seaworthy run`" : "`seaworthy run`";
}

enum err_code project_policy(const char *root, struct vcs_staged *staged,
                             struct gate_policy **out, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_OK;

	*out = NULL;
	os_join(&path, root, PROJECT_POLICY_FILE);
	if (!buf_ok(&path))
		rc = err_nomem(err);
	else if (staged != NULL || os_type_of(buf_str(&path)) != OS_NONE)
		rc = gate_policy_load_staged(out, buf_str(&path), staged, err);
	if (rc == ERR_NOT_FOUND && staged != NULL)
		rc = ERR_OK; /* the next commit has none */
	buf_fini(&path);
	return rc == ERR_OK ? rc : policy_fault(rc, err);
}

static enum err_code load_policy(struct project *p, const struct program_call *call,
                                 struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	if (cli_options(call)->policy && cli_options(call)->profile)
		return err_set(err, ERR_USAGE,
		               "--policy and --profile exclude one another: a policy "
		               "file names its profile under `extends`");
	if (cli_options(call)->policy)
		return policy_fault(
			gate_policy_load(&p->policy, cli_options(call)->policy, err),
			err);
	os_join(&path, buf_str(&p->root), PROJECT_POLICY_FILE);
	if (!buf_ok(&path))
		rc = err_nomem(err);
	else if (!cli_options(call)->profile && os_type_of(buf_str(&path)) != OS_NONE)
		rc = policy_fault(gate_policy_load(&p->policy, buf_str(&path), err), err);
	else
		rc = gate_policy_builtin(&p->policy,
		                         cli_options(call)->profile
		                                 ? cli_options(call)->profile
		                                 : "default",
		                         err);
	buf_fini(&path);
	return rc;
}

enum err_code project_open(struct project *p, const struct program_call *call,
                           const char *path, struct err *err)
{
	enum err_code rc;

	if ((rc = project_root(path, &p->root, err)) != ERR_OK)
		return rc;
	os_join(&p->scratch, buf_str(&p->root), ".seaworthy/work");
	if (!buf_ok(&p->scratch))
		return err_nomem(err);
	if ((rc = load_policy(p, call, err)) != ERR_OK)
		return rc;
	rc = gate_detect(buf_str(&p->root), &p->detected, err);
	if (rc != ERR_OK)
		return err_wrap(err, rc, "detect suites");
	p->has_detected = true;
	return gate_policy_adopt(p->policy, &p->detected, err);
}

void project_close(struct project *p)
{
	if (p->has_detected)
		gate_detected_fini(&p->detected);
	p->has_detected = false;
	gate_policy_free(p->policy);
	p->policy = NULL;
	buf_fini(&p->root);
	buf_fini(&p->scratch);
}
