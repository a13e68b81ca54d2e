// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "cli/project.h"
#include "os/fs.h"
#include "policy/init.h"

/* `init`: a commented policy for what was detected. */

static enum err_code write_policy(const struct program_call *call, const struct buf *root,
                                  struct buf *path, bool *has_suite, struct err *err)
{
	struct gate_detected detected = { .suite_count = 0 };
	struct buf text = BUF_INIT;
	enum err_code rc;

	rc = gate_detect(buf_str(root), &detected, err);
	if (rc == ERR_OK) {
		*has_suite = detected.suite_count > 0;
		rc = gate_policy_init(&detected,
		                      cli_options(call)->profile
		                              ? cli_options(call)->profile
		                              : "default",
		                      &text, err);
		gate_detected_fini(&detected);
	}
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(path), buf_span(&text), 0644, err);
	buf_fini(&text);
	return rc;
}

/* Without a suite the next run could only say that nothing is known. */
static void tell(const struct buf *root, const struct buf *path, bool has_suite)
{
	const char *next = project_next(buf_str(root));

	if (has_suite) {
		program_note("wrote %s; next: %s", buf_str(path), next);
		return;
	}
	program_note("wrote %s, but found no test suite: looked for those of %s",
	             buf_str(path), gate_detect_kinds());
	program_note("next: write the command that tests the project below `suites` "
	             "there, as its comment shows; then %s",
	             next);
}

int cli_init(struct program_call *call)
{
	struct buf root = BUF_INIT;
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	bool has_suite = false;
	enum err_code rc;

	rc = project_root(call->args.count ? call->args.items[0] : NULL, &root, &err);
	if (rc == ERR_OK) {
		os_join(&path, buf_str(&root), "seaworthy.yml");
		rc = buf_err(&path, &err);
	}
	if (rc == ERR_OK && !cli_options(call)->force &&
	    os_type_of(buf_str(&path)) != OS_NONE)
		rc = err_set(&err, ERR_USAGE, "%s exists; --force replaces it",
		             buf_str(&path));
	if (rc == ERR_OK)
		rc = write_policy(call, &root, &path, &has_suite, &err);
	if (rc == ERR_OK)
		tell(&root, &path, has_suite);
	buf_fini(&root);
	buf_fini(&path);
	return rc == ERR_OK ? CLI_OK : program_fail(call, &err);
}
