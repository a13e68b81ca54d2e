// SPDX-License-Identifier: Apache-2.0
#include "os/machine.h"

#include "base/num.h"
#include "os/fs.h"
#include "os/os_internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PROC_MAX (UINT64_C(4) << 20)

/* Files of /proc and /sys say 0 of their size. */
static bool read_small(const char *path, struct buf *out)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return false;
	good = os_read_fd(fd, path, PROC_MAX, out, NULL, NULL) == ERR_OK && buf_ok(out);
	(void)close(fd);
	return good;
}

/* Appends what follows the name and its colon on the first such line. */
static bool put_value(struct buf *out, struct span text, struct span name)
{
	struct span line;

	while (span_line(&text, &line)) {
		if (!span_starts(line, name))
			continue;
		line = span_from(line, span_find_byte(line, ':') + 1);
		buf_put(out, span_trim(line));
		return span_trim(line).len > 0;
	}
	return false;
}

bool os_machine_cpu(struct buf *out)
{
	struct buf text = BUF_INIT;
	bool found = read_small("/proc/cpuinfo", &text) &&
	             put_value(out, buf_span(&text), SPAN_LIT("model name"));

	buf_fini(&text);
	return found;
}

bool os_machine_kernel(struct buf *out)
{
	struct utsname name;

	if (uname(&name) < 0)
		return false;
	buf_printf(out, "%s %s %s", name.sysname, name.release, name.machine);
	return true;
}

bool os_machine_governor(struct buf *out)
{
	struct buf text = BUF_INIT;
	bool found = read_small("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
	                        &text) &&
	             span_trim(buf_span(&text)).len > 0;

	if (found)
		buf_put(out, span_trim(buf_span(&text)));
	buf_fini(&text);
	return found;
}

bool os_machine_load(double *out)
{
	return getloadavg(out, 1) == 1;
}

bool os_machine_memory_free(uint64_t *out)
{
	struct buf text = BUF_INIT;
	struct buf value = BUF_INIT;
	struct span number;
	uint64_t kib;
	bool found = read_small("/proc/meminfo", &text) &&
	             put_value(&value, buf_span(&text), SPAN_LIT("MemAvailable"));

	number = buf_span(&value);
	number = span_sub(number, 0, span_find_byte(number, ' '));
	found = found && num_u64(number, 0, UINT64_MAX / 1024, &kib);
	if (found)
		*out = kib * 1024;
	buf_fini(&text);
	buf_fini(&value);
	return found;
}

bool os_machine_uptime(double *out)
{
	struct buf text = BUF_INIT;
	const bool found = read_small("/proc/uptime", &text) && text.len > 0;

	if (found)
		*out = strtod(buf_str(&text), NULL);
	buf_fini(&text);
	return found;
}

/* "cpu  USER NICE SYSTEM IDLE IOWAIT IRQ SOFTIRQ STEAL GUEST GUEST_NICE": the guests'
 * times are within the first two. */
bool os_machine_time(struct os_machine_time *out)
{
	enum { FIELDS = 8, STEAL = 7 };
	struct buf text = BUF_INIT;
	struct span rest;
	struct span line;
	struct span word;
	uint64_t value;
	size_t at = 0;

	*out = (struct os_machine_time){ 0, 0 };
	if (read_small("/proc/stat", &text)) {
		rest = buf_span(&text);
		if (span_line(&rest, &line) && span_starts(line, SPAN_LIT("cpu "))) {
			line = span_from(line, 4);
			while (at < FIELDS && span_split(&line, ' ', &word)) {
				if (word.len == 0)
					continue;
				if (!num_u64(word, 0, UINT64_MAX / FIELDS, &value))
					break;
				out->total += value;
				if (at++ == STEAL)
					out->stolen = value;
			}
		}
	}
	buf_fini(&text);
	return at == FIELDS;
}
