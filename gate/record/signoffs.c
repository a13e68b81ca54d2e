// SPDX-License-Identifier: Apache-2.0
#include "record/signoffs.h"

#include "base/str.h"
#include "os/walk.h"
#include "record/attest.h"
#include "record/authors.h"
#include "record/waivers.h"
#include "verdict/assess.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MAX (UINT64_C(1) << 20)
#define AUTHORS_MAX (UINT64_C(64) << 20)
enum { FILES_MAX = 1000 };

struct loading {
	struct gate_recorded *r;
	struct os_dir dir;
	struct buf text;
	struct gate_signoff *list;
	size_t count;
	size_t cap;
};

/* ---- what is signed ---- */

enum err_code gate_signoffs_subject(struct gate_recorded *r, char hex[DIGEST_HEX],
                                    struct err *err)
{
	struct gate_evidence then = r->evidence;
	struct gate_assessment *a = NULL;
	enum err_code rc;

	if (!r->complete || r->manifest == NULL || r->damages.count > 0)
		return err_set(err, ERR_CORRUPT,
		               "%s: it is no whole run, or was changed since: nobody can "
		               "sign it",
		               r->dir);
	then.now_ms = r->ended_ms;
	then.signoffs = NULL;
	then.signoff_count = 0;
	rc = gate_assess(&a, r->policy, &then, err);
	if (rc == ERR_OK)
		rc = gate_assessment_digest(hex, r, a, err);
	gate_assessment_free(a);
	return rc;
}

/* ---- authors ---- */

static enum err_code load_authors(struct loading *l, struct err *err)
{
	struct gate_recorded *r = l->r;
	struct os_dir dir = { -1 };
	struct err why = ERR_INIT;
	enum err_code rc;

	r->evidence.authors = (struct gate_authors){ .recorded = r->complete };
	/* A file that the run did not record says nothing. */
	if (r->stored.files != NULL &&
	    gate_manifest_find(&r->stored, GATE_AUTHORS) == NULL)
		return ERR_OK;
	if ((rc = os_dir_open(&dir, NULL, r->dir, err)) != ERR_OK)
		return rc;
	rc = os_dir_read(&dir, GATE_AUTHORS, AUTHORS_MAX, &l->text, NULL, &why);
	if (rc == ERR_OK)
		rc = gate_authors_read(&r->evidence.authors, buf_span(&l->text),
		                       &r->arena, &why);
	os_dir_close(&dir);
	if (rc == ERR_NOMEM)
		return err_nomem(err);
	if (rc != ERR_OK)
		r->evidence.authors = (struct gate_authors){ .known = false };
	/* Evidence that somebody put together says of authors what it likes, or nothing.
	 */
	r->evidence.authors.recorded = r->complete || rc != ERR_NOT_FOUND;
	return ERR_OK;
}

/* ---- files ---- */

static enum err_code note_file(const struct os_entry *entry, void *context,
                               struct err *err)
{
	struct loading *l = context;
	struct gate_signoff *s;

	/* Read with the statement that it belongs to. */
	if (str_ends(entry->name, ".json.sig"))
		return ERR_OK;
	if (l->count == FILES_MAX)
		return err_set(err, ERR_LIMIT, "%s/%s: more than %d files", l->r->dir,
		               GATE_SIGNOFFS, FILES_MAX);
	s = arena_push(&l->r->arena, &l->list, &l->count, &l->cap, sizeof *s);
	if (s == NULL)
		return err_nomem(err);
	s->file = arena_str(&l->r->arena, entry->name);
	return arena_err(&l->r->arena, err);
}

static int by_name(const void *a, const void *b)
{
	const struct gate_signoff *x = a;
	const struct gate_signoff *y = b;

	return strcmp(x->file, y->file);
}

/* NULL without memory, which the arena tells. */
static const char *digest_of(struct loading *l, const struct buf *text)
{
	char hex[DIGEST_HEX];

	return digest_hex(buf_span(text), hex, NULL) == ERR_OK
	               ? arena_str(&l->r->arena, hex)
	               : NULL;
}

static void read_signed(struct loading *l, struct gate_signoff *s)
{
	struct arena *arena = &l->r->arena;
	const char *name = arena_printf(arena, "%s.sig", s->file);
	struct buf signature = BUF_INIT;
	struct err why = ERR_INIT;
	enum err_code rc = name != NULL ? os_dir_read(&l->dir, name, FILE_MAX, &signature,
	                                              NULL, &why)
	                                : err_nomem(&why);

	if (rc == ERR_NOT_FOUND)
		s->fault = arena_printf(arena, "it is unsigned: there is no %s", name);
	else if (rc != ERR_OK)
		s->fault = arena_str(arena, why.msg);
	else
		gate_signoff_check(s, buf_span(&l->text), buf_span(&signature), arena);
	if (rc == ERR_OK)
		s->sig_sha256 = digest_of(l, &signature);
	buf_fini(&signature);
}

static void read_file(struct loading *l, struct gate_signoff *s)
{
	struct arena *arena = &l->r->arena;
	struct err why = ERR_INIT;

	if (os_dir_read(&l->dir, s->file, FILE_MAX, &l->text, NULL, &why) != ERR_OK) {
		s->fault = arena_str(arena, why.msg);
		return;
	}
	s->sha256 = digest_of(l, &l->text);
	if (str_ends(s->file, ".intoto.jsonl"))
		gate_signoff_open(s, span_trim(buf_span(&l->text)), l->r->policy, arena);
	else if (str_ends(s->file, ".json"))
		read_signed(l, s);
	else
		s->fault = "it is no sign-off: these are .json with .json.sig, or "
			   ".intoto.jsonl";
}

static enum err_code load_files(struct loading *l, struct err *err)
{
	struct os_dir run = { -1 };
	enum err_code rc = os_dir_open(&run, NULL, l->r->dir, err);

	if (rc == ERR_OK)
		rc = os_dir_open(&l->dir, &run, GATE_SIGNOFFS, err);
	os_dir_close(&run);
	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	if (rc == ERR_OK)
		rc = os_dir_each(&l->dir, note_file, l, err);
	if (rc == ERR_OK && l->count > 0)
		qsort(l->list, l->count, sizeof *l->list, by_name);
	for (size_t i = 0; rc == ERR_OK && i < l->count; i++)
		read_file(l, &l->list[i]);
	os_dir_close(&l->dir);
	return rc == ERR_OK ? arena_err(&l->r->arena, err) : rc;
}

enum err_code gate_signoffs_load(struct gate_recorded *r, int64_t decided_ms,
                                 struct err *err)
{
	struct loading l = { .r = r, .dir = { -1 } };
	struct err why = ERR_INIT;
	char hex[DIGEST_HEX];
	enum err_code rc = load_authors(&l, err);

	if (rc == ERR_OK)
		rc = gate_waivers_read(&r->evidence.waivers, r->policy, &r->arena, err);
	if (rc == ERR_OK)
		rc = gate_attestations_read(&r->evidence.attested, r->policy, &r->arena,
		                            err);
	if (rc == ERR_OK)
		rc = load_files(&l, err);
	buf_fini(&l.text);
	if (rc != ERR_OK)
		return rc;
	r->evidence.signoffs = l.list;
	r->evidence.signoff_count = l.count;
	r->evidence.decided_ms = decided_ms;
	if (l.count == 0)
		return ERR_OK;
	rc = gate_signoffs_subject(r, hex, &why);
	if (rc == ERR_NOMEM)
		return err_nomem(err);
	if (rc == ERR_OK)
		r->evidence.assessment = arena_str(&r->arena, hex);
	return arena_err(&r->arena, err);
}
