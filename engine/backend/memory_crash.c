// SPDX-License-Identifier: Apache-2.0
/*
 * What a crash leaves of a disk in memory. The model is the weakest that a program may
 * rely on: a file's content is safe once the file was synced, a name once its folder was.
 * Of the changes that were not synced each name keeps any number of its own, whatever
 * became of the others, so a rename may be seen half; a file that was not synced is
 * empty, cut, full of zeros or whole. A folder whose own name is lost takes everything in
 * it along.
 */
#include "backend/memory_internal.h"
#include "base/mem.h"

#include <string.h>

static bool copy_names(struct lb_names *to, const struct lb_names *from)
{
	for (size_t i = 0; i < from->count; i++)
		if (!lb_names_set(to, span_str(from->items[i].name),
		                  from->items[i].value))
			return false;
	return true;
}

static void step_fini(struct lb_step *step)
{
	for (size_t i = 0; i < step->changes; i++)
		mem_free(step->names[i]);
	mem_free(step->text);
}

void lb_memory_forget_steps(struct lb_memory *m)
{
	for (size_t i = 0; i < m->step_count; i++)
		step_fini(&m->steps[i]);
	mem_free(m->steps);
	m->steps = NULL;
	m->step_count = 0;
	m->step_cap = 0;
}

static char *describe(const char *verb, const char *path, const char *to)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s %s", verb, path[0] == '\0' ? "." : path);
	if (to != NULL)
		buf_printf(&text, " %s", to);
	return buf_take(&text);
}

enum err_code lb_memory_note(struct lb_memory *m, const struct lb_step *step,
                             const char *verb, const char *path, const char *to,
                             struct err *err)
{
	struct lb_step copy = *step;
	bool complete;

	if (!m->recording)
		return ERR_OK;
	copy.text = describe(verb, path, to);
	complete = copy.text != NULL;
	for (size_t i = 0; i < copy.changes; i++) {
		copy.names[i] = mem_strdup(step->change[i].name);
		copy.change[i].name = copy.names[i];
		complete = complete && copy.names[i] != NULL;
	}
	if (!complete ||
	    !mem_grow(&m->steps, m->step_count, &m->step_cap, sizeof(*m->steps))) {
		step_fini(&copy);
		return err_nomem(err);
	}
	m->steps[m->step_count++] = copy;
	return ERR_OK;
}

enum err_code lb_memory_record(struct lb_memory *disk, struct err *err)
{
	enum err_code rc = ERR_OK;

	(void)pthread_mutex_lock(&disk->lock);
	lb_memory_forget_steps(disk);
	disk->recording = true;
	for (size_t i = 0; i < disk->inode_count; i++) {
		struct lb_inode *inode = disk->inodes[i];

		inode->durable = true;
		lb_names_fini(&inode->first_names);
		if (!copy_names(&inode->first_names, &inode->names))
			rc = err_nomem(err);
	}
	(void)pthread_mutex_unlock(&disk->lock);
	return rc;
}

size_t lb_memory_cuts(const struct lb_memory *disk)
{
	return disk->step_count;
}

enum err_code lb_memory_step(const struct lb_memory *disk, size_t n, struct buf *out,
                             struct err *err)
{
	if (n >= disk->step_count)
		return err_set(err, ERR_NOT_FOUND, "step %zu of %zu", n,
		               disk->step_count);
	buf_clear(out);
	buf_puts(out, disk->steps[n].text);
	return buf_err(out, err);
}

/* What the disk holds of one inode at the cut. */
struct shadow {
	struct lb_names names; /* synced; in the end also what survives */
	bool written;
	bool synced;
	/* Changes after the last sync, in order. */
	const struct lb_change **pending;
	size_t pending_count;
	size_t pending_cap;
};

struct crash {
	const struct lb_memory *from;
	struct lb_memory *to;
	struct shadow *shadows; /* by number of the inode */
	uint64_t seed;
	uint64_t dice;
};

static bool apply(struct lb_names *names, const struct lb_change *c)
{
	if (c->child != NULL)
		return lb_names_set(names, span_str(c->name), c->child);
	lb_names_remove(names, span_str(c->name));
	return true;
}

static bool replay(struct crash *c, const struct lb_step *step)
{
	bool ok = true;

	if (step->kind == LB_STEP_NAMES) {
		for (size_t i = 0; ok && i < step->changes; i++) {
			const struct lb_change *change = &step->change[i];
			struct shadow *s = &c->shadows[change->folder->number];

			ok = mem_grow(&s->pending, s->pending_count, &s->pending_cap,
			              sizeof(*s->pending));
			if (ok)
				s->pending[s->pending_count++] = change;
		}
		return ok;
	}
	struct shadow *s = &c->shadows[step->inode->number];

	if (step->kind == LB_STEP_WRITE) {
		s->written = true;
		return true;
	}
	s->synced = true;
	for (size_t i = 0; ok && i < s->pending_count; i++)
		ok = apply(&s->names, s->pending[i]);
	s->pending_count = 0;
	return ok;
}

/* A number below `n`. */
static size_t draw(struct crash *c, size_t n)
{
	return (size_t)(lb_dice(&c->dice) % n);
}

/* How many of the `n` changes of one name are on the disk. */
static size_t survivors(struct crash *c, size_t n)
{
	if (c->seed == LB_CRASH_LOSE)
		return 0;
	return c->seed == LB_CRASH_KEEP ? n : draw(c, n + 1);
}

/* Takes the changes of the same name as the first pending one out, and applies some. */
static bool settle_name(struct crash *c, struct shadow *s)
{
	const char *name = s->pending[0]->name;
	const struct lb_change *last = NULL;
	size_t same = 0;
	size_t kept = 0;
	size_t chosen;
	size_t seen = 0;

	for (size_t i = 0; i < s->pending_count; i++)
		same += strcmp(s->pending[i]->name, name) == 0;
	chosen = survivors(c, same);
	for (size_t i = 0; i < s->pending_count; i++) {
		if (strcmp(s->pending[i]->name, name) != 0)
			s->pending[kept++] = s->pending[i];
		else if (seen++ < chosen)
			last = s->pending[i];
	}
	s->pending_count = kept;
	return last == NULL || apply(&s->names, last);
}

static bool settle(struct crash *c)
{
	for (size_t i = 0; i < c->from->inode_count; i++)
		while (c->shadows[i].pending_count > 0)
			if (!settle_name(c, &c->shadows[i]))
				return false;
	return true;
}

static bool copy_file(struct crash *c, const struct lb_inode *from, struct lb_inode *to)
{
	const struct shadow *s = &c->shadows[from->number];
	struct span content = span_of(from->data, from->len);
	bool zeros = false;

	if (!from->durable && !s->synced) {
		const size_t fate = c->seed == LB_CRASH_KEEP   ? 3
		                    : c->seed == LB_CRASH_LOSE ? 0
		                                               : draw(c, 4);

		if (!s->written || fate == 0)
			content = SPAN_EMPTY;
		else if (fate == 1)
			content.len = draw(c, content.len + 1);
		else
			zeros = fate == 2;
	}
	if (!lb_inode_write(to, &content, 1))
		return false;
	if (zeros && to->len > 0)
		memset(to->data, 0, to->len);
	return true;
}

static bool copy_inode(struct crash *c, const struct lb_inode *from, struct lb_inode *to);

static bool copy_child(struct crash *c, const struct lb_name *name, struct lb_inode *to)
{
	const struct lb_inode *old = name->value;
	const struct span key = span_str(name->name);
	struct lb_inode *child = lb_names_get(&to->names, key); /* the new disk's tmp */

	if (child == NULL && (child = lb_inode_new(c->to, old->folder)) == NULL)
		return false;
	child->links = 1;
	return lb_names_set(&to->names, key, child) && copy_inode(c, old, child);
}

static bool copy_inode(struct crash *c, const struct lb_inode *from, struct lb_inode *to)
{
	const struct lb_names *names = &c->shadows[from->number].names;

	if (!from->folder)
		return copy_file(c, from, to);
	for (size_t i = 0; i < names->count; i++)
		if (!copy_child(c, &names->items[i], to))
			return false;
	return true;
}

static bool rebuild(struct crash *c, size_t cut)
{
	for (size_t i = 0; i < c->from->inode_count; i++)
		if (!copy_names(&c->shadows[i].names, &c->from->inodes[i]->first_names))
			return false;
	for (size_t i = 0; i < cut; i++)
		if (!replay(c, &c->from->steps[i]))
			return false;
	c->to->temps = c->from->temps;
	return settle(c) && copy_inode(c, c->from->root, c->to->root);
}

enum err_code lb_memory_crash(struct lb_memory **out, const struct lb_memory *disk,
                              size_t cut, uint64_t seed, struct err *err)
{
	struct crash c = { .from = disk, .seed = seed, .dice = seed };
	enum err_code rc;

	if (!disk->recording || cut > disk->step_count)
		return err_set(err, ERR_NOT_FOUND, "cut %zu of %zu", cut,
		               disk->step_count);
	if (!mem_array(&c.shadows, disk->inode_count, sizeof(*c.shadows)))
		return err_nomem(err);
	memset(c.shadows, 0, disk->inode_count * sizeof(*c.shadows));
	rc = lb_memory_new(&c.to, err);
	if (rc == ERR_OK && !rebuild(&c, cut))
		rc = err_nomem(err);
	if (rc == ERR_OK) {
		*out = c.to;
		c.to = NULL;
	}
	for (size_t i = 0; i < disk->inode_count; i++) {
		lb_names_fini(&c.shadows[i].names);
		mem_free(c.shadows[i].pending);
	}
	mem_free(c.shadows);
	lb_memory_free(c.to);
	return rc;
}
