// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include "base/buf.h"

#include <stdint.h>

/*
 * Command lines by table: one table drives parsing, --help, the completions and the man
 * pages. Options may stand before or after positional arguments; "--" ends them;
 * --name=value and
 * --name value, -n value and -nvalue are the same; single-letter flags may be joined. A
 * second copy of a single-valued option is an error. Unknown options are errors with a
 * did-you-mean.
 */

enum opt_kind {
	OPT_FLAG,   /* bool */
	OPT_STRING, /* const char *, borrowed from argv */
	OPT_LIST,   /* struct opt_list: repeatable */
	OPT_COMMAS, /* struct opt_list: repeatable, each split at commas */
	OPT_COUNT,  /* uint64_t, from 1 on */
	OPT_CHOICE, /* const char *, one of `choices` */
};

struct opt_list {
	const char **items; /* owned array; strings are borrowed from argv, or owned when
	                       split */
	size_t count;
	size_t cap;
	char **split; /* owned storage of split pieces */
	size_t split_count;
	size_t split_cap;
};

struct opt {
	const char *name; /* without dashes; NULL ends a table */
	char letter;      /* 0 = none */
	enum opt_kind kind;
	size_t offset;       /* of the target in the struct given to opt_parse */
	const char *value;   /* placeholder in help, e.g. "FILE"; NULL for flags */
	const char *help;    /* one line, no full stop */
	const char *choices; /* "auto always never" for OPT_CHOICE (also offered by
	                        completions) */
};

struct opt_command {
	const char *name;     /* NULL ends a table */
	const char *args;     /* synopsis after the options, e.g. "[PATH]" */
	const char *help;     /* one line */
	const char *about;    /* paragraphs for --help and the man page */
	const char *examples; /* lines "command # what it does" */
	const struct opt *options;
	size_t min_args;
	size_t max_args;
};

/* What parsing leaves: positional arguments in order. */
struct opt_args {
	const char **items; /* owned array of borrowed strings */
	size_t count;
	bool help; /* --help or -h was given; nothing else was checked then */
};

/* ERR_USAGE with a message that names the option and the mend. argv[0] is the first
 * argument (not the program). `target` holds the fields that offsets point into, zeroed
 * or with defaults. */
enum err_code opt_parse(const struct opt *const *tables, size_t table_count, int argc,
                        char **argv, void *target, struct opt_args *args,
                        struct err *err) ERR_CHECKED;
/* ERR_USAGE unless the number of positional arguments is within the command's bounds. */
enum err_code opt_check_args(const char *program, const struct opt_command *command,
                             const struct opt_args *args, struct err *err) ERR_CHECKED;
void opt_args_fini(struct opt_args *args);
/* Frees the lists of the tables' options in `target`, also after a failure. */
void opt_release(const struct opt *const *tables, size_t table_count, void *target);

/* Help text of one command, wrapped to `columns`. `common` may be NULL. */
void opt_help(struct buf *out, const char *program, const struct opt_command *command,
              const struct opt *common, size_t columns);

#endif
