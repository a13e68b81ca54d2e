// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/reader.h"

#include "base/mem.h"
#include "base/num.h"
#include "collect/coverage/reader_internal.h"
#include "collect/pieces.h"

#include <string.h>

/* ---- what formats use ---- */

enum err_code gate_cov_enter(struct gate_cov_reader *r, struct span path, struct err *err)
{
	return gate_coverage_file(r->report.set, path, &r->file, err);
}

uint32_t gate_cov_clip(uint64_t hits)
{
	return hits > UINT32_MAX ? UINT32_MAX : (uint32_t)hits;
}

enum err_code gate_cov_put(struct gate_cov_reader *r, enum gate_cov_kind kind,
                           uint64_t line, uint32_t id, uint64_t hits, struct err *err)
{
	struct gate_cov_point p = { gate_cov_clip(line), id, gate_cov_clip(hits), 1 };

	if (r->file == NULL)
		return err_set(err, ERR_CORRUPT, "no file is named for line %llu",
		               (unsigned long long)line);
	return gate_coverage_add(r->report.set, r->file, kind, &p, GATE_COV_SUM, err);
}

enum err_code gate_cov_folder(struct gate_cov_reader *r, struct span folder,
                              struct err *err)
{
	enum { FOLDERS_MAX = 100 };
	struct gate_cov_report *p = &r->report;
	const char **slot;

	if (folder.len == 0 || folder.len > GATE_COV_PATH_MAX ||
	    p->folder_count == FOLDERS_MAX)
		return ERR_OK;
	for (size_t i = 0; i < p->folder_count; i++)
		if (span_eq_str(folder, p->folders[i]))
			return ERR_OK;
	slot = arena_push(&p->set->arena, &p->folders, &p->folder_count, &p->folder_cap,
	                  sizeof(*slot));
	if (slot != NULL)
		*slot = arena_dup(&p->set->arena, folder);
	return arena_err(&p->set->arena, err);
}

enum err_code gate_cov_spread(struct gate_cov_reader *r, uint64_t lines, struct err *err)
{
	const uint64_t max = UINT64_C(64) << 20;

	if (lines > max - r->spread)
		return err_set(err, ERR_LIMIT, "its ranges cover more than %llu lines",
		               (unsigned long long)max);
	r->spread += lines;
	return ERR_OK;
}

bool gate_cov_hits(struct span text, uint64_t *out)
{
	uint64_t n;

	if (text.len > 0 && text.ptr[0] == '-') {
		*out = 0;
		return text.len == 1 || num_u64(span_from(text, 1), 0, UINT64_MAX, &n);
	}
	return num_u64(text, 0, UINT64_MAX, out);
}

/* ---- the reader ---- */

enum err_code gate_cov_reader_new(struct gate_cov_reader **out, const char *name,
                                  struct err *err)
{
	struct gate_cov_reader *r = mem_new(sizeof(*r));

	if (r == NULL)
		return err_nomem(err);
	r->name = name;
	if (gate_coverage_new(&r->report.set, err) != ERR_OK) {
		mem_free(r);
		return ERR_NOMEM;
	}
	*out = r;
	return ERR_OK;
}

void gate_cov_reader_free(struct gate_cov_reader *r)
{
	if (r == NULL)
		return;
	if (r->state != NULL)
		r->format->fini(r->state);
	mem_free(r->state);
	gate_coverage_free(r->report.set);
	buf_fini(&r->head);
	mem_free(r);
}

static enum err_code begin_as(struct gate_cov_reader *r,
                              const struct gate_cov_format *format, struct err *err)
{
	r->state = mem_new(format->state_size);
	if (r->state == NULL)
		return err_nomem(err);
	r->format = format;
	r->report.format = format->name;
	return format->begin(r, err);
}

/* By what was gathered of its beginning, which is then read. */
static enum err_code begin(struct gate_cov_reader *r, struct err *err)
{
	struct span head = buf_span(&r->head);
	const struct gate_cov_format *format = gate_cov_recognise(head, r->name, err);
	enum err_code rc;

	if (format == NULL)
		return ERR_UNSUPPORTED;
	rc = begin_as(r, format, err);
	/* A mark of UTF-8 is part of no format. */
	if (span_starts(head, SPAN_LIT("\xEF\xBB\xBF")))
		head = span_from(head, 3);
	return rc == ERR_OK ? format->feed(r, head, err) : rc;
}

enum err_code gate_cov_reader_feed(struct gate_cov_reader *r, struct span piece,
                                   struct err *err)
{
	if (piece.len > GATE_COV_REPORT_MAX - r->bytes)
		return err_set(err, ERR_LIMIT, "%s: larger than 4 GiB", r->name);
	r->bytes += piece.len;
	if (r->format != NULL)
		return r->format->feed(r, piece, err);
	buf_put(&r->head, piece);
	if (buf_err(&r->head, err) != ERR_OK)
		return ERR_NOMEM;
	return r->head.len < GATE_COV_HEAD ? ERR_OK : begin(r, err);
}

enum err_code gate_cov_reader_end(struct gate_cov_reader *r, struct gate_cov_report *out,
                                  struct err *err)
{
	struct gate_coverage *set = r->report.set;
	enum err_code rc = ERR_OK;

	if (r->format == NULL)
		rc = begin(r, err);
	if (rc == ERR_OK)
		rc = r->format->end(r, err);
	if (rc != ERR_OK)
		return rc;
	gate_coverage_settle(set);
	/* Formats with several records a file have counted them one by one. */
	if (r->report.listed.total == 0)
		for (size_t i = 0; i < set->count; i++)
			gate_coverage_count(set->files[i], GATE_COV_LINES,
			                    &r->report.listed);
	*out = r->report;
	r->report.set = NULL;
	return ERR_OK;
}

enum err_code gate_cov_read(struct span text, const char *name,
                            struct gate_cov_report *out, struct err *err)
{
	struct gate_cov_reader *r = NULL;
	enum err_code rc = gate_cov_reader_new(&r, name, err);

	if (rc == ERR_OK)
		rc = gate_cov_reader_feed(r, text, err);
	if (rc == ERR_OK)
		rc = gate_cov_reader_end(r, out, err);
	gate_cov_reader_free(r);
	return rc;
}

enum err_code gate_cov_read_as(const struct gate_cov_format *format, struct span text,
                               size_t piece, struct gate_cov_report *out, struct err *err)
{
	struct gate_cov_reader *r = NULL;
	enum err_code rc = gate_cov_reader_new(&r, "input", err);

	if (rc == ERR_OK)
		rc = begin_as(r, format, err);
	while (rc == ERR_OK && text.len > 0) {
		rc = gate_cov_reader_feed(r, span_sub(text, 0, piece), err);
		text = span_from(text, piece);
	}
	if (rc == ERR_OK)
		rc = gate_cov_reader_end(r, out, err);
	gate_cov_reader_free(r);
	return rc;
}

static enum err_code feed(void *context, struct span piece, struct err *err)
{
	return gate_cov_reader_feed(context, piece, err);
}

enum err_code gate_cov_read_file(const char *path, const char *name,
                                 struct gate_cov_report *out, struct err *err)
{
	struct gate_cov_reader *r = NULL;
	enum err_code rc = gate_cov_reader_new(&r, name, err);

	if (rc == ERR_OK)
		rc = gate_pieces(path, feed, r, err);
	if (rc == ERR_OK)
		rc = gate_cov_reader_end(r, out, err);
	gate_cov_reader_free(r);
	return rc;
}
