// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/coverage/reader_internal.h"

/*
 * JaCoCo's XML. Files are named by package and name only; which of the source folders
 * they are in is for the tree to tell. Lines count instructions that ran and did not: one
 * that ran makes the line one that ran, as JaCoCo's own LINE counter has it.
 */

struct jacoco {
	struct xml_reader *xml;
	unsigned depth;
	struct buf package;
	struct buf class;
	struct buf path;
	struct buf method;
	bool in_class;
	bool in_method;
	uint64_t line; /* of the method */
};

static struct jacoco *state_of(struct gate_cov_reader *r)
{
	return r->state;
}

static bool number(const char **attributes, const char *name, uint64_t *out)
{
	const char *text = xml_attribute(attributes, name);

	return text != NULL && num_u64(span_str(text), 0, UINT32_MAX, out);
}

static enum err_code keep(struct buf *out, const char *text, struct err *err)
{
	buf_clear(out);
	buf_puts(out, text != NULL ? text : "");
	return buf_err(out, err);
}

/* package/file */
static enum err_code enter(struct gate_cov_reader *r, const char *file, struct err *err)
{
	struct jacoco *j = state_of(r);

	if (file == NULL)
		return err_set(err, ERR_CORRUPT, "a source file without a name");
	buf_clear(&j->path);
	if (j->package.len > 0)
		buf_printf(&j->path, "%s/", buf_str(&j->package));
	buf_puts(&j->path, file);
	if (buf_err(&j->path, err) != ERR_OK)
		return ERR_NOMEM;
	return gate_cov_enter(r, buf_span(&j->path), err);
}

static enum err_code start_class(struct gate_cov_reader *r, const char **attributes,
                                 struct err *err)
{
	struct jacoco *j = state_of(r);
	const char *file = xml_attribute(attributes, "sourcefilename");
	enum err_code rc = keep(&j->class, xml_attribute(attributes, "name"), err);

	/* Without debug information nobody knows the file. */
	j->in_class = file != NULL;
	return rc == ERR_OK && file != NULL ? enter(r, file, err) : rc;
}

static enum err_code start_method(struct jacoco *j, const char **attributes,
                                  struct err *err)
{
	const char *name = xml_attribute(attributes, "name");
	const char *desc = xml_attribute(attributes, "desc");

	buf_clear(&j->method);
	buf_printf(&j->method, "%s.%s%s", buf_str(&j->class), name != NULL ? name : "",
	           desc != NULL ? desc : "");
	j->in_method = j->in_class;
	j->line = 0;
	if (!number(attributes, "line", &j->line) || j->line > GATE_COV_LINE_MAX)
		j->line = 0;
	return buf_err(&j->method, err);
}

static enum err_code put_line(struct gate_cov_reader *r, const char **attributes,
                              struct err *err)
{
	uint64_t nr;
	uint64_t ran;
	uint64_t missed;
	uint64_t taken;
	enum err_code rc;

	if (!number(attributes, "nr", &nr) || !number(attributes, "ci", &ran))
		return err_set(err, ERR_CORRUPT, "<line> needs nr and ci");
	rc = gate_cov_put(r, GATE_COV_LINES, nr, 0, ran > 0, err);
	if (rc == ERR_OK && number(attributes, "mb", &missed) &&
	    number(attributes, "cb", &taken) && missed + taken <= UINT32_MAX)
		rc = gate_coverage_add_branches(r->report.set, r->file, (uint32_t)nr,
		                                (uint32_t)taken,
		                                (uint32_t)(missed + taken), err);
	return rc;
}

static enum err_code put_counter(struct gate_cov_reader *r, const char **attributes,
                                 struct err *err)
{
	struct jacoco *j = state_of(r);
	const char *type = xml_attribute(attributes, "type");
	uint64_t missed = 0;
	uint64_t covered = 0;

	if (!number(attributes, "missed", &missed) ||
	    !number(attributes, "covered", &covered))
		return err_set(err, ERR_CORRUPT, "<counter> needs missed and covered");
	if (j->depth == 1 && str_eq(type, "LINE"))
		r->report.claim =
			(struct gate_cov_claim){ true, missed + covered, covered };
	if (!j->in_method || !str_eq(type, "METHOD"))
		return ERR_OK;
	return gate_cov_put(r, GATE_COV_FUNCTIONS, j->line,
	                    gate_coverage_id(buf_span(&j->method)), covered > 0, err);
}

static enum err_code start(void *context, const char *name, const char **attributes,
                           struct err *err)
{
	struct gate_cov_reader *r = context;
	struct jacoco *j = state_of(r);
	enum err_code rc = ERR_OK;

	if (str_eq(name, "line"))
		rc = put_line(r, attributes, err);
	else if (str_eq(name, "counter"))
		rc = put_counter(r, attributes, err);
	else if (str_eq(name, "package"))
		rc = keep(&j->package, xml_attribute(attributes, "name"), err);
	else if (str_eq(name, "class"))
		rc = start_class(r, attributes, err);
	else if (str_eq(name, "method"))
		rc = start_method(j, attributes, err);
	else if (str_eq(name, "sourcefile"))
		rc = enter(r, xml_attribute(attributes, "name"), err);
	j->depth++;
	return rc;
}

static enum err_code end(void *context, const char *name, struct err *err)
{
	struct jacoco *j = state_of(context);

	(void)err;
	j->depth--;
	if (str_eq(name, "method"))
		j->in_method = false;
	else if (str_eq(name, "class"))
		j->in_class = false;
	return ERR_OK;
}

static enum err_code jacoco_begin(struct gate_cov_reader *r, struct err *err)
{
	const struct xml_handler handler = { start, end, NULL, r };

	return xml_reader_new(&state_of(r)->xml, r->name, &handler, err);
}

static enum err_code jacoco_feed(struct gate_cov_reader *r, struct span piece,
                                 struct err *err)
{
	return xml_reader_feed(state_of(r)->xml, piece, false, err);
}

static enum err_code jacoco_end(struct gate_cov_reader *r, struct err *err)
{
	return xml_reader_feed(state_of(r)->xml, SPAN_EMPTY, true, err);
}

static void jacoco_fini(void *state)
{
	struct jacoco *j = state;

	xml_reader_free(j->xml);
	buf_fini(&j->package);
	buf_fini(&j->class);
	buf_fini(&j->path);
	buf_fini(&j->method);
}

const struct gate_cov_format gate_cov_jacoco = {
	"JaCoCo XML", sizeof(struct jacoco), jacoco_begin, jacoco_feed,
	jacoco_end,   jacoco_fini,
};
