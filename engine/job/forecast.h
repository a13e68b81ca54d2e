// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_FORECAST_H
#define JOB_FORECAST_H

#include "job/source.h"
#include "snapshot/filter.h"

/*
 * How much a backup has before it: a light walk ahead of it, on a thread of its own, that
 * counts files and bytes by the same rules and reads no content. An estimate: what cannot
 * be read, and what lies deeper than 64 folders, is left out without a word, since the
 * backup itself tells what is wrong.
 */
struct lb_forecast;

struct lb_forecast_options {
	const struct lb_source *root;   /* borrowed, like the filter */
	const struct lb_filter *filter; /* NULL: everything */
	bool one_file_system;
};

enum err_code lb_forecast_start(struct lb_forecast **out,
                                const struct lb_forecast_options *options,
                                struct err *err) ERR_CHECKED;
/* False, and nothing set, until all has been seen. Any thread may ask. */
bool lb_forecast_total(const struct lb_forecast *f, uint64_t *files, uint64_t *bytes);
/* Stops it if it still runs, and frees. NULL is fine. */
void lb_forecast_stop(struct lb_forecast *f);

#endif
