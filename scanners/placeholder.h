// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_PLACEHOLDER_H
#define SCANNERS_PLACEHOLDER_H

#include "scanners/secret_check.h"

/*
 * What decides about rules placeholder.* where a pattern cannot: which function a
 * statement is the whole body of, and what is said around a text. Each moves the match to
 * what a finding shows.
 */

/* A check whose first statement says that all is well. */
scan_check scan_check_always_true;
/* What is named like a measurement and begins with returning a number. */
scan_check scan_check_constant_result;
/* Commands, settings and comments that make a check count for nothing. */
scan_check scan_check_disabled_check;
/* Empty handlers of errors whose names do not say that this is meant. */
scan_check scan_check_empty_handler;
/* "not implemented", said by code that was meant to do something. */
scan_check scan_check_not_implemented;
/* Tests that are left out without a condition. */
scan_check scan_check_skipped_test;

#endif
