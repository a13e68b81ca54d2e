// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OPS_INTERNAL_H
#define SCANNERS_OPS_INTERNAL_H

#include "lib/yaml.h"
#include "ops.h"

/* ---- the facts: flags of a scan_fact ---- */

enum ops_fact {
	OPS_SERVICE, /* that others reach at a port; text: "checked" if it has a check,
	              "workload" if it needs one of its own */
	OPS_DAEMON,  /* that runs on and on */
	OPS_BUILDS,  /* an image that starts nothing: things are built in it */
	OPS_HEALTH,  /* a check that says whether it is well */
	OPS_METRICS,
	OPS_ALERTS,
	OPS_DEPLOY,
	OPS_ROLLBACK,
	OPS_BACKUP,
	OPS_STATE,   /* data that outlives the program */
	OPS_RUNBOOK, /* text: where an alert says that it is */
	OPS_CALL,    /* text: a script that a workflow runs */
	/* What one file is enough for; text: the message. */
	OPS_ALERT_NO_DURATION,
	OPS_ALERT_NO_EXPRESSION,
	OPS_ALERT_NO_RUNBOOK,
	OPS_ALERT_NO_SEVERITY,
	OPS_DASHBOARD_EMPTY,
	OPS_DASHBOARD_INVALID,
	OPS_HEALTH_DISABLED,
	OPS_PANEL_NO_QUERY,
	OPS_FACTS,
};

/* Notes what stands at [start, end) of the file in hand. */
void ops_note(struct scan_pass *p, enum ops_fact kind, size_t start, size_t end,
              struct span text);
/* The same of a finding, whose message ends in a name, or NULL. */
void ops_say(struct scan_pass *p, enum ops_fact kind, size_t at, const char *message,
             const char *name);
/* The same of the file as a whole. */
void ops_note_file(struct scan_pass *p, enum ops_fact kind);
/* The rule, if it is on, cannot say anything of the file. */
void ops_skip(struct scan_pass *p, const char *rule, enum scan_lack lack,
              const char *reason);
/* What it means that the file in hand is no YAML: a template becomes YAML elsewhere. Cuts
 * the message to its first line. */
enum scan_lack ops_unread(const struct scan_pass *p, struct err *err);

/* ---- readers; each takes the file in hand ---- */

void ops_docker(struct scan_pass *p);
void ops_compose(struct scan_pass *p);
void ops_kubernetes(struct scan_pass *p);
void ops_alerts(struct scan_pass *p);
void ops_dashboard(struct scan_pass *p, bool surely);
void ops_calls(struct scan_pass *p);

/* What is missed where there is a service; ends at NULL. */
extern const char *const ops_missing[];

/* Does the command of a health check succeed whatever is the matter? */
bool ops_is_always_well(struct span command);

/* ---- names ---- */

/* Of the forge or of an editor: what is built there serves nobody. */
bool ops_is_of_forge(struct span path);

struct span ops_name_of(struct span path);
/* deploy.c: is there a command that deploys? */
bool ops_deploys(struct span text);
/* The lists end at NULL. */
bool ops_is_named(struct span name, const char *const *names);
bool ops_has_end(struct span name, const char *const *ends);
bool ops_has(struct span s, const char *what);
/* Whatever the case; `what` is small. */
bool ops_says(struct span s, const char *what);

#endif
