// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_GRAMMAR_H
#define GATE_GRAMMAR_H

#include "base/span.h"

#include <stdint.h>

/*
 * The grammar of `seaworthy.yml` as data: which keys there are, of which type, and where
 * in the structs of policy.h each value lives. Decoder, JSON writer, schema and locks all
 * read this one table, so they cannot drift apart. Constant; any thread.
 */

enum gate_kind {
	GATE_KIND_TEXT,     /* const char *: text that is not empty */
	GATE_KIND_URI,      /* const char *: absolute, as RFC 3986 has them */
	GATE_KIND_BASE,     /* const char *: id of a commit in full, or "tags" */
	GATE_KIND_LABEL,    /* const char *: text, or a number taken as text */
	GATE_KIND_ID,       /* const char *: a name fit for a file name */
	GATE_KIND_GLOB,     /* const char *: str_glob pattern, relative */
	GATE_KIND_DECIMAL,  /* const char *: number's own text, JSON's grammar */
	GATE_KIND_BOOL,     /* bool */
	GATE_KIND_COUNT,    /* uint64_t: whole number */
	GATE_KIND_DURATION, /* uint64_t: milliseconds; "10s" in text */
	GATE_KIND_INSTANT,  /* int64_t: milliseconds since 1970; RFC 3339 or a date */
	GATE_KIND_WORD,     /* int: index into `words`; entries may be NULL (no word) */
	GATE_KIND_LIST,     /* struct gate_strings of `item`; stored only for texts */
	GATE_KIND_ONE_OR_LIST, /* the same; a single item may stand alone */
	GATE_KIND_RECORD,      /* mapping with `fields` */
	GATE_KIND_RECORDS,     /* list of such; stored as array of `size` and count */
	GATE_KIND_TABLE,       /* mapping of any name to `item`; never stored */
	GATE_KIND_COMMAND,     /* struct gate_command */
	GATE_KIND_ENV,         /* struct gate_strings of "NAME=value" */
	GATE_KIND_AMOUNT,      /* a whole number or a size; never stored */
	GATE_KIND_FREE,        /* text, number, boolean or list of these; never stored */
	GATE_KIND_SAMPLE,    /* text, or a mapping that the scanner's loader reads; never
	                      * stored */
	GATE_KIND_PREDICATE, /* const struct gate_predicate * */
	GATE_KIND_COLLECT,   /* `collect` of struct gate_check: a choice and its collector
	                      */
};

#define GATE_NOWHERE SIZE_MAX /* the value is validated and not stored */
#define GATE_LIST_MAX 10000   /* entries of any list or mapping */
#define GATE_TEXT_MAX 65536   /* bytes of any text */
#define GATE_KEYS_MAX 32      /* keys of any mapping of the grammar */
#define GATE_ID_MAX 128       /* bytes of an id: it becomes a file name */

struct gate_field;

struct gate_type {
	enum gate_kind kind;
	const char *what;                /* for messages: "a duration such as 10s" */
	const struct gate_field *fields; /* record, records, predicate, collect */
	size_t field_count;
	const struct gate_type *item; /* list, table */
	size_t size;                  /* of one record in memory */
	const char *const *words;
	size_t word_count;
	size_t min; /* entries of a list; value of a count or decimal if bounded */
	size_t max; /* the same, of both only if bounded */
	bool bounded;
};

enum gate_field_flag {
	GATE_FIELD_REQUIRED = 1, /* wherever the mapping stands */
	GATE_FIELD_NEEDED = 2,   /* of an entry after parents are merged */
	GATE_FIELD_JSON = 4,     /* stored as canonical JSON text: const char * */
	GATE_FIELD_MERGED = 8,   /* records: an entry with a known id updates it */
	GATE_FIELD_OWN = 16, /* of one file, not of the resolved policy: not written */
};

struct gate_field {
	const char *key;
	const struct gate_type *type;
	size_t offset; /* in the record in memory, or GATE_NOWHERE */
	size_t aux;    /* records: of the count; else of a bool "was given"; 0 = none */
	const char *preset; /* default of a scalar as text, or NULL */
	unsigned flags;
	const char *help; /* one line for the schema */
};

/* The whole file: a record over struct gate_policy. */
const struct gate_type *gate_grammar(void);
/* A mapping with one key; fields in the order of enum gate_predicate_kind. */
const struct gate_type *gate_grammar_predicate(void);

/* NULL if there is none. */
const struct gate_field *gate_grammar_field(const struct gate_type *t, struct span key);
/* The field whose key is nearest to a wrong one, or NULL. */
const char *gate_grammar_nearest(const struct gate_type *t, struct span key);

/* Names of languages that `applies_when` may ask for and detection may find. */
#define GATE_LANGUAGES 36
extern const char *const gate_language_names[GATE_LANGUAGES];

#endif
