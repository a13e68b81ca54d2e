// SPDX-License-Identifier: Apache-2.0
#include "os/prompt.h"

#include "os/fs.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

static enum err_code open_terminal(int *fd, struct err *err)
{
	*fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (*fd < 0)
		return err_set(err, ERR_UNSUPPORTED, "there is no terminal to ask at");
	return ERR_OK;
}

/* A signal ends the wait: poll is never restarted, unlike read. */
static bool wait_for_input(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, -1) == 1;
}

/* One byte a read, so that nothing behind the line is taken away from others. */
static enum err_code read_line(int fd, char *out, size_t max, size_t *len,
                               struct err *err)
{
	*len = 0;
	for (;;) {
		char c;
		ssize_t n = wait_for_input(fd) ? read(fd, &c, 1) : 0;

		if (n < 0)
			return err_sys(err, "reading from the terminal");
		if (n == 0)
			return err_set(err, ERR_CANCELLED, "nothing was entered");
		if (c == '\n')
			return ERR_OK;
		if (*len == max)
			return err_set(err, ERR_LIMIT,
			               "the line is longer than %zu bytes", max);
		out[(*len)++] = c;
	}
}

/* Echo goes off before the question is shown: what is typed at once is neither lost nor
 * seen. */
static enum err_code read_silently(int fd, const char *prompt, char *out, size_t max,
                                   size_t *len, struct err *err)
{
	struct termios before;
	struct termios silent;
	enum err_code rc;

	if (tcgetattr(fd, &before) != 0)
		return err_sys(err, "the terminal's settings");
	silent = before;
	silent.c_lflag &= (tcflag_t) ~(tcflag_t)ECHO;
	silent.c_lflag |= ECHONL;
	if (tcsetattr(fd, TCSAFLUSH, &silent) != 0)
		return err_sys(err, "turning the terminal's echo off");
	rc = os_write_all(fd, span_str(prompt), err);
	if (rc == ERR_OK)
		rc = read_line(fd, out, max, len, err);
	if (tcsetattr(fd, TCSAFLUSH, &before) != 0 && rc == ERR_OK)
		rc = err_sys(err, "turning the terminal's echo on");
	return rc;
}

enum err_code os_prompt_secret(const char *prompt, char *out, size_t max, size_t *len,
                               struct err *err)
{
	int fd;
	enum err_code rc = open_terminal(&fd, err);

	if (rc != ERR_OK)
		return rc;
	rc = read_silently(fd, prompt, out, max, len, err);
	close(fd);
	return rc;
}

enum err_code os_prompt_key(const char *prompt, char *answer, struct err *err)
{
	char line[256];
	size_t len;
	int fd;
	enum err_code rc = open_terminal(&fd, err);

	if (rc != ERR_OK)
		return rc;
	rc = os_write_all(fd, span_str(prompt), err);
	if (rc == ERR_OK)
		rc = read_line(fd, line, sizeof line, &len, err);
	if (rc == ERR_OK)
		*answer = len > 0 ? line[0] : '\0';
	close(fd);
	return rc;
}
