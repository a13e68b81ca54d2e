// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_ADDRESS_H
#define SCANNERS_ADDRESS_H

#include "base/span.h"

/* Judging host names and IP addresses: which of them name a machine or a service that
 * somebody runs, and which are names only. */

enum scan_host {
	SCAN_HOST_NONE, /* a placeholder, an unspecified address, a name space */
	SCAN_HOST_LOCAL,
	SCAN_HOST_EXAMPLE, /* reserved for examples */
	SCAN_HOST_IP,
	SCAN_HOST_NAME,
};

/* Of the host part of a URL, without port, with brackets around IPv6. */
enum scan_host scan_host_kind(struct span host);
/* Of something that has the shape of an IPv4 or IPv6 address. */
enum scan_host scan_ip_kind(struct span text);
/* Schemes behind which a service answers; "file", "urn" and the like are none. */
bool scan_scheme_is_service(struct span scheme);
/* Hosts that identify standards, licences, schemas or serve documentation. */
bool scan_host_is_reference(struct span host, struct span rest);

#endif
