// SPDX-License-Identifier: Apache-2.0
#include "collect/reuse/measured.h"

#include "base/str.h"
#include "lib/vcs_export.h"
#include "os/fs.h"
#include "os/machine.h"

static void put_machine(struct buf *out)
{
	buf_puts(out, "cpu ");
	(void)os_machine_cpu(out);
	buf_puts(out, "\nkernel ");
	(void)os_machine_kernel(out);
	buf_printf(out, "\nprocessors %zu\n", os_processors());
}

static enum err_code put_check(const struct gate_measured *x, struct gate_material *m,
                               struct vcs_repo *repo, const struct gate_check *k,
                               struct buf *out, struct err *err)
{
	char base[VCS_COMMIT_TEXT];
	enum err_code rc = gate_bench_base(repo, x->options, &k->bench, base, err);

	if (rc != ERR_OK)
		return rc;
	buf_printf(out, "check %s base %s\n", k->id, base);
	return gate_material_bench(m, &k->bench, out, err);
}

/* The policy as a whole: its builds, and what the commands are compared by. */
static enum err_code put_all(const struct gate_measured *x, struct gate_material *m,
                             struct vcs_repo *repo, const struct gate_policy *p,
                             const bool *checks, struct buf *out, struct err *err)
{
	char head[VCS_COMMIT_TEXT];
	enum err_code rc = vcs_common_commit(repo, "HEAD", head, err);

	if (rc == ERR_OK && !str_eq(head, x->subject->commit))
		rc = err_set(err, ERR_UNSUPPORTED, "HEAD has moved");
	buf_printf(out, "policy %s head %s pairs %llu\n", p->digest, head,
	           (unsigned long long)x->options->pairs);
	put_machine(out);
	for (size_t i = 0; i < p->build_count && rc == ERR_OK; i++)
		rc = gate_material_build(m, &p->builds[i], out, err);
	for (size_t i = 0; i < p->check_count && rc == ERR_OK; i++)
		if (checks[i])
			rc = put_check(x, m, repo, &p->checks[i], out, err);
	return rc;
}

enum err_code gate_measured_put(const struct gate_measured *x, struct gate_material *m,
                                const char *root, const struct gate_policy *p,
                                const bool *checks, struct buf *out, struct err *err)
{
	struct vcs_repo *repo = NULL;
	enum err_code rc;

	if (x->subject->commit == NULL || x->subject->dirty || x->options->calibrate)
		return err_set(err, ERR_UNSUPPORTED, "no commit names what is measured");
	rc = vcs_repo_open(&repo, root, err);
	if (rc == ERR_OK)
		rc = put_all(x, m, repo, p, checks, out, err);
	vcs_repo_close(repo);
	return rc;
}
