// SPDX-License-Identifier: Apache-2.0
#include "scanners/entries.h"

#include "scanners/tracked.h"
#include "scanners/walk.h"
#include "support/check.h"
#include "support/project.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(entries, .timeout = 20);

/* ---- as bytes ---- */

Test(entries, files_and_folders_come_back)
{
	static const struct os_entry all[] = {
		{ "a.c", OS_FILE }, { "link", OS_LINK }, { "b", OS_DIR },
		{ "\n", OS_FILE },  { "dev", OS_OTHER },
	};
	static const struct os_entry unknown = { "x", OS_NONE };
	struct buf bytes = BUF_INIT;
	struct span rest;
	struct os_entry e;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		check_true(scan_entries_put(&bytes, &all[i]), "%s", all[i].name);
	check_true(!scan_entries_put(&bytes, &unknown), "nobody knows what it is");
	rest = buf_span(&bytes);
	check_true(scan_entries_are_sound(rest), "sound");
	check_true(scan_entries_have_file(rest, "a.c"), "a file");
	check_true(!scan_entries_have_file(rest, "b"), "a folder");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].type != OS_FILE && all[i].type != OS_DIR)
			continue;
		check_true(scan_entries_next(&rest, &e), "entry %zu", i);
		check_str_eq(e.name, all[i].name, "its name");
		check_int_eq(e.type, all[i].type, "its type");
	}
	check_true(!scan_entries_next(&rest, &e), "no more");
	buf_fini(&bytes);
}

Test(entries, what_no_folder_has_is_refused)
{
#define BAD(text)                      \
	{                              \
		text, sizeof(text) - 1 \
	}
	static const struct span bad[] = {
		BAD("f"),      BAD("fa"),      BAD("xa\0"),      BAD("f\0"),
		BAD("d.\0"),   BAD("d..\0"),   BAD("fa/b\0"),    BAD("d/\0"),
		BAD("fa\0db"), BAD("fa\0\0b"), BAD("fa\0f..\0"),
	};
#undef BAD

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_true(!scan_entries_are_sound(bad[i]), "entries %zu", i);
	check_true(scan_entries_are_sound(SPAN_EMPTY), "an empty folder");
	check_true(scan_entries_are_sound(SPAN_LIT("f...\0d.git\0")), "odd names");
}

/* ---- in a walk ---- */

static struct project p;

static void set_up(void)
{
	project_init(&p);
	check_int_eq(chdir(buf_str(&p.root)), 0, "chdir");
	project_put(&p, "a.c", "a");
	project_put(&p, "below/b.c", "b");
	project_put(&p, "below/c.c", "c");
	project_put(&p, "below/.gitignore", "c.c\n");
}

static void tear_down(void)
{
	check_int_eq(chdir("/"), 0, "leave");
	project_fini(&p);
}

/* What the folder below is said to have; ptr is NULL if nothing is said. */
struct story {
	struct span below;
	struct buf read;   /* names of files, in any order, each behind a blank */
	struct buf listed; /* of the folder below */
	size_t lists;
	struct os_stat state;
};

static struct span on_entries(struct span path, const struct os_stat *st, size_t worker,
                              void *context)
{
	struct story *s = context;

	(void)worker;
	if (!span_ends(path, SPAN_LIT("/below")))
		return SPAN_EMPTY;
	s->state = *st;
	return s->below;
}

static enum err_code on_listed(struct span path, const struct os_stat *st,
                               struct span entries, size_t worker, void *context,
                               struct err *err)
{
	struct story *s = context;

	(void)worker;
	(void)err;
	s->lists++;
	if (span_ends(path, SPAN_LIT("/below"))) {
		s->state = *st;
		buf_put(&s->listed, entries);
	}
	return ERR_OK;
}

static enum err_code on_file(const struct scan_walk_file *f, size_t worker, void *context,
                             struct err *err)
{
	struct story *s = context;

	(void)worker;
	(void)err;
	buf_putc(&s->read, ' ');
	buf_put(&s->read, span_from(f->path, span_rfind_byte(f->path, '/') + 1));
	return ERR_OK;
}

static enum err_code on_skip(const struct scan_skip *skip, size_t worker, void *context,
                             struct err *err)
{
	(void)worker;
	(void)context;
	return err_set(err, ERR_IO, "%s", skip->reason);
}

static void walk(struct story *s, bool no_ignore)
{
	struct scan_walk w = { .jobs = 1,
		               .max_file = 1 << 20,
		               .no_ignore = no_ignore,
		               .entries = on_entries,
		               .listed = on_listed,
		               .file = on_file,
		               .skip = on_skip,
		               .context = s };
	struct scan_tracked tracked;
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(os_realpath(".", &path, &err), &err);
	check_ok(scan_tracked_init(&tracked, buf_str(&path), &err), &err);
	w.path = buf_str(&path);
	w.tracked = &tracked;
	check_ok(scan_walk_run(&w, &err), &err);
	scan_tracked_fini(&tracked);
	buf_fini(&path);
}

static bool reads(const struct story *s, const char *name)
{
	return strstr(buf_str(&s->read), name) != NULL;
}

static void fini(struct story *s)
{
	buf_fini(&s->read);
	buf_fini(&s->listed);
}

Test(entries, a_folder_is_told_with_its_state, .init = set_up, .fini = tear_down)
{
	struct story s = { .lists = 0 };
	struct os_stat now;
	struct err err = ERR_INIT;

	walk(&s, true);
	check_size_eq(s.lists, 2, "the top, and the folder below");
	check_true(scan_entries_are_sound(buf_span(&s.listed)), "sound");
	check_true(scan_entries_have_file(buf_span(&s.listed), "b.c"), "b.c");
	check_true(scan_entries_have_file(buf_span(&s.listed), "c.c"), "c.c");
	check_ok(os_lstat("below", &now, &err), &err);
	check_u64_eq(s.state.ino, now.ino, "inode");
	check_true(s.state.ctime_ns == now.ctime_ns, "as it is");
	fini(&s);
}

/* It has c.c as well: whoever looked would see it. */
Test(entries, what_is_known_is_not_looked_for, .init = set_up, .fini = tear_down)
{
	struct story s = { .below = SPAN_LIT("fb.c\0fgone.c\0") };
	struct os_stat now;
	struct err err = ERR_INIT;

	walk(&s, true);
	check_true(reads(&s, " a.c") && reads(&s, " b.c"), "%s", buf_str(&s.read));
	check_true(!reads(&s, "c.c") && !reads(&s, "gone.c"), "%s", buf_str(&s.read));
	check_size_eq(s.lists, 1, "the top alone is listed");
	check_ok(os_lstat("below", &now, &err), &err);
	check_true(s.state.ctime_ns == now.ctime_ns && s.state.ino == now.ino,
	           "it is asked for by its state");
	fini(&s);
}

Test(entries, ignore_files_of_a_known_folder_hold, .init = set_up, .fini = tear_down)
{
	struct story s = { .below = SPAN_LIT("f.gitignore\0fb.c\0fc.c\0") };
	struct story without = { .below = SPAN_LIT("fb.c\0fc.c\0") };

	walk(&s, false);
	check_true(reads(&s, " b.c") && !reads(&s, " c.c"), "%s", buf_str(&s.read));
	walk(&without, false);
	check_true(reads(&without, " b.c") && reads(&without, " c.c"), "%s",
	           buf_str(&without.read));
	fini(&s);
	fini(&without);
}
