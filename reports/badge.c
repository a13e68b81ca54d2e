// SPDX-License-Identifier: Apache-2.0
/* A badge for a README: the decision, or the level where that has one, and the score, in
 * one small picture. */
#include "view.h"
#include "writers.h"

#include <stdio.h>

/*
 * Widths of Verdana in thousandths of its size, for the characters that badges have. In
 * another font the text is stretched to the same width (textLength), so that it always
 * fits.
 */
static const struct {
	char c;
	unsigned short width;
} widths[] = {
	{ ' ', 352 }, { '-', 454 }, { '.', 364 }, { 'A', 684 }, { 'C', 698 },
	{ 'D', 771 }, { 'G', 775 }, { 'I', 421 }, { 'L', 557 }, { 'N', 748 },
	{ 'O', 787 }, { 'T', 616 }, { 'a', 601 }, { 'e', 596 }, { 'h', 633 },
	{ 'o', 607 }, { 'r', 427 }, { 's', 521 }, { 't', 394 }, { 'w', 818 },
	{ 'y', 592 },
};

static const char label[] = "seaworthy";

enum { DIGIT = 636, FONT = 11, PAD = 6 };

static unsigned width_of(const char *text)
{
	unsigned sum = 0;

	for (; *text != '\0'; text++) {
		unsigned one = DIGIT;

		for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
			if (widths[i].c == *text)
				one = widths[i].width;
		sum += one;
	}
	return (sum * FONT + 999) / 1000;
}

/* White on each of them has a contrast of at least 4.5. */
static const char *ground(enum rep_decision d)
{
	switch (d) {
	case REP_GO:
		return "#1a7f37";
	case REP_CONDITIONAL_GO:
		return "#8a5a00";
	case REP_NO_GO:
		return "#b3261e";
	}
	return "#b3261e";
}

/* A level goes up later than the decision, and never stands above it. */
static enum rep_decision shown(const struct rep_scorecard *s)
{
	return s->has_level && s->level > s->decision ? s->level : s->decision;
}

/* For whoever cannot see it, or points at it. */
static void put_said(struct buf *out, const struct rep_scorecard *s, const char *value)
{
	buf_printf(out, "%s: %s", label, value);
	if (shown(s) != s->decision)
		buf_printf(out, ", the run itself: %s", rep_decision_name(s->decision));
}

static void put_text(struct buf *out, unsigned x, unsigned width, const char *text)
{
	buf_printf(out, "<text x=\"%u\" y=\"14\" textLength=\"%u\">%s</text>\n", x, width,
	           text);
}

enum err_code rep_write_badge(const struct rep_scorecard *s,
                              const struct rep_style *style, struct buf *out,
                              struct err *err)
{
	const unsigned left = width_of(label) + 2 * PAD;
	enum err_code rc = rep_check_sums(s, err);
	char score[REP_NUMBER];
	char value[2 * REP_NUMBER];
	unsigned right;

	(void)style; /* of terminals */
	if (rc != ERR_OK)
		return rc;
	(void)snprintf(value, sizeof value, "%s %s", rep_decision_name(shown(s)),
	               rep_tenths(s->final, score));
	right = width_of(value) + 2 * PAD;
	buf_printf(out,
	           "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" "
	           "height=\"20\" viewBox=\"0 0 %u 20\" role=\"img\" "
	           "aria-label=\"",
	           left + right, left + right);
	put_said(out, s, value);
	buf_puts(out, "\">\n<title>");
	put_said(out, s, value);
	buf_puts(out, "</title>\n");
	buf_printf(out,
	           "<clipPath id=\"round\"><rect width=\"%u\" height=\"20\" "
	           "rx=\"3\"/></clipPath>\n<g clip-path=\"url(#round)\">"
	           "<rect width=\"%u\" height=\"20\" fill=\"#4a5560\"/>"
	           "<rect x=\"%u\" width=\"%u\" height=\"20\" fill=\"%s\"/></g>\n",
	           left + right, left, left, right, ground(shown(s)));
	buf_printf(out,
	           "<g fill=\"#fff\" font-family=\"Verdana,'DejaVu Sans',sans-serif\" "
	           "font-size=\"%d\" text-rendering=\"geometricPrecision\">\n",
	           FONT);
	put_text(out, PAD, left - 2 * PAD, label);
	put_text(out, left + PAD, right - 2 * PAD, value);
	buf_puts(out, "</g>\n</svg>\n");
	return buf_err(out, err);
}
