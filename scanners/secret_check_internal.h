// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SECRET_CHECK_INTERNAL_H
#define SCANNERS_SECRET_CHECK_INTERNAL_H

#include "secret_check.h"

/* The checks by where they are written; secret_check.c has the table of their names. */

/* secret_sum.c: checksums. */
scan_check scan_check_age;
scan_check scan_check_base58;
scan_check scan_check_github;
scan_check scan_check_gitlab;
scan_check scan_check_grafana;

/* secret_block.c: what is longer than its pattern, or encoded. */
scan_check scan_check_basic_auth;
scan_check scan_check_kubernetes;
scan_check scan_check_pem;
scan_check scan_check_putty;

/* secret_generic.c: what only a name makes a secret. */
scan_check scan_check_authorization;
scan_check scan_check_generic;
scan_check scan_check_generic_value;
scan_check scan_check_login;
scan_check scan_check_password;
scan_check scan_check_generic_password;
scan_check scan_check_url_password;

struct span scan_hit_value(const struct scan_hit *hit);
/* The line that the match starts in. */
struct span scan_hit_line(const struct scan_hit *hit);

#endif
