// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_MAP_INTERNAL_H
#define BASE_MAP_INTERNAL_H

#include "base/span.h"

#include <stdint.h>

/* SipHash-1-3 with the given key, for the published test vectors. */
uint64_t map_siphash(const uint64_t key[2], struct span s);

#endif
