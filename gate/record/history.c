// SPDX-License-Identifier: Apache-2.0
#include "record/history.h"

#include "base/mem.h"
#include "base/str.h"
#include "os/journal.h"
#include "os/random.h"

#include <inttypes.h>
#include <string.h>

enum {
	FILE_MODE = 0644,
	DIR_MODE = 0755,
	PIECE = 256 << 10,
	WAIT_MS = 60000,
};

/* ---- lines ---- */

/* Lines of a file or of a text, in bounded memory. */
struct lines {
	const struct os_file *file; /* NULL: all is in `have` */
	struct buf have;
	struct span rest; /* of `have`, or of the text */
	uint64_t offset;  /* of `rest` in the file */
	uint64_t end;     /* how far was read */
};

static enum err_code check_length(size_t len, struct err *err)
{
	if (len > GATE_LINE_MAX)
		return err_set(err, ERR_CORRUPT, "its line has more than %d MiB",
		               GATE_LINE_MAX >> 20);
	return ERR_OK;
}

/* Reads one more piece behind `rest`. */
static enum err_code more(struct lines *l, bool *any, struct err *err)
{
	size_t got = 0;
	enum err_code rc;

	*any = false;
	if (l->file == NULL)
		return ERR_OK;
	if ((rc = check_length(l->rest.len, err)) != ERR_OK)
		return rc;
	if (l->rest.len > 0)
		memmove(l->have.ptr, l->rest.ptr, l->rest.len);
	buf_truncate(&l->have, l->rest.len);
	if (!buf_reserve(&l->have, PIECE))
		return err_nomem(err);
	rc = os_file_read_at(l->file, l->end, PIECE, l->have.ptr + l->have.len, &got,
	                     err);
	l->have.len += got;
	l->end += got;
	l->rest = buf_span(&l->have);
	*any = got > 0;
	return rc;
}

/* The next line; at the end of all *line has no ptr, and `rest` is a part of one. */
static enum err_code next_line(struct lines *l, struct span *line, struct err *err)
{
	size_t seen = 0;
	bool any = true;
	enum err_code rc = ERR_OK;

	*line = SPAN_EMPTY;
	while (rc == ERR_OK && any) {
		const struct span fresh = span_from(l->rest, seen);
		const size_t at = span_find_byte(fresh, '\n');

		if (at < fresh.len) {
			*line = span_sub(l->rest, 0, seen + at);
			l->rest = span_from(l->rest, seen + at + 1);
			return check_length(line->len, err);
		}
		seen = l->rest.len;
		rc = more(l, &any, err);
	}
	return rc;
}

/* ---- walking ---- */

struct walk {
	struct gate_history_state *state;
	gate_history_each *each;
	void *context;
};

/* Of the chain as of before, if the entry turns out to be none. */
static enum err_code take_line(const struct walk *w, struct span line, uint64_t offset,
                               struct err *err)
{
	struct gate_history_state *s = w->state;
	const struct gate_chain before = s->chain;
	struct gate_chain_entry e;
	bool is_entry;
	enum err_code rc = gate_chain_read(&s->chain, line, &is_entry, &e, err);

	if (rc == ERR_OK && is_entry && w->each != NULL)
		rc = w->each(&e, offset, w->context, err);
	if (rc != ERR_OK)
		s->chain = before;
	else
		s->bytes = offset + line.len + 1;
	return rc;
}

static enum err_code walk(const struct walk *w, struct lines *l, struct err *err)
{
	struct err why = ERR_INIT;
	struct span line;
	enum err_code rc = next_line(l, &line, &why);

	while (rc == ERR_OK && line.ptr != NULL) {
		rc = take_line(w, line, l->offset, &why);
		l->offset += line.len + 1;
		if (rc == ERR_OK)
			rc = next_line(l, &line, &why);
	}
	if (rc == ERR_CORRUPT) {
		w->state->broken = true;
		w->state->broken_at = w->state->chain.count;
		w->state->why = why;
		return ERR_OK;
	}
	if (rc != ERR_OK)
		return err_set(err, rc, "%s", why.msg);
	w->state->torn = l->rest.len;
	return ERR_OK;
}

enum err_code gate_history_walk_text(struct span text, gate_history_each *each,
                                     void *context, struct gate_history_state *out,
                                     struct err *err)
{
	const struct walk w = { out, each, context };
	struct lines l = { .rest = text, .have = BUF_INIT };

	*out = (struct gate_history_state){ .exists = true };
	return walk(&w, &l, err);
}

static enum err_code walk_file(const struct walk *w, const struct os_file *file,
                               struct err *err)
{
	struct lines l = { .file = file, .have = BUF_INIT };
	enum err_code rc;

	w->state->exists = true;
	rc = walk(w, &l, err);
	buf_fini(&l.have);
	return rc;
}

static enum err_code open_log(struct os_file *out, const char *root, struct err *err)
{
	struct os_dir dir = { -1 };
	struct buf home = BUF_INIT;
	enum err_code rc;

	out->fd = -1;
	os_join(&home, root, ".seaworthy");
	rc = buf_err(&home, err);
	if (rc == ERR_OK)
		rc = os_dir_open(&dir, NULL, buf_str(&home), err);
	if (rc == ERR_OK)
		rc = os_file_open(out, &dir, GATE_HISTORY, err);
	os_dir_close(&dir);
	buf_fini(&home);
	return rc;
}

enum err_code gate_history_walk(const char *root, gate_history_each *each, void *context,
                                struct gate_history_state *out, struct err *err)
{
	const struct walk w = { out, each, context };
	struct os_file file;
	enum err_code rc;

	*out = (struct gate_history_state){ .exists = false };
	rc = open_log(&file, root, err);
	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	if (rc == ERR_OK && (rc = walk_file(&w, &file, err)) != ERR_OK)
		rc = err_wrap(err, rc, "%s", GATE_HISTORY);
	os_file_close(&file);
	return rc;
}

enum err_code gate_history_read(const char *root, uint64_t index, uint64_t offset,
                                struct buf *text, bool *is_signed, struct err *err)
{
	/* Only the form is looked at: a chain that stands before the entry cannot be
	 * known here, and the caller has checked it. */
	struct gate_chain_entry e = { .index = index };
	struct os_file file;
	struct span line;
	struct lines l = { .have = BUF_INIT, .offset = offset, .end = offset };
	enum err_code rc = open_log(&file, root, err);

	l.file = &file;
	buf_clear(text);
	if (rc == ERR_OK)
		rc = next_line(&l, &line, err);
	if (rc == ERR_OK && (line.ptr == NULL || !gate_chain_entry_read(line, &e)))
		rc = err_set(err, ERR_CORRUPT,
		             "%s: entry %" PRIu64 " is not where it was", GATE_HISTORY,
		             index);
	if (rc == ERR_OK) {
		buf_put(text, e.text);
		*is_signed = e.is_signed;
		rc = buf_err(text, err);
	}
	buf_fini(&l.have);
	os_file_close(&file);
	return rc;
}

/* ---- appending ---- */

struct gate_history {
	struct os_journal journal;
	struct gate_history_state state;
};

static enum err_code open_journal(struct gate_history *h, const char *root,
                                  const struct cancel *cancel, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	os_join(&path, root, ".seaworthy");
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_mkdirs(buf_str(&path), DIR_MODE, err);
	buf_puts(&path, "/" GATE_HISTORY);
	if (rc == ERR_OK)
		rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_journal_open(&h->journal, buf_str(&path), FILE_MODE, WAIT_MS,
		                     cancel, err);
	buf_fini(&path);
	return rc;
}

/* A last line that is whole but for its line feed is one that somebody cut: the writer
 * wrote both at once, and a crash may leave that as well. It stays. */
static enum err_code mend(struct gate_history *h, struct err *err)
{
	struct gate_history_state *s = &h->state;
	const struct walk w = { s, NULL, NULL };
	struct buf last = BUF_INIT;
	size_t got = 0;
	enum err_code rc = ERR_OK;

	if (s->torn == 0)
		return ERR_OK;
	if (s->torn > GATE_LINE_MAX || !buf_reserve(&last, (size_t)s->torn))
		return err_set(err, ERR_LIMIT, "its last line is too long");
	rc = os_file_read_at(&h->journal.file, s->bytes, (size_t)s->torn, last.ptr, &got,
	                     err);
	last.len = got;
	if (rc == ERR_OK && got == s->torn &&
	    take_line(&w, buf_span(&last), s->bytes, NULL) == ERR_OK) {
		rc = os_journal_append(&h->journal, SPAN_LIT("\n"), err);
		s->torn = 0;
	} else if (rc == ERR_OK) {
		rc = os_journal_cut(&h->journal, s->bytes, err);
	}
	buf_fini(&last);
	return rc;
}

static enum err_code check(struct gate_history *h, struct err *err)
{
	const struct walk w = { &h->state, NULL, NULL };
	enum err_code rc = walk_file(&w, &h->journal.file, err);

	if (rc == ERR_OK && h->state.broken)
		return err_set(err, ERR_CORRUPT,
		               "broken at entry %" PRIu64 ": %s; nothing was appended. "
		               "Look at it with seaworthy history verify, then move it "
		               "away to begin another, or bring back a copy",
		               h->state.broken_at, h->state.why.msg);
	return rc == ERR_OK ? mend(h, err) : rc;
}

enum err_code gate_history_open(struct gate_history **out, const char *root,
                                const struct cancel *cancel, struct err *err)
{
	struct gate_history *h = mem_new(sizeof *h);
	enum err_code rc;

	*out = NULL;
	if (h == NULL)
		return err_nomem(err);
	h->journal.file.fd = -1;
	rc = open_journal(h, root, cancel, err);
	if (rc == ERR_OK && (rc = check(h, err)) != ERR_OK)
		rc = err_wrap(err, rc, "%s", GATE_HISTORY);
	if (rc == ERR_OK) {
		*out = h;
		h = NULL;
	}
	gate_history_close(h);
	return rc;
}

const struct gate_history_state *gate_history_state(const struct gate_history *h)
{
	return &h->state;
}

/* The first line, of a history that begins here. */
static enum err_code begin(struct gate_chain *c, struct buf *out, struct err *err)
{
	unsigned char id[GATE_REPOSITORY_BYTES];
	char repository[GATE_REPOSITORY_HEX];
	bool is_entry;
	enum err_code rc;

	os_random(id, sizeof id);
	str_hex(id, sizeof id, repository);
	gate_chain_write_first(repository, out);
	rc = buf_err(out, err);
	if (rc == ERR_OK)
		rc = gate_chain_read(c, buf_span(out), &is_entry, NULL, err);
	buf_putc(out, '\n');
	return rc;
}

enum err_code gate_history_begin(struct gate_history *h, struct err *err)
{
	struct gate_chain c = h->state.chain;
	struct buf line = BUF_INIT;
	enum err_code rc = c.begun ? ERR_OK : begin(&c, &line, err);

	if (rc == ERR_OK && line.len > 0)
		rc = gate_history_append_lines(h, buf_span(&line), &c, err);
	buf_fini(&line);
	return rc;
}

enum err_code gate_history_append(struct gate_history *h, struct span text,
                                  bool is_signed, struct err *err)
{
	struct gate_chain c = h->state.chain;
	struct buf line = BUF_INIT;
	enum err_code rc = gate_chain_write(&c, text, is_signed, &line, err);

	if (rc == ERR_OK && check_length(line.len, err) != ERR_OK)
		rc = err_wrap(err, ERR_LIMIT, "the entry of this run");
	buf_putc(&line, '\n');
	if (rc == ERR_OK)
		rc = buf_err(&line, err);
	if (rc == ERR_OK)
		rc = gate_history_append_lines(h, buf_span(&line), &c, err);
	buf_fini(&line);
	return rc;
}

enum err_code gate_history_append_lines(struct gate_history *h, struct span lines,
                                        const struct gate_chain *to, struct err *err)
{
	enum err_code rc = os_journal_append(&h->journal, lines, err);

	if (rc != ERR_OK)
		return err_wrap(err, rc, "%s", GATE_HISTORY);
	h->state.chain = *to;
	h->state.bytes += lines.len;
	return ERR_OK;
}

void gate_history_close(struct gate_history *h)
{
	if (h == NULL)
		return;
	os_journal_close(&h->journal);
	mem_free(h);
}
