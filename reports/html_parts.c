// SPDX-License-Identifier: Apache-2.0
/* Scores of components and owners. The least of the critical components stands below its
 * table as the sum does below that of the categories: it is what decides. */
#include "html_internal.h"

#include "base/str.h"
#include "view.h"

#include <inttypes.h>

enum { OWNERS_OPEN = 12 }; /* more of them wait behind a line */

/* "green" "yellow" "red", by the thresholds that the critical ones are held to. */
static const char *standing(const struct html *h, const struct rep_part *p)
{
	if (h->s->go_at <= 0)
		return "earned";
	if (p->score >= h->s->go_at)
		return "green";
	return p->score >= h->s->conditional_at ? "yellow" : "red";
}

/* Of a critical one: which threshold it misses. The others decide nothing. */
static void missed(struct html *h, const struct rep_part *p)
{
	char text[REP_NUMBER];

	if (!p->critical || !p->has_score || h->s->go_at <= 0 || p->score >= h->s->go_at)
		return;
	buf_printf(h->out, " <span class=\"band %s\">below ", standing(h, p));
	rep_put_measure(h->out,
	                rep_tenths(p->score < h->s->conditional_at ? h->s->conditional_at
	                                                           : h->s->go_at,
	                           text),
	                NULL);
	htm_raw(h, "</span>");
}

static void name(struct html *h, const struct rep_part *p)
{
	htm_raw(h, "<tr><th scope=\"row\"><b>");
	htm_text(h, p->name);
	htm_raw(h, p->critical ? "</b> <span class=\"tag\">critical</span>" : "</b>");
	missed(h, p);
	if (p->owner != NULL && !str_eq(p->owner, p->name)) {
		htm_raw(h, "<span class=\"context\">");
		htm_text(h, p->owner);
		htm_raw(h, "</span>");
	}
	htm_raw(h, "</th>");
}

static void row(struct html *h, const struct rep_part *p)
{
	name(h, p);
	if (!p->has_score) {
		htm_raw(h, "<td class=\"bars note\">no check speaks of it</td>"
		           "<td class=\"num none\">–</td>"
		           "<td class=\"num none\">–</td></tr>\n");
		return;
	}
	htm_raw(h, "<td class=\"bars\"><svg class=\"bar\" aria-hidden=\"true\">");
	htm_rect(h, "track", 0, 1000, 1000);
	htm_rect(h, standing(h, p), 0, p->score, 1000);
	htm_rect(h, "open", p->score, p->possible - p->score, 1000);
	htm_raw(h, "</svg></td><td class=\"num part-score\">");
	htm_tenths(h, p->score);
	htm_raw(h, "</td><td class=\"num of\">");
	htm_tenths(h, p->possible);
	htm_raw(h, "</td></tr>\n");
}

static void table(struct html *h, const char *title, const char *caption,
                  const struct rep_part *list, size_t count)
{
	htm_raw(h, "<table class=\"cats parts\">\n<caption>");
	htm_raw(h, caption);
	htm_raw(h, "</caption>\n<thead><tr><th scope=\"col\">");
	htm_raw(h, title);
	htm_raw(h,
	        "</th><th scope=\"col\">Score, and what is open</th>"
	        "<th scope=\"col\" class=\"num\">Score</th>"
	        "<th scope=\"col\" class=\"num\">Possible</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < count; i++)
		row(h, &list[i]);
	htm_raw(h, "</tbody>\n");
}

static void least(struct html *h)
{
	const struct rep_part *p = rep_least_critical(h->s);

	if (p == NULL)
		return;
	htm_raw(h, "<tfoot><tr><th scope=\"row\">Least of the critical</th>"
	           "<td class=\"bars\">");
	htm_text(h, p->name);
	htm_raw(h, "</td><td class=\"num\" id=\"least\">");
	if (p->has_score)
		htm_tenths(h, p->score);
	else
		htm_raw(h, "none");
	htm_raw(h, "</td><td class=\"num of\">");
	if (p->has_score)
		htm_tenths(h, p->possible);
	htm_raw(h, "</td></tr></tfoot>\n");
}

static void components(struct html *h)
{
	if (h->s->component_count == 0)
		return;
	htm_raw(h, "<section aria-labelledby=\"components\">\n"
	           "<h2 id=\"components\">Components</h2>\n");
	table(h, "Component",
	      "What the evidence says of each part by its files. The least of the "
	      "critical ones is held to the same thresholds as the score.",
	      h->s->components, h->s->component_count);
	least(h);
	htm_raw(h, "</table>\n</section>\n");
}

static void owners(struct html *h)
{
	const bool many = h->s->owner_count > OWNERS_OPEN;

	if (h->s->owner_count == 0)
		return;
	htm_raw(h, "<section aria-labelledby=\"owners\">\n<h2 id=\"owners\">Owners "
	           "<span class=\"count\">");
	buf_printf(h->out, "%zu</span></h2>\n", h->s->owner_count);
	if (many)
		htm_raw(h, "<details class=\"group table owners\"><summary>All of them"
		           "</summary>\n");
	table(h, "Owner",
	      "What the evidence says of the files that CODEOWNERS gives to each. "
	      "It decides nothing.",
	      h->s->owners, h->s->owner_count);
	htm_raw(h, many ? "</table></details>\n</section>\n" : "</table>\n</section>\n");
}

void htm_parts(struct html *h)
{
	components(h);
	owners(h);
}
