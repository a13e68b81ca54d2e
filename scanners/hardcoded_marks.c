// SPDX-License-Identifier: Apache-2.0
#include "hardcoded_marks.h"

/* One or a few for each expression of patterns.c. Those know Unicode: where they take
 * white space, any byte above ASCII may stand for it, and two characters equal an ASCII
 * letter but for their case (the long s, the sign of Kelvin). */
static const char *const marks[] = {
	"://",
	"[0-9a-z._+-]@[0-9a-z-]",
	"[0-9A-Z._+-]@[0-9A-Za-z-]",
	"(?i)(?:admin|administrator|root|guest|user|postgres):[a-z1]",
	"(?i)(?:test|sa|elastic|mysql|rabbitmq|tomcat):[a-z1]",
	"[0-9]\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]",
	":[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]",
	"::1",
	"localhost",
	"(?i)example\\.[a-z]",
	"(?i)\\.example",
	"(?i)(?:your|my)-?(?:domain|company|site|host)\\.",
	":[1-9][0-9]{1,4}(?:[^0-9A-Za-z_.:]|$)",
	"/home/",
	"/Users",
	"\\\\Users",
	"/root",
	"(?i)dummy|mock|fake|asdf|qwerty|abc123|foo ?bar|(?:john|jane)[ ._]?doe",
	"(?i)test[-_ ]?(?:user|token|password|secret|account|api)",
	"(?i)test(?:ing)?123|pass(?:word|wd|d)[-_]?123|p@ssw|secret123|lorem ipsum",
	"(?i)(?:test|dummy|foo|mock)@[a-z0-9]",
	"(?i)(?:pass(?:word|wd|phrase)?|pwd)[\"'\\])]{0,3}[\\s\\x80-\\xFF]*[:=]",
	"(?i)port[\"']?[\\s\\x80-\\xFF]*[:=]",
	"\\xC5\\xBF",
	"\\xE2\\x84\\xAA",
};

const char *scan_hardcoded_mark(size_t i)
{
	return i < sizeof(marks) / sizeof(marks[0]) ? marks[i] : NULL;
}
