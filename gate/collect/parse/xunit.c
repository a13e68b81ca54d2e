// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/stream.h"

/*
 * xUnit.net's own XML, v2 and v3: assemblies, collections, tests. An assembly's <error>
 * (a fixture's clean-up, a file that could not be loaded) is a failure of its own.
 */

struct xunit {
	struct gate_cases *c;
	struct gate_xml xml;
	bool seen_root;
	bool in_test;
	bool in_error; /* of an assembly */
	bool in_message;
	enum gate_case_state state;
	uint64_t duration_us;
	uint64_t line;
	uint64_t claimed_failures;
	struct buf name;
	struct buf file;
	struct buf message;
};

static enum gate_case_state state_of(const char *result)
{
	if (str_eq(result, "Pass"))
		return GATE_CASE_PASSED;
	if (str_eq(result, "Skip") || str_eq(result, "NotRun"))
		return GATE_CASE_SKIPPED;
	return GATE_CASE_FAILED;
}

static void start_test(struct xunit *x, const char **attributes)
{
	const char *type = xml_attribute(attributes, "type");
	const char *name = xml_attribute(attributes, "name");
	const char *file = xml_attribute(attributes, "source-file");

	x->in_test = true;
	x->state = state_of(xml_attribute(attributes, "result"));
	x->duration_us =
		gate_text_seconds_us(span_str(xml_attribute(attributes, "time")));
	x->line = 0;
	(void)!num_u64(span_str(xml_attribute(attributes, "source-line")), 0, UINT32_MAX,
	               &x->line);
	buf_clear(&x->name);
	buf_clear(&x->file);
	buf_clear(&x->message);
	if (type && *type && !str_starts(name ? name : "", type))
		buf_printf(&x->name, "%s.", type);
	buf_puts(&x->name, name && *name ? name : "(unnamed)");
	buf_puts(&x->file, file ? file : "");
}

static void start_error(struct xunit *x, const char **attributes)
{
	const char *name = xml_attribute(attributes, "name");
	const char *type = xml_attribute(attributes, "type");

	x->in_error = true;
	buf_clear(&x->message);
	buf_clear(&x->name);
	buf_printf(&x->name, "(%s)", name ? name : type ? type : "error");
}

static void start_assembly(struct xunit *x, const char **attributes)
{
	static const char *const names[] = { "failed", "errors" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		uint64_t n = 0;

		if (num_u64(span_str(xml_attribute(attributes, names[i])), 0,
		            GATE_CASES_MAX, &n))
			x->claimed_failures += n;
	}
}

static enum err_code on_start(void *context, const char *name, const char **attributes,
                              struct err *err)
{
	struct xunit *x = context;

	if (!x->seen_root && !str_eq(name, "assemblies") && !str_eq(name, "assembly"))
		return err_set(err, ERR_CORRUPT,
		               "the root element is <%s>, not <assemblies>", name);
	x->seen_root = true;
	if (str_eq(name, "assembly"))
		start_assembly(x, attributes);
	else if (str_eq(name, "test"))
		start_test(x, attributes);
	else if (str_eq(name, "error") && !x->in_test)
		start_error(x, attributes);
	else if (x->in_test || x->in_error)
		x->in_message = str_eq(name, "message") || str_eq(name, "reason");
	return ERR_OK;
}

static void end_test(struct xunit *x)
{
	struct gate_case *item = gate_cases_add(x->c, buf_span(&x->name), x->state,
	                                        x->duration_us, buf_span(&x->message));

	x->in_test = false;
	if (item)
		gate_cases_place(x->c, item, buf_span(&x->file), x->line);
}

static enum err_code on_end(void *context, const char *name, struct err *err)
{
	struct xunit *x = context;

	if (str_eq(name, "test") && x->in_test) {
		end_test(x);
	} else if (str_eq(name, "error") && x->in_error) {
		gate_cases_add(x->c, buf_span(&x->name), GATE_CASE_ERROR, 0,
		               buf_span(&x->message));
		x->in_error = false;
	}
	x->in_message = false;
	return gate_cases_err(x->c, "results", err);
}

static enum err_code on_text(void *context, struct span data, struct err *err)
{
	struct xunit *x = context;

	(void)err;
	if (x->in_message && x->message.len < GATE_CASE_MESSAGE)
		buf_put(&x->message, span_sub(data, 0, GATE_CASE_MESSAGE));
	return ERR_OK;
}

static enum err_code xunit_begin(void *state, struct gate_cases *c, const char *name,
                                 struct err *err)
{
	struct xunit *x = state;
	const struct xml_handler handler = { on_start, on_end, on_text, x };

	x->c = c;
	return gate_xml_begin(&x->xml, name, &handler, err);
}

static enum err_code xunit_feed(void *state, struct span piece, struct err *err)
{
	struct xunit *x = state;

	return gate_xml_feed(&x->xml, piece, err);
}

static enum err_code xunit_end(void *state, struct err *err)
{
	struct xunit *x = state;
	enum err_code rc = gate_xml_end(&x->xml, err);

	if (x->c->failed == 0 && x->claimed_failures > 0)
		gate_cases_disagree(x->c,
		                    "the totals say that %llu failed, and none is listed",
		                    (unsigned long long)x->claimed_failures);
	return buf_ok(&x->name) && buf_ok(&x->file) && buf_ok(&x->message)
	               ? rc
	               : err_nomem(err);
}

static void xunit_fini(void *state)
{
	struct xunit *x = state;

	gate_xml_fini(&x->xml);
	buf_fini(&x->name);
	buf_fini(&x->file);
	buf_fini(&x->message);
}

const struct gate_stream gate_stream_xunit = { sizeof(struct xunit), xunit_begin,
	                                       xunit_feed, xunit_end, xunit_fini };

enum err_code gate_parse_xunit(struct span text, const char *name, struct gate_cases *c,
                               struct err *err)
{
	return gate_stream_text(GATE_FORMAT_XUNIT, text, name, c, err);
}
