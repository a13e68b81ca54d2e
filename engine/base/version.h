/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_BASE_VERSION_H
#define SW_BASE_VERSION_H

/*
 * The version of the programs in this tree, as CMakeLists.txt states it.
 */

/* "MAJOR.MINOR.PATCH"; lives for ever. */
const char *version_string(void);

#endif
