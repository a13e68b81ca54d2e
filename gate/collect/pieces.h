// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_PIECES_H
#define GATE_PIECES_H

#include "base/err.h"
#include "base/span.h"

/* A file in pieces of at most 256 KiB, none of them empty. Through its folder, so that
 * nothing but a regular file is opened; a link at the end is followed. A code of `take`
 * other than ERR_OK stops. */
typedef enum err_code gate_piece(void *context, struct span piece, struct err *err);
enum err_code gate_pieces(const char *path, gate_piece *take, void *context,
                          struct err *err) ERR_CHECKED;

#endif
