// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/rederive/rederive_internal.h"

/* What is stored of a suite, and its cases. */

static void saw(struct rederive_bytes *b, uint64_t failed)
{
	b->seen = failed > b->seen ? failed : b->seen;
}

/* Of several parts one may name what was taken out of another. */
static enum err_code find_redactions(struct rederiving *x, const char *suite,
                                     struct span text, struct rederive_bytes *b,
                                     struct err *err)
{
	const char *what = "redactions.json";
	const struct gate_artefact *list = rederive_next_suite(x, suite, what, NULL);
	enum err_code rc = ERR_OK;

	b->redacted = b->lines = false;
	while (rc == ERR_OK && list != NULL) {
		bool any;
		bool lines;

		rc = rederive_redacted(x, list, text, &any, &lines, err);
		b->redacted |= any;
		b->lines |= lines;
		list = rederive_next_suite(x, suite, what, list);
	}
	return rc;
}

bool rederive_agrees(const struct rederive_told *t, const struct gate_cases *c)
{
	if (t->retried)
		return c->failed <= t->failed + t->quarantined;
	if (t->quarantined > 0)
		return c->skipped == t->skipped &&
		       c->passed + c->failed + c->flaky ==
		               t->passed + t->failed + t->flaky + t->quarantined;
	return c->skipped == t->skipped && c->passed == t->passed &&
	       c->failed == t->failed && c->flaky == t->flaky;
}

static enum err_code parse_anew(const struct gate_suite *s, struct span text, bool files,
                                struct gate_run *run, struct err *err)
{
	gate_cases_fini(&run->cases);
	gate_cases_init(&run->cases);
	return rederive_parse(s, text, files, run, err);
}

/* Of the places where standard output may end the one that bears out what is told. */
static enum err_code parse_output(struct rederive_suite *u, struct span text,
                                  struct err *err)
{
	struct span said = text;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc != ERR_NOMEM && rederive_said(text, i, &said); i++) {
		rc = parse_anew(&u->suite, said, false, &u->run, NULL);
		if (rc == ERR_OK && rederive_agrees(&u->told, &u->run.cases))
			return ERR_OK;
	}
	(void)!rederive_said(text, 0, &said);
	return parse_anew(&u->suite, said, false, &u->run, err);
}

static enum err_code parse_stored(struct rederiving *x, struct rederive_suite *u,
                                  const struct gate_artefact *a, bool files,
                                  struct rederive_bytes *b, struct err *err)
{
	struct buf bytes = BUF_INIT;
	struct span before;
	enum err_code rc = rederive_load(x, a, &bytes, err);
	const struct span text = buf_span(&bytes);

	if (rc == ERR_OK)
		rc = find_redactions(x, u->told.id, text, b, err);
	b->whole = rc == ERR_OK;
	if (b->whole && rederive_was_cut(text, files, b->redacted, &before)) {
		b->whole = false;
		saw(b, rederive_failures(&u->suite, before, files));
	} else if (b->whole) {
		rc = files ? parse_anew(&u->suite, text, true, &u->run, err)
		           : parse_output(u, text, err);
		if (b->redacted)
			saw(b, rederive_failures(&u->suite, text, files));
	}
	buf_fini(&bytes);
	return rc;
}

/* Parts that ran apart: what came of them together the bytes do not say. */
static enum err_code parse_parts(struct rederiving *x, struct rederive_suite *u,
                                 const char *what, bool files, struct rederive_bytes *b,
                                 struct err *err)
{
	const struct gate_artefact *a = rederive_next_suite(x, u->told.id, what, NULL);
	enum err_code rc = ERR_OK;

	while (rc != ERR_NOMEM && rc != ERR_IO && a != NULL) {
		rc = parse_stored(x, u, a, files, b, err);
		if (rc == ERR_OK && b->whole && !b->redacted)
			saw(b, u->run.cases.failed);
		a = rederive_next_suite(x, u->told.id, what, a);
	}
	b->whole = false;
	return rc;
}

enum err_code rederive_bytes(struct rederiving *x, struct rederive_suite *u,
                             struct rederive_bytes *b, struct err *err)
{
	bool other = false;
	const char *what = "results.txt";
	const struct gate_artefact *a = rederive_find_suite(x, u->told.id, what, &other);
	const bool files = a != NULL;

	*b = (struct rederive_bytes){ .whole = false };
	if (!files) {
		what = "output.txt";
		a = rederive_find_suite(x, u->told.id, what, &other);
	}
	if (a == NULL)
		return ERR_OK;
	return other ? parse_parts(x, u, what, files, b, err)
	             : parse_stored(x, u, a, files, b, err);
}
