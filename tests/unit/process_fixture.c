// SPDX-License-Identifier: Apache-2.0
#include "process_fixture.h"

#include "base/str.h"
#include "os/fs.h"
#include "os/random.h"
#include "os/walk.h"
#include "support/check.h"

#include <signal.h>
#include <stdio.h>

/* Every child carries this in its environment, so that survivors can be found. */
static char marker[64];

void draw_marker(void)
{
	unsigned char random[8];
	char hex[2 * sizeof(random) + 1];

	os_random(random, sizeof(random));
	str_hex(random, sizeof(random), hex);
	(void)snprintf(marker, sizeof(marker), "SW_TEST_MARKER=%s", hex);
}

static enum err_code count_marked(const struct os_entry *entry, void *context,
                                  struct err *err)
{
	size_t *count = context;
	struct buf path = BUF_INIT;
	struct buf environment = BUF_INIT;

	(void)err;
	buf_printf(&path, "/proc/%s/environ", entry->name);
	if (entry->name[0] >= '0' && entry->name[0] <= '9' &&
	    os_read_file(buf_str(&path), 1 << 20, &environment, NULL) == ERR_OK &&
	    span_find(buf_span(&environment), span_str(marker)) < environment.len)
		(*count)++;
	buf_fini(&path);
	buf_fini(&environment);
	return ERR_OK;
}

void check_no_orphan(void)
{
	struct err err = ERR_INIT;
	struct os_dir proc;
	size_t count = 0;

	check_ok(os_dir_open(&proc, NULL, "/proc", &err), &err);
	check_ok(os_dir_each(&proc, count_marked, &count, &err), &err);
	os_dir_close(&proc);
	check_size_eq(count, 0, "processes that survived");
}

static const char *environment[] = { marker, "PATH=/usr/local/bin:/usr/bin:/bin", NULL };

struct os_spawn spec_of(const char *const *argv)
{
	if (marker[0] == '\0')
		draw_marker();
	return (struct os_spawn){
		.argv = argv,
		.env = environment,
		.grace_ms = GRACE_MS,
		.timeout_ms = LONG_MS,
		.capture_max = CAPTURE,
	};
}

void run_spec(const struct os_spawn *spec, struct os_result *r)
{
	struct err err = ERR_INIT;

	os_result_init(r);
	check_ok(os_run(spec, r, &err), &err);
	check_no_orphan();
}

void run_shell(const char *script, struct os_result *r)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	const struct os_spawn spec = spec_of(argv);

	run_spec(&spec, r);
}

void run_limited(const char *const *argv, uint64_t timeout_ms, struct os_result *r)
{
	struct os_spawn spec = spec_of(argv);

	spec.timeout_ms = timeout_ms;
	run_spec(&spec, r);
}

struct patience {
	struct cancel cancel;
	uint64_t bytes; /* that are still to come */
};

static void await_output(int stream, struct span data, void *context)
{
	struct patience *p = context;

	(void)stream;
	p->bytes -= data.len < p->bytes ? data.len : p->bytes;
	if (p->bytes == 0)
		cancel_set(&p->cancel, SIGINT);
}

void run_until(const char *const *argv, uint64_t bytes, uint64_t grace_ms,
               struct os_result *r)
{
	struct patience p = { CANCEL_INIT, bytes };
	struct os_spawn spec = spec_of(argv);

	spec.cancel = &p.cancel;
	spec.grace_ms = grace_ms;
	spec.output = await_output;
	spec.context = &p;
	run_spec(&spec, r);
	check_int_eq(r->end, OS_END_CANCELLED, "end");
}
