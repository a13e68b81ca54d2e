// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/toolchain.h"

#include "base/str.h"
#include "os/fs.h"

#define PROGRAM_MAX (UINT64_C(1) << 30)

/* Places in an ELF file of 64 bits (System V ABI). */
enum {
	HEAD_SIZE = 64,
	HEAD_MACHINE = 18,
	HEAD_SECTIONS = 40,
	HEAD_SECTION_SIZE = 58,
	HEAD_SECTION_COUNT = 60,
	HEAD_NAMES = 62,
	SECTION_SIZE = 64,
	SECTION_OFFSET = 24,
	SECTION_LENGTH = 32,
};

/* Little endian, `len` bytes; the caller has checked that they are there. */
static uint64_t number_at(struct span s, size_t at, size_t len)
{
	uint64_t v = 0;

	for (size_t i = len; i > 0; i--)
		v = v << 8 | (unsigned char)s.ptr[at + i - 1];
	return v;
}

static bool is_elf64(struct span file)
{
	return file.len >= HEAD_SIZE && span_starts(file, SPAN_LIT("\177ELF\2\1"));
}

static bool section_at(struct span file, uint64_t index, struct span *out)
{
	const uint64_t table = number_at(file, HEAD_SECTIONS, 8);
	const uint64_t size = number_at(file, HEAD_SECTION_SIZE, 2);
	const uint64_t count = number_at(file, HEAD_SECTION_COUNT, 2);

	if (size < SECTION_SIZE || index >= count || table > file.len ||
	    (file.len - table) / size < count)
		return false;
	*out = span_sub(file, (size_t)(table + index * size), SECTION_SIZE);
	return true;
}

static bool content_of(struct span file, struct span section, struct span *out)
{
	const uint64_t offset = number_at(section, SECTION_OFFSET, 8);
	const uint64_t length = number_at(section, SECTION_LENGTH, 8);

	if (offset > file.len || length > file.len - offset)
		return false;
	*out = span_sub(file, (size_t)offset, (size_t)length);
	return true;
}

static bool is_comment(struct span names, struct span section)
{
	const struct span name = span_from(names, (size_t)number_at(section, 0, 4));

	return span_starts(name, span_of(".comment", sizeof(".comment")));
}

static bool find_comment(struct span file, struct span *out)
{
	struct span section;
	struct span names;

	if (!section_at(file, number_at(file, HEAD_NAMES, 2), &section) ||
	    !content_of(file, section, &names))
		return false;
	for (uint64_t i = 0; section_at(file, i, &section); i++)
		if (is_comment(names, section))
			return content_of(file, section, out);
	return false;
}

bool gate_bench_toolchain(struct span file, struct buf *out)
{
	struct span comment;
	struct span piece;

	if (!is_elf64(file) || !find_comment(file, &comment))
		return false;
	buf_printf(out, "machine %u", (unsigned)number_at(file, HEAD_MACHINE, 2));
	while (span_split(&comment, '\0', &piece)) {
		if (piece.len == 0)
			continue;
		buf_puts(out, "; ");
		str_display_cut(out, piece, 100);
	}
	return buf_ok(out);
}

static bool read_one(const char *path, struct buf *out)
{
	struct buf file = BUF_INIT;
	bool found = path != NULL &&
	             os_read_file(path, PROGRAM_MAX, &file, NULL) == ERR_OK &&
	             gate_bench_toolchain(buf_span(&file), out);

	buf_fini(&file);
	return found;
}

const char *gate_bench_toolchain_differs(struct arena *a, const char *base,
                                         const char *head)
{
	struct buf of_base = BUF_INIT;
	struct buf of_head = BUF_INIT;
	const char *why = NULL;

	/* Scripts have none of it: the same interpreter runs both. */
	if (read_one(base, &of_base) != read_one(head, &of_head))
		why = "only one of base and head is a program that says who made it";
	else if (!str_eq(buf_str(&of_base), buf_str(&of_head)))
		why = arena_printf(a,
		                   "base and head were compiled differently: %s, and %s",
		                   buf_str(&of_base), buf_str(&of_head));
	buf_fini(&of_base);
	buf_fini(&of_head);
	return why;
}
