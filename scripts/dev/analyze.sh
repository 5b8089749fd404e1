#!/usr/bin/env bash
# analyze.sh [--changed]: clang-tidy over every file of src/, or over what this branch changed.
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
case ${1:-} in
  '' | --changed) ;;
  *) die 2 "analyze: no option '$1'" ;;
esac
need build lint
tidy_seconds=${DPONE_TIDY_SECONDS:-270}
tidy_deep_files=30

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

mkdir -p build/lint
cmake --preset dev -B build/lint --log-level=WARNING >/dev/null
checks='' report=build/lint/tidy.txt status=0 limit=0
if [ "${1:-}" = --changed ]; then
  # clang-tidy takes 9 s a file, 4 s without the analyzer. A large change is judged without the analyzer and without
  # the tests, and never longer than the time limit.
  files=$(changed_sources)
  limit=$tidy_seconds
  if [ "$(wc -l <<<"$files")" -gt "$tidy_deep_files" ]; then
    files=$(grep -v '_test\.cc$' <<<"$files")
    checks='-clang-analyzer-*'
    echo "clang-tidy: more than $tidy_deep_files changed files: without the analyzer, without tests"
  fi
else
  files=$(sources 'src/*.cc')
fi
[ -n "$files" ] || exit 0
rm -f "$report".*
# shellcheck disable=SC2016  # expanded by the inner shell
timeout "$limit" xargs -P "$(nproc)" -I{} sh -c '
  clang-tidy -p build/lint --quiet --checks="$3" "$1" >"$2.$$" 2>/dev/null || { cat "$2.$$"; false; }
  status=$?; echo "$1" >>"$2.done"; exit $status' sh {} "$report" "$checks" <<<"$files" || status=$?
if [ "$status" = 124 ]; then
  echo "clang-tidy: out of time, looked at $(wc -l <"$report.done") of $(wc -l <<<"$files") files"
  status=0
fi
exit "$status"
