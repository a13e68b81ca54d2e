// SPDX-License-Identifier: Apache-2.0
#include "snapshot/glob.h"

#include "base/mem.h"
#include "base/str.h"
#include "snapshot/filter_internal.h"

struct lb_glob {
	struct arena arena;
	struct lb_pattern pattern;
};

static enum err_code refuse(struct span pattern, const char *fault, struct err *err)
{
	struct buf shown = BUF_INIT;
	enum err_code rc;

	str_display_cut(&shown, pattern, 80);
	rc = err_set(err, ERR_USAGE, "pattern \"%s\": %s", buf_str(&shown), fault);
	buf_fini(&shown);
	return rc;
}

enum err_code lb_glob_new(struct lb_glob **out, struct span pattern, bool ignore_case,
                          struct err *err)
{
	struct lb_glob *g = mem_new(sizeof *g);
	const char *fault;
	enum err_code rc;

	if (!g)
		return err_nomem(err);
	fault = lb_pattern_compile(&g->pattern, pattern, ignore_case, &g->arena);
	rc = arena_err(&g->arena, err);
	if (rc == ERR_OK && !fault && g->pattern.negated)
		fault = "it takes back what no other pattern left out";
	if (rc == ERR_OK && fault)
		rc = refuse(pattern, fault, err);
	if (rc == ERR_OK)
		*out = g;
	else
		lb_glob_free(g);
	return rc;
}

void lb_glob_free(struct lb_glob *g)
{
	if (!g)
		return;
	arena_fini(&g->arena);
	mem_free(g);
}

bool lb_glob_match(const struct lb_glob *g, struct span path, bool is_folder)
{
	return (is_folder || !g->pattern.folders_only) &&
	       lb_pattern_match(&g->pattern, path);
}
