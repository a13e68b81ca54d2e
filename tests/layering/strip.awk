# SPDX-License-Identifier: Apache-2.0
# strip(line): the line without comments, and with string and character literals
# emptied. A comment may span lines: in_comment carries over, and starts afresh
# with each file (rules.awk resets it).

function strip(line,	out, c, pair, quote) {
	if (!in_comment && line !~ /["'\/]/)
		return line
	out = ""
	quote = ""
	while (line != "") {
		c = substr(line, 1, 1)
		pair = substr(line, 1, 2)
		if (in_comment) {
			in_comment = pair != "*/"
			line = substr(line, in_comment ? 2 : 3)
		} else if (quote != "") {
			if (c == quote) {
				out = out c
				quote = ""
			}
			line = substr(line, c == "\\" ? 3 : 2)
		} else if (pair == "/*") {
			in_comment = 1
			line = substr(line, 3)
		} else if (pair == "//") {
			line = ""
		} else {
			if (c == "\"" || c == "'")
				quote = c
			out = out c
			line = substr(line, 2)
		}
	}
	return out
}
