/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_TESTS_BACKEND_CONTRACT_H
#define SW_TESTS_BACKEND_CONTRACT_H

#include "backend/backend.h"

/* Does an empty backend, which decides as it was told to, keep the contract of backend.h?
 * Fails the test case where it does not. */
void check_backend_contract(struct lb_backend *b);

#endif
