// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_LEFTOVER_H
#define GATE_LEFTOVER_H

/*
 * Runs that never ended: their program was killed, or the machine went down. A run that
 * is being recorded holds a lock on its folder, so the lock tells the dead from the slow.
 */

/*
 * Removes unfinished runs from the folder `runs` whose ids sort before `before`: those of
 * run ids made earlier, without run.json, which no program holds. Folders with other
 * names are somebody else's. What cannot be removed stays: it is in nobody's way but the
 * disk's.
 */
void gate_leftover_remove(const char *runs, const char *before);

#endif
