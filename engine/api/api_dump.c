// SPDX-License-Identifier: Apache-2.0
/* Files and archives as a stream, for the public library. */
#include "api/api_internal.h"
#include "job/dump.h"

_Static_assert((int)LB_DUMP_ZIP == LIFEBOAT_DUMP_ZIP, "forms are the engine's");

static enum err_code to_caller(struct span bytes, void *context, struct err *err)
{
	const struct lifeboat_dump_options *o = context;

	if (o->write(o->write_context, bytes.ptr, bytes.len) == 0)
		return ERR_OK;
	return err_set(err, ERR_CANCELLED, "ended by who takes the bytes");
}

static enum err_code dump(struct lifeboat_repository *repository,
                          struct lifeboat_dump_options *options, struct lb_dump_result *r,
                          struct err *err)
{
	struct lb_dump_options o = { .path = span_str(options->path),
		                     .form = (enum lb_dump_form)options->form,
		                     .sink = to_caller,
		                     .sink_context = options };
	const struct lb_snapshot_ref *ref;
	struct lb_snapshots known;
	struct api_events events;
	enum err_code rc;

	if (options->form < LIFEBOAT_DUMP_PLAIN || options->form > LIFEBOAT_DUMP_ZIP)
		return err_set(err, ERR_USAGE, "there is no form %d of a dump",
		               options->form);
	if (!options->write)
		return err_set(err, ERR_USAGE, "nobody takes the bytes: set `write`");
	rc = api_find(repository, options->snapshot, &known, &ref, err);
	api_events_init(&events, options->events, options->cancel);
	o.events = &events.engine;
	o.cancel = events.cancel;
	if (rc == ERR_OK) {
		o.snapshot = ref->snapshot;
		rc = lb_dump(repository->repo, &o, r, err);
	}
	lb_snapshots_fini(&known);
	return rc;
}

int lifeboat_dump(struct lifeboat_repository *repository,
                  const struct lifeboat_dump_options *options,
                  struct lifeboat_dump_result *result, struct lifeboat_error *error)
{
	struct lifeboat_dump_options own = *options;
	struct lb_dump_result r = { .files = 0 };
	struct err err = ERR_INIT;
	enum err_code rc = dump(repository, &own, &r, &err);

	*result = (struct lifeboat_dump_result){ .files = 0 };
	if (rc == ERR_OK)
		*result = (struct lifeboat_dump_result){ .files = r.files,
			                                 .folders = r.folders,
			                                 .others = r.others,
			                                 .bytes = r.bytes,
			                                 .left_out = r.left_out,
			                                 .errors = r.errors };
	return api_end(rc, &err, error);
}
