// SPDX-License-Identifier: Apache-2.0
#include "base/opt.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

#include <string.h>

/* An option that had its one value. */
struct seen {
	const struct opt *option;
};

/* One command line on its way through the tables. */
struct parser {
	const struct opt *const *tables;
	size_t table_count;
	char **argv;
	size_t argc;
	size_t at; /* the next argument */
	char *target;
	struct opt_args *args;
	struct seen *seen;
	size_t seen_count;
	size_t seen_cap;
	struct err *err;
};

static const struct opt *find_name(const struct parser *p, struct span name)
{
	for (size_t t = 0; t < p->table_count; t++)
		for (const struct opt *o = p->tables[t]; o->name != NULL; o++)
			if (span_eq_str(name, o->name))
				return o;
	return NULL;
}

static const struct opt *find_letter(const struct parser *p, char letter)
{
	for (size_t t = 0; t < p->table_count; t++)
		for (const struct opt *o = p->tables[t]; o->name != NULL; o++)
			if (o->letter != '\0' && o->letter == letter)
				return o;
	return NULL;
}

static bool takes_value(const struct opt *o)
{
	return o->kind != OPT_FLAG;
}

/* The name of "--name" or "--name=value"; `*value` is NULL without one. */
static struct span split_long(const char *arg, const char **value)
{
	struct span body = span_str(arg + 2);
	size_t equals = span_find_byte(body, '=');

	*value = equals == body.len ? NULL : body.ptr + equals + 1;
	return span_sub(body, 0, equals);
}

static bool is_option(const char *arg)
{
	return arg[0] == '-' && arg[1] != '\0';
}

/* Looks at one argument: is help asked for, and does it take the next argument as its
 * value? */
static bool asks_help(const struct parser *p, const char *arg, bool *takes_next)
{
	const struct opt *o;
	const char *value;
	struct span name;

	*takes_next = false;
	if (str_starts(arg, "--")) {
		name = split_long(arg, &value);
		o = find_name(p, name);
		*takes_next = o != NULL && takes_value(o) && value == NULL;
		return o == NULL && span_eq_str(name, "help");
	}
	for (arg++; *arg != '\0'; arg++) {
		o = find_letter(p, *arg);
		if (o == NULL && *arg == 'h')
			return true;
		if (o != NULL && takes_value(o)) {
			*takes_next = arg[1] == '\0';
			return false;
		}
	}
	return false;
}

/* Help is found before anything is checked, so that it also helps on a wrong command
 * line. */
static bool wants_help(const struct parser *p)
{
	for (size_t i = 0; i < p->argc; i++) {
		bool takes_next;

		if (str_eq(p->argv[i], "--"))
			return false;
		if (!is_option(p->argv[i]))
			continue;
		if (asks_help(p, p->argv[i], &takes_next))
			return true;
		i += takes_next;
	}
	return false;
}

/* The one option that starts with the word, or NULL: people try abbreviations. */
static const char *only_start(const char *const *names, size_t count, struct span word)
{
	const char *only = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!span_starts(span_str(names[i]), word))
			continue;
		if (only != NULL)
			return NULL;
		only = names[i];
	}
	return only;
}

static const char *meant(const char *const *names, size_t count, struct span word)
{
	const char *near = str_nearest(word, names, count);

	return near != NULL ? near : only_start(names, count, word);
}

static enum err_code unknown_name(struct parser *p, struct span name)
{
	const char **names = NULL;
	const char *hint = "help";
	size_t count = 0;
	size_t cap = 0;
	bool ok = mem_grow(&names, count, &cap, sizeof(*names));

	if (ok)
		names[count++] = "help";
	for (size_t t = 0; ok && t < p->table_count; t++) {
		for (const struct opt *o = p->tables[t]; ok && o->name != NULL; o++) {
			ok = mem_grow(&names, count, &cap, sizeof(*names));
			if (ok)
				names[count++] = o->name;
		}
	}
	if (ok)
		hint = meant(names, count, name);
	mem_free(names);
	if (!ok)
		return err_nomem(p->err);
	if (hint == NULL)
		return err_set(p->err, ERR_USAGE, "unknown option --%.*s; see --help",
		               (int)span_sub(name, 0, 200).len, name.ptr);
	return err_set(p->err, ERR_USAGE, "unknown option --%.*s; did you mean --%s?",
	               (int)span_sub(name, 0, 200).len, name.ptr, hint);
}

static bool has_room_for_one(const struct opt *o)
{
	return o->kind == OPT_STRING || o->kind == OPT_COUNT || o->kind == OPT_CHOICE;
}

/* Notes a single-valued option; a second copy is an error. */
static enum err_code note_seen(struct parser *p, const struct opt *o)
{
	if (!has_room_for_one(o))
		return ERR_OK;
	for (size_t i = 0; i < p->seen_count; i++)
		if (p->seen[i].option == o)
			return err_set(
				p->err, ERR_USAGE,
				"--%s is given twice, but takes one value; drop one",
				o->name);
	if (!mem_grow(&p->seen, p->seen_count, &p->seen_cap, sizeof(*p->seen)))
		return err_nomem(p->err);
	p->seen[p->seen_count++].option = o;
	return ERR_OK;
}

static bool list_add(struct opt_list *list, const char *item)
{
	if (!mem_grow(&list->items, list->count, &list->cap, sizeof(*list->items)))
		return false;
	list->items[list->count++] = item;
	return true;
}

/* Adds a copy that the list owns. */
static bool list_add_copy(struct opt_list *list, struct span piece)
{
	char *copy;

	if (!mem_grow(&list->split, list->split_count, &list->split_cap,
	              sizeof(*list->split)))
		return false;
	copy = mem_dup(piece);
	if (copy == NULL)
		return false;
	list->split[list->split_count++] = copy;
	return list_add(list, copy);
}

static enum err_code store_commas(struct parser *p, const struct opt *o,
                                  const char *value, struct opt_list *list)
{
	struct span rest = span_str(value);
	struct span piece;

	if (rest.len == 0)
		return err_set(p->err, ERR_USAGE, "--%s needs a value: --%s %s", o->name,
		               o->name, o->value);
	while (span_split(&rest, ',', &piece)) {
		piece = span_trim(piece);
		if (piece.len == 0)
			return err_set(p->err, ERR_USAGE, "--%s: empty item in '%.200s'",
			               o->name, value);
		if (!list_add_copy(list, piece))
			return err_nomem(p->err);
	}
	return ERR_OK;
}

static enum err_code store_choice(struct parser *p, const struct opt *o,
                                  const char *value, void *field)
{
	struct span rest = span_str(o->choices);
	struct span choice;

	while (span_split(&rest, ' ', &choice)) {
		if (span_eq_str(choice, value)) {
			memcpy(field, &value, sizeof(value));
			return ERR_OK;
		}
	}
	return err_set(p->err, ERR_USAGE, "--%s: '%.200s' is not one of: %s", o->name,
	               value, o->choices);
}

static enum err_code store_count(struct parser *p, const struct opt *o, const char *value,
                                 void *field)
{
	uint64_t number;

	if (!num_u64(span_str(value), 1, UINT64_MAX, &number))
		return err_set(p->err, ERR_USAGE,
		               "--%s: '%.200s' is not a whole number such as 8, from 1 "
		               "on",
		               o->name, value);
	memcpy(field, &number, sizeof(number));
	return ERR_OK;
}

/* `value` is NULL for flags. */
static enum err_code store(struct parser *p, const struct opt *o, const char *value)
{
	void *field = p->target + o->offset;
	enum err_code rc = note_seen(p, o);
	bool on = true;

	if (rc != ERR_OK)
		return rc;
	switch (o->kind) {
	case OPT_FLAG:
		memcpy(field, &on, sizeof(on));
		return ERR_OK;
	case OPT_STRING:
		memcpy(field, &value, sizeof(value));
		return ERR_OK;
	case OPT_LIST:
		return list_add(field, value) ? ERR_OK : err_nomem(p->err);
	case OPT_COMMAS:
		return store_commas(p, o, value, field);
	case OPT_COUNT:
		return store_count(p, o, value, field);
	case OPT_CHOICE:
		return store_choice(p, o, value, field);
	}
	return ERR_OK;
}

/* Takes the next argument as the value, unless it is plainly another option. */
static enum err_code take_value(struct parser *p, const struct opt *o, const char **value)
{
	const char *ignored;

	if (p->at == p->argc)
		return err_set(p->err, ERR_USAGE, "--%s needs a value: --%s %s", o->name,
		               o->name, o->value);
	*value = p->argv[p->at];
	if (str_starts(*value, "--") &&
	    find_name(p, split_long(*value, &ignored)) != NULL)
		return err_set(
			p->err, ERR_USAGE,
			"--%s needs a value, and %.200s is an option; if it is meant, "
			"write --%s=%.200s",
			o->name, *value, o->name, *value);
	p->at++;
	return ERR_OK;
}

static enum err_code parse_long(struct parser *p, const char *arg)
{
	const char *value;
	struct span name = split_long(arg, &value);
	const struct opt *o = find_name(p, name);
	enum err_code rc;

	if (o == NULL)
		return unknown_name(p, name);
	if (!takes_value(o) && value != NULL)
		return err_set(p->err, ERR_USAGE, "--%s takes no value; write --%s",
		               o->name, o->name);
	if (takes_value(o) && value == NULL) {
		rc = take_value(p, o, &value);
		if (rc != ERR_OK)
			return rc;
	}
	return store(p, o, value);
}

/* "-q", "-qv" (flags joined), "-nVALUE", "-n VALUE". */
static enum err_code parse_letters(struct parser *p, const char *letters)
{
	enum err_code rc = ERR_OK;

	for (; rc == ERR_OK && *letters != '\0'; letters++) {
		const struct opt *o = find_letter(p, *letters);
		const char *value = letters + 1;

		if (o == NULL)
			return err_set(p->err, ERR_USAGE,
			               "unknown option -%c; see --help", *letters);
		if (!takes_value(o)) {
			rc = store(p, o, NULL);
			continue;
		}
		if (*value == '\0')
			rc = take_value(p, o, &value);
		return rc == ERR_OK ? store(p, o, value) : rc;
	}
	return rc;
}

/* `items` has room for all of argv from the start. */
static void add_positional(struct parser *p, const char *arg)
{
	p->args->items[p->args->count++] = arg;
}

static enum err_code parse_all(struct parser *p)
{
	bool options = true;

	while (p->at < p->argc) {
		const char *arg = p->argv[p->at++];
		enum err_code rc = ERR_OK;

		if (!options || !is_option(arg))
			add_positional(p, arg);
		else if (str_eq(arg, "--"))
			options = false;
		else if (str_starts(arg, "--"))
			rc = parse_long(p, arg);
		else
			rc = parse_letters(p, arg + 1);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

enum err_code opt_parse(const struct opt *const *tables, size_t table_count, int argc,
                        char **argv, void *target, struct opt_args *args, struct err *err)
{
	struct parser p = { .tables = tables,
		            .table_count = table_count,
		            .argv = argv,
		            .argc = argc < 0 ? 0 : (size_t)argc,
		            .target = target,
		            .args = args,
		            .err = err };
	enum err_code rc;

	*args = (struct opt_args){ NULL, 0, false };
	if (wants_help(&p)) {
		args->help = true;
		return ERR_OK;
	}
	if (!mem_array(&args->items, p.argc, sizeof(*args->items)))
		return err_nomem(err);
	rc = parse_all(&p);
	mem_free(p.seen);
	if (rc != ERR_OK)
		opt_args_fini(args);
	return rc;
}

enum err_code opt_check_args(const char *program, const struct opt_command *command,
                             const struct opt_args *args, struct err *err)
{
	if (args->count < command->min_args)
		return err_set(err, ERR_USAGE, "%s needs %s; see `%s %s --help`",
		               command->name, command->args, program, command->name);
	if (args->count > command->max_args && command->max_args == 0)
		return err_set(err, ERR_USAGE, "%s takes no argument, but got '%.200s'",
		               command->name, args->items[0]);
	if (args->count > command->max_args)
		return err_set(err, ERR_USAGE,
		               "%s: one argument too many: '%.200s'; see `%s %s --help`",
		               command->name, args->items[command->max_args], program,
		               command->name);
	return ERR_OK;
}

void opt_args_fini(struct opt_args *args)
{
	mem_free(args->items);
	*args = (struct opt_args){ NULL, 0, false };
}

static void list_fini(struct opt_list *list)
{
	for (size_t i = 0; i < list->split_count; i++)
		mem_free(list->split[i]);
	mem_free(list->split);
	mem_free(list->items);
	*list = (struct opt_list){ NULL, 0, 0, NULL, 0, 0 };
}

void opt_release(const struct opt *const *tables, size_t table_count, void *target)
{
	for (size_t i = 0; i < table_count; i++)
		for (const struct opt *o = tables[i]; o->name != NULL; o++)
			if (o->kind == OPT_LIST || o->kind == OPT_COMMAS)
				list_fini((void *)((char *)target + o->offset));
}
