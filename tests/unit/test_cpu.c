// SPDX-License-Identifier: Apache-2.0
#include "os/cpu.h"

#include "os/fs.h"
#include "support/check.h"

#include <stdio.h>

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

/* A set of processors is what children run on. */
Test(cpu, binds_to_processors)
{
	struct os_cpus all;
	struct os_cpus some;
	struct os_cpus now;
	struct buf text = BUF_INIT;

	if (!os_cpus_get(&all))
		cr_skip_test("the system does not tell");
	check_true(os_cpus_count(&all) >= 1, "at least one");
	some = all;
	os_cpus_keep_last(&some, 1);
	check_size_eq(os_cpus_count(&some), 1, "the last");
	check_true(os_cpus_bind(&some), "bind");
	check_true(os_cpus_get(&now), "get");
	check_size_eq(os_cpus_count(&now), 1, "one is left");
	check_true(os_cpus_bind(&all), "bind back");
	memset(&some, 0, sizeof(some));
	some.bits[0] = 0x2c;
	some.bits[1] = 1;
	os_cpus_put(&text, &some);
	check_str_eq(buf_str(&text), "2,3,5,64", "as text");
	os_cpus_keep_last(&some, 2);
	buf_clear(&text);
	os_cpus_put(&text, &some);
	check_str_eq(buf_str(&text), "5,64", "the last two");
	buf_fini(&text);
}

/* The address of a program's stack, as the kernel gave it. */
static const char *stack_of_child(char out[64])
{
	FILE *child = popen("sed -n 's/-.*\\[stack\\]//p' /proc/self/maps", "r");

	out[0] = '\0';
	if (child == NULL || fgets(out, 64, child) == NULL)
		out[0] = '\0';
	if (child != NULL)
		(void)pclose(child);
	return out;
}

Test(cpu, fixes_addresses)
{
	char first[64];
	char second[64];
	bool before = false;

	if (!os_random_addresses(false, &before))
		cr_skip_test("not allowed here");
	stack_of_child(first);
	check_true(first[0] != '\0', "there is a stack");
	check_str_eq(stack_of_child(second), first, "at the same place");
	check_true(os_random_addresses(before, NULL), "back");
}
