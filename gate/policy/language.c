// SPDX-License-Identifier: Apache-2.0
#include "policy/language.h"

#include "base/str.h"
#include "policy/grammar.h"

const char *const gate_language_names[GATE_LANGUAGES] = {
	"ada",        "assembly", "c",      "clojure", "cpp",        "crystal",
	"csharp",     "css",      "d",      "dart",    "elixir",     "erlang",
	"fortran",    "go",       "groovy", "haskell", "html",       "java",
	"javascript", "julia",    "kotlin", "lua",     "nim",        "objectivec",
	"ocaml",      "perl",     "php",    "python",  "r",          "ruby",
	"rust",       "scala",    "shell",  "swift",   "typescript", "zig",
};

static const struct {
	const char *extension;
	const char *language;
} extensions[] = {
	{ "adb", "ada" },
	{ "ads", "ada" },
	{ "asm", "assembly" },
	{ "bash", "shell" },
	{ "c", "c" },
	{ "cc", "cpp" },
	{ "cjs", "javascript" },
	{ "clj", "clojure" },
	{ "cpp", "cpp" },
	{ "cr", "crystal" },
	{ "cs", "csharp" },
	{ "css", "css" },
	{ "cxx", "cpp" },
	{ "d", "d" },
	{ "dart", "dart" },
	{ "erl", "erlang" },
	{ "ex", "elixir" },
	{ "exs", "elixir" },
	{ "f", "fortran" },
	{ "f90", "fortran" },
	{ "go", "go" },
	{ "groovy", "groovy" },
	{ "h", "c" },
	{ "hh", "cpp" },
	{ "hpp", "cpp" },
	{ "hs", "haskell" },
	{ "htm", "html" },
	{ "html", "html" },
	{ "hxx", "cpp" },
	{ "java", "java" },
	{ "jl", "julia" },
	{ "js", "javascript" },
	{ "jsx", "javascript" },
	{ "kt", "kotlin" },
	{ "kts", "kotlin" },
	{ "lua", "lua" },
	{ "m", "objectivec" },
	{ "mjs", "javascript" },
	{ "ml", "ocaml" },
	{ "mli", "ocaml" },
	{ "mm", "objectivec" },
	{ "nim", "nim" },
	{ "php", "php" },
	{ "pl", "perl" },
	{ "pm", "perl" },
	{ "py", "python" },
	{ "pyi", "python" },
	{ "r", "r" },
	{ "rb", "ruby" },
	{ "rs", "rust" },
	{ "s", "assembly" },
	{ "scala", "scala" },
	{ "sh", "shell" },
	{ "swift", "swift" },
	{ "ts", "typescript" },
	{ "tsx", "typescript" },
	{ "zig", "zig" },
};

size_t gate_language_of(const char *file)
{
	struct span name = span_str(file);
	size_t dot = span_rfind_byte(name, '.');
	char lower[16] = "";
	size_t length = dot < name.len ? name.len - dot - 1 : 0;

	if (length == 0 || length >= sizeof(lower))
		return GATE_LANGUAGES;
	for (size_t i = 0; i < length; i++) {
		char c = name.ptr[dot + 1 + i];

		lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (str_eq(extensions[i].extension, lower))
			return gate_language_find(extensions[i].language);
	return GATE_LANGUAGES;
}

size_t gate_language_find(const char *name)
{
	for (size_t i = 0; i < GATE_LANGUAGES; i++)
		if (str_eq(gate_language_names[i], name))
			return i;
	return GATE_LANGUAGES;
}
