// SPDX-License-Identifier: Apache-2.0
/* Fibers on ucontext. Their stacks are kept from run to run. */
#include "base/mem.h"
#include "schedule/sim.h"

#include <ucontext.h>

enum { STACK = 256 * 1024 };

struct fiber {
	ucontext_t here;
	ucontext_t caller;
	fiber_main *main;
	void *context;
	bool done;
	char *stack;
};

struct fiber *fiber_new(void)
{
	struct fiber *f = mem_new(sizeof(*f));

	if (!f)
		return NULL;
	f->stack = mem_new(STACK);
	if (!f->stack) {
		mem_free(f);
		return NULL;
	}
	f->done = true;
	return f;
}

void fiber_free(struct fiber *f)
{
	if (!f)
		return;
	mem_free(f->stack);
	mem_free(f);
}

/* makecontext passes ints only; runs are started one at a time. */
static struct fiber *starting;

static void entry(void)
{
	struct fiber *f = starting;

	f->main(f->context);
	f->done = true;
}

void fiber_start(struct fiber *f, fiber_main *main, void *context)
{
	f->main = main;
	f->context = context;
	f->done = false;
	(void)getcontext(&f->here);
	f->here.uc_stack.ss_sp = f->stack;
	f->here.uc_stack.ss_size = STACK;
	f->here.uc_link = &f->caller;
	makecontext(&f->here, entry, 0);
}

void fiber_run(struct fiber *f)
{
	starting = f;
	(void)swapcontext(&f->caller, &f->here);
}

bool fiber_done(const struct fiber *f)
{
	return f->done;
}

void fiber_wait(struct fiber *f)
{
	(void)swapcontext(&f->here, &f->caller);
}
