// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include "base/cancel.h"
#include "base/opt.h"
#include "base/term.h"

#include <stddef.h>

/*
 * A program of many commands: one table says what they are, and this finds the command,
 * parses its options (before and after its name alike), prints help, completions and the
 * man page from the table, and turns errors into exit codes. A command parses nothing
 * itself: it gets its options, calls one job and prints.
 */

/* Options of every command; the first member of the struct that all tables fill. */
struct program_options {
	const char *color;
	bool quiet;
	bool verbose;
	bool no_progress;
};

/* Rows for the program's common table. */
#define PROGRAM_OPTIONS                                                      \
	{ "color",                                                           \
	  0,                                                                 \
	  OPT_CHOICE,                                                        \
	  offsetof(struct program_options, color),                           \
	  "WHEN",                                                            \
	  "when to use colour; auto unless given",                           \
	  "auto always never" },                                             \
		{ "quiet",  'q',                                             \
		  OPT_FLAG, offsetof(struct program_options, quiet),         \
		  NULL,     "print errors and requested data only",          \
		  NULL },                                                    \
		{ "verbose", 'v',                                            \
		  OPT_FLAG,  offsetof(struct program_options, verbose),      \
		  NULL,      "say more of what is done",                     \
		  NULL },                                                    \
	{                                                                    \
		"no-progress", 0, OPT_FLAG,                                  \
			offsetof(struct program_options, no_progress), NULL, \
			"no progress line", NULL                             \
	}

/* What a command gets. */
struct program_call {
	const struct program *program;
	struct program_options *options; /* the whole struct begins here */
	struct opt_args args;
	struct cancel *cancel;
	struct term out; /* stdout */
	struct term err; /* stderr */
};

/* Gives the exit code. */
typedef int program_command(struct program_call *call);

struct program_entry {
	struct opt_command command; /* name NULL ends the table */
	program_command *run;
};

/* Texts of `help TOPIC`, wrapped to 80 columns. */
struct program_topic {
	const char *name; /* NULL ends the table */
	const char *title;
	const char *text; /* NULL: program.topic writes it */
};

struct program {
	const char *name;
	const char *lead;  /* what it is, wrapped to 80 columns */
	const char *hint;  /* what to type first, for a call without a command */
	const char *usage; /* after "usage: NAME " */
	const char *examples;
	const struct opt *common;
	const struct program_entry *entries; /* sorted by name */
	const struct program_topic *topics;
	void (*topic)(const char *name, struct buf *out); /* may be NULL */
	/* Exit code of an error that nobody else judged. */
	int (*exit_of)(const struct err *err);
};

#define PROGRAM_USAGE 2 /* exit code of a wrong command line */

/* Runs the command that the arguments name. `options` is zeroed or holds defaults. */
int program_main(const struct program *program, struct program_options *options,
                 struct cancel *cancel, int argc, char **argv);

/* Commands that every program has. */
program_command program_completion;
program_command program_help;
program_command program_version;
/* What the first two print, for those who put it into something else. ERR_USAGE for an
 * argument that names nothing. */
enum err_code program_completion_text(const struct program_call *call, struct buf *out,
                                      struct err *err) ERR_CHECKED;
enum err_code program_help_text(const struct program_call *call, struct buf *out,
                                struct err *err) ERR_CHECKED;

/*
 * Prints the error and gives its exit code; 128 + n after signal n. A reader of our
 * output that went away is no error: nothing is printed, and the code is that of SIGPIPE,
 * as of every program that such a pipe ends.
 */
int program_fail(const struct program_call *call, const struct err *err);
/* A line for people on stderr, shown escaped; callers leave it out under --quiet. */
void program_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Writes to stdout; a closed pipe or full disk is an error. */
enum err_code program_print(struct span text, struct err *err) ERR_CHECKED;
/* Prints and releases the text; gives 0 or the error's exit code. */
int program_print_take(const struct program_call *call, struct buf *text);

/*
 * Writes the man page: the template, with the sections that the option tables give in
 * place of @TABLES@, or those of one command in place of @COMMAND NAME@. So the page
 * cannot name an option that does not exist.
 */
enum err_code program_man(const struct program *program, const char *template,
                          const char *page, struct err *err) ERR_CHECKED;

#endif
