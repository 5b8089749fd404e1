#!/usr/bin/env bash
# format.sh [--check]: clang-format over every C++ source; --check changes nothing and fails on a difference.
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
mode=(-i)
case ${1:-} in
  '') ;;
  --check) mode=(--dry-run -Werror) ;;
  *) die 2 "format: no option '$1'" ;;
esac
need lint
sources '*.cc' '*.h' | xargs -r clang-format "${mode[@]}"
