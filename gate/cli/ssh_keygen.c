// SPDX-License-Identifier: Apache-2.0
#include "cli/ssh_keygen.h"

#include "base/arena.h"
#include "base/str.h"
#include "os/fs.h"
#include "os/process.h"
#include "policy/people.h"

/* Somebody may have to touch a key. */
#define TIMEOUT_MS 60000
#define GRACE_MS 1000
#define CAPTURE_MAX 65536

/* Ours; but it never asks at a terminal that it does not have. */
static const char **environment(struct arena *arena)
{
	const char *const *ours = os_environ();
	const char **env;
	size_t n = 0;

	while (ours[n] != NULL)
		n++;
	env = arena_array(arena, n + 2, sizeof *env);
	for (size_t i = 0; env != NULL && i < n; i++)
		env[i] = ours[i];
	if (env != NULL && os_env("SSH_ASKPASS_REQUIRE") == NULL)
		env[n] = "SSH_ASKPASS_REQUIRE=force";
	return env;
}

static enum err_code refused(const struct os_result *r, const char *key, struct err *err)
{
	struct span said = span_trim(buf_span(&r->err_out));

	if (r->end == OS_END_NOT_FOUND)
		return err_set(err, ERR_USAGE,
		               "--ssh needs ssh-keygen: install openssh-client");
	if (r->end == OS_END_TIMEOUT)
		return err_set(err, ERR_USAGE, "--ssh %s: ssh-keygen did not answer",
		               key);
	if (r->end == OS_END_CANCELLED)
		return err_set(err, ERR_CANCELLED, "interrupted");
	return err_set(err, ERR_USAGE,
	               "--ssh %s: ssh-keygen says: %.*s (a key with a pass phrase is "
	               "used through ssh-agent)",
	               key, said.len < 300 ? (int)said.len : 300,
	               said.ptr != NULL ? said.ptr : "");
}

static enum err_code sign_file(struct buf *out, const char *key, const char *path,
                               const struct cancel *cancel, struct err *err)
{
	const char *const argv[] = { "ssh-keygen",   "-q", "-Y", "sign", "-n",
		                     GATE_NAMESPACE, "-f", key,  path,   NULL };
	struct arena arena = ARENA_INIT;
	const struct os_spawn spawn = { .argv = argv,
		                        .env = environment(&arena),
		                        .timeout_ms = TIMEOUT_MS,
		                        .grace_ms = GRACE_MS,
		                        .capture_max = CAPTURE_MAX,
		                        .cancel = cancel };
	struct buf made = BUF_INIT;
	struct os_result r;
	enum err_code rc;

	os_result_init(&r);
	rc = spawn.env != NULL ? os_run(&spawn, &r, err) : err_nomem(err);
	if (rc == ERR_OK && (r.end != OS_END_EXIT || r.code != 0))
		rc = refused(&r, key, err);
	buf_printf(&made, "%s.sig", path);
	if (rc == ERR_OK)
		rc = buf_err(&made, err);
	if (rc == ERR_OK)
		rc = os_read_file(buf_str(&made), CAPTURE_MAX, out, err);
	os_result_fini(&r);
	buf_fini(&made);
	arena_fini(&arena);
	return rc;
}

enum err_code ssh_keygen_sign(struct buf *out, const char *key, struct span message,
                              const struct cancel *cancel, struct err *err)
{
	struct buf dir = BUF_INIT;
	struct buf path = BUF_INIT;
	struct err ignored = ERR_INIT;
	enum err_code rc = os_mkdtemp(NULL, "seaworthy-", &dir, err);

	if (rc != ERR_OK)
		goto out;
	os_join(&path, buf_str(&dir), "statement");
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(&path), message, 0600, err);
	if (rc == ERR_OK)
		rc = sign_file(out, key, buf_str(&path), cancel, err);
	if (os_remove_tree(buf_str(&dir), &ignored) != ERR_OK && rc == ERR_OK)
		rc = err_set(err, ERR_IO, "%s", ignored.msg);
out:
	buf_fini(&dir);
	buf_fini(&path);
	return rc;
}
