// SPDX-License-Identifier: Apache-2.0
#include "placeholder.h"

#include "function_head.h"
#include "placeholder_internal.h"

#include <string.h>

const char placeholder_nothing[] = "";

struct span placeholder_match(const struct scan_hit *hit)
{
	return span_sub(hit->text, hit->start, hit->end - hit->start);
}

struct span placeholder_before(const struct scan_hit *hit)
{
	enum { SIDE = 400 };
	size_t from = hit->start;

	while (from > 0 && hit->start - from < SIDE && hit->text.ptr[from - 1] != '\n')
		from--;
	return span_sub(hit->text, from, hit->start - from);
}

bool placeholder_has(struct span text, const char *what)
{
	return span_find(text, span_str(what)) != text.len;
}

bool placeholder_has_any(struct span text, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (placeholder_has(text, *words))
			return true;
	}
	return false;
}

static bool ends_in(struct span path, const char *const *ends)
{
	for (; *ends != NULL; ends++) {
		if (span_ends(path, span_str(*ends)))
			return true;
	}
	return false;
}

/* Files of commands: their names, or no extension at all. */
static bool holds_commands(struct span path)
{
	static const char *const ends[] = { ".sh",         ".bash", ".yml",  ".yaml",
		                            ".mk",         ".bats", ".zsh",  "akefile",
		                            "ackage.json", ".ksh",  ".fish", "ockerfile",
		                            "enkinsfile",  NULL };
	size_t slash = span_rfind_byte(path, '/');
	struct span name = slash == path.len ? path : span_from(path, slash + 1);

	return ends_in(path, ends) || span_find_byte(name, '.') == name.len;
}

static void show_name(struct scan_hit *hit, const struct scan_head *head)
{
	hit->start = head->name_at;
	hit->end = head->name_at + head->name.len;
}

/* ---- checks that always pass ---- */

static const char *const checking[] = {
	"validate",     "validates", "validator", "validation", "verify",    "verifies",
	"verification", "check",     "checks",    "checker",    "authorize", "authorise",
	"authenticate", "ensure",    "assert",    NULL,
};
static const char *const predicates[] = { "is",  "has",    "can",  "should", "are",
	                                  "may", "allows", "must", NULL };
/* What a predicate about must look at something for. */
static const char *const qualities[] = {
	"valid",         "verified", "authorized", "authorised",
	"authenticated", "allowed",  "permitted",  "permission",
	"permissions",   "secure",   "trusted",    "healthy",
	"alive",         "correct",  "access",     NULL,
};

/* "true", "Ok(true)", "1": yes, as distinct from "0", "nil": no error. */
static bool says_yes(struct span match)
{
	return placeholder_has(match, "true") || placeholder_has(match, "True") ||
	       placeholder_has(match, "TRUE") || placeholder_has(match, "1");
}

static const char *const verbs[] = { "validate",     "verify", "authorize", "authorise",
	                             "authenticate", "check",  "health",    NULL };

/* Things that are there to do nothing, and say so by their names. */
static bool is_dummy(struct span path)
{
	/* seaworthy:allow hardcoded.test-value what things are called that are none */
	static const char *const words[] = { "dummy",   "fake",        "mock",
		                             "null",    "stub",        "noop",
		                             "base",    "abstract",    "example",
		                             "default", "unsupported", NULL };
	size_t slash = span_rfind_byte(path, '/');

	return scan_name_has(slash == path.len ? path : span_from(path, slash + 1),
	                     words);
}

/* Does the class that holds it derive from another? Then it may be what that asks for. */
static bool may_override(const struct scan_hit *hit)
{
	enum { REACH = 32 << 10 };
	size_t from = hit->start > REACH ? hit->start - REACH : 0;
	struct span before = span_sub(hit->text, from, hit->start - from);
	struct span class;
	size_t at;

	while ((at = span_find(before, SPAN_LIT("\nclass "))) < before.len ||
	       (at = span_find(before, SPAN_LIT(" class "))) < before.len) {
		size_t end;

		class = span_from(before, at + 7);
		end = span_find_byte(class, '\n');
		before = span_from(before, at + 7);
		class = span_sub(class, 0, end);
		if (span_find(before, SPAN_LIT("\nclass ")) < before.len)
			continue;
		return span_find_byte(class, '(') < class.len ||
		       placeholder_has(class, " extends ") ||
		       placeholder_has(class, " implements ") ||
		       placeholder_has(class, " : ") || placeholder_has(class, " < ");
	}
	return false;
}

/* Does its result say that what was asked for is so? */
static bool promises(const struct scan_hit *hit, const struct scan_head *head)
{
	static const char *const check[] = { "check", NULL };
	static const char *const meant[] = { "verrid", "ubclass", "lways",
		                             "hook",   "derived", NULL };
	struct span match = placeholder_match(hit);
	bool yes = says_yes(match);
	bool verb = scan_name_has(scan_name_word(head->name, 0), verbs);

	if (head->overrides || is_dummy(hit->path) ||
	    placeholder_has_any(
		    span_sub(hit->text, head->name_at, hit->start - head->name_at),
		    meant))
		return false;
	/* Whether it may override another is asked last: that looks far back. */
	if (scan_name_has(head->name, checking)) {
		if (yes ? placeholder_has(match, "1") || !(verb || head->has_params)
		        : !head->has_params && !holds_commands(hit->path))
			return false;
		return (verb && !scan_name_has(head->name, check)) || !may_override(hit);
	}
	return yes && scan_name_has(head->name, qualities) &&
	       (head->has_params ||
	        scan_name_has(scan_name_word(head->name, 0), predicates)) &&
	       !may_override(hit);
}

const char *scan_check_always_true(struct scan_hit *hit)
{
	struct scan_head head;

	if (span_starts(placeholder_match(hit), SPAN_LIT("assert")) ||
	    span_starts(placeholder_match(hit), SPAN_LIT("expect")))
		return NULL;
	if (!scan_function_head(hit->text, hit->start, &head))
		return placeholder_nothing;
	if (!promises(hit, &head))
		return placeholder_nothing;
	show_name(hit, &head);
	return NULL;
}

/* ---- measurements that are constants ---- */

static const char *const measurements[] = {
	"score",       "rate",         "ratio",       "usage",       "latency",
	"throughput",  "utilization",  "percentage",  "utilisation", "percent",
	"coverage",    "accuracy",     "uptime",      "temperature", "bandwidth",
	"iops",        "confidence",   "probability", "average",     "p95",
	"p99",         "qps",          "rps",         "load",        "similarity",
	"reliability", "availability", "precision",   "recall",      NULL,
};
static const char *const settings[] = {
	"default", "max",    "min",     "maximum", "minimum",  "limit",  "threshold",
	"base",    "sample", "baud",    "frame",   "bit",      "target", "initial",
	"refresh", "scale",  "factor",  "weight",  "count",    "size",   "interval",
	"set",     "tax",    "version", "step",    "bits",     "reload", "is",
	"pre",     "post",   "on",      "lazy",    "sampling", NULL,
};

const char *scan_check_constant_result(struct scan_hit *hit)
{
	struct scan_head head;

	if (!scan_function_head(hit->text, hit->start, &head) || head.overrides)
		return placeholder_nothing;
	if (!scan_name_has(head.name, measurements) || scan_name_has(head.name, settings))
		return placeholder_nothing;
	show_name(hit, &head);
	return NULL;
}

/* ---- empty handlers ---- */

/* In Python "else:" goes on where nothing failed, so that the handler chooses a way; and
 * what is said right behind it counts as the reason. */
static bool goes_on(const struct scan_hit *hit)
{
	struct span rest = span_trim(span_sub(hit->text, hit->end, 200));

	return span_starts(rest, SPAN_LIT("else:")) || span_starts(rest, SPAN_LIT("#"));
}

const char *scan_check_empty_handler(struct scan_hit *hit)
{
	static const char *const meant[] = { "ignore", "Ignore",   "expected",
		                             "unused", "Expected", NULL };

	if (placeholder_has_any(placeholder_match(hit), meant))
		return "its name says that it is meant";
	if (placeholder_has(placeholder_match(hit), "except") && goes_on(hit))
		return "what follows is chosen by it";
	return NULL;
}

/* ---- skipped tests ---- */

/* The line above, where the match stands alone on its own. */
static struct span line_above(const struct scan_hit *hit)
{
	size_t end = hit->start - placeholder_before(hit).len;
	size_t from;

	if (end == 0 || span_trim(placeholder_before(hit)).len > 0)
		return SPAN_EMPTY;
	end--;
	from = end;
	while (from > 0 && end - from < 400 && hit->text.ptr[from - 1] != '\n')
		from--;
	return span_trim(span_sub(hit->text, from, end - from));
}

/* "it.skip(": the word in front says whether it is a test. */
static bool takes_test_name(struct scan_hit *hit)
{
	static const char *const tests[] = { "it",      "test",  "describe", "context",
		                             "specify", "suite", "bench",    NULL };
	struct span before = placeholder_before(hit);

	for (size_t i = 0; tests[i] != NULL; i++) {
		struct span word = span_str(tests[i]);

		if (span_ends(before, word) &&
		    (before.len == word.len ||
		     strchr(" \t(;{", before.ptr[before.len - word.len - 1]) != NULL)) {
			hit->start -= word.len;
			return true;
		}
	}
	return false;
}

const char *scan_check_skipped_test(struct scan_hit *hit)
{
	static const char *const conditions[] = { "if ",   "if(",      "unless ", "else",
		                                  "case ", "default:", "||",      "&&",
		                                  "when ", NULL };
	struct span above;

	if (placeholder_has(placeholder_match(hit), "skip(") +
	                    placeholder_has(placeholder_match(hit), "todo(") +
	                    placeholder_has(placeholder_match(hit), "fixme(") >
	            0 &&
	    hit->text.ptr[hit->start] == '.' && !takes_test_name(hit))
		return placeholder_nothing;
	above = line_above(hit);
	if (placeholder_has_any(placeholder_before(hit), conditions) ||
	    placeholder_has_any(above, conditions))
		return "skipped on a condition";
	if (span_starts(above, SPAN_LIT("//")) || span_starts(above, SPAN_LIT("# ")) ||
	    span_ends(above, SPAN_LIT("*/")))
		return "a comment gives the reason";
	return NULL;
}

/* ---- checks whose result does not count ---- */

/* Does the command in front check something? */
static bool runs_check(struct span line)
{
	static const char *const tools[] = {
		"npm test",      "npm run test",
		"npm run lint",  "npm audit",
		"yarn test",     "yarn lint",
		"yarn audit",    "pnpm test",
		"pnpm audit",    "pytest",
		"tox ",          "unittest",
		"go test",       "go vet",
		"golangci-lint", "staticcheck",
		"govulncheck",   "gosec",
		"cargo test",    "cargo clippy",
		"cargo audit",   "cargo deny",
		"mvn test",      "mvn verify",
		"gradle test",   "gradle check",
		"gradlew test",  "gradlew check",
		"make check",    "make test",
		"make lint",     "ctest",
		"eslint",        "tsc ",
		"tsc|",          "flake8",
		"pylint",        "ruff check",
		"mypy",          "bandit",
		"safety check",  "pip-audit",
		"trivy",         "snyk",
		"grype",         "semgrep",
		"gitleaks",      "shellcheck",
		"hadolint",      "jest",
		"vitest",        "mocha ",
		"phpunit",       "phpstan",
		"rspec",         "rubocop",
		"dotnet test",   "sha256sum -c",
		"gpg --verify",  "cosign verify",
		"helm lint",     "terraform validate",
		"actionlint",    "yamllint",
		"markdownlint",  "checkov",
		"tfsec",         "clang-tidy",
		"cppcheck",      NULL,
	};

	return placeholder_has_any(line, tools);
}

static bool is_quiet(struct span line)
{
	static const char *const finds[] = { "grep",      "command -v", "which ",
		                             "--version", "install",    NULL };

	return placeholder_has_any(line, finds);
}

const char *scan_check_disabled_check(struct scan_hit *hit)
{
	struct span match = placeholder_match(hit);
	struct span before = span_trim(placeholder_before(hit));
	static const char *const yaml[] = { ".yml", ".yaml", NULL };
	bool key = placeholder_has(match, "rror:") ||
	           placeholder_has(match, "_failure:") || placeholder_has(match, "if: ");

	if (match.ptr[0] != '|' && !key)
		return NULL;
	if (span_starts(before, SPAN_LIT("#")) || span_starts(before, SPAN_LIT("//")))
		return placeholder_nothing;
	if (key)
		return ends_in(hit->path, yaml) &&
		                       (before.len == 0 || span_eq_str(before, "-"))
		               ? NULL
		               : placeholder_nothing;
	if (!holds_commands(hit->path))
		return placeholder_nothing;
	if (!runs_check(before) || is_quiet(before))
		return "the command in front checks nothing";
	return NULL;
}
