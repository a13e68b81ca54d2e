// SPDX-License-Identifier: Apache-2.0
/* A stream is backed up while somebody prunes, and while requests fail. */
#include "backend/faulty.h"
#include "copy_fixture.h"
#include "job/backup.h"
#include "job/dump.h"
#include "job/prune.h"
#include "repo_fixture.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(backup_stream, .timeout = 110);

enum { BYTES = 200000 };

static char content[BYTES];

static enum err_code feed(void *context, lb_backup_take *take, void *taker,
                          struct err *err)
{
	size_t *piece = context;
	enum err_code rc = ERR_OK;

	for (size_t at = 0; at < BYTES && rc == ERR_OK; at += *piece)
		rc = take(
			taker,
			span_of(content + at, BYTES - at < *piece ? BYTES - at : *piece),
			err);
	return rc;
}

static void make_content(void)
{
	uint32_t x = 12345;

	for (size_t i = 0; i < BYTES; i++) {
		x = x * 1103515245u + 12345u;
		content[i] = (char)(x >> 16);
	}
}

static enum err_code back_up(struct lb_repo *repo, size_t piece, struct err *err)
{
	static const char *const path = "/stream";
	struct lb_backup_stream stream = { feed, &piece };
	struct lb_backup_options o = { .stream = &stream,
		                       .paths = &path,
		                       .path_count = 1,
		                       .no_parent = true,
		                       .threads = 1 };
	struct lb_backup_result r;

	return lb_backup(repo, &o, &r, err);
}

static enum err_code collect(struct span bytes, void *context, struct err *err)
{
	struct buf *out = context;

	buf_put(out, bytes);
	return buf_err(out, err);
}

/* All snapshots hold the stream; gives how many there are. */
static size_t check_stored(struct lb_memory *disk, const char *when)
{
	struct lb_repo *repo = copy_open(disk, copy_target_key);
	struct lb_snapshots list = copy_snapshots(repo);
	size_t count = list.count;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < count; i++) {
		struct buf out = BUF_INIT;
		struct lb_dump_result dumped;
		struct lb_dump_options o = { .snapshot = list.refs[i].snapshot,
			                     .path = SPAN_LIT("stream"),
			                     .sink = collect,
			                     .sink_context = &out };

		check_ok(lb_dump(repo, &o, &dumped, &err), &err);
		check_true(span_eq(buf_span(&out), span_of(content, BYTES)), "%s", when);
		buf_fini(&out);
	}
	lb_snapshots_fini(&list);
	lb_repo_close(repo);
	return count;
}

Test(backup_stream, pieces_of_any_size)
{
	static const size_t pieces[] = { 1000, 65536, BYTES };
	struct lb_memory *disk = copy_disk(copy_target_key);
	struct err err = ERR_INIT;

	make_content();
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct lb_repo *repo = copy_open(disk, copy_target_key);

		check_ok(back_up(repo, pieces[i], &err), &err);
		lb_repo_close(repo);
		check_size_eq(check_stored(disk, "whole"), i + 1, "snapshots");
	}
	lb_memory_free(disk);
}

/* Fails or prunes at the n-th request. */
struct meddler {
	struct lb_memory *disk;
	uint64_t n;
	enum lb_fault fault; /* LB_FAULT_NONE: a prune */
	bool met;
};

static enum lb_fault meddle(const struct lb_operation *op, void *context)
{
	struct meddler *m = context;
	struct lb_prune_options all = { .max_repack = UINT64_MAX };
	struct lb_pruned done;
	struct lb_repo *repo;
	struct err err = ERR_INIT;

	if (m->met || op->number != m->n)
		return LB_FAULT_NONE;
	m->met = true;
	if (m->fault != LB_FAULT_NONE)
		return m->fault;
	repo = copy_open(m->disk, copy_target_key);
	check_ok(lb_prune(repo, &all, &done, &err), &err);
	lb_repo_close(repo);
	return LB_FAULT_NONE;
}

/* Gives how many of those that met the meddler had to give up. */
static size_t at_every_request(enum lb_fault fault)
{
	size_t lost = 0;
	bool met = true;

	make_content();
	for (uint64_t n = 1; met; n++) {
		struct meddler m = { .disk = copy_disk(copy_target_key),
			             .n = n,
			             .fault = fault };
		struct lb_unlock u = fixture_unlock_by(copy_target_key);
		struct lb_backend *inner;
		struct lb_backend *b;
		struct lb_repo *repo = NULL;
		struct err err = ERR_INIT;
		enum err_code rc;
		size_t count;
		char when[64];

		(void)snprintf(when, sizeof when, "request %llu", (unsigned long long)n);
		check_ok(lb_memory_open(&inner, m.disk, &err), &err);
		check_ok(lb_faulty_new(&b, inner, meddle, &m, &err), &err);
		rc = lb_repo_open(&repo, b, &u, NULL, &err);
		if (rc == ERR_OK)
			rc = back_up(repo, 30000, &err);
		met = m.met;
		check_true(rc == ERR_OK || fault != LB_FAULT_NONE || rc == ERR_LOCKED,
		           "%s: %s", when, err.msg);
		check_true(met || rc == ERR_OK, "undisturbed: %s", err.msg);
		if (rc == ERR_LOCKED)
			check_str_contains(err.msg, "run the backup again", "what to do");
		lost += rc == ERR_LOCKED;
		lb_repo_close(repo);
		lb_backend_close(inner);
		count = check_stored(m.disk, when);
		check_true(count == (rc == ERR_OK) || rc == ERR_IO,
		           "%s: what was told is there", when);
		lb_memory_free(m.disk);
	}
	return lost;
}

Test(backup_stream, a_prune_meanwhile)
{
	check_true(at_every_request(LB_FAULT_NONE) > 0, "after the SWEEP it is too late");
}

Test(backup_stream, any_request_may_fail)
{
	check_size_eq(at_every_request(LB_FAULT_FAIL), 0, "nobody pruned");
}
