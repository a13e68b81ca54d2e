# SPDX-License-Identifier: Apache-2.0
# The one place that says how strict the compilers are.
add_library(sw_warnings INTERFACE)
target_compile_options(sw_warnings INTERFACE
	-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
	-Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef
	-Wcast-qual -Wswitch-enum -Wimplicit-fallthrough
	$<$<BOOL:${SEAWORTHY_WERROR}>:-Werror>)
# C17 without extensions hides POSIX; engine/os alone asks for more (_GNU_SOURCE).
target_compile_definitions(sw_warnings INTERFACE _POSIX_C_SOURCE=200809L)
