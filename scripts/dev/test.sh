#!/usr/bin/env bash
# test.sh [--record] [--coverage] [-L LABEL] [SUITE...] [-- PYTEST ARGS]: builds what the suites need and runs them;
# pytest comes last, once.
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"

# Suites of compiled tests; every other suite is a folder of tests/ with test files in it.
compiled_suites=(unit asan tsan)

pytest_suites() { find tests -mindepth 2 -name 'test_*.py' -printf '%P\n' | cut -d/ -f1 | sort -u; }

record=()
suites=()
label=
is_coverage=
while [ $# -gt 0 ]; do
  case $1 in
    --record) record=(--record) ;;
    --coverage) is_coverage=yes ;;
    -L)
      [ $# -gt 1 ] || die 2 "test: -L needs a label: integration_live, integration_postgres_xmin, ..."
      label=$2
      shift
      ;;
    --)
      shift
      break
      ;;
    -*) die 2 "test: no option '$1'; what follows -- goes to pytest" ;;
    *) suites+=("$1") ;;
  esac
  shift
done
[ -z "$label$is_coverage" ] || [ ${#suites[@]} = 0 ] || die 2 "test: -L and --coverage choose their tests themselves"
# shellcheck disable=SC2207  # suite names hold no spaces
[ ${#suites[@]} -gt 0 ] || suites=("${compiled_suites[@]}" $(pytest_suites))

# run_compiled SUITE PRESET TARGET: builds the runner, runs it and judges the number of its tests.
run_compiled() {
  local suite=$1 preset=$2 target=$3 code=0 runner log
  "$DPONE_ROOT/scripts/dev/build.sh" "$preset" "$target"
  runner=$(find "build/$preset" -name "$target" -type f -perm -u+x | head -1)
  log=build/$preset/$suite.log
  step "Running $suite"
  "$runner" --gtest_color=no >"$log" 2>&1 || code=$?
  if [ "$code" != 0 ]; then
    grep -vE '^\[( RUN  |       OK|-----)' "$log" || true
    die 1 "suite $suite ended with $code, see $log"
  fi
  "$PYTHON" tests/harness/counts.py "$suite" ${record[@]+"${record[@]}"} <"$log" || die 1 "suite $suite failed"
}

# The unit tests and all of the program's that ask for no service, built so that they count the lines that they reach.
if [ -n "$is_coverage" ]; then
  need build test coverage
  "$DPONE_ROOT/scripts/dev/build.sh" coverage dpone
  find build/coverage -name '*.gcda' -delete 2>/dev/null || true
  run_compiled unit coverage dpone_unit
  step "Running tests that need no service"
  DPONE_BINARY=$(find "$DPONE_ROOT/build/coverage" -name dpone -type f -perm -u+x | head -1) \
    "$PYTHON" -m pytest -c tests/pytest.ini --no-services tests/cli tests/files tests/sqlite "$@"
  gcov=gcov
  case ${CXX:-} in
    g++-*) gcov=gcov-${CXX#g++-} ;;
    clang++-*) gcov="llvm-cov-${CXX#clang++-} gcov" ;;
  esac
  step "Writing coverage.xml"
  exec gcovr --gcov-executable "$gcov" --root . --object-directory build/coverage --filter src/dpone/ \
    --exclude '.*_test\.cc' --exclude '.*test_support\.h' --exclude-throw-branches -j "$(nproc)" \
    --xml coverage.xml --print-summary build/coverage
fi

# With a label the caller's variables decide, and nothing is built for nothing.
if [ -n "$label" ]; then
  code=0
  folder=$("$PYTHON" tests/harness/labels.py "$label") || code=$?
  # 77: not selected. pytest says 2 for tests that cannot even be read.
  [ "$code" = 0 ] || exit "$code"
  suites=("${folder#tests/}")
  set -- -m "$label" "$@"
else
  export DPONE_RUN_INTEGRATION=1 DPONE_RUN_INTEGRATION_MATRIX=1 DPONE_RUN_INTEGRATION_REPLAY=1
fi

need build services test
folders=()
for suite in "${suites[@]}"; do
  case $suite in
    unit) run_compiled unit check dpone_unit ;;
    asan) run_compiled asan asan dpone_unit ;;
    tsan) run_compiled tsan tsan dpone_engine_test ;;
    *)
      [ -d "tests/$suite" ] || die 2 "no suite '$suite': ${compiled_suites[*]} $(pytest_suites | xargs)"
      folders+=("tests/$suite")
      ;;
  esac
done
[ ${#folders[@]} -gt 0 ] || exit 0

# The suite `lint` runs no program.
if [ "${folders[*]}" != tests/lint ] && [ -z "${DPONE_BINARY:-}" ]; then
  "$DPONE_ROOT/scripts/dev/build.sh" check dpone
fi
guard=(--guard-counts)
[ $# -eq 0 ] || guard=() # a selection may well be smaller
[ ${#record[@]} -eq 0 ] || guard=(--record-counts)
step "Running ${folders[*]}"
# Servers start when a test first asks for one, and stop when pytest ends, however it ends.
exec "$PYTHON" -m pytest -c tests/pytest.ini ${guard[@]+"${guard[@]}"} "${folders[@]}" "$@"
