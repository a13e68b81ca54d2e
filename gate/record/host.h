// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_HOST_H
#define GATE_HOST_H

#include "base/buf.h"

#include <stdint.h>

/*
 * How busy the machine was when a run started and when it ended: host.json of the run,
 * {"start":{..},"end":{..}}, each {"time_ms","memory_total","memory_free","cpus","load",
 * "uptime_s","platform"}. What the system did not tell is null.
 */
#define GATE_HOST_FILE "host.json"

struct gate_host_sample {
	int64_t time_ms;
	bool has_memory;
	uint64_t memory_total; /* bytes */
	uint64_t memory_free;
	uint64_t cpus;
	bool has_load;
	double load; /* programs that wanted to run, over the last minute */
	bool has_uptime;
	double uptime_s;
	char platform[16]; /* "linux" */
};

struct gate_host_sample gate_host_sample(int64_t now_ms);
void gate_host_write(const struct gate_host_sample *start,
                     const struct gate_host_sample *end, struct buf *out);
/* ERR_CORRUPT for what gate_host_write has not written. */
enum err_code gate_host_read(struct gate_host_sample *start, struct gate_host_sample *end,
                             struct span text, const char *name,
                             struct err *err) ERR_CHECKED;

#endif
