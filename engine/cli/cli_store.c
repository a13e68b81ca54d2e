// SPDX-License-Identifier: Apache-2.0
#include "backend/store.h"

#include "base/log.h"
#include "base/num.h"
#include "base/when.h"
#include "cli/cli.h"

/* "2MiB", "2MiB/s", and KiB where no unit is said, as other backup programs have it. */
static bool parse_rate(struct span text, uint64_t *rate)
{
	uint64_t number = 0;

	if (span_ends(text, SPAN_LIT("/s")))
		text.len -= 2;
	if (num_u64(text, 0, LB_RATE_MAX, &number))
		return num_mul_u64(number, 1 << 10, rate);
	return num_bytes(text, rate);
}

static enum err_code rate_of(const char *option, const char *text, uint64_t *rate,
                             struct err *err)
{
	if (!text)
		return ERR_OK;
	if (parse_rate(span_str(text), rate) && *rate >= LB_RATE_MIN &&
	    *rate <= LB_RATE_MAX)
		return ERR_OK;
	return err_set(err, ERR_USAGE,
	               "--%s %s: not a rate such as 500KiB or 2MiB (a second), from 1KiB "
	               "to 8GiB",
	               option, text);
}

enum err_code cli_rates(const struct program_call *call, struct lb_rates *out,
                        struct err *err)
{
	const struct cli_options *o = cli_options(call);
	enum err_code rc;

	*out = (struct lb_rates){ 0, 0 };
	rc = rate_of("limit-upload", o->limit_upload, &out->upload, err);
	return rc == ERR_OK
	               ? rate_of("limit-download", o->limit_download, &out->download, err)
	               : rc;
}

static void tell_retry(void *context, const struct err *err, uint64_t pause_ns)
{
	char pause[WHEN_TEXT];

	(void)context;
	when_duration(pause_ns / 1000000, pause);
	log_event(LOG_WARN, "%s; trying again in %s", err->msg, pause);
}

static struct lb_store_options store_options(const struct program_call *call,
                                             struct lb_rates rates)
{
	return (struct lb_store_options){
		.rates = rates, .retry = { .cancel = call->cancel, .tell = tell_retry }
	};
}

enum err_code cli_store_open(struct lb_backend **out, const struct program_call *call,
                             const char *path, bool target, struct err *err)
{
	struct lb_store_options o;
	struct lb_rates rates;
	enum err_code rc = cli_rates(call, &rates, err);

	if (rc != ERR_OK)
		return rc;
	/* a copy has one line to either store */
	if (target)
		rates.download = 0;
	else if (cli_options(call)->to)
		rates.upload = 0;
	o = store_options(call, rates);
	return lb_store_open(out, path, &o, err);
}

enum err_code cli_store_create(struct lb_backend **out, const struct program_call *call,
                               const char *path, struct err *err)
{
	struct lb_store_options o;
	struct lb_rates rates;
	const enum err_code rc = cli_rates(call, &rates, err);

	if (rc != ERR_OK)
		return rc;
	o = store_options(call, rates);
	return lb_store_create(out, path, &o, err);
}
