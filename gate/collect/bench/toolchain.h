// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_TOOLCHAIN_H
#define GATE_BENCH_TOOLCHAIN_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * Who made a program: the instruction set in the head of an ELF file, and the names of
 * compilers in its section .comment. Files are hostile: every offset is checked.
 */

/* Appends "machine 62; GCC: (Debian 12.2.0-14) 12.2.0"; false for what is no ELF file of
 * 64 bits in little-endian order, or has no such section. */
bool gate_bench_toolchain(struct span file, struct buf *out);

/* NULL if both programs (paths, or NULL) were made alike, or are no ELF files both; else
 * in words what differs, in the arena. */
const char *gate_bench_toolchain_differs(struct arena *a, const char *base,
                                         const char *head);

#endif
