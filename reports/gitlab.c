// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "findings.h"
#include "lib/json.h"

/* GitLab Code Quality: an array, one entry a finding; GitLab drops entries whose
 * fingerprint is there already, and ours are unique. */

static const char *severity_of(const char *severity)
{
	if (str_eq(severity, "error"))
		return "critical";
	return str_eq(severity, "warning") ? "major" : "info";
}

static void put_finding(struct json_writer *w, const struct rep_located *f)
{
	struct buf message = BUF_INIT;

	rep_put_message(&message, f);
	json_open(w, '{');
	json_field_span(w, "description", buf_span(&message));
	json_field_str(w, "check_name", f->rule);
	json_field_str(w, "fingerprint", f->fingerprint);
	json_field_str(w, "severity", severity_of(f->severity));
	json_put_key(w, "location");
	json_open(w, '{');
	json_field_span(w, "path", f->path);
	json_put_key(w, "lines");
	json_open(w, '{');
	json_field_u64(w, "begin", f->line);
	json_field_u64(w, "end", f->end_line);
	json_close(w, '}');
	json_close(w, '}');
	json_close(w, '}');
	w->out->failed = w->out->failed || !buf_ok(&message);
	buf_fini(&message);
}

enum err_code rep_findings_gitlab(const struct rep_findings *f, struct buf *out,
                                  struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '[');
	for (size_t i = 0; i < f->count; i++)
		if (!rep_is_known(&f->items[i]))
			put_finding(&w, &f->items[i]);
	json_close(&w, ']');
	buf_putc(out, '\n');
	return buf_err(out, err);
}
