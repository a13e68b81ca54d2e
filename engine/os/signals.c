// SPDX-License-Identifier: Apache-2.0
/* The signal half of os/process.h. */
#include "os/process.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static struct cancel *_Atomic target;

static void on_signal(int number)
{
	struct cancel *c = atomic_load(&target);

	if (c != NULL)
		cancel_set(c, number);
}

void os_signals_to(struct cancel *c)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction handle = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	atomic_store(&target, c);
	(void)sigemptyset(&handle.sa_mask);
	(void)sigemptyset(&ignore.sa_mask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)sigaction(numbers[i], &handle, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

const char *const *os_environ(void)
{
	return (const char *const *)environ;
}
