// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/rederive/rederive_internal.h"

/*
 * Checks on scans, again from what was looked at (scan.json) and from the findings: of
 * the whole tree those of findings.jsonl, which the check's own file has to repeat; of
 * new code the check's own. A check without findings has no file, so the findings of the
 * run also tell that one was taken away.
 */

struct reading {
	struct rederiving *x;
	const struct gate_check *check;
	struct scan_result result;
	struct buf own; /* <id>.findings.jsonl; empty: there is none */
};

static size_t count_lines(struct span text)
{
	struct span line;
	size_t n = 0;

	while (span_line(&text, &line))
		n++;
	return n;
}

static enum err_code parse_lines(struct rederiving *x, struct span text, const char *file,
                                 struct err *err)
{
	const size_t most = count_lines(text);

	x->finding_count = 0;
	x->findings = arena_array(&x->arena, most + 1, sizeof(*x->findings));
	x->lines = arena_array(&x->arena, most + 1, sizeof(*x->lines));
	if (x->findings == NULL || x->lines == NULL)
		return err_nomem(err);
	for (size_t i = 0; span_line(&text, &x->lines[i]); i++) {
		if (!rederive_finding_read(x, x->lines[i], &x->findings[i])) {
			gate_damage_add(x->damages, file, "a line in it is no finding");
			return ERR_OK;
		}
		x->finding_count++;
	}
	return ERR_OK;
}

/* Of the run all findings, once; of new code the check's own. */
static enum err_code parse_findings(struct reading *in, struct err *err)
{
	struct rederiving *x = in->x;
	enum err_code rc = ERR_OK;

	if (in->check->scan_new_code) {
		x->has_findings = false;
		return parse_lines(x, buf_span(&in->own), "artefacts", err);
	}
	if (!x->has_findings)
		rc = parse_lines(x, buf_span(&x->r->findings), "findings.jsonl", err);
	x->has_findings = true;
	return rc;
}

/* Are the check's own lines those of the run that count for it, in their order? */
static bool repeats_findings(const struct reading *in)
{
	const struct rederiving *x = in->x;
	struct span own = buf_span(&in->own);
	struct span line;

	for (size_t i = 0; i < x->finding_count; i++)
		if (gate_judge_counts(in->check, &x->findings[i]) &&
		    !(span_line(&own, &line) && span_eq(line, x->lines[i])))
			return false;
	return own.len == 0;
}

static enum err_code load_own(struct reading *in, const struct gate_record *r,
                              struct err *err)
{
	const char *name =
		arena_printf(&in->x->arena, "%s.findings.jsonl", in->check->id);
	const struct gate_artefact *a = name != NULL ? rederive_find(r, name) : NULL;

	return a != NULL ? rederive_load(in->x, a, &in->own, err) : ERR_OK;
}

static enum err_code read_findings(struct reading *in, const struct gate_record *r,
                                   struct err *err)
{
	enum err_code rc = load_own(in, r, err);

	if (rc == ERR_OK)
		rc = parse_findings(in, err);
	if (rc != ERR_OK)
		return rc;
	in->result.findings = in->x->findings;
	in->result.count = in->x->finding_count;
	if (!in->check->scan_new_code && !repeats_findings(in))
		rederive_tell(in->x, in->check->id,
		              "its stored findings are others than findings.jsonl has");
	return rc;
}

static enum err_code read_scan(struct reading *in, const struct gate_record *r, bool *ok,
                               struct err *err)
{
	const struct gate_artefact *a = rederive_find(
		r, in->check->scan_new_code ? "scan-new.json" : "scan.json");
	struct buf json = BUF_INIT;
	enum err_code rc = ERR_OK;

	*ok = a != NULL;
	if (a != NULL)
		rc = rederive_load(in->x, a, &json, err);
	if (rc == ERR_OK && *ok)
		*ok = rederive_scan_read(in->x, buf_span(&json), &in->result);
	if (rc == ERR_OK && !*ok)
		rederive_tell(in->x, in->check->id, "it says %s, and %s",
		              gate_state_name(r->state),
		              a == NULL ? "nothing is stored of a scan"
		                        : "its stored scan cannot be read");
	buf_fini(&json);
	return rc;
}

enum err_code rederive_scan(struct rederiving *x, const struct gate_check *k,
                            const struct gate_record *r, struct err *err)
{
	struct reading in = { .x = x, .check = k, .own = BUF_INIT };
	struct gate_judgement j;
	bool ok;
	enum err_code rc = read_scan(&in, r, &ok, err);

	gate_judgement_init(&j);
	if (rc == ERR_OK && ok)
		rc = read_findings(&in, r, err);
	if (rc == ERR_OK && ok && !rederive_is_told(x, k->id)) {
		gate_judge_scan(&j, k, &in.result);
		rederive_agree(x, r, &j, "its stored scan");
	}
	gate_judgement_fini(&j);
	buf_fini(&in.own);
	return rc;
}
