// SPDX-License-Identifier: Apache-2.0
/* Results of any form, by a pattern of the policy. */
#include "scanners/regex.h"
#include "collect/parse/parse.h"

#include <strings.h>

enum { GROUPS_READ = 8 };

struct pattern {
	struct scan_regex *regex;
	struct scan_matcher *matcher;
	size_t name; /* group number; 0 is the whole match */
	size_t status;
};

static const struct {
	const char *word;
	enum gate_case_state state;
} words[] = {
	{ "pass", GATE_CASE_PASSED },       { "passed", GATE_CASE_PASSED },
	{ "ok", GATE_CASE_PASSED },         { "success", GATE_CASE_PASSED },
	{ "successful", GATE_CASE_PASSED }, { "succeeded", GATE_CASE_PASSED },
	{ "fail", GATE_CASE_FAILED },       { "failed", GATE_CASE_FAILED },
	{ "failure", GATE_CASE_FAILED },    { "not ok", GATE_CASE_FAILED },
	{ "error", GATE_CASE_ERROR },       { "skip", GATE_CASE_SKIPPED },
	{ "skipped", GATE_CASE_SKIPPED },   { "ignored", GATE_CASE_SKIPPED },
	{ "pending", GATE_CASE_SKIPPED },   { "disabled", GATE_CASE_SKIPPED },
	{ "todo", GATE_CASE_SKIPPED },
};

/* False, with a failure, for a word that is not known. */
static bool state_of(struct span word, enum gate_case_state *out)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct span known = span_str(words[i].word);

		if (known.len != word.len ||
		    strncasecmp(known.ptr, word.ptr, word.len) != 0)
			continue;
		*out = words[i].state;
		return true;
	}
	*out = GATE_CASE_FAILED;
	return false;
}

static enum err_code compile(struct pattern *p, const char *text, struct err *err)
{
	struct buf lines = BUF_INIT;
	enum err_code rc;

	buf_printf(&lines, "(?m)%s", text);
	if ((rc = buf_err(&lines, err)) != ERR_OK)
		goto out;
	if ((rc = scan_regex_new(&p->regex, buf_str(&lines), 0, err)) != ERR_OK)
		goto out;
	p->name = scan_regex_group(p->regex, "name");
	p->status = scan_regex_group(p->regex, "status");
	if (p->status == 0)
		rc = err_set(err, ERR_USAGE, "regex has no group (?<status>..)");
	else if (p->status >= GROUPS_READ || p->name >= GROUPS_READ)
		rc = err_set(err, ERR_USAGE,
		             "regex: groups name and status must be among "
		             "the first %d",
		             GROUPS_READ - 1);
	else
		rc = scan_matcher_new(&p->matcher, err);
out:
	buf_fini(&lines);
	return rc;
}

static void add_case(const struct pattern *p, struct span text,
                     const struct scan_group *groups, struct gate_cases *c)
{
	const struct scan_group *n = &groups[p->name];
	const struct scan_group *s = &groups[p->status];
	struct span name = span_trim(span_sub(text, n->start, n->end - n->start));
	struct span word = span_trim(span_sub(text, s->start, s->end - s->start));
	enum gate_case_state state;
	bool known = state_of(word, &state);

	gate_cases_add(c, name, state, 0,
	               known ? SPAN_EMPTY
	                     : SPAN_LIT("its status is a word that is not known"));
}

static enum err_code match_all(const struct pattern *p, struct span text,
                               struct gate_cases *c, struct err *err)
{
	struct scan_group groups[GROUPS_READ];
	size_t from = 0;

	while (from <= text.len && !c->overflow) {
		enum scan_match found = scan_regex_find(p->regex, p->matcher, text, from,
		                                        groups, GROUPS_READ);

		if (found == SCAN_MATCH_LIMIT)
			return err_set(err, ERR_LIMIT,
			               "regex: too many steps at byte %zu", from);
		if (found == SCAN_NO_MATCH)
			break;
		/* An empty match tells nothing; it must not be found for ever. */
		if (groups[0].end > groups[0].start)
			add_case(p, text, groups, c);
		from = groups[0].end > from ? groups[0].end : from + 1;
	}
	return gate_cases_err(c, "regex", err);
}

enum err_code gate_parse_regex(const char *pattern, struct span text,
                               struct gate_cases *c, struct err *err)
{
	struct pattern p = { .regex = NULL };
	struct buf plain = BUF_INIT;
	enum err_code rc = compile(&p, pattern != NULL ? pattern : "", err);

	if (rc == ERR_OK) {
		gate_text_plain(text, &plain);
		rc = buf_err(&plain, err);
	}
	if (rc == ERR_OK)
		rc = match_all(&p, buf_span(&plain), c, err);
	buf_fini(&plain);
	scan_matcher_free(p.matcher);
	scan_regex_free(p.regex);
	return rc;
}
