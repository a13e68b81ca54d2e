// SPDX-License-Identifier: Apache-2.0
#include "record/archive_key.h"

#include "base/str.h"
#include "crypto/key.h"
#include "os/dir.h"
#include "os/fs.h"
#include "os/random.h"
#include "record/key_dir.h"

#include <string.h>

#define NAME "evidence.secret"
enum { FILE_MODE = 0600, DIR_MODE = 0700, KEY_BYTES = 32, KEY_MAX = 1 << 20 };

static void wipe_buf(struct buf *b)
{
	if (b->ptr != NULL)
		lb_wipe(b->ptr, b->cap);
	buf_fini(b);
}

static enum err_code load(struct lb_secret *out, const char *path,
                          const struct cancel *cancel, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = os_read_secret(path, KEY_MAX, &text, cancel, err);

	if (rc == ERR_OK)
		rc = lb_secret_dup(out, buf_span(&text), err);
	wipe_buf(&text);
	return rc;
}

/* ERR_EXISTS where another run was quicker. */
static enum err_code write_new(const char *folder, const char *name, struct err *err)
{
	unsigned char noise[KEY_BYTES];
	char text[2 * KEY_BYTES + 2];
	const struct span part = span_of(text, 2 * KEY_BYTES + 1);
	struct os_dir d = { -1 };
	enum err_code rc = os_dir_open(&d, NULL, folder, err);

	os_random(noise, sizeof noise);
	str_hex(noise, sizeof noise, text);
	text[2 * KEY_BYTES] = '\n';
	if (rc == ERR_OK)
		rc = os_dir_write_new(&d, name, &part, 1, FILE_MODE, err);
	if (rc == ERR_OK)
		rc = os_dir_sync(&d, err);
	os_dir_close(&d);
	lb_wipe(noise, sizeof noise);
	lb_wipe(text, sizeof text);
	return rc;
}

/* In the user's folder; ERR_NOT_FOUND where there is no key, or no folder. */
static enum err_code user_key(struct lb_secret *out, bool make,
                              const struct cancel *cancel, struct err *err)
{
	struct buf folder = BUF_INIT;
	struct buf path = BUF_INIT;
	enum err_code rc = gate_key_dir_path(&folder, err);

	if (rc == ERR_OK) {
		os_join(&path, buf_str(&folder), NAME);
		rc = buf_err(&path, err);
	}
	if (rc == ERR_OK)
		rc = load(out, buf_str(&path), cancel, err);
	if (rc == ERR_NOT_FOUND && make && buf_ok(&folder) && folder.len > 0) {
		rc = os_mkdirs(buf_str(&folder), DIR_MODE, err);
		if (rc == ERR_OK)
			rc = write_new(buf_str(&folder), NAME, err);
		if (rc == ERR_OK || rc == ERR_EXISTS)
			rc = load(out, buf_str(&path), cancel, err);
	}
	buf_fini(&folder);
	buf_fini(&path);
	return rc;
}

static enum err_code key_beside(struct lb_secret *out, const char *path, bool make,
                                const struct cancel *cancel, struct err *err)
{
	const size_t slash = span_rfind_byte(span_str(path), '/');
	struct buf folder = BUF_INIT;
	enum err_code rc = load(out, path, cancel, err);

	if (rc != ERR_NOT_FOUND || !make)
		return rc;
	buf_put(&folder, span_sub(span_str(path), 0, slash));
	rc = buf_err(&folder, err);
	if (rc == ERR_OK)
		rc = write_new(buf_str(&folder), path + slash + 1, err);
	if (rc == ERR_OK || rc == ERR_EXISTS)
		rc = load(out, path, cancel, err);
	buf_fini(&folder);
	return rc;
}

enum err_code gate_archive_key(struct lb_secret *out, const char *beside, bool make,
                               const struct cancel *cancel, struct err *err)
{
	const char *named = os_env("SEAWORTHY_EVIDENCE_KEY_FILE");
	enum err_code rc;

	if (named != NULL) {
		rc = load(out, named, cancel, err);
		return rc == ERR_OK ? rc
		                    : err_wrap(err, rc, "SEAWORTHY_EVIDENCE_KEY_FILE");
	}
	/* What was made beside the repository opens it whatever else there is now. */
	if (beside != NULL && os_type_of(beside) == OS_FILE)
		return load(out, beside, cancel, err);
	rc = user_key(out, make, cancel, err);
	if (rc != ERR_OK && rc != ERR_CANCELLED && make && beside != NULL)
		rc = key_beside(out, beside, make, cancel, err);
	if (rc == ERR_NOT_FOUND)
		rc = err_set(err, rc,
		             "there is no key of the evidence: it is " NAME
		             " among the keys of the user who made the repository; bring "
		             "it there, or name it in SEAWORTHY_EVIDENCE_KEY_FILE");
	return rc;
}
