// SPDX-License-Identifier: Apache-2.0
#include "address.h"

#include "base/ascii.h"

#include <arpa/inet.h>
#include <string.h>

static bool same(struct span s, const char *name)
{
	for (size_t i = 0; i < s.len; i++) {
		if (name[i] == '\0' || ascii_lower(s.ptr[i]) != name[i])
			return false;
	}
	return name[s.len] == '\0';
}

static bool ends_with(struct span s, const char *end)
{
	size_t n = strlen(end);

	return s.len >= n && same(span_from(s, s.len - n), end);
}

/* The host itself or a name below it. */
static bool is_host_or_below(struct span host, const char *name)
{
	size_t n = strlen(name);

	return ends_with(host, name) &&
	       (host.len == n || host.ptr[host.len - n - 1] == '.');
}

static bool to_text(struct span s, char *out, size_t size)
{
	if (s.len == 0 || s.len >= size)
		return false;
	memcpy(out, s.ptr, s.len);
	out[s.len] = '\0';
	return true;
}

/* Resolvers and the like that are what they look like in spite of small numbers. */
static bool is_known(const unsigned char ip[4])
{
	static const unsigned char known[][4] = {
		{ 8, 8, 8, 8 }, { 8, 8, 4, 4 }, { 1, 1, 1, 1 },
		{ 1, 0, 0, 1 }, { 9, 9, 9, 9 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (memcmp(ip, known[i], 4) == 0)
			return true;
	}
	return false;
}

/* Four small numbers are rather a version or an object identifier. */
static bool looks_like_version(const unsigned char ip[4])
{
	return ip[0] < 10 && ip[1] < 40 && ip[2] < 100 && !is_known(ip);
}

static enum scan_host ipv4_kind(const unsigned char ip[4])
{
	if (ip[0] == 127)
		return SCAN_HOST_LOCAL;
	/* Unspecified, netmasks, multicast and broadcast, network numbers. */
	if (ip[0] == 0 || ip[0] >= 224 || (ip[1] == 0 && ip[2] == 0 && ip[3] == 0))
		return SCAN_HOST_NONE;
	/* Networks reserved for documentation. */
	if ((ip[0] == 192 && ip[1] == 0 && ip[2] == 2) ||
	    (ip[0] == 198 && ip[1] == 51 && ip[2] == 100) ||
	    (ip[0] == 203 && ip[1] == 0 && ip[2] == 113))
		return SCAN_HOST_NONE;
	return looks_like_version(ip) ? SCAN_HOST_NONE : SCAN_HOST_IP;
}

static enum scan_host ipv6_kind(const unsigned char ip[16])
{
	static const unsigned char local[16] = { [15] = 1 };
	static const unsigned char zero[16] = { 0 };
	static const unsigned char documentation[4] = { 0x20, 0x01, 0x0d, 0xb8 };

	if (memcmp(ip, local, 16) == 0)
		return SCAN_HOST_LOCAL;
	/* Global unicast and unique local addresses; the rest is no single machine. */
	if (memcmp(ip, zero, 10) == 0 || memcmp(ip, documentation, 4) == 0 ||
	    ((ip[0] & 0xE0) != 0x20 && (ip[0] & 0xFE) != 0xFC))
		return SCAN_HOST_NONE;
	return SCAN_HOST_IP;
}

enum scan_host scan_ip_kind(struct span text)
{
	unsigned char ip[16];
	char copy[64];

	if (!to_text(text, copy, sizeof(copy)))
		return SCAN_HOST_NONE;
	if (inet_pton(AF_INET, copy, ip) == 1)
		return ipv4_kind(ip);
	if (inet_pton(AF_INET6, copy, ip) == 1)
		return ipv6_kind(ip);
	return SCAN_HOST_NONE;
}

static bool is_example(struct span host)
{
	/* clang-format off */
	static const char *const names[] = {
		/* seaworthy:allow hardcoded.example-domain what the rule looks for */
		"example.com", "example.org", "example.net", "example.edu", "example",
		/* seaworthy:allow hardcoded.example-domain what the rule looks for */
		"yourdomain.com", "your-domain.com", "mydomain.com", "domain.com",
		/* seaworthy:allow hardcoded.example-domain what the rule looks for */
		"yourcompany.com", "mycompany.com", NULL,
	};
	/* clang-format on */

	for (size_t i = 0; names[i] != NULL; i++) {
		if (is_host_or_below(host, names[i]))
			return true;
	}
	return false;
}

/* Are there marks in it that a program or a reader fills in, or no name at all? */
static bool is_placeholder(struct span host)
{
	bool any = false;

	for (size_t i = 0; i < host.len; i++) {
		char c = host.ptr[i];
		bool name = ascii_is_alnum(c);

		if (!name && c != '-' && c != '.' && c != '_')
			return true;
		any = any || name;
	}
	return !any || host.ptr[host.len - 1] == '.' || host.ptr[0] == '.';
}

/* "http://unix/" goes to a socket, "http://host/" to whatever host is meant. */
static bool is_stand_in(struct span host)
{
	static const char *const names[] = { "unix",    "unixsocket",  "host", "hostname",
		                             "machine", "placeholder", NULL };

	for (size_t i = 0; names[i] != NULL; i++) {
		if (same(host, names[i]))
			return true;
	}
	return false;
}

enum scan_host scan_host_kind(struct span host)
{
	if (host.len > 2 && host.ptr[0] == '[')
		return scan_ip_kind(span_sub(host, 1, host.len - 2));
	if (is_placeholder(host) || is_stand_in(host) ||
	    is_host_or_below(host, "invalid"))
		return SCAN_HOST_NONE;
	/* seaworthy:allow hardcoded.localhost what the rule looks for */
	if (same(host, "localhost") || ends_with(host, ".localhost") ||
	    /* seaworthy:allow hardcoded.localhost what the rule looks for */
	    same(host, "localhost.localdomain"))
		return SCAN_HOST_LOCAL;
	if (is_example(host))
		return SCAN_HOST_EXAMPLE;
	for (size_t i = 0; i < host.len; i++) {
		if ((host.ptr[i] < '0' || host.ptr[i] > '9') && host.ptr[i] != '.')
			return SCAN_HOST_NAME;
	}
	return scan_ip_kind(host);
}

bool scan_scheme_is_service(struct span scheme)
{
	static const char *const schemes[] = {
		"http",          "https",     "ws",
		"wss",           "ftp",       "ftps",
		"sftp",          "ssh",       "redis",
		"rediss",        "postgres",  "postgresql",
		"mysql",         "mongodb",   "mongodb+srv",
		"amqp",          "amqps",     "mqtt",
		"mqtts",         "kafka",     "nats",
		"tcp",           "udp",       "smtp",
		"smtps",         "ldap",      "ldaps",
		"grpc",          "imap",      "imaps",
		"elasticsearch", "memcached", "clickhouse",
		"rtmp",          "rtsp",      NULL,
	};

	for (size_t i = 0; schemes[i] != NULL; i++) {
		if (same(scheme, schemes[i]))
			return true;
	}
	return false;
}

static bool is_in_path(struct span rest, const char *const *folders)
{
	for (size_t i = 0; folders[i] != NULL; i++) {
		if (span_find(rest, span_str(folders[i])) != rest.len)
			return true;
	}
	return false;
}

/* /2022/10/10/: an article. */
static bool is_dated(struct span rest)
{
	size_t at = span_find(rest, SPAN_LIT("/20"));

	return rest.len - at >= 9 && rest.ptr[at + 5] == '/' && rest.ptr[at + 8] == '/';
}

/* Where people ask, read and report; an API may have such names, too. */
static bool is_for_people(struct span host, struct span rest)
{
	static const char *const services[] = { "/api/", "/rest/", "/v1/", "/v2/",
		                                "/v3/",  "api.",   NULL };
	static const char *const folders[] = {
		"/support/", "/faq",      "/about/",    "/help/",
		"/tutorial", "/browse/",  "/ticket/",   "/blog/",
		"/issues/",  "/privacy/", "/contact/",  "/handbook/",
		"-policy",   "/channel/", "/search?q=", NULL,
	};

	return (is_in_path(rest, folders) || is_dated(rest) ||
	        ends_with(rest, "schema")) &&
	       !is_in_path(rest, services) && !is_in_path(host, services);
}

/* Links for people: pages about code, not services that code calls. */
static bool is_page(struct span rest)
{
	static const char *const ends[] = { ".html", ".htm", ".md",  ".pdf", ".txt",
		                            ".xsd",  ".dtd", ".rst", NULL };
	static const char *const folders[] = { "/docs/", "/wiki/", "/licenses/", NULL };
	size_t end = 0;

	while (end < rest.len && strchr("?#", rest.ptr[end]) == NULL)
		end++;
	for (size_t i = 0; ends[i] != NULL; i++) {
		if (ends_with(span_sub(rest, 0, end), ends[i]))
			return true;
	}
	return span_find_byte(rest, '#') != rest.len || is_in_path(rest, folders);
}

/* "http://www.x.org/" alone is where a project lives. */
static bool is_front_page(struct span host, struct span rest)
{
	return same(span_sub(host, 0, 4), "www.") &&
	       (rest.len == 0 || span_eq_str(rest, "/"));
}

static struct span without_www(struct span host)
{
	return same(span_sub(host, 0, 4), "www.") ? span_from(host, 4) : host;
}

bool scan_host_is_reference(struct span host, struct span rest)
{
	static const char *const hosts[] = {
		"w3.org",
		"json-schema.org",
		"xmlsoap.org",
		"purl.org",
		"ns.adobe.com",
		"gnu.org",
		"fsf.org",
		"opensource.org",
		"creativecommons.org",
		"spdx.org",
		"ietf.org",
		"rfc-editor.org",
		"oasis-open.org",
		"schema.org",
		"xmlns.com",
		"openxmlformats.org",
		"schemas.microsoft.com",
		"schemas.android.com",
		"java.sun.com",
		"relaxng.org",
		"dublincore.org",
		"iana.org",
		"unicode.org",
		"wikipedia.org",
		"stackoverflow.com",
		"mozilla.org",
		"readthedocs.io",
		"readthedocs.org",
		"github.io",
		"man7.org",
		"kernel.org",
		"opengroup.org",
		"json.schemastore.org",
		"schemastore.org",
		"python.org",
		"semver.org",
		"ecma-international.org",
		"whatwg.org",
		"caniuse.com",
		"apache.org",
		"xml.org",
		"jcp.org",
		"standards.iso.org",
		"cve.mitre.org",
		"youtu.be",
		"api.w.org",
		NULL,
	};
	/* A project's or a person's page; what answers programs has another name. */
	static const char *const sites[] = {
		"github.com",    "gitlab.com",   "bitbucket.org",
		"facebook.com",  "twitter.com",  "x.com",
		"instagram.com", "linkedin.com", NULL,
	};
	static const char *const prefixes[] = { "docs.",      "doc.",        "wiki.",
		                                "www.w3.",    "schemas.",    "schema.",
		                                "developer.", "developers.", "help.",
		                                "support.",   "xmlns.",      "codex.",
		                                "learn.",     "bugs.",       "bugzilla.",
		                                "jira.",      "blog.",       NULL };

	for (size_t i = 0; hosts[i] != NULL; i++) {
		if (is_host_or_below(host, hosts[i]))
			return true;
	}
	for (size_t i = 0; prefixes[i] != NULL; i++) {
		if (same(span_sub(host, 0, strlen(prefixes[i])), prefixes[i]))
			return true;
	}
	for (size_t i = 0; sites[i] != NULL; i++) {
		if (same(without_www(host), sites[i]))
			return true;
	}
	return is_page(rest) || is_for_people(host, rest) || is_front_page(host, rest);
}
