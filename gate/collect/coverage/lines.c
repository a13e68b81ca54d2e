// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/reader_internal.h"

#include <string.h>

static enum err_code hand_over(struct gate_cov_reader *r, struct gate_cov_lines *l,
                               struct span line, gate_cov_line *each, struct err *err)
{
	enum err_code rc;

	l->line++;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	rc = each(r, line, err);
	if (rc != ERR_OK)
		return err_wrap(err, rc, "%s:%llu", r->name, (unsigned long long)l->line);
	return ERR_OK;
}

static enum err_code hold(struct gate_cov_reader *r, struct gate_cov_lines *l,
                          struct span piece, struct err *err)
{
	if (piece.len > GATE_COV_TOKEN_MAX - l->partial.len)
		return err_set(err, ERR_LIMIT, "%s:%llu: a line longer than 1 MiB",
		               r->name, (unsigned long long)l->line + 1);
	buf_put(&l->partial, piece);
	return buf_err(&l->partial, err);
}

enum err_code gate_cov_lines_feed(struct gate_cov_reader *r, struct gate_cov_lines *l,
                                  struct span piece, gate_cov_line *each, struct err *err)
{
	enum err_code rc = ERR_OK;

	while (piece.len > 0 && rc == ERR_OK) {
		const char *feed = memchr(piece.ptr, '\n', piece.len);
		struct span line = piece;

		if (feed == NULL)
			return hold(r, l, piece, err);
		line.len = (size_t)(feed - piece.ptr);
		piece = span_from(piece, line.len + 1);
		if (l->partial.len > 0) {
			if ((rc = hold(r, l, line, err)) != ERR_OK)
				return rc;
			line = buf_span(&l->partial);
		}
		rc = hand_over(r, l, line, each, err);
		l->partial.len = 0;
	}
	return rc;
}

enum err_code gate_cov_lines_end(struct gate_cov_reader *r, struct gate_cov_lines *l,
                                 gate_cov_line *each, struct err *err)
{
	if (l->partial.len == 0)
		return ERR_OK;
	return hand_over(r, l, buf_span(&l->partial), each, err);
}
