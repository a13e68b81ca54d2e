// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/coverage/reader_internal.h"

/*
 * Cobertura's XML, DTDs 03 and 04, as coverage.py, gcovr, Coverlet, PHPUnit, Istanbul and
 * many others write it. Rates are passed over: what counts are the lines of a class;
 * those below a method are the same again, and only say whether it ran.
 */

struct cobertura {
	struct xml_reader *xml;
	bool in_source;
	bool in_method;
	struct buf source;
	uint32_t method; /* id */
	uint64_t first;  /* line of the method, 0 = none yet */
	uint64_t calls;
};

static struct cobertura *state_of(struct gate_cov_reader *r)
{
	return r->state;
}

static uint64_t number(const char **attributes, const char *name)
{
	const char *text = xml_attribute(attributes, name);
	uint64_t n = 0;

	return text != NULL && num_u64(span_str(text), 0, UINT64_MAX, &n) ? n : 0;
}

/* lines-valid and lines-covered; version 03 has none. */
static void claim(struct gate_cov_reader *r, const char **attributes)
{
	r->report.claim.made = xml_attribute(attributes, "lines-valid") != NULL;
	r->report.claim.total = number(attributes, "lines-valid");
	r->report.claim.hit = number(attributes, "lines-covered");
}

static void start_method(struct cobertura *c, const char **attributes)
{
	struct buf name = BUF_INIT;
	const char *signature = xml_attribute(attributes, "signature");

	buf_puts(&name, xml_attribute(attributes, "name") != NULL
	                        ? xml_attribute(attributes, "name")
	                        : "");
	buf_puts(&name, signature != NULL ? signature : "");
	c->in_method = true;
	c->method = gate_coverage_id(buf_span(&name));
	c->first = 0;
	c->calls = 0;
	buf_fini(&name);
}

/* "50% (1/2)": how many of how many. */
static bool conditions(const char *text, uint64_t *taken, uint64_t *total)
{
	struct span s = span_str(text);
	size_t open = span_find_byte(s, '(');
	size_t slash = span_find_byte(s, '/');
	size_t shut = span_find_byte(s, ')');

	return open < slash && slash < shut && shut < s.len &&
	       num_u64(span_sub(s, open + 1, slash - open - 1), 0, UINT32_MAX, taken) &&
	       num_u64(span_sub(s, slash + 1, shut - slash - 1), 0, UINT32_MAX, total);
}

static enum err_code put_line(struct gate_cov_reader *r, const char **attributes,
                              struct err *err)
{
	struct cobertura *c = state_of(r);
	const char *line = xml_attribute(attributes, "number");
	const char *hits = xml_attribute(attributes, "hits");
	const char *branches = xml_attribute(attributes, "condition-coverage");
	uint64_t n;
	uint64_t times;
	uint64_t taken;
	uint64_t total;
	enum err_code rc;

	if (line == NULL || hits == NULL ||
	    !num_u64(span_str(line), 0, GATE_COV_LINE_MAX, &n) ||
	    !gate_cov_hits(span_str(hits), &times))
		return err_set(err, ERR_CORRUPT, "<line> needs a number and hits");
	if (c->in_method) {
		c->first = c->first == 0 || n < c->first ? n : c->first;
		c->calls = times > c->calls ? times : c->calls;
		return ERR_OK;
	}
	rc = gate_cov_put(r, GATE_COV_LINES, n, 0, times, err);
	if (rc == ERR_OK && branches != NULL && conditions(branches, &taken, &total))
		rc = gate_coverage_add_branches(r->report.set, r->file, (uint32_t)n,
		                                (uint32_t)taken, (uint32_t)total, err);
	return rc;
}

static enum err_code start(void *context, const char *name, const char **attributes,
                           struct err *err)
{
	struct gate_cov_reader *r = context;
	struct cobertura *c = state_of(r);

	if (str_eq(name, "line"))
		return put_line(r, attributes, err);
	if (str_eq(name, "coverage"))
		claim(r, attributes);
	else if (str_eq(name, "class"))
		return gate_cov_enter(r, span_str(xml_attribute(attributes, "filename")),
		                      err);
	else if (str_eq(name, "method"))
		start_method(c, attributes);
	c->in_source = str_eq(name, "source");
	if (c->in_source)
		buf_clear(&c->source);
	return ERR_OK;
}

static enum err_code end(void *context, const char *name, struct err *err)
{
	struct gate_cov_reader *r = context;
	struct cobertura *c = state_of(r);

	if (str_eq(name, "source")) {
		c->in_source = false;
		return gate_cov_folder(r, span_trim(buf_span(&c->source)), err);
	}
	if (!str_eq(name, "method"))
		return ERR_OK;
	c->in_method = false;
	if (c->first == 0)
		return ERR_OK;
	return gate_cov_put(r, GATE_COV_FUNCTIONS, c->first, c->method, c->calls, err);
}

static enum err_code text(void *context, struct span data, struct err *err)
{
	struct cobertura *c = state_of(context);

	if (!c->in_source)
		return ERR_OK;
	if (data.len > GATE_COV_PATH_MAX - c->source.len)
		return err_set(err, ERR_LIMIT, "<source> is longer than %d bytes",
		               GATE_COV_PATH_MAX);
	buf_put(&c->source, data);
	return buf_err(&c->source, err);
}

static enum err_code cobertura_begin(struct gate_cov_reader *r, struct err *err)
{
	const struct xml_handler handler = { start, end, text, r };

	return xml_reader_new(&state_of(r)->xml, r->name, &handler, err);
}

static enum err_code cobertura_feed(struct gate_cov_reader *r, struct span piece,
                                    struct err *err)
{
	return xml_reader_feed(state_of(r)->xml, piece, false, err);
}

static enum err_code cobertura_end(struct gate_cov_reader *r, struct err *err)
{
	return xml_reader_feed(state_of(r)->xml, SPAN_EMPTY, true, err);
}

static void cobertura_fini(void *state)
{
	struct cobertura *c = state;

	xml_reader_free(c->xml);
	buf_fini(&c->source);
}

const struct gate_cov_format gate_cov_cobertura = {
	"Cobertura XML", sizeof(struct cobertura), cobertura_begin, cobertura_feed,
	cobertura_end,   cobertura_fini,
};
