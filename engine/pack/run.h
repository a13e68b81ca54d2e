// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_RUN_H
#define PACK_RUN_H

#include "pack/segment.h"

/*
 * A sorted run: the rows of one or more segments as a file of the cache, mapped. Every
 * page of 4 KiB carries a check, looked at when the page is first used, so a damaged
 * cache is noticed and never believed (ERR_CORRUPT). A run does not change. Any thread.
 */
struct lb_run;

struct lb_run_pack {
	struct lb_id name;
	uint64_t size;
	uint32_t kind;
	uint32_t chunks;
	uint32_t segment; /* position in the run's table of segments */
};

/* ERR_CORRUPT for anything that is not a run of this repository. */
enum err_code lb_run_open(struct lb_run **out, const char *path, const struct lb_id *repo,
                          struct err *err) ERR_CHECKED;
void lb_run_free(struct lb_run *r);

size_t lb_run_segments(const struct lb_run *r);
size_t lb_run_packs(const struct lb_run *r);
uint64_t lb_run_rows(const struct lb_run *r);
enum err_code lb_run_segment(struct lb_run *r, size_t i, struct lb_id *out,
                             struct err *err) ERR_CHECKED;
/* Packs ascend by name, then segment. */
enum err_code lb_run_pack(struct lb_run *r, size_t i, struct lb_run_pack *out,
                          struct err *err) ERR_CHECKED;
/* The row, its pack a position in this run. */
enum err_code lb_run_row(struct lb_run *r, uint64_t i, struct lb_row *out,
                         struct err *err) ERR_CHECKED;

/* Rows with this prefix: *count of them from *first. */
enum err_code lb_run_find(struct lb_run *r, const unsigned char prefix[LB_PREFIX],
                          uint64_t *first, size_t *count, struct err *err) ERR_CHECKED;
/* Looks at every page. */
enum err_code lb_run_check(struct lb_run *r, struct err *err) ERR_CHECKED;
/* Asks the processor to fetch what lb_run_find will look at first. */
void lb_run_prefetch(const struct lb_run *r, const unsigned char prefix[LB_PREFIX]);
/* Entries of this pack: *count of them from *first. */
enum err_code lb_run_find_pack(struct lb_run *r, const struct lb_id *name, size_t *first,
                               size_t *count, struct err *err) ERR_CHECKED;

/*
 * Writing: first all segments, then all packs in order, then all rows in order, at most
 * as many as was said at the start. Memory does not depend on how many. One thread.
 */
struct lb_run_writer;
struct lb_run_size {
	size_t segments;
	size_t packs;
	uint64_t rows;
};
/* Creates the file. */
enum err_code lb_run_writer_new(struct lb_run_writer **out, const char *path,
                                const struct lb_id *repo, const struct lb_run_size *most,
                                struct err *err) ERR_CHECKED;
enum err_code lb_run_writer_segment(struct lb_run_writer *w, const struct lb_id *name,
                                    struct err *err) ERR_CHECKED;
enum err_code lb_run_writer_pack(struct lb_run_writer *w, const struct lb_run_pack *pack,
                                 struct err *err) ERR_CHECKED;
enum err_code lb_run_writer_row(struct lb_run_writer *w, const struct lb_row *row,
                                struct err *err) ERR_CHECKED;
/* The file is complete on ERR_OK. */
enum err_code lb_run_writer_finish(struct lb_run_writer *w, struct err *err) ERR_CHECKED;
/* Removes the file unless it was finished. */
void lb_run_writer_free(struct lb_run_writer *w);

#endif
