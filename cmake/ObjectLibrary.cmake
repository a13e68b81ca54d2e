# SPDX-License-Identifier: Apache-2.0
# sw_object_library(NAME INCLUDE dir.. SOURCES .. LINK ..)
# One part of the program as objects, so that tests link internals without
# exporting them. A part that has no source yet is an INTERFACE library.
function(sw_object_library name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "INCLUDE;SOURCES;LINK")
	if(arg_SOURCES)
		add_library(${name} OBJECT ${arg_SOURCES})
		target_link_libraries(${name} PRIVATE sw_warnings PUBLIC ${arg_LINK})
		target_include_directories(${name} PUBLIC ${arg_INCLUDE})
	else()
		add_library(${name} INTERFACE)
		target_link_libraries(${name} INTERFACE ${arg_LINK})
		target_include_directories(${name} INTERFACE ${arg_INCLUDE})
	endif()
endfunction()

# Objects are linked by the final program only, so it has to name every part.
set(SW_PARTS sw_gate sw_reports sw_scanners sw_crypto sw_lib sw_base)
