// SPDX-License-Identifier: Apache-2.0
#include "ecosystem.h"

#include "base/ascii.h"

enum spelling { AS_IT_IS, LOWER, PEP503 };

struct ecosystem {
	const char *name;
	enum scan_order order;
	enum spelling spelling;
};

static const struct ecosystem ecosystems[] = {
	{ "crates.io", SCAN_ORDER_SEMVER, AS_IT_IS },
	{ "ConanCenter", SCAN_ORDER_SEMVER, AS_IT_IS },
	{ "Debian", SCAN_ORDER_DEBIAN, AS_IT_IS },
	{ "GitHub Actions", SCAN_ORDER_SEMVER, LOWER },
	{ "Go", SCAN_ORDER_SEMVER, AS_IT_IS },
	{ "Hex", SCAN_ORDER_SEMVER, AS_IT_IS },
	{ "Maven", SCAN_ORDER_MAVEN, AS_IT_IS },
	{ "npm", SCAN_ORDER_SEMVER, AS_IT_IS },
	{ "NuGet", SCAN_ORDER_NUGET, LOWER },
	{ "Packagist", SCAN_ORDER_PACKAGIST, LOWER },
	{ "Pub", SCAN_ORDER_SEMVER, AS_IT_IS },
	{ "PyPI", SCAN_ORDER_PEP440, PEP503 },
	{ "RubyGems", SCAN_ORDER_GEM, AS_IT_IS },
	{ "SwiftURL", SCAN_ORDER_SEMVER, LOWER },
	{ "Ubuntu", SCAN_ORDER_DEBIAN, AS_IT_IS },
};

static bool same_letters(struct span a, struct span b)
{
	for (size_t i = 0; a.len == b.len && i < a.len; i++)
		if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i]))
			return false;
	return a.len == b.len;
}

static const struct ecosystem *find(struct span base)
{
	for (size_t i = 0; i < sizeof ecosystems / sizeof *ecosystems; i++)
		if (same_letters(base, span_str(ecosystems[i].name)))
			return &ecosystems[i];
	return NULL;
}

const char *scan_ecosystem_name(size_t i)
{
	return i < sizeof ecosystems / sizeof *ecosystems ? ecosystems[i].name : NULL;
}

/* What people call them by: their tools and languages. */
const char *scan_ecosystem_meant(struct span word)
{
	static const char *const words[][2] = {
		{ "cargo", "crates.io" }, { "composer", "Packagist" },
		{ "dart", "Pub" },        { "deb", "Debian" },
		{ "dotnet", "NuGet" },    { "elixir", "Hex" },
		{ "gem", "RubyGems" },    { "golang", "Go" },
		{ "gradle", "Maven" },    { "java", "Maven" },
		{ "node", "npm" },        { "php", "Packagist" },
		{ "pip", "PyPI" },        { "python", "PyPI" },
		{ "ruby", "RubyGems" },   { "rust", "crates.io" },
		{ "yarn", "npm" },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (same_letters(word, span_str(words[i][0])))
			return words[i][1];
	return NULL;
}

struct span scan_ecosystem_base(struct span ecosystem)
{
	return span_sub(ecosystem, 0, span_find_byte(ecosystem, ':'));
}

struct span scan_ecosystem_canonical(struct span base)
{
	const struct ecosystem *e = find(base);

	return e != NULL ? span_str(e->name) : base;
}

enum scan_order scan_ecosystem_order(struct span base)
{
	const struct ecosystem *e = find(base);

	return e != NULL ? e->order : SCAN_ORDER_NONE;
}

bool scan_ecosystem_covers(struct span a, struct span b)
{
	struct span base = scan_ecosystem_base(a);
	struct span other = scan_ecosystem_base(b);

	if (!same_letters(base, other))
		return false;
	return base.len == a.len || other.len == b.len ||
	       span_eq(span_from(a, base.len), span_from(b, other.len));
}

static bool is_run(char c)
{
	return c == '-' || c == '_' || c == '.';
}

void scan_ecosystem_put_name(struct buf *out, struct span base, struct span name)
{
	const struct ecosystem *e = find(base);
	enum spelling spelling = e != NULL ? e->spelling : AS_IT_IS;

	if (spelling == AS_IT_IS) {
		buf_put(out, name);
		return;
	}
	for (size_t i = 0; i < name.len; i++) {
		bool run = spelling == PEP503 && is_run(name.ptr[i]);

		if (run && i > 0 && is_run(name.ptr[i - 1]))
			continue;
		buf_putc(out, run ? '-' : ascii_lower(name.ptr[i]));
	}
}
