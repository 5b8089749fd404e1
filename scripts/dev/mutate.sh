#!/usr/bin/env bash
# mutate.sh [--room R] [--seed N] [--count N] [--resume] ...: see tests/mutation/mutate.py
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
case ${1:-} in -h | --help) exec "$PYTHON" tests/mutation/mutate.py --help ;; esac
need build services test package
exec "$PYTHON" tests/mutation/mutate.py "$@"
