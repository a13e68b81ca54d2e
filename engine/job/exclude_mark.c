// SPDX-License-Identifier: Apache-2.0
#include "job/exclude_mark.h"

#include "os/meta.h"

#define HEAD_MAX 4096

static bool head_marks(const struct lb_filter *filter, int dir, const char *name,
                       size_t need)
{
	char head[HEAD_MAX];
	size_t len = 0;
	int fd = -1;
	struct os_meta m;

	if (os_open_file(dir, name, &fd, NULL) != ERR_OK)
		return false;
	if (os_meta_of(fd, name, &m, NULL) != ERR_OK || m.kind != OS_KIND_FILE ||
	    os_read_at(fd, head, need < HEAD_MAX ? need : HEAD_MAX, 0, &len, NULL) !=
	            ERR_OK)
		len = 0;
	os_close(&fd);
	return lb_filter_mark_head(filter, span_str(name), span_of(head, len));
}

bool lb_exclude_mark(const struct lb_filter *filter, int dir, const char *name)
{
	size_t need = 0;

	switch (lb_filter_mark(filter, span_str(name), &need)) {
	case LB_FILTER_MARK_YES:
		return true;
	case LB_FILTER_MARK_READ:
		return head_marks(filter, dir, name, need);
	case LB_FILTER_MARK_NO:
		break;
	}
	return false;
}
