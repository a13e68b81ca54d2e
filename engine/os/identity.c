// SPDX-License-Identifier: Apache-2.0
#include "os/identity.h"

#include "base/mem.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#define HOST_MAX 256
#define ENTRY_START 1024
#define ENTRY_MAX (1u << 20) /* a group may have very many members */

void os_host_name(struct buf *out)
{
	char name[HOST_MAX];

	if (gethostname(name, sizeof name) != 0 || name[0] == '\0')
		name[0] = '\0';
	name[sizeof name - 1] = '\0';
	/* seaworthy:allow hardcoded.localhost of a machine without a name */
	buf_puts(out, name[0] ? name : "localhost");
}

uint32_t os_group_id(void)
{
	return (uint32_t)getegid();
}

uint32_t os_user_id(void)
{
	return geteuid();
}

void os_user_name(struct buf *out)
{
	uint32_t uid = geteuid();
	size_t before = out->len;

	os_name_of_uid(uid, out);
	if (out->len == before)
		buf_printf(out, "%u", uid);
}

/* What the reentrant look-ups have in common: they say ERANGE until the buffer will do.
 */
typedef int look_up(void *key, char *space, size_t size, void *context);

static bool with_space(look_up *find, void *key, void *context)
{
	for (size_t size = ENTRY_START; size <= ENTRY_MAX; size *= 4) {
		char *space = mem_new(size);
		int rc = space ? find(key, space, size, context) : ENOMEM;

		mem_free(space);
		if (rc != ERANGE)
			return rc == 0;
	}
	return false;
}

static int uid_to_name(void *key, char *space, size_t size, void *context)
{
	const uid_t *uid = key;
	struct passwd entry;
	struct passwd *found = NULL;
	int rc = getpwuid_r(*uid, &entry, space, size, &found);

	if (rc == 0 && found)
		buf_puts(context, found->pw_name);
	return rc;
}

static int gid_to_name(void *key, char *space, size_t size, void *context)
{
	const gid_t *gid = key;
	struct group entry;
	struct group *found = NULL;
	int rc = getgrgid_r(*gid, &entry, space, size, &found);

	if (rc == 0 && found)
		buf_puts(context, found->gr_name);
	return rc;
}

void os_name_of_uid(uint32_t uid, struct buf *out)
{
	(void)with_space(uid_to_name, &uid, out); /* no name is an answer */
}

void os_name_of_gid(uint32_t gid, struct buf *out)
{
	(void)with_space(gid_to_name, &gid, out); /* no name is an answer */
}

struct id_found {
	uint32_t id;
	bool found;
};

static int name_to_uid(void *key, char *space, size_t size, void *context)
{
	struct id_found *out = context;
	struct passwd entry;
	struct passwd *found = NULL;
	int rc = getpwnam_r(key, &entry, space, size, &found);

	if (rc == 0 && found)
		*out = (struct id_found){ found->pw_uid, true };
	return rc;
}

static int name_to_gid(void *key, char *space, size_t size, void *context)
{
	struct id_found *out = context;
	struct group entry;
	struct group *found = NULL;
	int rc = getgrnam_r(key, &entry, space, size, &found);

	if (rc == 0 && found)
		*out = (struct id_found){ found->gr_gid, true };
	return rc;
}

static bool find_id(look_up *find, const char *name, uint32_t *id)
{
	struct id_found out = { 0, false };
	char *key = mem_strdup(name);

	if (!key || !with_space(find, key, &out))
		out.found = false;
	mem_free(key);
	if (out.found)
		*id = out.id;
	return out.found;
}

bool os_uid_of_name(const char *name, uint32_t *uid)
{
	return find_id(name_to_uid, name, uid);
}

bool os_gid_of_name(const char *name, uint32_t *gid)
{
	return find_id(name_to_gid, name, gid);
}
