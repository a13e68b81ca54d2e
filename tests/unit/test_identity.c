// SPDX-License-Identifier: Apache-2.0
#include "os/identity.h"
#include "support/check.h"

TestSuite(identity, .timeout = 10);

Test(identity, host_and_user_have_names)
{
	struct buf out = BUF_INIT;

	os_host_name(&out);
	check_true(out.len > 0, "a host name");
	buf_clear(&out);
	os_user_name(&out);
	check_true(out.len > 0, "a user name");
	buf_fini(&out);
}

Test(identity, root_has_a_name_and_back)
{
	struct buf out = BUF_INIT;
	uint32_t id = 99;

	os_name_of_uid(0, &out);
	check_str_eq(buf_str(&out), "root", "user 0");
	check_true(os_uid_of_name("root", &id) && id == 0, "and back");
	buf_clear(&out);
	os_name_of_gid(0, &out);
	check_true(out.len > 0, "group 0 has a name");
	id = 99;
	check_true(os_gid_of_name(buf_str(&out), &id) && id == 0, "and back");
	buf_fini(&out);
}

Test(identity, nobody_has_these)
{
	struct buf out = BUF_INIT;
	uint32_t id = 99;

	os_name_of_uid(3999999999u, &out);
	os_name_of_gid(3999999999u, &out);
	check_u64_eq(out.len, 0, "no name");
	check_true(!os_uid_of_name("no-such-user-here", &id), "no user");
	check_true(!os_gid_of_name("no-such-group-here", &id), "no group");
	check_u64_eq(id, 99, "untouched");
	buf_fini(&out);
}
