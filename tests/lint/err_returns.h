/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_LINT_ERR_RETURNS_H
#define SW_LINT_ERR_RETURNS_H

/*
 * Put in front of each source by tests/lint/tidy. The analyser sees one file at a time
 * and would think that err_set and its like might return ERR_OK after a failure.
 */
#if __has_include("base/err.h")

#include "base/err.h"
#include "lib/yaml.h"

#define err_set(err, code, ...) ((void)(err_set)((err), (code), __VA_ARGS__), (code))
#define err_wrap(err, code, ...) ((void)(err_wrap)((err), (code), __VA_ARGS__), (code))
#define err_sys(...) ((void)(err_sys)(__VA_ARGS__), ERR_IO)
#define err_nomem(err) ((void)(err_nomem)(err), ERR_NOMEM)
#define yaml_error(...) ((void)(yaml_error)(__VA_ARGS__), ERR_USAGE)

#endif

#endif
