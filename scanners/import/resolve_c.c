// SPDX-License-Identifier: Apache-2.0
#include "judge_internal.h"

#include "base/str.h"

#include <stdint.h>

/*
 * What #include means depends on the include path, which only the build knows. Taken as
 * sure: the folder of the file, then each folder above it and the usual places for
 * headers below that, the nearest first; else the only file of the tree whose path ends
 * so, where more than a bare name is given.
 */

/* Files that may be meant, which are looked at for all includes together. */
enum { LOOKS_MAX = 4000000 };

struct resolver {
	struct import_judge *j;
	struct map known; /* folder, include: file, by address in nodes */
	size_t looks;
	bool cut; /* there were too many for the file in hand */
};

/* Bytes that the folder is above the file's, or SIZE_MAX. */
static size_t depth_above(struct span folder, struct span above)
{
	if (above.len == 0)
		return folder.len;
	if (!span_starts(folder, above) ||
	    (folder.len > above.len && folder.ptr[above.len] != '/'))
		return SIZE_MAX;
	return folder.len - above.len;
}

static bool strip(struct span *path, const char *last)
{
	struct span suffix = span_str(last);

	if (span_eq(*path, suffix)) {
		*path = SPAN_EMPTY;
		return true;
	}
	if (!span_ends(*path, suffix) || path->ptr[path->len - suffix.len - 1] != '/')
		return false;
	*path = span_sub(*path, 0, path->len - suffix.len - 1);
	return true;
}

/* How far the place is from the folder that includes: SIZE_MAX if it is none that a
 * compiler would be told of. */
static size_t distance(struct span folder, struct span place, bool angled, bool bare)
{
	static const char *const headers[] = { "src/include", "include", "inc" };
	size_t direct = angled && bare ? SIZE_MAX : depth_above(folder, place);
	struct span above = place;

	if (direct != SIZE_MAX)
		return direct;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (strip(&above, headers[i]))
			return depth_above(folder, above);
	if (!angled && strip(&above, "src"))
		return depth_above(folder, above);
	return SIZE_MAX;
}

/* The folder that the path lies in as `target`; false if it does not end so. */
static bool place_of(struct span path, struct span target, struct span *place)
{
	if (span_eq(path, target)) {
		*place = SPAN_EMPTY;
		return true;
	}
	if (!span_ends(path, target) || path.ptr[path.len - target.len - 1] != '/')
		return false;
	*place = span_sub(path, 0, path.len - target.len - 1);
	return true;
}

static size_t search(struct resolver *r, struct span folder, struct span target,
                     bool angled)
{
	const struct import_judge *j = r->j;
	bool bare = span_find_byte(target, '/') == target.len;
	size_t best = j->tree->count;
	size_t best_distance = SIZE_MAX;
	size_t count;
	size_t first = import_ending(j, target, &count);

	if (count > LOOKS_MAX - r->looks) {
		r->cut = true;
		return best;
	}
	r->looks += count;
	for (size_t i = 0; i < count; i++) {
		size_t file = j->index->by_name[first + i].file;
		struct span place;
		size_t far;

		if (!place_of(j->tree->files[file].path, target, &place))
			continue;
		far = distance(folder, place, angled, bare);
		if (far < best_distance || (far == best_distance && file < best)) {
			best = far == SIZE_MAX ? best : file;
			best_distance = far;
		}
	}
	if (best < j->tree->count || angled || bare || count != 1)
		return best;
	return j->index->by_name[first].file;
}

static bool is_relative(struct span target)
{
	return span_starts(target, SPAN_LIT("./")) ||
	       span_starts(target, SPAN_LIT("../"));
}

static size_t resolve(struct resolver *r, struct span folder, struct span target,
                      bool angled)
{
	struct import_judge *j = r->j;
	struct buf path = BUF_INIT;
	size_t found = j->tree->count;

	if (!angled) {
		if (import_join(&path, folder, target))
			found = import_find(j, buf_span(&path));
		j->failed = j->failed || !buf_ok(&path);
	}
	buf_fini(&path);
	if (found < j->tree->count || span_find(target, SPAN_LIT("..")) < target.len)
		return found;
	return search(r, folder, target, angled);
}

/* Files of one folder mean the same by the same words. */
static size_t resolve_cached(struct resolver *r, struct span folder,
                             const struct import_fact *f)
{
	struct import_judge *j = r->j;
	bool angled = (f->flags & SCAN_IMPORT_ANGLED) != 0;
	const void *value;
	size_t found;

	buf_clear(&j->path);
	buf_put(&j->path, folder);
	buf_putc(&j->path, angled ? '<' : '"');
	buf_put(&j->path, f->target);
	value = map_get(&r->known, buf_span(&j->path));
	if (value != NULL)
		return (size_t)((const size_t *)value - j->nodes);
	found = resolve(r, folder, f->target, angled);
	/* The address stands for the number; one beyond the last for none. */
	if (!buf_ok(&j->path) ||
	    (!r->cut && !map_set(&r->known, buf_span(&j->path), j->nodes + found)))
		j->failed = true;
	return found;
}

/* Only a path from the file's own folder is the project's for sure; it may still be made
 * by the build, so nothing of its name may be there, and its folder has to. */
static void check_missing(struct import_judge *j, size_t file, const struct scan_fact *at,
                          const struct import_fact *f)
{
	static const char *const suffixes[] = { "", ".in", NULL };
	struct buf path = BUF_INIT;

	if (is_relative(f->target) && f->flags == 0 &&
	    !span_ends(f->target, SPAN_LIT("config.h")) &&
	    !import_has_stem(j, import_stem(f->target)) &&
	    import_join(&path, import_folder(j->tree->files[file].path), f->target) &&
	    import_is_folder(j, import_folder(buf_span(&path))))
		import_missing(j, file, at, buf_span(&path), suffixes);
	j->failed = j->failed || !buf_ok(&path);
	buf_fini(&path);
}

static void resolve_file(struct resolver *r, size_t file)
{
	struct import_judge *j = r->j;
	const struct scan_seen *seen = &j->tree->files[file];
	struct span folder = import_folder(seen->path);

	r->cut = false;
	for (size_t i = 0; i < seen->count && import_goes_on(j); i++) {
		struct import_fact f = import_fact_of(&seen->facts[i]);
		size_t to;

		if (f.kind != SCAN_IMPORT_NEEDS || span_starts(f.target, SPAN_LIT("/")))
			continue;
		to = resolve_cached(r, folder, &f);
		if (to == j->tree->count)
			check_missing(j, file, &seen->facts[i], &f);
		else
			import_edge(j, import_file_node(j, file, seen->path),
			            import_file_node(j, to, j->tree->files[to].path),
			            file, &seen->facts[i], f.flags);
	}
	if (r->cut)
		import_skip(j, file,
		            "not fully scanned: too many files of the names that it "
		            "includes");
}

void import_resolve_c(struct import_judge *j)
{
	struct resolver r = { .j = j };

	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++)
		if (j->families[i] == SCAN_IMPORT_C)
			resolve_file(&r, i);
	map_fini(&r.known);
}
