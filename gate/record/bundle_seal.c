// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "base/wire.h"
#include "record/bundle_internal.h"
#include "record/signoffs.h"

#include <inttypes.h>

#define TITLE "seaworthy bundle 1\n"
#define MAGIC 0x184D2A5BU /* of a frame that zstd passes over */
#define FILE_BYTES_MAX GATE_UNPACKED_MAX
enum {
	HEAD = 8,               /* magic number and length */
	TAIL = 64 + 1 + 10 + 1, /* the last line */
	SEAL_MAX = 256 << 20,
	FILES_MAX = 1000000,
};

bool bundle_name_ok(const char *name)
{
	static const char *const folders[] = { "artefacts", "checks", GATE_SIGNOFFS };
	const size_t slash = span_find_byte(span_str(name), '/');
	bool below = false;

	if (!gate_manifest_name_ok(name) || strchr(name, '\n') != NULL)
		return false;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		below = below || span_eq_str(span_of(name, slash), folders[i]);
	return below == (name[slash] == '/');
}

/* ---- writing ---- */

static void put_text(const struct bundle_seal *s, struct buf *out)
{
	buf_printf(out, TITLE "%s %" PRIu64 "\n", s->archive, s->archive_bytes);
	for (size_t i = 0; i < s->count; i++)
		buf_printf(out, "%s %" PRIu64 " %s\n", s->files[i].sha256,
		           s->files[i].bytes, s->files[i].name);
}

enum err_code bundle_seal_write(const struct bundle_seal *s, struct buf *out,
                                struct err *err)
{
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX];
	enum err_code rc;

	put_text(s, &text);
	rc = buf_err(&text, err);
	if (rc == ERR_OK && text.len > SEAL_MAX - HEAD - TAIL)
		rc = err_set(err, ERR_LIMIT, "the run has too many files");
	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&text), hex, err);
	if (rc == ERR_OK) {
		wire_put_u32(out, MAGIC);
		wire_put_u32(out, (uint32_t)(text.len + TAIL));
		buf_put(out, buf_span(&text));
		buf_printf(out, "%s %010zu\n", hex, HEAD + text.len + TAIL);
		rc = buf_err(out, err);
	}
	buf_fini(&text);
	return rc;
}

/* ---- reading ---- */

/* "<SHA-256> <bytes>", and behind a space what is left. */
static bool read_line(struct span line, char sha256[DIGEST_HEX], uint64_t *bytes,
                      struct span *rest)
{
	struct span word;
	struct lb_id id;

	if (!span_split(&line, ' ', &word) || !lb_id_parse(word, &id))
		return false;
	lb_id_hex(&id, sha256);
	return span_split(&line, ' ', &word) && num_u64(word, 0, FILE_BYTES_MAX, bytes) &&
	       (*rest = line, true);
}

static enum err_code read_file(struct gate_stored *f, struct span line,
                               struct arena *arena, struct err *err)
{
	char sha256[DIGEST_HEX];
	struct span name;

	if (!read_line(line, sha256, &f->bytes, &name))
		return err_set(err, ERR_CORRUPT,
		               "a file has a SHA-256, a size and a name");
	f->sha256 = arena_str(arena, sha256);
	f->name = arena_dup(arena, name);
	if (arena_err(arena, err) != ERR_OK)
		return ERR_NOMEM;
	if (strlen(f->name) != name.len || !bundle_name_ok(f->name))
		return err_set(err, ERR_CORRUPT, "no file of a run has such a name");
	return ERR_OK;
}

static enum err_code read_files(struct bundle_seal *s, struct span text,
                                struct arena *arena, struct err *err)
{
	struct gate_stored *files = NULL;
	struct span line;
	uint64_t total = 0;
	size_t cap = 0;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && span_line(&text, &line)) {
		struct gate_stored *f =
			arena_push(arena, &files, &s->count, &cap, sizeof *f);

		rc = f != NULL ? read_file(f, line, arena, err) : err_nomem(err);
		if (rc == ERR_OK && s->count > 1 && strcmp(f[-1].name, f->name) >= 0)
			rc = err_set(err, ERR_CORRUPT, "the files are not by name");
		if (rc == ERR_OK &&
		    (s->count > FILES_MAX || f->bytes > GATE_UNPACKED_MAX - total))
			rc = err_set(err, ERR_CORRUPT, "more files than any run has");
		if (rc == ERR_OK)
			total += f->bytes;
	}
	s->files = files;
	return rc;
}

static enum err_code read_text(struct bundle_seal *s, struct span text,
                               struct arena *arena, struct err *err)
{
	struct span line;
	struct span rest;

	if (!span_starts(text, SPAN_LIT(TITLE)))
		return err_set(err, ERR_CORRUPT, "no bundle that this version knows");
	rest = span_from(text, sizeof(TITLE) - 1);
	if (!span_line(&rest, &line) ||
	    !read_line(line, s->archive, &s->archive_bytes, &line) || line.len > 0)
		return err_set(err, ERR_CORRUPT, "the archive has a SHA-256 and a size");
	return read_files(s, rest, arena, err);
}

/* The frame at the end, by the length in its last line. */
static bool find_frame(struct span bundle, struct span *frame)
{
	struct span digits;
	uint64_t len;

	if (bundle.len < HEAD + TAIL)
		return false;
	digits = span_sub(bundle, bundle.len - 11, 10);
	if (!num_u64(digits, HEAD + TAIL, SEAL_MAX, &len) || len > bundle.len)
		return false;
	*frame = span_from(bundle, bundle.len - (size_t)len);
	return true;
}

enum err_code bundle_seal_read(struct bundle_seal *out, struct span bundle,
                               struct arena *arena, struct err *err)
{
	struct span frame;
	struct span text;
	struct buf again = BUF_INIT;
	enum err_code rc;

	*out = (struct bundle_seal){ .count = 0 };
	if (!find_frame(bundle, &frame))
		return err_set(err, ERR_CORRUPT,
		               "there is none at the end: no bundle, or it was cut");
	text = span_sub(frame, HEAD, frame.len - HEAD - TAIL);
	rc = read_text(out, text, arena, err);
	if (rc == ERR_OK && out->archive_bytes != bundle.len - frame.len)
		rc = err_set(err, ERR_CORRUPT, "the archive has another size");
	/* One form: so nothing can be in it that means nothing. */
	if (rc == ERR_OK)
		rc = bundle_seal_write(out, &again, err);
	if (rc == ERR_OK && !span_eq(buf_span(&again), frame))
		rc = err_set(err, ERR_CORRUPT,
		             "its bytes are not those that were written");
	buf_fini(&again);
	return rc;
}
