// SPDX-License-Identifier: Apache-2.0
#include "cli/bundling.h"

#include "base/str.h"
#include "cli/judged.h"
#include "cli/output.h"
#include "os/fs.h"
#include "record/attest.h"
#include "record/bundle.h"

enum err_code bundling_keep(const struct judged *j, struct buf *html_path,
                            struct err *err)
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
		os_join(html_path, j->recorded.dir, kept[i].name);
		rc = rep_format_find(kept[i].format)->write(&j->card, &style, &text, err);
		if (rc == ERR_OK && !buf_ok(html_path))
			rc = err_nomem(err);
		if (rc == ERR_OK)
			rc = os_write_atomic(buf_str(html_path), buf_span(&text), 0644,
			                     err);
		buf_fini(&text);
	}
	return rc;
}

enum err_code bundling_attest(const struct judged *j, struct lb_signer *signer,
                              char assessment[DIGEST_HEX], struct err *err)
{
	struct gate_attested a = GATE_ATTESTED_INIT;
	enum err_code rc;

	assessment[0] = '\0';
	if (j->recorded.damages.count > 0)
		return ERR_OK;
	rc = gate_attest(&a, &j->recorded, j->assessment, err);
	if (rc == ERR_OK)
		rc = gate_attested_store(&a, j->recorded.dir, signer, err);
	if (rc == ERR_OK)
		rc = digest_hex(a.items[GATE_SAYS_ASSESSMENT].text, assessment, err);
	gate_attested_fini(&a);
	return rc;
}

enum err_code bundling_write(const struct output *out, const struct program_call *call,
                             const struct judged *j, struct err *err)
{
	struct buf bundle = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < out->count; i++) {
		const char *path = out->items[i].path;

		if (!str_eq(out->items[i].name, OUTPUT_BUNDLE) ||
		    j->recorded.damages.count > 0)
			continue;
		buf_clear(&bundle);
		rc = gate_bundle_write(&bundle, j->recorded.dir, err);
		if (rc == ERR_OK)
			rc = str_eq(path, "-")
			             ? program_print(buf_span(&bundle), err)
			             : output_file(path, buf_span(&bundle), err);
		if (rc == ERR_OK && !call->options->quiet && !str_eq(path, "-"))
			program_note("bundle: %s, for `seaworthy verify`", path);
	}
	buf_fini(&bundle);
	return rc;
}
