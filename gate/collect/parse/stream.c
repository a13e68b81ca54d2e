// SPDX-License-Identifier: Apache-2.0
#include "collect/parse/stream.h"

#include "base/mem.h"

/* ---- which ---- */

static bool holds_testsuite(struct span head)
{
	enum { ROOT_WITHIN = 4096 };
	struct span s = span_sub(head, 0, ROOT_WITHIN);

	return span_find(s, SPAN_LIT("<testsuite")) < s.len;
}

static const struct gate_stream *of_text(enum gate_format format, struct span head)
{
	switch (format) {
	case GATE_FORMAT_TAP:
		return &gate_stream_tap;
	case GATE_FORMAT_GOTEST:
		return &gate_stream_gotest;
	case GATE_FORMAT_CTEST:
		return &gate_stream_ctest;
	case GATE_FORMAT_PYTEST:
		return gate_text_begins(head, '{') ? &gate_stream_reportlog
		                                   : &gate_stream_pytest;
	case GATE_FORMAT_LIBTEST:
		return &gate_stream_libtest;
	case GATE_FORMAT_UNITTEST:
		return &gate_stream_unittest;
	case GATE_FORMAT_NODE:
		return span_find(head, SPAN_LIT("TAP version 1")) < head.len
		               ? &gate_stream_node_tap
		               : NULL;
	case GATE_FORMAT_JUNIT:
	case GATE_FORMAT_CRITERION:
	case GATE_FORMAT_AUTOMAKE:
	case GATE_FORMAT_TRX:
	case GATE_FORMAT_XUNIT:
	case GATE_FORMAT_JEST:
	case GATE_FORMAT_MOCHA:
	case GATE_FORMAT_PLAYWRIGHT:
	case GATE_FORMAT_RSPEC:
	case GATE_FORMAT_EXIT:
	case GATE_FORMAT_REGEX:
	case GATE_FORMAT_PLUGIN:
		break;
	}
	return NULL;
}

const struct gate_stream *gate_stream_of(enum gate_format format, struct span head)
{
	if (format == GATE_FORMAT_REGEX)
		return NULL;
	if (format == GATE_FORMAT_JUNIT || format == GATE_FORMAT_CRITERION)
		return &gate_stream_junit;
	if (format == GATE_FORMAT_TRX)
		return &gate_stream_trx;
	if (format == GATE_FORMAT_XUNIT)
		return &gate_stream_xunit;
	if (format == GATE_FORMAT_AUTOMAKE)
		return &gate_stream_automake;
	if (!gate_text_begins(head, '<'))
		return of_text(format, head);
	return format == GATE_FORMAT_CTEST && !holds_testsuite(head)
	               ? &gate_stream_ctest_xml
	               : &gate_stream_junit;
}

enum err_code gate_stream_all(const struct gate_stream *s, struct span text,
                              const char *name, struct gate_cases *c, struct err *err)
{
	void *state = mem_new(s->state_size);
	enum err_code ended;
	enum err_code rc;

	if (state == NULL)
		return err_nomem(err);
	rc = s->begin(state, c, name, err);
	if (rc == ERR_OK) {
		rc = s->feed(state, text, err);
		ended = s->end(state, rc == ERR_OK ? err : NULL);
		rc = rc == ERR_OK ? ended : rc;
	}
	s->fini(state);
	mem_free(state);
	return rc == ERR_OK ? gate_cases_err(c, name, err) : rc;
}

enum err_code gate_stream_text(enum gate_format format, struct span text,
                               const char *name, struct gate_cases *c, struct err *err)
{
	return gate_stream_all(gate_stream_of(format, text), text, name, c, err);
}

/* ---- XML ---- */

enum err_code gate_xml_begin(struct gate_xml *x, const char *name,
                             const struct xml_handler *handler, struct err *err)
{
	return xml_reader_new(&x->reader, name, handler, err);
}

/* Also the bytes of a mark: pieces may cut it. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\xEF' ||
	       c == '\xBB' || c == '\xBF';
}

/* Passes over lines that do not begin with '<'. UTF-16 begins at once. */
static struct span skip_junk(struct gate_xml *x, struct span piece)
{
	size_t i = 0;

	if (!x->any && piece.len > 0)
		x->begun = piece.ptr[0] == '\xFF' || piece.ptr[0] == '\xFE';
	x->any = true;
	for (; i < piece.len && !x->begun; i++) {
		char c = piece.ptr[i];

		if (c == '\n')
			x->junk = false;
		else if (!x->junk && c == '<')
			break;
		else if (!is_blank(c))
			x->junk = true;
	}
	x->begun = x->begun || i < piece.len;
	return span_from(piece, i);
}

enum err_code gate_xml_feed(struct gate_xml *x, struct span piece, struct err *err)
{
	if (!x->begun)
		piece = skip_junk(x, piece);
	return piece.len > 0 ? xml_reader_feed(x->reader, piece, false, err) : ERR_OK;
}

enum err_code gate_xml_end(struct gate_xml *x, struct err *err)
{
	return xml_reader_feed(x->reader, SPAN_EMPTY, true, err);
}

void gate_xml_fini(struct gate_xml *x)
{
	xml_reader_free(x->reader);
}

/* ---- lines ---- */

enum { LINE_BYTES_MAX = 64 << 20 };

static enum err_code skip_mark(const struct gate_lines *l, struct span *line,
                               struct err *err)
{
	if (span_starts(*line, SPAN_LIT("\xEF\xBB\xBF")))
		*line = span_from(*line, 3);
	if (span_starts(*line, SPAN_LIT("\xFF\xFE")) ||
	    span_starts(*line, SPAN_LIT("\xFE\xFF")))
		return err_set(err, ERR_UNSUPPORTED,
		               "%s: it is UTF-16; have it written as UTF-8", l->name);
	return ERR_OK;
}

static enum err_code tell(struct gate_lines *l, struct span line, gate_on_line *on_line,
                          void *context, struct err *err)
{
	if (l->count++ == 0 && skip_mark(l, &line, err) != ERR_OK)
		return ERR_UNSUPPORTED;
	if (span_find_byte(line, '\x1b') < line.len ||
	    span_find_byte(line, '\r') < line.len) {
		buf_clear(&l->plain);
		gate_text_plain(line, &l->plain);
		if (!buf_ok(&l->plain))
			return err_nomem(err);
		line = buf_span(&l->plain);
	}
	on_line(context, line);
	return ERR_OK;
}

static enum err_code hold(struct gate_lines *l, struct span piece, struct err *err)
{
	if (piece.len > LINE_BYTES_MAX - l->partial.len)
		return err_set(err, ERR_LIMIT, "%s: line %llu is longer than %d MiB",
		               l->name, (unsigned long long)l->count + 1,
		               LINE_BYTES_MAX >> 20);
	buf_put(&l->partial, piece);
	return buf_err(&l->partial, err);
}

enum err_code gate_lines_feed(struct gate_lines *l, struct span piece,
                              gate_on_line *on_line, void *context, struct err *err)
{
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && piece.len > 0) {
		size_t end = span_find_byte(piece, '\n');
		struct span line = span_sub(piece, 0, end);

		if (end == piece.len)
			return hold(l, piece, err);
		piece = span_from(piece, end + 1);
		if (l->partial.len > 0) {
			if ((rc = hold(l, line, err)) != ERR_OK)
				return rc;
			line = buf_span(&l->partial);
		}
		rc = tell(l, line, on_line, context, err);
		buf_clear(&l->partial);
	}
	return rc;
}

enum err_code gate_lines_end(struct gate_lines *l, gate_on_line *on_line, void *context,
                             struct err *err)
{
	enum err_code rc = ERR_OK;

	if (l->partial.len > 0)
		rc = tell(l, buf_span(&l->partial), on_line, context, err);
	buf_clear(&l->partial);
	return rc;
}

void gate_lines_fini(struct gate_lines *l)
{
	buf_fini(&l->partial);
	buf_fini(&l->plain);
}
