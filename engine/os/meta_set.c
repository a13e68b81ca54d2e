// SPDX-License-Identifier: Apache-2.0
#include "os/meta_set.h"

#include "os/meta_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { SET_USER_ID = 04000, SET_GROUP_ID = 02000, NS_PER_S = 1000000000 };

struct setter {
	int fd;
	bool handle; /* calls by descriptor refuse it; its name below /proc does as well
	              */
	char path[OS_FD_PATH];
	const struct os_attributes *want;
	struct os_meta now; /* as found; of no kind if that cannot be told */
	bool touched;       /* what is below the permissions is no longer as found */
	os_set_fault *fault;
	void *context;
	size_t failed;
};

const char *os_item_name(enum os_item item)
{
	switch (item) {
	case OS_ITEM_OWNER:
		return "owner";
	case OS_ITEM_XATTR:
		return "attribute";
	case OS_ITEM_MODE:
		return "permissions";
	case OS_ITEM_TIME:
		return "time";
	case OS_ITEM_PROJECT:
		return "project";
	case OS_ITEM_FLAGS:
		break;
	}
	return "flags";
}

static void tell(struct setter *s, enum os_item item, const char *detail,
                 const struct err *err)
{
	s->failed++;
	if (s->fault != NULL)
		s->fault(item, detail, err, s->context);
}

/* Right after the failed call. */
static void tell_errno(struct setter *s, enum os_item item, const char *detail,
                       const char *what)
{
	struct err err = ERR_INIT;

	(void)err_sys(&err, "%s", what);
	tell(s, item, detail, &err);
}

static void set_owner(struct setter *s)
{
	const struct os_attributes *w = s->want;
	int error;

	if (s->now.kind != 0 && s->now.uid == w->uid && s->now.gid == w->gid)
		return;
	s->touched = true;
	if (fchownat(s->fd, "", w->uid, w->gid, AT_EMPTY_PATH) == 0)
		return;
	error = errno;
	/* One's own file may still go to another of one's groups. */
	(void)!fchownat(s->fd, "", (uid_t)-1, w->gid, AT_EMPTY_PATH);
	errno = error;
	tell_errno(s, OS_ITEM_OWNER, "", "set the owner");
}

/* Of those that say nothing about the machine, what is not wanted goes away. */
static bool is_ours(struct span name)
{
	return span_starts(name, SPAN_LIT("user.")) ||
	       span_starts(name, SPAN_LIT("trusted.")) ||
	       span_starts(name, SPAN_LIT("system.posix_acl_")) ||
	       span_eq(name, SPAN_LIT("security.capability"));
}

static const struct os_xattr *find(const struct os_xattr *list, size_t count,
                                   struct span name)
{
	for (size_t i = 0; i < count; i++)
		if (span_eq(list[i].name, name))
			return &list[i];
	return NULL;
}

static int put_xattr(struct setter *s, const struct os_xattr *x)
{
	s->touched = true;
	return s->handle ? setxattr(s->path, x->name.ptr, x->value.ptr, x->value.len, 0)
	                 : fsetxattr(s->fd, x->name.ptr, x->value.ptr, x->value.len, 0);
}

static int drop_xattr(struct setter *s, const char *name)
{
	s->touched = true;
	return s->handle ? removexattr(s->path, name) : fremovexattr(s->fd, name);
}

static void set_xattrs(struct setter *s)
{
	const struct os_attributes *w = s->want;
	struct os_xattrs have = { 0 };

	/* What cannot be listed is compared with nothing: all that is wanted is set. */
	if (os_xattrs_load(&have, s->fd, "", NULL) != ERR_OK)
		have.count = 0;
	for (size_t i = 0; i < have.count; i++) {
		const struct os_xattr *old = &have.list[i];

		if (is_ours(old->name) &&
		    find(w->xattrs, w->xattr_count, old->name) == NULL &&
		    drop_xattr(s, old->name.ptr) != 0 && errno != ENODATA)
			tell_errno(s, OS_ITEM_XATTR, old->name.ptr,
			           "remove the attribute");
	}
	for (size_t i = 0; i < w->xattr_count; i++) {
		const struct os_xattr *x = &w->xattrs[i];
		const struct os_xattr *old = find(have.list, have.count, x->name);

		if (old != NULL && span_eq(old->value, x->value))
			continue;
		if (put_xattr(s, x) != 0)
			tell_errno(s, OS_ITEM_XATTR, x->name.ptr, "set the attribute");
	}
	os_xattrs_fini(&have);
}

/* The permissions less the set-id bits that would speak for another than the owner. */
static uint32_t honest_mode(const struct setter *s, const struct os_meta *now)
{
	const struct os_attributes *w = s->want;
	uint32_t perm = w->perm;

	if (now->uid != w->uid)
		perm &= ~(uint32_t)SET_USER_ID;
	/* Of a folder it says only which group new files have. */
	if (now->gid != w->gid && w->kind != OS_KIND_FOLDER)
		perm &= ~(uint32_t)SET_GROUP_ID;
	return perm;
}

static int change_mode(const struct setter *s, uint32_t perm)
{
	return s->handle ? chmod(s->path, perm) : fchmod(s->fd, perm);
}

static void set_mode(struct setter *s)
{
	const uint32_t set_id = SET_USER_ID | SET_GROUP_ID;
	struct err err = ERR_INIT;
	struct os_meta now;
	uint32_t perm = s->want->perm;

	if (s->want->kind == OS_KIND_LINK ||
	    (s->now.kind != 0 && !s->touched && s->now.perm == perm))
		return;
	if ((perm & set_id) != 0) {
		if (os_meta_of(s->fd, "", &now, &err) != ERR_OK) {
			tell(s, OS_ITEM_MODE, "", &err);
			return;
		}
		perm = honest_mode(s, &now);
	}
	if (change_mode(s, perm) != 0) {
		tell_errno(s, OS_ITEM_MODE, "", "set the permissions");
		return;
	}
	if ((s->want->perm & set_id) == 0)
		return;
	/* The system drops set-group-id in silence for a group one is not in. */
	if (os_meta_of(s->fd, "", &now, &err) == ERR_OK && now.perm != s->want->perm) {
		(void)err_set(&err, ERR_AUTH, "set-id bits left out: not %s",
		              now.uid != s->want->uid ? "the owner's" : "the group's");
		tell(s, OS_ITEM_MODE, "", &err);
	}
}

static int change_times(const struct setter *s, const struct timespec times[2])
{
	if (!s->handle)
		return futimens(s->fd, times);
	if (utimensat(s->fd, "", times, AT_EMPTY_PATH) == 0)
		return 0;
	/* Before Linux 5.8. */
	return errno == EINVAL ? utimensat(AT_FDCWD, s->path, times, 0) : -1;
}

static void set_time(struct setter *s)
{
	const struct os_time t = s->want->mtime;
	const struct timespec times[2] = { { 0, UTIME_OMIT }, { t.s, (long)t.ns } };

	if (s->now.kind != 0 && os_time_cmp(s->now.mtime, t) == 0)
		return;
	/* Above that are the system's own words, such as "now". */
	if (t.ns >= NS_PER_S) {
		errno = EINVAL;
		tell_errno(s, OS_ITEM_TIME, "", "set the time");
	} else if (change_times(s, times) != 0) {
		tell_errno(s, OS_ITEM_TIME, "", "set the time");
	}
}

static void set_project(struct setter *s)
{
	struct fsxattr x = { 0 };

	if (ioctl(s->fd, FS_IOC_FSGETXATTR, &x) != 0) {
		if (s->want->project != 0)
			tell_errno(s, OS_ITEM_PROJECT, "", "set the project");
		return;
	}
	if (x.fsx_projid == s->want->project)
		return;
	x.fsx_projid = s->want->project;
	if (ioctl(s->fd, FS_IOC_FSSETXATTR, &x) != 0)
		tell_errno(s, OS_ITEM_PROJECT, "", "set the project");
}

enum err_code os_flags_set(int fd, uint32_t flags, struct err *err)
{
	unsigned now = 0;
	unsigned next;

	if (ioctl(fd, FS_IOC_GETFLAGS, &now) != 0)
		return flags == 0 ? ERR_OK : err_sys(err, "read the flags");
	next = (now & ~OS_FLAGS_KEPT) | (flags & OS_FLAGS_KEPT);
	if (next != now && ioctl(fd, FS_IOC_SETFLAGS, &next) != 0)
		return err_sys(err, "set the flags");
	return ERR_OK;
}

/* All at once, or those that can be set, with the locking ones last. */
static void set_flags(struct setter *s)
{
	const uint32_t want = s->want->flags & OS_FLAGS_KEPT;
	const uint32_t locking = FS_IMMUTABLE_FL | FS_APPEND_FL;
	struct err err = ERR_INIT;
	uint32_t done = 0;

	if (os_flags_set(s->fd, want, &err) == ERR_OK)
		return;
	tell(s, OS_ITEM_FLAGS, "", &err);
	for (int locks = 0; locks < 2; locks++)
		for (uint32_t bit = 1; bit != 0; bit <<= 1)
			if ((want & bit) != 0 && ((locking & bit) != 0) == (locks != 0) &&
			    os_flags_set(s->fd, done | bit, NULL) == ERR_OK)
				done |= bit;
}

size_t os_attributes_set(int fd, const struct os_attributes *want, os_set_fault *fault,
                         void *context)
{
	struct setter s = {
		.fd = fd,
		.handle = os_is_handle(fd),
		.want = want,
		.fault = fault,
		.context = context,
	};

	(void)!os_meta_of(fd, "", &s.now, NULL); /* else it is of no kind */
	os_fd_path(s.path, fd);
	set_owner(&s);
	set_xattrs(&s);
	set_mode(&s);
	set_time(&s);
	if (want->kind == OS_KIND_FILE || want->kind == OS_KIND_FOLDER) {
		set_project(&s);
		set_flags(&s);
	}
	return s.failed;
}
