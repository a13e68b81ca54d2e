// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "ops_internal.h"

/*
 * What deploys, by the commands themselves: whatever a script or its step is called.
 * Words are taken as a shell would see them, but for quoting; options and their values
 * may stand between a tool and its verb.
 */

enum {
	VERBS = 2,
	WORDS_MAX = 200,   /* behind a tool: more are no command, but a trap for time */
	WORDS_MIN = 10000, /* behind all tools of a text, and one a byte of it */
};

struct deployer {
	const char *tool;
	const char *verbs[VERBS]; /* in this order; NULL: none is needed */
	bool detached;            /* only if it goes on without whoever started it */
};

static const struct deployer deployers[] = {
	{ "ansible-playbook", { NULL }, false },
	{ "argocd", { "app", "sync" }, false },
	{ "aws", { "ecs", "update-service" }, false },
	{ "cap", { "production" }, false },
	{ "cdk", { "deploy" }, false },
	{ "cf", { "push" }, false },
	{ "docker", { "run" }, true },
	{ "docker", { "compose", "up" }, true },
	{ "docker", { "service", "update" }, false },
	{ "docker", { "stack", "deploy" }, false },
	{ "docker-compose", { "up" }, true },
	{ "fly", { "deploy" }, false },
	{ "flyctl", { "deploy" }, false },
	{ "gcloud", { "app", "deploy" }, false },
	{ "gcloud", { "run", "deploy" }, false },
	{ "helm", { "install" }, false },
	{ "helm", { "upgrade" }, false },
	{ "heroku", { "container:release" }, false },
	{ "kubectl", { "apply" }, false },
	{ "kubectl", { "set", "image" }, false },
	{ "kustomize", { "build" }, false },
	{ "nomad", { "job", "run" }, false },
	{ "oc", { "apply" }, false },
	{ "oc", { "rollout" }, false },
	{ "podman", { "run" }, true },
	{ "podman-compose", { "up" }, true },
	{ "pulumi", { "up" }, false },
	{ "sam", { "deploy" }, false },
	{ "serverless", { "deploy" }, false },
	{ "skaffold", { "run" }, false },
	{ "terraform", { "apply" }, false },
	{ "tofu", { "apply" }, false },
};
#define DEPLOYERS (sizeof deployers / sizeof *deployers)

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_one_of(char c, struct span list)
{
	return span_find_byte(list, c) < list.len;
}

static bool is_mark(char c)
{
	return is_one_of(c, SPAN_LIT("\"'`(){}[]$@,"));
}

/* The next word, without the marks around it; false at the end of the command. A line
 * that ends in a backslash goes on below. */
static bool next_word(struct span *rest, struct span *word)
{
	size_t n = 0;

	for (;;) {
		while (rest->len > 0 && is_blank(rest->ptr[0]))
			*rest = span_from(*rest, 1);
		if (!span_starts(*rest, SPAN_LIT("\\\n")) &&
		    !span_starts(*rest, SPAN_LIT("\\\r\n")))
			break;
		*rest = span_from(*rest, 1 + span_find_byte(*rest, '\n'));
	}
	while (n < rest->len && !is_blank(rest->ptr[n]) &&
	       !is_one_of(rest->ptr[n], SPAN_LIT("\n;|&")))
		n++;
	*word = span_sub(*rest, 0, n);
	*rest = span_from(*rest, n);
	if (n == 0 || word->ptr[0] == '#') /* a comment goes to the end of its line */
		return false;
	while (word->len > 0 && is_mark(word->ptr[0]))
		*word = span_from(*word, 1);
	while (word->len > 0 && is_mark(word->ptr[word->len - 1]))
		word->len--;
	return true;
}

/* Behind the command, on to the next. */
static void end_command(struct span *rest, struct span last)
{
	if (last.len > 0 && last.ptr[0] == '#')
		*rest = span_from(*rest, span_find_byte(*rest, '\n'));
	while (rest->len > 0 && is_one_of(rest->ptr[0], SPAN_LIT("\n;|& \t\r")))
		*rest = span_from(*rest, 1);
}

static bool same_letters(struct span a, const char *b)
{
	size_t n = 0;

	for (; n < a.len && b[n] != '\0'; n++)
		if ((a.ptr[n] | 0x20) != (b[n] | 0x20))
			return false;
	return n == a.len && b[n] == '\0';
}

/* "-d", "-itd", "--detach", "--detach=true" */
static bool is_detached(struct span word)
{
	if (span_starts(word, SPAN_LIT("--")))
		return span_eq_str(word, "--detach") ||
		       span_eq_str(word, "--detach=true");
	for (size_t i = 1; i < word.len && word.ptr[0] == '-'; i++) {
		if (word.ptr[i] == 'd')
			return true;
		if (!is_one_of(word.ptr[i], SPAN_LIT("itPq")))
			return false;
	}
	return false;
}

/* How many words may still be looked at behind one tool, and behind all. */
struct patience {
	size_t here;
	size_t all;
};

static bool look_on(struct patience *p, struct span *rest, struct span *word)
{
	if (p->here == 0 || p->all == 0)
		return false;
	p->here--;
	p->all--;
	return next_word(rest, word);
}

/* Do the words behind the tool say it? */
static bool says(const struct deployer *d, struct span rest, struct patience *p)
{
	size_t verb = 0;
	bool value = false; /* the last word was an option that may take the next one */
	struct span word;

	while (verb < VERBS && d->verbs[verb] != NULL) {
		if (!look_on(p, &rest, &word))
			return false;
		if (word.len > 0 && word.ptr[0] == '-') {
			value = span_find_byte(word, '=') == word.len;
		} else if (span_eq_str(word, d->verbs[verb])) {
			verb++;
			value = false;
		} else if (value) {
			value = false;
		} else {
			return false;
		}
	}
	if (!d->detached)
		return true;
	while (look_on(p, &rest, &word))
		if (is_detached(word))
			return true;
	return false;
}

/* What is started for tests is ended as well; what is deployed stays. */
static bool is_ended(struct span text)
{
	static const char *const ends[] = { "compose down", "compose stop",
		                            "docker stop",  "docker rm",
		                            "docker kill",  "podman stop",
		                            "podman rm",    NULL };

	for (size_t i = 0; ends[i] != NULL; i++)
		if (ops_has(text, ends[i]))
			return true;
	return false;
}

bool ops_deploys(struct span text)
{
	struct patience patience = { 0, WORDS_MIN + text.len };
	struct span rest = text;
	bool detached = false;

	while (rest.len > 0) {
		struct span word;

		while (next_word(&rest, &word)) {
			struct span name = ops_name_of(word);

			for (size_t i = 0; i < DEPLOYERS; i++) {
				if (!same_letters(name, deployers[i].tool))
					continue;
				patience.here = WORDS_MAX;
				if (!says(&deployers[i], rest, &patience))
					continue;
				if (!deployers[i].detached)
					return true;
				detached = true;
			}
		}
		end_command(&rest, word);
	}
	return detached && !is_ended(text);
}
