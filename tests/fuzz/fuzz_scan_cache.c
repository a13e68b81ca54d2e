// SPDX-License-Identifier: Apache-2.0
/* Any bytes as what a scan left behind for one file. The file around it is told by its
 * hash, and its slots are few; test_scan_cache turns every byte of them over. */
#include "scanners/outcome.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const struct scan_sink *sink)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < sink->count; i++)
		scan_finding_json(&out, &sink->findings[i]);
	for (size_t i = 0; i < sink->fact_count; i++) {
		buf_put(&out, sink->facts[i].text);
		buf_put(&out, sink->facts[i].context);
	}
	for (size_t i = 0; i < sink->skip_count; i++)
		buf_puts(&out, sink->skips[i].reason);
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct scan_outcome_file file = { SPAN_LIT("a/b.c"), SPAN_LIT("a/b.c"), 7 };
	struct scan_selection rules;
	struct scan_sink sink;
	struct err err;
	size_t count;
	const struct scan_rule *all = scan_rules(&count);

	if (scan_select(&rules, all, count, NULL, 0, &err) != ERR_OK)
		return 0;
	scan_sink_init(&sink);
	if (scan_sink_rules(&sink, rules.count)) {
		if (scan_outcome_take(span_of((const char *)data, size), &file, &rules,
		                      &sink))
			read_all(&sink);
		else if (sink.count + sink.skip_count + sink.fact_count > 0)
			abort();
	}
	scan_sink_fini(&sink);
	scan_selection_fini(&rules);
	return 0;
}
