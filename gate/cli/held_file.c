// SPDX-License-Identifier: Apache-2.0
#include "cli/held_file.h"

#include "os/clock.h"
#include "os/fs.h"

/* Nobody holds it longer but by asking for a pass phrase. */
#define WAIT_NS UINT64_C(30000000000)
#define LOOK_AGAIN_NS UINT64_C(20000000)

static enum err_code lock(struct held_file *f, const char *path,
                          const struct cancel *cancel, struct err *err)
{
	const uint64_t end = os_ticks_ns() + WAIT_NS;
	enum err_code rc;

	while ((rc = os_dir_lock(&f->dir, err)) == ERR_LOCKED && os_ticks_ns() < end) {
		os_wait_until(os_ticks_ns() + LOOK_AGAIN_NS, cancel);
		if (cancel != NULL && cancel_is_set(cancel))
			return err_set(err, ERR_CANCELLED, "interrupted");
	}
	return rc == ERR_OK ? rc : err_wrap(err, rc, "%s cannot be changed now", path);
}

static enum err_code open_folder(struct held_file *f, struct err *err)
{
	const struct span target = buf_span(&f->target);
	const size_t slash = span_rfind_byte(target, '/');
	struct buf dir = BUF_INIT;
	enum err_code rc;

	buf_put(&dir, span_sub(target, 0, slash > 0 ? slash : 1));
	rc = buf_err(&dir, err);
	if (rc == ERR_OK)
		rc = os_dir_open(&f->dir, NULL, buf_str(&dir), err);
	f->open = rc == ERR_OK;
	buf_fini(&dir);
	return rc;
}

enum err_code held_file_open(struct held_file *f, const char *path,
                             const struct cancel *cancel, struct err *err)
{
	struct os_stat st = { .type = OS_NONE };
	enum err_code rc;

	*f = (struct held_file){ .dir = { -1 } };
	rc = os_realpath(path, &f->target, err);
	if (rc == ERR_OK)
		rc = open_folder(f, err);
	if (rc == ERR_OK)
		rc = lock(f, path, cancel, err);
	if (rc == ERR_OK)
		rc = os_lstat(buf_str(&f->target), &st, err);
	f->mode = st.mode;
	return rc;
}

enum err_code held_file_write(const struct held_file *f, struct span text,
                              struct err *err)
{
	return os_write_atomic(buf_str(&f->target), text, f->mode, err);
}

void held_file_close(struct held_file *f)
{
	if (f->open)
		os_dir_close(&f->dir);
	f->open = false;
	buf_fini(&f->target);
}
