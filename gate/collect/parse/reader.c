// SPDX-License-Identifier: Apache-2.0
#include "collect/parse/reader.h"

#include "base/mem.h"
#include "collect/parse/stream.h"

struct gate_reader {
	const struct gate_suite *suite;
	const char *name;
	struct gate_cases *cases;
	const struct gate_stream *stream; /* NULL: not known yet, or read whole */
	void *state;
	bool known;
	struct buf text; /* its beginning, or all of it */
};

enum err_code gate_reader_new(struct gate_reader **out, const struct gate_suite *s,
                              const char *name, struct gate_cases *c, struct err *err)
{
	struct gate_reader *r = mem_new(sizeof(*r));

	if (r == NULL)
		return err_nomem(err);
	*r = (struct gate_reader){ .suite = s, .name = name, .cases = c };
	*out = r;
	return ERR_OK;
}

void gate_reader_free(struct gate_reader *r)
{
	if (r == NULL)
		return;
	if (r->state != NULL)
		r->stream->fini(r->state);
	mem_free(r->state);
	buf_fini(&r->text);
	mem_free(r);
}

/* By what the text begins with. */
static enum err_code choose(struct gate_reader *r, struct err *err)
{
	enum err_code rc;

	r->known = true;
	r->stream = gate_stream_of(r->suite->format, buf_span(&r->text));
	if (r->stream == NULL)
		return ERR_OK;
	r->state = mem_new(r->stream->state_size);
	if (r->state == NULL)
		return err_nomem(err);
	rc = r->stream->begin(r->state, r->cases, r->name, err);
	if (rc == ERR_OK)
		rc = r->stream->feed(r->state, buf_span(&r->text), err);
	buf_fini(&r->text);
	return rc;
}

static enum err_code hold(struct gate_reader *r, struct span piece, struct err *err)
{
	if (piece.len > GATE_WHOLE_MAX - r->text.len)
		return err_set(err, ERR_LIMIT,
		               "%s: larger than 256 MiB, the most that is read of format "
		               "%s; split it, or have JUnit XML written, which may be "
		               "larger",
		               r->name, gate_format_name(r->suite->format));
	buf_put(&r->text, piece);
	return buf_err(&r->text, err);
}

enum err_code gate_reader_feed(struct gate_reader *r, struct span piece, struct err *err)
{
	enum err_code rc;

	if (r->stream != NULL)
		return r->stream->feed(r->state, piece, err);
	rc = hold(r, piece, err);
	if (rc == ERR_OK && !r->known && r->text.len >= GATE_STREAM_HEAD)
		rc = choose(r, err);
	return rc;
}

enum err_code gate_reader_text(const struct gate_suite *s, struct span text,
                               const char *name, struct gate_cases *c, struct err *err)
{
	gate_parse *parse = gate_parse_of(s->format);

	if (s->format == GATE_FORMAT_REGEX)
		return gate_parse_regex(s->regex, text, c, err);
	if (parse == NULL)
		return err_set(err, ERR_UNSUPPORTED,
		               "%s: format %s has no results to read", name,
		               gate_format_name(s->format));
	return parse(text, name, c, err);
}

enum err_code gate_reader_end(struct gate_reader *r, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (!r->known)
		rc = choose(r, err);
	if (r->state != NULL) {
		enum err_code ended = r->stream->end(r->state, rc == ERR_OK ? err : NULL);

		rc = rc == ERR_OK ? ended : rc;
	} else if (rc == ERR_OK) {
		rc = gate_reader_text(r->suite, buf_span(&r->text), r->name, r->cases,
		                      err);
	}
	return rc == ERR_OK ? gate_cases_err(r->cases, r->name, err) : rc;
}
