// SPDX-License-Identifier: Apache-2.0
#include "claims/references_internal.h"
#include "os/fs.h"
#include "scanners/docs/command.h"

/* Commands to type, against the makefile and the scripts of package.json. */

/* Of the file in hand. */
struct said {
	struct span wanted;
	bool found;
	bool open;
};

static void on_said(enum scan_doc_kind kind, struct span text, size_t start, size_t end,
                    void *context)
{
	struct said *s = context;

	(void)start;
	(void)end;
	if (kind == SCAN_DOC_OPEN)
		s->open = true;
	else if (span_eq(text, s->wanted))
		s->found = true;
}

typedef void read_said(struct span text, const struct scan_doc_sink *sink);

/* Looks for the wanted one in this file of the folder; false if there is no such file. */
static bool read_file(struct claims_around *a, struct said *s, struct span folder,
                      const char *name, read_said *read)
{
	const struct scan_doc_sink sink = { on_said, s };
	struct buf text = BUF_INIT;
	bool is;

	is = claims_resolve(a, folder, span_str(name)) &&
	     os_read_file(claims_full(a, buf_span(&a->path)), CLAIMS_REFERENCE_FILE_MAX,
	                  &text, NULL) == ERR_OK;
	if (is)
		read(buf_span(&text), &sink);
	buf_fini(&text);
	return is;
}

static bool is_generated(struct claims_around *a, struct span folder)
{
	static const char *const makers[] = { "configure",     "configure.ac",
		                              "configure.in",  "CMakeLists.txt",
		                              "Makefile.in",   "Makefile.am",
		                              "Makefile.PL",   "meson.build",
		                              "auto/configure" };

	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++)
		if (claims_resolve(a, folder, span_str(makers[i])) &&
		    claims_exists(a, buf_span(&a->path)))
			return true;
	return false;
}

/* 1 it is there, 0 it is not, -1 nobody can tell. */
static int has_command(struct claims_around *a, struct span folder, struct span what,
                       bool make)
{
	static const char *const makefiles[] = { "GNUmakefile", "makefile", "Makefile" };
	struct said s = { .wanted = what };
	bool is = false;

	if (make && is_generated(a, folder))
		return -1;
	for (size_t i = 0; make && i < 3 && !is; i++)
		is = read_file(a, &s, folder, makefiles[i], scan_doc_targets);
	if (!make)
		is = read_file(a, &s, folder, "package.json", scan_doc_scripts);
	if (s.found || (make && claims_resolve(a, folder, what) &&
	                claims_exists(a, buf_span(&a->path))))
		return 1;
	return is && !s.open ? 0 : -1;
}

void claims_command(struct claims_refs *r, struct span what, size_t at, bool make)
{
	int own = has_command(&r->around, r->folder, what, make);
	int top =
		r->folder.len > 0 ? has_command(&r->around, SPAN_EMPTY, what, make) : own;
	const char *because = make ? "the makefile has no such target"
	                           : "package.json has no such script";
	enum gate_claim_verdict verdict = GATE_CLAIM_REFUTED;

	if (own > 0 || top > 0) {
		verdict = GATE_CLAIM_CONFIRMED;
		because = "it is there";
	} else if (top < 0 || r->past || r->vendored) {
		verdict = GATE_CLAIM_UNCHECKED;
		because = top < 0   ? "what there is is made, or comes from other files"
		          : r->past ? CLAIMS_PAST
		                    : CLAIMS_VENDORED;
	}
	if (verdict == GATE_CLAIM_REFUTED && claims_is_elsewhere(r->w->d->source, at)) {
		verdict = GATE_CLAIM_UNCHECKED;
		because = "it may be of another project";
	}
	claims_tell(r, GATE_CLAIM_REFERENCE_COMMAND, at, what, verdict, because);
}
