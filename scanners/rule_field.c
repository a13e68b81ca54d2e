// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "language.h"
#include "lib/yaml.h"
#include "regex.h"
#include "rule_load_internal.h"
#include "secret_check.h"
#include "shape.h"

#include <stddef.h>
#include <string.h>

/* ---- names of code ---- */

static const char *const builtin_names[SCAN_BUILTINS] = {
	[SCAN_BUILTIN_CLAIM] = "claim",
	[SCAN_BUILTIN_CREDENTIAL_DEFAULT] = "credential-default",
	[SCAN_BUILTIN_EMAIL] = "email",
	[SCAN_BUILTIN_EXAMPLE_DOMAIN] = "example-domain",
	[SCAN_BUILTIN_FAMILY] = "family",
	[SCAN_BUILTIN_IMPORT_CYCLE] = "import-cycle",
	[SCAN_BUILTIN_IMPORT_UNRESOLVED] = "import-unresolved",
	[SCAN_BUILTIN_IP_ADDRESS] = "ip-address",
	[SCAN_BUILTIN_KEY_STORE] = "key-store",
	/* seaworthy:allow hardcoded.localhost the name of a check */
	[SCAN_BUILTIN_LOCALHOST] = "localhost",
	[SCAN_BUILTIN_LOCK_MISSING] = "lock-missing",
	[SCAN_BUILTIN_LOCK_STALE] = "lock-stale",
	[SCAN_BUILTIN_MARKER] = "marker",
	[SCAN_BUILTIN_NONE] = "none",
	[SCAN_BUILTIN_NO_REASON] = "no-reason",
	[SCAN_BUILTIN_PATH_HOME] = "path-home",
	[SCAN_BUILTIN_PORT] = "port",
	[SCAN_BUILTIN_TEST_VALUE] = "test-value",
	[SCAN_BUILTIN_UNPINNED] = "unpinned",
	[SCAN_BUILTIN_UNKNOWN_RULE] = "unknown-rule",
	[SCAN_BUILTIN_UNUSED_ALLOW] = "unused-allow",
	[SCAN_BUILTIN_UNUSED_BASELINE] = "unused-baseline",
	[SCAN_BUILTIN_URL] = "url",
	[SCAN_BUILTIN_VULNERABLE] = "vulnerable",
};

static void *field_at(struct scan_rule *r, const struct rule_field *f)
{
	return (char *)r + f->offset;
}

/* ---- plain values ---- */

static enum err_code read_text(struct loader *l, const struct yaml *n,
                               struct scan_rule *out, const struct rule_field *f,
                               struct err *err)
{
	const char *text = yaml_text(n);

	if (text == NULL || text[0] == '\0')
		return yaml_error(err, l->doc, n, "is a text");
	*(const char **)field_at(out, f) = arena_str(l->arena, text);
	return ERR_OK;
}

static enum err_code read_bool(struct loader *l, const struct yaml *n,
                               struct scan_rule *out, const struct rule_field *f,
                               struct err *err)
{
	if (!yaml_bool(n, field_at(out, f)))
		return yaml_error(err, l->doc, n, "is true or false");
	return ERR_OK;
}

static enum err_code read_group(struct loader *l, const struct yaml *n,
                                struct scan_rule *out, const struct rule_field *f,
                                struct err *err)
{
	uint64_t group;

	if (!yaml_u64(n, &group) || group >= SCAN_GROUPS_MAX)
		return yaml_error(err, l->doc, n, "is the number of a group, at most %d",
		                  SCAN_GROUPS_MAX - 1);
	*(size_t *)field_at(out, f) = (size_t)group;
	return ERR_OK;
}

static enum err_code read_entropy(struct loader *l, const struct yaml *n,
                                  struct scan_rule *out, const struct rule_field *f,
                                  struct err *err)
{
	(void)f;
	if (yaml_text(n) == NULL || !num_double(span_str(yaml_text(n)), &out->entropy) ||
	    out->entropy < 0 || out->entropy > 8)
		return yaml_error(err, l->doc, n, "is a number of bits a byte, 0 to 8");
	return ERR_OK;
}

/* ---- severities ---- */

static bool severity_of(const char *text, enum scan_severity *out)
{
	for (int i = SCAN_NOTE; text != NULL && i <= SCAN_ERROR; i++) {
		if (!str_eq(text, scan_severity_name((enum scan_severity)i)))
			continue;
		*out = (enum scan_severity)i;
		return true;
	}
	return false;
}

static enum err_code read_severity(struct loader *l, const struct yaml *n,
                                   struct scan_rule *out, const struct rule_field *f,
                                   struct err *err)
{
	enum scan_severity s;

	(void)f;
	if (!severity_of(yaml_text(n), &s))
		return yaml_error(err, l->doc, n, "is note, warning or error");
	for (int i = 0; i < SCAN_SCOPES; i++)
		out->severity[i] = s;
	return ERR_OK;
}

static int scope_of(const char *name)
{
	for (int i = 0; i < SCAN_SCOPES; i++) {
		if (str_eq(name, scan_scope_name((enum scan_scope)i)))
			return i;
	}
	return -1;
}

static enum err_code read_severities(struct loader *l, const struct yaml *n,
                                     struct scan_rule *out, const struct rule_field *f,
                                     struct err *err)
{
	const struct yaml *other = yaml_get(n, "other");
	enum scan_severity s;

	(void)f;
	if (yaml_type(n) != YAML_MAP)
		return yaml_error(err, l->doc, n,
		                  "is a mapping from scopes to "
		                  "severities");
	if (other != NULL && !severity_of(yaml_text(other), &s))
		return yaml_error(err, l->doc, other, "is note, warning or error");
	for (int i = 1; other != NULL && i < SCAN_SCOPES; i++)
		out->severity[i] = s;
	for (size_t i = 0; i < yaml_count(n); i++) {
		const char *name = yaml_text(yaml_key_at(n, i));
		int scope = scope_of(name);

		if (str_eq(name, "other"))
			continue;
		if (scope < 0)
			return yaml_error(err, l->doc, yaml_key_at(n, i),
			                  "no such scope; there are production, test, "
			                  "docs, generated, vendored, config and other");
		if (!severity_of(yaml_text(yaml_at(n, i)), &out->severity[scope]))
			return yaml_error(err, l->doc, yaml_at(n, i),
			                  "is note, warning or error");
	}
	return ERR_OK;
}

/* ---- lists ---- */

static enum err_code read_list(struct loader *l, const struct yaml *n,
                               struct scan_rule *out, const struct rule_field *f,
                               struct err *err)
{
	struct scan_texts *texts = field_at(out, f);
	size_t count = yaml_count(n);
	const char **items;

	if (yaml_type(n) != YAML_LIST || count == 0 || count > SCAN_TEXTS_MAX)
		return yaml_error(err, l->doc, n, "is a list of 1 to %d texts",
		                  SCAN_TEXTS_MAX);
	items = arena_array(l->arena, count, sizeof(*items));
	for (size_t i = 0; items != NULL && i < count; i++) {
		const struct yaml *item = yaml_at(n, i);
		const char *text = yaml_text(item);
		enum err_code rc;

		if (text == NULL || text[0] == '\0')
			return yaml_error(err, l->doc, item, "is a text");
		if (f->check != NULL && (rc = f->check(l, item, text, err)) != ERR_OK)
			return rc;
		items[i] = arena_str(l->arena, text);
	}
	*texts = (struct scan_texts){ items, count };
	return arena_err(l->arena, err);
}

static enum err_code check_glob(struct loader *l, const struct yaml *n, const char *text,
                                struct err *err)
{
	const char *why;

	if (!str_glob_ok(text, &why))
		return yaml_error(err, l->doc, n, "%s", why);
	return ERR_OK;
}

static enum err_code check_language(struct loader *l, const struct yaml *n,
                                    const char *text, struct err *err)
{
	const struct scan_language *language = scan_language_named(span_str(text));

	if (language == NULL)
		return yaml_error(err, l->doc, n, "no such language");
	if (!str_eq(language->name, text))
		return yaml_error(err, l->doc, n, "the name of this language is %s",
		                  language->name);
	return ERR_OK;
}

static enum err_code check_lower(struct loader *l, const struct yaml *n, const char *text,
                                 struct err *err)
{
	for (; *text != '\0'; text++) {
		if (*text >= 'A' && *text <= 'Z')
			return yaml_error(err, l->doc, n, "is written in small letters");
	}
	return ERR_OK;
}

static enum err_code check_word(struct loader *l, const struct yaml *n, const char *text,
                                struct err *err)
{
	size_t len = strlen(text);

	if (len < 2 || len > 64)
		return yaml_error(err, l->doc, n, "a word has 2 to 64 bytes");
	return ERR_OK;
}

/* Why the expression cannot be used, with its place in the pattern. */
enum err_code rule_check_expression(struct loader *l, const struct yaml *n,
                                    const char *text, struct scan_shape *shape,
                                    struct err *err)
{
	struct scan_shape_error fault;
	struct scan_regex *re = NULL;
	struct err why = ERR_INIT;
	enum err_code rc;

	if (strlen(text) > SCAN_PATTERN_MAX)
		return yaml_error(err, l->doc, n, "longer than %d bytes",
		                  SCAN_PATTERN_MAX);
	if (!scan_shape_of(span_str(text), shape, &fault))
		return yaml_error(err, l->doc, n, "at its byte %zu: %s", fault.offset + 1,
		                  fault.why);
	rc = scan_regex_new(&re, text, SCAN_REGEX_BYTES, &why);
	scan_regex_free(re);
	if (rc == ERR_NOMEM)
		return err_nomem(err);
	if (rc != ERR_OK)
		return yaml_error(err, l->doc, n, "no expression: %.200s", why.msg);
	return ERR_OK;
}

static enum err_code check_regex(struct loader *l, const struct yaml *n, const char *text,
                                 struct err *err)
{
	struct scan_shape shape;

	return rule_check_expression(l, n, text, &shape, err);
}

/* ---- what is looked for ---- */

/* Key and value are put together when all fields are read (rule_compose.c). */
static enum err_code keep_part(struct loader *l, const struct yaml *n,
                               const struct yaml **slot, struct err *err)
{
	if (yaml_text(n) == NULL)
		return yaml_error(err, l->doc, n, "is an expression");
	*slot = n;
	return ERR_OK;
}

static enum err_code read_key(struct loader *l, const struct yaml *n,
                              struct scan_rule *out, const struct rule_field *f,
                              struct err *err)
{
	(void)out;
	(void)f;
	return keep_part(l, n, &l->key, err);
}

static enum err_code read_value(struct loader *l, const struct yaml *n,
                                struct scan_rule *out, const struct rule_field *f,
                                struct err *err)
{
	(void)out;
	(void)f;
	return keep_part(l, n, &l->value, err);
}

static enum err_code read_pattern(struct loader *l, const struct yaml *n,
                                  struct scan_rule *out, const struct rule_field *f,
                                  struct err *err)
{
	const char *text = yaml_text(n);
	struct scan_shape shape;
	enum err_code rc;

	(void)f;
	if (text == NULL)
		return yaml_error(err, l->doc, n, "is an expression");
	rc = rule_check_expression(l, n, text, &shape, err);
	if (rc != ERR_OK)
		return rc;
	l->groups = shape.groups;
	out->pattern = arena_str(l->arena, text);
	return ERR_OK;
}

static enum err_code read_lead(struct loader *l, const struct yaml *n,
                               struct scan_rule *out, const struct rule_field *f,
                               struct err *err)
{
	const char *text = yaml_text(n);
	struct scan_shape shape;
	enum err_code rc;

	(void)f;
	if (text == NULL || out->pattern == NULL)
		return yaml_error(err, l->doc, n,
		                  "is an expression that the pattern starts with");
	rc = rule_check_expression(l, n, text, &shape, err);
	if (rc == ERR_OK)
		out->lead = arena_str(l->arena, text);
	return rc;
}

static enum err_code read_builtin(struct loader *l, const struct yaml *n,
                                  struct scan_rule *out, const struct rule_field *f,
                                  struct err *err)
{
	(void)f;
	for (int i = 1; i < SCAN_BUILTINS; i++) {
		if (!str_eq(yaml_text(n), builtin_names[i]))
			continue;
		out->builtin = (enum scan_builtin)i;
		/* The others find by themselves, for the rules of the program. */
		if (!l->is_own || out->builtin == SCAN_BUILTIN_MARKER)
			return ERR_OK;
	}
	if (l->is_own)
		return yaml_error(err, l->doc, n,
		                  "a rule of a project may have builtin: "
		                  "marker and no other");
	return yaml_error(err, l->doc, n, "no code of this name");
}

static enum err_code read_check(struct loader *l, const struct yaml *n,
                                struct scan_rule *out, const struct rule_field *f,
                                struct err *err)
{
	struct buf names = BUF_INIT;

	if (yaml_text(n) != NULL && scan_check_named(yaml_text(n)) != NULL)
		return read_text(l, n, out, f, err);
	for (size_t i = 0; scan_check_name(i) != NULL; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "", scan_check_name(i));
	(void)yaml_error(err, l->doc, n, "no check of this name; there are %.300s",
	                 buf_str(&names));
	buf_fini(&names);
	return ERR_USAGE;
}

static enum err_code read_in(struct loader *l, const struct yaml *n,
                             struct scan_rule *out, const struct rule_field *f,
                             struct err *err)
{
	static const struct {
		const char *name;
		unsigned bits;
	} places[] = {
		{ "any", SCAN_IN_ANY },         { "code", SCAN_IN_CODE },
		{ "comment", SCAN_IN_COMMENT }, { "string", SCAN_IN_STRING },
		{ "text", SCAN_IN_TEXT },
	};
	size_t known = sizeof(places) / sizeof(places[0]);

	(void)f;
	if (yaml_type(n) != YAML_LIST || yaml_count(n) == 0)
		return yaml_error(err, l->doc, n, "is a list of places such as [code]");
	out->in = 0;
	for (size_t i = 0; i < yaml_count(n); i++) {
		size_t k = 0;

		while (k < known && !str_eq(yaml_text(yaml_at(n, i)), places[k].name))
			k++;
		if (k == known)
			return yaml_error(err, l->doc, yaml_at(n, i),
			                  "no such place; there are code, comment, "
			                  "string, text and any");
		out->in |= places[k].bits;
	}
	return ERR_OK;
}

/* ---- samples ---- */

struct samples {
	struct scan_sample *items;
	size_t count;
	size_t cap;
};

static enum err_code add_sample(struct loader *l, struct samples *to, const char *path,
                                const struct yaml *text, size_t more, struct err *err)
{
	struct scan_sample *item = arena_push(l->arena, &to->items, &to->count, &to->cap,
	                                      sizeof(*to->items));

	if (item == NULL)
		return err_nomem(err);
	*item = (struct scan_sample){ arena_str(l->arena, path),
		                      arena_str(l->arena, yaml_text(text)), more,
		                      yaml_line(text) };
	return ERR_OK;
}

/* {files: {path: text, ..}}: a small tree. */
static enum err_code add_files(struct loader *l, struct samples *to,
                               const struct yaml *files, struct err *err)
{
	size_t count = yaml_count(files);
	enum err_code rc = ERR_OK;

	if (yaml_type(files) != YAML_MAP || count == 0 || count > SCAN_TEXTS_MAX)
		return yaml_error(err, l->doc, files,
		                  "is a mapping of 1 to %d paths to texts",
		                  SCAN_TEXTS_MAX);
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		if (yaml_text(yaml_at(files, i)) == NULL)
			return yaml_error(err, l->doc, yaml_at(files, i), "is a text");
		rc = add_sample(l, to, yaml_text(yaml_key_at(files, i)),
		                yaml_at(files, i), i == 0 ? count - 1 : 0, err);
	}
	return rc;
}

static enum err_code read_sample(struct loader *l, const struct yaml *n,
                                 struct samples *to, struct err *err)
{
	bool is_map = yaml_type(n) == YAML_MAP;
	const struct yaml *path = is_map ? yaml_get(n, "path") : NULL;
	const struct yaml *text = is_map ? yaml_get(n, "text") : n;

	if (is_map && yaml_count(n) == 1 && yaml_get(n, "files") != NULL)
		return add_files(l, to, yaml_get(n, "files"), err);
	if (text == NULL || yaml_text(text) == NULL ||
	    (is_map && (path == NULL || yaml_text(path) == NULL || yaml_count(n) != 2)))
		return yaml_error(err, l->doc, n,
		                  "is a text, or {path: .., text: ..}, or "
		                  "{files: {path: text, ..}}");
	return add_sample(l, to, path != NULL ? yaml_text(path) : "example", text, 0,
	                  err);
}

static enum err_code read_samples(struct loader *l, const struct yaml *n,
                                  struct scan_rule *out, const struct rule_field *f,
                                  struct err *err)
{
	struct scan_samples *samples = field_at(out, f);
	size_t count = yaml_count(n);
	struct samples read = { .count = 0 };
	enum err_code rc = ERR_OK;

	if (yaml_type(n) != YAML_LIST || count == 0 || count > SCAN_TEXTS_MAX)
		return yaml_error(err, l->doc, n, "is a list of 1 to %d texts",
		                  SCAN_TEXTS_MAX);
	for (size_t i = 0; rc == ERR_OK && i < count; i++)
		rc = read_sample(l, yaml_at(n, i), &read, err);
	*samples = (struct scan_samples){ read.items, read.count };
	return rc;
}

#define AT(member) offsetof(struct scan_rule, member)

const struct rule_field *rule_fields(size_t *count)
{
	static const struct rule_field fields[] = {
		{ "title", read_text, AT(title), NULL },
		{ "why", read_text, AT(why), NULL },
		{ "remedy", read_text, AT(remedy), NULL },
		{ "severity", read_severity, 0, NULL }, /* of all scopes */
		{ "severities", read_severities, 0, NULL },
		{ "key", read_key, 0, NULL },
		{ "value", read_value, 0, NULL },
		{ "pattern", read_pattern, 0, NULL },
		{ "lead", read_lead, 0, NULL },
		{ "group", read_group, AT(group), NULL },
		{ "key_group", read_group, AT(key_group), NULL },
		{ "words", read_list, AT(words), check_word },
		{ "builtin", read_builtin, 0, NULL },
		{ "entropy", read_entropy, 0, NULL },
		{ "in", read_in, 0, NULL },
		{ "check", read_check, AT(check), NULL },
		{ "paths", read_list, AT(paths), check_glob },
		{ "not_paths", read_list, AT(not_paths), check_glob },
		{ "languages", read_list, AT(languages), check_language },
		{ "allow", read_list, AT(allow), check_regex },
		{ "allow_line", read_list, AT(allow_line), check_regex },
		{ "stopwords", read_list, AT(stopwords), check_lower },
		{ "yields", read_bool, AT(yields), NULL },
		{ "decode", read_bool, AT(decode), NULL },
		{ "redact", read_bool, AT(redact), NULL },
		{ "optional", read_bool, AT(optional), NULL },
		{ "examples", read_samples, AT(examples), NULL },
		{ "counterexamples", read_samples, AT(counterexamples), NULL },
	};

	*count = sizeof(fields) / sizeof(fields[0]);
	return fields;
}
