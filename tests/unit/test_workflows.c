/* SPDX-License-Identifier: Apache-2.0 */
/* The CI of this project in workflows/self: valid YAML, pinned, with the least rights. */
#include "base/str.h"
#include "lib/yaml.h"
#include "os/fs.h"
#include "support/check.h"

#define WORKFLOWS TEST_SOURCE_DIR "/../workflows/"

enum { TEMPLATE_MAX = 1 << 20, SHA1_HEX = 40 };

TestSuite(workflows, .timeout = 10);

static struct yaml_doc *load(const char *name)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct yaml_doc *doc = NULL;

	buf_printf(&path, "%s%s", WORKFLOWS, name);
	check_ok(os_read_file(buf_str(&path), TEMPLATE_MAX, &text, &err), &err);
	check_ok(yaml_parse(&doc, buf_span(&text), name, &err), &err);
	buf_fini(&text);
	buf_fini(&path);
	return doc;
}

/* "owner/action@" and a whole commit id. */
static bool is_pinned(const char *uses)
{
	const char *at = strchr(uses, '@');

	return at != NULL && strlen(at + 1) == SHA1_HEX &&
	       strspn(at + 1, "0123456789abcdef") == SHA1_HEX;
}

/* A tag that names a day: "debian:bookworm-20250520-slim". */
static bool is_dated_image(const char *image)
{
	const char *day = strpbrk(image, "0123456789");

	return day != NULL && strspn(day, "0123456789") == strlen("20250520");
}

static bool is_ci_run(const struct yaml *n)
{
	return n != NULL && yaml_type(n) == YAML_STRING &&
	       strcmp(yaml_text(n), ".ci/run") == 0;
}

Test(workflows, github_reads_only_and_pins_each_action)
{
	struct yaml_doc *doc = load("self/github.yml");
	const struct yaml *root = yaml_root(doc);
	const struct yaml *rights = yaml_get(root, "permissions");
	const struct yaml *job = yaml_get(yaml_get(root, "jobs"), "ci");
	const struct yaml *steps = yaml_get(job, "steps");
	size_t actions = 0;
	size_t runs = 0;

	check_size_eq(yaml_count(rights), 1, "one right is enough");
	check_str_eq(yaml_text(yaml_get(rights, "contents")), "read", "to read the code");
	check_true(is_dated_image(yaml_text(yaml_get(job, "container"))),
	           "the image does not move");
	for (size_t i = 0; i < yaml_count(steps); i++) {
		const struct yaml *uses = yaml_get(yaml_at(steps, i), "uses");

		runs += is_ci_run(yaml_get(yaml_at(steps, i), "run"));
		if (uses == NULL)
			continue;
		actions++;
		check_true(is_pinned(yaml_text(uses)), "step %zu: %s", i,
		           yaml_text(uses));
	}
	check_size_eq(actions, 2, "checkout and upload");
	check_size_eq(runs, 1, "runs what a developer runs");
	yaml_free(doc);
}

Test(workflows, gitlab_runs_the_same_in_a_pinned_image)
{
	struct yaml_doc *doc = load("self/gitlab.yml");
	const struct yaml *job = yaml_get(yaml_root(doc), "ci");
	const struct yaml *script = yaml_get(job, "script");

	check_true(is_dated_image(yaml_text(yaml_get(job, "image"))),
	           "the image does not move");
	check_size_eq(yaml_count(script), 1, "one command");
	check_true(is_ci_run(yaml_at(script, 0)), "runs what a developer runs");
	yaml_free(doc);
}

Test(workflows, jenkins_runs_the_same_in_a_pinned_image)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	const char *image;

	check_ok(os_read_file(WORKFLOWS "self/Jenkinsfile", TEMPLATE_MAX, &text, &err),
	         &err);
	image = strstr(buf_str(&text), "image '");
	check_not_null(image, "runs in a container");
	check_true(is_dated_image(image), "the image does not move");
	check_str_contains(buf_str(&text), "sh '.ci/run'", "runs what a developer runs");
	buf_fini(&text);
}
