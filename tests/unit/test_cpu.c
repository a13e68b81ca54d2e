// SPDX-License-Identifier: Apache-2.0
#include "os/cpu.h"

#include "os/fs.h"
#include "support/check.h"

TestSuite(cpu, .timeout = 10);

/* Linux prints what the processor has; on another system there is nothing to compare. */
Test(cpu, says_what_the_kernel_says)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct span rest;
	struct span line = SPAN_EMPTY;
	bool x86 = false;

	if (os_read_file("/proc/cpuinfo", 1 << 20, &text, &err) != ERR_OK)
		cr_skip_test("no /proc/cpuinfo");
	rest = buf_span(&text);
	while (!x86 && span_line(&rest, &line))
		x86 = span_starts(line, SPAN_LIT("flags"));
	if (!x86)
		cr_skip_test("no flags there");
	check_int_eq(os_cpu_has_sha256(), span_find(line, SPAN_LIT(" sha_ni")) < line.len,
	             "SHA-256");
	check_int_eq(os_cpu_has_aes_gcm(),
	             span_find(line, SPAN_LIT(" aes")) < line.len &&
	                     span_find(line, SPAN_LIT(" pclmulqdq")) < line.len,
	             "AES-GCM");
	buf_fini(&text);
}
