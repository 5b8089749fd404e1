# What CTest knows: the unit tests, and the labels of the live tests, which `./dev test -L LABEL` runs. A label whose
# variables are not set is not selected, and says so: CTest calls that skipped.
enable_testing()
add_test(NAME unit COMMAND dpone_unit)
set_tests_properties(unit PROPERTIES LABELS unit)
foreach(label integration_live integration_postgres_xmin integration_matrix integration_replay integration_replay_services)
  add_test(NAME ${label} COMMAND ${PROJECT_SOURCE_DIR}/dev test -L ${label})
  set_tests_properties(${label} PROPERTIES LABELS ${label} SKIP_RETURN_CODE 77)
endforeach()
