// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "cli/output.h"
#include "job/key.h"
#include "os/identity.h"
#include "repo/recovery.h"

#define ROLES_FULL (LB_ROLE_BACKUP | LB_ROLE_READ | LB_ROLE_PRUNE | LB_ROLE_ADMIN)

/* ---- roles ---- */

static enum err_code parse_roles(const struct opt_list *list, uint32_t *roles,
                                 struct err *err)
{
	*roles = list->count == 0 ? ROLES_FULL : 0;
	for (size_t i = 0; i < list->count; i++) {
		uint32_t one = str_eq(list->items[i], "full") ? ROLES_FULL : 0;

		for (uint32_t bit = 1; bit < ROLES_FULL; bit <<= 1)
			if (str_eq(list->items[i], lb_role_name(bit)))
				one = bit;
		if (one == 0)
			return err_set(err, ERR_USAGE,
			               "--role %s: there are full, backup, read, prune "
			               "and admin",
			               list->items[i]);
		*roles |= one;
	}
	return ERR_OK;
}

static void put_roles(struct buf *out, uint32_t roles)
{
	const char *before = "";

	if (roles == ROLES_FULL) {
		buf_puts(out, "full");
		return;
	}
	for (uint32_t bit = 1; bit < ROLES_FULL; bit <<= 1)
		if (roles & bit) {
			buf_printf(out, "%s%s", before, lb_role_name(bit));
			before = ",";
		}
}

/* ---- list ---- */

static const char *kind_name(const struct lb_key_info *k)
{
	return k->kind ? lb_slot_kind_name(k->kind) : "?";
}

static void put_key_json(struct buf *out, const struct lb_key_info *k)
{
	char hex[LB_ID16_HEX];
	struct json_writer writer;
	struct json_writer *w = &writer;

	lb_id16_hex(&k->slot, hex);
	json_writer_init(w, out, 0);
	json_open(w, '{');
	json_field_str(w, "type", "key");
	json_field_str(w, "id", hex);
	json_field_str(w, "kind", k->kind ? lb_slot_kind_name(k->kind) : NULL);
	json_field_span(w, "label", span_str(k->label));
	json_put_key(w, "roles");
	json_open(w, '[');
	for (uint32_t bit = 1; bit < ROLES_FULL; bit <<= 1)
		if (k->roles & bit)
			json_put_str(w, lb_role_name(bit));
	json_close(w, ']');
	if (k->time)
		cli_field_time(w, "time", k->time);
	else
		json_field_null(w, "time");
	json_field_str(w, "standing", lb_key_standing_name(k->standing));
	json_field_bool(w, "current", k->current);
	json_close(w, '}');
	buf_putc(out, '\n');
}

static void put_count_json(struct buf *out, size_t count)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	json_field_u64(&w, "keys", count);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_key(struct buf *out, const struct program_call *call,
                    const struct lb_key_info *k)
{
	char hex[LB_ID16_HEX];
	char when[WHEN_TEXT] = "-";
	struct buf roles = BUF_INIT;

	lb_id16_hex(&k->slot, hex);
	if (k->time)
		when_format(k->time / 1000000, false, when);
	put_roles(&roles, k->roles);
	term_put(out, call->out.color, TERM_YELLOW, span_of(hex, 8));
	buf_printf(out, "%c %-20s  %-13s  %-18s  ", k->current ? '*' : ' ', when,
	           kind_name(k), buf_str(&roles));
	str_display(out, span_str(k->label));
	if (k->standing != LB_KEY_GOOD)
		buf_printf(out, "  (%s)", lb_key_standing_name(k->standing));
	buf_putc(out, '\n');
	buf_fini(&roles);
}

static enum err_code list_keys(struct program_call *call, struct lb_repo *repo,
                               struct buf *out, struct err *err)
{
	struct lb_key_info *keys = NULL;
	size_t count = 0;
	enum err_code rc = lb_keys_list(repo, &keys, &count, err);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < count; i++)
		if (cli_options(call)->json)
			put_key_json(out, &keys[i]);
		else
			put_key(out, call, &keys[i]);
	if (cli_options(call)->json)
		put_count_json(out, count);
	mem_free(keys);
	return ERR_OK;
}

/* ---- what was done ---- */

static void put_done(struct buf *out, const struct program_call *call, const char *what,
                     const struct lb_id16 *id)
{
	bool dry = cli_options(call)->dry_run;
	char hex[LB_ID16_HEX] = "";
	struct json_writer w;

	if (id)
		lb_id16_hex(id, hex);
	if (!cli_options(call)->json && call->options->quiet)
		return;
	if (!cli_options(call)->json) {
		buf_printf(out, "%s%s%s%.8s\n", dry ? "would be " : "", what,
		           id ? ": key " : "", hex);
		return;
	}
	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	json_field_str(&w, "action", what);
	json_field_bool(&w, "dry_run", dry);
	json_field_str(&w, "key", id ? hex : NULL);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

/* For a person, who writes it down: so never as JSON, which programs keep. */
static enum err_code put_code(struct buf *out, const struct cli_unlock *u,
                              struct err *err)
{
	char text[LB_RECOVERY_TEXT];
	enum err_code rc;

	if (u->unlock.kind != LB_SLOT_RECOVERY)
		return ERR_OK;
	rc = lb_recovery_format(u->secret.ptr, text, err);
	if (rc == ERR_OK)
		buf_printf(out,
		           "\nrecovery code: %s\nWrite it down; it is not shown again. "
		           "In a file it opens the repository by --recovery-file.\n",
		           text);
	lb_wipe(text, sizeof text);
	return rc;
}

/* ---- add, passwd ---- */

static void default_label(struct buf *out)
{
	os_user_name(out);
	buf_putc(out, '@');
	os_host_name(out);
}

static enum err_code check_new(const struct cli_options *o, bool replaces,
                               struct err *err)
{
	if (o->recovery_code && o->json)
		return err_set(err, ERR_USAGE,
		               "--recovery-code shows the code to a person: leave out "
		               "--json");
	if (replaces && o->recipient)
		return err_set(
			err, ERR_USAGE,
			"--recipient: whether anybody has the private key cannot be "
			"tried; use add and remove");
	if (replaces && o->roles.count > 0)
		return err_set(err, ERR_USAGE,
		               "--role: passwd keeps the roles; use add and remove");
	return ERR_OK;
}

static enum err_code store_new(struct program_call *call, struct lb_repo *repo,
                               struct lb_key_plan *plan, bool replaces,
                               struct lb_id16 *id, struct err *err)
{
	struct buf label = BUF_INIT;
	enum err_code rc;

	plan->label = cli_options(call)->label;
	if (!plan->label && !replaces) {
		default_label(&label);
		plan->label = buf_str(&label);
	}
	rc = replaces ? lb_key_replace(repo, plan, id, err)
	              : lb_key_add(repo, plan, id, err);
	buf_fini(&label);
	return rc;
}

static enum err_code new_key(struct program_call *call, struct lb_repo *repo,
                             bool replaces, struct buf *out, struct err *err)
{
	const struct cli_options *o = cli_options(call);
	struct cli_unlock u = { .secret = LB_SECRET_INIT };
	struct lb_key_plan plan = { .cost = LB_PWHASH_DEFAULT };
	const char *what = replaces ? "replaced" : "added";
	struct lb_id16 id;
	enum err_code rc = check_new(o, replaces, err);

	if (rc == ERR_OK)
		rc = parse_roles(&o->roles, &plan.roles, err);
	if (replaces) /* it will have those of the key in use */
		plan.roles = lb_repo_keyset(repo)->roles;
	if (rc == ERR_OK)
		rc = lb_key_may_add(repo, plan.roles, err);
	if (rc == ERR_OK)
		rc = cli_unlock_new(&u, call, err);
	plan.unlock = u.unlock;
	plan.recipient = &u.recipient;
	if (rc == ERR_OK && !o->dry_run)
		rc = store_new(call, repo, &plan, replaces, &id, err);
	if (rc == ERR_OK)
		put_done(out, call, what, o->dry_run ? NULL : &id);
	if (rc == ERR_OK && !o->dry_run)
		rc = put_code(out, &u, err);
	cli_unlock_fini(&u);
	return rc;
}

static enum err_code add_key(struct program_call *call, struct lb_repo *repo,
                             struct buf *out, struct err *err)
{
	return new_key(call, repo, false, out, err);
}

static enum err_code replace_key(struct program_call *call, struct lb_repo *repo,
                                 struct buf *out, struct err *err)
{
	return new_key(call, repo, true, out, err);
}

/* ---- remove ---- */

static enum err_code remove_key(struct program_call *call, struct lb_repo *repo,
                                struct buf *out, struct err *err)
{
	struct lb_key_info *keys = NULL;
	size_t count = 0;
	size_t at = 0;
	enum err_code rc = lb_keys_list(repo, &keys, &count, err);

	if (rc == ERR_OK)
		rc = lb_keys_find(keys, count, span_str(call->args.items[1]), &at, err);
	if (rc == ERR_OK)
		rc = cli_options(call)->dry_run
		             ? lb_key_may_remove(repo, &keys[at].slot, err)
		             : lb_key_remove(repo, &keys[at].slot, err);
	if (rc == ERR_OK)
		put_done(out, call, "removed", &keys[at].slot);
	mem_free(keys);
	return rc;
}

/* ---- all of it ---- */

static const struct action {
	const char *name;
	size_t args; /* after it */
	bool makes;  /* a new key: the options about one are for it */
	/* NULL: it needs no repository */
	enum err_code (*run)(struct program_call *call, struct lb_repo *repo,
	                     struct buf *out, struct err *err);
} actions[] = {
	{ "list", 0, false, list_keys },    { "add", 0, true, add_key },
	{ "remove", 1, false, remove_key }, { "passwd", 0, true, replace_key },
	{ "generate", 1, false, NULL },
};

/* What speaks of a new key is refused where none is made, not passed over. */
static enum err_code check_options(const struct cli_options *o, const struct action *a,
                                   struct err *err)
{
	const struct {
		const char *name;
		bool given;
	} about_new[] = {
		{ "label", o->label != NULL },
		{ "role", o->roles.count > 0 },
		{ "new-password-file", o->new_password_file != NULL },
		{ "new-password-command", o->new_password_command != NULL },
		{ "new-key-file", o->new_key_file != NULL },
		{ "recipient", o->recipient != NULL },
		{ "recovery-code", o->recovery_code },
	};

	for (size_t i = 0; i < sizeof about_new / sizeof *about_new && !a->makes; i++)
		if (about_new[i].given)
			return err_set(err, ERR_USAGE,
			               "--%s: key %s makes no key; it is for key add and "
			               "key passwd",
			               about_new[i].name, a->name);
	return ERR_OK;
}

static enum err_code choose(const struct program_call *call, const struct action **out,
                            struct err *err)
{
	const char *word = call->args.items[0];

	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
		if (!str_eq(word, actions[i].name))
			continue;
		if (call->args.count - 1 != actions[i].args)
			return err_set(err, ERR_USAGE, "key %s: %s", word,
			               actions[i].args == 0 ? "it takes no argument"
			               : actions[i].run ? "name one key by its label or "
			                                  "the start of its id"
			                                : "name the new file");
		*out = &actions[i];
		return check_options(cli_options(call), &actions[i], err);
	}
	return err_set(err, ERR_USAGE,
	               "key %s: there are list, add, remove, passwd and generate", word);
}

int cli_key(struct program_call *call)
{
	const struct action *action = NULL;
	struct lb_repo *repo = NULL;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	int code = CLI_FAILED;
	enum err_code rc = choose(call, &action, &err);

	if (rc == ERR_OK && !action->run)
		rc = cli_key_pair(call, &out, &err);
	else if (rc == ERR_OK)
		rc = cli_open(call, &repo, &code, &err);
	if (repo) {
		rc = action->run(call, repo, &out, &err);
		code = CLI_FAILED;
	}
	lb_repo_close(repo);
	if (rc == ERR_OK)
		rc = program_print(buf_span(&out), &err);
	/* a recovery code may stand in it */
	if (out.ptr)
		lb_wipe(out.ptr, out.cap);
	buf_fini(&out);
	return rc == ERR_OK ? CLI_OK : cli_fail(call, code, &err);
}
