// SPDX-License-Identifier: Apache-2.0
/* What is counted ahead is what a backup stores. */
#include "job/forecast.h"

#include "job/backup.h"
#include "os/clock.h"
#include "os/fs.h"
#include "repo_fixture.h"
#include "support/check.h"
#include "support/project.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

TestSuite(forecast, .timeout = 60);

#define MS UINT64_C(1000000)

static struct project place;

static void in_place(struct buf *out, const char *name)
{
	buf_clear(out);
	buf_printf(out, "%s/%s", buf_str(&place.root), name);
}

static void fill(void)
{
	static const char *const files[] = {
		"a/one",  "a/two.o", "a/deep/er/three", "a/deep/er/four.o",
		"b/five", "b/six.o", "b/cache/seven",   "b/cache/CACHEDIR.TAG",
		"eight",  "c/.no",   "c/nine",          "c/in/ten",
	};
	struct buf from = BUF_INIT;

	project_init(&place);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char text[1000];

		memset(text, 'x', sizeof text);
		text[10 * (i + 1)] = '\0';
		project_put(&place, files[i], text);
	}
	project_put(&place, "b/cache/CACHEDIR.TAG",
	            "Signature: 8a477f597d28d172789f06886806bc55\n");
	in_place(&from, "link");
	check_int_eq(symlink("a", buf_str(&from)), 0, "a link");
	buf_fini(&from);
}

/* ---- both ways of counting ---- */

struct totals {
	uint64_t files;
	uint64_t bytes;
};

static struct totals scanned(const char *const *paths, size_t count,
                             const struct lb_filter *filter)
{
	const uint64_t patience = os_ticks_ns() + 30000 * MS;
	struct lb_forecast_options o = { .filter = filter, .one_file_system = true };
	struct arena arena = ARENA_INIT;
	struct lb_source *root = NULL;
	struct lb_forecast *s = NULL;
	struct totals t = { 0, 0 };
	struct err err = ERR_INIT;

	check_ok(lb_source_tree(&root, &arena, paths, count, &err), &err);
	o.root = root;
	check_ok(lb_forecast_start(&s, &o, &err), &err);
	while (!lb_forecast_total(s, &t.files, &t.bytes)) {
		check_true(os_ticks_ns() < patience, "it comes to its end");
		os_wait_until(os_ticks_ns() + MS / 10, NULL);
	}
	lb_forecast_stop(s);
	arena_fini(&arena);
	return t;
}

static struct totals stored(const char *const *paths, size_t count,
                            const struct lb_filter *filter)
{
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	const struct lb_backup_options o = { .paths = paths,
		                             .path_count = count,
		                             .filter = filter,
		                             .one_file_system = true,
		                             .dry_run = true,
		                             .threads = 1 };
	struct lb_backup_result r;
	struct err err = ERR_INIT;

	check_ok(lb_backup(repo, &o, &r, &err), &err);
	lb_repo_close(repo);
	lb_memory_free(disk);
	return (struct totals){ r.figures.files, r.figures.bytes };
}

/* The rules of row `i`; NULL for none. */
static struct lb_filter *filter_of(size_t i)
{
	static const char *const excludes[] = { "*.o", "b", "deep/", "one" };
	struct lb_filter *f = NULL;
	struct err err = ERR_INIT;

	if (i == 0)
		return NULL;
	check_ok(lb_filter_new(&f, &err), &err);
	for (size_t k = 0; k < sizeof excludes / sizeof *excludes; k++)
		if ((i >> k & 1) != 0)
			check_ok(lb_filter_add(f, LB_FILTER_EXCLUDE,
			                       span_str(excludes[k]), false, &err),
			         &err);
	if ((i & 16) != 0)
		check_ok(lb_filter_add_caches(f, &err), &err);
	if ((i & 32) != 0)
		check_ok(lb_filter_add_mark(f, span_str(".no"), &err), &err);
	if ((i & 64) != 0)
		lb_filter_set_max_size(f, 60);
	return f;
}

Test(forecast, counts_what_a_backup_stores, .init = fill)
{
	struct buf names[3] = { BUF_INIT, BUF_INIT, BUF_INIT };
	const char *paths[3];
	size_t different = 0;
	struct totals last = { 0, 0 };

	in_place(&names[0], "a");
	in_place(&names[1], "eight");
	in_place(&names[2], "link");
	for (size_t i = 0; i < 128; i += 1 + i / 16) {
		struct lb_filter *f = filter_of(i);
		const bool some = i % 3 == 1;
		struct totals s;
		struct totals b;

		paths[0] = some ? buf_str(&names[0]) : buf_str(&place.root);
		paths[1] = buf_str(&names[1]);
		paths[2] = buf_str(&names[2]);
		s = scanned(paths, some ? 3 : 1, f);
		b = stored(paths, some ? 3 : 1, f);
		check_u64_eq(s.files, b.files, "files by rules %zu", i);
		check_u64_eq(s.bytes, b.bytes, "bytes by rules %zu", i);
		different += s.bytes != last.bytes;
		last = s;
		lb_filter_free(f);
	}
	check_true(different > 10, "the rules make a difference: %zu", different);
	for (size_t i = 0; i < 3; i++)
		buf_fini(&names[i]);
	project_fini(&place);
}

Test(forecast, of_the_current_folder, .init = fill)
{
	const char *const paths[] = { "." };
	struct totals t;

	check_int_eq(chdir(buf_str(&place.root)), 0, "there");
	t = scanned(paths, 1, NULL);
	check_u64_eq(t.files, 12, "files");
	check_int_eq(chdir("/"), 0, "and away");
	project_fini(&place);
}

Test(forecast, what_cannot_be_read_is_passed_over, .init = fill)
{
	const char *const paths[] = { "/nowhere/at/all", buf_str(&place.root) };
	struct buf deep = BUF_INIT;
	struct totals t = scanned(paths, 2, NULL);

	check_u64_eq(t.files, 12, "files of the one that is there");
	for (int i = 0; i < 100; i++)
		buf_puts(&deep, "d/");
	buf_puts(&deep, "file");
	project_put(&place, buf_str(&deep), "text");
	t = scanned(paths, 2, NULL);
	check_u64_eq(t.files, 12, "too deep to be counted ahead");
	buf_fini(&deep);
	project_fini(&place);
}

Test(forecast, stopped_it_says_nothing, .init = fill)
{
	const char *const path = "/usr";
	struct lb_forecast_options o = { .filter = NULL };
	struct arena arena = ARENA_INIT;
	struct lb_source *root = NULL;
	struct lb_forecast *s = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_source_tree(&root, &arena, &path, 1, &err), &err);
	o.root = root;
	check_ok(lb_forecast_start(&s, &o, &err), &err);
	lb_forecast_stop(s); /* before it has seen all */
	lb_forecast_stop(NULL);
	arena_fini(&arena);
	project_fini(&place);
}

/* ---- in a backup ---- */

struct watcher {
	uint64_t files;
	uint64_t bytes;
};

/* Progress is told ten times a second: it takes its time until there is a total. */
static void watch(void *context, const struct lb_progress *p)
{
	struct watcher *w = context;

	if (p->files_total > 0) {
		w->files = p->files_total;
		w->bytes = p->bytes_total;
	}
	if (w->files == 0)
		os_wait_until(os_ticks_ns() + 101 * MS, NULL);
}

static struct watcher watched(struct lb_repo *repo, bool forecast)
{
	const char *const path = buf_str(&place.root);
	struct watcher w = { 0, 0 };
	const struct lb_events events = { .context = &w, .progress = watch };
	const struct lb_backup_options o = { .paths = &path,
		                             .path_count = 1,
		                             .forecast = forecast,
		                             .events = &events,
		                             .threads = 1 };
	struct lb_backup_result r;
	struct err err = ERR_INIT;

	check_ok(lb_backup(repo, &o, &r, &err), &err);
	return w;
}

Test(forecast, a_first_backup_knows_how_much_there_is, .init = fill)
{
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	const char *const path = buf_str(&place.root);
	const struct totals t = scanned(&path, 1, NULL);
	struct watcher w;

	w = watched(repo, true);
	check_u64_eq(w.files, t.files, "files");
	check_u64_eq(w.bytes, t.bytes, "bytes");
	lb_repo_close(repo);
	lb_memory_free(disk);
	disk = fixture_disk();
	repo = fixture_open(disk);
	w = watched(repo, false);
	check_u64_eq(w.files, 0, "not asked for");
	w = watched(repo, false);
	check_u64_eq(w.files, t.files, "the second has the first to go by");
	lb_repo_close(repo);
	lb_memory_free(disk);
	project_fini(&place);
}
