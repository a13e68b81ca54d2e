// SPDX-License-Identifier: Apache-2.0
/* Answers of plug-ins where memory runs out; the rest is
 * tests/integration/test_plugins.py and tests/fuzz. */
#include "collect/plugin/plugin.h"

#include "base/mem.h"
#include "os/fs.h"
#include "support/check.h"
#include "support/project.h"

TestSuite(plugin, .timeout = 20);

/* Each message and each key of the protocol. */
static const char answer[] =
	"{\"type\":\"hello\",\"name\":\"n\",\"version\":\"1\",\"protocol\":1}\n"
	"{\"type\":\"progress\",\"text\":\"half\"}\n"
	"{\"type\":\"finding\",\"rule\":\"r.a\",\"severity\":\"warning\",\"path\":\"a.c\","
	"\"line\":3,\"column\":2,\"message\":\"m\"}\n"
	"{\"type\":\"artefact\",\"name\":\"log.txt\",\"path\":\"out/log.txt\"}\n"
	"{\"type\":\"result\",\"state\":\"fail\",\"measured\":2,\"unit\":\"faults\","
	"\"low\":0.1,\"high\":0.2,\"message\":\"two\",\"remedy\":\"mend\"}\n";

Test(plugin, without_memory_an_answer_is_no_fault_of_the_program)
{
	for (uint64_t n = 1;; n++) {
		struct gate_plugin_answer a;
		struct err err = ERR_INIT;
		enum err_code rc;

		gate_plugin_init(&a);
		mem_fail_after(n);
		rc = gate_plugin_read(&a, span_str(answer), &err);
		mem_fail_after(0);
		gate_plugin_fini(&a);
		if (rc == ERR_OK) {
			check_true(n > 20, "%d allocations", (int)n);
			return;
		}
		check_int_eq(rc, ERR_NOMEM, "allocation %d: %s", (int)n, err.msg);
	}
}

Test(plugin, without_memory_no_file_is_missed)
{
	struct project p;
	enum err_code rc = ERR_NOMEM;

	project_init(&p);
	project_put(&p, ".seaworthy/work/out/log.txt", "all of it\n");
	for (uint64_t n = 1; rc != ERR_OK; n++) {
		struct gate_plugin_answer a;
		struct err err = ERR_INIT;

		gate_plugin_init(&a);
		check_ok(gate_plugin_read(&a, span_str(answer), &err), &err);
		mem_fail_after(n);
		rc = gate_plugin_fetch(&a, buf_str(&p.scratch), &err);
		mem_fail_after(0);
		if (rc == ERR_OK)
			check_str_eq(buf_str(&a.artefacts[0].data), "all of it\n", "it");
		else
			check_int_eq(rc, ERR_NOMEM, "allocation %d: %s", (int)n, err.msg);
		gate_plugin_fini(&a);
	}
	project_fini(&p);
}

Test(plugin, without_memory_the_question_is_an_error)
{
	const struct gate_check check = { .id = "a.b", .title = "T" };
	const struct gate_plugin_ask ask = { &check, NULL };

	for (uint64_t n = 1;; n++) {
		struct buf text = BUF_INIT;
		bool ok;

		mem_fail_after(n);
		gate_plugin_put_ask(&text, &ask, "/r", "/s", 1000);
		mem_fail_after(0);
		ok = buf_ok(&text);
		buf_fini(&text);
		if (ok) {
			check_true(n > 1, "%d allocations", (int)n);
			return;
		}
	}
}
