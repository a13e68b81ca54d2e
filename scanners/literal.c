// SPDX-License-Identifier: Apache-2.0
#include "literal.h"

#include "base/mem.h"

#include <string.h>

/*
 * State 0 is the root. `next` has one row a state and one column a class of bytes; the
 * row's entry is the state to go to, with HITS set where a literal ends there. While the
 * automaton is built, a missing way is NONE.
 */

#define NONE UINT32_MAX
#define HITS (UINT32_C(1) << 31)

struct output {
	unsigned tag;
	uint32_t len;
	uint32_t next; /* in the chain of its state; 0: the last */
};

struct scan_literal_set {
	unsigned char class_of[256];
	size_t classes;
	uint32_t *next;
	size_t states;
	uint32_t *first;    /* output of a state; 0: none */
	uint32_t *fallback; /* the longest proper end of a state that is a state */
	struct output *outputs;
	size_t output_count;
};

static unsigned char fold(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte - 'A' + 'a') : byte;
}

static void number_classes(struct scan_literal_set *s, const struct scan_literal_in *in,
                           size_t count)
{
	s->classes = 1; /* 0: in no literal */
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < in[i].text.len; k++) {
			unsigned char byte = fold(in[i].text.ptr[k]);

			if (s->class_of[byte] == 0)
				s->class_of[byte] = (unsigned char)s->classes++;
		}
	}
	for (unsigned c = 'A'; c <= 'Z'; c++)
		s->class_of[c] = s->class_of[c - 'A' + 'a'];
}

static bool room(struct scan_literal_set *s, size_t states, size_t outputs)
{
	size_t cells = states * s->classes; /* at most 2^18 * 2^8 */

	if (!mem_array(&s->next, cells, sizeof(*s->next)) ||
	    !mem_array(&s->first, states, sizeof(*s->first)) ||
	    !mem_array(&s->fallback, states, sizeof(*s->fallback)) ||
	    !mem_array(&s->outputs, outputs + 1, sizeof(*s->outputs)))
		return false;
	memset(s->next, 0xFF, cells * sizeof(*s->next));
	memset(s->first, 0, states * sizeof(*s->first));
	memset(s->fallback, 0, states * sizeof(*s->fallback));
	s->outputs[0] = (struct output){ 0, 0, 0 };
	s->states = 1;
	s->output_count = 1;
	return true;
}

static void add(struct scan_literal_set *s, const struct scan_literal_in *in)
{
	uint32_t state = 0;

	for (size_t i = 0; i < in->text.len; i++) {
		uint32_t *way =
			&s->next[state * s->classes + s->class_of[fold(in->text.ptr[i])]];

		if (*way == NONE)
			*way = (uint32_t)s->states++;
		state = *way;
	}
	s->outputs[s->output_count] =
		(struct output){ in->tag, (uint32_t)in->text.len, s->first[state] };
	s->first[state] = (uint32_t)s->output_count++;
}

/* The way on from the fallback of a state, or the root's own missing ways. */
static uint32_t way_of(const struct scan_literal_set *s, uint32_t state, size_t c)
{
	return s->next[state * s->classes + c];
}

/* Outputs of the fallback follow those of the state itself. */
static void join_outputs(struct scan_literal_set *s, uint32_t state)
{
	uint32_t *last = &s->first[state];

	while (*last != 0)
		last = &s->outputs[*last].next;
	*last = s->first[s->fallback[state]];
}

/* Breadth first: the fallback of a state is nearer to the root, so it is complete. */
static bool complete(struct scan_literal_set *s)
{
	uint32_t *queue = NULL;
	size_t head = 0;
	size_t tail = 0;

	if (!mem_array(&queue, s->states, sizeof(*queue)))
		return false;
	queue[tail++] = 0;
	while (head < tail) {
		uint32_t state = queue[head++];

		for (size_t c = 0; c < s->classes; c++) {
			uint32_t *way = &s->next[state * s->classes + c];
			uint32_t other =
				state == 0 ? 0 : way_of(s, s->fallback[state], c);

			if (*way == NONE) {
				*way = other;
				continue;
			}
			s->fallback[*way] = other;
			join_outputs(s, *way);
			queue[tail++] = *way;
		}
	}
	mem_free(queue);
	return true;
}

static void mark_hits(struct scan_literal_set *s)
{
	for (size_t i = 0; i < s->states * s->classes; i++) {
		if (s->first[s->next[i]] != 0)
			s->next[i] |= HITS;
	}
}

enum err_code scan_literal_set_new(struct scan_literal_set **out,
                                   const struct scan_literal_in *literals, size_t count,
                                   struct err *err)
{
	struct scan_literal_set *s = mem_new(sizeof(*s));
	size_t states = 1;

	for (size_t i = 0; i < count; i++) {
		if (literals[i].text.len > SCAN_LITERAL_STATES_MAX - states) {
			mem_free(s);
			return err_set(err, ERR_LIMIT, "too many literals");
		}
		states += literals[i].text.len;
	}
	if (s == NULL)
		return err_nomem(err);
	number_classes(s, literals, count);
	if (!room(s, states, count)) {
		scan_literal_set_free(s);
		return err_nomem(err);
	}
	for (size_t i = 0; i < count; i++)
		add(s, &literals[i]);
	if (!complete(s)) {
		scan_literal_set_free(s);
		return err_nomem(err);
	}
	mark_hits(s);
	*out = s;
	return ERR_OK;
}

void scan_literal_set_free(struct scan_literal_set *s)
{
	if (s == NULL)
		return;
	mem_free(s->next);
	mem_free(s->first);
	mem_free(s->fallback);
	mem_free(s->outputs);
	mem_free(s);
}

void scan_literal_set_find(const struct scan_literal_set *s, struct span text,
                           scan_literal_hit *hit, void *context)
{
	uint32_t state = 0;

	for (size_t i = 0; i < text.len; i++) {
		state = s->next[state * s->classes +
		                s->class_of[(unsigned char)text.ptr[i]]];
		if ((state & HITS) == 0)
			continue;
		state &= ~HITS;
		for (uint32_t o = s->first[state]; o != 0; o = s->outputs[o].next)
			hit(s->outputs[o].tag, s->outputs[o].len, i + 1, context);
	}
}
