// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_anchor.h"

#include "base/str.h"
#include "lib/vcs_internal.h"

#include <stdio.h>

#define FILE_NAME "anchor"
#define TEXT_MAX (UINT64_C(16) << 20)

bool vcs_anchor_ref_ok(const char *ref)
{
	static const char *const others[] = { "refs/heads/", "refs/tags/",
		                              "refs/remotes/", "refs/notes/" };

	if (!str_starts(ref, "refs/"))
		return false;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (str_starts(ref, others[i]))
			return false;
	return true;
}

static enum err_code failed(struct err *err, int code, const char *what)
{
	switch (code) {
	case GIT_ENOTFOUND:
		return vcs_failed(err, ERR_NOT_FOUND, what);
	case GIT_EEXISTS:
	case GIT_EMODIFIED:
		return vcs_failed(err, ERR_LOCKED, what);
	case GIT_EINVALIDSPEC:
		return vcs_failed(err, ERR_USAGE, what);
	default:
		return vcs_failed(err, ERR_IO, what);
	}
}

/* Who runs git here; a machine that has nobody still anchors. */
static int signature(git_signature **out, git_repository *git)
{
	return git_signature_default(out, git) == 0
	               ? 0
	               : git_signature_now(out, "seaworthy", "seaworthy@localhost");
}

/* ---- a ref of its own ---- */

static int make_tree(git_tree **out, git_repository *git, struct span text)
{
	git_treebuilder *builder = NULL;
	git_oid blob;
	git_oid tree;
	int code = git_blob_create_from_buffer(&blob, git, text.ptr, text.len);

	if (code == 0)
		code = git_treebuilder_new(&builder, git, NULL);
	if (code == 0)
		code = git_treebuilder_insert(NULL, builder, FILE_NAME, &blob,
		                              GIT_FILEMODE_BLOB);
	if (code == 0)
		code = git_treebuilder_write(&tree, builder);
	if (code == 0)
		code = git_tree_lookup(out, git, &tree);
	git_treebuilder_free(builder);
	return code;
}

/* NULL where the ref is not there yet. */
static int tip_of(git_commit **out, git_repository *git, const char *ref)
{
	git_oid id;
	int code = git_reference_name_to_id(&id, git, ref);

	*out = NULL;
	if (code == GIT_ENOTFOUND)
		return 0;
	return code == 0 ? git_commit_lookup(out, git, &id) : code;
}

/* Only if the ref is still where it was. */
static int move(git_repository *git, const char *ref, const git_oid *to,
                const git_commit *from)
{
	git_reference *moved = NULL;
	const int code =
		from == NULL ? git_reference_create(&moved, git, ref, to, 0,
	                                            "seaworthy history anchor")
			     : git_reference_create_matching(&moved, git, ref, to, 1,
	                                                     git_commit_id(from),
	                                                     "seaworthy history anchor");

	git_reference_free(moved);
	return code;
}

enum err_code vcs_anchor_commit(struct vcs_repo *r, const char *ref, struct span text,
                                char commit[65], struct err *err)
{
	git_signature *who = NULL;
	git_commit *tip = NULL;
	git_tree *tree = NULL;
	git_oid id;
	int code = tip_of(&tip, r->git, ref);

	if (code == 0)
		code = make_tree(&tree, r->git, text);
	if (code == 0)
		code = signature(&who, r->git);
	if (code == 0) {
		const git_commit *parents[] = { tip };

		code = git_commit_create(&id, r->git, NULL, who, who, NULL,
		                         "Anchor of the history\n", tree,
		                         tip != NULL ? 1 : 0, parents);
	}
	if (code == 0)
		code = move(r->git, ref, &id, tip);
	if (code == 0)
		(void)git_oid_tostr(commit, 65, &id);
	git_signature_free(who);
	git_tree_free(tree);
	git_commit_free(tip);
	return code == 0 ? ERR_OK : failed(err, code, "write the anchor");
}

static enum err_code each_commit(struct vcs_repo *r, const git_oid *id,
                                 vcs_each_anchor *each, void *context, struct err *err)
{
	struct buf text = BUF_INIT;
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	const git_tree_entry *entry = NULL;
	uint64_t size = 0;
	char place[65];
	enum err_code rc = ERR_OK;

	if (git_commit_lookup(&commit, r->git, id) != 0 ||
	    git_commit_tree(&tree, commit) != 0)
		rc = failed(err, GIT_ERROR, "read the anchor");
	if (rc == ERR_OK)
		entry = git_tree_entry_byname(tree, FILE_NAME);
	if (entry != NULL)
		rc = vcs_blob_read(r, git_tree_entry_id(entry)->id, TEXT_MAX, &text,
		                   &size, err);
	if (rc == ERR_OK && entry != NULL)
		rc = each(buf_span(&text), git_oid_tostr(place, sizeof place, id),
		          context, err);
	git_tree_free(tree);
	git_commit_free(commit);
	buf_fini(&text);
	return rc;
}

static enum err_code each_of_ref(struct vcs_repo *r, const char *ref,
                                 vcs_each_anchor *each, void *context, struct err *err)
{
	git_revwalk *walk = NULL;
	git_oid id;
	int code = git_reference_name_to_id(&id, r->git, ref);
	enum err_code rc = ERR_OK;

	if (code == GIT_ENOTFOUND)
		return ERR_OK;
	if (code == 0)
		code = git_revwalk_new(&walk, r->git);
	if (code == 0)
		code = git_revwalk_push(walk, &id);
	while (code == 0 && rc == ERR_OK && (code = git_revwalk_next(&id, walk)) == 0)
		rc = each_commit(r, &id, each, context, err);
	git_revwalk_free(walk);
	if (rc == ERR_OK && code != 0 && code != GIT_ITEROVER)
		rc = failed(err, code, "read the anchors");
	return rc;
}

/* ---- notes ---- */

enum err_code vcs_anchor_note(struct vcs_repo *r, const char *commit, struct span text,
                              struct err *err)
{
	struct buf whole = BUF_INIT;
	git_signature *who = NULL;
	git_note *old = NULL;
	git_oid on;
	git_oid id;
	int code = git_oid_fromstr(&on, commit);

	if (code == 0)
		code = git_note_read(&old, r->git, VCS_ANCHOR_NOTES, &on);
	if (code == 0)
		buf_puts(&whole, git_note_message(old));
	else if (code == GIT_ENOTFOUND)
		code = 0;
	if (whole.len > 0 && !span_ends(buf_span(&whole), SPAN_LIT("\n")))
		buf_putc(&whole, '\n');
	buf_put(&whole, text);
	if (code == 0)
		code = signature(&who, r->git);
	if (code == 0)
		code = git_note_create(&id, r->git, VCS_ANCHOR_NOTES, who, who, &on,
		                       buf_str(&whole), 1);
	git_signature_free(who);
	git_note_free(old);
	buf_fini(&whole);
	return code == 0 ? ERR_OK : failed(err, code, "write the note");
}

struct notes {
	struct vcs_repo *repo;
	vcs_each_anchor *each;
	void *context;
	struct err *err;
	enum err_code rc;
};

static int each_note(const git_oid *blob, const git_oid *on, void *context)
{
	struct notes *n = context;
	struct buf text = BUF_INIT;
	uint64_t size = 0;
	char place[80] = "the note of ";

	(void)git_oid_tostr(place + 12, 65, on);
	n->rc = vcs_blob_read(n->repo, blob->id, TEXT_MAX, &text, &size, n->err);
	if (n->rc == ERR_OK)
		n->rc = n->each(buf_span(&text), place, n->context, n->err);
	buf_fini(&text);
	return n->rc == ERR_OK ? 0 : GIT_EUSER;
}

enum err_code vcs_anchor_each(struct vcs_repo *r, const char *ref, vcs_each_anchor *each,
                              void *context, struct err *err)
{
	struct notes n = { r, each, context, err, ERR_OK };
	enum err_code rc = each_of_ref(r, ref, each, context, err);
	int code;

	if (rc != ERR_OK)
		return rc;
	code = git_note_foreach(r->git, VCS_ANCHOR_NOTES, each_note, &n);
	if (n.rc != ERR_OK || code == 0 || code == GIT_ENOTFOUND)
		return n.rc;
	return failed(err, GIT_ERROR, "read the notes");
}
