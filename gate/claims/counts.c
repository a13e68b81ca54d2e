// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "claims/grid.h"

#include <inttypes.h>

/*
 * How many there are of what follows: "the following five steps:" before a list, "these 3
 * endpoints:" before a table, "3 of 5 tasks done" beside boxes. An announcement has to
 * end in its number and noun; a list or table has to be the whole of what it announces.
 */

enum { LEAD_MAX = 400, ANNOUNCED_MAX = 1000, BLOCKS_MAX = 4000 };

/* ---- what is announced ---- */

#define OPEN_ENDED                                                                          \
	"such as|for example|e.g.|e.g|among|some|including|includes|include|at least|more " \
	"than|over|up to|several|many|or more|first|last|top|other|another|additional|"     \
	"remaining|next|most important|popular|major|main|common|like|either|any|each|"     \
	"every|between|two of|one of|example|examples|notable"

static bool is_noun(const struct claims_token *t)
{
	struct span s;

	if (t == NULL || t->kind != CLAIMS_WORD || t->text.len < 3)
		return false;
	s = t->text;
	if (claims_word_in(s, "criteria people children pieces"))
		return true;
	return ascii_lower(s.ptr[s.len - 1]) == 's' &&
	       ascii_lower(s.ptr[s.len - 2]) != 's' &&
	       !claims_word_in(
		       s, "minutes seconds hours days weeks months years times bytes "
			  "lines characters bits percent is has was does this its as us "
			  "dollars euros users people points requires supports includes "
			  "contains provides megabytes gigabytes levels columns spaces "
			  "cores cpus threads machines servers nodes devices instances "
			  "replicas lists tables versions releases platforms hosts");
}

/* May the number behind this word be one of what follows? */
static bool announces(const struct claims_token *t)
{
	if (t == NULL)
		return true;
	if (t->kind == CLAIMS_MARK)
		return t->mark == '.' || t->mark == '!';
	return claims_is_word(
		t, "following these are were is was has have had supports support "
		   "provides provide contains contain offers offer defines "
		   "define takes take accepts accept comprises of in the with "
		   "into recognizes need needs require requires must");
}

/* "in 3 steps:", not "in 3 browsers:". */
static bool fits_preposition(const struct claims_token *before,
                             const struct claims_token *noun)
{
	if (!claims_is_word(before,
	                    "in of with into need needs require requires must the"))
		return true;
	return claims_is_word(
		noun, "steps phases stages parts sections ways forms modes options "
		      "categories groups kinds types variants layers components "
		      "modules commands arguments parameters fields flavors "
		      "flavours goals tasks rules principles files items areas "
		      "criteria reasons features");
}

/* Words that may stand between the noun and the colon. */
static bool is_tail(const struct claims_token *t)
{
	return claims_is_word(t,
	                      "below available supported follow as follows here provided "
	                      "defined required needed listed exist");
}

/*
 * The number of the last sentence, where that ends in ":" and announces what follows.
 * NULL: there is none, or more than one.
 */
static const struct claims_token *announced(struct claims_tokens *t, uint64_t *n)
{
	const struct claims_token *found = NULL;
	size_t start = t->count;
	size_t end;
	size_t at = 0;

	if (t->count < 3 || !claims_is_mark(&t->items[t->count - 1], ':'))
		return NULL;
	while (start > 0 && !claims_is_mark(&t->items[start - 1], '.') &&
	       !claims_is_mark(&t->items[start - 1], '!') &&
	       !claims_is_mark(&t->items[start - 1], '?'))
		start--;
	for (size_t i = start; i < t->count; i++) {
		uint64_t value;

		if (t->items[i].kind == CLAIMS_DATE ||
		    claims_is_mark(&t->items[i], CLAIMS_OTHER) ||
		    claims_is_mark(&t->items[i], '\x01'))
			return NULL;
		if (claims_is_number(&t->items[i]) && !claims_is_count(&t->items[i]))
			return NULL;
		if (!claims_count_of(&t->items[i], &value))
			continue;
		if (found != NULL)
			return NULL;
		found = &t->items[i];
		*n = value;
		at = i;
	}
	if (found == NULL || *n < 2 || *n > ANNOUNCED_MAX)
		return NULL;
	end = t->count - 1;
	while (end > at + 1 && is_tail(&t->items[end - 1]))
		end--;
	/* "3", at most two adjectives, the noun, ":" */
	if (end < at + 2 || end > at + 4 || !is_noun(&t->items[end - 1]))
		return NULL;
	for (size_t i = at + 1; i < end; i++)
		if (t->items[i].kind != CLAIMS_WORD ||
		    claims_is_word(&t->items[i],
		                   "and or of to in for on with that which"))
			return NULL;
	if (at > start && (!announces(&t->items[at - 1]) ||
	                   !fits_preposition(&t->items[at - 1], &t->items[end - 1])))
		return NULL;
	return found;
}

static struct span tail_of(struct span text)
{
	return text.len > LEAD_MAX ? span_from(text, text.len - LEAD_MAX) : text;
}

/* ---- what follows ---- */

static void say_count(struct claims_work *w, enum gate_claim_kind kind, const char *at,
                      uint64_t stated, uint64_t computed, const char *what,
                      const char *doubt)
{
	enum gate_claim_verdict verdict = stated == computed ? GATE_CLAIM_CONFIRMED
	                                  : doubt != NULL    ? GATE_CLAIM_UNCHECKED
	                                                     : GATE_CLAIM_REFUTED;

	buf_printf(&w->stated, "%" PRIu64, stated);
	buf_printf(&w->computed, "%" PRIu64, computed);
	buf_printf(&w->because, "%" PRIu64 " %s", computed, what);
	if (verdict == GATE_CLAIM_REFUTED)
		buf_printf(&w->because, ", not %" PRIu64, stated);
	if (verdict == GATE_CLAIM_UNCHECKED)
		buf_printf(&w->because, "; %s", doubt);
	claims_say(w, kind, verdict, at);
}

/* Does the list go on after something between, or is there another one that may count? */
static bool goes_on(const struct claims_document *d, size_t end)
{
	for (size_t i = end + 1; i < d->block_count; i++) {
		if (d->blocks[i].kind == CLAIMS_HEADING ||
		    d->blocks[i].kind == CLAIMS_ITEM)
			return false;
		if (d->blocks[i].kind == CLAIMS_LIST ||
		    d->blocks[i].kind == CLAIMS_TABLE || d->blocks[i].kind == CLAIMS_CODE)
			return true;
		/* What is said afterwards may go on announcing. */
		if (d->blocks[i].kind == CLAIMS_PARAGRAPH)
			return claims_says(
				span_sub(d->blocks[i].text, 0, LEAD_MAX),
				"also|additionally|finally|then|and|step|lastly");
	}
	return false;
}

/* Items that may be no item of their own, or more than one. */
static const char *doubt_items(const struct claims_document *d,
                               const struct claims_list *l, uint64_t stated)
{
	unsigned level = d->blocks[l->block].level;

	/* Lists lie in lists: what is below many is looked at by each. */
	if (l->end - l->block > BLOCKS_MAX)
		return "the list is too long to tell";
	for (size_t i = l->block; i < l->end; i++) {
		const struct claims_block *b = &d->blocks[i];

		if (b->kind != CLAIMS_ITEM || b->level != level)
			continue;
		if (claims_says(
			    span_sub(b->text, 0, LEAD_MAX),
			    "deprecated|removed|optional|note|obsolete|planned|etc|others|"
			    "alias|unless|optionally|bonus|new|and more|other|experimental|"
			    "returns|default|empty|otherwise"))
			return "not every item need count";
		if (b->text.len > 0 && b->text.ptr[0] == '(')
			return "an item is of some only";
		if (l->items < stated &&
		    (claims_says(span_sub(b->text, 0, LEAD_MAX), "and|or|&|to|both") ||
		     span_find_byte(b->text, '/') < b->text.len ||
		     span_find_byte(b->text, ',') < b->text.len))
			return "an item may be of several things";
	}
	return NULL;
}

static size_t nested_items(const struct claims_document *d, const struct claims_list *l)
{
	size_t count = 0;

	for (size_t i = l->block; i < l->end && count <= BLOCKS_MAX; i++)
		count += d->blocks[i].kind == CLAIMS_ITEM;
	return count;
}

static void check_list(struct claims_work *w, const struct claims_list *l)
{
	const struct claims_document *d = w->d;
	const struct claims_block *lead;
	const struct claims_token *t;
	const char *doubt = NULL;
	uint64_t n = 0;

	if (l->block == 0 || l->end <= l->block)
		return;
	lead = &d->blocks[l->block - 1];
	if (lead->kind != CLAIMS_PARAGRAPH && lead->kind != CLAIMS_ITEM)
		return;
	if (!claims_tokens_read(&w->tokens, tail_of(lead->text)))
		return;
	t = announced(&w->tokens, &n);
	if (t == NULL)
		return;
	if (n != l->items) {
		doubt = doubt_items(d, l, n);
		if (l->ordered && l->start != 1)
			doubt = "the list does not begin with 1";
		else if (goes_on(d, l->end))
			doubt = "there is more behind the list";
		else if (nested_items(d, l) != l->items)
			doubt = "the items below may count";
		else if (claims_says(tail_of(lead->text), OPEN_ENDED))
			doubt = "the list need not be all";
	}
	say_count(w, GATE_CLAIM_COUNT_ITEMS, t->text.ptr, n, l->items, "items", doubt);
}

static const char *doubt_rows(struct claims_work *w, const struct claims_table *t)
{
	for (size_t i = 1; i <= t->rows; i++) {
		enum claims_row_kind kind = claims_row_kind(
			&w->more, claims_cell(w->d, t, i, 0), i == t->rows);

		if (kind != CLAIMS_ROW)
			return "not every row need count";
		if (claims_cell(w->d, t, i, 0).len == 0)
			return "a row goes on with the one above";
		/* A heading inside the table. */
		if (t->columns > 1 && claims_cell(w->d, t, i, 1).len == 0 &&
		    t->columns < 3)
			return "a row may be a heading";
	}
	return NULL;
}

static void check_rows(struct claims_work *w, const struct claims_table *table)
{
	const struct claims_document *d = w->d;
	const struct claims_token *t;
	const char *doubt = NULL;
	uint64_t n = 0;

	if (table->block == 0 || d->blocks[table->block - 1].kind != CLAIMS_PARAGRAPH ||
	    !claims_tokens_read(&w->tokens, tail_of(d->blocks[table->block - 1].text)))
		return;
	t = announced(&w->tokens, &n);
	if (t == NULL)
		return;
	if (n != table->rows) {
		doubt = doubt_rows(w, table);
		if (n == table->columns || n + 1 == table->columns)
			doubt = "it may be of the columns";
		else if (goes_on(d, table->block))
			doubt = "there is more behind the table";
		else if (claims_says(tail_of(d->blocks[table->block - 1].text),
		                     OPEN_ENDED))
			doubt = "the table need not be all";
	}
	say_count(w, GATE_CLAIM_COUNT_ROWS, t->text.ptr, n, table->rows, "rows", doubt);
}

/* ---- boxes ---- */

struct boxes {
	uint64_t all, done;     /* of the section, what is below its headings too */
	uint64_t top, top_done; /* without those below others */
	bool struck;            /* some are: who counts them? */
};

static bool is_struck(const struct claims_document *d, struct span item)
{
	struct span line = claims_line(d->source, claims_source(d, item.ptr), LEAD_MAX);

	return span_starts(item, span_of((const char[]){ CLAIMS_OPAQUE }, 1)) &&
	       span_find(line, SPAN_LIT("] ~~")) < line.len;
}

/* Of the section that the block stands in: to the next heading that is not below. */
static void count_boxes(const struct claims_document *d, size_t from, size_t to,
                        struct boxes *b)
{
	*b = (struct boxes){ .struck = false };
	for (size_t i = from; i < to; i++) {
		if (d->blocks[i].kind != CLAIMS_ITEM || d->blocks[i].task == 0)
			continue;
		b->all++;
		b->struck = b->struck || is_struck(d, d->blocks[i].text);
		b->done += d->blocks[i].task != ' ';
		b->top += d->blocks[i].level == 1;
		b->top_done += d->blocks[i].level == 1 && d->blocks[i].task != ' ';
	}
}

#define DONE "done complete completed finished checked ticked closed ready"
#define TASKS                                                                            \
	"tasks items steps checks checkboxes boxes todos criteria deliverables actions " \
	"task item todo"

/* "3 of 5 tasks done", "Progress: 3/5", "(3/5 complete)": how many of how many. */
static bool box_claim(const struct claims_tokens *t, size_t i, uint64_t *done,
                      uint64_t *all)
{
	const struct claims_token *b = claims_token(t, i + 2);
	size_t k = i + 3;
	bool word = false;

	if (!claims_is_count(&t->items[i]) || !claims_is_count(b) ||
	    !(claims_is_mark(claims_token(t, i + 1), '/') ||
	      claims_is_word(claims_token(t, i + 1), "of")) ||
	    claims_is_mark(claims_token(t, k), '/'))
		return false;
	if (i > 0 && claims_is_mark(&t->items[i - 1], '/'))
		return false;
	if (claims_is_word(claims_token(t, k), TASKS)) {
		word = true;
		k++;
	}
	if (claims_is_word(claims_token(t, k), "are have been is"))
		k++;
	if (claims_is_word(claims_token(t, k), DONE))
		word = true;
	for (size_t j = i; j-- > 0 && j + 4 > i;)
		if (claims_is_word(&t->items[j], "progress completed done tasks"))
			word = true;
	*done = t->items[i].number.mantissa;
	*all = b->number.mantissa;
	return word && *done <= *all;
}

static void say_boxes(struct claims_work *w, const struct claims_token *t, uint64_t done,
                      uint64_t all, const struct boxes *b, const char *doubt)
{
	bool right = (done == b->done && all == b->all) ||
	             (done == b->top_done && all == b->top);

	buf_printf(&w->stated, "%" PRIu64 "/%" PRIu64, done, all);
	buf_printf(&w->computed, "%" PRIu64 "/%" PRIu64, right ? done : b->done,
	           right ? all : b->all);
	buf_printf(&w->because, "%" PRIu64 " of %" PRIu64 " boxes are ticked", b->done,
	           b->all);
	if (!right && doubt == NULL)
		buf_printf(&w->because, ", not %" PRIu64 " of %" PRIu64, done, all);
	else if (!right)
		buf_printf(&w->because, "; %s", doubt);
	claims_say(w, GATE_CLAIM_COUNT_CHECKBOXES,
	           right           ? GATE_CLAIM_CONFIRMED
	           : doubt != NULL ? GATE_CLAIM_UNCHECKED
	                           : GATE_CLAIM_REFUTED,
	           t->text.ptr);
}

struct section {
	size_t from, to; /* blocks */
	struct boxes boxes;
};

/* The section of a statement, and its own nearest list where that fits better. */
static void check_boxes(struct claims_work *w, size_t block, const struct section *s,
                        const struct boxes *whole)
{
	const struct claims_block *b = &w->d->blocks[block];
	uint64_t done;
	uint64_t all;

	if (!claims_has_digit(b->text) || !claims_tokens_read(&w->tokens, b->text))
		return;
	for (size_t i = 0; i < w->tokens.count; i++) {
		const char *doubt = NULL;

		if (!box_claim(&w->tokens, i, &done, &all))
			continue;
		if (b->kind == CLAIMS_ITEM)
			doubt = "it may be of the item";
		else if (b->kind != CLAIMS_HEADING && all != s->boxes.all &&
		         all != s->boxes.top && all != whole->all)
			doubt = "it may be of other boxes";
		else if (whole->struck)
			doubt = "struck boxes may not count";
		if (done == whole->done && all == whole->all)
			say_boxes(w, &w->tokens.items[i], done, all, whole, doubt);
		else
			say_boxes(w, &w->tokens.items[i], done, all, &s->boxes, doubt);
	}
}

static size_t section_end(const struct claims_document *d, size_t from)
{
	unsigned level =
		d->blocks[from].kind == CLAIMS_HEADING ? d->blocks[from].level : 7;
	size_t i = from + 1;

	while (i < d->block_count &&
	       !(d->blocks[i].kind == CLAIMS_HEADING && d->blocks[i].level <= level))
		i++;
	return i;
}

/* Sections lie in each other at most six deep, so that this is linear. */
static void check_sections(struct claims_work *w)
{
	const struct claims_document *d = w->d;
	struct section s = { .from = 0 };
	struct boxes whole;

	count_boxes(d, 0, d->block_count, &whole);
	if (whole.all == 0)
		return;
	for (size_t i = 0; i < d->block_count; i++) {
		if (i == 0 || d->blocks[i].kind == CLAIMS_HEADING) {
			s.from = i;
			s.to = section_end(d, i);
			count_boxes(d, s.from, s.to, &s.boxes);
		}
		if (s.boxes.all > 0 && d->blocks[i].text.len > 0 &&
		    d->blocks[i].text.len < LEAD_MAX)
			check_boxes(w, i, &s, &whole);
	}
}

void claims_counts(struct claims_work *w)
{
	for (size_t i = 0; i < w->d->list_count && !w->failed; i++)
		check_list(w, &w->d->lists[i]);
	for (size_t i = 0; i < w->d->table_count && !w->failed; i++)
		check_rows(w, &w->d->tables[i]);
	check_sections(w);
}
