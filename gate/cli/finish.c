// SPDX-License-Identifier: Apache-2.0
#include "cli/finish.h"

#include "cli/archiving.h"
#include "cli/output.h"
#include "os/fs.h"
#include "record/attest.h"

/* Every run keeps its scorecard beside its evidence. */
static enum err_code keep_reports(const char *dir, const struct rep_scorecard *card,
                                  struct buf *html_path, struct err *err)
{
	static const struct {
		const char *format;
		const char *name;
	} kept[] = { { "json", "scorecard.json" }, { "html", "scorecard.html" } };
	struct rep_style style = { .utf8 = true, .columns = 80 };
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < sizeof kept / sizeof *kept; i++) {
		struct buf text = BUF_INIT;

		buf_clear(html_path);
		os_join(html_path, dir, kept[i].name);
		rc = rep_format_find(kept[i].format)->write(card, &style, &text, err);
		if (rc == ERR_OK && !buf_ok(html_path))
			rc = err_nomem(err);
		if (rc == ERR_OK)
			rc = os_write_atomic(buf_str(html_path), buf_span(&text), 0644,
			                     err);
		buf_fini(&text);
	}
	return rc;
}

/* What is not what was recorded is vouched for by nobody. */
static enum err_code keep_statements(const char *dir, const struct judged *j,
                                     struct lb_signer *signer, struct err *err)
{
	struct gate_attested a = GATE_ATTESTED_INIT;
	enum err_code rc;

	if (j->recorded.damages.count > 0)
		return ERR_OK;
	rc = gate_attest(&a, &j->recorded, j->assessment, err);
	if (rc == ERR_OK)
		rc = gate_attested_store(&a, dir, signer, err);
	gate_attested_fini(&a);
	return rc;
}

int finish_run(const struct program_call *call, const struct output *out, const char *dir,
               struct lb_signer *signer)
{
	struct judged j = { .has_recorded = false };
	struct buf html = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc;
	int code;

	rc = archiving_announce(call, dir, &err);
	if (rc == ERR_OK)
		rc = judged_open(&j, dir, NULL, &err);
	if (rc == ERR_OK)
		rc = keep_reports(dir, &j.card, &html, &err);
	if (rc == ERR_OK)
		rc = keep_statements(dir, &j, signer, &err);
	if (rc == ERR_OK)
		rc = output_write(out, call, &j.card, &err);
	if (rc == ERR_OK && !call->options->quiet)
		program_note("HTML report: %s", buf_str(&html));
	code = rc == ERR_OK ? archiving_finish(call, &j, judged_exit(&j, call))
	                    : program_fail(call, &err);
	judged_close(&j);
	buf_fini(&html);
	return code;
}
