/* SPDX-License-Identifier: Apache-2.0 */
#include "base/version.h"

const char *version_string(void)
{
	return SEAWORTHY_VERSION;
}
