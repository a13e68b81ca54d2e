/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "os/fs.h"
#include "policy/policy.h"
#include "policy/profile.h"
#include "scanners/ops/ops.h"
#include "support/check.h"

/* Layers: built-in profiles, files, merging by id, circles and locks. */

static struct buf folder = BUF_INIT;

static void start(void)
{
	struct err err = ERR_INIT;

	check_ok(os_mkdtemp(NULL, "policy", &folder, &err), &err);
}

static void stop(void)
{
	struct err err = ERR_INIT;

	check_ok(os_remove_tree(buf_str(&folder), &err), &err);
	buf_fini(&folder);
}

TestSuite(policy_extends, .init = start, .fini = stop, .timeout = 30);

static void write_file(const char *name, const char *text)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;

	os_join(&path, buf_str(&folder), name);
	check_ok(os_write_atomic(buf_str(&path), span_str(text), 0644, &err), &err);
	buf_fini(&path);
}

static enum err_code load(const char *name, struct gate_policy **p, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	*p = NULL;
	os_join(&path, buf_str(&folder), name);
	rc = gate_policy_load(p, buf_str(&path), err);
	buf_fini(&path);
	return rc;
}

static struct gate_policy *load_ok(const char *name)
{
	struct gate_policy *p;
	struct err err = ERR_INIT;

	check_ok(load(name, &p, &err), &err);
	return p;
}

/* The first line of the error, from the file's name on. */
static void check_refused(const char *name, const char *expected)
{
	struct gate_policy *p;
	struct err err = ERR_INIT;
	char *newline;

	check_err(load(name, &p, &err), ERR_USAGE, "%s is refused", name);
	newline = strchr(err.msg, '\n');
	if (newline != NULL)
		*newline = '\0';
	check_str_contains(err.msg, expected, "message for %s", name);
}

Test(policy_extends, every_profile_is_complete)
{
	const struct gate_profile *profiles;
	size_t count = gate_profiles(&profiles);
	struct err err = ERR_INIT;

	check_size_eq(count, 3, "profiles");
	for (size_t i = 0; i < count; i++) {
		struct gate_policy *p = NULL;

		check_ok(gate_policy_builtin(&p, profiles[i].name, &err), &err);
		check_str_eq(p->profile, profiles[i].name, "profile's name");
		check_true(p->check_count > 0, "%s has checks", profiles[i].name);
		check_null(p->path, "%s is no file", profiles[i].name);
		gate_policy_free(p);
	}
}

Test(policy_extends, weights_of_profiles_are_those_of_the_product)
{
	static const struct {
		const char *profile;
		uint64_t weights[8];
	} expected[] = {
		{ "default", { 25, 20, 15, 10, 10, 10, 10 } },
		{ "novacron", { 15, 20, 20, 15, 15, 10, 5 } },
		{ "timelocker", { 20, 20, 20, 20, 20 } },
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < 3; i++) {
		struct gate_policy *p = NULL;
		uint64_t sum = 0;

		check_ok(gate_policy_builtin(&p, expected[i].profile, &err), &err);
		for (size_t k = 0; k < p->category_count; k++) {
			check_u64_eq(p->categories[k].weight, expected[i].weights[k],
			             "%s, category %zu", expected[i].profile, k);
			sum += p->categories[k].weight;
		}
		check_u64_eq(sum, 100, "weights of %s", expected[i].profile);
		gate_policy_free(p);
	}
}

Test(policy_extends, entries_merge_by_id_field_by_field)
{
	struct gate_policy *p;

	write_file("p.yml",
	           "extends: default\n"
	           "thresholds: {go: 90}\n"
	           "categories: [{id: tests, floor: 50}]\n"
	           "checks:\n"
	           "  - {id: tests.skipped, weight: 7}\n"
	           "  - {id: own.check, category: quality, collect: {suite: x}}\n");
	p = load_ok("p.yml");
	check_str_eq(p->thresholds.go, "90", "changed threshold");
	check_str_eq(p->thresholds.conditional, "75", "untouched threshold");
	check_u64_eq(p->categories[0].weight, 25, "weight of the parent");
	check_str_eq(p->categories[0].floor, "50", "floor of the child");
	check_u64_eq(p->checks[1].weight, 7, "weight of the child");
	check_str_eq(p->checks[1].measure, "skipped_percent", "measure of the parent");
	check_str_eq(p->checks[p->check_count - 1].id, "own.check", "appended");
	check_u64_eq(p->checks[p->check_count - 1].weight, 1, "weight by default");
	check_str_eq(p->checks[p->check_count - 1].title, "own.check",
	             "title by default");
	gate_policy_free(p);
}

Test(policy_extends, another_collector_replaces_the_parents)
{
	struct gate_policy *p;

	write_file("p.yml",
	           "extends: default\n"
	           "checks:\n"
	           "  - {id: quality.markers, collect: {command: {run: lint}}}\n");
	p = load_ok("p.yml");
	for (size_t i = 0; i < p->check_count; i++) {
		const struct gate_check *c = &p->checks[i];

		if (!str_eq(c->id, "quality.markers"))
			continue;
		check_int_eq(c->collector, GATE_COLLECT_COMMAND, "collector");
		check_size_eq(c->scan_rules.count, 0, "rules are gone");
		check_str_eq(c->command.shell, "lint", "command");
		check_u64_eq(c->command_timeout_ms, 60000, "its preset");
		check_null(c->measure, "markers for 1,000 lines are measured no more");
		check_true(!c->has_scale, "a command passes or fails");
	}
	gate_policy_free(p);
}

Test(policy_extends, later_parents_win_and_each_is_applied_once)
{
	struct gate_policy *p;

	write_file("a.yml", "extends: default\nthresholds: {go: 91, conditional: 71}\n");
	write_file("b.yml", "extends: default\nthresholds: {go: 92}\n");
	write_file("p.yml", "extends: [./a.yml, b.yml]\nthresholds: {caps: {p0: 50}}\n");
	p = load_ok("p.yml");
	check_str_eq(p->thresholds.go, "92", "the later parent");
	check_str_eq(p->thresholds.conditional, "71",
	             "the earlier parent, not its parent");
	check_str_eq(p->thresholds.cap_p0, "50", "the child");
	check_str_eq(p->profile, "default", "profile");
	gate_policy_free(p);
}

Test(policy_extends, circles_and_missing_files_are_refused)
{
	write_file("self.yml", "extends: ./self.yml\n");
	write_file("a.yml", "version: 1\nextends: [default, b.yml]\n");
	write_file("b.yml", "extends: ./a.yml\n");
	write_file("gone.yml", "extends: ./none.yml\n");
	write_file("fifo.yml", "extends: ./\n");
	check_refused("self.yml",
	              "self.yml:1:10: './self.yml' extends itself in a circle");
	check_refused("a.yml", "b.yml:1:10: './a.yml' extends itself in a circle");
	check_refused("gone.yml", "gone.yml:1:10: ");
	check_refused("fifo.yml", "fifo.yml:1:10: ");
}

Test(policy_extends, files_need_a_folder_to_start_from)
{
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;

	check_err(gate_policy_parse(&p, SPAN_LIT("extends: /etc/passwd.yml\n"), "x", NULL,
	                            &err),
	          ERR_USAGE, "no files without a folder");
	check_ok(
		gate_policy_parse(&p, SPAN_LIT("extends: timelocker\n"), "x", NULL, &err),
		&err);
	gate_policy_free(p);
}

Test(policy_extends, locked_keys_cannot_be_changed)
{
	static const struct {
		const char *locked;
		const char *child;
		const char *message; /* NULL: allowed */
	} cases[] = {
		{ "thresholds.go", "thresholds: {go: 1}",
		  "p.yml:2:18: 'thresholds.go' is locked by " },
		{ "thresholds.go", "thresholds: {go: 96}", NULL },
		{ "thresholds.go", "thresholds: {conditional: 1}", NULL },
		{ "thresholds", "thresholds: {caps: {p0: 60}}",
		  "p.yml:2:13: 'thresholds'" },
		{ "thresholds.caps.p0", "thresholds: {caps: {p0: 60}}",
		  "p.yml:2:25: 'thresholds.caps.p0'" },
		{ "categories", "categories: [{id: new, weight: 1}]",
		  "p.yml:2:13: 'categories'" },
		{ "categories", "categories: [{id: tests, weight: 25}]", NULL },
		{ "checks.tests.suites", "checks: [{id: tests.suites, weight: 0}]",
		  "p.yml:2:10: 'checks.tests.suites'" },
		{ "checks.tests.suites.weight", "checks: [{id: tests.suites, weight: 0}]",
		  "p.yml:2:37: 'checks.tests.suites.weight'" },
		{ "checks.tests.suites", "checks: [{id: tests.flaky, weight: 0}]", NULL },
		{ "evidence", "evidence: {repository: x}", "p.yml:2:11: 'evidence'" },
		{ "waivers", "waivers: []", NULL },
		{ "locked", "locked: [thresholds.go]", "p.yml:2:9: 'locked' is locked" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf text = BUF_INIT;

		buf_printf(&text,
		           "extends: default\nthresholds: {go: 96}\nlocked: [%s]\n",
		           cases[i].locked);
		write_file("parent.yml", buf_str(&text));
		buf_clear(&text);
		buf_printf(&text, "extends: ./parent.yml\n%s\n", cases[i].child);
		write_file("p.yml", buf_str(&text));
		if (cases[i].message != NULL)
			check_refused("p.yml", cases[i].message);
		else
			gate_policy_free(load_ok("p.yml"));
		buf_fini(&text);
	}
}

Test(policy_extends, a_lock_is_named_with_its_place)
{
	write_file("org.yml", "version: 1\n"
	                      "checks:\n"
	                      "  - {id: security.sbom, category: security, blocker: P1,\n"
	                      "     collect: {suite: sbom}, warns_until: 2027-01-31}\n"
	                      "categories: [{id: security, weight: 1}]\n"
	                      "locked: [thresholds,\n"
	                      "         checks.security.sbom]\n");
	write_file("p.yml", "extends: ./org.yml\n"
	                    "suites: [{id: sbom, run: x, format: exit}]\n"
	                    "checks:\n"
	                    "  - {id: security.sbom, warns_until: 2099-01-01}\n");
	check_refused("p.yml", "p.yml:4:5: 'checks.security.sbom' is locked by ");
	check_refused("p.yml", "org.yml:7 and cannot be changed");
	write_file("p.yml", "extends: ./org.yml\n"
	                    "suites: [{id: sbom, run: x, format: exit}]\n");
	gate_policy_free(load_ok("p.yml"));
}

Test(policy_extends, a_child_cannot_drop_locks)
{
	struct gate_policy *p;

	write_file("parent.yml", "locked: [thresholds.go]\n");
	write_file("child.yml", "extends: ./parent.yml\nlocked: [thresholds.caps]\n");
	write_file("p.yml", "extends: ./child.yml\nthresholds: {go: 10}\n");
	p = load_ok("child.yml");
	check_size_eq(p->locked.count, 2, "both locks");
	gate_policy_free(p);
	check_refused("p.yml", "'thresholds.go' is locked by ");
	write_file("p.yml", "extends: ./child.yml\nlocked: []\n");
	gate_policy_free(load_ok("p.yml"));
}

Test(policy_extends, a_fault_in_a_parent_names_the_parent)
{
	write_file("parent.yml", "version: 1\ncategories: [{id: a}]\n");
	write_file("p.yml", "extends: ./parent.yml\n");
	check_refused("p.yml",
	              "parent.yml:2:14: an entry of 'categories' needs 'weight'");
}

/* ---- services: the profiles ask for what the scanner knows ---- */

static bool asks_of_services(const struct gate_check *c)
{
	return c->scan_rules.count > 0 && c->applies_when != NULL &&
	       str_starts(c->scan_rules.items[0], "ops.");
}

static bool any_glob(const struct gate_predicate *any, const char *path)
{
	for (size_t i = 0; i < any->child_count; i++)
		if (any->children[i].kind == GATE_WHEN_GLOB &&
		    str_glob(any->children[i].text, span_str(path)))
			return true;
	return false;
}

/* A path that the pattern matches: x for each star. */
static void put_sample(struct buf *out, const char *pattern)
{
	for (; *pattern != '\0'; pattern++)
		if (*pattern != '*')
			buf_putc(out, *pattern);
		else if (pattern[1] != '*')
			buf_putc(out, 'x');
}

static void check_patterns(const struct gate_predicate *any, const char *id)
{
	struct buf pattern = BUF_INIT;
	struct buf path = BUF_INIT;

	for (size_t i = 0; i < any->child_count; i++) {
		size_t n = 0;

		check_int_eq(any->children[i].kind, GATE_WHEN_GLOB, "%s: globs", id);
		for (;; n++) {
			buf_clear(&pattern);
			buf_clear(&path);
			if (!str_glob_alternative(any->children[i].text, n, &pattern))
				break;
			put_sample(&path, buf_str(&pattern));
			check_true(scan_ops_may_be_service(buf_span(&path)),
			           "%s: the scanner knows %s", id, buf_str(&path));
		}
		check_true(n > 1, "%s: patterns", id);
	}
	buf_fini(&pattern);
	buf_fini(&path);
}

static void check_names(const struct gate_predicate *any, const char *id)
{
	static const char *const above[] = { "", "a/", "a/b/" };
	struct buf path = BUF_INIT;

	for (size_t i = 0; i < sizeof(above) / sizeof(above[0]); i++) {
		for (size_t k = 0; scan_ops_service_names[k] != NULL; k++) {
			buf_clear(&path);
			buf_printf(&path, "%s%s", above[i], scan_ops_service_names[k]);
			check_true(any_glob(any, buf_str(&path)), "%s: asks for %s", id,
			           buf_str(&path));
		}
		for (size_t k = 0; scan_ops_service_folders[k] != NULL; k++) {
			buf_clear(&path);
			buf_printf(&path, "%s%s/c/x.yaml", above[i],
			           scan_ops_service_folders[k]);
			check_true(any_glob(any, buf_str(&path)), "%s: asks for %s", id,
			           buf_str(&path));
		}
	}
	check_true(any_glob(any, "a/web.Dockerfile"), "%s: FILE.Dockerfile", id);
	buf_fini(&path);
}

Test(policy_extends, profiles_and_scanner_know_the_same_services)
{
	const struct gate_profile *profiles;
	size_t count = gate_profiles(&profiles);
	size_t asked = 0;

	for (size_t i = 0; i < count; i++) {
		struct gate_policy *p = NULL;
		struct err err = ERR_INIT;

		check_ok(gate_policy_builtin(&p, profiles[i].name, &err), &err);
		for (size_t k = 0; k < p->check_count; k++) {
			if (!asks_of_services(&p->checks[k]))
				continue;
			asked++;
			check_patterns(p->checks[k].applies_when, p->checks[k].id);
			check_names(p->checks[k].applies_when, p->checks[k].id);
		}
		gate_policy_free(p);
	}
	check_true(asked > 8, "%zu checks ask of services", asked);
}
