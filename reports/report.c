// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "base/str.h"
#include "findings.h"
#include "writers.h"

/* The formats of findings, for the findings of a run. */
static enum err_code write_located(rep_findings_writer *writer,
                                   const struct rep_scorecard *s, struct buf *out,
                                   struct err *err)
{
	static const struct rep_findings none = { .version = "0.0.0" };

	enum err_code rc = rep_check_sums(s, err);

	return rc == ERR_OK ? writer(s->located != NULL ? s->located : &none, out, err)
	                    : rc;
}

static enum err_code write_github(const struct rep_scorecard *s,
                                  const struct rep_style *style, struct buf *out,
                                  struct err *err)
{
	(void)style;
	return write_located(rep_findings_github, s, out, err);
}

static enum err_code write_gitlab(const struct rep_scorecard *s,
                                  const struct rep_style *style, struct buf *out,
                                  struct err *err)
{
	(void)style;
	return write_located(rep_findings_gitlab, s, out, err);
}

static enum err_code write_sarif(const struct rep_scorecard *s,
                                 const struct rep_style *style, struct buf *out,
                                 struct err *err)
{
	(void)style;
	return write_located(rep_findings_sarif, s, out, err);
}

const struct rep_format rep_formats[] = {
	{ "github", ".txt", write_github, true },
	{ "gitlab", ".json", write_gitlab, true },
	{ "html", ".html", rep_write_html, false },
	{ "human", ".txt", rep_write_human, false },
	{ "json", ".json", rep_write_json, false },
	{ "markdown", ".md", rep_write_markdown, false },
	{ "sarif", ".sarif", write_sarif, true },
	{ NULL, NULL, NULL, false },
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
