// SPDX-License-Identifier: Apache-2.0
#include "scan_text.h"

#include "scanners/address.h"

#include <stdio.h>

TestSuite(hardcoded, .timeout = 20);

struct hard_case {
	const char *path;
	const char *text;
	const char *found;
};

static void check_cases(const struct hard_case *cases, size_t count)
{
	struct buf out = BUF_INIT;
	struct scan_text t;

	scan_text_init(&t, "hardcoded.*");
	for (size_t i = 0; i < count; i++)
		check_str_eq(scan_text_list(&t, cases[i].path, cases[i].text, &out),
		             cases[i].found, "%s: %s", cases[i].path,
		             check_quote(cases[i].text));
	scan_text_fini(&t);
	buf_fini(&out);
}

#define CHECK_CASES(cases) check_cases(cases, sizeof(cases) / sizeof((cases)[0]))

Test(hardcoded, each_rule_finds_its_kind)
{
	static const struct hard_case cases[] = {
		{ "a.go", "h := \"localhost\"", "localhost@1:7=localhost" },
		{ "a.go", "h := \"localhost:8080\"", "localhost@1:7=localhost" },
		{ "a.go", "h := \"127.0.0.1\"", "localhost@1:7=127.0.0.1" },
		{ "a.go", "h := \"http://localhost:3000/x\"",
		  "localhost@1:7=http://localhost:3000/x" },
		{ "a.py", "h = '192.168.1.20'", "ip-address@1:6=192.168.1.20" },
		{ "a.py", "h = 'http://10.1.2.3/x'", "ip-address@1:6=http://10.1.2.3/x" },
		{ "a.py", "h = 'fd00:1:2::17'", "ip-address@1:6=fd00:1:2::17" },
		{ "a.js", "u = 'https://api.acme.io/v1'",
		  "url@1:6=https://api.acme.io/v1" },
		{ "a.js", "u = `https://api.acme.io/${x}`",
		  "url@1:6=https://api.acme.io/" },
		{ "a.js", "u = 'redis://cache:6379/0'", "url@1:6=redis://cache:6379/0" },
		{ "a.js", "u = 'https://example.com/x'",
		  "example-domain@1:6=https://example.com/x" },
		{ "a.c", "m = \"joe@example.org\";",
		  "example-domain@1:6=joe@example.org" },
		{ "a.c", "m = \"ops@acme.io\";", "email@1:6=ops@acme.io" },
		{ "a.go", "listen(\":8080\")", "port@1:9=:8080" },
		{ "a.go", "listen(\"0.0.0.0:80\")", "port@1:9=0.0.0.0:80" },
		{ "a.go", "dial(\"db:5432\")", "port@1:7=db:5432" },
		{ "a.c", "p = \"/home/ann/x\";", "path-home@1:6=/home/ann" },
		{ "a.c", "p = \"/Users/ann\";", "path-home@1:6=/Users/ann" },
		{ "a.c", "p = \"C:\\\\Users\\\\ann\\\\x\";",
		  "path-home@1:6=C:\\\\Users\\\\ann" },
		{ "a.py", "t = 'dummy-token'", "test-value@1:6=dummy-token" },
		{ "a.py", "t = 'password123'", "test-value@1:6=password123" },
		{ "a.py", "t = 'test@foo'", "test-value@1:6=test@foo" },
		{ "a.py", "u = 'John Doe'", "test-value@1:6=John Doe" },
		{ "a.py", "password = 'changeme'", "credential-default@1:13=changeme" },
		{ "a.py", "c = 'admin:admin'", "credential-default@1:6=admin:admin" },
		{ "a.py", "c = 'postgres://postgres:postgres@db/x'",
		  "credential-default@1:6=postgres://postgres:postgres@db/x" },
	};

	CHECK_CASES(cases);
}

Test(hardcoded, values_of_configuration_count)
{
	static const struct hard_case cases[] = {
		{ "a.yml", "host: 192.168.1.20 # c\nport: 8080\n",
		  "ip-address@1:7=192.168.1.20 port@2:7=8080" },
		{ "a.yml", "- https://api.acme.io\n", "url@1:3=https://api.acme.io" },
		{ "a.ini", "[x]\nhost = localhost\n", "localhost@2:8=localhost" },
		{ ".env", "PORT=8080\nPASSWORD=changeme\n",
		  "port@1:6=8080 credential-default@2:10=changeme" },
		{ "a.json", "{\"ops@acme.io\": \"localhost\"}",
		  "localhost@1:18=localhost" },
		{ "a.toml", "port = 8080\nname = 8080\n", "port@1:8=8080" },
	};

	CHECK_CASES(cases);
}

Test(hardcoded, what_only_looks_like_it_is_left_alone)
{
	static const struct hard_case cases[] = {
		/* Not strings. */
		{ "a.c", "// http://localhost 10.1.2.3\nint localhost;", "" },
		{ "a.py", "def f():\n  '''see http://10.1.2.3/'''\n", "" },
		/* Versions, identifiers, netmasks, networks, reserved addresses. */
		{ "a.c", "v = \"1.2.3.4\"; o = \"2.5.29.15\"; m = \"255.255.255.0\";",
		  "" },
		{ "a.c", "v = \"version 10.20.30.40\"; w = \"10.20.30.40.50\";", "" },
		{ "a.c", "n = \"10.0.0.0/8\"; a = \"0.0.0.0\"; b = \"239.255.255.250\";",
		  "" },
		{ "a.c", "d = \"192.0.2.7\"; e = \"2001:db8::1\"; f = \"999.1.1.1\";",
		  "" },
		{ "a.c", "t = \"12:34:56:78\"; u = \"a::b\"; m = \"00:1b:44:11:3a:b7\";",
		  "" },
		/* Names, placeholders, references. */
		{ "a.c", "x = \"http://www.w3.org/2000/svg\";", "" },
		{ "a.c", "x = \"https://json-schema.org/draft/2020-12/schema\";", "" },
		{ "a.c", "x = \"http://www.apache.org/licenses/LICENSE-2.0\";", "" },
		{ "a.c", "x = \"http://%s:%d/\"; y = \"http://\"; z = \"https://{}/x\";",
		  "" },
		{ "a.js", "x = `http://${host}:8080/`", "" },
		{ "a.c", "x = \"see https://acme.io/x for all the details\";", "" },
		{ "a.c", "x = \"https://github.com/a/b\"; y = \"https://docs.acme.io/\";",
		  "" },
		{ "a.c", "x = \"file:///tmp/x\"; y = \"urn:a:80\";", "" },
		{ "a.svg", "<svg xmlns:x=\"http://acme.io/ns\">", "" },
		/* Mail-like. */
		{ "a.c",
		  "x = \"icon@2x.png\"; y = \"git@github.com:a/b\"; z = \"%s@%s\";", "" },
		{ "a.py", "author_email = 'ann@acme.io'", "" },
		{ "a.c", "x = \"Copyright 2020 Ann <ann@acme.io>\";", "" },
		{ "a.js", "import x from '@scope/pkg@1.2.3'", "" },
		/* Words inside words. */
		{ "a.c",
		  "x = \"localhosts\"; y = \"my_localhost\"; z = \"localhost.js\";", "" },
		{ "a.c", "x = \"dummy_read\"; y = \"mockingbird\"; z = \"contest@ant\";",
		  "" },
		{ "a.c", "printf(\"usage: x -h 127.0.0.1\\n\");", "" },
		{ "a.c", "x = \"12:30\"; y = \"16:9\"; z = \"line:10\";", "" },
		{ "a.c",
		  "x = \"/home/%s/x\"; y = \"$HOME/x\"; z = \"~/x\"; w = \"/home\";",
		  "" },
		{ "a.c", "n = sizeof(\":65535\"); printf(\"  https://acme.io/x\\n\");",
		  "" },
		{ "a.html", "<a href=\"https://acme.io/x\">", "" },
		{ "a.c", "if (!strcmp(host, \"localhost\") || h == \"127.0.0.1\")", "" },
		{ "a.pl", "password => 'password'", "" },
		{ "a.py", "PASSWORD = 'password'", "" },
		{ "a.go", "import \"example.com/x/y\"", "" },
		{ "a.c", "#include \"example.com\"", "" },
	};

	CHECK_CASES(cases);
}

Test(hardcoded, what_is_only_spoken_of_is_left_alone)
{
	static const struct hard_case cases[] = {
		/* Compared or looked for. */
		{ "a.c", "if (strcasecompare(\"localhost\", host))", "" },
		{ "a.c", "if (memcmp(\"localhost\", &uri[7], 9))", "" },
		{ "a.c", "if (checkprefix(\"127.0.0.1/\", ptr))", "" },
		{ "a.php", "<?php if ('localhost' === $host) {}", "" },
		{ "a.php", "<?php if (substr($h, -4) === ':443') {}", "" },
		{ "a.php", "<?php if (strpos($u, 'http://repo.acme.io/') === 0) {}", "" },
		{ "a.php", "<?php if (in_array($p, array(':80', ':443'))) {}", "" },
		{ "a.py", "if host in ('localhost', '127.0.0.1'):", "" },
		{ "a.go", "x := regexp.MustCompile(\"ci@build.acme.io\")", "" },
		{ "a.go", "switch s {\ncase \"fake\":\n}", "" },
		{ "a.sql", "SELECT 1 FROM t WHERE a < '10.20.30.40';", "" },
		{ "a.sh", "[ \"$host\" = \"localhost\" ]", "" },
		{ "a.py", "r = '(' + name + '|localhost)'", "" },
		/* Keys and names. */
		{ "a.php", "<?php $l['https://rel.acme.io/x'] = 1;", "" },
		{ "a.php", "<?php $a = array('https://rel.acme.io/y' => 1);", "" },
		{ "a.py", "fake = options['fake']", "" },
		{ "a.go", "flag.BoolVar(&fake, \"fake\", fake, \"x\")", "" },
		{ "a.c", "dummyVfs.zName = \"dummy\";", "" },
		{ "a.go", "const KindFake Kind = \"fake\"\n", "" },
		{ "a.py", "KIND_FAKE = 'fake'", "" },
		{ "a.py", "kind_fakes = 'fake'", "test-value@1:15=fake" },
		{ "a.go", "switch k {\ncase KindFake:\n\treturn \"fake\"\n}", "" },
		{ "a.go", "switch k {\ncase KindReal:\n\treturn \"fake\"\n}",
		  "test-value@3:10=fake" },
		{ "lorem.py", "a = 'Lorem ipsum dolor'", "" },
		{ "a.py", "a = 'Lorem ipsum dolor'", "test-value@1:6=Lorem ipsum" },
		{ "a.java", "c = new DummyCharset(\"Dummy\", null);", "" },
		{ "a.rb", "s.email = ['ann@acme.io']", "" },
		{ "a.js", "t('EPSG:4326', 'EPSG:3857', 'ms932:2004')", "" },
		{ "a.c", "#define NAMESPACE_X \"http://acme.io/x\"", "" },
		{ "a.xml", "<a xsi:schemaLocation=\"http://acme.io/c c.xsd\"/>", "" },
		{ "a.go", "x := HasExtension(\"statvfs@openssh.com\")", "" },
		{ "a.rb", "gem \"localhost\", require: false", "" },
		/* Links for readers, blanks, drawings, stand-ins. */
		{ "a.php", "<?php $h = '<p><a href=\"https://acme.io/x\">x</a>';", "" },
		{ "a.php", "<?php $h = __( 'https://acme.io/x' );", "" },
		{ "a.py", "m = 'See https://acme.io/x'", "" },
		{ "a.py", "m = 'https://code.acme.io/ticket/28859'", "" },
		{ "a.go", "u := \"[--domain <example.com>] [--root <path>]\"", "" },
		{ "a.svg", "<path d=\"1.85 11.83.74.97 1.41\"/>", "" },
		{ "a.go", "o := \"http://unixsocket/x\"", "" },
		{ "a.go", "o := \"http://placeholder\"", "" },
		{ "a.php", "<?php p( 'a <a href=\"%s\">b</a>.', 'https://acme.io/x' );",
		  "" },
		{ "a.php", "<?php $l = array('<code>localhost</code>');", "" },
		{ "a.php", "<?php $g = '<generator uri=\"https://acme.io/\">';", "" },
		{ "a.php", "<?php $m = 'gone@site.invalid';", "" },
		{ "a.java", "String r = \"10\\\\.1|::1|0:0:0:0:0:0:0:1\";", "" },
		{ "a.php", "<?php $l = 'https://www.twitter.com/acme';", "" },
		{ "a.php", "<?php $s = 'http://acme.io/mrss/category_schema';", "" },
		{ "a.php", "<?php $e = 'unknown preset - report to info@acme.io';", "" },
		{ "a.java", "e.println(\"Usage:  X [-Dhost=127.0.0.1] [-Dport=1]\");",
		  "" },
		{ "a.po", "msgstr \"https://acme.io/x\"", "" },
	};
	static const struct hard_case used[] = {
		{ "a.c", "connect(\"localhost\", 1)", "localhost@1:10=localhost" },
		{ "a.py", "hosts = ['localhost']", "localhost@1:11=localhost" },
		{ "a.php", "<?php $a = ['host' => 'localhost'];",
		  "localhost@1:24=localhost" },
		{ "a.php", "<?php $a = array('x' => 'https://acme.io/x');",
		  "url@1:26=https://acme.io/x" },
		{ "a.py", "d = {'u': 'https://acme.io/x'}",
		  "url@1:12=https://acme.io/x" },
		{ "a.js", "x = y ? 'https://acme.io/x' : 'z'",
		  "url@1:10=https://acme.io/x" },
		{ "a.html", "<script src=\"https://cdn.acme.io/x.js\"></script>",
		  "url@1:14=https://cdn.acme.io/x.js" },
		{ "a.py", "u = 'https://api.acme.io/issues/'",
		  "url@1:6=https://api.acme.io/issues/" },
		{ "a.py", "a = '10.20.30.40 10.20.30.41'",
		  "ip-address@1:6=10.20.30.40 ip-address@1:18=10.20.30.41" },
		{ "a.php", "<?php $u = 'https://api.twitter.com/1';",
		  "url@1:13=https://api.twitter.com/1" },
		{ "a.py", "u = 'https://api.acme.io/v1/schema'",
		  "url@1:6=https://api.acme.io/v1/schema" },
		{ "a.py", "u = 'https://acme.io/a-fake-plugin/'",
		  "test-value@1:6=https://acme.io/a-fake-plugin/" },
		{ "a.py", "ADMIN_EMAIL = 'ops@acme.io'", "email@1:16=ops@acme.io" },
		{ "a.py", "contact = 'ops@acme.io'", "email@1:12=ops@acme.io" },
		{ "a.py", "token = 'dummy'", "test-value@1:10=dummy" },
		{ "a.js", "location.href = 'https://acme.io/x';",
		  "url@1:18=https://acme.io/x" },
		{ "a.py", "kind = 'fake'", "test-value@1:9=fake" },
	};

	CHECK_CASES(cases);
	CHECK_CASES(used);
}

Test(hardcoded, severity_goes_by_scope)
{
	const struct scan_finding *f;
	struct scan_text t;
	size_t count;

	scan_text_init(&t, "hardcoded.localhost");
	f = scan_text_run(&t, "a.c", SPAN_LIT("x = \"localhost\";"), &count);
	check_size_eq(count, 1, "in production");
	check_int_eq(f[0].severity, SCAN_WARNING, "a warning");
	check_str_eq(f[0].message, "local host in a string: localhost", "says what");
	f = scan_text_run(&t, "tests/a.c", SPAN_LIT("x = \"localhost\";"), &count);
	check_size_eq(count, 1, "in tests");
	check_int_eq(f[0].severity, SCAN_NOTE, "graded, not hidden");
	f = scan_text_run(&t, "a.c", SPAN_LIT("x = \"10.1.2.3\";"), &count);
	check_size_eq(count, 0, "other rules are off");
	scan_text_fini(&t);
}

Test(hardcoded, hosts_are_told_apart)
{
	static const struct {
		const char *host;
		enum scan_host kind;
	} cases[] = {
		{ "localhost", SCAN_HOST_LOCAL },
		{ "a.localhost", SCAN_HOST_LOCAL },
		{ "[::1]", SCAN_HOST_LOCAL },
		{ "127.1.2.3", SCAN_HOST_LOCAL },
		{ "EXAMPLE.com", SCAN_HOST_EXAMPLE },
		{ "a.example.org", SCAN_HOST_EXAMPLE },
		{ "notexample.com", SCAN_HOST_NAME },
		{ "db", SCAN_HOST_NAME },
		{ "8.8.8.8", SCAN_HOST_IP },
		{ "10.0.0.5", SCAN_HOST_IP },
		{ "1.2.3.4", SCAN_HOST_NONE },
		{ "0.0.0.0", SCAN_HOST_NONE },
		{ "...", SCAN_HOST_NONE },
		{ "a.", SCAN_HOST_NONE },
		{ "$host", SCAN_HOST_NONE },
		{ "", SCAN_HOST_NONE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_int_eq(scan_host_kind(span_str(cases[i].host)), cases[i].kind, "%s",
		             cases[i].host);
}

Test(hardcoded, hostile_strings_take_no_time)
{
	enum { BYTES = 4 << 20 };
	static const char *const units[] = { "a@",      "1.",      "::",     "a:",
		                             "http://", "a.b@c.",  "/home/", "localhost",
		                             "x ",      "1.1.1.1 " };
	static char text[BYTES];
	struct scan_text t;
	size_t count;

	scan_text_init(&t, NULL);
	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
		size_t n = strlen(units[u]);

		text[0] = '"';
		for (size_t i = 1; i + 1 < sizeof(text); i++)
			text[i] = units[u][(i - 1) % n];
		text[sizeof(text) - 1] = '"';
		(void)scan_text_run(&t, "a.c", span_of(text, sizeof(text)), &count);
		check_true(count <= SCAN_FINDINGS_MAX, "bounded");
	}
	scan_text_fini(&t);
}

/* ---- what a value is known by ---- */

static void in_case(char *out, size_t size, const char *text, int how)
{
	size_t i = 0;

	for (; text[i] != '\0' && i + 1 < size; i++) {
		bool upper =
			how == 1 || (how == 2 && i % 2 == 0) || (how == 3 && i % 2 == 1);

		out[i] = upper && text[i] >= 'a' && text[i] <= 'z'
		                 ? (char)(text[i] - 'a' + 'A')
		                 : text[i];
	}
	out[i] = '\0';
}

/* Hyperscan looks for the marks of each kind of value, the other engine at all strings.
 */
Test(hardcoded, each_kind_of_value_has_its_mark)
{
	/* clang-format off */
	static const char *const values[] = {
		"https://db.acme.io/x", "ftp://user:password@10.1.2.3/x", "bob@acme.io",
		"username@example.com", "a_b@x-y.org", "a-@b.cd", "admin:admin", "minioadmin:1234",
		"rabbitmq:tomcat", "10.1.2.3", "10.1.2.3:8080", "fe80:1:2:3::1", "::1", "[::1]:80",
		"localhost", "localhost:3000", "db.example", "your-company.com", "yourhost.net",
		"my-domain.org", "x.example.org", ":8080", "0.0.0.0:9000", "*:443", "db:5432",
		"/home/bob/x", "/Users/bob", "C:\\\\Users\\\\bob", "/root/x", "dummy", "fake_user",
		"mock-token", "test-token1", "test account", "john doe", "jane.doe", "foo bar baz",
		"asdf", "asdfgh", "testing123", "abc123", "qwerty", "password123", "passwd123",
		"passd-123", "p@ssword1", "p@ssw0rd", "secret123", "lorem ipsum", "test@x", "foo@bar",
		"admin", "changeme", "5432", "8080",
	};
	static const struct {
		const char *path;
		const char *before;
		const char *behind;
	} forms[] = {
		{ "a.c", "s = \"", "\";\n" },
		{ "a.c", "password = \"", "\";\n" },
		{ "a.py", "db_pass: str = '", "'\n" },
		{ "a.py", "port = '", "'\n" },
		{ "a.yml", "x: ", "\n" },
		{ "a.yml", "port: ", "\n" },
	};
	/* clang-format on */
	static const char *const rule = "hardcoded.*";
	struct buf found[2] = { BUF_INIT, BUF_INIT };
	struct scan_text t[2];
	size_t count = 0;

	if (!hyper_works())
		cr_skip_test("no Hyperscan here");
	scan_text_open(&t[0], &rule, 1, SCAN_ENGINE_LITERALS);
	scan_text_open(&t[1], &rule, 1, SCAN_ENGINE_HYPERSCAN);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]) * 4; i++)
		for (size_t k = 0; k < sizeof(forms) / sizeof(forms[0]); k++) {
			char value[64];
			char text[128];

			in_case(value, sizeof(value), values[i / 4], (int)(i % 4));
			(void)snprintf(text, sizeof(text), "%s%s%s", forms[k].before,
			               value, forms[k].behind);
			for (size_t e = 0; e < 2; e++)
				(void)scan_text_list(&t[e], forms[k].path, text,
				                     &found[e]);
			count += found[0].len > 0;
			check_str_eq(buf_str(&found[1]), buf_str(&found[0]), "%s",
			             check_quote(text));
		}
	check_true(count > 300, "%zu have a finding", count);
	for (size_t e = 0; e < 2; e++) {
		scan_text_fini(&t[e]);
		buf_fini(&found[e]);
	}
}
