// SPDX-License-Identifier: Apache-2.0
#include "policy/detect_internal.h"

/*
 * CMake builds out of tree; CTest reports every test as JUnit XML. A project that renames
 * its own files while it is configured is built from a copy, so that it stays as it is.
 */

static enum gate_look look(const struct gate_finder *f)
{
	static const char *const signs[] = { "enable_testing", "include(CTest",
		                             "add_test",       "ENABLE_TESTING",
		                             "INCLUDE(CTest",  "ADD_TEST",
		                             "include (CTest", "INCLUDE (CTest" };

	if (!gate_find_has(f, "CMakeLists.txt"))
		return GATE_LOOK_NOTHING;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (gate_find_contains(f, "CMakeLists.txt", signs[i]))
			return GATE_LOOK_TESTS;
	/* A file of parts (add_subdirectory) is not a project of its own. */
	return gate_find_contains(f, "CMakeLists.txt", "project") ||
	                       gate_find_contains(f, "CMakeLists.txt", "PROJECT")
	               ? GATE_LOOK_BUILDS
	               : GATE_LOOK_NOTHING;
}

static void add(struct gate_finder *f)
{
	const char *tree = gate_find_scratch(f, "build", "cmake", "");
	const char *results = gate_find_text(f, "%s/junit.xml", tree);
	struct gate_build *b = gate_find_build(f, "cmake", "CMakeLists.txt");
	struct gate_suite *s;

	if (b == NULL)
		return;
	b->run.shell =
		gate_find_text(f,
	                       "cmake -S . -B \"%s\" -DBUILD_TESTING=ON && "
	                       "cmake --build \"%s\" --parallel \"$SEAWORTHY_JOBS\"",
	                       tree, tree);
	b->configure.shell =
		gate_find_text(f, "cmake -S . -B \"%s\" -DBUILD_TESTING=ON", tree);
	b->scratch = gate_find_contains(f, "CMakeLists.txt", "file(RENAME");
	b->tool = "cmake";
	b->install = "apt-get install cmake g++";
	if (look(f) != GATE_LOOK_TESTS)
		return;
	s = gate_find_suite(f, "ctest", "CMakeLists.txt");
	if (s == NULL)
		return;
	s->run.shell = gate_find_text(f,
	                              "ctest --test-dir \"%s\" --output-on-failure "
	                              "--no-tests=error --output-junit \"%s\"",
	                              tree, results);
	s->rerun_known = gate_find_text(f, "%s -R {regex}", s->run.shell);
	s->format = GATE_FORMAT_JUNIT;
	gate_find_add(f, &s->results, results);
	gate_find_add(f, &s->needs, b->id);
	s->scratch = b->scratch;
	s->tool = "ctest";
	s->install = "apt-get install cmake";
}

const struct gate_rule gate_rule_cmake = { GATE_GROUP_NATIVE, look, add, true };
