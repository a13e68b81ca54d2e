// SPDX-License-Identifier: Apache-2.0
#include "collect/limits.h"

#include "base/num.h"
#include "lib/json.h"

/* The grammar let nothing else through than whole numbers and sizes. */
static uint64_t amount(const struct json *limits, const char *key)
{
	const struct json *v = json_get(limits, key);
	uint64_t n = 0;

	if (json_string(v) != NULL)
		(void)num_bytes(span_str(json_string(v)), &n);
	else
		(void)json_u64(v, &n);
	return n;
}

static uint64_t seconds(const struct json *limits, const char *key)
{
	const char *text = json_string(json_get(limits, key));
	uint64_t ms = 0;

	if (text == NULL || !num_duration_ms(span_str(text), &ms))
		return 0;
	return ms / 1000 + (ms % 1000 > 0);
}

void gate_limits_read(const char *text, struct gate_limits *out)
{
	struct json_doc *doc = NULL;
	const struct json *v;
	uint64_t processes;

	*out = (struct gate_limits){ .processes = GATE_PROCESSES_MAX };
	if (text == NULL || json_parse(&doc, span_str(text), "limits", NULL) != ERR_OK)
		return;
	v = json_root(doc);
	out->os = (struct os_limits){ .memory = amount(v, "memory"),
		                      .cpu_s = seconds(v, "cpu_time"),
		                      .file = amount(v, "file_size"),
		                      .files = amount(v, "open_files") };
	processes = amount(v, "processes");
	if (processes > 0 && processes < SIZE_MAX)
		out->processes = (size_t)processes;
	json_free(doc);
}
