// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "decode.h"
#include "pattern.h"

/*
 * Layer by layer: all runs of a text that decode to text are put behind one another in a
 * buffer, with a line feed between them, and that is looked at once, however many they
 * are. Each layer is smaller than the one around it, up to what percent signs and Base64
 * share, so all of them cost a fixed multiple of the text.
 */

enum { LAYERS = 3, LAYER_MAX = 32 << 20 };

/* Where a run went, and what of the file hides it. */
struct region {
	size_t at; /* in the layer's text */
	size_t end;
	struct scan_group outer; /* in the file */
	enum scan_coding coding; /* the outermost */
};

struct scan_layer {
	struct buf text;
	struct region *regions;
	size_t count;
	size_t cap;
};

void scan_pattern_layers_free(struct scan_layer *layers)
{
	for (size_t i = 0; layers != NULL && i < LAYERS; i++) {
		buf_fini(&layers[i].text);
		mem_free(layers[i].regions);
	}
	mem_free(layers);
}

/* The region that holds the offset: the last that starts at or before it. */
static const struct region *region_at(const struct scan_layer *l, size_t at)
{
	size_t low = 0;
	size_t high = l->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (l->regions[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return &l->regions[low];
}

static bool add_region(struct scan_layer *l, const struct scan_layer *around,
                       const struct scan_encoded *run, struct span said)
{
	struct region *r;

	if (!mem_grow(&l->regions, l->count, &l->cap, sizeof(*l->regions)))
		return false;
	r = &l->regions[l->count++];
	*r = (struct region){ .at = l->text.len,
		              .end = l->text.len + said.len,
		              .outer = { run->start, run->end },
		              .coding = run->coding };
	if (around != NULL) {
		const struct region *outer = region_at(around, run->start);

		r->outer = outer->outer;
		r->coding = outer->coding;
	}
	buf_put(&l->text, said);
	buf_putc(&l->text, '\n');
	return buf_ok(&l->text);
}

/* Fills a layer with what `text` hides; `around` is the layer of that text, or NULL, and
 * `hits` what was found in it. */
static void fill(struct scan_pass *p, struct scan_layer *l,
                 const struct scan_layer *around, struct span text,
                 const struct scan_hits *hits)
{
	struct buf said = BUF_INIT;
	struct scan_encoded run;
	struct scan_decoder d;

	l->count = 0;
	buf_clear(&l->text);
	scan_decoder_init(&d, text, hits->runs, hits->run_count);
	while (p->rc == ERR_OK && scan_decoder_next(&d, &run, &said)) {
		if (said.len > LAYER_MAX - l->text.len) {
			p->trouble = "not fully scanned: too much encoded text";
			break;
		}
		if (!add_region(l, around, &run, buf_span(&said)))
			p->rc = ERR_NOMEM;
	}
	buf_fini(&said);
}

static void look(struct scan_pass *p, const struct scan_layer *l, struct scan_hits *hits)
{
	struct span text = buf_span(&l->text);

	*hits = (struct scan_hits){ .items = NULL };

	/* Its own: what the other found in the file is still needed. */
	if (p->inner == NULL)
		p->rc = scan_finder_new(&p->inner, p->engine, NULL);
	if (p->rc == ERR_OK)
		p->rc = scan_finder_look(
			p->inner,
			&(struct scan_look){ .text = text, .path = p->source->project },
			hits, NULL);
	if (hits->limited)
		p->trouble = "not fully scanned: a text took too many steps";
	for (size_t i = 0; p->rc == ERR_OK && i < hits->count; i++) {
		struct scan_found one = hits->items[i];
		const struct region *r = region_at(l, one.match.start);

		/* A match over the border of two runs is none. */
		if (!p->rules->rules[one.rule].decode || one.value.end > r->end ||
		    !scan_pattern_stands(p, text, &one, r->outer.start))
			continue;
		one.match = one.value = r->outer;
		one.hidden_in = scan_coding_name(r->coding);
		scan_pattern_keep(p, &one);
	}
}

void scan_pattern_decode(struct scan_pass *p)
{
	const struct scan_layer *around = NULL;
	struct span text = p->source->text;
	struct scan_hits hits = p->found;

	if (!p->rules->decode)
		return;
	if (p->layers == NULL)
		p->layers = mem_new(LAYERS * sizeof(*p->layers));
	if (p->layers == NULL)
		p->rc = ERR_NOMEM;
	for (size_t i = 0; p->rc == ERR_OK && i < LAYERS; i++) {
		fill(p, &p->layers[i], around, text, &hits);
		if (p->rc != ERR_OK || p->layers[i].count == 0)
			return;
		look(p, &p->layers[i], &hits);
		around = &p->layers[i];
		text = buf_span(&around->text);
	}
}
