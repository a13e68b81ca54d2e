// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "cli/archiving.h"
#include "cli/evidence_text.h"
#include "cli/project.h"
#include "collect/rederive/rederive.h"
#include "os/fs.h"
#include "os/walk.h"

/* `evidence`: the runs in the repository of the evidence. */

struct evidence {
	const struct program_call *call;
	struct arena arena;
	struct buf root;
	struct buf scratch;
	struct gate_policy *policy;
	struct gate_archive_rules rules;
	struct gate_archive *archive;
	struct buf out; /* what is printed in the end */
	bool json;
	bool damaged;
};

static const char *argument(const struct evidence *e, size_t i)
{
	return e->call->args.count > i ? e->call->args.items[i] : NULL;
}

static enum err_code too_many(const struct evidence *e, size_t most, struct err *err)
{
	if (e->call->args.count <= most)
		return ERR_OK;
	return err_set(err, ERR_USAGE, "evidence %s: \"%.80s\" is one argument too many",
	               argument(e, 0), argument(e, most));
}

static enum err_code find(struct evidence *e, size_t i, struct gate_archived *out,
                          struct err *err)
{
	enum err_code rc =
		gate_archive_find(e->archive, argument(e, i), &e->arena, out, err);

	return rc == ERR_NOT_FOUND ? err_wrap(err, ERR_USAGE, "evidence") : rc;
}

/* ---- ls ---- */

static enum err_code check(struct evidence *e, const struct gate_archived *one,
                           struct gate_damages *damages, struct err *err)
{
	damages->arena = &e->arena;
	if (cli_options(e->call)->no_check)
		return ERR_OK;
	return gate_archive_check(e->archive, one, buf_str(&e->scratch), damages, err);
}

static size_t count_own(const struct gate_archived *items, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += items[i].own;
	return n;
}

/* Those of this project; where there are none, as in a new checkout that evidence is
 * looked for from, those of all. */
static enum err_code list(struct evidence *e, struct err *err)
{
	const bool checked = !cli_options(e->call)->no_check;
	struct gate_archived *items;
	struct evidence_list l;
	size_t count;
	size_t own;
	enum err_code rc = too_many(e, 1, err);

	if (rc == ERR_OK)
		rc = gate_archive_list(e->archive, &e->arena, &items, &count, err);
	if (rc != ERR_OK)
		return rc;
	own = count_own(items, count);
	evidence_list_begin(&l, &e->out, e->json, checked);
	for (size_t i = count; rc == ERR_OK && i-- > 0;) {
		struct gate_damages damages = { .items = NULL };

		if (own > 0 && !items[i].own)
			continue;
		rc = check(e, &items[i], &damages, err);
		if (rc == ERR_OK)
			evidence_list_put(&l, &items[i], &damages);
		e->damaged |= damages.count > 0;
	}
	evidence_list_end(&l);
	if (rc == ERR_OK && own < count && !e->call->options->quiet)
		program_note(own > 0 ? "%zu run%s of other projects not listed"
		                     : "%zu run%s of other projects, none of this one",
		             count - own, str_s(count - own));
	if (rc == ERR_OK && count == 0 && !e->json && !e->call->options->quiet)
		program_note("there is no run in %s", gate_archive_name(e->archive));
	return rc;
}

/* ---- show ---- */

/* What is damaged is told instead of shown. */
static enum err_code show_from(struct evidence *e, const struct gate_archived *one,
                               const char *folder, struct err *err)
{
	struct gate_damages damages = { .arena = &e->arena };
	struct gate_recorded r;
	enum err_code rc = gate_archive_restore(e->archive, one, folder, &damages, err);

	if (rc != ERR_OK)
		return rc;
	rc = gate_recorded_load(&r, folder, err);
	if (rc != ERR_OK && damages.count == 0)
		return err_wrap(err, ERR_CORRUPT, "run %s", one->run);
	if (rc != ERR_OK) {
		e->damaged = true;
		return evidence_show(&e->out, e->json, one, NULL, NULL, &damages, err);
	}
	rc = gate_recorded_compare(&r, err);
	if (rc == ERR_OK)
		rc = gate_rederive_own(&r, err);
	for (size_t i = 0; rc == ERR_OK && i < r.damages.count; i++)
		gate_damage_add(&damages, r.damages.items[i].file,
		                r.damages.items[i].what);
	if (rc == ERR_OK)
		rc = evidence_show(&e->out, e->json, one, &r, argument(e, 2), &damages,
		                   err);
	e->damaged |= damages.count > 0;
	gate_recorded_fini(&r);
	return rc;
}

static enum err_code show(struct evidence *e, struct err *err)
{
	struct gate_archived one;
	struct buf folder = BUF_INIT;
	enum err_code rc = too_many(e, 3, err);

	if (rc == ERR_OK)
		rc = find(e, 1, &one, err);
	if (rc == ERR_OK)
		rc = os_mkdirs(buf_str(&e->scratch), 0755, err);
	if (rc == ERR_OK)
		rc = os_mkdtemp(buf_str(&e->scratch), "evidence-", &folder, err);
	if (rc == ERR_OK) {
		enum err_code removed;

		rc = show_from(e, &one, buf_str(&folder), err);
		removed = os_remove_tree(buf_str(&folder), rc == ERR_OK ? err : NULL);
		rc = rc == ERR_OK ? removed : rc;
	}
	buf_fini(&folder);
	return rc;
}

/* ---- get ---- */

static enum err_code to_stdout(struct span bytes, void *context, struct err *err)
{
	(void)context;
	return program_print(bytes, err);
}

static enum err_code to_buf(struct span bytes, void *context, struct err *err)
{
	buf_put(context, bytes);
	return buf_err(context, err);
}

static enum err_code refuse_entry(const struct os_entry *entry, void *context,
                                  struct err *err)
{
	(void)entry;
	return err_set(err, ERR_USAGE,
	               "--target %s: the folder has something in it; a run wants one of "
	               "its own",
	               (const char *)context);
}

static enum err_code check_empty(const char *target, struct err *err)
{
	struct os_dir dir = { -1 };
	enum err_code rc = os_dir_open(&dir, NULL, target, err);

	if (rc == ERR_OK)
		rc = os_dir_each(&dir, refuse_entry, (void *)(uintptr_t)target, err);
	os_dir_close(&dir);
	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err_code get_run(struct evidence *e, const struct gate_archived *one,
                             const char *target, struct err *err)
{
	struct gate_damages damages = { .arena = &e->arena };
	enum err_code rc;

	if (str_eq(target, "-"))
		return gate_archive_dump(e->archive, one, NULL, to_stdout, NULL, err);
	rc = check_empty(target, err);
	if (rc == ERR_OK)
		rc = gate_archive_restore(e->archive, one, target, &damages, err);
	for (size_t i = 0; rc == ERR_OK && i < damages.count; i++)
		program_note("%s: %s", damages.items[i].file, damages.items[i].what);
	e->damaged = damages.count > 0;
	if (rc == ERR_OK && !e->damaged && !e->call->options->quiet)
		program_note("run %s is in %s; `seaworthy verify %s` tells whose it is",
		             one->run, target, target);
	return rc;
}

/* The SHA-256 of an artefact names its file. */
static const char *file_of(struct evidence *e, const char *what)
{
	unsigned char raw[DIGEST_HEX / 2];

	return str_unhex(span_str(what), raw, sizeof raw)
	               ? arena_printf(&e->arena, "artefacts/%s", what)
	               : what;
}

static enum err_code write_into(const char *folder, const char *name, struct span bytes,
                                struct err *err)
{
	const size_t slash = span_rfind_byte(span_str(name), '/');
	const char *last = slash < span_str(name).len ? name + slash + 1 : name;
	struct buf path = BUF_INIT;
	enum err_code rc = os_mkdirs(folder, 0755, err);

	os_join(&path, folder, last);
	if (rc == ERR_OK)
		rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(&path), bytes, 0644, err);
	buf_fini(&path);
	return rc;
}

static enum err_code get_file(struct evidence *e, const struct gate_archived *one,
                              const char *target, struct err *err)
{
	const char *name = file_of(e, argument(e, 2));
	struct buf bytes = BUF_INIT;
	enum err_code rc = arena_err(&e->arena, err);

	if (rc == ERR_OK && str_eq(target, "-")) {
		rc = gate_archive_dump(e->archive, one, name, to_stdout, NULL, err);
	} else if (rc == ERR_OK) {
		rc = gate_archive_dump(e->archive, one, name, to_buf, &bytes, err);
		if (rc == ERR_OK)
			rc = write_into(target, name, buf_span(&bytes), err);
	}
	buf_fini(&bytes);
	return rc == ERR_NOT_FOUND ? err_set(err, ERR_USAGE, "run %s has no file %.100s",
	                                     one->run, argument(e, 2))
	                           : rc;
}

static enum err_code get(struct evidence *e, struct err *err)
{
	const char *target = cli_options(e->call)->target;
	struct gate_archived one;
	enum err_code rc = too_many(e, 3, err);

	if (rc == ERR_OK && (argument(e, 1) == NULL || target == NULL))
		rc = err_set(err, ERR_USAGE,
		             "evidence get: give RUN and --target: a folder, or - for "
		             "standard output");
	if (rc == ERR_OK)
		rc = find(e, 1, &one, err);
	if (rc != ERR_OK)
		return rc;
	return argument(e, 2) == NULL ? get_run(e, &one, target, err)
	                              : get_file(e, &one, target, err);
}

/* ---- add, forget ---- */

static enum err_code add_named(struct evidence *e, const char *run, struct err *err)
{
	struct judged j = { .has_recorded = false };
	struct buf dir = BUF_INIT;
	enum err_code rc = judged_find(run, &dir, err);

	if (rc == ERR_OK)
		rc = judged_open_again(&j, buf_str(&dir), NULL, err);
	if (rc == ERR_OK)
		rc = archiving_put(e->archive, buf_str(&e->root), &j, err);
	judged_close(&j);
	buf_fini(&dir);
	return rc;
}

static enum err_code add(struct evidence *e, struct err *err)
{
	size_t count = e->call->args.count - 1;
	enum err_code rc = ERR_OK;

	if (count == 0)
		rc = archiving_put_announced(e->archive, buf_str(&e->root), &count, err);
	for (size_t i = 1; rc == ERR_OK && i < e->call->args.count; i++)
		rc = add_named(e, argument(e, i), err);
	if (rc == ERR_OK && !e->call->options->quiet)
		program_note("%zu run%s stored in %s", count, str_s(count),
		             gate_archive_name(e->archive));
	return rc;
}

static void sum(struct gate_archive_cut *all, const struct gate_archive_cut *one)
{
	all->removed += one->removed;
	all->freed += one->freed;
}

static enum err_code forget_named(struct evidence *e, struct gate_archive_cut *all,
                                  struct err *err)
{
	enum err_code rc = ERR_OK;

	if (cli_options(e->call)->dry_run)
		return err_set(err, ERR_USAGE,
		               "--dry-run is about the policy's evidence.keep, not about "
		               "runs that are named");
	for (size_t i = 1; rc == ERR_OK && i < e->call->args.count; i++) {
		struct gate_archive_cut cut;
		struct gate_archived one;

		rc = find(e, i, &one, err);
		if (rc == ERR_OK)
			rc = gate_archive_forget(e->archive, &one, &cut, err);
		if (rc == ERR_OK)
			sum(all, &cut);
	}
	return rc;
}

static enum err_code forget(struct evidence *e, struct err *err)
{
	const bool dry_run = cli_options(e->call)->dry_run;
	struct gate_archive_cut cut = { .removed = 0 };
	struct buf freed = BUF_INIT;
	enum err_code rc;

	if (e->call->args.count > 1)
		rc = forget_named(e, &cut, err);
	else if (gate_archive_rules_any(&e->rules))
		rc = gate_archive_keep(e->archive, &e->rules, dry_run, 0, &cut, err);
	else
		rc = err_set(err, ERR_USAGE,
		             "nothing says what to forget: name runs, or give the policy "
		             "evidence: {keep: {last: 50}}");
	str_size(&freed, cut.freed);
	if (rc == ERR_OK && !e->call->options->quiet)
		program_note("%s %llu run%s, %s freed",
		             dry_run ? "dry run: would remove" : "removed",
		             (unsigned long long)cut.removed, str_s(cut.removed),
		             buf_str(&freed));
	buf_fini(&freed);
	return rc;
}

/* ---- the command ---- */

typedef enum err_code work(struct evidence *e, struct err *err);

static const struct {
	const char *name;
	work *work;
	bool makes; /* a repository where there is none */
} works[] = {
	{ "ls", list, false }, { "show", show, false },     { "get", get, false },
	{ "add", add, true },  { "forget", forget, false },
};

static enum err_code open_all(struct evidence *e, bool make, struct err *err)
{
	enum err_code rc = project_root(NULL, &e->root, err);

	if (rc == ERR_OK && cli_options(e->call)->policy != NULL)
		rc = gate_policy_load(&e->policy, cli_options(e->call)->policy, err);
	else if (rc == ERR_OK)
		rc = project_policy(buf_str(&e->root), NULL, &e->policy, err);
	os_join(&e->scratch, buf_str(&e->root), ".seaworthy/work");
	if (rc == ERR_OK)
		rc = buf_err(&e->scratch, err);
	if (rc == ERR_OK)
		rc = gate_archive_rules_read(
			&e->rules, e->policy != NULL ? e->policy->evidence : NULL,
			&e->arena, err);
	if (rc == ERR_OK)
		rc = archiving_open(&e->archive, e->call, buf_str(&e->root), &e->rules,
		                    make, err);
	return rc == ERR_NOT_FOUND ? err_wrap(err, ERR_USAGE, "evidence") : rc;
}

static enum err_code do_work(struct evidence *e, struct err *err)
{
	const char *name = argument(e, 0);

	for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
		enum err_code rc;

		if (!str_eq(works[i].name, name))
			continue;
		rc = open_all(e, works[i].makes, err);
		return rc == ERR_OK ? works[i].work(e, err) : rc;
	}
	return err_set(err, ERR_USAGE,
	               "evidence %.40s: there are ls, show, get, add and forget", name);
}

int cli_evidence(struct program_call *call)
{
	struct evidence e = {
		.call = call,
		.arena = ARENA_INIT,
		.json = str_eq(cli_options(call)->format, "json"),
	};
	struct err err = ERR_INIT;
	enum err_code rc = do_work(&e, &err);
	int code;

	if (rc == ERR_OK) {
		code = program_print_take(call, &e.out);
	} else {
		err.code = rc;
		code = program_fail(call, &err);
		if (rc == ERR_CORRUPT)
			code = CLI_VERIFY;
	}
	if (code == CLI_OK && e.damaged)
		code = CLI_VERIFY;
	gate_archive_close(e.archive);
	gate_policy_free(e.policy);
	buf_fini(&e.out);
	buf_fini(&e.root);
	buf_fini(&e.scratch);
	arena_fini(&e.arena);
	return code;
}
