// SPDX-License-Identifier: Apache-2.0
#include "lock_internal.h"

#include "base/str.h"
#include "lock_kinds.h"

static const struct scan_lock_kind kinds[] = {
	{ "bun.lock", "npm", scan_lock_bun },
	{ "buildscript-gradle.lockfile", "Maven", scan_lock_gradle },
	{ "Cargo.lock", "crates.io", scan_lock_cargo },
	{ "composer.lock", "Packagist", scan_lock_composer },
	{ "conan.lock", "ConanCenter", scan_lock_conan },
	{ "dpkg/status", "Debian", scan_lock_dpkg },
	{ "Gemfile.lock", "RubyGems", scan_lock_gem },
	{ "gems.locked", "RubyGems", scan_lock_gem },
	{ "go.mod", "Go", scan_lock_go },
	{ "gradle.lockfile", "Maven", scan_lock_gradle },
	{ "gradle/verification-metadata.xml", "Maven", scan_lock_verification },
	{ "mix.lock", "Hex", scan_lock_mix },
	{ "npm-shrinkwrap.json", "npm", scan_lock_npm },
	{ "package-lock.json", "npm", scan_lock_npm },
	{ "packages.lock.json", "NuGet", scan_lock_nuget },
	{ "pdm.lock", "PyPI", scan_lock_python },
	{ "Pipfile.lock", "PyPI", scan_lock_pipfile },
	{ "pnpm-lock.yaml", "npm", scan_lock_pnpm },
	{ "poetry.lock", "PyPI", scan_lock_python },
	{ "pom.xml", "Maven", scan_lock_pom },
	{ "pubspec.lock", "Pub", scan_lock_pub },
	{ "uv.lock", "PyPI", scan_lock_python },
	{ "yarn.lock", "npm", scan_lock_yarn },
};

static const struct scan_lock_kind pip = { "requirements.txt", "PyPI", scan_lock_pip };

/* requirements.txt, requirements-dev.txt, dev-requirements.txt, requirements/dev.txt */
static bool is_pip(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');
	struct span name = slash < path.len ? span_from(path, slash + 1) : path;
	struct span folder = slash < path.len ? span_sub(path, 0, slash) : SPAN_EMPTY;

	if (!span_ends(name, SPAN_LIT(".txt")))
		return false;
	name = span_sub(name, 0, name.len - 4);
	return span_starts(name, SPAN_LIT("requirements")) ||
	       span_ends(name, SPAN_LIT("requirements")) ||
	       span_eq_str(folder, "requirements") ||
	       span_ends(folder, SPAN_LIT("/requirements"));
}

/* The last names of the path are these. */
static bool ends_in(struct span path, struct span names)
{
	return span_ends(path, names) &&
	       (path.len == names.len || path.ptr[path.len - names.len - 1] == '/');
}

const struct scan_lock_kind *scan_lock_kind_of(struct span path)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (ends_in(path, span_str(kinds[i].name)))
			return &kinds[i];
	return is_pip(path) ? &pip : NULL;
}

enum err_code scan_lock_read(struct scan_lock *out, const struct scan_lock_kind *kind,
                             struct span text, const char *name, struct err *err)
{
	enum err_code rc;

	scan_lock_init(out, text);
	out->ecosystem = kind->ecosystem;
	rc = kind->read(out, name, err);
	if (!arena_ok(&out->arena))
		rc = err_nomem(err);
	if (rc == ERR_OK && out->count >= SCAN_LOCK_MAX)
		rc = err_set(err, ERR_LIMIT, "%s: more than %d packages", name,
		             SCAN_LOCK_MAX);
	if (rc == ERR_OK)
		rc = scan_lock_finish(out, err);
	if (rc != ERR_OK)
		scan_lock_fini(out);
	return rc;
}
