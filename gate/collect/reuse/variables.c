// SPDX-License-Identifier: Apache-2.0
#include "collect/reuse/variables.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* Of the terminal and the session, and what collect/environment.c sets or takes away. */
static const char *const own_names[] = {
	"_=",     "OLDPWD=",   "PWD=",       "SHLVL=",     "TERM=",      "COLUMNS=",
	"LINES=", "WINDOWID=", "DISPLAY=",   "HOSTNAME=",  "MAIL=",      "TMPDIR=",
	"TZ=",    "LC_ALL=",   "COLORTERM=", "SEAWORTHY=", "LS_COLORS=", "EDITOR=",
	"PAGER=", "TMUX=",     "TMUX_PANE=",
};

static const char *const own_families[] = {
	"SEAWORTHY_", "GIT_",    "XDG_SESSION_", "SSH_",     "DBUS_",
	"SLURM_",     "CCACHE_", "TERM_",        "WAYLAND_",
};

/* CI systems whose prefix nobody else uses. */
static const char *const ci_families[] = {
	"GITHUB_", "CI_", "GITLAB_", "BUILDKITE_", "CIRCLE_", "JENKINS_", "TRAVIS_",
};

/* Where it is a word that projects use as well, as in BUILD_TYPE, only what Jenkins,
 * Azure and GitHub document counts. */
static const char *const ci_names[] = {
	"TF_BUILD=",
	"BUILD_DISPLAY_NAME=",
	"BUILD_ID=",
	"BUILD_NUMBER=",
	"BUILD_TAG=",
	"BUILD_URL=",
	"BUILD_ARTIFACTSTAGINGDIRECTORY=",
	"BUILD_BINARIESDIRECTORY=",
	"BUILD_BUILDID=",
	"BUILD_BUILDNUMBER=",
	"BUILD_BUILDURI=",
	"BUILD_CONTAINERID=",
	"BUILD_DEFINITIONNAME=",
	"BUILD_DEFINITIONVERSION=",
	"BUILD_QUEUEDBY=",
	"BUILD_QUEUEDBYID=",
	"BUILD_REASON=",
	"BUILD_SOURCEBRANCH=",
	"BUILD_SOURCEBRANCHNAME=",
	"BUILD_SOURCESDIRECTORY=",
	"BUILD_SOURCEVERSION=",
	"BUILD_SOURCEVERSIONAUTHOR=",
	"BUILD_SOURCEVERSIONMESSAGE=",
	"BUILD_STAGINGDIRECTORY=",
	"AGENT_BUILDDIRECTORY=",
	"AGENT_HOMEDIRECTORY=",
	"AGENT_ID=",
	"AGENT_JOBNAME=",
	"AGENT_JOBSTATUS=",
	"AGENT_MACHINENAME=",
	"AGENT_NAME=",
	"AGENT_ROOTDIRECTORY=",
	"AGENT_TEMPDIRECTORY=",
	"AGENT_VERSION=",
	"AGENT_WORKFOLDER=",
	"SYSTEM_ACCESSTOKEN=",
	"SYSTEM_ISSCHEDULED=",
	"SYSTEM_PIPELINESTARTTIME=",
	"SYSTEM_PLANID=",
	"SYSTEM_TIMELINEID=",
	"SYSTEM_TOTALJOBSINPHASE=",
	"RUNNER_NAME=",
	"RUNNER_TEMP=",
	"RUNNER_TRACKING_ID=",
	"RUNNER_WORKSPACE=",
};

static const char *const azure_families[] = {
	"BUILD_REPOSITORY_", "BUILD_REQUESTEDFOR", "BUILD_TRIGGEREDBY_",
	"SYSTEM_COLLECTION", "SYSTEM_DEFINITION",  "SYSTEM_JOB",
	"SYSTEM_OIDC",       "SYSTEM_PHASE",       "SYSTEM_PULLREQUEST_",
	"SYSTEM_STAGE",      "SYSTEM_TASK",        "SYSTEM_TEAM",
};

static bool starts_one_of(const char *setting, const char *const *starts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_starts(setting, starts[i]))
			return true;
	return false;
}

#define STARTS(setting, list) \
	starts_one_of(setting, list, sizeof(list) / sizeof((list)[0]))

bool gate_variable_matters(const char *setting)
{
	return !STARTS(setting, own_names) && !STARTS(setting, own_families) &&
	       !STARTS(setting, ci_families) && !STARTS(setting, ci_names) &&
	       !STARTS(setting, azure_families);
}

static int by_text(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

enum err_code gate_variables_put(struct arena *a, const char *const *all, struct buf *out,
                                 struct err *err)
{
	const char **kept;
	size_t count = 0;

	while (all[count] != NULL)
		count++;
	kept = arena_array(a, count + 1, sizeof(*kept));
	if (kept == NULL)
		return err_nomem(err);
	count = 0;
	for (; *all != NULL; all++)
		if (gate_variable_matters(*all))
			kept[count++] = *all;
	qsort(kept, count, sizeof(*kept), by_text);
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "variable %zu:%s\n", strlen(kept[i]), kept[i]);
	return buf_err(out, err);
}
