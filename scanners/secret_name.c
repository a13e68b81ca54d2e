// SPDX-License-Identifier: Apache-2.0
#include "secret_name.h"

#include "base/ascii.h"
#include "base/str.h"

#include <string.h>

enum { NAME_MAX = 160, WORDS_MAX = 24, WORD_MAX = 24 };

static bool is_name(char c)
{
	return ascii_is_letter(c) || (c >= '0' && c <= '9') || strchr("_-.$", c) != NULL;
}

bool scan_name_starts(struct span text, size_t start)
{
	char before = start > 0 ? text.ptr[start - 1] : ' ';

	return !ascii_is_letter(before) ||
	       (ascii_is_lower(before) && ascii_is_upper(text.ptr[start]));
}

struct span scan_name_around(struct span text, size_t start, size_t end)
{
	size_t low = start > NAME_MAX ? start - NAME_MAX : 0;
	size_t from = start;
	size_t to = end;

	while (from > low && text.ptr[from - 1] != '\0' && is_name(text.ptr[from - 1]))
		from--;
	while (to < text.len && to - end < NAME_MAX && text.ptr[to] != '\0' &&
	       is_name(text.ptr[to]))
		to++;
	return span_sub(text, from, to - from);
}

/* ---- words of a name ---- */

struct words {
	char text[WORDS_MAX][WORD_MAX + 1]; /* small letters */
	size_t count;
};

/* Does a word end in front of `at`: "apiKey", "APIKey"? */
static bool is_border(struct span name, size_t at)
{
	char before = name.ptr[at - 1];
	char c = name.ptr[at];

	if (!ascii_is_letter(c) || !ascii_is_upper(c))
		return !ascii_is_letter(c);
	if (ascii_is_lower(before))
		return true;
	return at + 1 < name.len && ascii_is_lower(name.ptr[at + 1]);
}

static void put_word(struct words *w, struct span s)
{
	size_t len = s.len < WORD_MAX ? s.len : WORD_MAX;

	if (w->count == WORDS_MAX)
		return;
	for (size_t i = 0; i < len; i++) {
		char c = s.ptr[i];

		w->text[w->count][i] = ascii_is_upper(c) ? (char)(c - 'A' + 'a') : c;
	}
	w->text[w->count++][len] = '\0';
}

static void split(struct span name, struct words *w)
{
	w->count = 0;
	for (size_t at = 0; at < name.len;) {
		size_t end = at + 1;

		if (!ascii_is_letter(name.ptr[at])) {
			at++;
			continue;
		}
		while (end < name.len && !is_border(name, end))
			end++;
		put_word(w, span_sub(name, at, end - at));
		at = end;
	}
}

/* ---- what words mean ---- */

/* Each list is one text, a space in front of and behind each word. */
static bool is_in(const char *list, const char *word)
{
	size_t len = strlen(word);
	const char *at = list;

	while ((at = strstr(at, word)) != NULL) {
		if (at > list && at[-1] == ' ' && at[len] == ' ')
			return true;
		at++;
	}
	return false;
}

/* Behind the last word of a secret they name something about it. */
static const char behind[] =
	" algorithm algo alias arg argument array attribute audience author board body "
	"bucket bytes callback cert certificate change changed char class code codes column "
	"comment config count created date default delimiter description dialog digest "
	"dir directory enabled encoding encryption endpoint error errors event events exists expires "
	"expiry expired expiration factory field fields file filename files fingerprint flag "
	"folder form format frame func function generator group handle handler hash header "
	"headers helper hint host id identifier ids index info input issuer iv kind label "
	"language layout len length level limit line link list listener location lookup "
	"manager map mapping max message method min mode module msg name names namespace "
	"node nonce number num object offset option options order owner page pair param "
	"params parser path paths pattern placeholder policy pool position prefix press "
	"process property provider ptr purpose query ref reference regex regexp region "
	"registry required request reset response result ring role rotation rule schema scheme "
	"scope selector separator server sequence service shape sid signature size slot "
	"source spec state status store style subject suffix symbol table tag target "
	"template thumbprint time timeout timestamp title topic ttl type types uid "
	"uri url usage username uuid validator variable vendor "
	"version view volume watcher word words ";

/* In front of one they say that it is none. */
static const char front[] =
	" accelerator authenticity cache captcha column composite csrf csrfmiddleware "
	"cursor dedup example fake foreign hot i18n idempotency "
	"keyboard locale lookup mock natural next noop num ordering pagination "
	"partition primary pub public publishable recaptcha registry routing "
	"shard shortcut sort sync translation unique xsrf ";

/* A bare "key" of these is part of a table, not of a lock. */
static const char tables[] =
	" array attr attribute backup bucket by cfg child config dict event file first "
	"for from get group hash header json last license lists localization map max message "
	"metadata min new node object of old on option parent param pref preference "
	"property prop query record s section set settings socket string sub symbol table "
	"tag test the this to trans tree type value via with xml ";

static const char secrets[] =
	" apikey apisecret apitoken appkey appsecret accesskey accesstoken authkey authtoken "
	"bearertoken clientsecret credential credentials cred creds masterkey pass passcode "
	"passphrase passwd password passwords privatekey privkey pwd secret secretkey "
	"secrets secrettoken signingkey token usertoken ";

/* Words that a bare "key" becomes a secret with. */
static const char qualifiers[] =
	" access account admin api app application auth authentication authorization "
	"consumer crypt crypto decryption developer encrypt encryption ingest integration "
	"jwt licence license master priv private secret security server service session "
	"shared sign signing ssh storage subscription webhook write ";

static bool ends_as_secret(const char *word)
{
	static const char *const ends[] = { "token",  "secret",    "password", "passwd",
		                            "apikey", "secretkey", "accesskey" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (str_ends(word, ends[i]))
			return true;
	}
	return false;
}

static bool is_key(const char *word)
{
	return str_eq(word, "key") || str_eq(word, "keys");
}

static enum scan_name_kind kind_of_word(const struct words *w, size_t at)
{
	const char *word = w->text[at];

	if (is_in(secrets, word) || ends_as_secret(word))
		return SCAN_NAME_SECRET;
	if (is_key(word)) {
		for (size_t i = 0; i < at; i++) {
			if (is_in(qualifiers, w->text[i]))
				return SCAN_NAME_SECRET;
		}
		return at > 0 && is_in(tables, w->text[at - 1]) ? SCAN_NAME_OTHER
		                                                : SCAN_NAME_WEAK;
	}
	return is_in(" access api auth oauth ", word) ? SCAN_NAME_WEAK : SCAN_NAME_OTHER;
}

enum scan_name_kind scan_name_kind(struct span name)
{
	enum scan_name_kind kind = SCAN_NAME_OTHER;
	struct words w;
	size_t last = 0;

	split(name, &w);
	for (size_t i = 0; i < w.count; i++) {
		enum scan_name_kind k = kind_of_word(&w, i);

		if (k == SCAN_NAME_OTHER)
			continue;
		kind = k > kind ? k : kind;
		last = i;
	}
	for (size_t i = 0; kind != SCAN_NAME_OTHER && i < w.count; i++) {
		if (i > last ? is_in(behind, w.text[i])
		             : i < last && is_in(front, w.text[i]))
			return SCAN_NAME_OTHER;
	}
	return kind;
}
