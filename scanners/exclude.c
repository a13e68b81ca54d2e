// SPDX-License-Identifier: Apache-2.0
#include "exclude.h"

#include "base/buf.h"
#include "base/str.h"

/* A line of an ignore file may be a comment or empty; whoever types a pattern means one.
 */
static enum err_code add(struct buf *text, const char *glob, struct err *err)
{
	struct span rest = span_str(glob);
	struct buf shown = BUF_INIT;
	bool odd = span_find_byte(rest, '\n') < rest.len;

	if (span_starts(rest, SPAN_LIT("!")))
		rest = span_from(rest, 1);
	while (rest.len > 0 && (rest.ptr[0] == '/' || rest.ptr[0] == ' '))
		rest = span_from(rest, 1);
	if (!odd && rest.len > 0) {
		if (glob[0] == '#')
			buf_putc(text, '\\');
		buf_puts(text, glob);
		buf_putc(text, '\n');
		return buf_err(text, err);
	}
	str_display_cut(&shown, span_str(glob), 60);
	(void)err_set(err, ERR_USAGE, "--exclude '%s': is no pattern as of a .gitignore",
	              buf_str(&shown));
	buf_fini(&shown);
	return ERR_USAGE;
}

enum err_code scan_exclude_parse(struct scan_ignore **out, const char *const *globs,
                                 size_t count, size_t folder, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = ERR_OK;

	*out = NULL;
	for (size_t i = 0; rc == ERR_OK && i < count; i++)
		rc = add(&text, globs[i], err);
	if (rc == ERR_OK && count > 0)
		rc = scan_ignore_parse(out, NULL, buf_span(&text), folder, err);
	if (rc == ERR_LIMIT)
		rc = err_wrap(err, ERR_USAGE, "--exclude");
	buf_fini(&text);
	return rc;
}

bool scan_exclude_file(const struct scan_ignore *set, struct span path, size_t folder)
{
	for (size_t at = folder; set != NULL && at < path.len; at++)
		if (path.ptr[at] == '/' &&
		    scan_ignore_match(set, span_sub(path, 0, at), true))
			return true;
	return set != NULL && path.len > folder && scan_ignore_match(set, path, false);
}
