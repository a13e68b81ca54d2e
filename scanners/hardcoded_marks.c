// SPDX-License-Identifier: Apache-2.0
#include "hardcoded_marks.h"

/* One or a few for each expression of patterns.c but those that glance.c finds. They know
 * Unicode: where they take white space, any byte above ASCII may stand for it, and two
 * characters equal an ASCII letter but for their case (the long s, the sign of Kelvin).
 */
static const struct hardcoded_mark marks[] = {
	{ "://", HARDCODED_URL },
	{ "(?i)(?:admin|administrator|root|guest|user|postgres):[a-z1]",
	  HARDCODED_LOGIN },
	{ "(?i)(?:test|sa|elastic|mysql|rabbitmq|tomcat):[a-z1]", HARDCODED_LOGIN },
	/* seaworthy:allow hardcoded.localhost what the rule looks for */
	{ "::1", HARDCODED_LOCAL },
	/* seaworthy:allow hardcoded.localhost what the rule looks for */
	{ "localhost", HARDCODED_LOCAL },
	{ "(?i)example\\.[a-z]", HARDCODED_EXAMPLE },
	{ "(?i)\\.example", HARDCODED_EXAMPLE },
	{ "(?i)(?:your|my)-?(?:domain|company|site|host)\\.", HARDCODED_EXAMPLE },
	{ "/home/", HARDCODED_HOME },
	{ "/Users", HARDCODED_HOME },
	{ "\\\\Users", HARDCODED_HOME },
	/* seaworthy:allow hardcoded.path-home what the rule looks for */
	{ "/root", HARDCODED_HOME },
	{ "(?i)dummy|mock|fake|asdf|qwerty|abc123|foo ?bar|(?:john|jane)[ ._]?doe",
	  HARDCODED_TEST },
	{ "(?i)test[-_ ]?(?:user|token|password|secret|account|api)", HARDCODED_TEST },
	/* seaworthy:allow hardcoded.test-value what the rule looks for */
	{ "(?i)test(?:ing)?123|pass(?:word|wd|d)[-_]?123|p@ssw|secret123|lorem ipsum",
	  HARDCODED_TEST },
	{ "(?i)(?:test|dummy|foo|mock)@[a-z0-9]", HARDCODED_TEST },
	{ "(?i)(?:pass(?:word|wd|phrase)?|pwd)[\"'\\])]{0,3}[\\s\\x80-\\xFF]*[:=]",
	  HARDCODED_KEY },
	{ "(?i)port[\"']?[\\s\\x80-\\xFF]*[:=]", HARDCODED_KEY },
	{ "\\xC5\\xBF", HARDCODED_ANY },
	{ "\\xE2\\x84\\xAA", HARDCODED_ANY },
};

const struct hardcoded_mark *scan_hardcoded_mark(size_t i)
{
	return i < sizeof(marks) / sizeof(marks[0]) ? &marks[i] : NULL;
}
