# SPDX-License-Identifier: Apache-2.0
# cmake -DSTYLE=f.css -DSCRIPT=f.js -DOUT=html_page.h -P embed.cmake
# Writes both files as byte arrays, and their hashes as the content security policy
# of the page wants them.

function(base64_of_hex hex out)
	set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
	set(text "")
	# 32 bytes are ten groups of three and two bytes over.
	foreach(group RANGE 0 9)
		math(EXPR at "${group} * 6")
		string(SUBSTRING ${hex} ${at} 6 six)
		foreach(shift 18 12 6 0)
			math(EXPR index "(0x${six} >> ${shift}) & 63")
			string(SUBSTRING ${alphabet} ${index} 1 letter)
			string(APPEND text ${letter})
		endforeach()
	endforeach()
	string(SUBSTRING ${hex} 60 4 four)
	foreach(shift 10 4 -2)
		if(shift LESS 0)
			math(EXPR index "(0x${four} << 2) & 63")
		else()
			math(EXPR index "(0x${four} >> ${shift}) & 63")
		endif()
		string(SUBSTRING ${alphabet} ${index} 1 letter)
		string(APPEND text ${letter})
	endforeach()
	set(${out} "${text}=" PARENT_SCOPE)
endfunction()

function(embed file name text_out)
	file(READ ${file} hex HEX)
	file(SHA256 ${file} sha)
	base64_of_hex(${sha} hash)
	string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
	string(TOUPPER ${name} upper)
	set(${text_out}
		"#define ${upper}_HASH \"sha256-${hash}\"\nstatic const unsigned char ${name}[] = {\n${bytes}\n};\n"
		PARENT_SCOPE)
endfunction()

embed(${STYLE} rep_html_style style)
embed(${SCRIPT} rep_html_script script)
embed(${DASHBOARD} rep_dashboard_css dashboard)
file(WRITE ${OUT} "/* Made by embed.cmake from html_style.css, html_script.js and dashboard_style.css. */\n"
	"#ifndef REPORTS_HTML_PAGE_H\n#define REPORTS_HTML_PAGE_H\n\n"
	"${style}\n${script}\n${dashboard}\n#endif\n")
