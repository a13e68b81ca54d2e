// SPDX-License-Identifier: Apache-2.0
#include "base/term.h"

#include "base/mem.h"
#include "base/progress_internal.h"
#include "base/str.h"
#include "base/when.h"
#include "os/clock.h"
#include "os/fs.h"

#include <inttypes.h>
#include <pthread.h>

#define ELLIPSIS "\xE2\x80\xA6"
#define NS_SECOND UINT64_C(1000000000)
#define REDRAW_NS (NS_SECOND / 10)
/* The rate follows changes within about this time. */
#define SMOOTH_SECONDS 5.0

/*
 * The line is written under the lock, so that no two threads mix theirs. It uses carriage
 * returns and blanks only, which every terminal understands.
 */
struct progress {
	pthread_mutex_t lock;
	struct term term;
	bool live; /* never changes after progress_new */
	uint64_t (*ticks_ns)(void);

	const char *label; /* NULL: nothing is going on */
	const char *unit;
	uint64_t total;
	uint64_t done;
	bool uneven;
	struct buf note;

	uint64_t sampled_at;
	uint64_t sampled_done;
	double rate; /* a second, smoothed; 0 until known */
	uint64_t drawn_at;
	bool drawn;
	size_t width; /* columns of the line that stands on the terminal */
};

enum err_code progress_new(struct progress **out, const struct term *t, bool enabled,
                           struct err *err)
{
	struct progress *p = mem_new(sizeof(*p));

	if (p == NULL)
		return err_nomem(err);
	(void)pthread_mutex_init(&p->lock, NULL);
	p->term = *t;
	p->live = enabled && t->tty;
	p->ticks_ns = os_ticks_ns;
	buf_init(&p->note);
	*out = p;
	return ERR_OK;
}

void progress_set_clock(struct progress *p, uint64_t ticks_ns(void))
{
	p->ticks_ns = ticks_ns;
}

/* Samples at least a tenth of a second long, each weighed by its length. */
static void sample(struct progress *p, uint64_t now)
{
	double seconds = (double)(now - p->sampled_at) / (double)NS_SECOND;
	double rate;

	if (now - p->sampled_at < REDRAW_NS)
		return;
	rate = (double)(p->done - p->sampled_done) / seconds;
	if (p->rate <= 0)
		p->rate = rate;
	else
		p->rate += (rate - p->rate) * seconds / (seconds + SMOOTH_SECONDS);
	p->sampled_at = now;
	p->sampled_done = p->done;
}

static void put_eta(struct buf *out, double seconds)
{
	char text[WHEN_TEXT];

	/* Beyond four days it says nothing that helps. */
	if (seconds > 4 * 86400.0)
		return;
	if (seconds < 60) {
		buf_printf(out, "  ETA %d s", (int)seconds + 1);
		return;
	}
	when_duration((uint64_t)seconds * 1000, text);
	buf_printf(out, "  ETA %s", text);
}

/* "120/400 files", "1.5 GiB/2.0 GiB". */
static void put_count(const struct progress *p, struct buf *out)
{
	if (str_eq(p->unit, "B")) {
		str_size(out, p->done);
		if (p->total > 0) {
			buf_putc(out, '/');
			str_size(out, p->total);
		}
		return;
	}
	buf_printf(out, "%" PRIu64, p->done);
	if (p->total > 0)
		buf_printf(out, "/%" PRIu64, p->total);
	buf_printf(out, " %s", p->unit);
}

static void put_rate(const struct progress *p, struct buf *out)
{
	buf_puts(out, "  ");
	if (str_eq(p->unit, "B"))
		str_size(out, (uint64_t)p->rate);
	else
		buf_printf(out, "%.*f", p->rate < 10 ? 1 : 0, p->rate);
	buf_puts(out, "/s");
}

/* "label 120/400 files  30 %  45/s  ETA 6 s  note", unescaped and uncut. */
static void describe(const struct progress *p, struct buf *out)
{
	buf_printf(out, "%s ", p->label);
	put_count(p, out);
	if (p->total > 0 && p->done <= p->total)
		buf_printf(out, "  %d %%",
		           (int)(100.0 * (double)p->done / (double)p->total));
	if (p->rate > 0 && !p->uneven)
		put_rate(p, out);
	if (p->rate > 0 && !p->uneven && p->done < p->total)
		put_eta(out, (double)(p->total - p->done) / p->rate);
	if (p->note.len > 0) {
		buf_puts(out, "  ");
		buf_put(out, buf_span(&p->note));
	}
}

/* Overwrites what stands there with `text`. */
static void put_over(struct progress *p, struct buf *out, struct span text)
{
	size_t width = str_columns(text);

	buf_putc(out, '\r');
	buf_put(out, text);
	if (width < p->width)
		buf_fill(out, ' ', p->width - width);
	p->width = width;
}

static void put_status(struct progress *p, struct buf *out)
{
	struct buf full = BUF_INIT;
	struct buf shown = BUF_INIT;

	describe(p, &full);
	/* One column stays free: some terminals wrap when the last one is filled. */
	str_display_cut(&shown, buf_span(&full), p->term.columns - 1);
	if (!p->term.utf8 && span_ends(buf_span(&shown), SPAN_LIT(ELLIPSIS))) {
		buf_truncate(&shown, shown.len - (sizeof(ELLIPSIS) - 1));
		buf_putc(&shown, '~');
	}
	put_over(p, out, buf_span(&shown));
	buf_fini(&shown);
	buf_fini(&full);
}

/* A terminal that went away ends the display, never the work. */
static void flush(struct progress *p, struct buf *out)
{
	if (out->len > 0 && os_write_all(p->term.fd, buf_span(out), NULL) != ERR_OK)
		p->label = NULL;
	buf_fini(out);
}

static void redraw(struct progress *p)
{
	uint64_t now = p->ticks_ns();
	struct buf out = BUF_INIT;

	if (p->label == NULL || (p->drawn && now - p->drawn_at < REDRAW_NS))
		return;
	sample(p, now);
	p->drawn = true;
	p->drawn_at = now;
	put_status(p, &out);
	flush(p, &out);
}

void progress_start(struct progress *p, const char *label, const char *unit,
                    uint64_t total)
{
	if (!p->live)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->label = label;
	p->unit = unit;
	p->total = total;
	p->done = 0;
	p->uneven = false;
	p->rate = 0;
	p->sampled_at = p->ticks_ns();
	p->sampled_done = 0;
	buf_clear(&p->note);
	redraw(p);
	(void)pthread_mutex_unlock(&p->lock);
}

void progress_uneven(struct progress *p)
{
	if (!p->live)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->uneven = true;
	(void)pthread_mutex_unlock(&p->lock);
}

void progress_add(struct progress *p, uint64_t done)
{
	if (!p->live)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->done += done;
	redraw(p);
	(void)pthread_mutex_unlock(&p->lock);
}

/* Shown with the next count. */
void progress_total(struct progress *p, uint64_t total)
{
	if (!p->live)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->total = total;
	(void)pthread_mutex_unlock(&p->lock);
}

void progress_note(struct progress *p, struct span text)
{
	if (!p->live)
		return;
	(void)pthread_mutex_lock(&p->lock);
	buf_clear(&p->note);
	buf_put(&p->note, text);
	redraw(p);
	(void)pthread_mutex_unlock(&p->lock);
}

static void put_blank(struct progress *p, struct buf *out)
{
	if (p->width == 0)
		return;
	put_over(p, out, SPAN_EMPTY);
	buf_putc(out, '\r');
}

void progress_line(struct progress *p, struct span text)
{
	struct buf out = BUF_INIT;
	bool standing;

	(void)pthread_mutex_lock(&p->lock);
	standing = p->width > 0;
	put_blank(p, &out);
	buf_put(&out, text);
	buf_putc(&out, '\n');
	if (standing)
		put_status(p, &out);
	flush(p, &out);
	(void)pthread_mutex_unlock(&p->lock);
}

void progress_finish(struct progress *p)
{
	struct buf out = BUF_INIT;

	if (p == NULL)
		return;
	put_blank(p, &out);
	flush(p, &out);
	buf_fini(&p->note);
	(void)pthread_mutex_destroy(&p->lock);
	mem_free(p);
}
