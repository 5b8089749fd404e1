#!/usr/bin/env bash
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
need lint
git ls-files --cached --others --exclude-standard '*.cc' '*.h' | xargs -r clang-format -i
