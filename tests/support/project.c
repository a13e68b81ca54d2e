// SPDX-License-Identifier: Apache-2.0
#include "support/project.h"

#include "os/fs.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATHS = 8, PATH_ROOM = 4096, FILE_ROOM = 1 << 20 };

void support_write(const char *path, struct span data)
{
	FILE *file;

	(void)unlink(path); /* a new file, not new bytes in an old one */
	file = fopen(path, "wbe");
	check_not_null(file, "create %s", path);
	check_size_eq(fwrite(data.ptr != NULL ? data.ptr : "", 1, data.len, file),
	              data.len, "write %s", path);
	check_int_eq(fclose(file), 0, "close %s", path);
}

void project_init(struct project *p)
{
	struct err err = ERR_INIT;
	struct buf made = BUF_INIT;

	buf_init(&p->root);
	buf_init(&p->scratch);
	check_ok(os_mkdtemp(NULL, "project", &made, &err), &err);
	check_ok(os_realpath(buf_str(&made), &p->root, &err), &err);
	buf_printf(&p->scratch, "%s/.seaworthy/work", buf_str(&p->root));
	buf_fini(&made);
}

void project_fini(struct project *p)
{
	struct err err = ERR_INIT;

	check_ok(os_remove_tree(buf_str(&p->root), &err), &err);
	buf_fini(&p->root);
	buf_fini(&p->scratch);
}

const char *project_path(const struct project *p, const char *name)
{
	static char paths[PATHS][PATH_ROOM];
	static unsigned turn;
	char *path = paths[turn++ % PATHS];

	(void)snprintf(path, PATH_ROOM, "%s/%s", buf_str(&p->root), name);
	return path;
}

void project_put(const struct project *p, const char *name, const char *text)
{
	char folder[PATH_ROOM];
	struct err err = ERR_INIT;

	(void)snprintf(folder, sizeof(folder), "%s", project_path(p, name));
	*strrchr(folder, '/') = '\0';
	check_ok(os_mkdirs(folder, 0755, &err), &err);
	support_write(project_path(p, name), span_str(text));
}

const char *project_get(const struct project *p, const char *name)
{
	static struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	buf_clear(&text);
	if (os_type_of(project_path(p, name)) == OS_NONE)
		return NULL;
	check_ok(os_read_file(project_path(p, name), FILE_ROOM, &text, &err), &err);
	return buf_str(&text);
}
