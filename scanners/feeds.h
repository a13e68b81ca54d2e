// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_FEEDS_H
#define SCANNERS_FEEDS_H

#include "base/span.h"

/* Line feeds in a text, many bytes at a time: how findings know their line. */
size_t scan_count_feeds(struct span text);

#endif
