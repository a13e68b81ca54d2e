/* SPDX-License-Identifier: Apache-2.0 */
#include "backend/local.h"

#include "os/fs.h"
#include "support/backend.h"
#include "support/backend_contract.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

TestSuite(local, .timeout = 60);

static struct buf top = BUF_INIT;
static struct buf scratch = BUF_INIT;
static struct lb_backend *repo;

static const char *at(const char *name)
{
	os_join(&scratch, buf_str(&top), name);
	return buf_str(&scratch);
}

static void set_up(void)
{
	struct err err = ERR_INIT;

	check_ok(os_mkdtemp(NULL, "local-", &top, &err), &err);
	check_ok(lb_local_create(&repo, at("repo"), &err), &err);
}

static void tear_down(void)
{
	struct err err = ERR_INIT;

	lb_backend_close(repo);
	check_ok(os_remove_tree(buf_str(&top), &err), &err);
	buf_fini(&top);
	buf_fini(&scratch);
}

static size_t entries_of(const char *name)
{
	DIR *dir = opendir(at(name));
	size_t count = 0;

	check_not_null(dir, "folder %s", name);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count - 2;
}

static void write_at(const char *name, const char *text)
{
	struct err err = ERR_INIT;

	check_ok(os_write_atomic(at(name), span_str(text), 0600, &err), &err);
}

Test(local, keeps_the_contract_by_link, .init = set_up, .fini = tear_down)
{
	enum lb_arbitration how = LB_ARBITRATION_NONE;
	struct err err = ERR_INIT;

	check_ok(lb_backend_probe(repo, &how, &err), &err);
	check_int_eq(how, LB_ARBITRATION_LINK, "probed");
	check_ok(lb_backend_arbitrate(repo, how, &err), &err);
	check_backend_contract(repo);
	check_size_eq(entries_of("repo/tmp"), 0, "nothing left in tmp");
}

Test(local, keeps_the_contract_by_rename, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;

	check_ok(lb_backend_arbitrate(repo, LB_ARBITRATION_RENAME, &err), &err);
	check_backend_contract(repo);
	check_size_eq(entries_of("repo/tmp"), 0, "nothing left in tmp");
	check_int_eq(os_type_of(at("repo/config")), OS_DIR, "an object in a folder");
	/* Who does not know yet how it was arbitrated can read. */
	check_ok(lb_backend_arbitrate(repo, LB_ARBITRATION_LINK, &err), &err);
	check_object(repo, "config", "");
	store_new(repo, "config", "other", ERR_EXISTS);
}

Test(local, keeps_the_contract_with_one_client, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;

	check_ok(lb_backend_arbitrate(repo, LB_ARBITRATION_NONE, &err), &err);
	check_backend_contract(repo);
}

Test(local, only_the_owner_may_read, .init = set_up, .fini = tear_down)
{
	static const struct {
		const char *name;
		uint32_t mode;
	} modes[] = {
		{ "repo", 0700 },
		{ "repo/packs", 0700 },
		{ "repo/packs/ab", 0700 },
		{ "repo/packs/ab/p", 0600 },
		{ "repo/config", 0600 },
		{ "repo/log", 0700 },
		{ "repo/log/00000000", 0700 },
		{ "repo/log/00000000/00000000", 0600 },
	};
	struct os_stat st;
	struct err err = ERR_INIT;

	(void)umask(0);
	store(repo, "packs/ab/p", "pack");
	store_new(repo, "config", "config", ERR_OK);
	store_new(repo, "log/00000000/00000000", "record", ERR_OK);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		check_ok(os_lstat(at(modes[i].name), &st, &err), &err);
		check_int_eq(st.mode, modes[i].mode, "mode of %s", modes[i].name);
	}
}

Test(local, init_wants_a_folder_of_its_own, .init = set_up, .fini = tear_down)
{
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_local_create(&b, at("repo"), &err), &err); /* unfinished */
	store_new(b, "config", "x", ERR_OK);
	lb_backend_close(b);
	check_err(lb_local_create(&b, at("repo"), &err), ERR_EXISTS, "finished");
	check_str_contains(err.msg, "is a repository already", "says so");
	check_ok(lb_local_create(&b, at("deep/er/repo"), &err), &err);
	lb_backend_close(b);
	write_at("deep/file", "mine");
	check_err(lb_local_create(&b, at("deep"), &err), ERR_EXISTS, "somebody's");
	check_str_contains(err.msg, "something else in it", "says what");
	check_true(os_type_of(at("deep/packs")) == OS_NONE, "left as it was");
	check_err(lb_local_open(&b, at("nowhere"), &err), ERR_NOT_FOUND, "missing");
	check_str_contains(err.msg, "there is no repository", "says so");
	check_true(lb_local_open(&b, at("deep/file"), &err) != ERR_OK, "a file");
	check_true(lb_local_create(&b, at("deep/file"), &err) != ERR_OK, "a file");
}

Test(local, the_path_may_be_a_link, .init = set_up, .fini = tear_down)
{
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;

	check_int_eq(symlink("repo", at("way")), 0, "link");
	check_ok(lb_local_open(&b, at("way"), &err), &err);
	store(b, "index/a", "x");
	check_object(repo, "index/a", "x");
	lb_backend_close(b);
}

Test(local, links_inside_are_not_followed, .init = set_up, .fini = tear_down)
{
	const struct span x = SPAN_LIT("x");
	struct err err = ERR_INIT;
	struct buf got = BUF_INIT;
	unsigned char byte;
	uint64_t size;

	check_ok(os_mkdirs(at("outside"), 0700, &err), &err);
	write_at("outside/secret", "s");
	check_int_eq(symlink("../../outside/secret", at("repo/index/l")), 0, "link");
	check_int_eq(symlink("../../outside", at("repo/packs/ab")), 0, "link");
	for (int i = 0; i < 2; i++) {
		const char *key = i == 0 ? "index/l" : "packs/ab/secret";

		check_err(lb_backend_get(repo, key, 10, &got, &err), ERR_CORRUPT,
		          "get %s", key);
		check_str_contains(err.msg, "move it away", "the mend");
		check_err(lb_backend_read(repo, key, 0, 1, &byte, &err), ERR_CORRUPT,
		          "read %s", key);
		check_err(lb_backend_size(repo, key, &size, &err), ERR_CORRUPT, "size %s",
		          key);
	}
	check_err(lb_backend_put(repo, "packs/ab/new", &x, 1, &err), ERR_CORRUPT,
	          "no way out: %s", err.msg);
	check_err(lb_backend_delete(repo, "packs/ab/secret", &err), ERR_CORRUPT,
	          "no way out");
	check_err(lb_backend_put_new(repo, "index/l", x, &err), ERR_CORRUPT,
	          "a link is no winner");
	check_ok(lb_backend_delete(repo, "index/l", &err), &err);
	check_size_eq(entries_of("outside"), 1, "outside is as it was");
	check_size_eq(entries_of("repo/tmp"), 0, "nothing left in tmp");
	buf_fini(&got);
}

static enum err_code count(const char *key, uint64_t size, void *context, struct err *err)
{
	(void)key;
	(void)size;
	(void)err;
	++*(int *)context;
	return ERR_OK;
}

Test(local, strange_things_are_no_objects, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct buf got = BUF_INIT;
	int seen = 0;

	store(repo, "index/real", "x");
	check_int_eq(mkfifo(at("repo/index/fifo"), 0600), 0, "fifo");
	check_int_eq(symlink("real", at("repo/index/link")), 0, "link");
	write_at("repo/index/.nfs0001", "x");
	write_at("repo/index/UPPER", "x");
	check_ok(os_mkdirs(at("repo/index/empty"), 0700, &err), &err);
	check_ok(lb_backend_list(repo, "index", count, &seen, &err), &err);
	check_int_eq(seen, 1, "objects");
	check_true(lb_backend_get(repo, "index/fifo", 10, &got, &err) != ERR_OK,
	           "a FIFO does not hang us");
	check_object(repo, "index/empty", NULL);
	buf_fini(&got);
}

static void make_old(const char *name, time_t seconds)
{
	struct timespec times[2] = { { .tv_sec = time(NULL) - seconds },
		                     { .tv_sec = time(NULL) - seconds } };

	check_int_eq(utimensat(AT_FDCWD, at(name), times, 0), 0, "age of %s", name);
}

Test(local, tmp_is_cleaned_of_what_is_a_day_old, .init = set_up, .fini = tear_down)
{
	const time_t day = 86400;
	struct err err = ERR_INIT;

	write_at("repo/tmp/old", "x");
	write_at("repo/tmp/young", "x");
	write_at("repo/tmp/future", "x");
	check_ok(os_mkdirs(at("repo/tmp/old.d"), 0700, &err), &err);
	write_at("repo/tmp/old.d/object", "x");
	check_ok(os_mkdirs(at("repo/tmp/young.d"), 0700, &err), &err);
	make_old("repo/tmp/old", day + 60);
	make_old("repo/tmp/old.d", day + 60);
	make_old("repo/tmp/young", day - 60);
	make_old("repo/tmp/future", -10 * day);
	check_object(repo, "index/a", NULL);
	check_size_eq(entries_of("repo/tmp"), 5, "reading cleans nothing");
	store(repo, "index/a", "x");
	check_size_eq(entries_of("repo/tmp"), 3, "the old ones are gone");
	check_int_eq(os_type_of(at("repo/tmp/old")), OS_NONE, "old file");
	check_int_eq(os_type_of(at("repo/tmp/old.d")), OS_NONE, "old folder");
}

Test(local, a_lost_tmp_or_folder_is_made_again, .init = set_up, .fini = tear_down)
{
	check_int_eq(rmdir(at("repo/tmp")), 0, "tmp");
	check_int_eq(rmdir(at("repo/packs")), 0, "packs");
	check_int_eq(rmdir(at("repo/log")), 0, "log");
	store(repo, "packs/ab/p", "pack");
	store_new(repo, "log/00000000/00000000", "record", ERR_OK);
	check_object(repo, "packs/ab/p", "pack");
}

Test(local, a_repository_that_vanished_is_no_missing_object, .init = set_up,
     .fini = tear_down)
{
	const struct span x = SPAN_LIT("x");
	struct err err = ERR_INIT;

	check_ok(os_remove_tree(at("repo"), &err), &err);
	check_err(lb_backend_put(repo, "packs/ab/p", &x, 1, &err), ERR_IO, "put");
	check_str_contains(err.msg, "folder is gone", "says so");
	check_err(lb_backend_put_new(repo, "config", x, &err), ERR_IO, "put_new");
}

static size_t open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	if (dir == NULL)
		return 0;
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count;
}

Test(local, few_packs_are_held_open, .init = set_up, .fini = tear_down)
{
	enum { PACKS = 200, HELD = 32 };
	const size_t before = open_descriptors();
	struct err err = ERR_INIT;
	unsigned char byte;
	char key[64];

	for (int i = 0; i < PACKS; i++) {
		(void)snprintf(key, sizeof(key), "packs/%02x/p%d", i % 16, i);
		store(repo, key, i % 2 == 0 ? "even" : "odd");
	}
	for (int i = 0; i < 3 * PACKS; i++) {
		const int which = i * 7 % PACKS;

		(void)snprintf(key, sizeof(key), "packs/%02x/p%d", which % 16, which);
		check_ok(lb_backend_read(repo, key, 0, 1, &byte, &err), &err);
		check_int_eq(byte, which % 2 == 0 ? 'e' : 'o', "%s", key);
	}
	check_true(open_descriptors() <= before + HELD, "%zu descriptors, %zu before",
	           open_descriptors(), before);
}

Test(local, a_held_pack_that_is_deleted_is_gone, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	unsigned char byte = 0;

	store(repo, "packs/ab/p", "first");
	check_ok(lb_backend_read(repo, "packs/ab/p", 0, 1, &byte, &err), &err);
	check_ok(lb_backend_delete(repo, "packs/ab/p", &err), &err);
	check_err(lb_backend_read(repo, "packs/ab/p", 0, 1, &byte, &err), ERR_NOT_FOUND,
	          "deleted");
	store(repo, "packs/ab/p", "second");
	check_ok(lb_backend_read(repo, "packs/ab/p", 0, 1, &byte, &err), &err);
	check_int_eq(byte, 's', "the new one");
}

/* Root may do everything: these cases run as somebody else. */
static void become_nobody(void)
{
	if (geteuid() == 0)
		check_int_eq(seteuid(65534), 0, "seteuid");
}

static void become_oneself(void)
{
	if (getuid() == 0)
		check_int_eq(seteuid(0), 0, "seteuid");
}

Test(local, permissions_are_explained, .init = set_up, .fini = tear_down)
{
	const struct span x = SPAN_LIT("x");
	struct err err = ERR_INIT;
	struct buf got = BUF_INIT;
	int seen = 0;

	store(repo, "index/a", "x");
	check_int_eq(chmod(buf_str(&top), 0755), 0, "chmod");
	check_int_eq(chmod(at("repo"), 0555), 0, "chmod");
	check_int_eq(chmod(at("repo/tmp"), 0555), 0, "chmod");
	check_int_eq(chmod(at("repo/index"), 0555), 0, "chmod");
	check_int_eq(chmod(at("repo/keys"), 0), 0, "chmod");
	check_int_eq(chmod(at("repo/index/a"), 0), 0, "chmod");
	become_nobody();
	check_err(lb_backend_put(repo, "packs/ab/p", &x, 1, &err), ERR_AUTH, "put");
	check_str_contains(err.msg, "store packs/ab/p in", "the object");
	check_str_contains(err.msg, "owner of the repository", "the mend");
	check_err(lb_backend_get(repo, "index/a", 10, &got, &err), ERR_AUTH, "get");
	check_str_contains(err.msg, "read index/a in", "the object");
	check_err(lb_backend_delete(repo, "index/a", &err), ERR_AUTH, "delete");
	check_err(lb_backend_list(repo, "keys", count, &seen, &err), ERR_AUTH, "list");
	check_str_contains(err.msg, "list keys in", "the folder");
	become_oneself();
	check_int_eq(chmod(at("repo"), 0700), 0, "chmod");
	check_int_eq(chmod(at("repo/tmp"), 0700), 0, "chmod");
	check_int_eq(chmod(at("repo/index"), 0700), 0, "chmod");
	check_int_eq(chmod(at("repo/keys"), 0700), 0, "chmod");
	buf_fini(&got);
}

Test(local, a_limit_of_file_size_is_told, .init = set_up, .fini = tear_down)
{
	static char large[100000];
	const struct span part = { large, sizeof(large) };
	struct rlimit limit = { 4096, 4096 };
	struct err err = ERR_INIT;

	(void)signal(SIGXFSZ, SIG_IGN);
	check_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0, "limit");
	check_err(lb_backend_put(repo, "packs/ab/p", &part, 1, &err), ERR_IO,
	          "too large");
	check_int_eq(err.os_code, EFBIG, "errno kept");
	check_str_contains(err.msg, "ulimit -f", "the mend");
	check_object(repo, "packs/ab/p", NULL);
	check_size_eq(entries_of("repo/tmp"), 0, "nothing left in tmp");
}

/* Mounts a small file system on the repository's folder; false where that is not allowed.
 */
static bool mount_on_repo(const char *options, unsigned long flags)
{
	return mount("none", at("repo"), "tmpfs", flags, options) == 0;
}

Test(local, a_full_disk_harms_nothing, .init = set_up, .fini = tear_down)
{
	static char large[100000];
	const struct span part = { large, sizeof(large) };
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;

	if (!mount_on_repo("size=256k,mode=700", 0))
		cr_skip_test("mounting is not allowed here");
	check_ok(lb_local_create(&b, at("repo"), &err), &err);
	store_new(b, "log/00000000/00000000", "record", ERR_OK);
	check_ok(lb_backend_put(b, "packs/aa/1", &part, 1, &err), &err);
	check_ok(lb_backend_put(b, "packs/bb/2", &part, 1, &err), &err);
	check_err(lb_backend_put(b, "packs/cc/3", &part, 1, &err), ERR_IO, "full");
	check_int_eq(err.os_code, ENOSPC, "errno kept");
	check_str_contains(err.msg, "packs/cc/3", "the object");
	check_str_contains(err.msg, "make room", "the mend");
	check_object(b, "packs/cc/3", NULL);
	check_size_eq(entries_of("repo/tmp"), 0, "nothing left in tmp");
	check_ok(lb_backend_delete(b, "packs/aa/1", &err), &err);
	check_ok(lb_backend_put(b, "packs/cc/3", &part, 1, &err), &err);
	store_new(b, "log/00000000/00000001", "next", ERR_OK);
	lb_backend_close(b);
	check_int_eq(umount(at("repo")), 0, "umount");
}

Test(local, a_read_only_store_can_be_read, .init = set_up, .fini = tear_down)
{
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;

	if (!mount_on_repo("size=256k,mode=700", 0))
		cr_skip_test("mounting is not allowed here");
	check_ok(lb_local_create(&b, at("repo"), &err), &err);
	store_new(b, "log/00000000/00000000", "record", ERR_OK);
	lb_backend_close(b);
	check_true(mount_on_repo(NULL, MS_REMOUNT | MS_RDONLY), "remount");
	check_ok(lb_local_open(&b, at("repo"), &err), &err);
	check_object(b, "log/00000000/00000000", "record");
	check_ok(lb_backend_sync_folder(b, "log/00000000", &err), &err);
	check_err(lb_backend_put_new(b, "config", SPAN_LIT("x"), &err), ERR_IO, "put");
	check_int_eq(err.os_code, EROFS, "errno kept");
	check_str_contains(err.msg, "mount it writable", "the mend");
	lb_backend_close(b);
	check_int_eq(umount(at("repo")), 0, "umount");
}

/* Processes race for each slot of a log; each slot has one winner, whose record it is. */
static void race_for_slots(enum lb_arbitration how)
{
	enum { PROCESSES = 4, SLOTS = 25 };
	struct err err = ERR_INIT;
	int won = 0;

	for (int p = 0; p < PROCESSES; p++) {
		pid_t pid = fork();

		check_true(pid >= 0, "fork");
		if (pid > 0)
			continue;
		int wins = 0;
		char key[32];
		char record[32];
		struct lb_backend *b = NULL;

		(void)snprintf(record, sizeof(record), "process %d", p);
		if (lb_local_open(&b, at("repo"), &err) != ERR_OK ||
		    lb_backend_arbitrate(b, how, &err) != ERR_OK)
			_exit(255);
		for (int slot = 0; slot < SLOTS; slot++) {
			struct buf got = BUF_INIT;
			enum err_code rc;

			(void)snprintf(key, sizeof(key), "log/00000000/%08x", slot);
			rc = lb_backend_put_new(b, key, span_str(record), &err);
			if (rc != ERR_OK && rc != ERR_EXISTS)
				_exit(254);
			if (lb_backend_get(b, key, 100, &got, &err) != ERR_OK ||
			    span_eq_str(buf_span(&got), record) != (rc == ERR_OK))
				_exit(253);
			wins += rc == ERR_OK;
			buf_fini(&got);
		}
		lb_backend_close(b);
		_exit(wins);
	}
	for (int p = 0; p < PROCESSES; p++) {
		int status = 0;

		check_true(wait(&status) > 0, "wait");
		check_true(WIFEXITED(status) && WEXITSTATUS(status) <= SLOTS,
		           "a process failed: %d", WEXITSTATUS(status));
		won += WEXITSTATUS(status);
	}
	check_int_eq(won, SLOTS, "one winner for each slot");
}

Test(local, one_process_wins_each_slot_by_link, .init = set_up, .fini = tear_down)
{
	race_for_slots(LB_ARBITRATION_LINK);
}

Test(local, one_process_wins_each_slot_by_rename, .init = set_up, .fini = tear_down)
{
	race_for_slots(LB_ARBITRATION_RENAME);
}

Test(local, pieces_of_any_number_and_size, .init = set_up, .fini = tear_down)
{
	enum { PARTS = 200 };
	static struct span parts[PARTS];
	struct err err = ERR_INIT;
	struct buf want = BUF_INIT;
	struct buf got = BUF_INIT;

	for (size_t i = 0; i < PARTS; i++) {
		parts[i] = span_of("abcdefghijklmnopqrstuvwxyz", i % 5 == 0 ? 0 : i % 26);
		buf_put(&want, parts[i]);
	}
	check_ok(lb_backend_put(repo, "packs/ab/p", parts, PARTS, &err), &err);
	check_ok(lb_backend_get(repo, "packs/ab/p", want.len, &got, &err), &err);
	check_true(span_eq(buf_span(&got), buf_span(&want)), "all pieces in order");
	check_ok(lb_backend_put(repo, "packs/ab/none", NULL, 0, &err), &err);
	check_object(repo, "packs/ab/none", "");
	buf_fini(&want);
	buf_fini(&got);
}
