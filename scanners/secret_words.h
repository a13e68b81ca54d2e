// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SECRET_WORDS_H
#define SCANNERS_SECRET_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { SCAN_WORD_MIN = 4, SCAN_WORD_MAX = 14 };

/* Are these small letters a word that programs and documents are full of? */
bool scan_common_word(const char *text, size_t len);

#endif
