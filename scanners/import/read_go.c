// SPDX-License-Identifier: Apache-2.0
#include "read_internal.h"

/* The package clause, then the imports: nothing else may stand in front of them. */

/* Parts of file names that only some systems or processors build: all that the go
 * command knows, whether it builds for them or not. */
static const char *const targets[] = {
	"aix",       "android",     "darwin",   "dragonfly", "freebsd", "hurd",
	"illumos",   "ios",         "js",       "linux",     "nacl",    "netbsd",
	"openbsd",   "plan9",       "solaris",  "wasip1",    "windows", "zos",
	"386",       "amd64",       "amd64p32", "arm",       "armbe",   "arm64",
	"arm64be",   "loong64",     "mips",     "mipsle",    "mips64",  "mips64le",
	"mips64p32", "mips64p32le", "ppc",      "ppc64",     "ppc64le", "riscv",
	"riscv64",   "s390",        "s390x",    "sparc",     "sparc64", "wasm",
};

static bool is_target(struct span part)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (span_eq_str(part, targets[i]))
			return true;
	return false;
}

static unsigned flags_of_name(struct span name)
{
	unsigned flags = 0;
	size_t under;

	name = span_sub(name, 0, span_rfind_byte(name, '.'));
	if (span_ends(name, SPAN_LIT("_test"))) {
		flags = SCAN_IMPORT_TEST;
		name = span_sub(name, 0, name.len - 5);
	}
	under = span_rfind_byte(name, '_');
	if (under < name.len && is_target(span_from(name, under + 1)))
		flags |= SCAN_IMPORT_CONDITIONAL;
	return flags;
}

/* Is the word alone in a build constraint: "ignore", or "ignore && x"? */
static bool asks_for(struct span constraint, const char *word)
{
	size_t at = span_find(constraint, span_str(word));
	struct span before = span_trim(span_sub(constraint, 0, at));
	struct span behind = span_trim(span_from(constraint, at + span_str(word).len));

	return at < constraint.len &&
	       (before.len == 0 || span_ends(before, SPAN_LIT("&&"))) &&
	       (behind.len == 0 || span_starts(behind, SPAN_LIT("&&")));
}

/* Build constraints stand in front of the package clause. False: the file belongs to
 * no package. */
static bool read_constraints(struct span head, unsigned *flags)
{
	struct span line;

	while (span_line(&head, &line)) {
		line = span_trim(line);
		if (span_starts(line, SPAN_LIT("//go:build ")))
			line = span_from(line, 11);
		else if (span_starts(line, SPAN_LIT("// +build ")))
			line = span_from(line, 10);
		else
			continue;
		*flags |= SCAN_IMPORT_CONDITIONAL;
		line = span_trim(line);
		if (asks_for(line, "ignore") || asks_for(line, "tools"))
			return false;
	}
	return true;
}

static void put_import(struct import_reader *r, const struct import_token *t,
                       unsigned flags)
{
	if (t->text.len > 0 && !span_eq_str(t->text, "C"))
		import_put(r, &(struct scan_import){ .kind = SCAN_IMPORT_NEEDS,
		                                     .flags = flags,
		                                     .start = t->start,
		                                     .end = t->end,
		                                     .target = t->text });
}

/* Behind "import": [name] "path", or a group of them. */
static void read_imports(struct import_reader *r, unsigned flags)
{
	struct import_token t;
	bool group = false;

	while (import_next(r, &t)) {
		if (t.kind == IMPORT_STRING) {
			put_import(r, &t, flags);
			if (!group)
				return;
		} else if (import_is_mark(&t, '(')) {
			group = true;
		} else if (import_is_mark(&t, ')')) {
			return;
		} else if (import_is_word(&t, "func") || import_is_word(&t, "type")) {
			import_push_back(r, &t); /* the group is not closed */
			return;
		}
	}
}

void import_read_go(struct import_reader *r, struct span file_name)
{
	unsigned flags = flags_of_name(file_name);
	struct import_token t;

	if (!import_next(r, &t) || !import_is_word(&t, "package") ||
	    !read_constraints(span_sub(r->text, 0, t.start), &flags) ||
	    !import_next(r, &t))
		return;
	import_put(r, &(struct scan_import){ .kind = SCAN_IMPORT_PACKAGE,
	                                     .flags = flags,
	                                     .start = t.start,
	                                     .end = t.end,
	                                     .target = t.text });
	while (import_next(r, &t)) {
		if (import_is_mark(&t, ';'))
			continue;
		if (!import_is_word(&t, "import"))
			return;
		read_imports(r, flags);
	}
}
