// SPDX-License-Identifier: Apache-2.0
#include "trend_fixture.h"

#include "support/check.h"

#include <stdio.h>
#include <string.h>

static const char *rule_of(const char *text)
{
	if (text[0] == 'C')
		return "cycle.import";
	if (text[0] == 'S')
		return "secret.github-pat";
	return text[0] == 'T' ? "marker.todo" : "marker.fixme";
}

static const char *scope_of(const char *path)
{
	return path[0] == 't' ? "test" : "production";
}

unsigned trend_put_then(struct buf *out, const char *const *list)
{
	unsigned n = 0;

	for (size_t i = 0; i < TREND_MOST && list[i] != NULL; i++, n++) {
		const char *path = list[i] + 4;
		char letter = list[i][2];
		bool known = letter >= 'a';

		buf_printf(out,
		           "{\"rule\":\"%s\",\"path\":\"%s\",\"scope\":\"%s\","
		           "\"severity\":\"warning\",\"fingerprint\":\"%c\",\"details\":"
		           "{%s}}\n",
		           rule_of(list[i]), path, scope_of(path),
		           known ? letter - 'a' + 'A' : letter,
		           known ? "\"state\":\"known\"" : "");
	}
	return n;
}

size_t trend_put_now(struct scan_finding *out, const char *const *list)
{
	size_t n = 0;

	for (; n < TREND_MOST && list[n] != NULL; n++) {
		const char *path = list[n] + 4;
		bool known = list[n][2] >= 'a';

		out[n] = (struct scan_finding){ .rule = rule_of(list[n]),
			                        .path = span_str(path),
			                        .severity = SCAN_WARNING,
			                        .scope = path[0] == 't' ? SCAN_TEST
			                                                : SCAN_PRODUCTION,
			                        .state = known ? SCAN_KNOWN : SCAN_NEW };
		out[n].fingerprint[0] =
			known ? (char)(list[n][2] - 'a' + 'A') : list[n][2];
	}
	return n;
}

const char *const trend_rules[] = { "marker.todo", "marker.fixme", "cycle.import",
	                            "secret.github-pat" };

void trend_look(struct scan_sight *out, const char *top, const char *files,
                const struct scan_skip *skip, struct scan_sink *sink)
{
	struct scan_sink *const sinks[] = { sink };
	struct span rest = span_str(files);
	struct err err = ERR_INIT;

	scan_sink_init(sink);
	/* Not by strcspn: AddressSanitizer reads all of the rest for each name. */
	for (size_t len; (len = span_find_byte(rest, ' ')) > 0;
	     rest = span_from(rest, len + 1)) {
		bool binary = rest.ptr[len - 1] == '*';
		struct span path = span_sub(rest, 0, len - (binary ? 1 : 0));

		check_ok(scan_sink_see(sink,
		                       &(struct scan_seen){ .path = path,
		                                            .project = path,
		                                            .binary = binary },
		                       &err),
		         &err);
	}
	if (skip != NULL)
		check_ok(scan_sink_skip(sink, skip, &err), &err);
	check_ok(scan_sight_init(out, top, sinks, 1, &err), &err);
}

static void put_trend(struct buf *out, const char *against, const char *const *earlier,
                      size_t count, const struct trend_run *now)
{
	const char *top = now->top != NULL ? now->top : against;
	static const char *const globs[] = { "marker.todo" };
	static const char *const scopes[] = { "production" };
	static const bool wanted[] = { true, false };
	struct gate_check checks[] = {
		{ .id = "c.todo",
		  .collector = GATE_COLLECT_SCAN,
		  .scan_rules = { (const char **)(uintptr_t)globs, 1 },
		  .scan_scopes = { (const char **)(uintptr_t)scopes, 1 } },
		{ .id = "c.left", .collector = GATE_COLLECT_SCAN },
	};
	struct gate_policy policy = { .checks = checks, .check_count = 2 };
	struct scan_finding findings[TREND_MOST];
	struct scan_result r = { .findings = findings };
	struct gate_trend_input in = { .policy = &policy,
		                       .wanted = wanted,
		                       .scan = &r,
		                       .rules = trend_rules,
		                       .rule_count = now->rules,
		                       .salt = now->salt,
		                       .against = against,
		                       .earlier = earlier,
		                       .earlier_count = count };
	struct scan_sink sink;
	struct scan_sight sight;
	struct scan_skip copy;
	struct err err = ERR_INIT;

	trend_look(&sight, top != NULL ? top : "/nowhere", now->files, now->skip, &sink);
	r.sight = &sight;
	r.rules = scan_rules(&r.rule_count);
	r.count = trend_put_now(findings, now->findings);
	if (now->skip != NULL) {
		copy = *now->skip;
		r.skips = &copy;
		r.skip_count = 1;
	}
	buf_clear(out);
	check_ok(gate_trend_put(out, &in, &err), &err);
	scan_sight_fini(&sight);
	scan_sink_fini(&sink);
}

void trend_compare(struct buf *out, const char *against, const struct trend_run *now)
{
	put_trend(out, against, NULL, 0, now);
}

void trend_choose(struct buf *out, const char *const *earlier, size_t count,
                  const struct trend_run *now)
{
	put_trend(out, NULL, earlier, count, now);
}

void trend_sums(char *out, size_t size, const char *key, const unsigned *n)
{
	(void)snprintf(
		out, size,
		"\"%s\":{\"new\":%u,\"fixed\":%u,\"unchanged\":%u,\"uncompared\":%u,"
		"\"unseen\":%u}",
		key, n[0], n[1], n[2], n[3], n[4]);
}
