// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/bench.h"

#include "collect/bench/json.h"
#include "collect/rederive/rederive_internal.h"

/* Verdicts and intervals of a check on benchmarks, again from its samples. */

static enum err_code judge(struct rederiving *x, const struct gate_check *k,
                           const struct gate_record *r, struct span json, struct err *err)
{
	struct gate_bench_samples samples;
	struct gate_bench_findings findings = { 0 };
	struct gate_judgement j;
	struct err why = ERR_INIT;
	enum err_code rc;

	gate_bench_samples_init(&samples);
	gate_judgement_init(&j);
	rc = gate_bench_json_read(&samples, json, "bench.json", &why);
	if (rc == ERR_OK)
		rc = gate_bench_judge(&samples, &findings, &why);
	if (rc == ERR_OK) {
		x->out->benches++;
		gate_bench_judge_check(&j, k, &samples, &findings);
		rederive_agree(x, r, &j, "its stored samples");
	} else if (rc != ERR_NOMEM) {
		rederive_tell(x, k->id, "its stored samples cannot be read");
	}
	gate_judgement_fini(&j);
	gate_bench_samples_fini(&samples);
	return rc == ERR_NOMEM ? err_nomem(err) : ERR_OK;
}

enum err_code rederive_bench(struct rederiving *x, const struct gate_check *k,
                             const struct gate_record *r, struct err *err)
{
	const struct gate_artefact *a = rederive_find(r, "bench.json");
	struct buf json = BUF_INIT;
	enum err_code rc;

	if (a == NULL) {
		rederive_tell(x, k->id, "it says %s, and no samples of it are stored",
		              gate_state_name(r->state));
		return ERR_OK;
	}
	rc = rederive_load(x, a, &json, err);
	if (rc == ERR_OK)
		rc = judge(x, k, r, buf_span(&json), err);
	buf_fini(&json);
	return rc;
}
