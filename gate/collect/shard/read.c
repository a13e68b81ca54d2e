// SPDX-License-Identifier: Apache-2.0
#include "collect/shard/read.h"

#include "base/str.h"

void shard_read_fault(struct shard_reader *in, const char *key, const char *want)
{
	if (in->rc != ERR_OK)
		return;
	/* Without memory what is there looks as if it were not. */
	in->rc = arena_ok(in->arena)
	                 ? err_set(in->err, ERR_CORRUPT, "\"%s\" must be %s", key, want)
	                 : err_nomem(in->err);
}

const char *shard_read_optional(struct shard_reader *in, const char *key)
{
	const struct json *v = json_get(in->v, key);
	const char *text;

	if (v == NULL || json_type(v) == JSON_NULL)
		return NULL;
	if (json_string(v) == NULL) {
		shard_read_fault(in, key, "text");
		return NULL;
	}
	text = arena_str(in->arena, json_string(v));
	if (text == NULL && in->rc == ERR_OK)
		in->rc = err_nomem(in->err);
	return text;
}

const char *shard_read_str(struct shard_reader *in, const char *key)
{
	const char *text = shard_read_optional(in, key);

	if (text == NULL)
		shard_read_fault(in, key, "text");
	return text != NULL ? text : "";
}

const char *shard_read_optional_sha256(struct shard_reader *in, const char *key)
{
	const char *text = shard_read_optional(in, key);
	unsigned char bytes[32];

	if (text != NULL && !str_unhex(span_str(text), bytes, sizeof(bytes)))
		shard_read_fault(in, key, "a SHA-256 in hexadecimal digits");
	return text;
}

const char *shard_read_sha256(struct shard_reader *in, const char *key)
{
	const char *text = shard_read_optional_sha256(in, key);

	if (text == NULL)
		shard_read_fault(in, key, "a SHA-256 in hexadecimal digits");
	return text != NULL ? text : "";
}

uint64_t shard_read_u64(struct shard_reader *in, const char *key, uint64_t max)
{
	uint64_t n = 0;

	if (json_u64(json_get(in->v, key), &n) && n <= max)
		return n;
	shard_read_fault(in, key, "a whole number that can be");
	return 0;
}

int64_t shard_read_i64(struct shard_reader *in, const char *key, int64_t min, int64_t max)
{
	int64_t n = 0;

	if (json_i64(json_get(in->v, key), &n) && n >= min && n <= max)
		return n;
	shard_read_fault(in, key, "a whole number that can be");
	return min;
}

bool shard_read_bool(struct shard_reader *in, const char *key)
{
	bool b = false;

	if (!json_bool(json_get(in->v, key), &b))
		shard_read_fault(in, key, "true or false");
	return b;
}
