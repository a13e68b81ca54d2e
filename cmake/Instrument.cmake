# SPDX-License-Identifier: Apache-2.0
# Sanitizers and coverage reach every object, so they are set for the whole tree.
if(SEAWORTHY_SANITIZE)
	add_compile_options(-fsanitize=${SEAWORTHY_SANITIZE} -fno-omit-frame-pointer
		-fno-sanitize-recover=all)
	add_link_options(-fsanitize=${SEAWORTHY_SANITIZE})
endif()
if(SEAWORTHY_COVERAGE)
	add_compile_options(--coverage)
	add_link_options(--coverage)
endif()
