// SPDX-License-Identifier: Apache-2.0
#include "language_internal.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 32, SHEBANG_MAX = 256 };

/* Both tables are sorted by key in byte order. */
static const struct scan_language_alias extensions[] = {
	{ "4th", "forth" },
	{ "F", "fortran-fixed" },
	{ "F90", "fortran" },
	{ "R", "r" },
	{ "S", "assembly" },
	{ "adb", "ada" },
	{ "ado", "stata" },
	{ "adoc", "asciidoc" },
	{ "ads", "ada" },
	{ "agda", "agda" },
	{ "as", "actionscript" },
	{ "asc", "asciidoc" },
	{ "asciidoc", "asciidoc" },
	{ "asd", "lisp" },
	{ "asm", "nasm" },
	{ "awk", "awk" },
	{ "bas", "visualbasic" },
	{ "bash", "shell" },
	{ "bat", "batch" },
	{ "bats", "shell" },
	{ "bazel", "python" },
	{ "bb", "bitbake" },
	{ "bbclass", "bitbake" },
	{ "bicep", "bicep" },
	{ "bzl", "python" },
	{ "c", "c" },
	{ "c++", "cpp" },
	{ "cbl", "cobol" },
	{ "cc", "cpp" },
	{ "cfg", "ini" },
	{ "cjs", "javascript" },
	{ "cl", "lisp" },
	{ "clj", "clojure" },
	{ "cljc", "clojure" },
	{ "cljs", "clojure" },
	{ "cmake", "cmake" },
	{ "cmd", "batch" },
	{ "cob", "cobol" },
	{ "coffee", "coffeescript" },
	{ "command", "shell" },
	{ "comp", "glsl" },
	{ "conf", "ini" },
	{ "cpp", "cpp" },
	{ "cppm", "cpp" },
	{ "cpy", "cobol" },
	{ "cr", "crystal" },
	{ "cs", "csharp" },
	{ "cshtml", "razor" },
	{ "csproj", "xml" },
	{ "css", "css" },
	{ "csx", "csharp" },
	{ "cts", "typescript" },
	{ "cu", "cpp" },
	{ "cue", "cue" },
	{ "cuh", "cpp" },
	{ "cxx", "cpp" },
	{ "d", "d" },
	{ "dart", "dart" },
	{ "ddl", "sql" },
	{ "desktop", "ini" },
	{ "dhall", "dhall" },
	{ "do", "stata" },
	{ "dpr", "pascal" },
	{ "ebuild", "shell" },
	{ "edn", "clojure" },
	{ "eex", "erb" },
	{ "ejs", "ejs" },
	{ "el", "elisp" },
	{ "elm", "elm" },
	{ "env", "properties" },
	{ "erb", "erb" },
	{ "erl", "erlang" },
	{ "es6", "javascript" },
	{ "ex", "elixir" },
	{ "exs", "elixir" },
	{ "f", "fortran-fixed" },
	{ "f03", "fortran" },
	{ "f08", "fortran" },
	{ "f77", "fortran-fixed" },
	{ "f90", "fortran" },
	{ "f95", "fortran" },
	{ "feature", "gherkin" },
	{ "fish", "fish" },
	{ "fnl", "fennel" },
	{ "for", "fortran-fixed" },
	{ "forth", "forth" },
	{ "frag", "glsl" },
	{ "frm", "visualbasic" },
	{ "fs", "fsharp" },
	{ "fsi", "fsharp" },
	{ "fsx", "fsharp" },
	{ "fth", "forth" },
	{ "fun", "sml" },
	{ "fx", "hlsl" },
	{ "fxh", "hlsl" },
	{ "gd", "gdscript" },
	{ "gemspec", "ruby" },
	{ "geojson", "json" },
	{ "geom", "glsl" },
	{ "gleam", "gleam" },
	{ "glsl", "glsl" },
	{ "gnuplot", "gnuplot" },
	{ "go", "go" },
	{ "gp", "gnuplot" },
	{ "gql", "graphql" },
	{ "gradle", "groovy" },
	{ "graphql", "graphql" },
	{ "groovy", "groovy" },
	{ "h", "c" },
	{ "h++", "cpp" },
	{ "hack", "hack" },
	{ "handlebars", "handlebars" },
	{ "hbs", "handlebars" },
	{ "hcl", "hcl" },
	{ "heex", "erb" },
	{ "hh", "cpp" },
	{ "hjson", "json" },
	{ "hlsl", "hlsl" },
	{ "hpp", "cpp" },
	{ "hrl", "erlang" },
	{ "hs", "haskell" },
	{ "hsc", "haskell" },
	{ "htm", "html" },
	{ "html", "html" },
	{ "hx", "haxe" },
	{ "hxx", "cpp" },
	{ "hy", "hy" },
	{ "idr", "idris" },
	{ "inc", "c" },
	{ "ini", "ini" },
	{ "inl", "cpp" },
	{ "ino", "cpp" },
	{ "ipp", "cpp" },
	{ "ipynb", "json" },
	{ "ixx", "cpp" },
	{ "j2", "jinja" },
	{ "jade", "pug" },
	{ "java", "java" },
	{ "jinja", "jinja" },
	{ "jinja2", "jinja" },
	{ "jl", "julia" },
	{ "js", "javascript" },
	{ "json", "json" },
	{ "json5", "json" },
	{ "jsonc", "json" },
	{ "jsonl", "json" },
	{ "jsonnet", "jsonnet" },
	{ "jsp", "jsp" },
	{ "jsx", "javascript" },
	{ "just", "just" },
	{ "ksh", "shell" },
	{ "kt", "kotlin" },
	{ "kts", "kotlin" },
	{ "l", "c" },
	{ "lean", "lean" },
	{ "less", "less" },
	{ "lhs", "latex" },
	{ "libsonnet", "jsonnet" },
	{ "liquid", "liquid" },
	{ "lisp", "lisp" },
	{ "lsp", "lisp" },
	{ "ltx", "latex" },
	{ "lua", "lua" },
	{ "m", "objective-c" },
	{ "m4", "m4" },
	{ "mak", "makefile" },
	{ "markdown", "markdown" },
	{ "matlab", "matlab" },
	{ "md", "markdown" },
	{ "mdx", "markdown" },
	{ "metal", "cpp" },
	{ "mjs", "javascript" },
	{ "mk", "makefile" },
	{ "ml", "ocaml" },
	{ "mli", "ocaml" },
	{ "mm", "objective-c" },
	{ "mts", "typescript" },
	{ "mustache", "handlebars" },
	{ "mysql", "mysql" },
	{ "nasm", "nasm" },
	{ "nim", "nim" },
	{ "nimble", "nim" },
	{ "nims", "nim" },
	{ "ninja", "ninja" },
	{ "nix", "nix" },
	{ "njk", "jinja" },
	{ "odin", "odin" },
	{ "opencl", "c" },
	{ "org", "org" },
	{ "p6", "raku" },
	{ "pas", "pascal" },
	{ "pgsql", "sql" },
	{ "php", "php" },
	{ "php5", "php" },
	{ "phpt", "php" },
	{ "phtml", "php" },
	{ "pkb", "sql" },
	{ "pks", "sql" },
	{ "pl", "perl" },
	{ "plist", "xml" },
	{ "plsql", "sql" },
	{ "plt", "gnuplot" },
	{ "pm", "perl" },
	{ "pm6", "raku" },
	{ "po", "gettext" },
	{ "pod", "perl" },
	{ "podspec", "ruby" },
	{ "pot", "gettext" },
	{ "pp", "puppet" },
	{ "pro", "prolog" },
	{ "prolog", "prolog" },
	{ "properties", "properties" },
	{ "props", "xml" },
	{ "proto", "protobuf" },
	{ "ps1", "powershell" },
	{ "psd1", "powershell" },
	{ "psm1", "powershell" },
	{ "psql", "sql" },
	{ "pug", "pug" },
	{ "purs", "purescript" },
	{ "pxd", "cython" },
	{ "py", "python" },
	{ "pyi", "python" },
	{ "pyw", "python" },
	{ "pyx", "cython" },
	{ "qml", "qml" },
	{ "qrc", "xml" },
	{ "r", "r" },
	{ "rake", "ruby" },
	{ "raku", "raku" },
	{ "rakumod", "raku" },
	{ "razor", "razor" },
	{ "rb", "ruby" },
	{ "rego", "rego" },
	{ "res", "rescript" },
	{ "resi", "rescript" },
	{ "rhtml", "erb" },
	{ "rkt", "racket" },
	{ "rmd", "markdown" },
	{ "robot", "robot" },
	{ "rs", "rust" },
	{ "rst", "restructuredtext" },
	{ "s", "assembly" },
	{ "sas", "sas" },
	{ "sass", "sass" },
	{ "sbt", "scala" },
	{ "sc", "scala" },
	{ "scala", "scala" },
	{ "scm", "scheme" },
	{ "scss", "scss" },
	{ "sed", "sed" },
	{ "service", "ini" },
	{ "sh", "shell" },
	{ "sld", "scheme" },
	{ "sml", "sml" },
	{ "socket", "ini" },
	{ "sol", "solidity" },
	{ "sql", "sql" },
	{ "ss", "scheme" },
	{ "st", "smalltalk" },
	{ "star", "python" },
	{ "storyboard", "xml" },
	{ "sty", "latex" },
	{ "styl", "stylus" },
	{ "sv", "systemverilog" },
	{ "svelte", "html" },
	{ "svg", "xml" },
	{ "svh", "systemverilog" },
	{ "swift", "swift" },
	{ "t", "perl" },
	{ "targets", "xml" },
	{ "tcc", "cpp" },
	{ "tcl", "tcl" },
	{ "tex", "latex" },
	{ "tf", "hcl" },
	{ "tfvars", "hcl" },
	{ "thrift", "thrift" },
	{ "timer", "ini" },
	{ "toml", "toml" },
	{ "tpp", "cpp" },
	{ "ts", "typescript" },
	{ "tsx", "tsx" },
	{ "twig", "jinja" },
	{ "txx", "cpp" },
	{ "ui", "xml" },
	{ "v", "verilog" },
	{ "vala", "vala" },
	{ "vapi", "vala" },
	{ "vb", "visualbasic" },
	{ "vbs", "visualbasic" },
	{ "vert", "glsl" },
	{ "vh", "verilog" },
	{ "vhd", "vhdl" },
	{ "vhdl", "vhdl" },
	{ "vim", "vim" },
	{ "vsh", "v" },
	{ "vue", "html" },
	{ "webmanifest", "json" },
	{ "wgsl", "wgsl" },
	{ "wsdl", "xml" },
	{ "xaml", "xml" },
	{ "xhtml", "html" },
	{ "xml", "xml" },
	{ "xsd", "xml" },
	{ "xsl", "xml" },
	{ "xslt", "xml" },
	{ "y", "c" },
	{ "yaml", "yaml" },
	{ "yml", "yaml" },
	{ "zig", "zig" },
	{ "zon", "zig" },
	{ "zsh", "shell" },
};

static const struct scan_language_alias file_names[] = {
	{ ".babelrc", "json" },         { ".bash_aliases", "shell" },
	{ ".bash_logout", "shell" },    { ".bash_profile", "shell" },
	{ ".bashrc", "shell" },         { ".dockerignore", "properties" },
	{ ".editorconfig", "ini" },     { ".emacs", "elisp" },
	{ ".env", "properties" },       { ".envrc", "shell" },
	{ ".eslintrc", "json" },        { ".gitattributes", "properties" },
	{ ".gitconfig", "ini" },        { ".gitignore", "properties" },
	{ ".justfile", "just" },        { ".npmrc", "ini" },
	{ ".profile", "shell" },        { ".vimrc", "vim" },
	{ ".zprofile", "shell" },       { ".zshenv", "shell" },
	{ ".zshrc", "shell" },          { "APKBUILD", "shell" },
	{ "BUCK", "python" },           { "BUILD", "python" },
	{ "Brewfile", "ruby" },         { "CMakeLists.txt", "cmake" },
	{ "CODEOWNERS", "properties" }, { "Capfile", "ruby" },
	{ "Cargo.lock", "toml" },       { "Containerfile", "dockerfile" },
	{ "Dockerfile", "dockerfile" }, { "Fastfile", "ruby" },
	{ "GNUmakefile", "makefile" },  { "Gemfile", "ruby" },
	{ "Guardfile", "ruby" },        { "Jenkinsfile", "groovy" },
	{ "Justfile", "just" },         { "Kbuild", "makefile" },
	{ "Kconfig", "properties" },    { "Makefile", "makefile" },
	{ "Makefile.am", "makefile" },  { "Makefile.in", "makefile" },
	{ "PKGBUILD", "shell" },        { "Pipfile", "toml" },
	{ "Podfile", "ruby" },          { "Puppetfile", "ruby" },
	{ "Rakefile", "ruby" },         { "SConscript", "python" },
	{ "SConstruct", "python" },     { "Tiltfile", "python" },
	{ "Vagrantfile", "ruby" },      { "WORKSPACE", "python" },
	{ "config.ru", "ruby" },        { "configure.ac", "m4" },
	{ "configure.in", "m4" },       { "dune", "lisp" },
	{ "dune-project", "lisp" },     { "go.mod", "go" },
	{ "justfile", "just" },         { "makefile", "makefile" },
	{ "meson.build", "meson" },     { "meson_options.txt", "meson" },
	{ "nginx.conf", "nginx" },      { "poetry.lock", "toml" },
	{ "rebar.config", "erlang" },   { "wscript", "python" },
};

/* Names that people and interpreters use beside extensions and the languages' own. */
static const struct scan_language_alias spoken[] = {
	{ "ash", "shell" },
	{ "bun", "javascript" },
	{ "c#", "csharp" },
	{ "console", "shell" },
	{ "dash", "shell" },
	{ "deno", "typescript" },
	{ "docker", "dockerfile" },
	{ "golang", "go" },
	{ "gawk", "awk" },
	{ "jshint", "javascript" },
	{ "make", "makefile" },
	{ "mawk", "awk" },
	{ "node", "javascript" },
	{ "nodejs", "javascript" },
	{ "objc", "objective-c" },
	{ "postgresql", "sql" },
	{ "pwsh", "powershell" },
	{ "py3", "python" },
	{ "Rscript", "r" },
	{ "shellscript", "shell" },
	{ "tclsh", "tcl" },
	{ "terraform", "hcl" },
	{ "wish", "tcl" },
	{ "vbnet", "visualbasic" },
	{ "plpgsql", "sql" },
	{ "swipl", "prolog" },
	{ "guile", "scheme" },
	{ "starlark", "python" },
	{ "octave", "matlab" },
	{ "emacs", "elisp" },
	{ "handlebars", "handlebars" },
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

/* Without a byte order mark. */
static struct span without_mark(struct span text)
{
	return span_starts(text, SPAN_LIT("\xEF\xBB\xBF")) ? span_from(text, 3) : text;
}

/* exec wish "$0", the way of Tcl's programs. */
static bool hands_over(struct span text)
{
	enum { LOOKED_AT = 1024 };

	text = span_sub(text, 0, LOOKED_AT);
	return span_find(text, SPAN_LIT("\nexec wish")) < text.len ||
	       span_find(text, SPAN_LIT("\nexec tclsh")) < text.len;
}

static const struct scan_language *from_shebang(struct span text)
{
	struct span line = span_sub(without_mark(text), 0, SHEBANG_MAX);
	struct span word;

	if (!span_starts(line, SPAN_LIT("#!")))
		return NULL;
	line = span_sub(line, 2, span_find_byte(line, '\n') - 2);
	word = interpreter_name(next_word(&line));
	/* The shell starts what the rest of the file is written in. */
	if (span_eq_str(word, "sh") && hands_over(text))
		return scan_language_row("tcl");
	if (!span_eq_str(word, "env"))
		return scan_language_named(word);
	do
		word = next_word(&line);
	while (word.len > 0 &&
	       (word.ptr[0] == '-' || span_find_byte(word, '=') != word.len));
	return scan_language_named(interpreter_name(word));
}

/*
 * Extensions that several languages share: the first row whose sign starts a line near
 * the beginning of the text decides, else the table of extensions does.
 */
static const struct {
	const char *extension;
	const char *sign;
	const char *language;
} shared[] = {
	{ "cls", "VERSION ", "visualbasic" },
	{ "cls", "%", "latex" },
	{ "cls", "\\NeedsTeXFormat", "latex" },
	{ "cls", "\\ProvidesClass", "latex" },
	{ "f", "      ", "fortran-fixed" },
	{ "m", "@interface", "objective-c" },
	{ "m", "@implementation", "objective-c" },
	{ "m", "#import", "objective-c" },
	{ "m", "#include", "objective-c" },
	{ "m", "%", "matlab" },
	{ "m", "function ", "matlab" },
	{ "m", "classdef ", "matlab" },
	{ "m", "##", "matlab" },
	{ "pl", "#!", "perl" },
	{ "pl", "use ", "perl" },
	{ "pl", "package ", "perl" },
	{ "pl", ":- ", "prolog" },
	{ "pl", ":-", "prolog" },
	{ "pl", "%", "prolog" },
	{ "pp", "unit ", "pascal" },
	{ "pp", "program ", "pascal" },
	{ "pp", "{$", "pascal" },
	{ "sh", "exec wish", "tcl" },
	{ "sh", "exec tclsh", "tcl" },
	{ "ts", "<?xml", "xml" },
	{ "ts", "<!DOCTYPE TS", "xml" },
	{ "v", "(*", "coq" },
	{ "v", "Require ", "coq" },
	{ "v", "Lemma ", "coq" },
	{ "v", "Definition ", "coq" },
	{ "v", "module ", "verilog" },
	{ "v", "`", "verilog" },
	{ "v", "fn ", "v" },
	{ "v", "pub ", "v" },
	{ "v", "import ", "v" },
	{ "vim", "vim9script", "vim9" },
};

static bool starts_line(struct span text, const char *sign)
{
	size_t at = 0;

	while (at < text.len) {
		if (span_starts(span_from(text, at), span_str(sign)))
			return true;
		at += span_find_byte(span_from(text, at), '\n') + 1;
	}
	return false;
}

static const struct scan_language *by_sign(struct span extension, struct span text)
{
	enum { LOOKED_AT = 4096 };

	text = span_sub(without_mark(text), 0, LOOKED_AT);
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		if (span_eq_str(extension, shared[i].extension) &&
		    starts_line(text, shared[i].sign))
			return scan_language_row(shared[i].language);
	}
	return NULL;
}

/* A template of something that is no page is read as that: nginx.conf.j2. */
static const struct scan_language *by_inner(struct span stem,
                                            const struct scan_language *l)
{
	size_t dot = span_rfind_byte(stem, '.');
	const struct scan_language *inner =
		dot == stem.len ? NULL : LOOK_UP(extensions, span_from(stem, dot + 1));

	if (l == NULL || l->islands == NULL || inner == NULL || inner->document != NULL ||
	    inner == l)
		return l;
	return inner;
}

static const struct scan_language *by_extension(struct span file_name, struct span text)
{
	size_t dot = span_rfind_byte(file_name, '.');
	struct span extension = span_from(file_name, dot + 1);
	const struct scan_language *l;

	if (dot == file_name.len || dot == 0)
		return NULL;
	l = by_sign(extension, text);
	return l != NULL ? l
	                 : by_inner(span_sub(file_name, 0, dot),
	                            LOOK_UP(extensions, extension));
}

const struct scan_language *scan_language_of(struct span file_name, struct span text)
{
	const struct scan_language *l = LOOK_UP(file_names, file_name);

	/* Templates and variants: Dockerfile.dev, config.h.in. */
	if (l == NULL && span_ends(file_name, SPAN_LIT(".in")))
		return scan_language_of(span_sub(file_name, 0, file_name.len - 3), text);
	if (l == NULL && span_starts(file_name, SPAN_LIT("Dockerfile.")))
		l = scan_language_row("dockerfile");
	if (l == NULL && span_starts(file_name, SPAN_LIT(".env.")))
		l = scan_language_row("properties");
	if (l == NULL)
		l = by_extension(file_name, text);
	return l != NULL ? l : from_shebang(text);
}
