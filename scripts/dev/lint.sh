#!/usr/bin/env bash
# Everything that is judged without running the program. Goes on after a finding, and fails at the end.
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
need build lint test
tidy_seconds=${DPONE_TIDY_SECONDS:-270}
tidy_deep_files=30
failed=()

check() {
  local name=$1
  shift
  step "lint: $name"
  "$@" || failed+=("$name")
}

sources() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do [ ! -f "$file" ] || echo "$file"; done; }

formatting() { sources 'src/*.cc' 'src/*.h' 'bench/*.cc' 'tests/*.cc' | xargs -r clang-format --dry-run -Werror; }

shell_scripts() { { sources '*.sh' && echo dev .ci/run; } | xargs -r shellcheck; }

python_syntax() { sources '*.py' | PYTHONPYCACHEPREFIX=build/lint/pycache xargs -r "$PYTHON" -W error -m py_compile; }

# What this change is measured against: main as the remote has it, else the commit before.
base_commit() {
  local commit
  for commit in "${DPONE_LINT_BASE:-}" "$(git merge-base HEAD origin/main 2>/dev/null || true)" HEAD~1; do
    if [ -n "$commit" ] && git rev-parse --verify --quiet "$commit^{commit}" >/dev/null &&
      [ "$(git rev-parse "$commit")" != "$(git rev-parse HEAD)" ]; then
      git rev-parse "$commit"
      return
    fi
  done
  git hash-object -t tree /dev/null
}

changed_sources() {
  { git diff --name-only --diff-filter=d "$(base_commit)" -- 'src/*.cc' && git ls-files --others --exclude-standard -- 'src/*.cc'; } | sort -u
}

# clang-tidy takes 9 s a file, 4 s without the analyzer, so it looks at what changed only. A large change is judged
# without the analyzer and without the tests, and never longer than the time limit.
tidy() {
  cmake --preset dev -B build/lint --log-level=WARNING >/dev/null || return 1
  local files checks='' report=build/lint/tidy.txt status=0
  files=$(changed_sources)
  if [ "$(wc -l <<<"$files")" -gt "$tidy_deep_files" ]; then
    files=$(grep -v '_test\.cc$' <<<"$files")
    checks='-clang-analyzer-*'
    echo "clang-tidy: more than $tidy_deep_files changed files: without the analyzer, without tests"
  fi
  [ -n "$files" ] || return 0
  rm -f "$report".*
  # shellcheck disable=SC2016  # expanded by the inner shell
  timeout "$tidy_seconds" xargs -P "$(nproc)" -I{} sh -c '
    clang-tidy -p build/lint --quiet --checks="$3" "$1" >"$2.$$" 2>/dev/null || { cat "$2.$$"; false; }
    status=$?; echo "$1" >>"$2.done"; exit $status' sh {} "$report" "$checks" <<<"$files" || status=$?
  if [ "$status" = 124 ]; then
    echo "clang-tidy: out of time, looked at $(wc -l <"$report.done") of $(wc -l <<<"$files") files"
    status=0
  fi
  return "$status"
}

mkdir -p build/lint
check layers "$PYTHON" scripts/lint/layers.py
check "tracked files" "$PYTHON" scripts/lint/tracked.py
check formatting formatting
check "shell scripts" shell_scripts
check "python syntax" python_syntax
check clang-tidy tidy
if [ ${#failed[@]} -gt 0 ]; then
  echo "lint: failed: ${failed[*]}" >&2
  exit 1
fi
echo "lint: clean"
