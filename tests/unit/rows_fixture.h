// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_ROWS_FIXTURE_H
#define TESTS_ROWS_FIXTURE_H

#include "backend/memory.h"
#include "job/repair.h"
#include "pack/segment.h"
#include "support/project.h"

/* A repository whose index is one segment, which tests make tell something else than its
 * packs. */

struct rows_place {
	struct project tree;
	struct lb_memory *disk;
};

void rows_place_init(struct rows_place *p);
void rows_place_fini(struct rows_place *p);

/* What a test makes of a row of the segment, or of the pack that it is about. */
typedef void rows_change(struct lb_segment *s, size_t row);
void rows_prefix(struct lb_segment *s, size_t row);
void rows_offset(struct lb_segment *s, size_t row);
void rows_inner(struct lb_segment *s, size_t row);
void rows_length(struct lb_segment *s, size_t row);
void rows_stored(struct lb_segment *s, size_t row);
void rows_codec(struct lb_segment *s, size_t row);
void rows_type(struct lb_segment *s, size_t row);
void rows_size(struct lb_segment *s, size_t row);
void rows_name(struct lb_segment *s, size_t row);
void rows_nothing(struct lb_segment *s, size_t row);
void rows_forget_row(struct lb_segment *s, size_t row);
void rows_forget_pack(struct lb_segment *s, size_t row);
void rows_repeat_pack(struct lb_segment *s, size_t row);

/* The first row of such a pack. What leads to files no check of the structure reads. */
size_t rows_first(const struct rows_place *p, enum lb_pack_kind kind);
/* Puts another segment in the place of the only one, or beside it; no change is NULL. */
void rows_swap(struct lb_repo *repo, rows_change *change, size_t row, bool keep);
/* The same repository with that done to it. */
struct lb_memory *rows_with(const struct rows_place *p, rows_change *change, size_t row,
                            bool keep);

/* What a check says. */
struct rows_seen {
	uint64_t mistold;  /* packs that the index is wrong about */
	uint64_t damage;   /* everything */
	uint64_t packs;    /* of that, packs */
	uint64_t affected; /* by them */
	uint64_t lost;     /* files, by whatever damage */
	uint64_t verified;
};
struct rows_seen rows_check(struct lb_memory *disk, enum lb_check_data data);

typedef enum err_code rows_repair(struct lb_repo *repo, const struct lb_repair_options *o,
                                  struct lb_repair_result *result, struct err *err);
enum err_code rows_repair_by(struct lb_memory *disk, rows_repair *what, bool read_data,
                             uint64_t *mended, struct err *err);
/* The same, looking at every byte. */
enum err_code rows_repair_all(struct lb_memory *disk, rows_repair *what, uint64_t *mended,
                              struct err *err);

#endif
