// SPDX-License-Identifier: Apache-2.0
/*
 * A run in the words of others: SLSA's verification summary, in-toto's simple
 * verification result and its test results. Their fields are those of the published
 * specifications; nothing stands in them that assessment and decision do not say.
 */
#include "base/str.h"
#include "record/attest_internal.h"

/* Which rules judged, not which program: a new number where they change. */
#define VERIFIER "urn:seaworthy:gate:1"
#define POLICY_FILE "policy.json"

/* ---- shared ---- */

static void put_digest(struct json_writer *w, const char *sha256)
{
	json_put_key(w, "digest");
	json_open(w, '{');
	json_field_str(w, "sha256", sha256);
	json_close(w, '}');
}

/* A ResourceDescriptor of the policy, as its file in the run is. */
static void put_policy(struct json_writer *w, const struct gate_policy *p)
{
	struct buf uri = BUF_INIT;

	buf_printf(&uri, "urn:seaworthy:policy:sha256:%s", p->digest);
	json_open(w, '{');
	put_digest(w, p->digest);
	json_field_str(w, "name", POLICY_FILE);
	json_field_span(w, "uri", buf_span(&uri));
	json_close(w, '}');
	w->out->failed |= uri.failed;
	buf_fini(&uri);
}

static const char *level_of(const struct gate_assessment *a)
{
	switch (a->decision) {
	case GATE_GO:
		return "READINESS_GO";
	case GATE_CONDITIONAL_GO:
		return a->policy->attestations.conditional_passes
		               ? "READINESS_CONDITIONAL_GO"
		               : "FAILED";
	case GATE_NO_GO:
		break;
	}
	return "FAILED";
}

/* ---- verification summary ---- */

/* What is released: as the policy names it, else by what is known of it. */
static void put_resource(struct json_writer *w, const struct gate_recorded *r,
                         const struct gate_assessment *a)
{
	const char *named = a->policy->attestations.resource;
	struct buf uri = BUF_INIT;

	if (named != NULL)
		buf_puts(&uri, named);
	else if (a->subject->commit != NULL)
		buf_printf(&uri, "urn:seaworthy:commit:%s", a->subject->commit);
	else
		buf_printf(&uri, "urn:seaworthy:run:sha256:%s", r->run_sha256);
	json_field_span(w, "resourceUri", buf_span(&uri));
	w->out->failed |= uri.failed;
	buf_fini(&uri);
}

/* All that the decision was made of has to be listed, or nothing. */
static void put_inputs(struct json_writer *w, const char *assessment)
{
	json_put_key(w, "inputAttestations");
	json_open(w, '[');
	json_open(w, '{');
	put_digest(w, assessment);
	json_field_str(w, "name", GATE_ASSESSMENT);
	json_close(w, '}');
	json_close(w, ']');
}

static void put_verifier(struct json_writer *w, const struct gate_recorded *r)
{
	json_put_key(w, "verifier");
	json_open(w, '{');
	json_field_str(w, "id", VERIFIER);
	if (r->tool_version != NULL) {
		json_put_key(w, "version");
		json_open(w, '{');
		json_field_str(w, "seaworthy", r->tool_version);
		json_close(w, '}');
	}
	json_close(w, '}');
}

static void put_summary(struct buf *out, const struct gate_recorded *r,
                        const struct gate_assessment *a, const char *assessment)
{
	const char *level = level_of(a);
	struct json_writer w;

	attest_begin(&w, out);
	json_open(&w, '{');
	put_inputs(&w, assessment);
	json_put_key(&w, "policy");
	put_policy(&w, a->policy);
	put_resource(&w, r, a);
	attest_put_time(&w, "timeVerified", a->decided_ms);
	json_field_str(&w, "verificationResult",
	               str_eq(level, "FAILED") ? "FAILED" : "PASSED");
	json_put_key(&w, "verifiedLevels");
	json_open(&w, '[');
	json_put_str(&w, level);
	json_close(&w, ']');
	put_verifier(&w, r);
	json_close(&w, '}');
	attest_end(&w, GATE_SUMMARY_TYPE, r, a->subject, "run.json", r->run_sha256);
}

/* ---- simple verification result ---- */

/* Only what passed. What somebody merely said has another name. */
static void put_properties(struct json_writer *w, const struct gate_assessment *a)
{
	const char *level = level_of(a);
	struct buf name = BUF_INIT;

	json_put_key(w, "properties");
	json_open(w, '[');
	if (!str_eq(level, "FAILED")) {
		buf_printf(&name, "SEAWORTHY_%s", level);
		json_put_string(w, buf_span(&name));
	}
	for (size_t i = 0; i < a->policy->check_count; i++) {
		if (a->checks[i].state != GATE_PASS)
			continue;
		buf_clear(&name);
		buf_printf(&name, "SEAWORTHY_CHECK_%s:%s",
		           a->checks[i].attested ? "ATTESTED" : "PASSED",
		           a->policy->checks[i].id);
		json_put_string(w, buf_span(&name));
	}
	json_close(w, ']');
	w->out->failed |= name.failed;
	buf_fini(&name);
}

static void put_result(struct buf *out, const struct gate_recorded *r,
                       const struct gate_assessment *a)
{
	struct json_writer w;

	attest_begin(&w, out);
	json_open(&w, '{');
	put_properties(&w, a);
	attest_put_time(&w, "timeCreated", a->decided_ms);
	json_put_key(&w, "verifier");
	json_open(&w, '{');
	json_field_str(&w, "id", VERIFIER);
	json_put_key(&w, "policies");
	json_open(&w, '[');
	put_policy(&w, a->policy);
	json_close(&w, ']');
	json_close(&w, '}');
	json_close(&w, '}');
	attest_end(&w, GATE_RESULT_TYPE, r, a->subject, "run.json", r->run_sha256);
}

/* ---- test results ---- */

static uint64_t count_of(const struct json *suite, const char *key)
{
	uint64_t n = 0;

	return json_u64(json_get(suite, key), &n) ? n : 0;
}

/* NULL for a suite of which nothing is known. */
static const char *outcome_of(const struct json *suite)
{
	const char *state = json_string(json_get(suite, "state"));
	bool leaky = false;

	(void)json_bool(json_get(suite, "leaky"), &leaky); /* else false */
	if (str_eq(state, "fail"))
		return "FAILED";
	if (!str_eq(state, "pass"))
		return NULL;
	return leaky || count_of(suite, "flaky") > 0 || count_of(suite, "quarantined") > 0
	               ? "WARNED"
	               : "PASSED";
}

/* Names of tests, unless some of them were left out: a part would pass for all. */
static void put_names(struct json_writer *w, const char *key, const struct json *list,
                      uint64_t count)
{
	if (json_type(list) != JSON_ARRAY || json_count(list) != count)
		return;
	json_put_key(w, key);
	json_open(w, '[');
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
		json_put_str(w, json_string(json_get(v, "name")));
	json_close(w, ']');
}

static void put_suite(struct buf *out, const struct gate_recorded *r,
                      const struct gate_assessment *a, const struct json *suite)
{
	struct json_writer w;

	attest_begin(&w, out);
	json_open(&w, '{');
	json_put_key(&w, "configuration");
	json_open(&w, '[');
	json_open(&w, '{');
	json_put_key(&w, "annotations");
	json_open(&w, '{');
	json_field_str(&w, "command", json_string(json_get(suite, "command")));
	json_field_str(&w, "suite", json_string(json_get(suite, "id")));
	json_close(&w, '}');
	put_digest(&w, a->policy->digest);
	json_field_str(&w, "name", POLICY_FILE);
	json_close(&w, '}');
	json_close(&w, ']');
	put_names(&w, "failedTests", json_get(suite, "failures"),
	          count_of(suite, "failed"));
	json_field_str(&w, "result", outcome_of(suite));
	put_names(&w, "warnedTests", json_get(suite, "flaky_tests"),
	          count_of(suite, "flaky"));
	json_close(&w, '}');
	attest_end(&w, GATE_TESTS_TYPE, r, a->subject, "run.json", r->run_sha256);
}

static enum err_code attest_suites(struct gate_attested *out,
                                   const struct gate_recorded *r,
                                   const struct gate_assessment *a, struct err *err)
{
	struct json_doc *doc = NULL;
	struct buf text = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (r->suites.len > 0)
		rc = json_parse(&doc, buf_span(&r->suites), "suites.json", err);
	const struct json *v =
		rc == ERR_OK && doc != NULL ? json_first(json_root(doc)) : NULL;

	for (; rc == ERR_OK && v != NULL; v = json_next(v)) {
		if (outcome_of(v) == NULL)
			continue;
		buf_clear(&text);
		put_suite(&text, r, a, v);
		rc = attest_add(out, GATE_SAYS_TESTS, &text, err);
	}
	buf_fini(&text);
	json_free(doc);
	return rc;
}

enum err_code attest_for_others(struct gate_attested *out, const struct gate_recorded *r,
                                const struct gate_assessment *a, const char *assessment,
                                struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	put_summary(&text, r, a, assessment);
	rc = attest_add(out, GATE_SAYS_SUMMARY, &text, err);
	buf_clear(&text);
	if (rc == ERR_OK) {
		put_result(&text, r, a);
		rc = attest_add(out, GATE_SAYS_RESULT, &text, err);
	}
	if (rc == ERR_OK)
		rc = attest_suites(out, r, a, err);
	buf_fini(&text);
	return rc;
}
