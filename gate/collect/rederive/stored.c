// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/outcome.h"
#include "collect/rederive/rederive_internal.h"
#include "collect/results.h"

#define ARTEFACT_MAX (UINT64_C(1) << 30)
#define HEADER "==> "
#define HEADER_END " <==\n"
#define STDERR_HEADER "\n==> standard error <==\n"
#define LEFT_OUT " bytes left out"

/* ---- finding and reading ---- */

const struct gate_artefact *rederive_find(const struct gate_record *r, const char *name)
{
	for (size_t i = 0; i < r->artefact_count; i++)
		if (str_eq(r->artefacts[i].name, name))
			return &r->artefacts[i];
	return NULL;
}

const struct gate_artefact *rederive_find_suite(struct rederiving *x, const char *suite,
                                                const char *what, bool *other)
{
	const struct gate_evidence *e = &x->r->evidence;
	const struct gate_artefact *found = NULL;
	char *name = arena_printf(&x->arena, "suite-%s.%s", suite, what);

	for (char *p = name; p != NULL && *p != '\0'; p++)
		if (*p == ':' || *p == '/')
			*p = '-';
	for (size_t i = 0; name != NULL && i < e->record_count; i++)
		for (size_t k = 0; k < e->records[i].artefact_count; k++) {
			const struct gate_artefact *a = &e->records[i].artefacts[k];

			if (!str_eq(a->name, name))
				continue;
			*other |= found != NULL && !str_eq(a->sha256, found->sha256);
			found = a;
		}
	return found;
}

enum err_code rederive_load(struct rederiving *x, const struct gate_artefact *a,
                            struct buf *out, struct err *err)
{
	if (x->artefacts.fd < 0)
		return err_set(err, ERR_NOT_FOUND, "artefacts: there is no such folder");
	return os_dir_read(&x->artefacts, a->sha256, ARTEFACT_MAX, out, NULL, err);
}

/* ---- parsing ---- */

/* A file's name in a line like that of a header, and where its text starts. */
static bool take_line(struct span *rest, struct span *name)
{
	const size_t end = span_find_byte(*rest, '\n');
	const struct span line = span_sub(*rest, 0, end + 1);
	const struct span start = SPAN_LIT(HEADER);
	const struct span stop = SPAN_LIT(HEADER_END);

	if (end == rest->len || !span_starts(line, start) || !span_ends(line, stop) ||
	    line.len < start.len + stop.len)
		return false;
	*name = span_sub(line, start.len, line.len - start.len - stop.len);
	*rest = span_from(*rest, end + 1);
	return true;
}

static bool is_asked_for(const struct gate_suite *s, struct span name)
{
	for (size_t i = 0; i < s->results.count; i++)
		if (str_glob(s->results.items[i], name))
			return true;
	return false;
}

/* What a test prints may look like a header: those of files that the policy asks for are
 * told from it, where the first one is. */
static bool take_header(const struct gate_suite *s, bool strict, struct span *rest,
                        struct span *name)
{
	struct span probe = *rest;

	if (!take_line(&probe, name) || (strict && !is_asked_for(s, *name)))
		return false;
	*rest = probe;
	return true;
}

/* Up to the next header. */
static struct span take_text(const struct gate_suite *s, bool strict, struct span *rest)
{
	const struct span all = *rest;
	struct span at = all;

	while (at.len > 0) {
		struct span probe = at;
		struct span name;
		const size_t end = span_find_byte(at, '\n');

		if (take_header(s, strict, &probe, &name))
			break;
		at = span_from(at, end < at.len ? end + 1 : end);
	}
	*rest = at;
	return span_sub(all, 0, all.len - at.len);
}

static enum err_code parse_files(const struct gate_suite *s, struct span text,
                                 struct gate_cases *cases, struct err *err)
{
	struct span name = SPAN_EMPTY;
	struct span probe = text;
	const bool strict = take_line(&probe, &name) && is_asked_for(s, name);
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && text.len > 0 && take_header(s, strict, &text, &name)) {
		struct buf shown = BUF_INIT;

		str_display(&shown, name);
		rc = gate_results_parse(s, take_text(s, strict, &text), buf_str(&shown),
		                        cases, err);
		buf_fini(&shown);
	}
	if (rc == ERR_OK && text.len > 0)
		rc = err_set(err, ERR_CORRUPT, "no header says which file it is");
	return rc;
}

bool rederive_said(struct span *text)
{
	const struct span mark = SPAN_LIT(STDERR_HEADER);
	const size_t at = span_find(*text, mark);

	if (at == text->len)
		return true;
	if (span_find(span_from(*text, at + 1), mark) < text->len - at - 1)
		return false;
	*text = span_sub(*text, 0, at);
	return true;
}

bool rederive_was_cut(struct span text)
{
	struct span line;

	while (span_line(&text, &line))
		if (span_starts(line, SPAN_LIT(HEADER)) &&
		    span_find(line, SPAN_LIT(LEFT_OUT)) < line.len)
			return true;
	return false;
}

enum err_code rederive_parse(const struct gate_suite *s, struct span text, bool files,
                             struct gate_run *run, struct err *err)
{
	enum err_code rc =
		files ? parse_files(s, text, &run->cases, err)
		      : gate_results_parse(s, text, "output", &run->cases, err);

	if (rc == ERR_OK)
		rc = gate_cases_unique(&run->cases, err);
	if (rc == ERR_OK && s->test_timeout_ms > 0)
		gate_outcome_overlong(run, s->test_timeout_ms);
	return rc;
}
