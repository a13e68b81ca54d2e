// SPDX-License-Identifier: Apache-2.0
#include "record/key_dir.h"

#include "base/str.h"
#include "os/dir.h"
#include "record/record_json.h"

#include <stdlib.h>
#include <string.h>

#define SUFFIX ".key"
enum { FILE_MODE = 0600, DIR_MODE = 0700, KEY_MAX = 64 << 10 };

enum err_code gate_key_dir_path(struct buf *out, struct err *err)
{
	const char *data = os_env("XDG_DATA_HOME");
	const char *home = os_env("HOME");

	if (data != NULL && data[0] == '/')
		buf_printf(out, "%s/seaworthy/keys", data);
	else if (home != NULL)
		buf_printf(out, "%s/.local/share/seaworthy/keys", home);
	else
		return err_set(err, ERR_NOT_FOUND, "set HOME or XDG_DATA_HOME");
	return buf_err(out, err);
}

static enum err_code find_file(const char *name, struct buf *dir, struct buf *file,
                               struct err *err)
{
	enum err_code rc = gate_key_dir_path(dir, err);

	if (!gate_record_id_ok(name))
		return err_set(err, ERR_USAGE,
		               "\"%.80s\" cannot name a key: use letters, digits, dots, "
		               "dashes and underscores",
		               name);
	buf_printf(file, "%s" SUFFIX, name);
	return rc == ERR_OK ? buf_err(file, err) : rc;
}

/* The folder may be there with other permissions: the file has its own. */
static enum err_code write_file(const struct buf *dir, const struct buf *file,
                                struct span text, struct err *err)
{
	struct os_dir d = { -1 };
	enum err_code rc = os_mkdirs(buf_str(dir), DIR_MODE, err);

	if (rc == ERR_OK)
		rc = os_dir_open(&d, NULL, buf_str(dir), err);
	if (rc == ERR_OK)
		rc = os_dir_write_new(&d, buf_str(file), &text, 1, FILE_MODE, err);
	if (rc == ERR_OK)
		rc = os_dir_sync(&d, err);
	os_dir_close(&d);
	return rc;
}

enum err_code gate_key_dir_store(const char *name, const struct gate_key_file *k,
                                 struct err *err)
{
	struct buf dir = BUF_INIT;
	struct buf file = BUF_INIT;
	struct buf text = BUF_INIT;
	enum err_code rc = find_file(name, &dir, &file, err);

	gate_key_file_write(k, &text);
	if (rc == ERR_OK && (rc = buf_err(&text, err)) == ERR_OK) {
		rc = write_file(&dir, &file, buf_span(&text), err);
		if (rc == ERR_EXISTS)
			rc = err_set(err, rc, "there is a key %s in %s", name,
			             buf_str(&dir));
		else if (rc != ERR_OK)
			err_wrap(err, rc, "%s", buf_str(&dir));
	}
	buf_fini(&dir);
	buf_fini(&file);
	buf_fini(&text);
	return rc;
}

static enum err_code read_file(const struct os_dir *d, const char *file,
                               struct gate_key_file *out, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = os_dir_read(d, file, KEY_MAX, &text, NULL, err);

	if (rc == ERR_OK)
		rc = gate_key_file_read(out, buf_span(&text), file, err);
	buf_fini(&text);
	return rc;
}

enum err_code gate_key_dir_load(const char *name, struct gate_key_file *out,
                                struct err *err)
{
	struct buf dir = BUF_INIT;
	struct buf file = BUF_INIT;
	struct os_dir d = { -1 };
	enum err_code rc = find_file(name, &dir, &file, err);

	if (rc == ERR_OK && (rc = os_dir_open(&d, NULL, buf_str(&dir), err)) == ERR_OK)
		rc = read_file(&d, buf_str(&file), out, err);
	if (rc == ERR_NOT_FOUND)
		rc = err_set(err, rc,
		             "there is no key %s in %s; `seaworthy key new` makes one",
		             name, buf_str(&dir));
	os_dir_close(&d);
	buf_fini(&dir);
	buf_fini(&file);
	return rc;
}

struct listing {
	struct arena *arena;
	struct os_dir dir;
	struct gate_named_key *items;
	size_t count;
	size_t cap;
};

static enum err_code take(const struct os_entry *entry, void *context, struct err *err)
{
	struct listing *l = context;
	const size_t len = strlen(entry->name);
	struct gate_named_key *k;

	if (entry->type != OS_FILE || len == sizeof(SUFFIX) - 1 ||
	    !str_ends(entry->name, SUFFIX))
		return ERR_OK;
	k = arena_push(l->arena, &l->items, &l->count, &l->cap, sizeof *k);
	if (k == NULL)
		return err_nomem(err);
	k->name = arena_dup(l->arena, span_of(entry->name, len - sizeof(SUFFIX) + 1));
	return read_file(&l->dir, entry->name, &k->file, err);
}

static int by_name(const void *a, const void *b)
{
	const struct gate_named_key *x = a;
	const struct gate_named_key *y = b;

	return strcmp(x->name, y->name);
}

enum err_code gate_key_dir_list(struct arena *arena, struct gate_named_key **out,
                                size_t *count, struct err *err)
{
	struct listing l = { .arena = arena, .dir = { -1 } };
	struct buf dir = BUF_INIT;
	enum err_code rc = gate_key_dir_path(&dir, err);

	if (rc == ERR_OK)
		rc = os_dir_open(&l.dir, NULL, buf_str(&dir), err);
	if (rc == ERR_OK && (rc = os_dir_each(&l.dir, take, &l, err)) != ERR_OK)
		err_wrap(err, rc, "%s", buf_str(&dir));
	else if (rc == ERR_NOT_FOUND)
		rc = ERR_OK;
	if (rc == ERR_OK)
		rc = arena_err(arena, err);
	if (rc == ERR_OK && l.count > 0)
		qsort(l.items, l.count, sizeof *l.items, by_name);
	os_dir_close(&l.dir);
	buf_fini(&dir);
	*out = l.items;
	*count = rc == ERR_OK ? l.count : 0;
	return rc;
}
