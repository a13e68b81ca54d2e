// SPDX-License-Identifier: Apache-2.0
#include "lib/json.h"
#include "lib/toml.h"
#include "read_internal.h"
#include "scanners/language.h"

#include <string.h>

/* What resolving needs of go.mod, go.work, package.json, tsconfig.json and Cargo.toml.
 * One that cannot be read says nothing: other rules complain of it. */

struct manifest {
	struct span text;
	const struct scan_import_sink *sink;
	bool over;
	bool failed; /* no memory */
};

static void put(struct manifest *m, enum scan_import_kind kind, struct span target,
                struct span name)
{
	if (!m->over &&
	    memchr(target.len > 0 ? target.ptr : "", '\n', target.len) == NULL)
		m->over = !m->sink->put(m->sink->context,
		                        &(struct scan_import){ .kind = kind,
		                                               .target = target,
		                                               .name = name });
}

static void put_str(struct manifest *m, enum scan_import_kind kind, const char *target,
                    const char *name)
{
	if (target != NULL)
		put(m, kind, span_str(target), span_str(name));
}

/* ---- go.mod, go.work ---- */

static struct span next_word(struct span *line)
{
	size_t end = 0;
	struct span word;

	*line = span_trim(*line);
	while (end < line->len && line->ptr[end] != ' ' && line->ptr[end] != '\t')
		end++;
	word = span_sub(*line, 0, end);
	*line = span_from(*line, end);
	if (word.len >= 2 && (word.ptr[0] == '"' || word.ptr[0] == '`'))
		word = span_sub(word, 1, word.len - 2);
	return word;
}

/* "a v1 => ../b v2" or "a => ../b" */
static void go_replace(struct manifest *m, struct span module, struct span rest)
{
	size_t arrow = span_find(rest, SPAN_LIT("=>"));
	struct span to;

	if (arrow == rest.len)
		return;
	rest = span_from(rest, arrow + 2);
	to = next_word(&rest);
	put(m, span_starts(to, SPAN_LIT(".")) ? SCAN_IMPORT_LOCAL : SCAN_IMPORT_OTHER,
	    module, to);
}

static void go_directive(struct manifest *m, struct span verb, struct span line)
{
	struct span word = next_word(&line);

	if (word.len == 0)
		return;
	if (span_eq_str(verb, "module"))
		put(m, SCAN_IMPORT_NAME, word, SPAN_EMPTY);
	else if (span_eq_str(verb, "require"))
		put(m, SCAN_IMPORT_OTHER, word, SPAN_EMPTY);
	else if (span_eq_str(verb, "replace"))
		go_replace(m, word, line);
	else if (span_eq_str(verb, "use"))
		put(m, SCAN_IMPORT_ROOT, word, SPAN_EMPTY);
}

static void read_go(struct manifest *m)
{
	struct span rest = m->text;
	struct span group = SPAN_EMPTY;
	struct span line;

	while (span_line(&rest, &line)) {
		struct span verb;

		line = span_trim(span_sub(line, 0, span_find(line, SPAN_LIT("//"))));
		if (line.len == 0)
			continue;
		if (group.len > 0) {
			if (span_eq_str(line, ")"))
				group = SPAN_EMPTY;
			else
				go_directive(m, group, line);
			continue;
		}
		verb = next_word(&line);
		line = span_trim(line);
		if (span_eq_str(line, "("))
			group = verb;
		else
			go_directive(m, verb, line);
	}
}

/* ---- JSON, with comments and commas too many where the format has them ---- */

/* The lexer tells what is a comment; a comma in front of a closing bracket goes too. */
static void blank_comments(struct span text, struct buf *out)
{
	const struct scan_language *json = scan_language_named(SPAN_LIT("json"));
	struct scan_lexer x;
	struct scan_piece p;
	size_t comma = 0; /* behind the last one, while only blanks follow */

	buf_put(out, text);
	scan_lexer_init(&x, json, text);
	while (buf_ok(out) && scan_lexer_next(&x, &p)) {
		if (p.kind == SCAN_STRING || p.kind == SCAN_DOC) {
			comma = 0;
			continue;
		}
		for (size_t i = p.start; i < p.end; i++) {
			char *c = &out->ptr[i];

			if (p.kind != SCAN_CODE) {
				*c = *c == '\n' ? '\n' : ' ';
				continue;
			}
			if ((*c == ']' || *c == '}') && comma > 0)
				out->ptr[comma - 1] = ' ';
			if (*c == ',')
				comma = i + 1;
			else if (*c != ' ' && *c != '\n' && *c != '\t' && *c != '\r')
				comma = 0;
		}
	}
}

static struct json_doc *parse(struct manifest *m)
{
	struct json_doc *doc = NULL;
	struct buf plain = BUF_INIT;
	enum err_code rc;

	blank_comments(m->text, &plain);
	rc = buf_err(&plain, NULL);
	if (rc == ERR_OK)
		rc = json_parse(&doc, buf_span(&plain), "manifest", NULL);
	m->failed = rc == ERR_NOMEM;
	buf_fini(&plain);
	return rc == ERR_OK ? doc : NULL;
}

/* Every path that the conditions of an export lead to, in their order. */
static void put_paths(struct manifest *m, enum scan_import_kind kind,
                      const struct json *value, const char *name, bool map, int depth)
{
	const char *path = json_string(value);

	if (path != NULL) {
		if (map)
			put_str(m, kind, name, path);
		else
			put_str(m, kind, path, name);
		return;
	}
	if (depth == 0 && json_first(value) != NULL)
		m->sink->limit(m->sink->context,
		               "not fully scanned: places of imports nested too deeply");
	if (depth == 0)
		return;
	for (const struct json *v = json_first(value); v != NULL; v = json_next(v))
		put_paths(m, kind, v, name, map, depth - 1);
}

enum { CONDITIONS_DEPTH = 8 };

static void read_exports(struct manifest *m, const struct json *exports)
{
	const struct json *first = json_first(exports);

	if (exports == NULL)
		return;
	if (json_type(exports) != JSON_OBJECT || first == NULL ||
	    json_key(first)[0] != '.') {
		put_paths(m, SCAN_IMPORT_ROOT, exports, ".", false, CONDITIONS_DEPTH);
		return;
	}
	for (const struct json *v = first; v != NULL; v = json_next(v))
		put_paths(m, SCAN_IMPORT_ROOT, v, json_key(v), false, CONDITIONS_DEPTH);
}

static void read_package(struct manifest *m, const struct json *root)
{
	static const char *const mains[] = { "source", "types", "module", "main" };

	put_str(m, SCAN_IMPORT_NAME, json_string(json_get(root, "name")), NULL);
	if (json_get(root, "workspaces") != NULL)
		put(m, SCAN_IMPORT_LOCAL, SPAN_LIT("workspaces"), SPAN_EMPTY);
	read_exports(m, json_get(root, "exports"));
	for (size_t i = 0; i < sizeof(mains) / sizeof(mains[0]); i++)
		put_str(m, SCAN_IMPORT_ROOT, json_string(json_get(root, mains[i])), ".");
	for (const struct json *v = json_first(json_get(root, "imports")); v != NULL;
	     v = json_next(v))
		put_paths(m, SCAN_IMPORT_MAP, v, json_key(v), true, CONDITIONS_DEPTH);
}

static void read_extends(struct manifest *m, const struct json *extends)
{
	put_str(m, SCAN_IMPORT_EXTENDS, json_string(extends), NULL);
	if (json_type(extends) == JSON_ARRAY)
		for (const struct json *v = json_first(extends); v; v = json_next(v))
			put_str(m, SCAN_IMPORT_EXTENDS, json_string(v), NULL);
}

static void read_tsconfig(struct manifest *m, const struct json *root)
{
	const struct json *options = json_get(root, "compilerOptions");
	const struct json *paths = json_get(options, "paths");

	if (json_get(root, "extends") != NULL)
		read_extends(m, json_get(root, "extends"));
	put_str(m, SCAN_IMPORT_BASE, json_string(json_get(options, "baseUrl")), NULL);
	for (const struct json *v = json_first(json_get(options, "rootDirs")); v != NULL;
	     v = json_next(v))
		put_str(m, SCAN_IMPORT_OTHER, json_string(v), NULL);
	if (paths == NULL || json_type(paths) != JSON_OBJECT)
		return;
	for (const struct json *v = json_first(paths); v != NULL; v = json_next(v))
		put_paths(m, SCAN_IMPORT_MAP, v, json_key(v), true, 1);
}

static void read_json(struct manifest *m, bool package)
{
	struct json_doc *doc = parse(m);

	if (doc == NULL)
		return;
	if (json_type(json_root(doc)) == JSON_OBJECT) {
		if (package)
			read_package(m, json_root(doc));
		else
			read_tsconfig(m, json_root(doc));
	}
	json_free(doc);
}

/* ---- Cargo.toml ---- */

static void put_targets(struct manifest *m, const struct toml_node *root,
                        const char *table)
{
	const struct toml_node *list = toml_get(root, table);

	for (size_t i = 0; i < toml_count(list); i++)
		put_str(m, SCAN_IMPORT_ROOT,
		        toml_string(toml_get(toml_at(list, i), "path")), NULL);
}

/* One that is not given is the first of them. */
static bool is_old(const struct toml_node *edition)
{
	const char *year = toml_string(edition);

	return edition == NULL || (year != NULL && strcmp(year, "2015") == 0);
}

static void read_cargo(struct manifest *m)
{
	static const char *const tables[] = { "bin", "example", "test", "bench" };
	struct toml_doc *doc;
	const struct toml_node *root;
	const struct toml_node *package;
	const struct toml_node *lib;
	enum err_code rc = toml_parse(&doc, m->text, "manifest", NULL);

	m->failed = rc == ERR_NOMEM;
	if (rc != ERR_OK)
		return;
	root = toml_root(doc);
	package = toml_get(root, "package");
	lib = toml_get(root, "lib");
	put_str(m, SCAN_IMPORT_NAME, toml_string(toml_get(package, "name")),
	        toml_string(toml_get(lib, "name")));
	if (package != NULL && is_old(toml_get(package, "edition")))
		put(m, SCAN_IMPORT_OLD, SPAN_LIT("2015"), SPAN_EMPTY);
	put_str(m, SCAN_IMPORT_ROOT, toml_string(toml_get(lib, "path")), "lib");
	put_str(m, SCAN_IMPORT_ROOT, toml_string(toml_get(package, "build")), NULL);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		put_targets(m, root, tables[i]);
	toml_free(doc);
}

/* ---- which is which ---- */

static bool is_tsconfig(struct span name)
{
	return (span_starts(name, SPAN_LIT("tsconfig")) ||
	        span_starts(name, SPAN_LIT("jsconfig"))) &&
	       span_ends(name, SPAN_LIT(".json"));
}

bool import_is_manifest(struct span name)
{
	return is_tsconfig(name) || span_eq_str(name, "go.mod") ||
	       span_eq_str(name, "go.work") || span_eq_str(name, "package.json") ||
	       span_eq_str(name, "Cargo.toml");
}

bool import_read_manifest(struct span file_name, struct span text,
                          const struct scan_import_sink *sink)
{
	struct manifest m = { .text = text, .sink = sink };

	if (text.len > SCAN_IMPORT_MANIFEST_MAX)
		return true;
	if (span_starts(file_name, SPAN_LIT("go.")))
		read_go(&m);
	else if (span_eq_str(file_name, "Cargo.toml"))
		read_cargo(&m);
	else
		read_json(&m, span_eq_str(file_name, "package.json"));
	return !m.failed;
}
