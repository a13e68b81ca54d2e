// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/plugin/plugin.h"

#include <stdlib.h>

/* Answers of plug-ins: what is accepted has what the rest of the program relies on. */

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct gate_plugin_answer a;
	struct err err = ERR_INIT;

	gate_plugin_init(&a);
	if (gate_plugin_read(&a, span_of((const char *)data, size), &err) == ERR_OK) {
		if (a.name == NULL || a.message == NULL ||
		    a.state == GATE_NOT_APPLICABLE || (a.low == NULL) != (a.high == NULL))
			abort();
		if (a.finding_count > GATE_PLUGIN_FINDINGS_MAX ||
		    a.artefact_count > GATE_PLUGIN_ARTEFACTS_MAX)
			abort();
		for (size_t i = 0; i < a.artefact_count; i++)
			if (a.artefacts[i].path[0] == '/' ||
			    str_starts(a.artefacts[i].path, "../"))
				abort();
	} else if (err.msg[0] == '\0') {
		abort();
	}
	gate_plugin_fini(&a);
	return 0;
}
