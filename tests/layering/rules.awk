# SPDX-License-Identifier: Apache-2.0
# The rules: who may include whom, who may include which library, and what nobody
# may call. First file: the exceptions, "path function reason..". Then C sources.

BEGIN {
	base = "base os lib"
	group = base " crypto chunk backend"
	allow["engine/base"] = allow["engine/os"] = allow["engine/lib"] = base
	allow["engine/crypto"] = allow["engine/chunk"] = allow["engine/backend"] = group
	allow["engine/pack"] = group " pack"
	allow["engine/repo"] = allow["engine/pack"] " repo"
	allow["engine/snapshot"] = allow["engine/repo"] " snapshot"
	allow["engine/job"] = allow["engine/snapshot"] " job"
	allow["engine/ops"] = allow["engine/job"] " ops"
	allow["engine/cli"] = allow["engine/ops"] " cli lifeboat.h"
	allow["engine/api"] = allow["engine/job"] " api lifeboat.h"
	allow["engine/include"] = ""
	allow["scanners"] = base " crypto/digest.h scanners"
	allow["reports"] = "base lib/json.h reports html_page.h"
	rooms = "policy collect verdict record roadmap rollout claims"
	gate = base " crypto scanners reports lifeboat.h " rooms
	split(rooms, room)
	for (i in room)
		allow["gate/" room[i]] = gate
	# A verdict is a pure function of what it is given.
	allow["gate/verdict"] = "base lib/json.h policy verdict"
	allow["gate/cli"] = gate " cli"

	# One file includes each of these; keys are the header or its folder.
	split("cJSON.h libfyaml.h expat.h git2.h pcre2.h gmp.h openssl/ zstd.h sodium.h " \
		"curl/ sqlite3.h archive.h archive_entry.h hs.h " \
		"microhttpd.h md4c.h toml++/", third_party)
	for (i in third_party)
		library[third_party[i]] = 1
	# Cryptography has a folder of its own instead.
	home["openssl/"] = home["sodium.h"] = "engine/crypto"

	split("assert ctype errno float inttypes iso646 limits locale math setjmp signal " \
		"stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn " \
		"string time wchar wctype dirent dlfcn fcntl fnmatch glob grp langinfo " \
		"libgen netdb poll pthread pwd regex sched semaphore spawn strings " \
		"syslog termios unistd utime wordexp cpuid immintrin", names)
	for (i in names)
		system_header[names[i] ".h"] = 1
	split("arpa/ asm/ linux/ net/ netinet/ sys/", folders)
	for (i in folders)
		system_header[folders[i]] = 1

	split("malloc calloc realloc reallocarray aligned_alloc posix_memalign free strdup " \
		"strndup asprintf vasprintf strcpy stpcpy strcat strncat strncpy sprintf " \
		"vsprintf strtok strtok_r gets atoi atol atoll atof alloca scanf sscanf " \
		"fscanf vsscanf popen", names)
	for (i in names)
		banned[names[i]] = 1
	platform = "__linux__|__APPLE__|__MACH__|_WIN32|_WIN64|__CYGWIN__|__unix__|" \
		"__FreeBSD__|__OpenBSD__|__NetBSD__|__DragonFly__|__sun|_MSC_VER|__GLIBC__"
}

function breach(text) {
	printf "%s:%d: %s\n", FILENAME, FNR, text
	breaches++
}

# The area a path belongs to: two levels for engine and gate, else one.
function area_of(path,	part) {
	split(path, part, "/")
	if (part[1] == "engine" || part[1] == "gate")
		return part[1] "/" part[2]
	return part[1]
}

# Is the header a file of the includer's own folder?
function own_sibling(header,	path, line, found) {
	if (index(header, "/"))
		return 0
	path = FILENAME
	sub(/[^\/]*$/, "", path)
	path = path header
	found = (getline line < path) >= 0
	close(path)
	return found
}

function quoted_include(header,	i, n, words) {
	if (header ~ /\.\./) {
		breach("include \"" header "\" climbs out of its folder")
		return
	}
	# A bare .inc is text of its own folder that the build turns into C.
	if (own_sibling(header) || header ~ /^[^\/]*\.inc$/)
		return
	n = split(allow[area], words, " ")
	for (i = 1; i <= n; i++)
		if (header == words[i] || index(header, words[i] "/") == 1)
			return
	breach(area " may not include \"" header "\"; it may include: " allow[area])
}

function system_include(header,	key) {
	key = header
	if (!(key in library) && !(key in system_header))
		sub(/\/.*/, "/", key)
	if (key in home) {
		if (area != home[key])
			breach("<" header "> is for " home[key] " alone")
	} else if (key in library) {
		if (key in user && user[key] != FILENAME)
			breach("<" header "> is already included by " user[key] \
				"; one wrapper includes it")
		user[key] = FILENAME
	} else if (!(key in system_header)) {
		breach("<" header "> is a library without a wrapper; name it in rules.awk")
	}
}

# Report banned words of a stripped line, but not members: x.free, x->free, (*free).
function words_of(code,	before, word) {
	while (match(code, /[A-Za-z_][A-Za-z_0-9]*/)) {
		before = substr(code, 1, RSTART - 1)
		word = substr(code, RSTART, RLENGTH)
		code = substr(code, RSTART + RLENGTH)
		if ((word in banned) && before !~ /(\.|->|\*)[ \t]*$/ &&
		    !((FILENAME SUBSEP word) in excepted))
			breach(word " is banned; " \
				"engine/base has mem.h, buf.h, str.h and num.h for it")
	}
}

NR == FNR {
	if ($0 !~ /^#/ && NF >= 3)
		excepted[$1, $2] = 1
	next
}

FNR == 1 {
	in_comment = 0
	area = area_of(FILENAME)
	files++
	if (!(area in allow))
		breach("no rule for the folder " area "; name it in rules.awk")
}

{
	was_comment = in_comment
	code = strip($0)
}

!was_comment && /^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	quoted_include(part[2])
	next
}

!was_comment && /^[ \t]*#[ \t]*include[ \t]*</ {
	split($0, part, /[<>]/)
	system_include(part[2])
	next
}

code ~ /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)/ && area != "engine/os" &&
code ~ "(^|[^A-Za-z0-9_])(" platform ")([^A-Za-z0-9_]|$)" {
	breach("the platform is asked for outside engine/os")
}

FILENAME != "engine/base/mem.c" && !/^[ \t]*#[ \t]*pragma/ {
	words_of(code)
}

END {
	if (files == 0) {
		print "layering: no C file found"
		exit 1
	}
	printf "layering: %d files, %d breaches\n", files, breaches
	exit breaches > 0
}
