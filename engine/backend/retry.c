// SPDX-License-Identifier: Apache-2.0
#include "backend/retry.h"

#include "backend/decorator.h"
#include "backend/patience_internal.h"
#include "base/mem.h"
#include "os/random.h"

#include <errno.h>

#define FIRST_PAUSE_NS UINT64_C(100000000)

struct retry {
	struct lb_decorator base;
	struct lb_retry_options options;
	struct lb_patience patience;
};

bool lb_retry_helps(const struct err *err)
{
	if (err->code == ERR_TIMEOUT)
		return true;
	switch (err->os_code) {
	case EAGAIN:
	case EBUSY:
	case ECONNABORTED:
	case ECONNREFUSED:
	case ECONNRESET:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case EINTR:
	case ENETDOWN:
	case ENETRESET:
	case ENETUNREACH:
	case ENOBUFS:
	case ESTALE:
	case ETIMEDOUT:
		return true;
	default:
		return false;
	}
}

/* Half of it to all of it, so that clients that were refused together do not come back
 * together. */
static uint64_t pause_of(int attempt)
{
	const uint64_t longest = FIRST_PAUSE_NS << attempt;
	uint32_t dice = 0;

	os_random(&dice, sizeof(dice));
	return longest / 2 + longest / 2 * dice / UINT32_MAX;
}

/* ---- lists ---- */

/* What was told cannot be taken back, and what the listener says is not the store's. */
struct listening {
	const struct lb_call *call;
	bool told;
};

static enum err_code listen(const char *key, uint64_t size, void *context,
                            struct err *err)
{
	struct listening *l = context;

	l->told = true;
	return l->call->visit(key, size, l->call->context, err);
}

/* ---- all requests ---- */

/* One attempt; `*final`: whatever it says counts. */
static enum err_code attempt(struct retry *r, const struct lb_call *c, bool *final,
                             struct err *err)
{
	struct listening l = { .call = c };
	struct lb_call heard = *c;
	enum err_code rc;

	if (c->kind == LB_OP_LIST) {
		heard.visit = listen;
		heard.context = &l;
	}
	rc = lb_call_perform(r->base.inner, &heard, err);
	*final = l.told;
	return rc;
}

static bool goes_on(const struct retry *r, const struct err *why, int attempts)
{
	return lb_retry_helps(why) && attempts < LB_RETRY_MAX &&
	       !cancel_is_set(r->options.cancel);
}

static enum err_code run(struct lb_decorator *d, const struct lb_call *c, struct err *err)
{
	struct retry *r = (struct retry *)d;
	struct err why = ERR_INIT;
	bool final = false;
	enum err_code rc = attempt(r, c, &final, &why);

	for (int i = 0; rc != ERR_OK && !final && goes_on(r, &why, i); i++) {
		const uint64_t pause = pause_of(i);

		if (r->options.tell != NULL)
			r->options.tell(r->options.context, &why, pause);
		r->patience.wait_until(r->patience.ticks_ns() + pause, r->options.cancel);
		why = (struct err)ERR_INIT;
		rc = attempt(r, c, &final, &why);
	}
	if (rc != ERR_OK && err != NULL)
		*err = why;
	return rc;
}

static void close_it(struct lb_decorator *d)
{
	lb_backend_close(d->inner);
	mem_free(d);
}

enum err_code lb_retry_new(struct lb_backend **out, struct lb_backend *take_inner,
                           const struct lb_retry_options *options, struct err *err)
{
	struct retry *r = mem_new(sizeof(*r));

	if (r == NULL) {
		lb_backend_close(take_inner);
		return err_nomem(err);
	}
	lb_decorator_init(&r->base);
	r->base.inner = take_inner;
	r->base.run = run;
	r->base.close = close_it;
	r->options = *options;
	r->patience = LB_PATIENCE;
	*out = &r->base.base;
	return ERR_OK;
}

void lb_retry_set_patience(struct lb_backend *retry, struct lb_patience patience)
{
	((struct retry *)retry)->patience = patience;
}
