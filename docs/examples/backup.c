/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stores a folder in a repository (made if need be), lists the snapshots, and restores
 * the newest.
 *
 *   cc backup.c $(pkg-config --cflags --libs lifeboat) -o backup
 *   PASSWORD=.. ./backup REPOSITORY FOLDER TARGET
 */
#include <lifeboat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *what, const struct lifeboat_error *e)
{
	fprintf(stderr, "%s: %s (%s)\n", what, e->message, lifeboat_code_name(e->code));
	return 1;
}

static void on_trouble(void *context, const char *path, size_t path_length,
                       const struct lifeboat_error *e)
{
	(void)context;
	fprintf(stderr, "/%.*s: %s\n", (int)path_length, path, e->message);
}

static int on_snapshot(void *context, const struct lifeboat_snapshot *s)
{
	(void)context;
	printf("%.8s  %llu files  %llu bytes  %s\n", s->id, (unsigned long long)s->files,
	       (unsigned long long)s->bytes, s->path_count ? s->paths[0] : "");
	return 0;
}

static int use(struct lifeboat_repository *r, const char *folder, const char *target)
{
	struct lifeboat_events events = { NULL, NULL, on_trouble };
	struct lifeboat_backup_options backup;
	struct lifeboat_backup_result stored;
	struct lifeboat_restore_options restore;
	struct lifeboat_restore_result restored;
	struct lifeboat_error e;

	memset(&backup, 0, sizeof backup);
	backup.paths = &folder;
	backup.path_count = 1;
	backup.description = "an example";
	backup.events = &events;
	if (lifeboat_backup(r, &backup, &stored, &e) != LIFEBOAT_OK)
		return fail("backup", &e);
	if (lifeboat_snapshots(r, on_snapshot, NULL, &e) != LIFEBOAT_OK)
		return fail("snapshots", &e);
	memset(&restore, 0, sizeof restore);
	restore.snapshot = stored.snapshot;
	restore.target = target;
	restore.events = &events;
	if (lifeboat_restore(r, &restore, &restored, &e) != LIFEBOAT_OK)
		return fail("restore", &e);
	printf("restored %llu files\n", (unsigned long long)restored.files);
	return stored.errors + restored.errors > 0;
}

int main(int argc, char **argv)
{
	const char *password = getenv("PASSWORD");
	struct lifeboat_repository *r = NULL;
	struct lifeboat_error e;
	struct lifeboat_key key;
	int code;

	if (argc != 4 || !password) {
		fprintf(stderr, "usage: PASSWORD=.. %s REPOSITORY FOLDER TARGET\n",
		        argv[0]);
		return 2;
	}
	key.kind = LIFEBOAT_KEY_PASSWORD;
	key.bytes = password;
	key.length = strlen(password);
	code = lifeboat_init(argv[1], &key, "example", &e);
	if (code != LIFEBOAT_OK && code != LIFEBOAT_EXISTS)
		return fail("init", &e);
	if (lifeboat_open(&r, argv[1], &key, NULL, &e) != LIFEBOAT_OK)
		return fail("open", &e);
	code = use(r, argv[2], argv[3]);
	lifeboat_close(r);
	return code;
}
