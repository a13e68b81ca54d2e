// SPDX-License-Identifier: Apache-2.0
#include "lib/archive.h"
#include "os/dir.h"
#include "record/bundle_internal.h"
#include "support/check.h"

TestSuite(bundle, .timeout = 600);

/* A folder as runs have them, as far as a bundle cares. */
static const struct {
	const char *name;
	const char *text;
	size_t times;
} parts[] = {
	{ "artefacts/0b628baf", "ok 1 - it sails\n", 400 },
	{ "assessment.json", "{\"_type\":\"https://in-toto.io/Statement/v1\"}", 30 },
	{ "checks/tests.unit.json", "{\"state\":\"pass\",\"low\":1}\n", 3 },
	{ "checks/tests.zeal.json", "{\"state\":\"fail\",\"low\":0}\n", 2 },
	{ "findings.jsonl", "", 0 },
	{ "manifest.json", "{\"files\":[]}\n", 1 },
	{ "run.json", "{\"run\":\"20261123\"}\n", 1 },
	{ "scorecard.html", "<td>62.0</td><td class=\"red\">no</td>\n", 300 },
};
enum { PARTS = sizeof parts / sizeof *parts };

struct place {
	struct buf dir;
	struct buf bundle;
	struct arena arena;
	struct gate_damages damages;
};

static void put_part(const char *dir, size_t i)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	buf_printf(&path, "%s/%s", dir, parts[i].name);
	for (size_t n = 0; n < parts[i].times; n++)
		buf_printf(&text, "%s%zu", parts[i].text, n * n % 97);
	check_ok(os_write_atomic(buf_str(&path), buf_span(&text), 0644, &err), &err);
	buf_fini(&path);
	buf_fini(&text);
}

static void open_place(struct place *p)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;

	*p = (struct place){ .arena = ARENA_INIT };
	p->damages.arena = &p->arena;
	check_ok(os_mkdtemp(NULL, "test-bundle-", &p->dir, &err), &err);
	for (int i = 0; i < 2; i++) {
		buf_clear(&path);
		buf_printf(&path, "%s/%s", buf_str(&p->dir), i ? "checks" : "artefacts");
		check_ok(os_mkdirs(buf_str(&path), 0700, &err), &err);
	}
	for (size_t i = 0; i < PARTS; i++)
		put_part(buf_str(&p->dir), i);
	check_ok(gate_bundle_write(&p->bundle, buf_str(&p->dir), &err), &err);
	buf_fini(&path);
}

static void forget(struct place *p)
{
	arena_fini(&p->arena);
	p->damages = (struct gate_damages){ .arena = &p->arena };
}

static void close_place(struct place *p)
{
	struct err err = ERR_INIT;

	check_ok(os_remove_tree(buf_str(&p->dir), &err), &err);
	forget(p);
	buf_fini(&p->dir);
	buf_fini(&p->bundle);
}

/* The name of what is damaged, or NULL. */
static const char *read_bundle(struct place *p, struct span bundle)
{
	struct err err = ERR_INIT;

	forget(p);
	check_ok(gate_bundle_read(bundle, NULL, NULL, &p->damages, &err), &err);
	check_true(p->damages.count <= 1, "at most one damage");
	if (p->damages.count == 0)
		return NULL;
	check_true(p->damages.items[0].what[0] != '\0', "it says why");
	return p->damages.items[0].file;
}

static bool is_part(const char *name)
{
	for (size_t i = 0; i < PARTS; i++)
		if (strcmp(name, parts[i].name) == 0)
			return true;
	return strcmp(name, GATE_BUNDLE_SEAL) == 0 ||
	       strcmp(name, GATE_BUNDLE_ARCHIVE) == 0;
}

Test(bundle, the_same_run_gives_the_same_bytes)
{
	struct buf again = BUF_INIT;
	struct err err = ERR_INIT;
	struct place p;

	open_place(&p);
	check_ok(gate_bundle_write(&again, buf_str(&p.dir), &err), &err);
	check_true(span_eq(buf_span(&again), buf_span(&p.bundle)), "twice");
	check_true(p.bundle.len < 6000, "it is compressed: %zu bytes", p.bundle.len);
	check_true(read_bundle(&p, buf_span(&p.bundle)) == NULL, "intact");
	buf_fini(&again);
	close_place(&p);
}

static void check_unpacked(const char *dir, const char *from, size_t i)
{
	struct buf path = BUF_INIT;
	struct buf is = BUF_INIT;
	struct buf was = BUF_INIT;
	struct err err = ERR_INIT;

	buf_printf(&path, "%s/%s", dir, parts[i].name);
	check_ok(os_read_file(buf_str(&path), 1 << 20, &is, &err), &err);
	buf_clear(&path);
	buf_printf(&path, "%s/%s", from, parts[i].name);
	check_ok(os_read_file(buf_str(&path), 1 << 20, &was, &err), &err);
	check_true(span_eq(buf_span(&is), buf_span(&was)), "%s", parts[i].name);
	buf_fini(&path);
	buf_fini(&is);
	buf_fini(&was);
}

Test(bundle, what_was_packed_is_unpacked)
{
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	struct place p;

	open_place(&p);
	check_ok(gate_bundle_unpack(buf_span(&p.bundle), &dir, &p.damages, &err), &err);
	check_size_eq(p.damages.count, 0, "damages");
	for (size_t i = 0; i < PARTS; i++)
		check_unpacked(buf_str(&dir), buf_str(&p.dir), i);
	check_ok(os_remove_tree(buf_str(&dir), &err), &err);
	buf_fini(&dir);
	close_place(&p);
}

/* Every bit of the first KiB and of the seal's ends, and FLIPS of them all over. */
Test(bundle, a_flipped_bit_is_found_and_named)
{
	uint64_t random = 88172645463325252;
	size_t named = 0;
	struct place p;

	open_place(&p);
	for (size_t i = 0; i < 1024 + 76 + FLIPS; i++) {
		size_t at = i < 1024 ? i : p.bundle.len - (i - 1023);
		unsigned char bit = (unsigned char)(1U << (i % 8));
		const char *name;

		if (i >= 1024 + 76) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			at = random % p.bundle.len;
			bit = (unsigned char)(1U << (random >> 61));
		}
		p.bundle.ptr[at] = (char)(p.bundle.ptr[at] ^ bit);
		name = read_bundle(&p, buf_span(&p.bundle));
		check_true(name != NULL, "byte %zu of %zu, bit %u", at, p.bundle.len,
		           bit);
		check_true(is_part(name), "byte %zu is of %s", at, check_quote(name));
		named += strchr(name, '.') != NULL;
		p.bundle.ptr[at] = (char)(p.bundle.ptr[at] ^ bit);
	}
	check_true(named > 100, "files are named, not only the archive: %zu", named);
	check_true(read_bundle(&p, buf_span(&p.bundle)) == NULL, "and all put back");
	close_place(&p);
}

Test(bundle, what_is_cut_or_longer_is_found)
{
	struct place p;

	open_place(&p);
	for (size_t len = 0; len < p.bundle.len; len += len < 200 ? 1 : 97)
		check_true(read_bundle(&p, span_sub(buf_span(&p.bundle), 0, len)) != NULL,
		           "%zu bytes", len);
	buf_putc(&p.bundle, '\0');
	check_str_eq(read_bundle(&p, buf_span(&p.bundle)), GATE_BUNDLE_SEAL, "longer");
	close_place(&p);
}

/* ---- made by somebody else ---- */

static enum err_code keep(struct span bytes, void *context, struct err *err)
{
	buf_put(context, bytes);
	return buf_err(context, err);
}

struct member {
	const char *name;
	const char *text;
	enum archiver_type type;
	const char *hard_link;
};

static void put_archive(struct buf *out, const struct member *m, size_t count)
{
	struct archiver *a;
	struct err err = ERR_INIT;

	check_ok(archiver_new(&a, ARCHIVER_TAR_ZSTD, keep, out, &err), &err);
	for (size_t i = 0; i < count; i++) {
		struct archiver_member as = { .path = m[i].name,
			                      .type = m[i].type,
			                      .perm = 0644,
			                      .user = "",
			                      .group = "",
			                      .target = "/etc/passwd",
			                      .hard_link = m[i].hard_link,
			                      .size = strlen(m[i].text) };

		archiver_begin(a, &as);
		check_ok(archiver_start(a, &err), &err);
		if (m[i].type == ARCHIVER_FILE && !m[i].hard_link)
			check_ok(archiver_write(a, span_str(m[i].text), &err), &err);
	}
	check_ok(archiver_finish(a, &err), &err);
	archiver_free(a);
}

/* An archive of these, sealed as of those. */
static void forge(struct place *p, const struct member *m, size_t count,
                  const struct member *sealed, size_t sealed_count)
{
	char hex[4][DIGEST_HEX];
	struct gate_stored files[4];
	struct bundle_seal seal = { .files = files, .count = sealed_count };
	struct err err = ERR_INIT;

	buf_clear(&p->bundle);
	put_archive(&p->bundle, m, count);
	for (size_t i = 0; i < sealed_count; i++) {
		struct span text = span_str(sealed[i].text);

		check_ok(digest_hex(text, hex[i], &err), &err);
		files[i] = (struct gate_stored){ sealed[i].name, hex[i], text.len };
	}
	seal.archive_bytes = p->bundle.len;
	check_ok(digest_hex(buf_span(&p->bundle), seal.archive, &err), &err);
	check_ok(bundle_seal_write(&seal, &p->bundle, &err), &err);
}

Test(bundle, names_that_lead_elsewhere_are_refused)
{
	static const char *const bad[] = {
		"../x",       "/x", "a/b",       "checks/../x",
		"checks/a/b", ".x", "checks/.x", "checks",
		"artefacts",  "",   "checks/",
	};
	struct place p;

	open_place(&p);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct member sealed = { bad[i], "x", ARCHIVER_FILE, NULL };

		forge(&p, &(struct member){ "run.json", "x", ARCHIVER_FILE, NULL }, 1,
		      &sealed, 1);
		check_str_eq(read_bundle(&p, buf_span(&p.bundle)), GATE_BUNDLE_SEAL, "%s",
		             bad[i]);
	}
	close_place(&p);
}

Test(bundle, an_archive_that_is_not_as_its_seal_says_is_refused)
{
	static const struct member sealed[] = {
		{ "checks/a.json", "aa", ARCHIVER_FILE, NULL },
		{ "run.json", "rr", ARCHIVER_FILE, NULL }
	};
	static const struct {
		struct member members[3];
		size_t count;
		const char *damaged;
	} cases[] = {
		{ { { "checks/a.json", "aa", ARCHIVER_FILE, NULL },
		    { "run.json", "rr", ARCHIVER_FILE, NULL } },
		  2,
		  NULL },
		{ { { "run.json", "rr", ARCHIVER_FILE, NULL },
		    { "checks/a.json", "aa", ARCHIVER_FILE, NULL } },
		  2,
		  "checks/a.json" },
		{ { { "checks/a.json", "aa", ARCHIVER_FILE, NULL } }, 1, "run.json" },
		{ { { "checks/a.json", "aa", ARCHIVER_FILE, NULL },
		    { "run.json", "rrr", ARCHIVER_FILE, NULL } },
		  2,
		  "run.json" },
		{ { { "checks/a.json", "a", ARCHIVER_FILE, NULL },
		    { "run.json", "rr", ARCHIVER_FILE, NULL } },
		  2,
		  "checks/a.json" },
		{ { { "checks/a.json", "ab", ARCHIVER_FILE, NULL },
		    { "run.json", "rr", ARCHIVER_FILE, NULL } },
		  2,
		  "checks/a.json" },
		{ { { "checks/a.json", "aa", ARCHIVER_FILE, NULL },
		    { "run.json", "", ARCHIVER_LINK, NULL } },
		  2,
		  "run.json" },
		{ { { "checks/a.json", "aa", ARCHIVER_FILE, NULL },
		    { "run.json", "rr", ARCHIVER_FILE, NULL },
		    { "../more", "m", ARCHIVER_FILE, NULL } },
		  3,
		  GATE_BUNDLE_ARCHIVE },
	};
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	struct place p;

	open_place(&p);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *name;

		forge(&p, cases[i].members, cases[i].count, sealed, 2);
		name = read_bundle(&p, buf_span(&p.bundle));
		check_true(check_same_text(name, cases[i].damaged), "case %zu: %s", i,
		           check_quote(name));
		forget(&p);
		buf_clear(&dir);
		check_ok(gate_bundle_unpack(buf_span(&p.bundle), &dir, &p.damages, &err),
		         &err);
		check_ok(os_remove_tree(buf_str(&dir), &err), &err);
	}
	buf_fini(&dir);
	close_place(&p);
}

/* Other programs that unpack the archive would make them, wherever they lead. */
Test(bundle, members_that_are_no_files_are_refused)
{
	static const struct member sealed = { "run.json", "rr", ARCHIVER_FILE, NULL };
	static const struct member bad[] = {
		{ "scorecard.html", "", ARCHIVER_LINK, NULL },
		{ "../../evil-dir", "", ARCHIVER_FOLDER, NULL },
		{ "scorecard.html", "", ARCHIVER_FIFO, NULL },
		{ "scorecard.html", "", ARCHIVER_FILE, "run.json" },
	};
	struct place p;

	open_place(&p);
	for (size_t i = 0; i < 2 * (sizeof bad / sizeof *bad); i++) {
		const struct member behind[] = { sealed, bad[i / 2] };
		const struct member before[] = { bad[i / 2], sealed };

		forge(&p, i % 2 ? behind : before, 2, &sealed, 1);
		check_true(read_bundle(&p, buf_span(&p.bundle)) != NULL, "case %zu", i);
		check_true(strstr(p.damages.items[0].what, "no plain file") != NULL, "%s",
		           p.damages.items[0].what);
	}
	close_place(&p);
}

/* What a seal promises is all that is ever unpacked. */
Test(bundle, sizes_of_a_liar_are_bounded)
{
	struct gate_stored files[2] = { { "a", "", UINT64_C(3) << 30 },
		                        { "b", "", UINT64_C(2) << 30 } };
	struct bundle_seal seal = { .files = files, .count = 2 };
	char hex[DIGEST_HEX];
	struct err err = ERR_INIT;
	struct place p;

	open_place(&p);
	buf_clear(&p.bundle);
	check_ok(digest_hex(SPAN_EMPTY, hex, &err), &err);
	files[0].sha256 = files[1].sha256 = hex;
	memcpy(seal.archive, hex, sizeof hex);
	check_ok(bundle_seal_write(&seal, &p.bundle, &err), &err);
	check_str_eq(read_bundle(&p, buf_span(&p.bundle)), GATE_BUNDLE_SEAL, "5 GiB");
	check_true(strstr(p.damages.items[0].what, "more files than") != NULL, "%s",
	           p.damages.items[0].what);
	close_place(&p);
}

Test(bundle, a_folder_that_is_no_run_is_not_packed)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	struct place p;

	open_place(&p);
	buf_printf(&path, "%s/more", buf_str(&p.dir));
	check_ok(os_mkdirs(buf_str(&path), 0700, &err), &err);
	buf_puts(&path, "/x");
	check_ok(os_write_atomic(buf_str(&path), SPAN_LIT("x"), 0644, &err), &err);
	check_err(gate_bundle_write(&p.bundle, buf_str(&p.dir), &err), ERR_CORRUPT,
	          "a folder");
	check_true(strstr(err.msg, "a run has no such file") != NULL, "%s", err.msg);
	buf_fini(&path);
	close_place(&p);
}
