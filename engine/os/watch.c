// SPDX-License-Identifier: Apache-2.0
#include "os/watch.h"

#include "base/mem.h"
#include "os/os_internal.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/inotify.h>
#endif

struct os_watch {
	int fd;
};

#ifdef __linux__

enum {
	EVENTS = IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
	         IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR,
	EVENT_BYTES = 65536
};

enum err_code os_watch_new(struct os_watch **out, struct err *err)
{
	struct os_watch *w = mem_new(sizeof(*w));

	if (w == NULL)
		return err_nomem(err);
	w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->fd < 0) {
		enum err_code rc =
			errno == EMFILE || errno == ENFILE
				? err_set(err, ERR_LIMIT, "no inotify instance is free")
				: err_sys(err, "watch folders");

		mem_free(w);
		return rc;
	}
	*out = w;
	return ERR_OK;
}

enum err_code os_watch_add(struct os_watch *w, const char *folder, struct err *err)
{
	if (inotify_add_watch(w->fd, folder, EVENTS) >= 0)
		return ERR_OK;
	if (errno == ENOSPC)
		return err_set(err, ERR_LIMIT,
		               "no more folders can be watched; "
		               "sysctl fs.inotify.max_user_watches says how many");
	return os_fail(err, "watch", folder);
}

/* What is in it does not matter: an overflow is a change as well. */
static bool drain(struct os_watch *w)
{
	char events[EVENT_BYTES];
	bool any = false;

	while (read(w->fd, events, sizeof(events)) > 0)
		any = true;
	return any;
}

#else

enum err_code os_watch_new(struct os_watch **out, struct err *err)
{
	(void)out;
	return err_set(err, ERR_UNSUPPORTED, "this system has no inotify");
}

enum err_code os_watch_add(struct os_watch *w, const char *folder, struct err *err)
{
	(void)w;
	(void)folder;
	return err_set(err, ERR_UNSUPPORTED, "this system has no inotify");
}

static bool drain(struct os_watch *w)
{
	(void)w;
	return false;
}

#endif

void os_watch_free(struct os_watch *w)
{
	if (w == NULL)
		return;
	(void)close(w->fd);
	mem_free(w);
}

enum err_code os_watch_wait(struct os_watch *w, uint64_t timeout_ms, bool *changed,
                            struct err *err)
{
	struct pollfd p = { .fd = w != NULL ? w->fd : -1, .events = POLLIN };
	int timeout = timeout_ms < INT_MAX ? (int)timeout_ms : INT_MAX;

	*changed = false;
	if (poll(&p, 1, timeout) < 0 && errno != EINTR)
		return err_sys(err, "wait for changes");
	*changed = w != NULL && drain(w);
	return ERR_OK;
}
