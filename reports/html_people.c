// SPDX-License-Identifier: Apache-2.0
/* What people have to do with the release: who has signed, and what may go wrong. */
#include "html_internal.h"

#include "base/str.h"

#include <inttypes.h>

static void role(struct html *h, const struct rep_role *r)
{
	const bool done = r->have >= r->need;

	htm_raw(h, "<tr><th scope=\"row\">");
	htm_text(h, r->role);
	buf_printf(h->out,
	           "</th><td class=\"num\">%" PRIu64 " of %" PRIu64
	           "</td><td><span class=\"state %s\">%s</span></td></tr>\n",
	           r->have, r->need, done ? "pass" : "unknown",
	           done ? "signed" : "missing");
}

static void lines(struct html *h, const char *const *items, size_t count)
{
	htm_raw(h, "<ul>\n");
	for (size_t i = 0; i < count; i++) {
		htm_raw(h, "<li>");
		htm_text(h, items[i]);
		htm_raw(h, "</li>\n");
	}
	htm_raw(h, "</ul>\n");
}

static void said(struct html *h)
{
	if (h->s->signoff_count > 0)
		lines(h, h->s->signoff_lines + h->s->role_count, h->s->signoff_count);
}

static void waivers(struct html *h)
{
	if (h->s->waiver_count == 0)
		return;
	htm_raw(h, "<section class=\"card\" aria-labelledby=\"waivers\">\n"
	           "<h2 id=\"waivers\">Waivers</h2>\n");
	lines(h, h->s->waiver_lines, h->s->waiver_count);
	htm_raw(h, "</section>\n");
}

void htm_signoffs(struct html *h)
{
	waivers(h);
	if (h->s->role_count == 0)
		return;
	htm_raw(h, "<section class=\"card\" aria-labelledby=\"signoffs\">\n"
	           "<h2 id=\"signoffs\">Sign-offs</h2>\n<table class=\"plain\">\n"
	           "<thead><tr><th scope=\"col\">Role</th><th scope=\"col\" "
	           "class=\"num\">Signed</th><th scope=\"col\">State</th></tr></thead>\n"
	           "<tbody>\n");
	for (size_t i = 0; i < h->s->role_count; i++)
		role(h, &h->s->roles[i]);
	htm_raw(h, "</tbody></table>\n");
	said(h);
	htm_raw(h, "</section>\n");
}

/* Open is what the check sees come true; nobody watches what has none. */
static const char *risk_class(const char *state)
{
	if (str_eq(state, "held"))
		return "pass";
	return str_eq(state, "open") ? "fail" : "unknown";
}

static void what_then(struct html *h, const char *word, const char *text)
{
	if (text == NULL)
		return;
	buf_printf(h->out, "<span class=\"context\">%s: ", word);
	htm_text(h, text);
	htm_raw(h, "</span>");
}

static void risk(struct html *h, const struct rep_risk *r)
{
	htm_raw(h, "<tr><th scope=\"row\">");
	htm_text(h, r->risk);
	what_then(h, "against it", r->mitigation);
	what_then(h, "if it happens", r->contingency);
	htm_raw(h, "</th><td>");
	htm_text(h, r->likelihood);
	htm_raw(h, "</td><td>");
	htm_text(h, r->impact);
	htm_raw(h, "</td><td>");
	htm_text(h, r->owner != NULL ? r->owner : "nobody yet");
	buf_printf(h->out, "</td><td><span class=\"state %s\">%s</span>",
	           risk_class(r->state), r->state);
	if (r->check != NULL) {
		htm_raw(h, "<span class=\"context\">");
		htm_check_link(h, r->check);
		htm_raw(h, "</span>");
	}
	htm_raw(h, "</td></tr>\n");
}

void htm_risks(struct html *h)
{
	if (h->s->risk_count == 0)
		return;
	htm_raw(h, "<section aria-labelledby=\"risks\">\n<h2 id=\"risks\">Risks "
	           "<span class=\"count\">");
	buf_printf(h->out, "%zu", h->s->risk_count);
	htm_raw(h,
	        "</span></h2>\n<div class=\"group risks\">\n<table class=\"plain\">\n"
	        "<caption>The gravest first; a risk is held while the check that "
	        "watches it passes</caption>\n"
	        "<thead><tr><th scope=\"col\">Risk</th><th scope=\"col\">Likelihood</th>"
	        "<th scope=\"col\">Impact</th><th scope=\"col\">Owner</th>"
	        "<th scope=\"col\">State</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < h->s->risk_count; i++)
		risk(h, &h->s->risks[i]);
	htm_raw(h, "</tbody></table>\n</div>\n</section>\n");
}
