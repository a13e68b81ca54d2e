// SPDX-License-Identifier: Apache-2.0
#include "os/fs.h"
#include "osv_fixture.h"
#include "scanners/finding.h"
#include "scanners/reach.h"
#include "scanners/tracked.h"
#include "support/check.h"
#include "support/project.h"

#include <string.h>

TestSuite(depend, .timeout = 20);

#define YEARS (INT64_C(100) * 365 * 24 * 3600 * 1000)

/* The index in a folder of the project that no scan looks at. */
static const char *put_bytes(const struct project *p, struct span index)
{
	project_put(p, ".seaworthy/work/mark", "");
	support_write(project_path(p, ".seaworthy/work/osv.db"), index);
	return project_path(p, ".seaworthy/work/osv.db");
}

static const char *put_index(const struct project *p)
{
	struct buf index = BUF_INIT;
	const char *path;

	osv_index_of(OSV_GOLDEN, &index);
	path = put_bytes(p, buf_span(&index));
	buf_fini(&index);
	return path;
}

/* "path:line rule severity details" of each finding, then "kind path: reason" of what is
 * missing. */
static void scan(const struct project *p, const char *index, int64_t max_age_ms,
                 struct buf *out)
{
	static const char *const rules[] = { "dependency.*" };
	struct scan_options o = { .path = buf_str(&p->root),
		                  .rules = rules,
		                  .rule_count = 1,
		                  .jobs = 2,
		                  .osv_path = index,
		                  .osv_max_age_ms = max_age_ms };
	struct scan_result r;
	struct err err = ERR_INIT;

	buf_clear(out);
	check_ok(scan_run(&o, &r, &err), &err);
	for (size_t i = 0; i < r.count; i++)
		buf_printf(out, "%.*s:%llu %s %s %s\n", (int)r.findings[i].path.len,
		           r.findings[i].path.ptr, (unsigned long long)r.findings[i].line,
		           r.findings[i].rule, scan_severity_name(r.findings[i].severity),
		           r.findings[i].details);
	for (size_t i = 0; i < r.skip_count; i++) {
		check_str_eq(r.skips[i].rule, "dependency.vulnerable",
		             "whom it concerns");
		buf_printf(out, "%s %.*s: %s\n", scan_lack_name(r.skips[i].lack),
		           (int)r.skips[i].path.len, r.skips[i].path.ptr,
		           r.skips[i].reason);
	}
	scan_result_fini(&r);
}

#define LOCK                                                                                \
	"{\"lockfileVersion\":3,\"packages\":{\n"                                           \
	"\"\":{\"dependencies\":{\"a\":\"1\"}},\n"                                          \
	"\"node_modules/a\":{\"version\":\"1.0.0\",\"dependencies\":{\"lodash\":\"4\"}},\n" \
	"\"node_modules/lodash\":{\"version\":\"4.17.20\"}}}"

Test(depend, vulnerable_with_its_path)
{
	struct buf found = BUF_INIT;
	struct project p;

	project_init(&p);
	project_put(&p, "package-lock.json", LOCK);
	project_put(&p, "requirements.txt", "requests==2.30.0\nurllib3==2.0.6\n");
	scan(&p, put_index(&p), YEARS, &found);
	check_str_eq(
		buf_str(&found),
		"package-lock.json:4 dependency.vulnerable error {\"ecosystem\":\"npm\","
		"\"name\":\"lodash\",\"version\":\"4.17.20\",\"ids\":[\"GHSA-35jh-r3h4-"
		"6jhm\"],\"fixed\":[\"4.17.21\"],\"direct\":false,\"dev\":false,\"path\":"
		"[\"a\",\"lodash\"],\"severity\":\"high\"}\n"
		"requirements.txt:1 dependency.vulnerable warning {\"ecosystem\":"
		"\"PyPI\",\"name\":\"requests\",\"version\":\"2.30.0\",\"ids\":[\"GHSA-"
		"j8r2-6x86-q33q\"],\"fixed\":[\"2.31.0\"],\"direct\":true,\"dev\":false,"
		"\"path\":[\"requests\"],\"severity\":\"medium\"}\n",
		"found");
	project_fini(&p);
	buf_fini(&found);
}

#define ALIASED(id, aliases, fixed, severity)                                            \
	"{\"id\":\"" id "\",\"modified\":\"2026-01-01T00:00:00Z\",\"aliases\":[" aliases \
	"],\"database_specific\":{\"severity\":\"" severity "\"},\"affected\":[{"        \
	"\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"p\"},\"ranges\":[{\"type\":"     \
	"\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"" fixed           \
	"\"}]}]}]}"

/* A and B share a CVE, C names B, D stands alone: two findings. */
Test(depend, aliases_are_one_finding)
{
	static const char *const texts[] = {
		ALIASED("GHSA-A", "\"CVE-1\"", "2.0", "LOW"),
		ALIASED("PYSEC-B", "\"CVE-1\"", "2.1", "CRITICAL"),
		ALIASED("X-C", "\"PYSEC-B\"", "2.0", "LOW"),
		ALIASED("X-D", "\"CVE-2\"", "3.0", "MODERATE"),
		NULL,
	};
	struct buf index = BUF_INIT;
	struct buf found = BUF_INIT;
	struct project p;

	project_init(&p);
	project_put(&p, "requirements.txt", "p==1.0\n");
	osv_index_of_texts(texts, &index);
	scan(&p, put_bytes(&p, buf_span(&index)), YEARS, &found);
	check_str_contains(
		buf_str(&found),
		"error {\"ecosystem\":\"PyPI\",\"name\":\"p\",\"version\":\"1.0\","
		"\"ids\":[\"GHSA-A\",\"PYSEC-B\",\"X-C\"],\"fixed\":[\"2.0\","
		"\"2.1\"]",
		"merged, of the worst severity");
	check_str_contains(buf_str(&found), "\"ids\":[\"X-D\"]", "alone");
	project_fini(&p);
	buf_fini(&index);
	buf_fini(&found);
}

struct lack {
	const char *path;
	const char *text;
	const char *found;
};

/* What cannot be said is never silently clean. */
static const struct lack lacks[] = {
	{ "Cargo.lock",
	  "[[package]]\nname = \"a\"\nversion = \"1\"\nsource = \"registry\"\n", "" },
	{ "package-lock.json",
	  "{\"lockfileVersion\":3,\"packages\":{"
	  "\"node_modules/lodash\":{\"version\":\"four\"}}}",
	  "open package-lock.json: lodash four cannot be compared with an advisory for "
	  "it\n" },
	{ "package-lock.json",
	  "{\"lockfileVersion\":3,\"packages\":{"
	  "\"node_modules/no-advisory\":{\"version\":\"four\"}}}",
	  "" },
	{ "Gemfile.lock", "GEM\n  specs:\n    rails (7.0.4)\n",
	  "no-data Gemfile.lock: the index has no advisory for RubyGems\n" },
	{ "composer.lock", "{", "unread composer.lock: lock file:1:2: " },
	{ "pom.xml",
	  "<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId>"
	  "</dependency></dependencies></project>",
	  "open pom.xml: 1 package has no version to look up\n" },
	{ "requirements.txt", "p>=1\n",
	  "requirements.txt:1 dependency.unpinned warning {}\n"
	  "open requirements.txt: 1 package has no version to look up\n" },
	{ "go.mod", "module m\nrequire a.org/b v1.0.0\n",
	  "go.mod:1 dependency.lock-missing warning {}\n"
	  "open go.mod: no lock file: which versions are used is not known until "
	  "one is committed\n" },
	{ "package.json", "{\"dependencies\":{\"a\":\"file:../a\"}}", "" },
	{ "package.json", "{\"dependencies\":{\"a\":\"^1\"}}",
	  "package.json:1 dependency.lock-missing warning {}\n"
	  "open package.json: no lock file: which versions are used is not known until "
	  "one is committed\n" },
	{ "tests/package.json", "{\"dependencies\":{\"a\":\"^1\"}}",
	  "tests/package.json:1 dependency.lock-missing note {}\n" },
	{ "pyproject.toml", "[tool.poetry.dependencies]\npython = \"3\"\n", "" },
	{ "pyproject.toml", "[project]\ndependencies = [\"a>=1\"]\n",
	  "pyproject.toml:1 dependency.lock-missing warning {}\n" },
	{ "Cargo.toml", "[dependencies]\nown = { path = \"own\" }\n", "" },
	{ "Cargo.toml", "[dev-dependencies]\na = \"1\"\n",
	  "Cargo.toml:1 dependency.lock-missing warning {}\n" },
	{ "composer.json", "{\"require\":{\"php\":\">=8\"}}", "" },
	{ "Gemfile", "source 'x'\ngem 'rails'\n",
	  "Gemfile:1 dependency.lock-missing warning {}\n" },
	{ "build.gradle", "dependencies {\n    implementation 'g:a:1.+'\n}\n",
	  "build.gradle:1 dependency.lock-missing warning {}\n" },
	{ "build.gradle.kts", "dependencies {\n    api(\"g:a:1\")\n}\n",
	  "build.gradle.kts:1 dependency.lock-missing warning {}\n" },
	{ "build.gradle", "plugins {\n    id 'java'\n}\n", "" },
	{ "setup.cfg", "[options]\ninstall_requires =\n    a>=1\n",
	  "setup.cfg:1 dependency.lock-missing warning {}\n" },
	{ "setup.py", "setup(\n    install_requires=['a'],\n)\n",
	  "setup.py:1 dependency.lock-missing warning {}\n" },
	{ "setup.cfg", "[flake8]\nmax-line-length = 99\n", "" },
	{ "pubspec.yaml", "dependencies:\n  flutter:\n    sdk: flutter\n", "" },
	{ "package.json", "{\"dependencies\":",
	  "unread package.json: what it asks for is not known: manifest:1:" },
	{ "Cargo.toml", "[dependencies",
	  "unread Cargo.toml: what it asks for is not known: manifest:1:" },
	{ "pubspec.yaml", "dependencies: [",
	  "unread pubspec.yaml: what it asks for is not known: manifest:" },
	{ "tests/package.json", "{\"dependencies\":", "" },
	{ "mix.exs", "defp deps do\n  [\n    {:plug, \"~> 1.0\"}\n",
	  "mix.exs:1 dependency.lock-missing warning {}\n" },
};

Test(depend, what_cannot_be_said)
{
	struct buf found = BUF_INIT;
	struct project p;

	project_init(&p);
	for (size_t i = 0; i < sizeof lacks / sizeof *lacks; i++) {
		struct err err = ERR_INIT;
		const char *text;

		project_put(&p, lacks[i].path, lacks[i].text);
		scan(&p, put_index(&p), YEARS, &found);
		text = buf_str(&found);
		if (lacks[i].found[0] == '\0')
			check_str_eq(text, "", "%zu: %s", i, lacks[i].path);
		check_true(strncmp(text, lacks[i].found, strlen(lacks[i].found)) == 0,
		           "%zu: %s gives %s", i, lacks[i].path, text);
		check_ok(os_remove_tree(project_path(&p, lacks[i].path), &err), &err);
	}
	project_fini(&p);
	buf_fini(&found);
}

Test(depend, no_data_and_old_data)
{
	struct buf found = BUF_INIT;
	struct project p;

	project_init(&p);
	project_put(&p, "package-lock.json", LOCK);
	scan(&p, project_path(&p, "no.db"), YEARS, &found);
	check_str_eq(buf_str(&found),
	             "no-data package-lock.json: no index of advisories: make it with "
	             "`seaworthy osv import DUMP`\n",
	             "no index");
	/* What old data does say still counts. */
	scan(&p, put_index(&p), 1, &found);
	check_str_contains(buf_str(&found), "dependency.vulnerable error",
	                   "known before");
	check_str_contains(buf_str(&found),
	                   "open package-lock.json: the newest advisory is ", "old");
	project_put(&p, "no.db", "not an index at all");
	scan(&p, project_path(&p, "no.db"), YEARS, &found);
	check_str_contains(buf_str(&found), "unread package-lock.json: ", "damaged");
	check_str_contains(buf_str(&found), "no index of advisories", "damaged");
	project_fini(&p);
	buf_fini(&found);
}

/* One byte behind the header: what such an index does not find may be there. */
Test(depend, a_damaged_index_is_not_asked)
{
	struct buf index = BUF_INIT;
	struct buf found = BUF_INIT;
	struct project p;

	project_init(&p);
	project_put(&p, "package-lock.json", LOCK);
	project_put(&p, "tests/package-lock.json", LOCK);
	osv_index_of(OSV_GOLDEN, &index);
	index.ptr[index.len / 2] ^= 1;
	scan(&p, put_bytes(&p, buf_span(&index)), YEARS, &found);
	check_null(strstr(buf_str(&found), "dependency.vulnerable"), "nothing is said");
	check_str_contains(buf_str(&found), "unread package-lock.json: ", "said so");
	check_str_contains(buf_str(&found), "the data is damaged; make it anew", "why");
	check_str_contains(buf_str(&found), "open tests/package-lock.json: ", "a test's");
	project_fini(&p);
	buf_fini(&index);
	buf_fini(&found);
}

/* A dump of which a few records could not be read is one of which something is missing.
 */
Test(depend, an_index_of_part_of_a_dump)
{
	struct scan_osv_build *build = NULL;
	struct buf index = BUF_INIT;
	struct buf found = BUF_INIT;
	struct err err = ERR_INIT;
	struct project p;

	project_init(&p);
	project_put(&p, "package-lock.json", LOCK);
	check_ok(scan_osv_build_new(&build, &err), &err);
	check_ok(scan_osv_import(&(struct scan_osv_import){ .path = OSV_GOLDEN "/npm" },
	                         build, &err),
	         &err);
	scan_osv_build_reject(build);
	check_ok(scan_osv_build_finish(build, OSV_NOW, &index, &err), &err);
	scan_osv_build_free(build);
	scan(&p, put_bytes(&p, buf_span(&index)), YEARS, &found);
	check_str_contains(buf_str(&found), "dependency.vulnerable error", "what it has");
	check_str_contains(buf_str(&found),
	                   "open package-lock.json: 1 of 17 advisories could not be read",
	                   "what it has not");
	project_fini(&p);
	buf_fini(&index);
	buf_fini(&found);
}

/* Without the rule whose finding says it, nothing is known of what is used. */
Test(depend, no_lock_file_and_no_finding_of_it)
{
	static const char *const rules[][2] = {
		{ "dependency.vulnerable", NULL },
		{ "!dependency.lock-missing", NULL },
		{ "dependency.*", "!dependency.lock-missing" },
	};
	struct project p;

	project_init(&p);
	project_put(&p, "package.json", "{\"dependencies\":{\"a\":\"^1\"}}");
	for (size_t i = 0; i < 3; i++) {
		struct scan_options o = { .path = buf_str(&p.root),
			                  .rules = rules[i],
			                  .rule_count = rules[i][1] ? 2 : 1 };
		struct scan_result r;
		struct err err = ERR_INIT;

		check_ok(scan_run(&o, &r, &err), &err);
		check_size_eq(r.skip_count, 1, "%zu", i);
		check_true(r.skips[0].lack == SCAN_NO_DATA, "%zu: %s", i,
		           scan_lack_name(r.skips[0].lack));
		for (size_t k = 0; k < r.count; k++)
			check_true(strcmp(r.findings[k].rule, "dependency.lock-missing"),
			           "%zu: taken out", i);
		scan_result_fini(&r);
	}
	project_fini(&p);
}

struct unseen {
	const char *exclude;
	bool no_ignore;
	const char *says; /* "": the lock file is read */
};

/* It fixes nothing for whoever has a clone, and what is in it was not looked at. */
Test(depend, a_lock_file_that_the_scan_passes_over_is_none)
{
	static const struct unseen all[] = {
		{ NULL, false,
		  "the lock file package-lock.json is ignored by git: what a clone gets is "
		  "not pinned until it is committed" },
		{ "package-lock.json", true,
		  "the lock file package-lock.json is excluded: what is scanned is not "
		  "pinned" },
		{ NULL, true, "" },
	};
	static const char *const rules[] = { "dependency.*" };
	struct project p;

	project_init(&p);
	project_put(&p, "a/b/package.json", "{\"dependencies\":{\"a\":\"^1\"}}");
	project_put(&p, "a/package-lock.json", LOCK);
	project_put(&p, "a/.gitignore", "package-lock.json\n");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct scan_options o = { .path = buf_str(&p.root),
			                  .root = buf_str(&p.root),
			                  .rules = rules,
			                  .rule_count = 1,
			                  .exclude = &all[i].exclude,
			                  .exclude_count = all[i].exclude != NULL,
			                  .no_ignore = all[i].no_ignore,
			                  .osv_path = put_index(&p),
			                  .osv_max_age_ms = YEARS };
		struct scan_result r;
		struct err err = ERR_INIT;
		bool seen = all[i].says[0] == '\0';

		check_ok(scan_run(&o, &r, &err), &err);
		check_size_eq(r.count, 1, "%zu", i);
		check_str_eq(r.findings[0].rule,
		             seen ? "dependency.vulnerable" : "dependency.lock-missing",
		             "%zu", i);
		check_size_eq(r.skip_count, seen ? 0 : 1, "%zu", i);
		if (!seen) {
			check_str_eq(r.findings[0].message, all[i].says, "%zu", i);
			check_str_eq(r.skips[0].reason, all[i].says, "%zu", i);
			check_str_eq(r.skips[0].rule, "dependency.vulnerable", "%zu", i);
		}
		scan_result_fini(&r);
	}
	/* One that is there for a clone, above it, fixes what that gets. */
	project_put(&p, "yarn.lock", "a@^1:\n  version \"1.0.0\"\n");
	{
		struct buf found = BUF_INIT;

		scan(&p, put_index(&p), YEARS, &found);
		check_str_eq(buf_str(&found), "", "the next one");
		buf_fini(&found);
	}
	project_fini(&p);
}

/* A folder is ignored, but git tracks the manifest in it, and not the lock file. */
Test(depend, what_is_in_an_ignored_folder_is_passed_over)
{
	struct scan_tracked tracked;
	struct scan_reach reach;
	struct err err = ERR_INIT;
	const char *why = NULL;
	struct project p;
	struct buf top = BUF_INIT;

	project_init(&p);
	project_put(&p, ".gitignore", "/part/\n");
	project_put(&p, "part/sub/yarn.lock", "");
	buf_printf(&top, "%s/", buf_str(&p.root));
	check_ok(scan_tracked_init(&tracked, buf_str(&p.root), &err), &err);
	scan_reach_init(&reach, buf_str(&top));
	reach.tracked = &tracked;
	check_ok(scan_reach_ask(&reach, span_str(project_path(&p, "part/sub/yarn.lock")),
	                        &why, &err),
	         &err);
	check_str_eq(why, "ignored by git", "by its folder");
	check_ok(scan_reach_ask(&reach, span_str(project_path(&p, "other/yarn.lock")),
	                        &why, &err),
	         &err);
	check_null(why, "not ignored");
	check_ok(
		scan_reach_ask(&reach, SPAN_LIT("/elsewhere/part/yarn.lock"), &why, &err),
		&err);
	check_null(why, "outside");
	scan_reach_fini(&reach);
	scan_tracked_fini(&tracked);
	buf_fini(&top);
	project_fini(&p);
}

/* What no rule reads is no clean result. */
Test(depend, lock_files_that_are_not_read)
{
	struct buf found = BUF_INIT;
	struct project p;

	project_init(&p);
	project_put(&p, "package.json", "{\"dependencies\":{\"a\":\"^1\"}}");
	project_put(&p, "bun.lockb", "bun");
	scan(&p, put_index(&p), YEARS, &found);
	check_str_eq(buf_str(&found),
	             "open package.json: the versions in bun.lockb are not known here\n",
	             "no reader");
	support_write(project_path(&p, "package-lock.json"), SPAN_LIT("{\0\0\0}"));
	scan(&p, put_index(&p), YEARS, &found);
	check_str_eq(buf_str(&found),
	             "unread package-lock.json: a lock file that is no text\n", "binary");
	project_fini(&p);
	buf_fini(&found);
}

/* The names of the lock files that would do are all there, and the bracket is closed. */
Test(depend, the_message_of_a_missing_lock_file_is_whole)
{
	static const char *const rules[] = { "dependency.lock-missing" };
	struct project p;
	struct scan_options o = { .rules = rules, .rule_count = 1 };
	struct scan_result r;
	struct err err = ERR_INIT;

	project_init(&p);
	o.path = buf_str(&p.root);
	project_put(&p, "package.json", "{\"dependencies\":{\"a\":\"^1\"}}");
	project_put(&p, "pyproject.toml", "[project]\ndependencies = [\"a>=1\"]\n");
	check_ok(scan_run(&o, &r, &err), &err);
	check_size_eq(r.count, 2, "both");
	for (size_t i = 0; i < r.count; i++) {
		size_t len = strlen(r.findings[i].message);

		check_true(r.findings[i].message[len - 1] == ')', "%s",
		           r.findings[i].message);
		check_null(strstr(r.findings[i].message, "\xE2\x80\xA6"), "%s",
		           r.findings[i].message);
	}
	scan_result_fini(&r);
	project_fini(&p);
}

/* What a manifest says goes to terminals and logs. */
Test(depend, reasons_are_escaped)
{
	struct buf found = BUF_INIT;
	struct project p;

	project_init(&p);
	project_put(&p, "package.json", "{\"\\u001b[31m\": \x1b[31m}");
	project_put(&p, "pubspec.yaml", "\"a\x1b[31m\": [\n");
	project_put(&p, "Cargo.toml", "[\"a\x1b[31m\"\n");
	scan(&p, put_index(&p), YEARS, &found);
	check_str_contains(buf_str(&found), "unread package.json: ", "told");
	check_null(strchr(buf_str(&found), '\x1b'), "%s", buf_str(&found));
	project_fini(&p);
	buf_fini(&found);
}

Test(depend, a_lock_file_older_than_its_manifest)
{
	struct buf found = BUF_INIT;
	struct project p;

	project_init(&p);
	project_put(&p, "package-lock.json", LOCK);
	project_put(&p, "part/package.json",
	            "{\"dependencies\":{\n\"a\":\"^1\",\n\"left-pad\":\"^1.3.0\",\n"
	            "\"own\":\"workspace:*\"}}");
	project_put(&p, "uv.lock", "[[package]]\nname = \"b-c\"\nversion = \"1\"\n");
	project_put(&p, "pyproject.toml",
	            "[project]\ndependencies = [\"B_c[x]>=1\", \"other\"]\n");
	scan(&p, put_index(&p), YEARS, &found);
	check_str_contains(buf_str(&found),
	                   "part/package.json:3 dependency.lock-stale warning {}\n",
	                   "npm");
	check_str_contains(buf_str(&found),
	                   "pyproject.toml:2 dependency.lock-stale warning {}\n", "uv");
	check_null(strstr(buf_str(&found), "lock-missing"), "the lock file is above");
	project_fini(&p);
	buf_fini(&found);
}
