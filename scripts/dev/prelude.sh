# shellcheck shell=bash
# Sourced by every script behind ./dev: strict mode, the checkout's root, and how we speak.
set -euo pipefail
DPONE_ROOT=${DPONE_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
export DPONE_ROOT
# Debian's own: the test libraries come from Debian, and another python3 may stand first on PATH.
export PYTHON=/usr/bin/python3

step() { echo "==> $*" >&2; }

# die CODE MESSAGE
die() {
  local code=$1
  shift
  echo "dev: $*" >&2
  exit "$code"
}

# shellcheck source-path=SCRIPTDIR/../..
. "$DPONE_ROOT/scripts/dev/install.sh"

# sources PATTERN...: the project's files that match, tracked or new.
sources() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do [ ! -f "$file" ] || echo "$file"; done; }
