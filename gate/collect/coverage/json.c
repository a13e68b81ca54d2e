// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "collect/coverage/reader_internal.h"

#include <string.h>

/* Turns the events of a JSON text into places that formats compare with words. */

static const struct gate_cov_key *key_of(const struct gate_cov_json *j, struct span key)
{
	for (const struct gate_cov_key *k = j->keys; k->key != NULL; k++)
		if (span_eq_str(key, k->key))
			return k;
	return NULL;
}

/* The key that leads to the innermost container. */
static bool leads_to_dictionary(const struct gate_cov_json *j)
{
	const struct gate_cov_key *k = j->keys;

	if (j->depth == 0)
		return j->dictionary;
	if (j->is_array[j->depth] || j->is_dictionary[j->depth])
		return false;
	while (k->key != NULL && k->letter != j->where[j->depth - 1])
		k++;
	return k->key != NULL && k->dictionary;
}

static void push(struct gate_cov_json *j, bool array)
{
	bool dictionary = !array && leads_to_dictionary(j);

	j->depth++;
	j->is_array[j->depth] = array;
	j->is_dictionary[j->depth] = dictionary;
	j->index[j->depth] = 0;
	j->where[j->depth - 1] = array ? '[' : '?';
	j->where[j->depth] = '\0';
}

static void pop(struct gate_cov_json *j)
{
	for (int i = 0; i < 2; i++)
		if (j->named[i] == j->depth)
			j->named[i] = 0;
	j->where[--j->depth] = '\0';
}

static enum err_code keep_name(struct gate_cov_json *j, struct span key, struct err *err)
{
	for (int i = 0; i < 2; i++) {
		if (j->named[i] != 0 && j->named[i] != j->depth)
			continue;
		j->named[i] = j->depth;
		buf_clear(&j->name[i]);
		buf_put(&j->name[i], key);
		return buf_err(&j->name[i], err);
	}
	return ERR_OK;
}

static enum err_code on_key(struct gate_cov_json *j, struct span key, struct err *err)
{
	const struct gate_cov_key *k;

	if (j->is_dictionary[j->depth]) {
		j->where[j->depth - 1] = '*';
		return keep_name(j, key, err);
	}
	k = key_of(j, key);
	j->where[j->depth - 1] = k != NULL ? k->letter : '?';
	return ERR_OK;
}

static void step_on(struct gate_cov_json *j)
{
	if (j->depth > 0 && j->is_array[j->depth])
		j->index[j->depth]++;
}

static enum err_code on_event(enum json_push_event event, struct span text, void *context,
                              struct err *err)
{
	struct gate_cov_json *j = context;
	enum err_code rc = ERR_OK;

	switch (event) {
	case JSON_PUSH_KEY:
		return on_key(j, text, err);
	case JSON_PUSH_OPEN_OBJECT:
	case JSON_PUSH_OPEN_ARRAY:
		if (j->enter != NULL)
			rc = j->enter(j, err);
		push(j, event == JSON_PUSH_OPEN_ARRAY);
		return rc;
	case JSON_PUSH_CLOSE_OBJECT:
	case JSON_PUSH_CLOSE_ARRAY:
		pop(j);
		if (j->leave != NULL)
			rc = j->leave(j, err);
		break;
	case JSON_PUSH_STRING:
	case JSON_PUSH_NUMBER:
	case JSON_PUSH_WORD:
		rc = j->scalar(j, event, text, err);
		break;
	}
	step_on(j);
	return rc;
}

void gate_cov_json_init(struct gate_cov_json *j, struct gate_cov_reader *r,
                        const struct gate_cov_key *keys, bool many)
{
	j->reader = r;
	j->keys = keys;
	j->push.name = r->name;
	j->push.tell = on_event;
	j->push.context = j;
	j->push.token_max = GATE_COV_TOKEN_MAX;
	j->push.many = many;
}

void gate_cov_json_fini(struct gate_cov_json *j)
{
	json_push_fini(&j->push);
	buf_fini(&j->name[0]);
	buf_fini(&j->name[1]);
}

size_t gate_cov_json_index(const struct gate_cov_json *j)
{
	return j->index[j->depth];
}

enum err_code gate_cov_json_line(struct span text, uint64_t *out, struct err *err)
{
	if (num_u64(text, 0, GATE_COV_LINE_MAX, out))
		return ERR_OK;
	return err_set(err, ERR_CORRUPT, "no number of a line");
}

/* Counters of some tools are doubles. */
enum err_code gate_cov_json_hits(struct span text, uint64_t *out, struct err *err)
{
	double number;

	if (gate_cov_hits(text, out))
		return ERR_OK;
	if (!num_is_json(text) || !num_double(text, &number))
		return err_set(err, ERR_CORRUPT, "no number of hits");
	*out = number >= 1 ? number < 1e9 ? (uint64_t)number : UINT32_MAX : 0;
	return ERR_OK;
}
