// SPDX-License-Identifier: Apache-2.0
#include "os/fs.h"
#include "policy/detect_internal.h"

/* Maven and Gradle write into the project, so both run in a copy. A wrapper script in
 * the project is what it wants to be built with. */

static enum gate_look look_maven(const struct gate_finder *f)
{
	return gate_find_has(f, "pom.xml") ? GATE_LOOK_TESTS : GATE_LOOK_NOTHING;
}

static const char *const gradle_files[] = { "build.gradle", "build.gradle.kts",
	                                    "settings.gradle", "settings.gradle.kts",
	                                    NULL };

static enum gate_look look_gradle(const struct gate_finder *f)
{
	return gate_find_first(f, gradle_files) != NULL ? GATE_LOOK_TESTS
	                                                : GATE_LOOK_NOTHING;
}

struct tool {
	const char *name; /* of the build; the suite is NAME-test */
	const char *program;
	const char *wrapper;
	const char *build;
	const char *test;
	const char *results;
	const char *install;
};

static void add_tool(struct gate_finder *f, const struct tool *t, const char *from)
{
	bool wrapped = gate_find_type(f, t->wrapper) == OS_FILE;
	const char *run = wrapped ? gate_find_text(f, "sh ./%s", t->wrapper) : t->program;
	struct gate_build *b = gate_find_build(f, t->name, from);
	struct gate_suite *s =
		gate_find_suite(f, gate_find_text(f, "%s-test", t->name), from);

	if (b == NULL || s == NULL)
		return;
	b->run.shell = gate_find_text(f, "%s %s", run, t->build);
	b->scratch = true;
	b->tool = wrapped ? "java" : t->program;
	b->install = wrapped ? "apt-get install default-jdk" : t->install;
	s->run.shell = gate_find_text(f, "%s %s", run, t->test);
	s->format = GATE_FORMAT_JUNIT;
	gate_find_add(f, &s->results, t->results);
	gate_find_add(f, &s->needs, b->id);
	s->scratch = true;
	s->tool = b->tool;
	s->install = b->install;
}

static void add_maven(struct gate_finder *f)
{
	static const struct tool maven = {
		"maven",
		"mvn",
		"mvnw",
		"-B -q test-compile",
		"-B -q -fae test",
		"**/target/surefire-reports/TEST-*.xml",
		"apt-get install maven",
	};

	add_tool(f, &maven, "pom.xml");
}

static void add_gradle(struct gate_finder *f)
{
	static const struct tool gradle = {
		"gradle",
		"gradle",
		"gradlew",
		"--no-daemon assemble",
		"--no-daemon --continue test",
		"**/build/test-results/*/*.xml",
		"apt-get install gradle",
	};

	add_tool(f, &gradle, gate_find_first(f, gradle_files));
}

const struct gate_rule gate_rule_maven = { GATE_GROUP_JVM, look_maven, add_maven, false };
const struct gate_rule gate_rule_gradle = { GATE_GROUP_JVM, look_gradle, add_gradle,
	                                    false };
