// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "base/str.h"
#include "findings.h"
#include "reports/csv.h"
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

static enum err_code write_csv(const struct rep_scorecard *s,
                               const struct rep_style *style, struct buf *out,
                               struct err *err)
{
	(void)style;
	return rep_csv_checks(s, out, err);
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
	{ "badge", ".svg", rep_write_badge, false },
	{ "csv", ".csv", write_csv, true },
	{ "github", ".txt", rep_write_github, false },
	{ "gitlab", ".json", write_gitlab, true },
	{ "html", ".html", rep_write_html, false },
	{ "human", ".txt", rep_write_human, false },
	{ "json", ".json", rep_write_json, false },
	{ "jsonl", ".jsonl", rep_write_jsonl, false },
	{ "junit", ".xml", rep_write_junit, false },
	{ "markdown", ".md", rep_write_markdown, false },
	{ "openmetrics", ".txt", rep_write_openmetrics, false },
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
