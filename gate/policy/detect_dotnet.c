// SPDX-License-Identifier: Apache-2.0
#include "policy/detect_internal.h"

/* .NET: a solution, or a project that asks for the test SDK. MSBuild writes beside its
 * sources, so all of it runs in a copy. */

/* Solutions of C and C++ (.vcxproj alone) are for Visual Studio's own tools. */
static bool has_solution(const struct gate_finder *f)
{
	static const char *const globs[] = { "*.sln", "*.slnx" };
	static const char *const kinds[] = { ".csproj", ".fsproj", ".vbproj" };

	for (size_t i = 0; i < sizeof(globs) / sizeof(globs[0]); i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			if (gate_find_in_files(f, ".", globs[i], kinds[k]))
				return true;
	return false;
}

static enum gate_look look(const struct gate_finder *f)
{
	if (has_solution(f))
		return GATE_LOOK_TESTS;
	return gate_find_in_files(f, ".", "*.csproj", "Microsoft.NET.Test.Sdk") ||
	                       gate_find_in_files(f, ".", "*.fsproj",
	                                          "Microsoft.NET.Test.Sdk")
	               ? GATE_LOOK_TESTS
	               : GATE_LOOK_NOTHING;
}

static void add(struct gate_finder *f)
{
	const char *reports = gate_find_scratch(f, "results", "dotnet", "");
	struct gate_build *b = gate_find_build(f, "dotnet", "*.sln, *.csproj");
	struct gate_suite *s = gate_find_suite(f, "dotnet-test", "*.sln, *.csproj");

	if (b == NULL || s == NULL)
		return;
	b->run.shell = "dotnet build --nologo";
	b->scratch = true;
	b->tool = "dotnet";
	b->install = "https://learn.microsoft.com/dotnet/core/install";
	s->run.shell = gate_find_text(
		f,
		"dotnet test --no-build --nologo --logger trx --results-directory \"%s\"",
		reports);
	s->format = GATE_FORMAT_TRX;
	gate_find_add(f, &s->results, gate_find_text(f, "%s/*.trx", reports));
	gate_find_add(f, &s->needs, b->id);
	gate_find_add(f, &s->env, "DOTNET_CLI_TELEMETRY_OPTOUT=1");
	s->scratch = true;
	s->tool = b->tool;
	s->install = b->install;
}

const struct gate_rule gate_rule_dotnet = { GATE_GROUP_DOTNET, look, add, false };
