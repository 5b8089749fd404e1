#!/usr/bin/env bash
# build.sh [PRESET] [TARGET...]
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
preset=${1:-dev}
[ $# -eq 0 ] || shift
case $preset in
  dev | release | check | asan | tsan | coverage) need build ;;
  fuzz) need build fuzz ;;
  *) die 2 "no preset '$preset': dev, release, check, asan, tsan, coverage, fuzz" ;;
esac
targets=()
[ $# -gt 0 ] || [ "$preset" != fuzz ] || set -- fuzzers
[ $# -eq 0 ] || targets=(--target "$@")
step "Building $preset${*:+: $*}"
cmake --preset "$preset" --log-level=WARNING >/dev/null
cmake --build --preset "$preset" --parallel "$(nproc)" ${targets[@]+"${targets[@]}"}
