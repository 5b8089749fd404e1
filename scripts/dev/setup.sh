#!/usr/bin/env bash
# Installs everything that building, testing, linting and documenting take: Debian's packages, and tools of the cache.
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
[ $# -eq 0 ] || die 2 "setup: takes no arguments"
need build services test lint coverage package docs
"$DPONE_ROOT/scripts/lint/workflows.sh" --install
"$DPONE_ROOT/scripts/dev/docs.sh" --install
step "Set up: ./dev build, ./dev test, ./dev lint"
