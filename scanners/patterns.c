// SPDX-License-Identifier: Apache-2.0
#include "patterns.h"

/*
 * Quantifiers that can meet the same bytes twice are possessive, and what starts with a
 * run looks behind first: so that no text costs more than a few steps a byte.
 */
static const struct {
	const char *pattern;
	unsigned flags;
} sources[SCAN_PATTERN_COUNT] = {
	[SCAN_PATTERN_LETTER] = { "\\A[\\p{L}\\p{N}\\p{M}_]", 0 },
	[SCAN_PATTERN_URL] = {
		"(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{1,15})://"
		"(?:([^\\s/@:?#]{1,64}+)(?::([^\\s/@]{0,64}+))?@)?"
		"(\\[[0-9a-f:.]+\\]|[^\\s/:?#\"'`<>\\\\)\\],;]++)"
		"(?::([0-9]{2,5})(?![0-9]))?"
		"[^\\s\"'`<>\\\\]*+",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_EMAIL] = {
		"(?<![\\w.+/:%@-])[a-z0-9][a-z0-9._+-]*+@"
		"((?:[a-z0-9-]++\\.)++[a-z]{2,24})"
		"(?![\\w@-]|\\.\\w|[:/])",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_IPV4] = {
		"(?<![\\w.-])[0-9]{1,3}(?:\\.[0-9]{1,3}){3}(?![\\w-]|\\.\\w)",
		0,
	},
	[SCAN_PATTERN_IPV6] = {
		"(?<![\\w:.|])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}(?![\\w:.|])",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_LOCALHOST] = {
		/* seaworthy:allow hardcoded.localhost its pattern */
		"(?<![\\w./|-])localhost(?:\\.localdomain)?(?![\\w|-]|\\.\\w)|"
		"\\A(?:\\[::1\\](?![\\w-])|::1\\z)",
		0,
	},
	[SCAN_PATTERN_EXAMPLE] = {
		"(?<![\\w-])(?:example\\.(?:com|org|net|edu)|"
		"your-?(?:domain|company|site|host)\\.(?:com|org|net)|"
		"my-?(?:domain|company)\\.(?:com|org|net)|"
		"[a-z0-9-]++\\.example)"
		"(?![\\w-]|\\.\\w)",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_PORT] = {
		"\\A(\\*|0\\.0\\.0\\.0|\\[::\\]|[a-z][a-z0-9-]*(?:\\.[a-z0-9-]+)*+)?"
		":([1-9][0-9]{1,4})\\z",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_HOME] = {
		"(?<![\\w.$}~*])(?:/home/|/Users/)"
		"[A-Za-z0-9_][A-Za-z0-9._-]*+(?=/|\\z|\\s)|"
		"\\A/root(?=/|\\z)|"
		"(?<!\\w)[A-Za-z]:(?:\\\\{1,2}|/)Users(?:\\\\{1,2}|/)"
		"[A-Za-z0-9_][\\w.-]*+",
		0,
	},
	[SCAN_PATTERN_TEST_VALUE] = {
		"\\A(?:"
		"(?:dummy|mock|fake)"
		"(?:[-_ ]?(?:user|username|data|token|key|api[-_]?key|secret|value|id|name|"
		"password|email|account))?[0-9]*|"
		"test[-_ ]?(?:user|token|password|secret|account|api[-_]?key)[0-9]*|"
		"(?:john|jane)[ ._]?doe|foo ?bar(?: ?baz)?|asdf(?:gh|asdf|jkl)*|"
		"test(?:ing)?123[0-9]*|abc123|qwerty(?:123|uiop)?)\\z",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_TEST_WORD] = {
		"(?<![\\w@.-])(?:password[-_]?123[0-9]*|passw?d123[0-9]*|"
		/* seaworthy:allow hardcoded.test-value its pattern */
		"p@ssw(?:0|o)rd[0-9]*|secret123[0-9]*|lorem ipsum|"
		"(?:test|dummy|foo|mock)@[a-z0-9][\\w.-]*+)"
		"(?![\\w-])",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_LOGIN] = {
		"\\A(?:admin|administrator|root|guest|user|postgres|test|sa|elastic|"
		"minioadmin|mysql|rabbitmq|tomcat):"
		"(?:admin|administrator|root|guest|user|postgres|test|toor|sa|elastic|"
		"minioadmin|mysql|rabbitmq|tomcat|"
		"pass(?:word|wd)?[0-9]*|changeme|secret|default|"
		"1234(?:5(?:6(?:78)?)?)?)\\z",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_PASSWORD_KEY] = {
		"(?<![a-z])(?:\\w*(?:pass(?:word|wd|phrase)|_pass)|pass|pwd)"
		"[\"'\\])]{0,3}(?:\\s*:\\s*(?:str|string|String))?"
		"\\s*(?::=|=|:|=>)\\s*(?:[rbfuL@$]|new String\\()?\\z",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_PORT_KEY] = {
		"(?:\\A|[^a-z])port[\"']?\\s*[:=]\\s*[\"']?\\z",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_PERSON_KEY] = {
		"author|maintainer|copyright|\\(c\\)|bug[_ -]?report|"
		"credits|contributor|committer|\\bs(?:pec)?\\.email|\\breport to\\b",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_COMPARED] = {
		/* Operators; in SQL and in shell's test a single one is enough. */
		"(?:[=!]==?|\\s(?:eq|ne|-eq|-ne))[\\s\"'(]*+\\z|"
		"\\bwhere\\s[^\"']*[<>=]\\s*\\z|"
		"(?:\\[|\\btest)\\s[^;|]*\\s=\\s*\\z|"
		/* Functions, with the value as one of the first two arguments. */
		"(?:cmp|compare|equals?|prefix|starts_?with|ends_?with|contains?|includes?|"
		"index_?of|stri?pos|match(?:es)?|(?<![a-z])compile|mustcompile|regexp?)"
		"[a-z0-9_]{0,12}[(!]\\s*(?:[^\"']{1,80},\\s*)?\\z|"
		/* Members of a set, cases. */
		"\\bin_array\\s*\\([^)]*+\\z|"
		"\\bin\\s*[(\\[{][^)\\]}]*+\\z|"
		"\\bcase\\s*\\(?\\z|\\bwhen\\s+\\z",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_LINKED] = {
		"(?<!\\.)\\bhref(?:=>|[^<>])*+\\z|"
		"(?:\\brel|pluginspage|xmlns:?\\w*|[a-z]*namespace\\w*|schema_?location|feature|"
		"<!doctype[^>]*|\\bdtd)[\\\\\"'\\s,:(]*(?:=>?)?[\\\\\"'\\s]*\\z|"
		/* Texts that are translated are read by people. */
		"(?<![a-z0-9])(?:__?|\\w*__|_[enx]|d?n?gettext|tr|trans(?:late)?)"
		"\\(\\s*\\z|"
		"(?:\\bsee|\\bvisit|\\bread|details|information|\\binfo)(?: also)?"
		"(?: at| on)?:?\\s+\\z",
		SCAN_REGEX_CASELESS,
	},
	[SCAN_PATTERN_NAMING] = {
		"xmlns|schemalocation|<!doctype|\\bhome_?page|</a>|<(?:\\w+:)?generator|"
		"<a\\s[^<]*+\\z|\\bspec_?ur[il]|"
		"\\bdocumentation_?ur[il]|\\bchangelog_?ur[il]|"
		"\\bsource_code_uri|\\bbug_?tracker",
		SCAN_REGEX_CASELESS,
	},
};

enum err_code scan_patterns_init(struct scan_patterns *p, struct err *err)
{
	enum err_code rc = ERR_OK;

	*p = (struct scan_patterns){ { NULL } };
	for (size_t i = 0; rc == ERR_OK && i < SCAN_PATTERN_COUNT; i++)
		rc = scan_regex_new(&p->of[i], sources[i].pattern, sources[i].flags, err);
	if (rc != ERR_OK)
		scan_patterns_fini(p);
	return rc;
}

void scan_patterns_fini(struct scan_patterns *p)
{
	for (size_t i = 0; i < SCAN_PATTERN_COUNT; i++) {
		scan_regex_free(p->of[i]);
		p->of[i] = NULL;
	}
}

bool scan_patterns_letter(const struct scan_patterns *p, struct scan_matcher *m,
                          struct span text)
{
	return scan_regex_find(p->of[SCAN_PATTERN_LETTER], m, text, 0, NULL, 0) ==
	       SCAN_MATCH;
}
