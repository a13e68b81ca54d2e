// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/gather.h"

#include "base/mem.h"
#include "base/str.h"
#include "collect/coverage/place.h"
#include "collect/coverage/reader.h"
#include "collect/runner_internal.h"

#include <stdio.h>
#include <string.h>

struct gathering {
	struct gate_job *job;
	struct gate_cov_gathered *out;
};

void gate_cov_gathered_free(struct gate_cov_gathered *g)
{
	if (g == NULL)
		return;
	gate_coverage_free(g->set);
	mem_free(g);
}

/* Of a name as long as a path, the end says most. */
static void say(char *out, size_t size, const char *text)
{
	if (out[0] == '\0')
		(void)snprintf(out, size, "%s", text);
}

static void note_claim(struct gate_cov_gathered *g, const char *name,
                       const struct gate_cov_report *r)
{
	char text[sizeof(g->note)];

	if (!r->claim.made ||
	    (r->claim.total == r->listed.total && r->claim.hit == r->listed.hit))
		return;
	(void)snprintf(
		text, sizeof(text),
		"%.120s says %llu of %llu lines, but lists %llu of %llu", name,
		(unsigned long long)r->claim.hit, (unsigned long long)r->claim.total,
		(unsigned long long)r->listed.hit, (unsigned long long)r->listed.total);
	say(g->note, sizeof(g->note), text);
}

/* Adds the files of a report under the names that they have in the project. */
static enum err_code add_report(struct gathering *g, const struct gate_cov_report *r,
                                const struct gate_cov_place *place, struct err *err)
{
	struct gate_coverage *set = g->out->set;
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (int k = 0; k < GATE_COV_KINDS; k++)
		set->names[k] = set->names[k] || r->set->names[k];
	for (size_t i = 0; i < r->set->count && rc == ERR_OK; i++) {
		const struct gate_cov_file *f = r->set->files[i];
		struct gate_cov_file *to;

		if (gate_cov_place_of(place, span_str(f->path), &path) ==
		    GATE_COV_OUTSIDE) {
			g->out->outside++;
			continue;
		}
		if ((rc = buf_err(&path, err)) == ERR_OK && path.len > 0)
			rc = gate_coverage_file(set, buf_span(&path), &to, err);
		if (rc == ERR_OK && path.len > 0)
			rc = gate_coverage_join(set, to, f, err);
	}
	buf_fini(&path);
	return rc;
}

static enum err_code place_report(struct gathering *g, const char *path,
                                  const struct gate_cov_report *r, struct err *err)
{
	const struct gate_job *j = g->job;
	size_t slash = span_rfind_byte(span_str(path), '/');
	char *own = mem_dup(span_of(path, slash));
	struct gate_cov_place place = { .root = j->runner->root,
		                        .seen = j->root,
		                        .dir = j->dir,
		                        .own = own,
		                        .folders = r->folders,
		                        .folder_count = r->folder_count,
		                        .go = str_eq(r->format, "Go cover profile") };
	enum err_code rc = own != NULL ? ERR_OK : err_nomem(err);

	if (rc == ERR_OK && g->out->set == NULL)
		rc = gate_coverage_new(&g->out->set, err);
	if (rc == ERR_OK)
		rc = add_report(g, r, &place, err);
	mem_free(own);
	return rc;
}

static bool is_ours(enum err_code code)
{
	return code == ERR_NOMEM || code == ERR_CANCELLED;
}

static enum err_code take_report(const struct gate_result_file *f, const char *name,
                                 void *context, struct err *err)
{
	struct gathering *g = context;
	struct gate_cov_report r = { .set = NULL };
	struct err why = ERR_INIT;
	enum err_code rc = gate_cov_read_file(f->path, name, &r, &why);

	if (rc == ERR_OK) {
		g->out->reports++;
		note_claim(g->out, name, &r);
		rc = place_report(g, f->path, &r, &why);
	}
	gate_coverage_free(r.set);
	if (is_ours(rc))
		return err_set(err, rc, "%s", why.msg);
	if (rc != ERR_OK) {
		g->out->partial = true;
		say(g->out->trouble, sizeof(g->out->trouble), why.msg);
	}
	return ERR_OK;
}

enum err_code gate_coverage_gather(struct gate_job *j, struct gate_results *files,
                                   struct err *err)
{
	struct gathering g = { .job = j };
	struct err why = ERR_INIT;
	enum err_code rc;

	if (j->suite->coverage.count == 0)
		return ERR_OK;
	gate_cov_gathered_free(j->run->coverage);
	j->run->coverage = g.out = mem_new(sizeof(*g.out));
	if (g.out == NULL)
		return err_nomem(err);
	rc = gate_results_files(files, take_report, &g, &why);
	if (is_ours(rc))
		return err_set(err, rc, "%s", why.msg);
	if (rc != ERR_OK)
		say(g.out->trouble, sizeof(g.out->trouble), why.msg);
	if (g.out->set != NULL)
		gate_coverage_settle(g.out->set);
	return ERR_OK;
}

bool gate_coverage_is_whole(const struct gate_run *run)
{
	const struct gate_cov_gathered *g = run->coverage;

	return g == NULL || (g->set != NULL && !g->partial);
}

enum err_code gate_coverage_restore(struct gate_run *run, struct span tracefile,
                                    struct err *err)
{
	struct gate_cov_report r = { .set = NULL };
	struct gate_cov_gathered *g;
	enum err_code rc = gate_cov_read(tracefile, "tracefile", &r, err);

	if (rc != ERR_OK)
		return rc;
	if (run->coverage == NULL && (run->coverage = mem_new(sizeof(*g))) != NULL)
		run->coverage->reports = 1;
	if ((g = run->coverage) == NULL) {
		gate_coverage_free(r.set);
		return err_nomem(err);
	}
	gate_coverage_free(g->set);
	g->set = r.set;
	g->partial = g->partial || span_starts(tracefile, SPAN_LIT(GATE_COV_CUT));
	return ERR_OK;
}
