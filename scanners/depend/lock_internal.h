// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_DEPEND_LOCK_INTERNAL_H
#define SCANNERS_DEPEND_LOCK_INTERNAL_H

#include "lock.h"

/* Paths, what is direct, what is for development only. */
enum err_code scan_lock_finish(struct scan_lock *l, struct err *err) ERR_CHECKED;

/* The readers, each in the file that its name says. */
scan_lock_reader scan_lock_bun;          /* lock_bun.c */
scan_lock_reader scan_lock_cargo;        /* lock_toml.c */
scan_lock_reader scan_lock_composer;     /* lock_json.c */
scan_lock_reader scan_lock_conan;        /* lock_json.c */
scan_lock_reader scan_lock_dpkg;         /* lock_lines.c */
scan_lock_reader scan_lock_gem;          /* lock_gem.c */
scan_lock_reader scan_lock_go;           /* lock_go.c */
scan_lock_reader scan_lock_gradle;       /* lock_lines.c */
scan_lock_reader scan_lock_mix;          /* lock_lines.c */
scan_lock_reader scan_lock_npm;          /* lock_npm.c */
scan_lock_reader scan_lock_nuget;        /* lock_json.c */
scan_lock_reader scan_lock_pipfile;      /* lock_json.c */
scan_lock_reader scan_lock_pnpm;         /* lock_pnpm.c */
scan_lock_reader scan_lock_pom;          /* lock_pom.c */
scan_lock_reader scan_lock_pub;          /* lock_yaml.c */
scan_lock_reader scan_lock_python;       /* lock_toml.c: poetry, pdm, uv */
scan_lock_reader scan_lock_pip;          /* lock_pip.c */
scan_lock_reader scan_lock_verification; /* lock_pom.c */
scan_lock_reader scan_lock_yarn;         /* lock_yarn.c */

#endif
