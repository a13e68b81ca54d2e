// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "policy/detect_internal.h"

#include <string.h>

/*
 * Reads the "test" script of package.json: which runner it starts, and with which
 * arguments, so that the runner can be started alike with a report for machines. A
 * script that is not one plain call of a known runner stays as it is.
 */

enum { SCRIPT_MAX = 4096, COMMANDS_MAX = 16 };

/* Does the shell see more in it than words and quotes? */
static bool is_plain(struct span command)
{
	static const char special[] = "|;<>&`$()\n\\";

	for (size_t i = 0; i < command.len; i++)
		if (strchr(special, command.ptr[i]) != NULL)
			return false;
	return true;
}

/* Takes the first word off; false at the end. */
static bool take_word(struct span *rest, struct span *word)
{
	size_t end = 0;

	*rest = span_trim(*rest);
	while (end < rest->len && rest->ptr[end] != ' ' && rest->ptr[end] != '\t')
		end++;
	*word = span_sub(*rest, 0, end);
	*rest = span_trim(span_from(*rest, end));
	return word->len > 0;
}

static const char *known_runner(struct span word)
{
	static const char *const runners[] = { "mocha", "jest", "vitest", "playwright",
		                               "tape",  "ava",  "node" };

	for (size_t i = 0; i < sizeof(runners) / sizeof(runners[0]); i++)
		if (span_eq_str(word, runners[i]))
			return runners[i];
	return NULL;
}

/* Words that stand before a runner and change nothing of what it reports. */
static bool is_prefix(struct span word)
{
	static const char *const words[] = { "npx", "cross-env", "nyc", "c8", "--" };

	if (span_find_byte(word, '=') < word.len)
		return true; /* NAME=value, and options of nyc */
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_eq_str(word, words[i]))
			return true;
	return span_starts(word, SPAN_LIT("--"));
}

static bool read_command(struct span command, const char **runner, struct span *arguments)
{
	struct span word;
	struct span rest = command;

	if (!is_plain(command))
		return false;
	while (take_word(&rest, &word)) {
		*runner = known_runner(word);
		*arguments = rest;
		if (*runner != NULL)
			return !str_eq(*runner, "node") ||
			       span_starts(rest, SPAN_LIT("--test"));
		if (!is_prefix(word))
			return false;
	}
	return false;
}

/* Splits at "&&"; a command with a lone '&' is not plain, and so no runner's. */
static bool next_command(struct span *rest, struct span *command)
{
	size_t at = span_find(*rest, SPAN_LIT("&&"));

	if (rest->len == 0)
		return false;
	*command = span_sub(*rest, 0, at);
	*rest = span_from(*rest, at + 2);
	return true;
}

struct gate_script gate_script_read(struct gate_finder *f, const char *script)
{
	struct gate_script found = { NULL, "" };
	struct span rest = span_str(script);
	struct span command, arguments;
	const char *runner = NULL;
	size_t runners = 0;

	if (rest.len > SCRIPT_MAX)
		return found;
	while (next_command(&rest, &command)) {
		if (!read_command(command, &runner, &arguments))
			continue;
		runners++;
		found.runner = runner;
		found.arguments =
			gate_find_text(f, "%.*s", (int)arguments.len,
		                       arguments.ptr != NULL ? arguments.ptr : "");
	}
	if (runners != 1)
		found.runner = NULL; /* several: only the whole script runs them all */
	return found;
}

/* Drops an option and its value from arguments: "--reporter spec", "--reporter=spec". */
const char *gate_script_without(struct gate_finder *f, const char *arguments,
                                const char *option)
{
	struct span rest = span_str(arguments);
	struct span word;
	struct buf kept = BUF_INIT;
	const char *text;

	while (take_word(&rest, &word)) {
		if (span_eq_str(word, option)) {
			(void)take_word(&rest, &word);
			continue;
		}
		if (span_starts(word, span_str(option)) &&
		    word.ptr[strlen(option)] == '=')
			continue;
		buf_printf(&kept, "%s%.*s", kept.len > 0 ? " " : "", (int)word.len,
		           word.ptr);
	}
	text = gate_find_text(f, "%s", buf_str(&kept));
	buf_fini(&kept);
	return text;
}

/* A number that may follow "--bail" as a word of its own. */
static bool is_count(struct span word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return false;
	return word.len > 0;
}

static bool ends_early(struct span word)
{
	static const char *const options[] = { "--bail", "-b", "--fail-fast",
		                               "--max-failures", "-x" };
	const struct span name = span_sub(word, 0, span_find_byte(word, '='));

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (span_eq_str(name, options[i]))
			return true;
	return false;
}

const char *gate_script_to_the_end(struct gate_finder *f, const char *arguments)
{
	struct span rest = span_str(arguments);
	struct span word;
	struct buf kept = BUF_INIT;
	bool dropped = false;
	const char *text;

	while (take_word(&rest, &word)) {
		if (ends_early(word)) {
			dropped = span_find_byte(word, '=') == word.len;
			continue;
		}
		if (!dropped || !is_count(word))
			buf_printf(&kept, "%s%.*s", kept.len > 0 ? " " : "",
			           (int)word.len, word.ptr);
		dropped = false;
	}
	text = gate_find_text(f, "%s", buf_str(&kept));
	buf_fini(&kept);
	return text;
}
