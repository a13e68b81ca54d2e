// SPDX-License-Identifier: Apache-2.0
#include "collect/outcome.h"
#include "collect/runner.h"

/*
 * Ways to build. Each is configured in a step of its own before anything is built: only
 * a failure of that step leads to the next way, never one of the project's code. The last
 * way is built whatever it is.
 */

/* Puts what was written so far before the output of the run. */
static enum err_code keep_output(struct gate_run *r, struct buf *log, const char *id,
                                 struct err *err)
{
	if (log->len > 0)
		buf_printf(log, "\n==> %s <==\n", id);
	buf_put(log, buf_span(&r->output));
	buf_clear(&r->output);
	buf_put(&r->output, buf_span(log));
	return buf_err(&r->output, err);
}

static void say_why(struct buf *why, const struct gate_build *b, const struct gate_run *r)
{
	if (why->len > 0)
		buf_puts(why, "; ");
	buf_printf(why, "%s could not be configured (%s)", b->id, r->reason);
}

/* Is it the configuring that fails? A missing tool or a time-out says nothing of it. */
static enum err_code configure(const struct gate_runner *g, const struct gate_build *b,
                               struct buf *log, struct buf *why, struct err *err)
{
	struct gate_build step = *b;
	struct gate_run r;
	enum err_code rc;

	step.run = b->configure;
	gate_run_init(&r);
	rc = gate_run_build(g, &step, &r, err);
	if (rc == ERR_OK && r.state == GATE_RUN_FAIL) {
		say_why(why, b, &r);
		if (log->len > 0)
			buf_printf(log, "\n==> %s <==\n", b->id);
		buf_put(log, buf_span(&r.output));
		rc = buf_err(log, err);
	}
	gate_run_fini(&r);
	return rc;
}

enum err_code gate_run_any_build(const struct gate_runner *g, const struct gate_build *b,
                                 const struct gate_build **used, struct gate_run *out,
                                 struct err *err)
{
	struct buf log = BUF_INIT;
	struct buf why = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (; rc == ERR_OK && b->otherwise != NULL; b = b->otherwise) {
		size_t before = why.len;

		rc = configure(g, b, &log, &why, err);
		if (why.len == before)
			break;
	}
	*used = b;
	if (rc == ERR_OK && (rc = buf_err(&why, err)) == ERR_OK)
		rc = gate_run_build(g, b, out, err);
	if (rc == ERR_OK && why.len > 0) {
		out->second_way = true;
		gate_outcome_warn(out, "%s was used instead: %s", b->id, buf_str(&why));
		rc = keep_output(out, &log, b->id, err);
	}
	buf_fini(&log);
	buf_fini(&why);
	return rc;
}
