// SPDX-License-Identifier: Apache-2.0
#include "snapshot/select.h"

#include "base/str.h"
#include "base/when.h"

#include <stdlib.h>
#include <string.h>

enum { SHORT_DIGITS = 8, LISTED_MAX = 5 };

static struct span without_slash(struct span path)
{
	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

static bool has_path(const struct lb_snapshot *s, struct span path)
{
	for (size_t i = 0; i < s->path_count; i++) {
		if (span_eq(without_slash(s->paths[i]), without_slash(path)))
			return true;
	}
	return false;
}

/* All tags of a list "a,b". */
static bool has_tags(const struct lb_snapshot *s, struct span list)
{
	struct span tag;

	if (list.len == 0)
		return s->tag_count == 0;
	while (span_split(&list, ',', &tag)) {
		tag = span_trim(tag);
		if (tag.len > 0 && !lb_snapshot_has_tag(s, tag))
			return false;
	}
	return true;
}

bool lb_snapshot_matches(const struct lb_snapshot *s,
                         const struct lb_snapshot_filter *filter)
{
	bool any = filter->host_count == 0;

	for (size_t i = 0; i < filter->host_count; i++)
		any = any || span_eq(filter->hosts[i], s->host);
	if (!any)
		return false;
	any = filter->tag_count == 0;
	for (size_t i = 0; i < filter->tag_count; i++)
		any = any || has_tags(s, filter->tags[i]);
	if (!any)
		return false;
	for (size_t i = 0; i < filter->path_count; i++) {
		if (!has_path(s, filter->paths[i]))
			return false;
	}
	return (!filter->has_after || s->start_ns >= filter->after_ns) &&
	       (!filter->has_before || s->start_ns < filter->before_ns);
}

static int compare_refs(const void *a, const void *b)
{
	const struct lb_snapshot_ref *x = a;
	const struct lb_snapshot_ref *y = b;

	if (x->snapshot->start_ns != y->snapshot->start_ns)
		return x->snapshot->start_ns < y->snapshot->start_ns ? -1 : 1;
	return lb_id16_cmp(&x->id, &y->id);
}

size_t lb_select_filter(struct lb_snapshot_ref *refs, size_t count,
                        const struct lb_snapshot_filter *filter)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (filter == NULL || lb_snapshot_matches(refs[i].snapshot, filter))
			refs[kept++] = refs[i];
	}
	if (kept > 0)
		qsort(refs, kept, sizeof(*refs), compare_refs);
	return kept;
}

/* Digits of a prefix in lower case; 0 = it is none. */
static size_t read_digits(struct span text, char out[LB_ID16_HEX])
{
	if (text.len < LB_SELECT_DIGITS_MIN || text.len >= LB_ID16_HEX)
		return 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c >= 'A' && c <= 'F')
			c = (char)(c - 'A' + 'a');
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return 0;
		out[i] = c;
	}
	out[text.len] = '\0';
	return text.len;
}

static bool fits(const struct lb_id16 *id, const char *digits, size_t count)
{
	char hex[LB_ID16_HEX];

	lb_id16_hex(id, hex);
	return memcmp(hex, digits, count) == 0;
}

void lb_select_short(const struct lb_snapshot_ref *refs, size_t count, size_t index,
                     char out[LB_ID16_HEX])
{
	size_t digits = SHORT_DIGITS;

	lb_id16_hex(&refs[index].id, out);
	for (size_t i = 0; i < count; i++) {
		/* lists call this for each of many snapshots */
		if (i == index ||
		    memcmp(refs[i].id.b, refs[index].id.b, SHORT_DIGITS / 2) != 0)
			continue;
		while (digits < LB_ID16_HEX - 1 && fits(&refs[i].id, out, digits))
			digits++;
	}
	out[digits] = '\0';
}

/* "1a2b3c4d (2026-11-22T10:00:00Z, host)" for each that fits, up to a few. */
static void list_fits(const struct lb_snapshot_ref *refs, size_t count,
                      const char *digits, struct buf *out)
{
	size_t listed = 0;

	for (size_t i = 0; i < count; i++) {
		char when[WHEN_TEXT];
		char name[LB_ID16_HEX];

		if (!fits(&refs[i].id, digits, strlen(digits)))
			continue;
		if (listed++ == LISTED_MAX) {
			buf_puts(out, ", ..");
			break;
		}
		lb_select_short(refs, count, i, name);
		when_format(refs[i].snapshot->start_ns / 1000000, false, when);
		buf_printf(out, "%s%s (%s", listed > 1 ? ", " : "", name, when);
		if (refs[i].snapshot->host.len > 0)
			buf_puts(out, ", ");
		str_display_cut(out, refs[i].snapshot->host, 30);
		buf_putc(out, ')');
	}
}

static enum err_code ambiguous(const struct lb_snapshot_ref *refs, size_t count,
                               const char *digits, struct err *err)
{
	struct buf list = BUF_INIT;
	enum err_code rc;

	list_fits(refs, count, digits, &list);
	rc = buf_err(&list, err);
	if (rc == ERR_OK)
		rc = err_set(err, ERR_USAGE, "%s fits several snapshots: %s", digits,
		             buf_str(&list));
	buf_fini(&list);
	return rc;
}

static enum err_code select_id(const struct lb_snapshot_ref *refs, size_t count,
                               const char *digits, size_t *index, struct err *err)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		if (!fits(&refs[i].id, digits, strlen(digits)))
			continue;
		*index = i;
		found++;
	}
	if (found == 0)
		return err_set(err, ERR_NOT_FOUND, "no snapshot %s", digits);
	return found == 1 ? ERR_OK : ambiguous(refs, count, digits, err);
}

static enum err_code select_latest(const struct lb_snapshot_ref *refs, size_t count,
                                   const struct lb_snapshot_filter *filter, size_t *index,
                                   struct err *err)
{
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		const struct lb_snapshot *s = refs[i].snapshot;

		if (s->partial || (filter != NULL && !lb_snapshot_matches(s, filter)))
			continue;
		if (!found || compare_refs(&refs[i], &refs[*index]) > 0)
			*index = i;
		found = true;
	}
	if (!found)
		return err_set(err, ERR_NOT_FOUND, "latest: %s",
		               count == 0       ? "there are no snapshots"
		               : filter != NULL ? "no complete snapshot matches"
		                                : "no snapshot is complete");
	return ERR_OK;
}

enum err_code lb_select_one(const struct lb_snapshot_ref *refs, size_t count,
                            struct span text, const struct lb_snapshot_filter *filter,
                            size_t *index, struct err *err)
{
	struct buf shown = BUF_INIT;
	char digits[LB_ID16_HEX];
	enum err_code rc;

	if (span_eq_str(text, "latest"))
		return select_latest(refs, count, filter, index, err);
	if (read_digits(text, digits) > 0)
		return select_id(refs, count, digits, index, err);
	str_display_cut(&shown, text, 60);
	rc = err_set(err, ERR_USAGE,
	             "\"%s\" names no snapshot: give latest, or at least %d digits of "
	             "an id",
	             buf_str(&shown), LB_SELECT_DIGITS_MIN);
	buf_fini(&shown);
	return rc;
}

void lb_select_split(struct span text, struct span *id, struct span *path)
{
	const size_t colon = span_find_byte(text, ':');

	*id = span_sub(text, 0, colon);
	*path = span_from(text, colon == text.len ? text.len : colon + 1);
}
