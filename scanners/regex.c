// SPDX-License-Identifier: Apache-2.0
#include "regex.h"

#include "base/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Far above what an honest text needs; hostile ones stop within a millisecond or so. */
enum { MATCH_STEPS = 100000, HEAP_KIB = 1024 };

struct scan_regex {
	pcre2_code *code;
};

struct scan_matcher {
	pcre2_match_data *data;
	pcre2_match_context *context;
};

static uint32_t options_of(unsigned flags)
{
	uint32_t caseless = (flags & SCAN_REGEX_CASELESS) != 0 ? PCRE2_CASELESS : 0;

	uint32_t near = (flags & SCAN_REGEX_NEAR) != 0 ? PCRE2_NO_START_OPTIMIZE : 0;

	if ((flags & SCAN_REGEX_BYTES) != 0)
		return PCRE2_USE_OFFSET_LIMIT | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
		       PCRE2_NEVER_BACKSLASH_C | caseless | near;
	return PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | caseless;
}

enum err_code scan_regex_new(struct scan_regex **out, const char *pattern, unsigned flags,
                             struct err *err)
{
	struct scan_regex *re = mem_new(sizeof(*re));
	PCRE2_UCHAR text[160];
	PCRE2_SIZE at;
	int code;

	if (re == NULL)
		return err_nomem(err);
	re->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	                         options_of(flags), &code, &at, NULL);
	if (re->code == NULL) {
		(void)pcre2_get_error_message(code, text, sizeof(text));
		mem_free(re);
		return err_set(err, ERR_CORRUPT, "pattern %s: byte %zu: %s", pattern, at,
		               (const char *)text);
	}
	/* Without JIT (other processors) the interpreter gives the same answers. */
	(void)pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE);
	*out = re;
	return ERR_OK;
}

void scan_regex_free(struct scan_regex *re)
{
	if (re == NULL)
		return;
	pcre2_code_free(re->code);
	mem_free(re);
}

size_t scan_regex_group(const struct scan_regex *re, const char *name)
{
	int number = pcre2_substring_number_from_name(re->code, (PCRE2_SPTR)name);

	return number > 0 ? (size_t)number : 0;
}

enum err_code scan_matcher_new(struct scan_matcher **out, struct err *err)
{
	struct scan_matcher *m = mem_new(sizeof(*m));

	if (m == NULL)
		return err_nomem(err);
	m->data = pcre2_match_data_create(SCAN_GROUPS_MAX, NULL);
	m->context = pcre2_match_context_create(NULL);
	if (m->data == NULL || m->context == NULL) {
		scan_matcher_free(m);
		return err_nomem(err);
	}
	(void)pcre2_set_match_limit(m->context, MATCH_STEPS);
	(void)pcre2_set_depth_limit(m->context, MATCH_STEPS);
	(void)pcre2_set_heap_limit(m->context, HEAP_KIB);
	*out = m;
	return ERR_OK;
}

void scan_matcher_free(struct scan_matcher *m)
{
	if (m == NULL)
		return;
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	mem_free(m);
}

enum scan_match scan_regex_find(const struct scan_regex *re, struct scan_matcher *m,
                                struct span text, size_t from, struct scan_group *groups,
                                size_t group_count)
{
	const char *subject = text.ptr != NULL ? text.ptr : "";
	PCRE2_SIZE *ends;
	size_t taken;
	int rc = pcre2_match(re->code, (PCRE2_SPTR)subject, text.len, from, 0, m->data,
	                     m->context);

	if (rc == PCRE2_ERROR_NOMATCH)
		return SCAN_NO_MATCH;
	if (rc < 0)
		return SCAN_MATCH_LIMIT;
	/* 0: the expression has more groups than there is room for. */
	taken = rc == 0 ? SCAN_GROUPS_MAX : (size_t)rc;
	ends = pcre2_get_ovector_pointer(m->data);
	for (size_t i = 0; i < group_count; i++) {
		bool set = i < taken && ends[2 * i] != PCRE2_UNSET;

		groups[i].start = set ? ends[2 * i] : 0;
		groups[i].end = set ? ends[2 * i + 1] : 0;
	}
	return SCAN_MATCH;
}

bool scan_regex_fits(const struct scan_regex *re, struct scan_matcher *m,
                     struct span text, unsigned ends)
{
	const char *subject = text.ptr != NULL ? text.ptr : "";
	uint32_t cut = 0;

	if ((ends & SCAN_ENDS_BEGIN) == 0)
		cut |= PCRE2_NOTBOL;
	if ((ends & SCAN_ENDS_END) == 0)
		cut |= PCRE2_NOTEOL;
	/* 0: it matches, and has more groups than there is room for. */
	return pcre2_match(re->code, (PCRE2_SPTR)subject, text.len, 0, cut, m->data,
	                   m->context) >= 0;
}

enum scan_match scan_regex_find_until(const struct scan_regex *re, struct scan_matcher *m,
                                      struct span text, size_t from, size_t last,
                                      struct scan_group *groups, size_t group_count)
{
	enum scan_match found;

	(void)pcre2_set_offset_limit(m->context, last);
	found = scan_regex_find(re, m, text, from, groups, group_count);
	(void)pcre2_set_offset_limit(m->context, PCRE2_UNSET);
	return found;
}
