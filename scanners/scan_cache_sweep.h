// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SCAN_CACHE_SWEEP_H
#define SCANNERS_SCAN_CACHE_SWEEP_H

#include "base/err.h"

#include <stdint.h>

/* What the files of results are called (scan_cache.h), below the folder for caches. */
#define SCAN_CACHE_PREFIX "results-"

enum { SCAN_CACHE_FILES = 16 /* so many are kept */ };

/* Removes all but the newest files of results, and what writers left that did not end. */
enum err_code scan_cache_sweep(const char *folder, int64_t now_ms,
                               struct err *err) ERR_CHECKED;

#endif
