// SPDX-License-Identifier: Apache-2.0
#include "record/bundle_internal.h"

#include <assert.h>

/*
 * Bundles: as they are; as an archive that somebody sealed, so that it is unpacked; and
 * as the text of a seal that somebody made whole.
 */

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static enum err_code take(const struct gate_stored *file, uint64_t offset,
                          struct span piece, void *context, struct err *err)
{
	uint64_t *total = context;

	(void)err;
	assert(bundle_name_ok(file->name));
	assert(offset <= file->bytes && piece.len <= file->bytes - offset);
	*total += piece.len;
	return ERR_OK;
}

static void read_bundle(struct span bundle)
{
	struct arena arena = ARENA_INIT;
	struct gate_damages damages = { .arena = &arena };
	uint64_t total = 0;
	struct err err = ERR_INIT;

	assert(gate_bundle_read(bundle, take, &total, &damages, &err) == ERR_OK);
	assert(damages.count <= 1 && total <= GATE_UNPACKED_MAX);
	arena_fini(&arena);
}

static void read_sealed(struct span archive)
{
	static const char sha256[] =
		"2fa7ee477b5eb74fad3a646f98534a7041dcbc2fc8fd008d9005dc5dec1a8b3a";
	const struct gate_stored files[] = { { "artefacts/a", sha256, 1 << 16 },
		                             { "run.json", sha256, 4096 } };
	struct bundle_seal seal = { .archive_bytes = archive.len,
		                    .files = files,
		                    .count = 2 };
	struct buf bundle = BUF_INIT;

	assert(digest_hex(archive, seal.archive, NULL) == ERR_OK);
	buf_put(&bundle, archive);
	assert(bundle_seal_write(&seal, &bundle, NULL) == ERR_OK);
	read_bundle(buf_span(&bundle));
	buf_fini(&bundle);
}

/* What is read of a seal gives the same seal. */
static void read_seal(struct span text)
{
	struct arena arena = ARENA_INIT;
	struct bundle_seal seal;
	struct buf frame = BUF_INIT;
	struct buf again = BUF_INIT;
	char hex[DIGEST_HEX];
	const size_t len = 8 + text.len + 76;

	assert(digest_hex(text, hex, NULL) == ERR_OK);
	for (unsigned shift = 0; shift < 32; shift += 8)
		buf_putc(&frame, (char)(0x184D2A5BU >> shift & 0xff));
	for (unsigned shift = 0; shift < 32; shift += 8)
		buf_putc(&frame, (char)((len - 8) >> shift & 0xff));
	buf_put(&frame, text);
	buf_printf(&frame, "%s %010zu\n", hex, len);
	if (bundle_seal_read(&seal, buf_span(&frame), &arena, NULL) == ERR_OK) {
		assert(bundle_seal_write(&seal, &again, NULL) == ERR_OK);
		assert(span_eq(buf_span(&again), buf_span(&frame)));
		assert(seal.archive_bytes == 0);
	}
	buf_fini(&frame);
	buf_fini(&again);
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const struct span input = span_of((const char *)data, size);

	read_bundle(input);
	read_sealed(input);
	read_seal(input);
	return 0;
}
