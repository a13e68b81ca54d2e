// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "vcs_blame_internal.h"

#include <string.h>

/* Which lines of a text were there before. */

/*
 * git compares without the bytes that are the same at the end, in blocks, up to the next
 * end of a line. A change next to them may be seen one line off otherwise.
 */
enum { BLOCK = 1024 };

static void trim_end(struct span *x, struct span *y)
{
	size_t smaller = x->len < y->len ? x->len : y->len;
	size_t same = 0;
	size_t back = 0;

	while (same + BLOCK <= smaller &&
	       memcmp(x->ptr + x->len - same - BLOCK, y->ptr + y->len - same - BLOCK,
	              BLOCK) == 0)
		same += BLOCK;
	while (back < same)
		if (x->ptr[x->len - same + back++] == '\n')
			break;
	x->len -= same - back;
	y->len -= same - back;
}

/* A side without lines is given as the line in front of it. */
static uint64_t end_of(int start, int lines)
{
	return (uint64_t)start + (uint64_t)(lines > 0 ? lines : 1);
}

static int on_hunk(const git_diff_delta *delta, const git_diff_hunk *h, void *context)
{
	struct blame *b = context;
	struct blame_hunk *to;

	(void)delta;
	if (!mem_grow(&b->hunks, b->hunk_count, &b->hunk_cap, sizeof(*to))) {
		b->nomem = true;
		return -1;
	}
	to = &b->hunks[b->hunk_count++];
	to->new_to = end_of(h->new_start, h->new_lines);
	to->new_from = to->new_to - (uint64_t)h->new_lines;
	to->old_to = end_of(h->old_start, h->old_lines);
	return 0;
}

bool blame_diff(struct blame *b, struct span before, struct span after)
{
	git_diff_options options;

	b->hunk_count = 0;
	if (git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) != 0)
		return false;
	options.flags = GIT_DIFF_FORCE_TEXT | GIT_DIFF_INDENT_HEURISTIC;
	options.context_lines = 0;
	trim_end(&before, &after);
	return git_diff_buffers(before.ptr, before.len, NULL, after.ptr, after.len, NULL,
	                        &options, NULL, NULL, on_hunk, NULL, b) == 0;
}

size_t blame_split(const struct blame *b, struct blame_line *lines, size_t count)
{
	size_t hunk = 0;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct blame_line line = lines[i];
		uint64_t n = line.number;

		while (hunk < b->hunk_count && b->hunks[hunk].new_to <= n)
			hunk++;
		if (hunk < b->hunk_count && n >= b->hunks[hunk].new_from)
			continue;
		if (hunk > 0)
			n = n - b->hunks[hunk - 1].new_to + b->hunks[hunk - 1].old_to;
		/* What stays goes behind: the two change places. */
		memmove(lines + kept + 1, lines + kept, (i - kept) * sizeof(*lines));
		lines[kept] = line;
		lines[kept++].number = (uint32_t)n;
	}
	return kept;
}

bool blame_split_blobs(struct blame *b, const git_oid *before, const git_oid *after,
                       struct blame_line *lines, size_t count, size_t *kept)
{
	git_blob *x = NULL;
	git_blob *y = NULL;
	bool done = git_blob_lookup(&x, b->repo, before) == 0 &&
	            git_blob_lookup(&y, b->repo, after) == 0;

	if (done)
		done = (uint64_t)git_blob_rawsize(x) <= b->out->max_file &&
		       (uint64_t)git_blob_rawsize(y) <= b->out->max_file;
	if (done)
		done = blame_diff(
			b, span_of(git_blob_rawcontent(x), (size_t)git_blob_rawsize(x)),
			span_of(git_blob_rawcontent(y), (size_t)git_blob_rawsize(y)));
	*kept = done ? blame_split(b, lines, count) : 0;
	git_blob_free(x);
	git_blob_free(y);
	return done;
}
