// SPDX-License-Identifier: Apache-2.0
#include "collect/authors.h"

#include "base/map.h"
#include "base/str.h"
#include "lib/json.h"
#include "lib/vcs_authors.h"
#include "lib/vcs_export.h"
#include "record/authors.h"

/* The names go straight into the list, each once. */
struct finding {
	struct json_writer *w;
	struct map seen;
};

static enum err_code add(struct span name, struct span email, void *context,
                         struct err *err)
{
	struct finding *f = context;
	struct buf key = BUF_INIT;
	enum err_code rc;

	buf_put(&key, name);
	buf_putc(&key, '\n');
	buf_put(&key, email);
	rc = buf_err(&key, err);
	if (rc == ERR_OK && !map_has(&f->seen, buf_span(&key))) {
		json_open(f->w, '{');
		json_field_span(f->w, "name", name);
		json_field_span(f->w, "email", email);
		json_close(f->w, '}');
		if (!map_set(&f->seen, buf_span(&key), NULL))
			rc = err_nomem(err);
	}
	buf_fini(&key);
	return rc;
}

static enum err_code put_authors(struct json_writer *w, struct vcs_repo *repo,
                                 const char *base, struct err *err)
{
	struct finding f = { .w = w };
	enum err_code rc;

	map_init(&f.seen);
	json_put_key(w, "authors");
	json_open(w, '[');
	rc = vcs_authors_each(repo, base, add, &f, err);
	json_close(w, ']');
	map_fini(&f.seen);
	return rc;
}

/* Where the change begins, and who says so. */
struct range {
	bool released;
	char base[VCS_COMMIT_TEXT];
	const char *by; /* "policy" "tag" "beginning" */
	struct buf tag;
};

/* A commit before HEAD that the policy names by its id: no ref can move that. */
static enum err_code find_named(struct range *out, struct vcs_repo *repo, const char *id,
                                const char *head, struct err *err)
{
	enum err_code rc = vcs_common_commit(repo, id, out->base, err);

	if (rc != ERR_OK)
		return err_wrap(err, rc, "release.base");
	if (!str_eq(out->base, id) || str_eq(id, head))
		return err_set(err, ERR_NOT_FOUND,
		               "release.base: %.12s is no commit before HEAD", id);
	out->released = true;
	out->by = "policy";
	return ERR_OK;
}

static enum err_code find_tag(struct range *out, struct vcs_repo *repo, const char *head,
                              struct err *err)
{
	enum err_code rc = vcs_last_release(repo, out->base, &out->tag, err);

	if (rc == ERR_NOT_FOUND && !vcs_repo_is_shallow(repo))
		return ERR_OK;
	if (rc == ERR_OK && str_eq(out->base, head))
		rc = err_set(err, ERR_NOT_FOUND, "the tag %s is HEAD itself",
		             buf_str(&out->tag));
	out->released = rc == ERR_OK;
	if (out->released)
		out->by = "tag";
	return rc;
}

/* A tag is not believed unless the policy says so: whoever makes one would choose the
 * commits that are told. */
static enum err_code find_range(struct range *out, struct vcs_repo *repo,
                                const char *wanted, const char *head, struct err *err)
{
	*out = (struct range){ .by = "beginning", .tag = BUF_INIT };
	if (wanted == NULL)
		return ERR_OK;
	return str_eq(wanted, "tags") ? find_tag(out, repo, head, err)
	                              : find_named(out, repo, wanted, head, err);
}

/* Since the last release; without one, all that there ever were. */
static enum err_code put_range(struct json_writer *w, const char *root,
                               const struct gate_policy *p, const char *commit,
                               struct err *err)
{
	char head[VCS_COMMIT_TEXT];
	struct vcs_repo *repo = NULL;
	struct range range = { .tag = BUF_INIT };
	enum err_code rc = vcs_repo_open(&repo, root, err);

	if (rc == ERR_OK && commit == NULL)
		rc = err_set(err, ERR_NOT_FOUND, "there is no commit yet");
	if (rc == ERR_OK)
		rc = vcs_common_commit(repo, "HEAD", head, err);
	if (rc == ERR_OK && !str_eq(head, commit))
		rc = err_set(err, ERR_NOT_FOUND,
		             "HEAD is another commit than this run's");
	if (rc == ERR_OK)
		rc = find_range(&range, repo, p->release.base, head, err);
	if (rc == ERR_OK) {
		json_field_str(w, "base", range.released ? range.base : NULL);
		json_field_str(w, "by", range.by);
		json_field_str(w, "release",
		               range.tag.len > 0 ? buf_str(&range.tag) : NULL);
		rc = put_authors(w, repo, range.released ? range.base : NULL, err);
	}
	vcs_repo_close(repo);
	buf_fini(&range.tag);
	return rc;
}

/* The text of authors.json. */
static enum err_code describe(struct buf *text, const char *root,
                              const struct gate_policy *p, const char *commit,
                              struct err *err)
{
	struct json_writer w;
	struct err why = ERR_INIT;

	json_writer_init(&w, text, 1);
	json_open(&w, '{');
	if (put_range(&w, root, p, commit, &why) != ERR_OK) {
		buf_clear(text);
		json_writer_init(&w, text, 1);
		json_open(&w, '{');
		json_field_null(&w, "authors");
		json_field_str(&w, "why", why.msg);
	}
	json_close(&w, '}');
	buf_putc(text, '\n');
	return buf_err(text, err);
}

enum err_code gate_authors_store(struct gate_store *store, const struct gate_policy *p,
                                 const char *root, const char *commit, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (p->signoff_count == 0 && p->waiver_count == 0)
		return ERR_OK;
	rc = describe(&text, root, p, commit, err);
	if (rc == ERR_OK)
		rc = gate_store_file(store, GATE_AUTHORS, buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

enum err_code gate_authors_find(struct gate_authors *out, const struct gate_policy *p,
                                const char *root, struct arena *arena, struct err *err)
{
	char head[VCS_COMMIT_TEXT];
	struct vcs_repo *repo = NULL;
	struct buf text = BUF_INIT;
	enum err_code rc = vcs_repo_open(&repo, root, NULL);

	if (rc == ERR_OK)
		rc = vcs_common_commit(repo, "HEAD", head, NULL);
	vcs_repo_close(repo);
	rc = describe(&text, root, p, rc == ERR_OK ? head : NULL, err);
	if (rc == ERR_OK)
		rc = gate_authors_read(out, buf_span(&text), arena, err);
	buf_fini(&text);
	return rc;
}
