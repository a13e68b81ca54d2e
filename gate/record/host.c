// SPDX-License-Identifier: Apache-2.0
#include "record/host.h"

#include "lib/json.h"
#include "os/fs.h"
#include "os/machine.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The first word of the kernel, in small letters. */
static void name_platform(char out[16])
{
	struct buf kernel = BUF_INIT;
	size_t n = 0;

	if (os_machine_kernel(&kernel))
		for (; n < kernel.len && n < 15 && kernel.ptr[n] != ' '; n++)
			out[n] = (char)tolower((unsigned char)kernel.ptr[n]);
	out[n] = '\0';
	buf_fini(&kernel);
}

struct gate_host_sample gate_host_sample(int64_t now_ms)
{
	struct gate_host_sample s = { .time_ms = now_ms, .cpus = os_processors() };

	s.memory_total = os_memory();
	s.has_memory = s.memory_total != UINT64_MAX &&
	               os_machine_memory_free(&s.memory_free) &&
	               s.memory_free <= s.memory_total;
	s.has_load = os_machine_load(&s.load);
	s.has_uptime = os_machine_uptime(&s.uptime_s);
	name_platform(s.platform);
	return s;
}

static void put_real(struct json_writer *w, const char *key, bool has, double value)
{
	char text[32];

	if (!has) {
		json_field_null(w, key);
		return;
	}
	(void)snprintf(text, sizeof(text), "%.2f", value);
	json_field_number(w, key, text);
}

static void put_bytes(struct json_writer *w, const char *key, bool has, uint64_t value)
{
	if (has)
		json_field_u64(w, key, value);
	else
		json_field_null(w, key);
}

static void put_sample(struct json_writer *w, const char *key,
                       const struct gate_host_sample *s)
{
	json_put_key(w, key);
	json_open(w, '{');
	json_put_key(w, "time_ms");
	json_put_i64(w, s->time_ms);
	put_bytes(w, "memory_total", s->has_memory, s->memory_total);
	put_bytes(w, "memory_free", s->has_memory, s->memory_free);
	json_field_u64(w, "cpus", s->cpus);
	put_real(w, "load", s->has_load, s->load);
	put_real(w, "uptime_s", s->has_uptime, s->uptime_s);
	json_field_str(w, "platform", s->platform);
	json_close(w, '}');
}

void gate_host_write(const struct gate_host_sample *start,
                     const struct gate_host_sample *end, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	put_sample(&w, "start", start);
	put_sample(&w, "end", end);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static bool read_sample(struct gate_host_sample *s, const struct json *v)
{
	const char *platform = json_string(json_get(v, "platform"));

	memset(s, 0, sizeof(*s));
	s->has_memory = json_u64(json_get(v, "memory_total"), &s->memory_total) &&
	                json_u64(json_get(v, "memory_free"), &s->memory_free) &&
	                s->memory_free <= s->memory_total;
	s->has_load = json_double(json_get(v, "load"), &s->load);
	s->has_uptime = json_double(json_get(v, "uptime_s"), &s->uptime_s);
	if (platform != NULL)
		(void)snprintf(s->platform, sizeof(s->platform), "%s", platform);
	return json_i64(json_get(v, "time_ms"), &s->time_ms) &&
	       json_u64(json_get(v, "cpus"), &s->cpus) && s->cpus > 0;
}

enum err_code gate_host_read(struct gate_host_sample *start, struct gate_host_sample *end,
                             struct span text, const char *name, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc = json_parse(&doc, text, name, err);

	if (rc == ERR_OK && !(read_sample(start, json_get(json_root(doc), "start")) &&
	                      read_sample(end, json_get(json_root(doc), "end"))))
		rc = err_set(err, ERR_CORRUPT, "%s: no two samples of a machine", name);
	json_free(doc);
	return rc;
}
