// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/shard/shard.h"

/* How a CI system tells a job which of several it is. */
struct system {
	const char *name;
	const char *index; /* it is this system where this variable is there */
	const char *total;
	const char *first; /* variable with the lowest index; NULL: `base` is */
	const char *step;  /* between indices; NULL: 1 */
	uint64_t base;
};

/* Those that other systems run inside of come later. */
static const struct system systems[] = {
	{ "seaworthy", "SEAWORTHY_SHARD_INDEX", "SEAWORTHY_SHARD_TOTAL", NULL, NULL, 1 },
	{ "Bazel", "TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", NULL, NULL, 0 },
	{ "GitLab", "CI_NODE_INDEX", "CI_NODE_TOTAL", NULL, NULL, 1 },
	{ "Buildkite", "BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", NULL,
	  NULL, 0 },
	{ "CircleCI", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", NULL, NULL, 0 },
	{ "Slurm", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT",
	  "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP", 0 },
	{ "Kubernetes", "JOB_COMPLETION_INDEX", "SEAWORTHY_SHARD_TOTAL", NULL, NULL, 0 },
};

static const char *value_of(const char *const *environ, const char *name)
{
	size_t length = span_str(name).len;

	for (; environ != NULL && *environ != NULL; environ++)
		if (str_starts(*environ, name) && (*environ)[length] == '=' &&
		    (*environ)[length + 1] != '\0')
			return *environ + length + 1;
	return NULL;
}

static enum err_code read_number(const char *const *environ, const char *name,
                                 uint64_t *out, struct err *err)
{
	const char *text = value_of(environ, name);

	if (text == NULL || num_u64(span_str(text), 0, UINT32_MAX, out))
		return ERR_OK;
	return err_set(err, ERR_USAGE, "--shard auto: %s=%.40s is no number", name, text);
}

static enum err_code missing_total(const struct system *s, struct err *err)
{
	if (str_eq(s->total, "SEAWORTHY_SHARD_TOTAL"))
		return err_set(
			err, ERR_USAGE,
			"--shard auto: %s does not tell a job of how many it is one; "
			"set SEAWORTHY_SHARD_TOTAL to the number of them "
			"(`completions`)",
			s->name);
	return err_set(err, ERR_USAGE, "--shard auto: %s has set %s, but not %s", s->name,
	               s->index, s->total);
}

static enum err_code ask(const struct system *s, const char *const *environ,
                         struct gate_shard *out, struct err *err)
{
	uint64_t index = 0, total = 0, first = s->base, step = 1;
	enum err_code rc = read_number(environ, s->index, &index, err);

	if (rc == ERR_OK)
		rc = read_number(environ, s->total, &total, err);
	if (rc == ERR_OK && s->first != NULL)
		rc = read_number(environ, s->first, &first, err);
	if (rc == ERR_OK && s->step != NULL)
		rc = read_number(environ, s->step, &step, err);
	if (rc != ERR_OK)
		return rc;
	if (total == 0)
		return missing_total(s, err);
	if (total > GATE_SHARDS_MAX)
		return err_set(err, ERR_USAGE, "--shard auto: %s=%llu: at most %d shards",
		               s->total, (unsigned long long)total, GATE_SHARDS_MAX);
	if (index < first || step == 0 || (index - first) % step != 0 ||
	    (index - first) / step >= total)
		return err_set(err, ERR_USAGE,
		               "--shard auto: %s=%llu is none of the %llu that %s counts",
		               s->index, (unsigned long long)index,
		               (unsigned long long)total, s->name);
	out->index = (uint32_t)((index - first) / step) + 1;
	out->total = (uint32_t)total;
	return ERR_OK;
}

enum err_code gate_shard_detect(struct gate_shard *out, const char *const *environ,
                                const char **touch, struct err *err)
{
	*touch = value_of(environ, "TEST_SHARD_STATUS_FILE");
	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
		if (value_of(environ, systems[i].index) != NULL)
			return ask(&systems[i], environ, out, err);
	return err_set(err, ERR_USAGE,
	               "--shard auto: no variable says which shard this is (GitLab, "
	               "Buildkite, CircleCI, Slurm, Bazel and Kubernetes are known); set "
	               "SEAWORTHY_SHARD_INDEX and SEAWORTHY_SHARD_TOTAL, or write "
	               "--shard I/N");
}
