// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/json.h"
#include "record/bench_report.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is read is judged and drawn; what was written of it says the same again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gate_bench_samples s;
	struct gate_bench_findings f;
	struct rep_bench report;
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;

	gate_bench_samples_init(&s);
	if (gate_bench_json_read(&s, span_of((const char *)data, size), "input", &err) ==
	    ERR_OK) {
		assert(gate_bench_judge(&s, &f, &err) == ERR_OK);
		gate_bench_report(&report, &s.arena, &s, &f);
		rep_bench_text(&out, &report, false, true, 80);
		rep_bench_csv(&out, &report);
		buf_clear(&out);
		gate_bench_json(&out, &s, &f);
	} else {
		assert(err.msg[0] != '\0');
	}
	buf_fini(&out);
	gate_bench_samples_fini(&s);
	return 0;
}
