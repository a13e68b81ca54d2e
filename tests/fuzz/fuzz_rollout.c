// SPDX-License-Identifier: Apache-2.0
#include "rollout/criterion.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct gate_samples *s, const struct gate_metric *m)
{
	const struct gate_criterion c = { .metric = "m",
		                          .query = "q",
		                          .below = true,
		                          .limit = "1",
		                          .limit_value = 1,
		                          .for_ms = 60000 };
	const int64_t now = 1700000060000;
	struct gate_criterion_state state;

	(void)s;
	gate_criterion_success(&c, m, now - 120000, now, 15000, &state);
	assert(state.hold != GATE_HOLDS || state.samples > 0);
	gate_criterion_abort(&c, m, now - 120000, now, 15000, &state);
	assert(state.hold != GATE_HOLDS || state.samples > 0);
}

/* Samples as recorded and as a server answers: whatever is read is judged, and what is
 * written of it is read again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = span_of((const char *)data, size);
	struct gate_samples s;
	struct gate_metric *m;
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	enum err_code rc;

	gate_samples_init(&s);
	m = gate_samples_metric(&s, "m", "q");
	rc = size > 2 && data[0] == '{' && data[1] == '"' && data[2] == 's'
	             ? gate_samples_prometheus(&s, m, text, &err)
	             : gate_samples_read(&s, text, "input", INT64_MIN, INT64_MAX, &err);
	if (rc != ERR_OK)
		assert(err.msg[0] != '\0');
	gate_samples_sort(&s);
	judge(&s, m);
	gate_samples_write(&s, &out);
	gate_samples_fini(&s);
	gate_samples_init(&s);
	assert(gate_samples_metric(&s, "m", "q") != NULL);
	assert(gate_samples_read(&s, buf_span(&out), "again", INT64_MIN, INT64_MAX,
	                         &err) == ERR_OK);
	gate_samples_fini(&s);
	buf_fini(&out);
	return 0;
}
