// SPDX-License-Identifier: Apache-2.0
#include "language_internal.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 32, SHEBANG_MAX = 256 };

/* Both tables are sorted by key in byte order. */
static const struct scan_language_alias extensions[] = {
	{ "S", "assembly" },
	{ "asm", "assembly" },
	{ "awk", "awk" },
	{ "bash", "shell" },
	{ "bat", "batch" },
	{ "bats", "shell" },
	{ "bazel", "python" },
	{ "bzl", "python" },
	{ "c", "c" },
	{ "c++", "cpp" },
	{ "cc", "cpp" },
	{ "cfg", "ini" },
	{ "cjs", "javascript" },
	{ "clj", "clojure" },
	{ "cljs", "clojure" },
	{ "cmake", "cmake" },
	{ "cmd", "batch" },
	{ "conf", "ini" },
	{ "cpp", "cpp" },
	{ "cs", "csharp" },
	{ "css", "css" },
	{ "cts", "typescript" },
	{ "cu", "cpp" },
	{ "cxx", "cpp" },
	{ "d", "d" },
	{ "dart", "dart" },
	{ "el", "lisp" },
	{ "env", "properties" },
	{ "erl", "erlang" },
	{ "ex", "elixir" },
	{ "exs", "elixir" },
	{ "fs", "fsharp" },
	{ "fsx", "fsharp" },
	{ "go", "go" },
	{ "gql", "graphql" },
	{ "gradle", "groovy" },
	{ "graphql", "graphql" },
	{ "groovy", "groovy" },
	{ "h", "c" },
	{ "h++", "cpp" },
	{ "hcl", "hcl" },
	{ "hh", "cpp" },
	{ "hpp", "cpp" },
	{ "hrl", "erlang" },
	{ "hs", "haskell" },
	{ "htm", "html" },
	{ "html", "html" },
	{ "hxx", "cpp" },
	{ "inc", "c" },
	{ "ini", "ini" },
	{ "inl", "cpp" },
	{ "ipp", "cpp" },
	{ "java", "java" },
	{ "jl", "julia" },
	{ "js", "javascript" },
	{ "json", "json" },
	{ "json5", "json" },
	{ "jsonc", "json" },
	{ "jsx", "javascript" },
	{ "ksh", "shell" },
	{ "kt", "kotlin" },
	{ "kts", "kotlin" },
	{ "less", "scss" },
	{ "lisp", "lisp" },
	{ "lua", "lua" },
	{ "m", "objective-c" },
	{ "m4", "m4" },
	{ "mak", "makefile" },
	{ "markdown", "markdown" },
	{ "md", "markdown" },
	{ "mjs", "javascript" },
	{ "mk", "makefile" },
	{ "ml", "ocaml" },
	{ "mli", "ocaml" },
	{ "mm", "objective-c" },
	{ "mts", "typescript" },
	{ "nix", "nix" },
	{ "pas", "pascal" },
	{ "php", "php" },
	{ "phtml", "php" },
	{ "pl", "perl" },
	{ "pm", "perl" },
	{ "pod", "perl" },
	{ "properties", "properties" },
	{ "proto", "protobuf" },
	{ "ps1", "powershell" },
	{ "psm1", "powershell" },
	{ "py", "python" },
	{ "pyi", "python" },
	{ "pyw", "python" },
	{ "r", "r" },
	{ "rake", "ruby" },
	{ "rb", "ruby" },
	{ "rkt", "lisp" },
	{ "rs", "rust" },
	{ "s", "assembly" },
	{ "sass", "scss" },
	{ "sbt", "scala" },
	{ "scala", "scala" },
	{ "scm", "lisp" },
	{ "scss", "scss" },
	{ "sh", "shell" },
	{ "sql", "sql" },
	{ "svelte", "html" },
	{ "svg", "xml" },
	{ "swift", "swift" },
	{ "t", "perl" },
	{ "tcl", "tcl" },
	{ "tf", "hcl" },
	{ "tfvars", "hcl" },
	{ "toml", "toml" },
	{ "ts", "typescript" },
	{ "tsx", "tsx" },
	{ "vim", "vim" },
	{ "vue", "html" },
	{ "xhtml", "html" },
	{ "xml", "xml" },
	{ "xsd", "xml" },
	{ "xsl", "xml" },
	{ "yaml", "yaml" },
	{ "yml", "yaml" },
	{ "zig", "zig" },
	{ "zsh", "shell" },
};

static const struct scan_language_alias file_names[] = {
	{ ".bash_profile", "shell" },
	{ ".bashrc", "shell" },
	{ ".editorconfig", "ini" },
	{ ".env", "properties" },
	{ ".gitconfig", "ini" },
	{ ".profile", "shell" },
	{ ".vimrc", "vim" },
	{ ".zshrc", "shell" },
	{ "BUILD", "python" },
	{ "CMakeLists.txt", "cmake" },
	{ "Containerfile", "dockerfile" },
	{ "Dockerfile", "dockerfile" },
	{ "GNUmakefile", "makefile" },
	{ "Gemfile", "ruby" },
	{ "Jenkinsfile", "groovy" },
	{ "Makefile", "makefile" },
	{ "Makefile.am", "makefile" },
	{ "Makefile.in", "makefile" },
	{ "Rakefile", "ruby" },
	{ "SConstruct", "python" },
	{ "Vagrantfile", "ruby" },
	{ "WORKSPACE", "python" },
	{ "configure.ac", "m4" },
	{ "configure.in", "m4" },
	{ "makefile", "makefile" },
	{ "meson.build", "meson" },
	{ "meson_options.txt", "meson" },
};

/* Names that people and interpreters use beside extensions and the languages' own. */
static const struct scan_language_alias spoken[] = {
	{ "ash", "shell" },         { "bun", "javascript" },
	{ "c#", "csharp" },         { "console", "shell" },
	{ "dash", "shell" },        { "deno", "typescript" },
	{ "docker", "dockerfile" }, { "elisp", "lisp" },
	{ "golang", "go" },         { "gawk", "awk" },
	{ "jshint", "javascript" }, { "make", "makefile" },
	{ "mawk", "awk" },          { "node", "javascript" },
	{ "nodejs", "javascript" }, { "objc", "objective-c" },
	{ "postgresql", "sql" },    { "pwsh", "powershell" },
	{ "py3", "python" },        { "Rscript", "r" },
	{ "shellscript", "shell" }, { "tclsh", "tcl" },
	{ "terraform", "hcl" },     { "wish", "tcl" },
};

const struct scan_language_alias *scan_language_extensions(size_t *count)
{
	*count = sizeof(extensions) / sizeof(extensions[0]);
	return extensions;
}

const struct scan_language_alias *scan_language_file_names(size_t *count)
{
	*count = sizeof(file_names) / sizeof(file_names[0]);
	return file_names;
}

static int compare_alias(const void *key, const void *alias)
{
	return strcmp(key, ((const struct scan_language_alias *)alias)->key);
}

#define LOOK_UP(table, name) look_up((table), sizeof(table) / sizeof((table)[0]), (name))

static const struct scan_language *look_up(const struct scan_language_alias *table,
                                           size_t count, struct span name)
{
	const struct scan_language_alias *found;
	char key[NAME_MAX_BYTES];

	if (name.len == 0 || name.len >= sizeof(key) ||
	    span_find_byte(name, '\0') != name.len)
		return NULL;
	memcpy(key, name.ptr, name.len);
	key[name.len] = '\0';
	found = bsearch(key, table, count, sizeof(*table), compare_alias);
	return found == NULL ? NULL : scan_language_row(found->language);
}

const struct scan_language *scan_language_named(struct span name)
{
	const struct scan_language *l = LOOK_UP(extensions, name);

	for (size_t i = 0; l == NULL && i < sizeof(spoken) / sizeof(spoken[0]); i++) {
		if (span_eq_str(name, spoken[i].key))
			l = scan_language_row(spoken[i].language);
	}
	if (l == NULL && name.len > 0 && name.len < NAME_MAX_BYTES &&
	    span_find_byte(name, '\0') == name.len) {
		char key[NAME_MAX_BYTES];

		memcpy(key, name.ptr, name.len);
		key[name.len] = '\0';
		l = scan_language_row(key);
	}
	return l;
}

static struct span next_word(struct span *rest)
{
	struct span trimmed = span_trim(*rest);
	size_t n = 0;

	while (n < trimmed.len && trimmed.ptr[n] != ' ' && trimmed.ptr[n] != '\t')
		n++;
	*rest = span_from(trimmed, n);
	return span_sub(trimmed, 0, n);
}

/* Without the folder and the version: "/usr/bin/python3.11" is python. */
static struct span interpreter_name(struct span word)
{
	size_t slash = span_rfind_byte(word, '/');
	size_t n;

	if (slash != word.len)
		word = span_from(word, slash + 1);
	n = word.len;
	while (n > 0 && ((word.ptr[n - 1] >= '0' && word.ptr[n - 1] <= '9') ||
	                 word.ptr[n - 1] == '.' || word.ptr[n - 1] == '-'))
		n--;
	return span_sub(word, 0, n);
}

static const struct scan_language *from_shebang(struct span text)
{
	struct span line = span_sub(text, 0, SHEBANG_MAX);
	struct span word;

	if (!span_starts(line, SPAN_LIT("#!")))
		return NULL;
	line = span_sub(line, 2, span_find_byte(line, '\n') - 2);
	word = interpreter_name(next_word(&line));
	if (!span_eq_str(word, "env"))
		return scan_language_named(word);
	do
		word = next_word(&line);
	while (word.len > 0 &&
	       (word.ptr[0] == '-' || span_find_byte(word, '=') != word.len));
	return scan_language_named(interpreter_name(word));
}

const struct scan_language *scan_language_of(struct span file_name, struct span text)
{
	const struct scan_language *l = LOOK_UP(file_names, file_name);
	size_t dot = span_rfind_byte(file_name, '.');

	/* Templates and variants: Dockerfile.dev, config.h.in. */
	if (l == NULL && span_ends(file_name, SPAN_LIT(".in")))
		return scan_language_of(span_sub(file_name, 0, file_name.len - 3), text);
	if (l == NULL && span_starts(file_name, SPAN_LIT("Dockerfile.")))
		l = scan_language_row("dockerfile");
	if (l == NULL && span_starts(file_name, SPAN_LIT(".env.")))
		l = scan_language_row("properties");
	if (l == NULL && dot != file_name.len && dot > 0)
		l = LOOK_UP(extensions, span_from(file_name, dot + 1));
	return l != NULL ? l : from_shebang(text);
}
