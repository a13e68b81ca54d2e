// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_TOPICS_H
#define GATE_TOPICS_H

/* Texts of `seaworthy help TOPIC`, wrapped to 80 columns. */
struct topic {
	const char *name; /* NULL ends the table */
	const char *title;
	const char *text;
};
extern const struct topic topics[];
/* NULL if there is none. */
const struct topic *topic_find(const char *name);

#endif
