// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/bench/reading.h"

/* NAME VALUE UNIT, one a line; the name may have spaces, the unit may be missing. Empty
 * lines and those that begin with # are left out; any other line is an error, because
 * text that is taken for a benchmark, or a benchmark that is taken for text, is worse. */

/* Takes the last word off the line. */
static struct span last_word(struct span *line)
{
	struct span word;
	size_t at;

	*line = span_trim(*line);
	for (at = line->len; at > 0; at--)
		if (line->ptr[at - 1] == ' ' || line->ptr[at - 1] == '\t')
			break;
	word = span_from(*line, at);
	*line = span_trim(span_sub(*line, 0, at));
	return word;
}

static bool take_line(struct gate_bench_readings *r, struct span line)
{
	struct span unit = last_word(&line);
	double value;

	if (num_double(unit, &value)) {
		if (line.len == 0)
			return false;
		(void)gate_bench_readings_add(r, line, value, "");
		return true;
	}
	if (!num_double(last_word(&line), &value) || line.len == 0)
		return false;
	(void)gate_bench_readings_add(r, line, value, arena_dup(&r->arena, unit));
	return true;
}

enum err_code gate_bench_read_lines(struct span text, const char *name,
                                    struct gate_bench_readings *r, struct err *err)
{
	struct span line;
	size_t number = 0;

	while (span_line(&text, &line) && !r->overflow) {
		number++;
		line = span_trim(line);
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (!take_line(r, line)) {
			struct buf shown = BUF_INIT;

			str_display_cut(&shown, line, 60);
			(void)err_set(err, ERR_CORRUPT,
			              "%s:%zu: not of the form NAME VALUE UNIT: %s", name,
			              number, buf_str(&shown));
			buf_fini(&shown);
			return ERR_CORRUPT;
		}
	}
	return gate_bench_readings_err(r, name, err);
}
