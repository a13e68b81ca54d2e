// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/vcs_staged.h"
#include "os/fs.h"
#include "policy/load_internal.h"

/*
 * `file:NAME` among `people` stands for the lines of an allowed_signers file beside the
 * policy. They become part of the policy, so that a recorded run has the keys that it was
 * signed with.
 */

#define PREFIX "file:"
#define FILE_MAX (UINT64_C(1) << 20)

struct people {
	struct gate_policy *policy;
	const char **items;
	size_t count;
	size_t cap;
};

static enum err_code add(struct people *p, const char *line, struct err *err)
{
	const char **slot;

	if (p->count == GATE_LIST_MAX)
		return err_set(err, ERR_USAGE, "more than %d people", GATE_LIST_MAX);
	slot = arena_push(&p->policy->arena, &p->items, &p->count, &p->cap, sizeof *slot);
	if (slot == NULL)
		return err_nomem(err);
	*slot = line;
	return ERR_OK;
}

static enum err_code add_file(struct people *p, const char *name, const char *dir,
                              struct vcs_staged *staged, struct err *err)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	struct span rest;
	struct span line;
	enum err_code rc;

	if (name[0] == '/')
		buf_puts(&path, name);
	else
		os_join(&path, dir, name);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = vcs_staged_read(staged, buf_str(&path), FILE_MAX, &text, err);
	if (rc != ERR_OK)
		rc = err_wrap(err, rc == ERR_NOMEM ? rc : ERR_USAGE,
		              "signoff: people: " PREFIX "%s", name);
	rest = buf_span(&text);
	while (rc == ERR_OK && span_line(&rest, &line)) {
		line = span_trim(line);
		if (line.len > 0 && line.ptr[0] != '#')
			rc = add(p, arena_dup(&p->policy->arena, line), err);
	}
	buf_fini(&path);
	buf_fini(&text);
	return rc;
}

static enum err_code expand(struct gate_policy *policy, struct gate_strings *list,
                            const char *dir, struct vcs_staged *staged, struct err *err)
{
	struct people p = { .policy = policy };
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < list->count && rc == ERR_OK; i++) {
		const char *item = list->items[i];

		if (str_starts(item, PREFIX))
			rc = add_file(&p, item + sizeof(PREFIX) - 1, dir, staged, err);
		else
			rc = add(&p, item, err);
	}
	if (rc == ERR_OK)
		*list = (struct gate_strings){ p.items, p.count };
	return rc;
}

enum err_code gate_people_load(struct gate_policy *p, const char *dir,
                               struct vcs_staged *staged, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; dir != NULL && i < p->signoff_count && rc == ERR_OK; i++)
		rc = expand(p, &p->signoffs[i].people, dir, staged, err);
	return rc;
}
