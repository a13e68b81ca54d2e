// SPDX-License-Identifier: Apache-2.0
#include "cli/releasing.h"

#include "base/str.h"
#include "os/dir.h"
#include "os/fs.h"
#include "record/verify.h"

enum err_code releasing_store(struct gate_store *s, const struct gate_artefacts *a,
                              bool quiet, struct err *unreleased, struct err *err)
{
	struct buf missed = BUF_INIT;
	struct buf stale = BUF_INIT;
	enum err_code rc = gate_artefacts_store(s, a, &missed, &stale, err);

	if (rc == ERR_USAGE) {
		(void)err_wrap(err, rc, "the run is recorded, and vouches for no file");
		*unreleased = *err;
		*err = (struct err)ERR_INIT;
		rc = ERR_OK;
	}
	if (rc == ERR_OK && missed.len > 0 && !quiet)
		program_note("attestations.artefacts: no file is %s, so the run vouches "
		             "for none",
		             buf_str(&missed));
	if (rc == ERR_OK && stale.len > 0 && !quiet)
		program_note(
			"attestations.artefacts: the run did not write %s, and does "
			"not vouch for it: build it in a suite that runs (--no-cache), "
			"or name it with --artefact",
			buf_str(&stale));
	buf_fini(&missed);
	buf_fini(&stale);
	return rc;
}

int releasing_exit(const struct program_call *call, int code,
                   const struct err *unreleased)
{
	return unreleased->code == ERR_OK ? code : program_fail(call, unreleased);
}

static enum err_code digest_file(const char *path, char sha256[DIGEST_HEX],
                                 struct err *err)
{
	const struct os_dir any = { -1 }; /* the path is absolute */
	struct buf real = BUF_INIT;
	uint64_t bytes = 0;
	enum err_code rc = os_realpath(path, &real, err);

	if (rc == ERR_OK)
		rc = gate_file_digest(&any, buf_str(&real), sha256, &bytes, err);
	buf_fini(&real);
	return rc == ERR_OK || rc == ERR_NOMEM
	               ? rc
	               : err_wrap(err, ERR_USAGE, "--artefact %.200s", path);
}

enum err_code releasing_hold(struct releasing_held **out, const struct gate_verified *v,
                             const struct program_call *call, struct arena *arena,
                             struct err *err)
{
	const struct opt_list *asked = &cli_options(call)->artefacts;
	enum err_code rc = ERR_OK;

	*out = arena_array(arena, asked->count + 1, sizeof **out);
	if (*out == NULL)
		return err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < asked->count; i++) {
		struct releasing_held *h = &(*out)[i];

		h->path = asked->items[i];
		rc = digest_file(h->path, h->sha256, err);
		/* What is broken vouches for nothing. */
		for (size_t k = 0; v->damages.count == 0 && k < v->released_count; k++)
			if (str_eq(v->released[k].sha256, h->sha256))
				h->name = v->released[k].name;
	}
	return rc;
}
