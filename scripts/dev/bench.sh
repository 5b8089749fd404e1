#!/usr/bin/env bash
# bench.sh [CASE...] [--rows N] [--rounds N]; --help lists the cases
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
need build services bench
case " $* " in *" -h "* | *" --help "*) exec "$PYTHON" bench/run.py --help ;; esac
"$DPONE_ROOT/scripts/dev/build.sh" release dpone
if [ -f bench/codec/CMakeLists.txt ]; then
  step "Building the codec benchmark"
  cmake --preset release -B build/bench -DDPONE_BENCH=ON -DDPONE_TESTS=OFF --log-level=WARNING >/dev/null
  cmake --build build/bench --target dpone_codec_bench --parallel "$(nproc)"
fi
export DPONE_BINARY=${DPONE_BINARY:-$DPONE_ROOT/build/release/dpone}
exec "$PYTHON" bench/run.py "$@"
