# SPDX-License-Identifier: Apache-2.0
# How tests are declared: one ctest entry a binary.
#
#   add_unit_test(NAME file.c ..)         Criterion, linked with every part
#   add_integration_test(NAME file.c ..)  the same, and drives SEAWORTHY_BIN
#   add_race_test(NAME file.c ..)         plain main(), also run under TSan
#   add_script_test(LABEL NAME script ARG..)  a script; exit 77 = cannot run here
#   add_fuzz_target(NAME file.c ..)       LLVMFuzzerTestOneInput; replays
#                                         tests/fuzz/corpus/NAME everywhere
set(SW_TEST_DIR ${CMAKE_BINARY_DIR}/tests/bin)
set(SW_JUNIT_DIR ${CMAKE_BINARY_DIR}/junit)
file(MAKE_DIRECTORY ${SW_JUNIT_DIR})

# Criterion stays green when a sanitizer reports in a worker, or when nothing ran.
set(SW_SANITIZER_TEXT
	"(ERROR|SUMMARY): [A-Za-z]+Sanitizer|WARNING: ThreadSanitizer|runtime error:")

# Criterion cannot start under TSan, and a fuzzing build has only fuzz targets.
if(SEAWORTHY_SANITIZE STREQUAL "thread" OR SEAWORTHY_FUZZ)
	set(SW_CRITERION OFF)
else()
	set(SW_CRITERION ON)
	pkg_check_modules(CRITERION REQUIRED IMPORTED_TARGET criterion)
endif()

# The tests are hundreds of programs: what they test they share, which is a tenth of the
# disk and of the linking. Programs that are installed are linked as they always are.
add_library(sw_tested SHARED)
target_link_libraries(sw_tested PRIVATE sw_warnings PUBLIC ${SW_ARCHIVE} ${SW_PARTS})
set_target_properties(sw_tested PROPERTIES LINKER_LANGUAGE CXX
	LIBRARY_OUTPUT_DIRECTORY ${SW_TEST_DIR})

function(sw_test_program name)
	add_executable(${name} ${ARGN})
	target_link_libraries(${name} PRIVATE sw_warnings sw_tested)
	target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
	# The C++ driver brings what the sanitizers want of the one part in C++.
	set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX
		RUNTIME_OUTPUT_DIRECTORY ${SW_TEST_DIR})
endfunction()

function(sw_criterion_test kind timeout name)
	sw_test_program(${name} ${ARGN})
	target_link_libraries(${name} PRIVATE test_support)
	target_compile_definitions(${name} PRIVATE
		TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}/tests")
	add_test(NAME ${kind}.${name}
		COMMAND ${name} -j1 --xml=${SW_JUNIT_DIR}/${name}.xml)
	set_tests_properties(${kind}.${name} PROPERTIES
		TIMEOUT ${timeout} LABELS "${kind};criterion"
		FAIL_REGULAR_EXPRESSION "${SW_SANITIZER_TEXT};Tested: 0 ")
endfunction()

# sw_label(LABEL TEST..): one more label for tests of this folder, where there are any.
function(sw_label label)
	foreach(name ${ARGN})
		if(TEST ${name})
			set_property(TEST ${name} APPEND PROPERTY LABELS ${label})
		endif()
	endforeach()
endfunction()

function(add_unit_test name)
	if(SW_CRITERION)
		sw_criterion_test(unit 120 ${name} ${ARGN})
	endif()
endfunction()

function(add_integration_test name)
	if(SW_CRITERION AND TARGET seaworthy)
		sw_criterion_test(integration 300 ${name} ${ARGN})
		target_compile_definitions(${name} PRIVATE
			SEAWORTHY_BIN="$<TARGET_FILE:seaworthy>")
		add_dependencies(${name} seaworthy)
	endif()
endfunction()

function(add_race_test name)
	if(NOT SEAWORTHY_FUZZ)
		sw_test_program(${name} ${ARGN})
		add_test(NAME race.${name} COMMAND ${name})
		set_tests_properties(race.${name} PROPERTIES TIMEOUT 120 LABELS race
			SKIP_RETURN_CODE 77
			FAIL_REGULAR_EXPRESSION "${SW_SANITIZER_TEXT}")
	endif()
endfunction()

function(add_fuzz_target name)
	set(corpus ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
	if(SEAWORTHY_FUZZ)
		sw_test_program(${name} ${ARGN})
		target_link_options(${name} PRIVATE -fsanitize=fuzzer)
		add_test(NAME fuzz.${name} COMMAND ${name} -runs=0 ${corpus})
	else()
		sw_test_program(${name} ${ARGN} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.c)
		add_test(NAME fuzz.${name} COMMAND ${name} ${corpus})
	endif()
	set_tests_properties(fuzz.${name} PROPERTIES TIMEOUT 120 LABELS fuzz
		FAIL_REGULAR_EXPRESSION "${SW_SANITIZER_TEXT}")
endfunction()

# add_script_test(LABEL NAME script ARG..): an executable script of this folder;
# it passes by exit 0 and says by exit 77 that it cannot run here.
function(add_script_test label name script)
	add_test(NAME ${label}.${name}
		COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/${script} ${ARGN})
	set_tests_properties(${label}.${name} PROPERTIES TIMEOUT 600 LABELS ${label}
		SKIP_RETURN_CODE 77)
	if(label MATCHES "^(browser|docs|integration|roundtrip)$")
		sw_cost(10 ${label}.${name})
	endif()
endfunction()

# sw_cost(SECONDS TEST..): what takes long starts first, so that none is left to run alone
# at the end; a new build has no times of its own to order them by.
function(sw_cost seconds)
	foreach(name ${ARGN})
		if(TEST ${name})
			set_tests_properties(${name} PROPERTIES COST ${seconds})
		endif()
	endforeach()
endfunction()

# add_tool_test(..): as add_script_test, for a script that runs nothing of ours: in
# the plain builds alone, as no sanitizer sees anything there.
function(add_tool_test)
	if(NOT SEAWORTHY_SANITIZE)
		add_script_test(${ARGN})
	endif()
endfunction()

# sw_count(VARIABLE SANITIZED USUAL LONG)
# How many random cases a test runs: few under sanitizers and with the second compiler,
# all of them with SEAWORTHY_LONG.
function(sw_count variable sanitized usual long)
	if(SEAWORTHY_SANITIZE OR SEAWORTHY_COVERAGE OR CMAKE_C_COMPILER_ID MATCHES Clang)
		set(${variable} ${sanitized} PARENT_SCOPE)
	elseif(SEAWORTHY_LONG)
		set(${variable} ${long} PARENT_SCOPE)
	else()
		set(${variable} ${usual} PARENT_SCOPE)
	endif()
endfunction()
