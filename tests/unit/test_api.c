// SPDX-License-Identifier: Apache-2.0
#include "lifeboat.h"

#include "support/check.h"
#include "support/project.h"

#include <string.h>

/* What the example of the documentation does not use: cancelling, walks, wrong calls. */

static struct project project;
static struct buf repo_path;
static const struct lifeboat_key key = { LIFEBOAT_KEY_FILE,
	                                 "32 bytes of a key file, or more.", 32 };

static void start(void)
{
	project_init(&project);
	buf_init(&repo_path);
	buf_printf(&repo_path, "%s/repository", buf_str(&project.root));
}

static void stop(void)
{
	buf_fini(&repo_path);
	project_fini(&project);
}

TestSuite(api, .init = start, .fini = stop, .timeout = 30);

static struct lifeboat_repository *make(void)
{
	struct lifeboat_repository *r = NULL;
	struct lifeboat_error e;

	check_int_eq(lifeboat_init(buf_str(&repo_path), &key, "test", &e), LIFEBOAT_OK,
	             "init: %s", e.message);
	check_int_eq(lifeboat_init(buf_str(&repo_path), &key, "test", &e),
	             LIFEBOAT_EXISTS, "once only");
	check_int_eq(lifeboat_open(&r, buf_str(&repo_path), &key, NULL, &e), LIFEBOAT_OK,
	             "open: %s", e.message);
	return r;
}

Test(api, a_backup_that_is_cancelled_stores_no_snapshot)
{
	struct lifeboat_repository *r = make();
	struct lifeboat_cancel *cancel = lifeboat_cancel_new();
	const char *path = buf_str(&project.root);
	struct lifeboat_backup_options o = { .paths = &path,
		                             .path_count = 1,
		                             .cancel = cancel };
	struct lifeboat_backup_result result;
	struct lifeboat_error e;

	check_not_null(cancel, "a token");
	lifeboat_cancel_set(cancel);
	check_int_eq(lifeboat_backup(r, &o, &result, &e), LIFEBOAT_CANCELLED,
	             "cancelled");
	check_int_eq(e.code, LIFEBOAT_CANCELLED, "the error says so too");
	check_str_eq(result.snapshot, "", "no snapshot");
	lifeboat_cancel_free(cancel);
	lifeboat_close(r);
}

struct seen {
	size_t entries;
	size_t links;
	int answer; /* to a folder */
};

static int see(void *context, const struct lifeboat_entry *entry)
{
	struct seen *s = context;

	s->entries++;
	s->links += entry->type == LIFEBOAT_LINK && entry->target_length > 0;
	return entry->type == LIFEBOAT_FOLDER ? s->answer : LIFEBOAT_CONTINUE;
}

Test(api, a_walk_goes_in_skips_and_stops)
{
	static const struct {
		int answer;
		size_t entries;
	} cases[] = { { LIFEBOAT_CONTINUE, 3 },
		      { LIFEBOAT_SKIP, 2 },
		      { LIFEBOAT_STOP, 1 } };
	struct lifeboat_repository *r;
	const char *path;
	struct buf folder = BUF_INIT;
	struct lifeboat_backup_options o = { .paths = &path, .path_count = 1 };
	struct lifeboat_backup_result result;
	struct lifeboat_error e;

	project_put(&project, "source/a/inner", "text");
	project_put(&project, "source/b", "text");
	buf_printf(&folder, "%s/source", buf_str(&project.root));
	path = buf_str(&folder);
	r = make();
	check_int_eq(lifeboat_backup(r, &o, &result, &e), LIFEBOAT_OK, "%s", e.message);
	check_size_eq(strlen(result.snapshot), LIFEBOAT_ID - 1, "an id");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct seen s = { .answer = cases[i].answer };

		check_int_eq(lifeboat_walk(r, "latest", path, see, &s, &e), LIFEBOAT_OK,
		             "walk %zu: %s", i, e.message);
		check_size_eq(s.entries, cases[i].entries, "entries of walk %zu", i);
	}
	check_int_eq(lifeboat_walk(r, "latest", "/nowhere", see, NULL, NULL),
	             LIFEBOAT_NOT_FOUND, "no such folder, and nobody reads the text");
	lifeboat_close(r);
	buf_fini(&folder);
}

/* Takes so many calls, then ends the dump. */
struct taken {
	struct buf bytes;
	int calls;
};

static int take(void *context, const void *bytes, size_t length)
{
	struct taken *t = context;

	if (t->calls-- == 0)
		return 1;
	buf_put(&t->bytes, span_of(bytes, length));
	return 0;
}

Test(api, a_dump_gives_the_bytes_to_the_caller)
{
	struct taken t = { .calls = 100 };
	struct lifeboat_backup_options b = { .path_count = 1 };
	struct lifeboat_dump_options d = { .snapshot = "latest",
		                           .write = take,
		                           .write_context = &t };
	struct lifeboat_backup_result stored;
	struct lifeboat_dump_result result;
	struct lifeboat_repository *r;
	struct buf folder = BUF_INIT;
	struct buf file = BUF_INIT;
	const char *path;
	struct lifeboat_error e;

	project_put(&project, "source/a", "some text");
	buf_printf(&folder, "%s/source", buf_str(&project.root));
	buf_printf(&file, "%s/a", buf_str(&folder));
	path = buf_str(&folder);
	b.paths = &path;
	r = make();
	check_int_eq(lifeboat_backup(r, &b, &stored, &e), LIFEBOAT_OK, "%s", e.message);
	d.path = buf_str(&file);
	check_int_eq(lifeboat_dump(r, &d, &result, &e), LIFEBOAT_OK, "%s", e.message);
	check_str_eq(buf_str(&t.bytes), "some text", "the content");
	check_true(result.files == 1 && result.bytes == 9, "counted");
	buf_clear(&t.bytes);
	d.path = path;
	d.form = LIFEBOAT_DUMP_ZIP;
	check_int_eq(lifeboat_dump(r, &d, &result, &e), LIFEBOAT_OK, "%s", e.message);
	check_true(span_starts(buf_span(&t.bytes), SPAN_LIT("PK")), "a zip archive");
	t.calls = 0;
	check_int_eq(lifeboat_dump(r, &d, &result, &e), LIFEBOAT_CANCELLED, "ended");
	d.form = 9;
	check_int_eq(lifeboat_dump(r, &d, &result, &e), LIFEBOAT_USAGE, "form");
	d = (struct lifeboat_dump_options){ .snapshot = "latest" };
	check_int_eq(lifeboat_dump(r, &d, &result, &e), LIFEBOAT_USAGE, "no writer");
	lifeboat_close(r);
	buf_fini(&t.bytes);
	buf_fini(&folder);
	buf_fini(&file);
}

/* Three snapshots of one tag and one of another. */
static void store_some(struct lifeboat_repository *r)
{
	const char *path = buf_str(&project.root);
	const char *const tags[] = { "mine", "mine", "mine", "yours" };

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		struct lifeboat_backup_options o = {
			.paths = &path, .path_count = 1, .tags = &tags[i], .tag_count = 1
		};
		struct lifeboat_backup_result stored;
		struct lifeboat_error e;
		char text[] = "version 0";

		text[8] = (char)('0' + i);
		project_put(&project, "file", text);
		check_int_eq(lifeboat_backup(r, &o, &stored, &e), LIFEBOAT_OK, "%s",
		             e.message);
	}
}

static int count_one(void *context, const struct lifeboat_snapshot *snapshot)
{
	(void)snapshot;
	++*(size_t *)context;
	return 0;
}

static size_t count_all(struct lifeboat_repository *r)
{
	size_t n = 0;

	check_int_eq(lifeboat_snapshots(r, count_one, &n, NULL), LIFEBOAT_OK, "list");
	return n;
}

Test(api, rules_forget_and_a_prune_frees)
{
	struct lifeboat_forget_options o = { .tags = "mine", .keep_last = 1 };
	struct lifeboat_prune_options p = { .seconds = 60 };
	struct lifeboat_forget_result gone;
	struct lifeboat_prune_result pruned;
	struct lifeboat_repository *r = make();
	struct lifeboat_error e;

	store_some(r);
	o.dry_run = 1;
	check_int_eq(lifeboat_forget(r, &o, &gone, &e), LIFEBOAT_OK, "%s", e.message);
	check_true(gone.removed == 2 && gone.kept == 1, "of its own three");
	check_size_eq(count_all(r), 4, "a dry run removes none");
	o.dry_run = 0;
	check_int_eq(lifeboat_forget(r, &o, &gone, &e), LIFEBOAT_OK, "%s", e.message);
	check_size_eq(count_all(r), 2, "the newest and the other's");
	check_int_eq(lifeboat_prune(r, &p, &pruned, &e), LIFEBOAT_OK, "%s", e.message);
	check_true(pruned.bytes_after < pruned.bytes_before && !pruned.stopped,
	           "smaller than before");
	o = (struct lifeboat_forget_options){ .tags = "mine", .keep_within = "1y" };
	check_int_eq(lifeboat_forget(r, &o, &gone, &e), LIFEBOAT_OK, "%s", e.message);
	check_true(gone.removed == 0 && gone.kept == 1, "young enough");
	lifeboat_close(r);
}

Test(api, named_snapshots_are_forgotten)
{
	const char *const latest = "latest";
	const char *const nobody = "0000aaaa";
	struct lifeboat_forget_options o = { .snapshots = &nobody, .snapshot_count = 1 };
	struct lifeboat_forget_result gone;
	struct lifeboat_repository *r = make();
	struct lifeboat_error e;

	store_some(r);
	check_int_eq(lifeboat_forget(r, &o, &gone, &e), LIFEBOAT_NOT_FOUND, "none such");
	o.snapshots = &latest;
	check_int_eq(lifeboat_forget(r, &o, &gone, &e), LIFEBOAT_OK, "%s", e.message);
	check_size_eq(count_all(r), 3, "one is gone");
	o = (struct lifeboat_forget_options){ .keep_last = 0 };
	check_int_eq(lifeboat_forget(r, &o, &gone, &e), LIFEBOAT_USAGE,
	             "what keeps nothing is a mistake");
	o.keep_within = "soon";
	check_int_eq(lifeboat_forget(r, &o, &gone, &e), LIFEBOAT_USAGE, "no time");
	check_str_contains(e.message, "soon", "which");
	lifeboat_close(r);
}

Test(api, wrong_calls_are_told)
{
	const struct lifeboat_key bad = { 77, "x", 1 };
	const struct lifeboat_key typo = { LIFEBOAT_KEY_RECOVERY, "not a code", 10 };
	struct lifeboat_restore_options o = { .snapshot = "latest", .conflict = 9 };
	struct lifeboat_restore_result result;
	struct lifeboat_backup_options b = { .threads = 1025 };
	struct lifeboat_backup_result stored;
	struct lifeboat_repository *r = NULL;
	struct lifeboat_error e;

	check_int_eq(lifeboat_open(&r, buf_str(&repo_path), &bad, NULL, &e),
	             LIFEBOAT_USAGE, "kind");
	check_int_eq(lifeboat_open(&r, buf_str(&repo_path), &typo, NULL, &e),
	             LIFEBOAT_USAGE, "code");
	check_int_eq(lifeboat_open(&r, buf_str(&repo_path), &key, NULL, &e),
	             LIFEBOAT_NOT_FOUND, "no repository");
	check_null(r, "none");
	r = make();
	check_int_eq(lifeboat_restore(r, &o, &result, &e), LIFEBOAT_USAGE, "conflict");
	check_str_contains(e.message, "9", "which");
	o = (struct lifeboat_restore_options){ .snapshot = "latest", .threads = 1025 };
	check_int_eq(lifeboat_restore(r, &o, &result, &e), LIFEBOAT_USAGE, "threads");
	check_int_eq(lifeboat_backup(r, &b, &stored, &e), LIFEBOAT_USAGE, "threads");
	check_str_contains(e.message, "1025", "how many");
	lifeboat_close(r);
	check_str_eq(lifeboat_code_name(LIFEBOAT_AUTH), "auth", "name");
	check_str_eq(lifeboat_code_name(99), "unknown", "no code");
}
