// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_GRAMMAR_INTERNAL_H
#define GATE_GRAMMAR_INTERNAL_H

#include "policy/grammar.h"

#include <stddef.h>

/* Types that both halves of the table use. */

#define GATE_FIELDS_OF(array) \
	.fields = (array), .field_count = sizeof(array) / sizeof((array)[0])
#define GATE_WORDS_OF(array) \
	.words = (array), .word_count = sizeof(array) / sizeof((array)[0])

/* A key that is validated and not stored by itself. */
#define GATE_KEPT(name, of, how, text)                                                \
	{                                                                             \
		.key = (name), .type = &(of), .offset = GATE_NOWHERE, .flags = (how), \
		.help = (text)                                                        \
	}

#define AT(record, member) .offset = offsetof(struct record, member)
#define AUX(record, member) .aux = offsetof(struct record, member)

extern const struct gate_type gate_type_text;
extern const struct gate_type gate_type_label;
extern const struct gate_type gate_type_id;
extern const struct gate_type gate_type_bool;
extern const struct gate_type gate_type_count;
extern const struct gate_type gate_type_decimal;
extern const struct gate_type gate_type_percent;
extern const struct gate_type gate_type_share;
extern const struct gate_type gate_type_duration;
extern const struct gate_type gate_type_timeout;
extern const struct gate_type gate_type_instant;
extern const struct gate_type gate_type_priority;
extern const struct gate_type gate_type_texts;
extern const struct gate_type gate_type_ids;
extern const struct gate_type gate_type_globs;
extern const struct gate_type gate_type_glob;
extern const struct gate_type gate_type_command;
extern const struct gate_type gate_type_format;
extern const struct gate_type gate_type_command_format;
extern const struct gate_type gate_type_env;

/* The entries of `checks`, in grammar_check.c. */
extern const struct gate_type gate_type_checks;
extern const struct gate_type gate_type_predicate;

/* `collect: bench`, in grammar_bench.c. */
extern const struct gate_type gate_type_bench;

/* `rules`, in grammar_rules.c. */
extern const struct gate_type gate_type_scan_rules;

/* Sections whose work is done elsewhere, in grammar_sections.c. */
extern const struct gate_type gate_type_phases;
extern const struct gate_type gate_type_risks;
extern const struct gate_type gate_type_rollout;
extern const struct gate_type gate_type_evidence;
extern const struct gate_type gate_type_plugins;
extern const struct gate_type gate_type_load;

#endif
