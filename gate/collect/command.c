// SPDX-License-Identifier: Apache-2.0
#include "collect/command.h"

#include "base/str.h"

#include <string.h>

/* What the shell takes as it is. */
static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./:=@%+,";

	return *word != '\0' && word[strspn(word, plain)] == '\0';
}

static void put_quoted(struct buf *out, const char *word)
{
	buf_putc(out, '\'');
	for (const char *p = word; *p != '\0'; p++) {
		if (*p == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *p);
	}
	buf_putc(out, '\'');
}

void gate_command_word(struct buf *out, const char *word)
{
	if (is_plain(word))
		buf_puts(out, word);
	else
		put_quoted(out, word);
}

void gate_command_text(struct buf *out, const struct gate_command *command)
{
	if (command->shell != NULL) {
		buf_puts(out, command->shell);
		return;
	}
	for (size_t i = 0; i < command->argv.count; i++) {
		if (i > 0)
			buf_putc(out, ' ');
		gate_command_word(out, command->argv.items[i]);
	}
}

const char *const *gate_command_argv(struct arena *a, const struct gate_command *command)
{
	size_t count = command->shell != NULL ? 3 : command->argv.count;
	const char **argv = arena_array(a, count + 1, sizeof(*argv));

	if (argv == NULL)
		return NULL;
	if (command->shell != NULL) {
		argv[0] = "/bin/sh";
		argv[1] = "-c";
		argv[2] = command->shell;
	}
	for (size_t i = 0; i < command->argv.count && command->shell == NULL; i++)
		argv[i] = command->argv.items[i];
	return argv;
}
