// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "base/str.h"
#include "writers.h"

const struct rep_format rep_formats[] = {
	{ "html", ".html", rep_write_html },
	{ "human", ".txt", rep_write_human },
	{ "json", ".json", rep_write_json },
	{ "markdown", ".md", rep_write_markdown },
	{ NULL, NULL, NULL },
};

const struct rep_format *rep_format_find(const char *name)
{
	for (const struct rep_format *f = rep_formats; f->name != NULL; f++)
		if (str_eq(f->name, name))
			return f;
	return NULL;
}

enum err_code rep_check_sums(const struct rep_scorecard *s, struct err *err)
{
	if (rep_sums_agree(s))
		return ERR_OK;
	return err_set(err, ERR_CORRUPT,
	               "the scorecard's table does not add up to its score; "
	               "nothing was written, because a wrong sum misleads");
}
