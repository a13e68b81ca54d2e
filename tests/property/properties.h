// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_PROPERTIES_H
#define TESTS_PROPERTIES_H

#include "property/random_case.h"

/*
 * The promises of the score, each as a function that changes a case and compares the two
 * assessments. Safe to call from many threads.
 */

struct property {
	const char *name;
	/* NULL if it holds (or says nothing about this case), else what broke. The dice
	 * choose the change. */
	const char *(*broken)(const struct random_case *c,
	                      const struct gate_assessment *a, struct dice *d);
};

/* change_property.c */
const char *changes_are_accounted_for(const struct random_case *c,
                                      const struct gate_assessment *a, struct dice *d);

extern const struct property properties[];
extern const size_t property_count;

/* The case of this seed and every change to it. False after
 * printing a counterexample, made as small as dropping its parts can make it. */
bool properties_hold(uint64_t seed, FILE *out);

#endif
