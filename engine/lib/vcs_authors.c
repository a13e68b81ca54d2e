// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_authors.h"

#include "lib/vcs_internal.h"

#define TRAILER "co-authored-by:"

struct walking {
	struct vcs_repo *r;
	git_mailmap *mailmap; /* NULL: there is none */
	vcs_each_author *each;
	void *context;
};

/* As it stands, so that no change of .mailmap hides who wrote it; and as it is meant. */
static enum err_code tell(const struct walking *w, struct span name, struct span email,
                          struct err *err)
{
	char given_name[256];
	char given_email[256];
	const char *real_name = NULL;
	const char *real_email = NULL;
	enum err_code rc = w->each(name, email, w->context, err);

	if (rc != ERR_OK || w->mailmap == NULL || name.len >= sizeof given_name ||
	    email.len >= sizeof given_email)
		return rc;
	memcpy(given_name, name.ptr != NULL ? name.ptr : "", name.len);
	memcpy(given_email, email.ptr != NULL ? email.ptr : "", email.len);
	given_name[name.len] = '\0';
	given_email[email.len] = '\0';
	if (git_mailmap_resolve(&real_name, &real_email, w->mailmap, given_name,
	                        given_email) != 0)
		return ERR_OK;
	return w->each(span_str(real_name), span_str(real_email), w->context, err);
}

enum err_code vcs_coauthors_each(struct span message, vcs_each_author *each,
                                 void *context, struct err *err)
{
	const struct span trailer = SPAN_LIT(TRAILER);
	struct span line;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && span_line(&message, &line)) {
		const struct span who = span_from(line, trailer.len);
		const size_t open = span_find_byte(who, '<');
		struct span email = span_from(who, open + 1);

		if (span_find_caseless(span_sub(line, 0, trailer.len), trailer) != 0 ||
		    line.len < trailer.len)
			continue;
		email = span_sub(email, 0, span_find_byte(email, '>'));
		rc = each(span_trim(span_sub(who, 0, open)), span_trim(email), context,
		          err);
	}
	return rc;
}

static enum err_code tell_coauthor(struct span name, struct span email, void *context,
                                   struct err *err)
{
	return tell(context, name, email, err);
}

static enum err_code tell_commit(struct walking *w, const git_oid *id, struct err *err)
{
	git_commit *commit = NULL;
	const git_signature *author;
	enum err_code rc;

	if (git_commit_lookup(&commit, w->r->git, id) != 0)
		return vcs_failed(err, ERR_NOT_FOUND, "read a commit");
	author = git_commit_author(commit);
	rc = tell(w, span_str(author->name), span_str(author->email), err);
	if (rc == ERR_OK)
		rc = vcs_coauthors_each(span_str(git_commit_message(commit)),
		                        tell_coauthor, w, err);
	git_commit_free(commit);
	return rc;
}

/* The walk over the range; NULL on an unborn branch. */
static enum err_code start(struct vcs_repo *r, const char *base, git_revwalk **out,
                           struct err *err)
{
	git_oid head;
	git_oid hidden;
	int code = git_reference_name_to_id(&head, r->git, "HEAD");

	if (code == GIT_ENOTFOUND)
		return ERR_OK;
	if (code == 0)
		code = git_revwalk_new(out, r->git);
	if (code == 0)
		code = git_revwalk_push(*out, &head);
	if (code == 0 && base != NULL && (code = git_oid_fromstr(&hidden, base)) == 0)
		code = git_revwalk_hide(*out, &hidden);
	return code == 0 ? ERR_OK : vcs_failed(err, ERR_NOT_FOUND, "walk the commits");
}

enum err_code vcs_authors_each(struct vcs_repo *r, const char *base,
                               vcs_each_author *each, void *context, struct err *err)
{
	struct walking w = { .r = r, .each = each, .context = context };
	git_revwalk *walk = NULL;
	git_oid id;
	enum err_code rc = start(r, base, &walk, err);
	int code = 0;

	if (rc == ERR_OK && git_mailmap_from_repository(&w.mailmap, r->git) != 0)
		w.mailmap = NULL; /* what cannot be read maps nobody */
	while (rc == ERR_OK && walk != NULL && (code = git_revwalk_next(&id, walk)) == 0)
		rc = tell_commit(&w, &id, err);
	if (rc == ERR_OK && code != 0 && code != GIT_ITEROVER)
		rc = vcs_failed(err, ERR_NOT_FOUND, "walk the commits");
	git_mailmap_free(w.mailmap);
	git_revwalk_free(walk);
	return rc;
}
