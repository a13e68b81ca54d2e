// SPDX-License-Identifier: Apache-2.0
/* An index that is whole and tells something else than the packs. */
#include "repo_fixture.h"
#include "rows_fixture.h"
#include "support/check.h"

#include <string.h>

TestSuite(check_rows, .timeout = 60);

Test(check_rows, an_index_that_is_right_is_no_damage)
{
	struct rows_place p;
	struct lb_memory *disk;

	rows_place_init(&p);
	disk = rows_with(&p, rows_nothing, 0, false);
	check_u64_eq(rows_check(disk, LB_CHECK_ALL).damage, 0, "the same rows once more");
	lb_memory_free(disk);
	disk = rows_with(&p, rows_nothing, 0, true);
	check_u64_eq(rows_check(disk, LB_CHECK_ALL).damage, 0, "the same rows twice");
	lb_memory_free(disk);
	rows_place_fini(&p);
}

Test(check_rows, every_wrong_field_is_damage_of_the_index_and_mended)
{
	static rows_change *const changes[] = {
		rows_prefix, rows_offset, rows_inner, rows_length,     rows_stored,
		rows_codec,  rows_type,   rows_size,  rows_forget_row,
	};
	struct rows_place p;
	size_t row;

	rows_place_init(&p);
	row = rows_first(&p, LB_PACK_DATA);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct lb_memory *disk = rows_with(&p, changes[i], row, false);
		struct rows_seen seen = rows_check(disk, LB_CHECK_ALL);
		uint64_t mended = 0;
		struct err err = ERR_INIT;

		check_u64_eq(seen.mistold, 1, "change %zu: the pack is named", i);
		check_u64_eq(seen.packs, 0, "change %zu: no pack is called damaged", i);
		check_int_eq(rows_repair_all(disk, lb_repair_packs, &mended, &err),
		             ERR_CORRUPT, "change %zu: nothing is condemned for it", i);
		check_int_eq(rows_repair_all(disk, lb_repair_snapshots, &mended, &err),
		             ERR_CORRUPT, "change %zu: nothing is given up for it", i);
		check_true(strstr(err.msg, "repair index") != NULL, "says: %s", err.msg);
		check_ok(rows_repair_all(disk, lb_repair_index, &mended, &err), &err);
		check_true(mended > 0, "change %zu: mended", i);
		check_u64_eq(rows_check(disk, LB_CHECK_ALL).damage, 0,
		             "change %zu: whole", i);
		check_ok(rows_repair_all(disk, lb_repair_index, &mended, &err), &err);
		check_u64_eq(mended, 0, "change %zu: nothing is left to mend", i);
		lb_memory_free(disk);
	}
	rows_place_fini(&p);
}

/* Only those that a look at the structure notices come to harm by a repair without it. */
Test(check_rows, without_reading_data_nothing_is_given_up_either)
{
	static const struct {
		rows_change *change;
		enum lb_pack_kind kind;
	} rows[] = {
		{ rows_prefix, LB_PACK_DATA },     { rows_length, LB_PACK_DATA },
		{ rows_forget_row, LB_PACK_DATA }, { rows_type, LB_PACK_DATA },
		{ rows_prefix, LB_PACK_META },     { rows_offset, LB_PACK_META },
		{ rows_forget_row, LB_PACK_META }, { rows_type, LB_PACK_META },
		{ rows_size, LB_PACK_DATA },       { rows_size, LB_PACK_META },
	};
	struct rows_place p;

	rows_place_init(&p);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct lb_memory *disk = rows_with(&p, rows[i].change,
		                                   rows_first(&p, rows[i].kind), false);
		struct rows_seen seen;
		uint64_t mended = 0;
		struct err err = ERR_INIT;

		seen = rows_check(disk, LB_CHECK_STRUCTURE);
		check_true(seen.damage > 0, "row %zu: the structure shows it", i);
		check_u64_eq(seen.packs, 0, "row %zu: no pack is called damaged", i);
		check_int_eq(
			rows_repair_by(disk, lb_repair_snapshots, false, &mended, &err),
			ERR_CORRUPT, "row %zu: nothing is given up", i);
		check_true(strstr(err.msg, "repair index") != NULL, "says: %s", err.msg);
		check_u64_eq(mended, 0, "row %zu: no snapshot was replaced", i);
		check_ok(rows_repair_all(disk, lb_repair_index, &mended, &err), &err);
		check_u64_eq(rows_check(disk, LB_CHECK_ALL).damage, 0, "row %zu: whole",
		             i);
		lb_memory_free(disk);
	}
	rows_place_fini(&p);
}

/* No repair may take for lost what a pack has that the index does not name. */
static void try_unnamed(const struct rows_place *p, rows_change *change,
                        enum lb_pack_kind kind)
{
	static rows_repair *const others[] = { lb_repair_packs, lb_repair_snapshots };
	struct lb_memory *disk = rows_with(p, change, rows_first(p, kind), false);
	bool missing = change == rows_name;
	uint64_t mended = 0;
	struct err err = ERR_INIT;

	check_true(rows_check(disk, LB_CHECK_STRUCTURE).damage > 0,
	           "the structure shows it");
	for (size_t i = missing ? 0 : 1; i < 2; i++) {
		check_int_eq(rows_repair_by(disk, others[i], false, &mended, &err),
		             ERR_CORRUPT, "repair %zu gives nothing up", i);
		check_true(strstr(err.msg, "repair index") != NULL, "says: %s", err.msg);
	}
	check_ok(rows_repair_all(disk, lb_repair_index, &mended, &err), &err);
	check_u64_eq(mended, 1, "the pack is registered");
	check_ok(rows_repair_by(disk, lb_repair_snapshots, false, &mended, &err), &err);
	check_u64_eq(mended, 0, "no snapshot has lost anything");
	check_ok(rows_repair_all(disk, lb_repair_packs, &mended, &err), &err);
	check_u64_eq(mended, missing, "only what does not exist is condemned");
	check_u64_eq(rows_check(disk, LB_CHECK_ALL).lost, 0, "all files are whole");
	lb_memory_free(disk);
}

Test(check_rows, a_pack_that_the_index_does_not_name_is_found)
{
	struct rows_place p;

	rows_place_init(&p);
	try_unnamed(&p, rows_name, LB_PACK_DATA);
	try_unnamed(&p, rows_name, LB_PACK_META);
	try_unnamed(&p, rows_forget_pack, LB_PACK_DATA);
	try_unnamed(&p, rows_forget_pack, LB_PACK_META);
	rows_place_fini(&p);
}

Test(check_rows, one_of_two_segments_may_be_wrong)
{
	struct rows_place p;
	struct lb_memory *disk;
	uint64_t mended = 0;
	struct err err = ERR_INIT;

	rows_place_init(&p);
	disk = rows_with(&p, rows_offset, rows_first(&p, LB_PACK_DATA), true);
	check_u64_eq(rows_check(disk, LB_CHECK_STRUCTURE).damage, 0, "nothing is read");
	check_u64_eq(rows_check(disk, LB_CHECK_ALL).mistold, 1, "the pack is named");
	check_ok(rows_repair_all(disk, lb_repair_index, &mended, &err), &err);
	check_u64_eq(rows_check(disk, LB_CHECK_ALL).damage, 0, "whole again");
	lb_memory_free(disk);
	disk = rows_with(&p, rows_size, rows_first(&p, LB_PACK_DATA), true);
	check_u64_eq(rows_check(disk, LB_CHECK_ALL).mistold, 1, "another size");
	check_ok(rows_repair_all(disk, lb_repair_index, &mended, &err), &err);
	check_u64_eq(rows_check(disk, LB_CHECK_ALL).damage, 0, "and that is mended");
	lb_memory_free(disk);
	rows_place_fini(&p);
}

Test(check_rows, a_pack_that_is_named_many_times_is_registered_once)
{
	struct rows_place p;
	struct lb_memory *disk;
	struct lb_repo *repo;
	uint64_t once = 0;
	uint64_t mended = 0;
	struct err err = ERR_INIT;

	rows_place_init(&p);
	disk = rows_with(&p, rows_offset, rows_first(&p, LB_PACK_DATA), false);
	check_ok(rows_repair_all(disk, lb_repair_index, &once, &err), &err);
	lb_memory_free(disk);
	disk = rows_with(&p, rows_repeat_pack, rows_first(&p, LB_PACK_DATA), false);
	check_ok(rows_repair_all(disk, lb_repair_index, &mended, &err), &err);
	check_u64_eq(mended, once, "as if it were named once");
	check_u64_eq(rows_check(disk, LB_CHECK_ALL).damage, 0, "whole again");
	lb_memory_free(disk);
	disk = rows_with(&p, rows_offset, rows_first(&p, LB_PACK_DATA), false);
	repo = fixture_open(disk);
	rows_swap(repo, NULL, 0, true); /* the wrong segment once more */
	lb_repo_close(repo);
	check_ok(rows_repair_all(disk, lb_repair_index, &mended, &err), &err);
	check_u64_eq(mended, once, "nor because two segments are wrong");
	check_u64_eq(rows_check(disk, LB_CHECK_ALL).damage, 0, "whole again");
	lb_memory_free(disk);
	rows_place_fini(&p);
}

Test(check_rows, files_that_the_wrong_row_would_cost_are_named)
{
	struct rows_place p;
	struct lb_memory *disk;
	struct rows_seen seen;

	rows_place_init(&p);
	disk = rows_with(&p, rows_offset, rows_first(&p, LB_PACK_DATA), false);
	seen = rows_check(disk, LB_CHECK_ALL);
	check_true(seen.affected > 0, "a file cannot be read by that row");
	check_true(seen.verified < rows_check(p.disk, LB_CHECK_ALL).verified,
	           "the pack does not count as verified");
	lb_memory_free(disk);
	rows_place_fini(&p);
}
