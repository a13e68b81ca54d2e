// SPDX-License-Identifier: Apache-2.0
#include "record/scorecard_internal.h"
#include "roadmap/roadmap.h"

static void copy(struct rep_risk *to, struct arena *arena, const struct gate_risk *from)
{
	to->risk = arena_str(arena, from->risk);
	to->likelihood = arena_str(arena, from->likelihood);
	to->impact = arena_str(arena, from->impact);
	to->mitigation = arena_str(arena, from->mitigation);
	to->contingency = arena_str(arena, from->contingency);
	to->owner = arena_str(arena, from->owner);
	to->check = arena_str(arena, from->check);
	to->state = gate_risk_state_name(from->state);
}

enum err_code scorecard_risks(struct rep_scorecard *out, struct arena *arena,
                              const struct gate_assessment *a, struct err *err)
{
	struct gate_roadmap map;
	struct rep_risk *list;
	enum err_code rc;

	if (a->policy->risks == NULL)
		return ERR_OK;
	rc = gate_roadmap_load(&map, a, err);
	list = rc == ERR_OK ? arena_array(arena, map.risk_count, sizeof(*list)) : NULL;
	for (size_t i = 0; list != NULL && i < map.risk_count; i++)
		copy(&list[i], arena, &map.risks[i]);
	out->risks = list;
	out->risk_count = list != NULL ? map.risk_count : 0;
	gate_roadmap_fini(&map);
	return rc;
}
