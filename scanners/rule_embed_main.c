// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/yaml.h"
#include "os/fs.h"
#include "rule_load.h"
#include "rule_man.h"
#include "rule_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * rule_embed OUT PAGE FILE..: reads rule files and writes them as constant tables in C
 * and as a man page, so that the program starts without reading anything, and does not
 * build with a faulty rule.
 */

/* What the program itself has; this one needs none. */
const struct scan_rule *const scan_rule_table = NULL;
const size_t scan_rule_table_count = 0;

/* As a C string; octal, because a hexadecimal escape does not end. */
static void put_text(struct buf *out, const char *text)
{
	if (text == NULL) {
		buf_puts(out, "NULL");
		return;
	}
	buf_putc(out, '"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '?')
			buf_printf(out, "\\%03o", c);
		else
			buf_putc(out, (char)c);
	}
	buf_putc(out, '"');
}

static void put_texts(struct buf *out, const char *name, const struct scan_texts *t)
{
	if (t->count == 0)
		return;
	buf_printf(out, "\t\t.%s = { (const char *const[]){ ", name);
	for (size_t i = 0; i < t->count; i++) {
		put_text(out, t->items[i]);
		buf_puts(out, ", ");
	}
	buf_printf(out, "}, %zu },\n", t->count);
}

static void put_samples(struct buf *out, const char *name, const struct scan_samples *s)
{
	if (s->count == 0)
		return;
	buf_printf(out, "\t\t.%s = { (const struct scan_sample[]){ ", name);
	for (size_t i = 0; i < s->count; i++) {
		buf_puts(out, "{ ");
		put_text(out, s->items[i].path);
		buf_puts(out, ", ");
		put_text(out, s->items[i].text);
		buf_printf(out, ", %zu, 0 }, ", s->items[i].more);
	}
	buf_printf(out, "}, %zu },\n", s->count);
}

static void put_field(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "\t\t.%s = ", name);
	put_text(out, text);
	buf_puts(out, ",\n");
}

static void put_rule(struct buf *out, const struct scan_rule *r)
{
	buf_puts(out, "\t{\n");
	put_field(out, "id", r->id);
	put_field(out, "title", r->title);
	put_field(out, "why", r->why);
	put_field(out, "remedy", r->remedy);
	buf_puts(out, "\t\t.severity = { ");
	for (int s = 0; s < SCAN_SCOPES; s++)
		buf_printf(out, "%d, ", (int)r->severity[s]);
	buf_puts(out, "},\n");
	put_field(out, "pattern", r->pattern);
	put_field(out, "lead", r->lead);
	put_texts(out, "words", &r->words);
	buf_printf(out, "\t\t.builtin = %d, .group = %zu, .entropy = %.6f, .in = %u,\n",
	           (int)r->builtin, r->group, r->entropy, r->in);
	put_field(out, "check", r->check);
	put_texts(out, "paths", &r->paths);
	put_texts(out, "not_paths", &r->not_paths);
	put_texts(out, "languages", &r->languages);
	put_texts(out, "allow", &r->allow);
	put_texts(out, "allow_line", &r->allow_line);
	put_texts(out, "stopwords", &r->stopwords);
	buf_printf(out,
	           "\t\t.decode = %d, .redact = %d, .optional = %d, .yields = %d,\n"
	           "\t\t.key_group = %zu, .assigned = %d,\n",
	           r->decode, r->redact, r->optional, r->yields, r->key_group,
	           r->assigned);
	put_samples(out, "examples", &r->examples);
	put_samples(out, "counterexamples", &r->counterexamples);
	buf_puts(out, "\t},\n");
}

static int compare_rules(const void *a, const void *b)
{
	const struct scan_rule *x = a;
	const struct scan_rule *y = b;

	return strcmp(x->id, y->id);
}

static void put_table(struct buf *out, struct scan_rule *rules, size_t count)
{
	if (count > 0)
		qsort(rules, count, sizeof(*rules), compare_rules);
	buf_puts(out, "/* Made of scanners/rules by rule_embed. */\n"
	              "#include \"scanners/rule_table.h\"\n\n"
	              "static const struct scan_rule rules[] = {\n");
	for (size_t i = 0; i < count; i++)
		put_rule(out, &rules[i]);
	buf_printf(out,
	           "};\n\nconst struct scan_rule *const scan_rule_table = rules;\n"
	           "const size_t scan_rule_table_count = %zu;\n",
	           count);
}

struct tables {
	struct arena arena;
	struct scan_rule *rules;
	size_t count;
	size_t cap;
};

static enum err_code add_file(struct tables *t, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	struct yaml_doc *doc = NULL;
	struct scan_rule_list list;
	enum err_code rc = os_read_file(path, 16u << 20, &text, err);

	if (rc == ERR_OK)
		rc = yaml_parse(&doc, buf_span(&text), path, err);
	if (rc == ERR_OK)
		rc = scan_rule_load(&list, &t->arena, doc, err);
	for (size_t i = 0; rc == ERR_OK && i < list.count; i++) {
		struct scan_rule *slot = arena_push(&t->arena, &t->rules, &t->count,
		                                    &t->cap, sizeof(*slot));

		if (slot == NULL)
			rc = err_nomem(err);
		else
			*slot = list.items[i];
	}
	yaml_free(doc);
	buf_fini(&text);
	return rc;
}

/* Only if it differs: what depends on it is not built again for nothing. */
static enum err_code store(const char *path, const struct buf *text, struct err *err)
{
	struct buf old = BUF_INIT;
	enum err_code rc = buf_err(text, err);

	if (rc == ERR_OK && (os_read_file(path, 64u << 20, &old, NULL) != ERR_OK ||
	                     !span_eq(buf_span(&old), buf_span(text))))
		rc = os_write_atomic(path, buf_span(text), 0644, err);
	buf_fini(&old);
	return rc;
}

int main(int argc, char **argv)
{
	struct tables t = { .arena = ARENA_INIT };
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = ERR_OK;

	for (int i = 3; rc == ERR_OK && i < argc; i++)
		rc = add_file(&t, argv[i], &err);
	if (rc == ERR_OK && argc < 4)
		rc = err_set(&err, ERR_USAGE, "usage: rule_embed OUT PAGE FILE..");
	if (rc == ERR_OK) {
		put_table(&out, t.rules, t.count);
		rc = store(argv[1], &out, &err);
	}
	if (rc == ERR_OK) {
		buf_clear(&out);
		scan_rule_man(&out, t.rules, t.count);
		rc = store(argv[2], &out, &err);
	}
	if (rc != ERR_OK)
		(void)fprintf(stderr, "%s\n", err.msg);
	buf_fini(&out);
	arena_fini(&t.arena);
	return rc == ERR_OK ? 0 : 1;
}
