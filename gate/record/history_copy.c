// SPDX-License-Identifier: Apache-2.0
#include "record/history_copy.h"

#include "base/str.h"
#include "os/fs.h"
#include "record/entry.h"
#include "record/history_index.h"

#include <inttypes.h>

static enum err_code check_entry(const struct gate_chain_entry *c, uint64_t offset,
                                 void *context, struct err *err)
{
	struct gate_entry e;
	const enum err_code rc = gate_entry_take(&e, c, err);

	(void)offset;
	(void)context;
	gate_entry_fini(&e);
	return rc;
}

/* All of it, or ERR_CORRUPT. */
static enum err_code walk_whole(struct span text, struct gate_history_state *s,
                                struct err *err)
{
	const enum err_code rc = gate_history_walk_text(text, check_entry, NULL, s, err);

	if (rc == ERR_OK && s->broken)
		return err_set(err, ERR_CORRUPT, "broken at entry %" PRIu64 ": %s",
		               s->broken_at, s->why.msg);
	return rc;
}

static enum err_code read_log(const char *root, struct buf *out, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	os_join(&path, root, ".seaworthy/" GATE_HISTORY);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_read_file(buf_str(&path), (uint64_t)GATE_HISTORY_MAX_MIB << 20,
		                  out, err);
	buf_fini(&path);
	return rc;
}

enum err_code gate_history_export(const char *root, struct buf *out, struct err *err)
{
	struct gate_history_state s;
	enum err_code rc = read_log(root, out, err);

	if (rc == ERR_NOT_FOUND)
		return err_set(err, ERR_USAGE,
		               "there is no history yet; make one with: seaworthy run");
	if (rc == ERR_OK && (rc = walk_whole(buf_span(out), &s, err)) != ERR_OK)
		rc = err_wrap(err, rc, "%s", GATE_HISTORY);
	if (rc == ERR_OK)
		buf_truncate(out, (size_t)s.bytes);
	return rc;
}

/* Ours and theirs part behind so many entries. */
static uint64_t common_entries(struct span ours, struct span theirs)
{
	struct span a;
	struct span b;
	uint64_t lines = 0;

	while (span_split(&ours, '\n', &a) && span_split(&theirs, '\n', &b) &&
	       span_eq(a, b))
		lines++;
	return lines > 0 ? lines - 1 : 0;
}

static enum err_code merge(struct gate_history *h, struct span ours, struct span theirs,
                           const struct gate_chain *to, uint64_t *added, struct err *err)
{
	const uint64_t had = gate_history_state(h)->chain.count;

	if (ours.len >= theirs.len && span_starts(ours, theirs))
		return ERR_OK;
	if (!span_starts(theirs, ours))
		return gate_history_state(h)->chain.begun &&
		                       !str_eq(gate_history_state(h)->chain.repository,
		                               to->repository)
		               ? err_set(err, ERR_EXISTS,
		                         "it is of another history than ours")
		               : err_set(err, ERR_EXISTS,
		                         "ours went on differently from entry %" PRIu64
		                         "; one of the two has to be moved away",
		                         common_entries(ours, theirs));
	*added = to->count - had;
	return gate_history_append_lines(h, span_from(theirs, ours.len), to, err);
}

enum err_code gate_history_import(const char *root, struct span text,
                                  const struct cancel *cancel, uint64_t *added,
                                  struct err *err)
{
	struct gate_history_state s;
	struct gate_history *h = NULL;
	struct buf ours = BUF_INIT;
	enum err_code rc = walk_whole(text, &s, err);

	*added = 0;
	if (rc == ERR_OK && (s.torn > 0 || !s.chain.begun))
		rc = err_set(err, ERR_CORRUPT, "it is no whole history: %s",
		             s.chain.begun ? "its last line is cut off"
		                           : "it has no first line");
	if (rc == ERR_OK)
		rc = gate_history_open(&h, root, cancel, err);
	if (rc == ERR_OK)
		rc = read_log(root, &ours, err);
	if (rc == ERR_OK)
		rc = merge(h, buf_span(&ours), text, &s.chain, added, err);
	gate_history_close(h);
	if (rc == ERR_OK)
		gate_history_refresh(root);
	buf_fini(&ours);
	return rc;
}
