// SPDX-License-Identifier: Apache-2.0
#include "shape.h"

#include "shape_internal.h"

#include <string.h>

/*
 * A recursive descent over the pattern. Of every part it keeps the set of texts that the
 * part can be, as long as that set is small (`exact`), and else the best set of literals
 * of which every match of the part holds one (`need`). Letters are kept in lower case
 * whatever the flags say: the literal stage ignores case, which finds more places and
 * misses none.
 */

/* ---- sets of literals ---- */

static size_t shortest(const struct scan_literals *s)
{
	size_t least = s->count > 0 ? SIZE_MAX : 0;

	for (size_t i = 0; i < s->count; i++)
		least = s->items[i].len < least ? s->items[i].len : least;
	return least;
}

/* Longer literals are rarer; of equal ones the smaller set is cheaper. */
static bool is_better(const struct scan_literals *a, const struct scan_literals *b)
{
	size_t x = shortest(a);
	size_t y = shortest(b);

	return x != y ? x > y : a->count < b->count;
}

static bool set_add(struct scan_literals *s, const struct scan_literal *l)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->items[i].len == l->len &&
		    memcmp(s->items[i].text, l->text, l->len) == 0)
			return true;
	}
	if (s->count == SCAN_LITERALS_MAX)
		return false;
	s->items[s->count++] = *l;
	return true;
}

static bool set_join(struct scan_literals *to, const struct scan_literals *from)
{
	for (size_t i = 0; i < from->count; i++) {
		if (!set_add(to, &from->items[i]))
			return false;
	}
	return true;
}

/* Every text of `a` followed by every text of `b`; false if that is too much. */
static bool set_cross(const struct scan_literals *a, const struct scan_literals *b,
                      struct scan_literals *out)
{
	out->count = 0;
	for (size_t i = 0; i < a->count; i++) {
		for (size_t k = 0; k < b->count; k++) {
			struct scan_literal both = a->items[i];
			size_t len = (size_t)both.len + b->items[k].len;

			if (len > SCAN_LITERAL_MAX)
				return false;
			memcpy(both.text + both.len, b->items[k].text, b->items[k].len);
			both.len = (unsigned char)len;
			if (!set_add(out, &both))
				return false;
		}
	}
	return true;
}

/* ---- parts ---- */

static void part_empty(struct part *p)
{
	*p = (struct part){ .all_head = true, .exact_known = true };
	p->exact.count = 1;
}

/* What every match of the part holds: the whole of it where that is known. */
static const struct scan_literals *part_need(const struct part *p)
{
	if (p->exact_known && (p->need.count == 0 || is_better(&p->exact, &p->need)))
		return &p->exact;
	return &p->need;
}

static void take_better(struct scan_literals *best, const struct scan_literals *other)
{
	if (shortest(other) > 0 && is_better(other, best))
		*best = *other;
}

static size_t add_width(size_t a, size_t b)
{
	return a == SCAN_SHAPE_LONG || b > SCAN_SHAPE_LONG - 1 - a ? SCAN_SHAPE_LONG
	                                                           : a + b;
}

/* `p` followed by `next`. */
static void part_append(struct parser *x, struct part *p, const struct part *next)
{
	struct scan_literals *both = &x->spare;

	for (size_t i = 0; p->min == 0 && i < 4; i++)
		p->first.bits[i] |= next->first.bits[i];
	p->border = p->border || (p->max == 0 && next->border);
	if (p->all_head)
		p->head = p->min + next->head;
	p->all_head = p->all_head && next->all_head;
	p->min = add_width(p->min, next->min);
	p->max = add_width(p->max, next->max);
	p->positions += next->positions;
	if (p->exact_known && next->exact_known &&
	    set_cross(&p->exact, &next->exact, both)) {
		p->exact = *both;
		return;
	}
	take_better(&p->need, &p->run);
	take_better(&p->need, part_need(p));
	take_better(&p->need, part_need(next));
	p->exact_known = false;
	/* Literals behind one another are joined while they last. */
	if (!next->exact_known) {
		p->run.count = 0;
	} else if (p->run.count > 0 && set_cross(&p->run, &next->exact, both)) {
		p->run = *both;
	} else {
		p->run = next->exact;
	}
	take_better(&p->need, &p->run);
}

/* `p` or `other`. */
static void part_or(struct part *p, const struct part *other)
{
	struct scan_literals need = *part_need(p);
	bool known = shortest(&need) > 0 && shortest(part_need(other)) > 0 &&
	             set_join(&need, part_need(other));

	for (size_t i = 0; i < 4; i++)
		p->first.bits[i] |= other->first.bits[i];
	p->border = p->border && other->border;
	p->head = other->head < p->head ? other->head : p->head;
	p->all_head = p->all_head && other->all_head;
	p->min = other->min < p->min ? other->min : p->min;
	p->max = other->max > p->max ? other->max : p->max;
	p->positions += other->positions;
	p->exact_known = p->exact_known && other->exact_known &&
	                 set_join(&p->exact, &other->exact);
	if (known)
		p->need = need;
	else
		p->need.count = 0;
	p->run.count = 0;
}

static void part_repeat(struct part *p, size_t least, size_t most)
{
	static const struct scan_literal nothing = { 0, "" };
	size_t times = most == SCAN_SHAPE_LONG ? least + 1 : most;

	p->positions *= times > 0 ? times : 1;
	if (least == 1 && most == 1)
		return;
	if (least == 0) {
		p->need.count = 0;
		p->exact_known =
			p->exact_known && most == 1 && set_add(&p->exact, &nothing);
	} else {
		p->need = *part_need(p);
		p->exact_known = false;
	}
	if (shortest(&p->need) == 0)
		p->need.count = 0;
	p->run.count = 0;
	if (p->all_head || least == 0)
		p->head *= least;
	p->border = p->border && least > 0;
	p->min *= least; /* both below SCAN_SHAPE_POSITIONS */
	p->max = p->max == 0                                            ? 0
	         : most == SCAN_SHAPE_LONG || p->max == SCAN_SHAPE_LONG ? SCAN_SHAPE_LONG
	                                                                : p->max * most;
}

/* ---- the pattern ---- */

bool scan_shape_fail(struct parser *x, const char *why)
{
	if (x->why == NULL) {
		x->why = why;
		x->why_at = x->at;
	}
	return false;
}

static bool more(const struct parser *x)
{
	return x->at < x->text.len;
}

static char now(const struct parser *x)
{
	return x->text.ptr[x->at];
}

static bool next_is(const struct parser *x, const char *s)
{
	return span_starts(span_from(x->text, x->at), span_str(s));
}

/* A..Z _ a..z, behind 0..9. */
#define WORDS UINT64_C(0x07FFFFFE87FFFFFE)
#define DIGITS UINT64_C(0x03FF000000000000)

static bool is_word_set(const struct byte_set *set)
{
	return ((set->bits[0] & ~DIGITS) | (set->bits[1] & ~WORDS) | set->bits[2] |
	        set->bits[3]) == 0;
}

/* Whatever the flags say. */
static void both_cases(struct byte_set *set)
{
	const uint64_t letters =
		(set->bits[1] | set->bits[1] >> 32) & UINT64_C(0x07FFFFFE);

	set->bits[1] |= letters | letters << 32;
}

/* Only bytes that runs are made of? Those are + - / as well. */
static bool is_run_set(const struct byte_set *set)
{
	struct byte_set others = *set;

	others.bits[0] &= ~UINT64_C(0x0000A80000000000);
	return is_word_set(&others);
}

static bool add_byte(struct part *out, unsigned char c)
{
	struct scan_literal l = { 1, { (char)c } };

	if (c >= 'A' && c <= 'Z')
		l.text[0] = (char)(c - 'A' + 'a');
	return out->exact.count < CLASS_WORTH && set_add(&out->exact, &l);
}

static void part_byte_set(struct part *out, const struct byte_set *set)
{
	*out = (struct part){ .min = 1, .max = 1, .positions = 1, .exact_known = true };
	out->first = *set;
	out->all_head = is_run_set(set);
	out->head = out->all_head;
	for (unsigned i = 0; i < 4 && out->exact_known; i++) {
		uint64_t bits = set->bits[i];

		for (; bits != 0 && out->exact_known; bits &= bits - 1)
			out->exact_known = add_byte(
				out, (unsigned char)(i * 64 +
			                             (unsigned)__builtin_ctzll(bits)));
	}
	if (!out->exact_known)
		out->exact.count = 0;
}

static bool number(struct parser *x, size_t *out)
{
	size_t n = 0;

	if (!more(x) || now(x) < '0' || now(x) > '9')
		return false;
	while (more(x) && now(x) >= '0' && now(x) <= '9') {
		n = n * 10 + (size_t)(now(x) - '0');
		if (n > SCAN_SHAPE_POSITIONS)
			return scan_shape_fail(x, "repeats too often; at most 8192");
		x->at++;
	}
	*out = n;
	return true;
}

/* "{2}" "{2,}" "{2,5}"; anything else in braces is text to PCRE2 and an error here. */
static bool braces(struct parser *x, size_t *least, size_t *most)
{
	x->at++;
	if (!number(x, least))
		return scan_shape_fail(x, "a brace that is no repetition; write \\{");
	*most = *least;
	if (more(x) && now(x) == ',') {
		x->at++;
		*most = SCAN_SHAPE_LONG;
		if (more(x) && now(x) != '}' && !number(x, most))
			return scan_shape_fail(x, "a brace that is no repetition; "
			                          "write \\{");
	}
	if (!more(x) || now(x) != '}')
		return scan_shape_fail(x, "a brace that is no repetition; write \\{");
	if (*most < *least)
		return scan_shape_fail(x, "the greater number stands first");
	x->at++;
	return true;
}

static bool quantifier(struct parser *x, size_t *least, size_t *most, bool *any)
{
	*any = true;
	switch (more(x) ? now(x) : '\0') {
	case '*':
	case '+':
	case '?':
		*least = now(x) == '+' ? 1 : 0;
		*most = now(x) == '?' ? 1 : SCAN_SHAPE_LONG;
		x->at++;
		break;
	case '{':
		if (!braces(x, least, most))
			return false;
		break;
	default:
		*any = false;
		return true;
	}
	if (more(x) && now(x) == '+')
		return scan_shape_fail(x, "possessive quantifiers are not common to both "
		                          "engines; leave the second + out");
	if (more(x) && now(x) == '?')
		x->at++; /* lazy: the same texts */
	if (more(x) && (now(x) == '*' || now(x) == '+' || now(x) == '?' || now(x) == '{'))
		return scan_shape_fail(x, "a repetition of a repetition; put a group "
		                          "around the first");
	return true;
}

static bool alternatives(struct parser *x, struct part *out);

/* Behind "(?": flags for the rest of the group, or a group. */
static bool flags(struct parser *x, bool *is_group)
{
	bool any = false;

	while (more(x) && strchr("ims-", now(x)) != NULL) {
		x->at++;
		any = true;
	}
	if (!more(x) || (now(x) != ':' && now(x) != ')') || (now(x) == ')' && !any))
		return scan_shape_fail(x,
		                       "not common to both engines: of (?..) there are "
		                       "(?:..), (?<name>..) and the flags i, m, s");
	*is_group = now(x) == ':';
	x->at++;
	return true;
}

static bool group_name(struct parser *x)
{
	size_t start;

	x->at += next_is(x, "P<") ? 2 : 1;
	start = x->at;
	while (more(x) && (scan_shape_is_word((unsigned char)now(x))))
		x->at++;
	if (x->at == start || !more(x) || now(x) != '>')
		return scan_shape_fail(x, "a group's name needs letters and a >; look-"
		                          "behind is not common to both engines");
	x->at++;
	return true;
}

static bool group(struct parser *x, struct part *out)
{
	bool is_group = true;

	x->at++;
	if (next_is(x, "*"))
		return scan_shape_fail(x, "verbs such as (*..) are not allowed");
	if (!next_is(x, "?")) {
		x->groups++;
	} else {
		x->at++;
		if (next_is(x, "P<") || next_is(x, "<")) {
			if (!group_name(x))
				return false;
			x->groups++;
		} else if (!flags(x, &is_group)) {
			return false;
		}
	}
	if (!is_group) {
		part_empty(out);
		return true;
	}
	if (++x->depth > SCAN_SHAPE_DEPTH)
		return scan_shape_fail(x, "groups nested deeper than 40");
	if (!alternatives(x, out))
		return false;
	x->depth--;
	if (!next_is(x, ")"))
		return scan_shape_fail(x, "a group is not closed; write )");
	x->at++;
	return true;
}

static bool escape(struct parser *x, struct part *out)
{
	struct byte_set set;

	if (x->at + 1 < x->text.len && strchr("bBAzZ", x->text.ptr[x->at + 1]) != NULL) {
		part_empty(out);
		out->border = x->text.ptr[x->at + 1] == 'b';
		x->at += 2;
		return true;
	}
	if (!scan_shape_escape(x, &set))
		return false;
	part_byte_set(out, &set);
	return true;
}

static bool atom(struct parser *x, struct part *out)
{
	struct byte_set set = { { 0 } };

	switch (now(x)) {
	case '(':
		return group(x, out);
	case '[':
		if (!scan_shape_class(x, &set))
			return false;
		break;
	case '\\':
		return escape(x, out);
	case '^':
	case '$':
		x->at++;
		part_empty(out);
		return true;
	case '.':
		x->at++;
		scan_byte_set_add(&set, 0, 255);
		break;
	case '*':
	case '+':
	case '?':
	case '{':
		return scan_shape_fail(x, "nothing to repeat; write a backslash in front "
		                          "of it if it is meant as text");
	default:
		scan_byte_set_add(&set, (unsigned char)now(x), (unsigned char)now(x));
		x->at++;
	}
	part_byte_set(out, &set);
	return true;
}

static bool sequence(struct parser *x, struct part *out)
{
	part_empty(out);
	while (more(x) && now(x) != '|' && now(x) != ')') {
		struct part one;
		size_t least;
		size_t most;
		bool any;

		if (!atom(x, &one) || !quantifier(x, &least, &most, &any))
			return false;
		if (any && one.max == 0)
			return scan_shape_fail(x, "repeats what takes no room");
		if (any)
			part_repeat(&one, least, most);
		part_append(x, out, &one);
		if (out->positions > SCAN_SHAPE_POSITIONS)
			return scan_shape_fail(x, "too large: its repetitions written "
			                          "out are more than 8192 characters");
	}
	return true;
}

static bool alternatives(struct parser *x, struct part *out)
{
	struct part other;

	if (!sequence(x, out))
		return false;
	while (more(x) && now(x) == '|') {
		x->at++;
		if (!sequence(x, &other))
			return false;
		part_or(out, &other);
	}
	return true;
}

bool scan_shape_of(struct span pattern, struct scan_shape *out,
                   struct scan_shape_error *why)
{
	struct parser x = { .text = pattern };
	struct part whole;
	bool ok = alternatives(&x, &whole);

	if (ok && more(&x))
		ok = scan_shape_fail(&x, "a ) without its (; write \\)");
	if (ok && whole.min == 0)
		ok = scan_shape_fail(&x, "matches nothing at all everywhere; it needs at "
		                         "least one character");
	if (!ok) {
		*why = (struct scan_shape_error){ x.why_at, x.why };
		return false;
	}
	*out = (struct scan_shape){ .min = whole.min, .max = whole.max };
	out->groups = x.groups;
	out->head = whole.head;
	out->border = whole.border && is_word_set(&whole.first);
	both_cases(&whole.first);
	memcpy(out->first, whole.first.bits, sizeof(out->first));
	out->literals = *part_need(&whole);
	if (shortest(&out->literals) == 0)
		out->literals.count = 0;
	return true;
}
