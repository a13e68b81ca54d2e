// SPDX-License-Identifier: Apache-2.0
#include "collect/reuse/material.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/version.h"
#include "collect/inputs.h"
#include "collect/reuse/variables.h"
#include "crypto/digest.h"
#include "os/meta.h"
#include "os/process.h"
#include "os/walk.h"

#include <stdlib.h>
#include <string.h>

enum {
	FILE_BYTES_MAX = 512 << 20,
	PROGRAM_BYTES_MAX = 256 << 20,
	FILES_MAX = 500000,
	DEPTH_MAX = 200,
	EXECUTABLE = 0111,
};

struct input {
	const char *path;   /* relative to the root */
	const char *digest; /* NULL: not read yet */
	bool executable;
};

struct gate_material {
	const char *root;
	struct arena arena;
	struct map files;    /* path to struct input: all that any unit named so far */
	struct map programs; /* name as written to its line */
	struct map sets;     /* globs, a field each, to the digest of what they mean */
	struct buf content;
};

/* ---- fields ---- */

static void put(struct buf *out, const char *name, const char *value)
{
	if (value == NULL)
		buf_printf(out, "%s -\n", name);
	else
		buf_printf(out, "%s %zu:%s\n", name, strlen(value), value);
}

static void put_number(struct buf *out, const char *name, uint64_t value)
{
	buf_printf(out, "%s %llu\n", name, (unsigned long long)value);
}

static void put_list(struct buf *out, const char *name, const struct gate_strings *list)
{
	put_number(out, name, list->count);
	for (size_t i = 0; i < list->count; i++)
		put(out, name, list->items[i]);
}

static void put_command(struct buf *out, const struct gate_command *c)
{
	put(out, "shell", c->shell);
	put_list(out, "argv", &c->argv);
}

/* ---- programs ---- */

/* A name with a folder in it is looked for where the command starts, not where we did. */
static bool find_program(const struct gate_material *m, const char *dir, const char *name,
                         struct buf *path)
{
	struct buf folder = BUF_INIT;
	bool found;

	if (strchr(name, '/') == NULL || name[0] == '/')
		return os_find_program(name, path);
	os_join(&folder, m->root, dir);
	os_join(path, buf_str(&folder), name);
	found = buf_ok(&folder) && buf_ok(path) && os_is_executable(buf_str(path));
	buf_fini(&folder);
	return found;
}

/* "path:digest", by the name as written where that leads into the project; or "" for what
 * is no program. */
static const char *describe_program(struct gate_material *m, const char *dir,
                                    const char *name)
{
	struct buf path = BUF_INIT;
	const char *line = "";
	char hex[DIGEST_HEX];

	buf_clear(&m->content);
	if (find_program(m, dir, name, &path) &&
	    os_read_file(buf_str(&path), PROGRAM_BYTES_MAX, &m->content, NULL) ==
	            ERR_OK &&
	    digest_hex(buf_span(&m->content), hex, NULL) == ERR_OK)
		line = arena_printf(&m->arena, "%s:%s",
		                    strchr(name, '/') != NULL ? name : buf_str(&path),
		                    hex);
	buf_fini(&path);
	return line;
}

/* A command, and the folder that it starts in. */
struct start {
	const struct gate_command *run;
	const char *dir;
};

static enum err_code put_program(struct gate_material *m, const struct start *start,
                                 struct span word, struct buf *out, struct err *err)
{
	const char *name = arena_dup(&m->arena, word);
	const char *key = arena_printf(&m->arena, "%s/%s", start->dir, name);
	const char *line = key != NULL ? map_get(&m->programs, span_str(key)) : NULL;
	union {
		const char *kept;
		void *stored;
	} value;

	if (line == NULL) {
		line = key != NULL && name != NULL ? describe_program(m, start->dir, name)
		                                   : NULL;
		value.kept = line;
		if (line == NULL || !map_set(&m->programs, span_str(key), value.stored))
			return err_nomem(err);
	}
	if (*line != '\0')
		put(out, "program", line);
	return ERR_OK;
}

/* The words of a shell line that name programs, roughly: one too many does no harm. */
static enum err_code put_shell_programs(struct gate_material *m,
                                        const struct start *start, struct buf *out,
                                        struct err *err)
{
	enum err_code rc = put_program(m, start, SPAN_LIT("sh"), out, err);
	struct span line = span_str(start->run->shell);
	size_t from = 0;

	for (size_t i = 0; i <= line.len && rc == ERR_OK; i++) {
		if (i < line.len && strchr(" \t\n;&|()\"'<>`$=", line.ptr[i]) == NULL)
			continue;
		if (i > from)
			rc = put_program(m, start, span_sub(line, from, i - from), out,
			                 err);
		from = i + 1;
	}
	return rc;
}

static enum err_code put_programs(struct gate_material *m, const struct start *start,
                                  struct buf *out, struct err *err)
{
	const struct gate_command *c = start->run;
	enum err_code rc = ERR_OK;

	if (c->shell != NULL)
		return put_shell_programs(m, start, out, err);
	for (size_t i = 0; i < c->argv.count && rc == ERR_OK; i++)
		rc = put_program(m, start, span_str(c->argv.items[i]), out, err);
	return rc;
}

/* ---- files ---- */

struct walk {
	struct gate_material *m;
	const struct gate_strings *globs;
	struct os_dir *dir;
	struct buf path; /* of the folder, with a slash at its end; "" at the root */
	size_t depth;
	const struct input **found;
	size_t count;
	size_t cap;
};

/* Python's compiled code is written by whoever imports a file, and says nothing that the
 * file does not. */
static bool is_left_out(const struct walk *w, const char *name)
{
	return str_eq(name, ".git") || str_eq(name, "__pycache__") ||
	       (w->path.len == 0 && str_eq(name, ".seaworthy"));
}

static enum err_code hash_file(struct walk *w, const char *name, struct input *in,
                               struct err *err)
{
	struct gate_material *m = w->m;
	struct os_stat st = { .type = OS_NONE };
	char hex[DIGEST_HEX];
	enum err_code rc =
		os_dir_read(w->dir, name, FILE_BYTES_MAX, &m->content, &st, err);

	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&m->content), hex, err);
	if (rc != ERR_OK)
		return rc;
	in->executable = (st.mode & EXECUTABLE) != 0;
	in->digest = arena_str(&m->arena, hex);
	return in->digest != NULL ? ERR_OK : err_nomem(err);
}

/* Where it leads to, and what is there: the result depends on both. */
static enum err_code hash_link(struct walk *w, const char *name, struct input *in,
                               struct err *err)
{
	struct gate_material *m = w->m;
	struct buf target = BUF_INIT;
	struct buf path = BUF_INIT;
	char hex[DIGEST_HEX] = "";
	enum err_code rc = os_read_link(w->dir->fd, name, &target, err);

	os_join(&path, m->root, in->path);
	if (rc == ERR_OK)
		rc = buf_err(&path, err);
	if (rc == ERR_OK && os_type_of(buf_str(&path)) == OS_FILE) {
		buf_clear(&m->content);
		in->executable = os_is_executable(buf_str(&path));
		rc = os_read_file(buf_str(&path), FILE_BYTES_MAX, &m->content, err);
		if (rc == ERR_OK)
			rc = digest_hex(buf_span(&m->content), hex, err);
	}
	if (rc == ERR_OK) {
		in->digest = arena_printf(&m->arena, "%s link %s", hex, buf_str(&target));
		rc = arena_err(&m->arena, err);
	}
	buf_fini(&path);
	buf_fini(&target);
	return rc;
}

static enum err_code read_input(struct walk *w, const char *name, enum os_type type,
                                struct input **out, struct err *err)
{
	struct gate_material *m = w->m;
	struct input *in = arena_new(&m->arena, sizeof(*in));
	enum err_code rc;

	if (m->files.count >= FILES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d input files", FILES_MAX);
	if (in == NULL || (in->path = arena_dup(&m->arena, buf_span(&w->path))) == NULL)
		return err_nomem(err);
	rc = type == OS_LINK ? hash_link(w, name, in, err) : hash_file(w, name, in, err);
	if (rc != ERR_OK)
		return err_wrap(err, rc, "%s", in->path);
	if (!map_set(&m->files, span_str(in->path), in))
		return err_nomem(err);
	*out = in;
	return ERR_OK;
}

static enum err_code take_file(struct walk *w, const char *name, enum os_type type,
                               struct err *err)
{
	struct input *in = map_get(&w->m->files, buf_span(&w->path));
	enum err_code rc = ERR_OK;

	if (in == NULL && (rc = read_input(w, name, type, &in, err)) != ERR_OK)
		return rc;
	if (!mem_grow(&w->found, w->count, &w->cap, sizeof(*w->found)))
		return err_nomem(err);
	w->found[w->count++] = in;
	return ERR_OK;
}

static enum err_code visit(const struct os_entry *entry, void *context, struct err *err);

static enum err_code enter(struct walk *w, const char *name, struct err *err)
{
	struct os_dir *parent = w->dir;
	struct os_dir dir = { -1 };
	enum err_code rc;

	if (!gate_inputs_below(w->globs, buf_span(&w->path)))
		return ERR_OK;
	if (w->depth == DEPTH_MAX)
		return err_set(err, ERR_LIMIT, "%s: deeper than %d folders",
		               buf_str(&w->path), DEPTH_MAX);
	if ((rc = os_dir_open(&dir, parent, name, err)) != ERR_OK)
		return rc;
	buf_putc(&w->path, '/');
	w->dir = &dir;
	w->depth++;
	rc = os_dir_each(&dir, visit, w, err);
	w->depth--;
	w->dir = parent;
	os_dir_close(&dir);
	return rc;
}

static bool is_plain(struct span glob)
{
	for (size_t i = 0; i < glob.len; i++)
		if (strchr("*?[{\\", glob.ptr[i]) != NULL)
			return false;
	return glob.len > 0;
}

/* Does one of the globs plainly name the folder, or one above it, with all that is in
 * it? */
static bool is_whole(const struct gate_strings *globs, struct span folder)
{
	for (size_t i = 0; i < globs->count; i++) {
		struct span g = span_str(globs->items[i]);

		if (span_ends(g, SPAN_LIT("/**")))
			g = span_sub(g, 0, g.len - 3);
		else if (span_ends(g, SPAN_LIT("/")))
			g = span_sub(g, 0, g.len - 1);
		if (is_plain(g) && span_starts(folder, g) &&
		    (folder.len == g.len || folder.ptr[g.len] == '/'))
			return true;
	}
	return false;
}

/* Is all that is in the folder which the link leads to among the inputs anyway? */
static enum err_code is_known_folder(const struct walk *w, const char *link, bool *known,
                                     struct err *err)
{
	struct buf root = BUF_INIT;
	struct buf real = BUF_INIT;
	enum err_code rc = os_realpath(w->m->root, &root, err);

	if (rc == ERR_OK)
		rc = os_realpath(link, &real, err);
	buf_putc(&root, '/');
	if (rc == ERR_OK && (rc = buf_err(&root, err)) == ERR_OK)
		*known = span_starts(buf_span(&real), buf_span(&root)) &&
		         is_whole(w->globs, span_from(buf_span(&real), root.len));
	buf_fini(&root);
	buf_fini(&real);
	return rc;
}

/* A folder behind a link may lie anywhere: what is in it is known only where it is an
 * input by its own name. */
static enum err_code refuse_folder(const struct walk *w, enum os_type type,
                                   struct err *err)
{
	struct span path = buf_span(&w->path);
	struct buf full = BUF_INIT;
	bool known = true;
	enum err_code rc;

	if (type != OS_LINK ||
	    (!gate_inputs_match(w->globs, path) && !gate_inputs_below(w->globs, path)))
		return ERR_OK;
	os_join(&full, w->m->root, buf_str(&w->path));
	if ((rc = buf_err(&full, err)) == ERR_OK && os_type_of(buf_str(&full)) == OS_DIR)
		rc = is_known_folder(w, buf_str(&full), &known, err);
	if (rc == ERR_OK && !known)
		rc = err_set(err, ERR_UNSUPPORTED, "%.300s leads to a folder",
		             buf_str(&w->path));
	buf_fini(&full);
	return rc;
}

static enum err_code visit(const struct os_entry *entry, void *context, struct err *err)
{
	struct walk *w = context;
	size_t before = w->path.len;
	enum err_code rc = ERR_OK;

	if (is_left_out(w, entry->name))
		return ERR_OK;
	buf_puts(&w->path, entry->name);
	if ((rc = buf_err(&w->path, err)) != ERR_OK)
		return rc;
	if (entry->type == OS_DIR)
		rc = enter(w, entry->name, err);
	else if ((rc = refuse_folder(w, entry->type, err)) == ERR_OK &&
	         (entry->type == OS_FILE || entry->type == OS_LINK) &&
	         gate_inputs_match(w->globs, buf_span(&w->path)))
		rc = take_file(w, entry->name, entry->type, err);
	buf_truncate(&w->path, before);
	return rc;
}

static int by_path(const void *a, const void *b)
{
	const struct input *const *x = a;
	const struct input *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

static void put_input(struct buf *out, const struct input *in)
{
	put(out, "input", in->path);
	put(out, in->executable ? "executable" : "contents", in->digest);
}

/* A line for each file, sorted. */
static enum err_code list_inputs(struct gate_material *m,
                                 const struct gate_strings *globs, struct buf *out,
                                 struct err *err)
{
	struct os_dir root = { -1 };
	struct walk w = { .m = m, .globs = globs, .dir = &root, .path = BUF_INIT };
	enum err_code rc = os_dir_open(&root, NULL, m->root, err);

	if (rc != ERR_OK)
		return rc;
	if ((rc = os_dir_each(&root, visit, &w, err)) == ERR_OK && w.count > 1)
		qsort(w.found, w.count, sizeof(*w.found), by_path);
	/* Globs that mean nothing are a slip: by them the result would hold for ever. */
	if (rc == ERR_OK && w.count == 0)
		rc = err_set(err, ERR_NOT_FOUND, "no file is among the inputs");
	put_number(out, "inputs", w.count);
	for (size_t i = 0; rc == ERR_OK && i < w.count; i++)
		put_input(out, w.found[i]);
	os_dir_close(&root);
	mem_free(w.found);
	buf_fini(&w.path);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}

static enum err_code digest_inputs(struct gate_material *m,
                                   const struct gate_strings *globs, const char **digest,
                                   struct err *err)
{
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX];
	enum err_code rc = list_inputs(m, globs, &text, err);

	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&text), hex, err);
	if (rc == ERR_OK) {
		*digest = arena_str(&m->arena, hex);
		rc = arena_err(&m->arena, err);
	}
	buf_fini(&text);
	return rc;
}

/* Most suites of a project have the same inputs, and so has the build that they need. */
static enum err_code put_inputs(struct gate_material *m, const struct gate_strings *globs,
                                struct buf *out, struct err *err)
{
	const size_t start = out->len;
	union {
		const char *digest;
		void *stored;
	} value;
	struct span key;
	enum err_code rc = ERR_OK;

	put_list(out, "globs", globs);
	if (globs->count == 0 || !buf_ok(out))
		return buf_err(out, err);
	key = span_from(buf_span(out), start);
	value.stored = map_get(&m->sets, key);
	if (value.digest == NULL) {
		rc = digest_inputs(m, globs, &value.digest, err);
		if (rc == ERR_OK && !map_set(&m->sets, key, value.stored))
			rc = err_nomem(err);
	}
	if (rc == ERR_OK)
		put(out, "inputs", value.digest);
	return rc;
}

/* ---- units ---- */

enum err_code gate_material_new(struct gate_material **out, const char *root,
                                struct err *err)
{
	struct gate_material *m = mem_new(sizeof(*m));

	if (m == NULL)
		return err_nomem(err);
	m->root = root;
	arena_init(&m->arena);
	map_init(&m->files);
	map_init(&m->programs);
	map_init(&m->sets);
	*out = m;
	return ERR_OK;
}

void gate_material_free(struct gate_material *m)
{
	if (m == NULL)
		return;
	map_fini(&m->files);
	map_fini(&m->programs);
	map_fini(&m->sets);
	buf_fini(&m->content);
	arena_fini(&m->arena);
	mem_free(m);
}

void gate_material_forget(struct gate_material *m)
{
	map_fini(&m->files);
	map_init(&m->files);
	map_fini(&m->programs);
	map_init(&m->programs);
	map_fini(&m->sets);
	map_init(&m->sets);
}

static enum err_code put_common(struct gate_material *m, const struct gate_command *run,
                                const char *dir, const struct gate_strings *env,
                                struct buf *out, struct err *err)
{
	const struct start start = { run, dir != NULL ? dir : "." };
	enum err_code rc;

	put(out, "version", version_string());
	put_command(out, run);
	put_list(out, "env", env);
	if ((rc = gate_variables_put(&m->arena, os_environ(), out, err)) != ERR_OK)
		return rc;
	return put_programs(m, &start, out, err);
}

enum err_code gate_material_suite(struct gate_material *m, const struct gate_suite *s,
                                  struct buf *out, struct err *err)
{
	enum err_code rc;

	put(out, "suite", s->id);
	put(out, "dir", s->dir);
	put(out, "format", gate_format_name(s->format));
	put(out, "regex", s->regex);
	put_list(out, "results", &s->results);
	put_list(out, "coverage", &s->coverage);
	put_number(out, "timeout", s->timeout_ms);
	put_number(out, "test_timeout", s->test_timeout_ms);
	put_number(out, "slow", s->slow_ms);
	put(out, "limits", s->limits);
	put_number(out, "grace", s->grace_ms);
	put_list(out, "coverage", &s->coverage);
	put_number(out, "copy", s->scratch);
	if ((rc = put_common(m, &s->run, s->dir, &s->env, out, err)) == ERR_OK)
		rc = put_inputs(m, &s->inputs, out, err);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}

enum err_code gate_material_build(struct gate_material *m, const struct gate_build *b,
                                  struct buf *out, struct err *err)
{
	enum err_code rc;

	put(out, "build", b->id);
	put(out, "dir", b->dir);
	put_number(out, "timeout", b->timeout_ms);
	put(out, "limits", b->limits);
	put_number(out, "copy", b->scratch);
	if ((rc = put_common(m, &b->run, b->dir, &b->env, out, err)) == ERR_OK)
		rc = put_inputs(m, &b->inputs, out, err);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}

enum err_code gate_material_bench(struct gate_material *m, const struct gate_bench *b,
                                  struct buf *out, struct err *err)
{
	return put_common(m, &b->run, b->dir, &b->env, out, err);
}
