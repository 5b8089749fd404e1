# dpone_room(<folder> [LINK <targets>]) makes the static library dpone_<folder> of a room's sources. The LINK list
# is the room's row in the layer table of docs/architecture.md: what is not named there does not link.
# Unit tests (foo_test.cc beside foo.cc) go into one runner, so that two cores link once.
function(dpone_room folder)
  cmake_parse_arguments(arg "" "" "LINK;PRIVATE" ${ARGN})
  string(REPLACE "/" "_" name ${folder})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  add_library(dpone_${name} STATIC ${sources})
  target_link_libraries(dpone_${name} PUBLIC dpone_flags fmt::fmt tl::expected Threads::Threads ${arg_LINK} PRIVATE ${arg_PRIVATE})
  # Only the tests that read the checkout's files know where it lies: the others compile to the same objects in every
  # checkout, so that the compiler cache serves them all.
  foreach(test IN LISTS tests)
    file(STRINGS ${test} mentions REGEX DPONE_SOURCE_DIR LIMIT_COUNT 1)
    if(mentions)
      set_source_files_properties(${test} PROPERTIES COMPILE_DEFINITIONS DPONE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    endif()
  endforeach()
  if(DPONE_TESTS AND tests)
    # One room alone, while you work in it: `ninja dpone_data_test`.
    add_executable(dpone_${name}_test EXCLUDE_FROM_ALL ${tests})
    target_link_libraries(dpone_${name}_test PRIVATE dpone_${name} GTest::gtest GTest::gtest_main)
  endif()
  set_property(GLOBAL APPEND PROPERTY dpone_test_sources ${tests})
  set_property(GLOBAL APPEND PROPERTY dpone_test_rooms dpone_${name})
endfunction()

function(dpone_unit_tests)
  get_property(sources GLOBAL PROPERTY dpone_test_sources)
  get_property(rooms GLOBAL PROPERTY dpone_test_rooms)
  add_executable(dpone_unit ${sources})
  target_link_libraries(dpone_unit PRIVATE ${rooms} GTest::gtest GTest::gtest_main)
  set_target_properties(dpone_unit PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
endfunction()
