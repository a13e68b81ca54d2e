// SPDX-License-Identifier: Apache-2.0
#include "roadmap/roadmap.h"

#include "assess_fixture.h"
#include "base/str.h"
#include "lib/json.h"

TestSuite(roadmap, .timeout = 20);

#define COLLECT "collect: {command: {run: x, format: exit}}"
#define CHECK(id) "  - {id: " id ", category: g, weight: 1, " COLLECT "}\n"
#define POLICY                                                                                             \
	"categories: [{id: g, title: G, weight: 1}]\n"                                                     \
	"checks:\n" CHECK("a") CHECK("b") CHECK("c") CHECK(                                                \
		"d") "phases:\n"                                                                           \
		     "  - {id: p1, title: First, target: 50, tasks: [{id: t1, accept: [a]},\n"             \
		     "     {id: t2, title: Two, priority: P0, owner: me, accept: [a, b], needs: [t1]}]}\n" \
		     "  - {id: p2, target: 75, tasks: [{id: t3, accept: [c], needs: [t2]},\n"              \
		     "     {id: t4}, {id: t5, accept: [d]}]}\n"                                            \
		     "risks:\n"                                                                            \
		     "  - {id: r1, risk: small, likelihood: low, impact: medium, check: a}\n"              \
		     "  - {id: r2, risk: big, likelihood: high, impact: high, check: b}\n"                 \
		     "  - {id: r3, risk: unseen, likelihood: high, impact: medium}\n"

/* "p1* p2 | t1:done t2:ready .. | r2:open .. | way", * where a phase is reached. */
static void expect(const char *records, const char *want)
{
	struct gate_roadmap r;
	struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	struct fixture f;

	fixture_init(&f, POLICY, records);
	check_ok(gate_roadmap_load(&r, f.a, &err), &err);
	for (size_t i = 0; i < r.phase_count; i++)
		buf_printf(&got, "%s%s%s ", i == r.current ? ">" : "", r.phases[i].id,
		           r.phases[i].reached ? "*" : "");
	for (size_t i = 0; i < r.task_count; i++)
		buf_printf(&got, "%s:%s ", r.tasks[i].id,
		           gate_task_state_name(r.tasks[i].state));
	for (size_t i = 0; i < r.risk_count; i++)
		buf_printf(&got, "%s:%s ", r.risks[i].id,
		           gate_risk_state_name(r.risks[i].state));
	for (size_t i = 0; i < r.way.count; i++)
		buf_printf(&got, "+%s", f.policy->checks[r.way.steps[i].check].id);
	check_str_eq(buf_str(&got), want, "%s", records);
	gate_roadmap_fini(&r);
	buf_fini(&got);
	fixture_fini(&f);
}

Test(roadmap, is_what_was_measured)
{
	expect("a=fail b=fail c=fail d=fail",
	       ">p1 p2 t1:ready t2:blocked t3:blocked t4:unmeasured t5:ready "
	       "r2:open r3:unwatched r1:open +a+b");
	expect("a=pass b=fail c=fail d=fail",
	       ">p1 p2 t1:done t2:ready t3:blocked t4:unmeasured t5:ready "
	       "r2:open r3:unwatched r1:held +b");
	expect("a=pass b=pass c=fail d=fail",
	       "p1* >p2 t1:done t2:done t3:ready t4:unmeasured t5:ready "
	       "r2:held r3:unwatched r1:held +c");
	/* The score is there, and a task is not: the phase is not reached. */
	expect("a=pass b=pass c=pass d=pass",
	       "p1* >p2 t1:done t2:done t3:done t4:unmeasured t5:done "
	       "r2:held r3:unwatched r1:held ");
	expect("a=pass b=unknown c=pass d=error",
	       ">p1 p2 t1:done t2:ready t3:done t4:unmeasured t5:ready "
	       "r2:unknown r3:unwatched r1:held ");
}

Test(roadmap, what_does_not_apply_shows_nothing)
{
	expect("a=n/a b=pass c=pass d=pass",
	       ">p1 p2 t1:ready t2:blocked t3:done t4:unmeasured t5:done "
	       "r2:held r3:unwatched r1:unwatched ");
}

static void render(const char *records, bool json, struct buf *out)
{
	struct gate_roadmap r;
	struct err err = ERR_INIT;
	struct fixture f;

	fixture_init(&f, POLICY, records);
	check_ok(gate_roadmap_load(&r, f.a, &err), &err);
	check_ok(json ? gate_roadmap_json(&r, out, &err)
	              : gate_roadmap_text(&r, false, out, &err),
	         &err);
	gate_roadmap_fini(&r);
	fixture_fini(&f);
}

Test(roadmap, text)
{
	struct buf out = BUF_INIT;

	render("a=pass b=fail c=fail d=fail", false, &out);
	check_str_eq(
		buf_str(&out),
		"Score 25.0\n"
		"\n"
		"p1  First, target 50: 1 of 2 tasks done, current\n"
		"  done       P2 t1\n"
		"  ready      P0 t2  Two  (me)\n"
		"               b: fail\n"
		"\n"
		"p2, target 75: 0 of 3 tasks done\n"
		"  blocked    P2 t3\n"
		"               needs t2\n"
		"  unmeasured P2 t4\n"
		"               it names no check in `accept`, so nothing can show that it "
		"is done\n"
		"  ready      P2 t5\n"
		"               d: fail\n"
		"\n"
		"Shortest way to 50: 1 check\n"
		"  +25.0  b (t2): make it pass: seaworthy run --only b\n"
		"\n"
		"Risks\n"
		"  open       big (likelihood high, impact high, watched by b)\n"
		"  unwatched  unseen (likelihood high, impact medium)\n"
		"  held       small (likelihood low, impact medium, watched by a)\n",
		"text");
	buf_fini(&out);
}

Test(roadmap, json_says_the_same)
{
	struct buf out = BUF_INIT;
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;
	const struct json *step;

	render("a=pass b=fail c=fail d=fail", true, &out);
	check_ok(json_parse(&doc, buf_span(&out), "out", &err), &err);
	step = json_first(json_get(json_get(json_root(doc), "way"), "steps"));
	check_str_eq(json_string(json_get(step, "check")), "b", "the step");
	check_str_eq(json_string(json_get(step, "task")), "t2", "its task");
	check_str_eq(json_number(json_get(step, "gain")), "25.0", "its gain");
	check_str_eq(json_string(json_get(json_first(json_get(json_root(doc), "risks")),
	                                  "state")),
	             "open", "the gravest risk");
	json_free(doc);
	buf_fini(&out);
}
