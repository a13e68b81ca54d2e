// SPDX-License-Identifier: Apache-2.0
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#include "base/mem.h"
#include "base/progress_internal.h"
#include "base/str.h"
#include "base/term.h"
#include "support/check.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

TestSuite(progress, .timeout = 20);

/* A raw pseudo-terminal: what is written to term.fd is read from `control` byte by byte.
 */
struct screen {
	struct term term;
	int control;
	struct progress *progress;
};

static uint64_t now_ns;

static uint64_t fake_ticks(void)
{
	return now_ns;
}

static void advance_ms(uint64_t ms)
{
	now_ns += ms * 1000000;
}

static struct screen open_screen(size_t columns, bool enabled)
{
	struct screen s;
	struct termios mode;
	struct err err = ERR_INIT;

	s.control = check_open_pty();
	s.term = (struct term){ .tty = true, .utf8 = true, .columns = columns };
	s.term.fd = open(ptsname(s.control), O_RDWR | O_NOCTTY);
	check_true(s.term.fd >= 0 && tcgetattr(s.term.fd, &mode) == 0, "terminal");
	cfmakeraw(&mode);
	check_int_eq(tcsetattr(s.term.fd, TCSANOW, &mode), 0, "raw");
	check_ok(progress_new(&s.progress, &s.term, enabled, &err), &err);
	progress_set_clock(s.progress, fake_ticks);
	return s;
}

/* What was written since the last call; valid until the next. The system hands terminal
 * bytes over a little later, so a mark is sent behind them and waited for. */
static const char *seen(const struct screen *s)
{
	static char text[8192];
	size_t len = 0;

	check_int_eq(write(s->term.fd, "\x01", 1), 1, "mark");
	while (len == 0 || text[len - 1] != '\x01') {
		struct pollfd ready = { .fd = s->control, .events = POLLIN };
		ssize_t got;

		check_int_eq(poll(&ready, 1, 5000), 1, "bytes come");
		got = read(s->control, text + len, sizeof(text) - len);
		check_true(got > 0, "read");
		len += (size_t)got;
	}
	text[len - 1] = '\0';
	return text;
}

static void close_screen(struct screen *s)
{
	progress_finish(s->progress);
	close(s->term.fd);
	close(s->control);
}

Test(progress, shows_count_share_rate_and_eta)
{
	struct screen s = open_screen(80, true);

	progress_start(s.progress, "scan", "files", 400);
	check_str_eq(seen(&s), "\rscan 0/400 files  0 %", "start");
	advance_ms(1000);
	progress_add(s.progress, 40);
	check_str_eq(seen(&s), "\rscan 40/400 files  10 %  40/s  ETA 10 s",
	             "after a second");
	advance_ms(1000);
	progress_add(s.progress, 40);
	check_str_eq(seen(&s), "\rscan 80/400 files  20 %  40/s  ETA 9 s ",
	             "covers the old line");
	close_screen(&s);
}

Test(progress, what_takes_unequal_time_has_no_rate)
{
	struct screen s = open_screen(80, true);

	progress_start(s.progress, "running", "units", 4);
	progress_uneven(s.progress);
	(void)seen(&s);
	advance_ms(1000);
	progress_add(s.progress, 1);
	check_str_eq(seen(&s), "\rrunning 1/4 units  25 %", "line");
	close_screen(&s);
}

Test(progress, bytes_are_sizes_for_people)
{
	struct screen s = open_screen(80, true);

	progress_start(s.progress, "backup", "B", 3 << 20);
	check_str_eq(seen(&s), "\rbackup 0 B/3.0 MiB  0 %", "start");
	advance_ms(1000);
	progress_add(s.progress, 1 << 20);
	check_str_eq(seen(&s), "\rbackup 1.0 MiB/3.0 MiB  33 %  1.0 MiB/s  ETA 3 s",
	             "after a second");
	close_screen(&s);
}

Test(progress, the_rate_is_smoothed)
{
	struct screen s = open_screen(80, true);

	progress_start(s.progress, "scan", "files", 100000);
	advance_ms(1000);
	progress_add(s.progress, 100);
	check_str_contains(seen(&s), "  100/s", "first second");
	advance_ms(1000);
	progress_add(s.progress, 1300);
	check_str_contains(seen(&s), "  300/s", "a burst moves it by a sixth");
	for (int i = 0; i < 60; i++) {
		advance_ms(1000);
		progress_add(s.progress, 50);
	}
	check_str_contains(seen(&s), "  50/s", "and is forgotten");
	close_screen(&s);
}

Test(progress, a_total_may_be_known_later_and_be_lost_again)
{
	struct screen s = open_screen(100, true);

	progress_start(s.progress, "counting", "files", 0);
	(void)seen(&s);
	progress_total(s.progress, 40);
	advance_ms(1000);
	progress_add(s.progress, 10);
	check_str_contains(seen(&s), "10/40 files  25 %", "known");
	progress_total(s.progress, 0);
	advance_ms(1000);
	progress_add(s.progress, 50);
	check_str_contains(seen(&s), "60 files  ", "lost");
	close_screen(&s);
}

Test(progress, unknown_totals_have_no_share_and_no_eta)
{
	struct screen s = open_screen(80, true);

	progress_start(s.progress, "read", "cases", 0);
	advance_ms(2000);
	progress_add(s.progress, 5);
	(void)seen(&s);
	advance_ms(2000);
	progress_add(s.progress, 5);
	check_str_eq(seen(&s), "\rread 10 cases  2.5/s", "line");
	close_screen(&s);
}

Test(progress, long_waits_are_in_minutes_and_endless_ones_untold)
{
	struct screen s = open_screen(80, true);

	progress_start(s.progress, "a", "x", 1000);
	advance_ms(10000);
	progress_add(s.progress, 10);
	check_str_contains(seen(&s), "ETA 16 min 30 s", "minutes");
	progress_start(s.progress, "a", "x", UINT64_MAX);
	advance_ms(10000);
	progress_add(s.progress, 1);
	check_true(strstr(seen(&s), "ETA") == NULL, "no ETA in years");
	close_screen(&s);
}

Test(progress, redraws_at_most_ten_times_a_second)
{
	struct screen s = open_screen(80, true);
	size_t draws = 0;

	progress_start(s.progress, "scan", "files", 1000);
	(void)seen(&s);
	for (int i = 0; i < 1000; i++) {
		advance_ms(1);
		progress_add(s.progress, 1);
		progress_note(s.progress, SPAN_LIT("note"));
		draws += seen(&s)[0] != '\0';
	}
	check_size_eq(draws, 10, "draws in a second");
	close_screen(&s);
}

Test(progress, notes_are_escaped_and_cut_to_the_line)
{
	struct screen s = open_screen(40, true);
	const char *text;

	progress_start(s.progress, "scan", "files", 0);
	(void)seen(&s);
	advance_ms(200);
	progress_note(s.progress, SPAN_LIT("a\x1b[31m\nb"));
	check_str_eq(seen(&s), "\rscan 0 files  a\\x1b[31m\\nb", "escaped");
	advance_ms(200);
	progress_note(s.progress, SPAN_LIT("0123456789012345678901234567890123456789"));
	text = seen(&s);
	check_str_eq(text, "\rscan 0 files  012345678901234567890123\xE2\x80\xA6", "cut");
	check_size_eq(str_columns(span_from(span_str(text), 1)), 39,
	              "one column stays free");
	close_screen(&s);
}

Test(progress, without_utf8_the_cut_is_ascii)
{
	struct screen s = open_screen(20, true);
	const char *text;

	progress_finish(s.progress);
	s.term.utf8 = false;
	check_ok(progress_new(&s.progress, &s.term, true, NULL), &(struct err)ERR_INIT);
	progress_set_clock(s.progress, fake_ticks);
	progress_start(s.progress, "a label that is too long", "files", 0);
	text = seen(&s);
	check_str_eq(text, "\ra label that is to~", "cut");
	close_screen(&s);
}

Test(progress, a_line_goes_above_and_the_end_is_clean)
{
	struct screen s = open_screen(80, true);

	progress_line(s.progress, SPAN_LIT("before"));
	check_str_eq(seen(&s), "before\n", "nothing stands yet");
	progress_start(s.progress, "ab", "c", 0);
	(void)seen(&s);
	progress_line(s.progress, SPAN_LIT("done: x"));
	check_str_eq(seen(&s), "\r      \rdone: x\n\rab 0 c", "wiped, said, drawn again");
	progress_finish(s.progress);
	check_str_eq(seen(&s), "\r      \r", "wiped at the end");
	close(s.term.fd);
	close(s.control);
	progress_finish(NULL);
}

Test(progress, disabled_writes_lines_only)
{
	struct screen s = open_screen(80, false);

	progress_start(s.progress, "scan", "files", 10);
	advance_ms(1000);
	progress_add(s.progress, 5);
	progress_note(s.progress, SPAN_LIT("note"));
	check_str_eq(seen(&s), "", "nothing at all");
	progress_line(s.progress, SPAN_LIT("line"));
	check_str_eq(seen(&s), "line\n", "a line");
	progress_finish(s.progress);
	check_str_eq(seen(&s), "", "nothing to wipe");
	close(s.term.fd);
	close(s.control);
}

Test(progress, elsewhere_than_on_a_terminal_it_is_off)
{
	struct term t = { .fd = -1, .tty = false, .columns = 80 };
	struct progress *p = NULL;
	int ends[2];
	char text[64] = "";

	check_int_eq(pipe(ends), 0, "pipe");
	t.fd = ends[1];
	check_ok(progress_new(&p, &t, true, NULL), &(struct err)ERR_INIT);
	progress_start(p, "scan", "files", 10);
	progress_add(p, 5);
	progress_line(p, SPAN_LIT("line"));
	progress_finish(p);
	close(ends[1]);
	check_int_eq(read(ends[0], text, sizeof(text) - 1), 5, "bytes");
	check_str_eq(text, "line\n", "only the line");
	close(ends[0]);
}

Test(progress, a_terminal_that_went_away_does_no_harm)
{
	struct screen s = open_screen(80, true);
	int fd = s.term.fd;

	close(fd);
	progress_start(s.progress, "scan", "files", 10);
	for (int i = 0; i < 10; i++) {
		advance_ms(200);
		progress_add(s.progress, 1);
	}
	progress_line(s.progress, SPAN_LIT("line"));
	progress_finish(s.progress);
	close(s.control);
}

Test(progress, every_allocation_may_fail)
{
	for (uint64_t n = 1; n < 12; n++) {
		struct screen s = open_screen(80, true);

		mem_fail_after(n);
		progress_start(s.progress, "scan", "files", 10);
		advance_ms(200);
		progress_note(s.progress, SPAN_LIT("note"));
		progress_line(s.progress, SPAN_LIT("line"));
		mem_fail_after(0);
		(void)seen(&s);
		advance_ms(200);
		progress_add(s.progress, 1);
		check_str_contains(seen(&s), "scan 1/10 files",
		                   "goes on after failure %d", (int)n);
		close_screen(&s);
	}
	mem_fail_after(1);
	struct progress *none = NULL;
	struct term t = { .tty = true };
	check_err(progress_new(&none, &t, true, NULL), ERR_NOMEM, "new");
	mem_fail_after(0);
}
