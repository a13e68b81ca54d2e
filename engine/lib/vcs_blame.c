// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_blame.h"

#include "base/mem.h"
#include "os/fs.h"
#include "vcs_blame_internal.h"

#include <stdio.h>
#include <string.h>

#define SHALLOW_MAX_BYTES (UINT64_C(64) << 20)

enum { OID_HEX = 40, PARENTS_MAX = 256 };

/* ---- answers ---- */

/* From the arena of the answer; lines of one commit share it. */
static const char *author_of(struct blame *b, const git_commit *c, int64_t *when)
{
	git_signature *own = NULL;
	const git_signature *who = git_commit_author(c);
	const char *name;

	if (b->mailmap != NULL &&
	    git_commit_author_with_mailmap(&own, c, b->mailmap) == 0)
		who = own;
	*when = who != NULL ? who->when.time : git_commit_time(c);
	name = arena_str(b->out->arena, who != NULL ? who->name : "");
	git_signature_free(own);
	b->nomem = b->nomem || name == NULL;
	return name != NULL ? name : "";
}

static void answer(struct blame *b, const git_commit *c, const struct blame_line *lines,
                   size_t count)
{
	int64_t when = 0;
	const char *author = count > 0 ? author_of(b, c, &when) : "";

	for (size_t i = 0; i < count; i++) {
		struct vcs_line *to = lines[i].asked;

		to->origin = VCS_COMMITTED;
		to->author_s = when;
		to->author = author;
		(void)git_oid_tostr(to->commit, sizeof(to->commit), git_commit_id(c));
	}
}

static void answer_all(struct blame *b, const git_commit *c, const struct blame_set *s)
{
	for (size_t i = 0; i < s->count; i++)
		answer(b, c, s->files[i]->lines, s->files[i]->count);
}

/* ---- one commit ---- */

struct parent {
	git_commit *commit;
	git_tree *tree;
	git_diff *renames; /* when needed */
	bool compared;
	bool found; /* the file in hand */
	bool skipped;
	git_oid blob;
	const char *path;
};

struct step {
	struct blame *b;
	git_commit *commit;
	git_tree *tree;
	struct parent *parents;
	size_t count;
};

static void step_fini(struct step *s)
{
	for (size_t i = 0; i < s->count; i++) {
		git_diff_free(s->parents[i].renames);
		git_tree_free(s->parents[i].tree);
		git_commit_free(s->parents[i].commit);
	}
	mem_free(s->parents);
	git_tree_free(s->tree);
	git_commit_free(s->commit);
}

/* False if a part of the history is not here, or not readable. */
static bool step_open(struct step *s, const git_oid *id)
{
	struct blame *b = s->b;

	if (git_commit_lookup(&s->commit, b->repo, id) != 0 ||
	    git_commit_tree(&s->tree, s->commit) != 0 ||
	    map_has(&b->shallow, span_of((const char *)id->id, sizeof(id->id))) ||
	    git_commit_parentcount(s->commit) > PARENTS_MAX)
		return false;
	s->parents = mem_new(git_commit_parentcount(s->commit) * sizeof(*s->parents));
	if (s->parents == NULL) {
		b->nomem = true;
		return false;
	}
	s->count = git_commit_parentcount(s->commit);
	for (unsigned i = 0; i < s->count; i++)
		if (git_commit_parent(&s->parents[i].commit, s->commit, i) != 0 ||
		    git_commit_tree(&s->parents[i].tree, s->parents[i].commit) != 0)
			return false;
	return true;
}

/* The same path in a parent; what it was before is asked for later. False if that cannot
 * be told. */
static bool look_there(struct step *s, struct parent *p, const struct blame_file *f,
                       const struct blame_change *first)
{
	enum blame_found found = first->found ? BLAME_THERE : BLAME_ABSENT;

	p->path = f->path;
	p->blob = first->blob;
	if (p != s->parents)
		found = blame_look_up(s->b, p->tree, f->path, &p->blob);
	p->found = found == BLAME_THERE;
	return found != BLAME_BROKEN;
}

static bool look_for_rename(struct step *s, struct parent *p, const char *path)
{
	const git_diff_delta *d;

	if (!p->compared)
		p->renames = blame_renames(s->b, p->tree, s->tree);
	p->compared = true;
	d = blame_renamed(p->renames, path);
	if (d == NULL)
		return p->renames != NULL;
	p->found = true;
	p->blob = d->old_file.id;
	p->path = arena_str(&s->b->arena, d->old_file.path);
	s->b->nomem = s->b->nomem || p->path == NULL;
	return true;
}

static void give(struct step *s, const struct parent *p, const struct blame_line *lines,
                 size_t count)
{
	if (count > 0)
		blame_give(s->b, git_commit_id(p->commit), git_commit_time(p->commit),
		           blame_file_new(s->b, p->path, &p->blob, lines, count));
}

/* Gives the whole file to the first parent that has the same bytes; those that may have
 * other ones are noted. First the same path is asked for, then where it came from. True
 * if nothing is left to do: what cannot be told stays unknown. */
static bool give_whole(struct step *s, const struct blame_file *f,
                       const struct blame_change *first)
{
	for (int renamed = 0; renamed < 2; renamed++)
		for (size_t i = 0; i < s->count; i++) {
			struct parent *p = &s->parents[i];

			if (renamed == 0 ? !look_there(s, p, f, first)
			                 : !p->found && !look_for_rename(s, p, f->path))
				return true;
			if (p->found && git_oid_equal(&p->blob, &f->blob)) {
				give(s, p, f->lines, f->count);
				return true;
			}
		}
	return false;
}

static bool is_repeated(const struct step *s, size_t parent)
{
	for (size_t i = 0; i < parent; i++)
		if (s->parents[i].found &&
		    git_oid_equal(&s->parents[i].blob, &s->parents[parent].blob))
			return true;
	return false;
}

/* Hands the lines on to the parents that have them; the rest came with this commit. */
static void hand_on(struct step *s, const struct blame_file *f,
                    const struct blame_change *first)
{
	struct blame_line *lines = f->lines;
	size_t left = f->count;
	size_t kept;

	if (first->broken || give_whole(s, f, first))
		return;
	for (size_t i = 0; i < s->count && left > 0; i++) {
		const struct parent *p = &s->parents[i];

		if (!p->found || is_repeated(s, i))
			continue;
		if (!blame_split_blobs(s->b, &p->blob, &f->blob, lines, left, &kept))
			return;
		give(s, p, lines, kept);
		lines += kept;
		left -= kept;
	}
	answer(s->b, s->commit, lines, left);
}

/* Most files are as the first parent has them, and go there as they are. */
static void to_parents(struct step *s, struct blame_set *set)
{
	struct blame *b = s->b;
	size_t kept = 0;
	size_t change = 0;

	blame_compare(b, set, s->tree, s->parents[0].tree);
	for (size_t i = 0; i < set->count; i++) {
		if (change < b->change_count && b->changes[change].file == i) {
			struct blame_change first = b->changes[change++];

			hand_on(s, set->files[i], &first);
		} else {
			set->files[kept++] = set->files[i];
		}
	}
	set->count = kept;
	blame_move(b, set, git_commit_id(s->parents[0].commit),
	           git_commit_time(s->parents[0].commit));
}

static void take_step(struct blame *b, struct blame_set *set)
{
	struct step s = { .b = b };

	b->out->commits++;
	if (!step_open(&s, &set->commit)) {
		blame_set_free(set); /* unknown, as all lines are at first */
	} else if (s.count == 0) {
		answer_all(b, s.commit, set);
		blame_set_free(set);
	} else {
		to_parents(&s, set);
	}
	step_fini(&s);
}

/* ---- where it begins ---- */

static void read_shallow(struct blame *b)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	struct span rest;
	struct span line;
	git_oid id;

	os_join(&path, git_repository_commondir(b->repo), "shallow");
	if (os_read_file(buf_str(&path), SHALLOW_MAX_BYTES, &text, NULL) == ERR_OK) {
		rest = buf_span(&text);
		while (span_line(&rest, &line))
			if (line.len == OID_HEX &&
			    git_oid_fromstrn(&id, line.ptr, OID_HEX) == 0 &&
			    !map_set(&b->shallow,
			             span_of((const char *)id.id, sizeof(id.id)), b))
				b->nomem = true;
	}
	buf_fini(&path);
	buf_fini(&text);
}

static void mark_uncommitted(const struct blame_line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		lines[i].asked->origin = VCS_UNCOMMITTED;
}

/* The file as git would store it. */
static bool read_own(struct blame *b, const char *path, git_buf *out)
{
	struct buf full = BUF_INIT;
	struct buf text = BUF_INIT;
	git_filter_list *filters = NULL;
	bool done = false;

	os_join(&full, git_repository_workdir(b->repo), path);
	if (buf_ok(&full) &&
	    os_read_file(buf_str(&full), b->out->max_file, &text, NULL) == ERR_OK &&
	    git_filter_list_load(&filters, b->repo, NULL, path, GIT_FILTER_TO_ODB,
	                         GIT_FILTER_ALLOW_UNSAFE) == 0)
		done = git_filter_list_apply_to_buffer(out, filters, buf_str(&text),
		                                       text.len) == 0;
	git_filter_list_free(filters);
	buf_fini(&full);
	buf_fini(&text);
	return done;
}

static uint64_t count_lines(struct span text)
{
	uint64_t lines = text.len > 0 && text.ptr[text.len - 1] != '\n';

	for (size_t at = 0; at < text.len; lines++) {
		const char *feed = memchr(text.ptr + at, '\n', text.len - at);

		if (feed == NULL)
			break;
		at = (size_t)(feed - text.ptr) + 1;
	}
	return lines;
}

/* Leaves the lines that the file as it lies there has from HEAD. */
static size_t compare_own(struct blame *b, const char *path, const git_oid *head,
                          struct blame_line *lines, size_t count)
{
	git_buf own = GIT_BUF_INIT;
	git_blob *blob = NULL;
	git_oid id;
	size_t kept = 0;
	uint64_t there;

	if (!read_own(b, path, &own) ||
	    git_odb_hash(&id, own.ptr, own.size, GIT_OBJECT_BLOB) != 0)
		goto out;
	/* What has changed since it was scanned is not known. */
	there = count_lines(span_of(own.ptr, own.size));
	while (count > 0 && lines[count - 1].number > there)
		count--;
	if (git_oid_equal(&id, head)) {
		kept = count;
	} else if (git_blob_lookup(&blob, b->repo, head) == 0 &&
	           blame_diff(b,
	                      span_of(git_blob_rawcontent(blob),
	                              (size_t)git_blob_rawsize(blob)),
	                      span_of(own.ptr, own.size))) {
		kept = blame_split(b, lines, count);
		mark_uncommitted(lines + kept, count - kept);
	}
out:
	git_blob_free(blob);
	git_buf_dispose(&own);
	return kept;
}

static void start_file(struct blame *b, git_commit *head, const git_tree *tree,
                       struct vcs_line *asked, size_t count)
{
	const char *path = arena_dup(&b->arena, asked[0].path);
	struct blame_line *lines = arena_array(&b->arena, count, sizeof(*lines));
	enum blame_found found;
	git_oid blob;

	if (path == NULL || lines == NULL) {
		b->nomem = true;
		return;
	}
	for (size_t i = 0; i < count; i++)
		lines[i] = (struct blame_line){ asked[i].line, &asked[i] };
	found = blame_look_up(b, tree, path, &blob);
	if (found == BLAME_THERE) {
		count = compare_own(b, path, &blob, lines, count);
		if (count > 0)
			blame_give(b, git_commit_id(head), git_commit_time(head),
			           blame_file_new(b, path, &blob, lines, count));
	} else if (found == BLAME_ABSENT) {
		mark_uncommitted(lines, count);
	}
}

static void start(struct blame *b, git_commit *head, const git_tree *tree,
                  struct vcs_line *lines, size_t count)
{
	size_t from = 0;

	while (from < count && !b->nomem && !cancel_is_set(b->out->cancel)) {
		size_t to = from + 1;

		while (to < count && span_eq(lines[to].path, lines[from].path))
			to++;
		start_file(b, head, tree, lines + from, to - from);
		from = to;
	}
}

/* What is checked out; nothing before the first commit. */
static enum err_code open_head(struct blame *b, git_commit **commit, git_tree **tree,
                               struct err *err)
{
	git_reference *head = NULL;
	git_object *object = NULL;
	int code = git_repository_is_bare(b->repo) ? GIT_EUNBORNBRANCH
	                                           : git_repository_head(&head, b->repo);

	if (code == GIT_EUNBORNBRANCH || code == GIT_ENOTFOUND)
		return ERR_OK;
	if (code == 0)
		code = git_reference_peel(&object, head, GIT_OBJECT_COMMIT);
	git_reference_free(head);
	*commit = (git_commit *)object;
	if (code == 0)
		code = git_commit_tree(tree, *commit);
	return code == 0 ? ERR_OK : vcs_failed(err, ERR_CORRUPT, "read HEAD");
}

static enum err_code walk(struct blame *b, struct vcs_line *lines, size_t count,
                          struct err *err)
{
	git_commit *head = NULL;
	git_tree *tree = NULL;
	struct blame_set *s;
	enum err_code rc = open_head(b, &head, &tree, err);

	if (rc == ERR_OK && tree != NULL) {
		b->out->present = true;
		b->out->head_s = git_commit_time(head);
		read_shallow(b);
		if (git_mailmap_from_repository(&b->mailmap, b->repo) != 0)
			b->mailmap = NULL;
		start(b, head, tree, lines, count);
	}
	git_tree_free(tree);
	git_commit_free(head);
	while (!b->nomem && !cancel_is_set(b->out->cancel) && (s = blame_take(b)) != NULL)
		take_step(b, s);
	return rc;
}

static void blame_fini(struct blame *b)
{
	while (b->heap_count > 0)
		blame_set_free(b->heap[--b->heap_count]);
	mem_free(b->heap);
	mem_free(b->changes);
	mem_free(b->hunks);
	map_fini(&b->sets);
	map_fini(&b->shallow);
	arena_fini(&b->arena);
	git_mailmap_free(b->mailmap);
	git_repository_free(b->repo);
}

enum err_code vcs_blame_lines(struct vcs_blame *out, const char *top,
                              struct vcs_line *lines, size_t count, struct err *err)
{
	struct blame *b = mem_new(sizeof(*b));
	enum err_code rc;

	out->present = false;
	out->commits = 0;
	for (size_t i = 0; i < count; i++) {
		lines[i].origin = VCS_UNKNOWN;
		lines[i].commit[0] = '\0';
		lines[i].author_s = 0;
		lines[i].author = "";
	}
	if (b == NULL)
		return err_nomem(err);
	b->out = out;
	rc = vcs_open(&b->repo, top, err);
	if (rc == ERR_OK && b->repo != NULL)
		rc = walk(b, lines, count, err);
	if (b->nomem)
		rc = err_nomem(err);
	else if (rc == ERR_OK && cancel_is_set(out->cancel))
		rc = err_set(err, ERR_CANCELLED, "cancelled");
	blame_fini(b);
	mem_free(b);
	return rc;
}
