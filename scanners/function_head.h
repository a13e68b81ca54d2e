// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_FUNCTION_HEAD_H
#define SCANNERS_FUNCTION_HEAD_H

#include "base/span.h"

/*
 * Whose body begins here? Reads backwards over comments, a docstring and statements that
 * only silence a compiler to the head of a function, in the manner of most languages:
 *
 *     bool check(int a) const {       def check(self, a) -> bool:
 *     func (t *T) Check(a int) bool {       check = async (a) => {
 *     sub check {                     function check(a)  (Lua, Ruby: no brace)
 *
 * No state; at most a few kilobytes are looked at.
 */
struct scan_head {
	struct span name;
	size_t name_at;
	bool has_params; /* other than the object itself */
	bool overrides;  /* says that it replaces another */
};

/* False if what begins at `at` is not the first statement of a function with a name. */
bool scan_function_head(struct span text, size_t at, struct scan_head *out);

/*
 * The i-th word of a name in any manner of writing ("checkUserID", "check_user_id",
 * "IsHTTPOk"), as it stands; empty behind the last.
 */
struct span scan_name_word(struct span name, size_t i);
/* Is one of the words in the list (small letters, ends at NULL)? */
bool scan_name_has(struct span name, const char *const *words);

#endif
