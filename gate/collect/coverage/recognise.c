// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/reader_internal.h"

#include <string.h>

/* Which format a report has, by what it begins with. */

#define FORMATS                                                                      \
	"lcov, Cobertura, JaCoCo, a Go cover profile, gcov or gcovr JSON, llvm-cov " \
	"export, Istanbul or coverage.py JSON"

static const struct gate_cov_format *refuse(const char *name, const char *what,
                                            struct err *err)
{
	(void)err_set(err, ERR_UNSUPPORTED, "%s: %s", name, what);
	return NULL;
}

static bool holds(struct span s, const char *text)
{
	return span_find(s, span_str(text)) < s.len;
}

/* ---- XML ---- */

/* Behind the prolog, comments and the doctype: at the name of the outermost element. */
static struct span root_of(struct span s)
{
	while (s.len > 1) {
		size_t at = span_find_byte(s, '<');
		size_t end;

		s = span_from(s, at);
		if (s.len < 2 || (s.ptr[1] != '?' && s.ptr[1] != '!'))
			return span_from(s, 1);
		end = span_starts(s, SPAN_LIT("<!--")) ? span_find(s, SPAN_LIT("-->"))
		                                       : span_find_byte(s, '>');
		s = span_from(s, end);
	}
	return SPAN_EMPTY;
}

static bool is_element(struct span s, const char *name)
{
	size_t n = strlen(name);

	return span_starts(s, span_str(name)) &&
	       (s.len == n || strchr(" \t\r\n>/", s.ptr[n]) != NULL);
}

static const struct gate_cov_format *of_xml(struct span head, const char *name,
                                            struct err *err)
{
	struct span root = root_of(head);

	if (is_element(root, "report"))
		return &gate_cov_jacoco;
	if (!is_element(root, "coverage"))
		return refuse(name, "this XML is no coverage report; known are " FORMATS,
		              err);
	if (holds(root, "clover=") || holds(root, "<project"))
		return refuse(name,
		              "Clover XML is not read; have Cobertura or lcov "
		              "written instead",
		              err);
	return &gate_cov_cobertura;
}

/* ---- JSON ---- */

static struct span skip_blanks(struct span s)
{
	while (s.len > 0 && strchr(" \t\r\n", s.ptr[0]) != NULL && s.ptr[0] != '\0')
		s = span_from(s, 1);
	return s;
}

/* The first key of the object, and what begins behind it. */
static struct span first_key(struct span s, char *value)
{
	struct span key;

	*value = '\0';
	s = skip_blanks(span_from(s, 1));
	if (s.len == 0 || s.ptr[0] != '"')
		return SPAN_EMPTY;
	s = span_from(s, 1);
	key = span_sub(s, 0, span_find_byte(s, '"'));
	s = skip_blanks(span_from(s, key.len + 1));
	if (s.len > 0 && s.ptr[0] == ':')
		s = skip_blanks(span_from(s, 1));
	*value = s.len > 0 ? s.ptr[0] : '\0';
	return key;
}

static bool is_one_of(struct span key, const char *const *names)
{
	for (; *names != NULL; names++)
		if (span_eq_str(key, *names))
			return true;
	return false;
}

static const struct gate_cov_format *of_json(struct span head, const char *name,
                                             struct err *err)
{
	static const char *const gcov[] = {
		"gcc_version", "format_version",       "current_working_directory",
		"data_file",   "gcovr/format_version", NULL
	};
	static const char *const llvm[] = { "data", "type", "version", NULL };
	static const char *const python[] = { "meta", "totals", NULL };
	char value;
	struct span key = first_key(head, &value);

	if (is_one_of(key, gcov) || (span_eq_str(key, "files") && value == '['))
		return &gate_cov_gcov;
	if (is_one_of(key, llvm) && value != '{')
		return &gate_cov_llvm;
	if ((is_one_of(key, python) || span_eq_str(key, "files")) && value == '{')
		return &gate_cov_python;
	if (span_eq_str(key, "total") && value == '{')
		return refuse(name,
		              "Istanbul's summary names no lines; add the reporter "
		              "json (coverage-final.json) or lcov",
		              err);
	if (value == '{' || (key.len == 0 && holds(head, "}")))
		return &gate_cov_istanbul;
	return refuse(name, "this JSON is no coverage report; known are " FORMATS, err);
}

/* ---- text ---- */

static bool is_tracefile(struct span s)
{
	static const char *const begins[] = { "TN:", "SF:", "#", NULL };

	for (const char *const *b = begins; *b != NULL; b++)
		if (span_starts(s, span_str(*b)))
			return true;
	return false;
}

const struct gate_cov_format *gate_cov_recognise(struct span head, const char *name,
                                                 struct err *err)
{
	struct span s = head;

	if (span_starts(s, SPAN_LIT("\x1f\x8b")))
		return refuse(name,
		              "it is compressed; unpack it in the suite's command "
		              "(gunzip), or have gcov write with --stdout",
		              err);
	if (span_starts(s, SPAN_LIT("adcg")) || span_starts(s, SPAN_LIT("gcda")) ||
	    span_starts(s, SPAN_LIT("SQLite format 3")))
		return refuse(name,
		              "these are raw counters; have the tool make a report "
		              "of them (gcovr, lcov, coverage xml)",
		              err);
	if (span_starts(s, SPAN_LIT("\xef\xbb\xbf")))
		s = span_from(s, 3);
	s = skip_blanks(s);
	if (s.len == 0)
		return refuse(name, "it is empty", err);
	if (s.ptr[0] == '<')
		return of_xml(s, name, err);
	if (s.ptr[0] == '{')
		return of_json(s, name, err);
	if (span_starts(s, SPAN_LIT("mode:")))
		return &gate_cov_go;
	if (is_tracefile(s))
		return &gate_cov_lcov;
	return refuse(name, "no coverage report that is known: " FORMATS, err);
}
