// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_IMPORT_PYTHON_NAMES_H
#define SCANNERS_IMPORT_PYTHON_NAMES_H

#include "base/span.h"

/* Is it a module of Python's own library? */
bool import_python_has(struct span name);

#endif
