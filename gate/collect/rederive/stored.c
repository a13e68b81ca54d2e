// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "collect/outcome.h"
#include "collect/parse/stream.h"
#include "collect/rederive/rederive_internal.h"
#include "collect/results.h"

#include <string.h>

#define ARTEFACT_MAX (UINT64_C(1) << 30)
#define HEADER "==> "
#define WORK_MAX (UINT64_C(1) << 30) /* bytes parsed to find where files end */
#define HEADER_END " <==\n"
#define STDERR_HEADER "\n==> standard error <==\n"

enum { SAID_MAX = 64, SHA256_HEX_LEN = 64 };

/* ---- finding and reading ---- */

const struct gate_artefact *rederive_find(const struct gate_record *r, const char *name)
{
	for (size_t i = 0; i < r->artefact_count; i++)
		if (str_eq(r->artefacts[i].name, name))
			return &r->artefacts[i];
	return NULL;
}

const struct gate_artefact *rederive_next_suite(struct rederiving *x, const char *suite,
                                                const char *what,
                                                const struct gate_artefact *after)
{
	const struct gate_evidence *e = &x->r->evidence;
	char *name = arena_printf(&x->arena, "suite-%s.%s", suite, what);

	for (char *p = name; p != NULL && *p != '\0'; p++)
		if (*p == ':' || *p == '/')
			*p = '-';
	for (size_t i = 0; name != NULL && i < e->record_count; i++)
		for (size_t k = 0; k < e->records[i].artefact_count; k++) {
			const struct gate_artefact *a = &e->records[i].artefacts[k];

			if (after == NULL && str_eq(a->name, name))
				return a;
			if (a == after)
				after = NULL;
		}
	return NULL;
}

const struct gate_artefact *rederive_find_suite(struct rederiving *x, const char *suite,
                                                const char *what, bool *other)
{
	const struct gate_artefact *found = rederive_next_suite(x, suite, what, NULL);
	const struct gate_artefact *a = found;

	while (a != NULL) {
		*other |= !str_eq(a->sha256, found->sha256);
		a = rederive_next_suite(x, suite, what, a);
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

enum err_code rederive_by(struct rederiving *x, const struct gate_check *k,
                          const struct gate_record *r, const struct gate_artefact *a,
                          const char *what, rederive_judge *judge, struct err *err)
{
	struct buf bytes = BUF_INIT;
	enum err_code rc;

	if (a == NULL) {
		rederive_tell(x, k->id, "it says %s, and no %s stored",
		              gate_state_name(r->state), what);
		return ERR_OK;
	}
	rc = rederive_load(x, a, &bytes, err);
	if (rc == ERR_OK)
		rc = judge(x, k, r, buf_span(&bytes), err);
	buf_fini(&bytes);
	return rc;
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

/* A header has the path from the suite's folder, a glob may have more of it, or begin
 * with the scratch folder, of which the path may have any part. */
static bool means(const char *glob, struct span name)
{
	const struct span scratch = SPAN_LIT(GATE_SCRATCH "/");
	const char *rest = glob;

	if (span_starts(span_str(glob), scratch)) {
		rest += scratch.len;
		while (name.len > 0 && !str_glob(rest, name))
			name = span_from(name, span_find_byte(name, '/') + 1);
		return name.len > 0;
	}
	while (rest != NULL && !str_glob(rest, name)) {
		rest = glob[0] == '/' ? strchr(rest + (rest[0] == '/'), '/') : NULL;
		rest = rest != NULL ? rest + 1 : NULL;
	}
	return rest != NULL;
}

static bool is_asked_for(const struct gate_suite *s, struct span name)
{
	for (size_t i = 0; i < s->results.count; i++)
		if (means(s->results.items[i], name))
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

/* Can it be read as one file? */
static bool is_a_file(const struct gate_suite *s, struct span text, uint64_t *work)
{
	struct gate_cases cases;
	bool yes;

	*work += text.len;
	gate_cases_init(&cases);
	yes = gate_results_parse(s, text, "", &cases, NULL) == ERR_OK;
	gate_cases_fini(&cases);
	return yes;
}

/* Up to the first header before which a file can end: others stand within it. */
static struct span take_file(const struct gate_suite *s, bool strict, struct span *rest,
                             uint64_t *work)
{
	const struct span all = *rest;
	struct span file = take_text(s, strict, rest);
	struct span name;

	while (rest->len > 0 && *work < WORK_MAX && !is_a_file(s, file, work) &&
	       take_line(rest, &name)) {
		(void)take_text(s, strict, rest);
		file = span_sub(all, 0, all.len - rest->len);
	}
	return file;
}

static enum err_code parse_files(const struct gate_suite *s, struct span text,
                                 bool careful, struct gate_cases *cases, struct err *err)
{
	struct span name = SPAN_EMPTY;
	struct span probe = text;
	const bool strict = take_line(&probe, &name) && is_asked_for(s, name);
	uint64_t work = careful ? 0 : WORK_MAX;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && text.len > 0 && take_header(s, strict, &text, &name)) {
		struct buf shown = BUF_INIT;

		str_display(&shown, name);
		rc = gate_results_parse(s, take_file(s, strict, &text, &work),
		                        buf_str(&shown), cases, err);
		buf_fini(&shown);
	}
	if (rc == ERR_OK && text.len > 0)
		rc = err_set(err, ERR_CORRUPT, "no header says which file it is");
	return rc;
}

/* Files may have in them what looks like a header of one: where they cannot be read as
 * the headers part them, it is looked where they can end. */
static enum err_code parse_all(const struct gate_suite *s, struct span text,
                               struct gate_cases *cases, struct err *err)
{
	enum err_code rc = parse_files(s, text, false, cases, NULL);

	if (rc == ERR_OK || rc == ERR_NOMEM)
		return rc == ERR_OK ? rc : err_nomem(err);
	gate_cases_fini(cases);
	gate_cases_init(cases);
	return parse_files(s, text, true, cases, err);
}

bool rederive_said(struct span text, size_t which, struct span *out)
{
	const struct span mark = SPAN_LIT(STDERR_HEADER);
	size_t at = 0;

	for (size_t i = 0; i <= which; i++) {
		const size_t from = i == 0 ? 0 : at + 1;

		if (from > text.len || i == SAID_MAX)
			return false;
		at = from + span_find(span_from(text, from), mark);
	}
	*out = span_sub(text, 0, at);
	return true;
}

/* ---- what was cut ---- */

/* Takes a number as it is printed, none of which is 0. */
static bool take_number(struct span *rest, uint64_t *n)
{
	size_t len = 0;

	while (len < rest->len && rest->ptr[len] >= '0' && rest->ptr[len] <= '9')
		len++;
	if (len == 0 || rest->ptr[0] == '0' ||
	    !num_u64(span_sub(*rest, 0, len), 1, UINT64_MAX, n))
		return false;
	*rest = span_from(*rest, len);
	return true;
}

static bool take_words(struct span *rest, const char *words)
{
	const struct span w = span_str(words);

	if (!span_starts(*rest, w))
		return false;
	*rest = span_from(*rest, w.len);
	return true;
}

/* As results.c ends a file of which it keeps the beginning. */
static bool is_end_of_file(struct span rest)
{
	uint64_t gone;
	uint64_t all;
	size_t hex = 0;

	if (!take_words(&rest, "\n" HEADER) || !take_number(&rest, &gone) ||
	    !take_words(&rest, " of ") || !take_number(&rest, &all) || gone > all ||
	    !take_words(&rest, " bytes left out; SHA-256 of all: "))
		return false;
	while (hex < rest.len && hex < SHA256_HEX_LEN &&
	       memchr("0123456789abcdef", rest.ptr[hex], 16) != NULL)
		hex++;
	rest = span_from(rest, hex);
	return hex == SHA256_HEX_LEN && take_words(&rest, HEADER_END);
}

static bool file_was_cut(struct span text, bool redacted, struct span *before)
{
	size_t at = redacted ? 0 : (size_t)GATE_RESULTS_KEPT_MAX;

	while (at < text.len) {
		at += span_find(span_from(text, at), SPAN_LIT("\n" HEADER));
		if (at < text.len && is_end_of_file(span_from(text, at))) {
			*before = span_sub(text, 0, at);
			return true;
		}
		at++;
	}
	return false;
}

/* In its very middle, as collect_units.c writes it. */
static bool output_was_cut(struct span text, bool redacted, struct span *before)
{
	enum { MARK_MAX = 64 };
	size_t at = text.len > MARK_MAX ? (text.len - MARK_MAX) / 2 : 0;

	for (; at <= text.len / 2; at++) {
		struct span rest = span_from(text, at);
		uint64_t gone;

		if (!take_words(&rest, "\n" HEADER) || !take_number(&rest, &gone) ||
		    !take_words(&rest, " bytes left out" HEADER_END) ||
		    (at + rest.len) / 2 != at ||
		    (!redacted && at + rest.len != GATE_OUTPUT_KEPT_MAX))
			continue;
		*before = span_sub(text, 0, at);
		return true;
	}
	return false;
}

bool rederive_was_cut(struct span text, bool files, bool redacted, struct span *before)
{
	return files ? file_was_cut(text, redacted, before)
	             : output_was_cut(text, redacted, before);
}

/* Without its end: what is not there would be told as failed. */
static void feed(const struct gate_suite *s, struct span text, struct gate_cases *cases)
{
	const struct gate_stream *stream = gate_stream_of(s->format, text);
	void *state;

	if (stream == NULL) {
		if (s->format == GATE_FORMAT_REGEX)
			(void)!gate_results_parse(s, text, "", cases, NULL);
		return;
	}
	state = mem_new(stream->state_size);
	if (state == NULL)
		return;
	if (stream->begin(state, cases, "", NULL) == ERR_OK)
		(void)!stream->feed(state, text, NULL);
	stream->fini(state);
	mem_free(state);
}

/* The line in which it ends may say less than it did. */
static struct span whole_lines(struct span text)
{
	while (text.len > 0 && text.ptr[text.len - 1] != '\n')
		text.len--;
	return text;
}

uint64_t rederive_failures(const struct gate_suite *s, struct span text, bool files)
{
	struct gate_cases cases;
	struct span name;
	uint64_t failed;

	gate_cases_init(&cases);
	text = whole_lines(text);
	if (!files && rederive_said(text, 0, &text))
		feed(s, text, &cases);
	while (files && text.len > 0 && take_header(s, false, &text, &name))
		feed(s, take_text(s, false, &text), &cases);
	failed = cases.failed;
	/* That the last was a suite, and no test, may stand behind the end. */
	if (s->format == GATE_FORMAT_NODE && failed > 0)
		failed--;
	gate_cases_fini(&cases);
	return failed;
}

/* ---- all of it ---- */

enum err_code rederive_parse(const struct gate_suite *s, struct span text, bool files,
                             struct gate_run *run, struct err *err)
{
	enum err_code rc =
		files ? parse_all(s, text, &run->cases, err)
		      : gate_results_parse(s, text, "output", &run->cases, err);

	if (rc == ERR_OK)
		rc = gate_cases_unique(&run->cases, err);
	if (rc == ERR_OK && s->test_timeout_ms > 0)
		gate_outcome_overlong(run, s->test_timeout_ms);
	return rc;
}
