#!/usr/bin/env bash
# All checks that do not run the program. Continues after a finding, and fails at the end.
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
need build lint test
failed=()

check() {
  local name=$1
  shift
  step "lint: $name"
  "$@" || failed+=("$name")
}

shell_scripts() { { sources '*.sh' && echo dev .ci/run; } | xargs -r shellcheck; }

python_syntax() { sources '*.py' | PYTHONPYCACHEPREFIX=build/lint/pycache xargs -r "$PYTHON" -W error -m py_compile; }

mkdir -p build/lint
check layers "$PYTHON" scripts/lint/layers.py
check "tracked files" "$PYTHON" scripts/lint/tracked.py
check words "$PYTHON" scripts/lint/words.py
check formatting scripts/dev/format.sh --check
check "shell scripts" shell_scripts
check "python syntax" python_syntax
check workflows scripts/lint/workflows.sh
check "generated pages" "$PYTHON" scripts/docs/errors.py --check
check clang-tidy scripts/dev/analyze.sh --changed
if [ ${#failed[@]} -gt 0 ]; then
  echo "lint: failed: ${failed[*]}" >&2
  exit 1
fi
echo "lint: clean"
