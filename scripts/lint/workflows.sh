#!/usr/bin/env bash
# workflows.sh [--install]: actionlint over .github/workflows. It is built once, from the Go module, into the cache.
. "$(dirname "$0")/../dev/prelude.sh"
cd "$DPONE_ROOT"
need lint
version=v1.7.7
folder=${DPONE_CACHE:-$DPONE_ROOT/.services/cache}/actionlint-$version
if [ ! -x "$folder/actionlint" ]; then
  step "Building actionlint $version"
  GOBIN=$folder GOFLAGS=-modcacherw go install "github.com/rhysd/actionlint/cmd/actionlint@$version" >&2 ||
    die 4 "actionlint $version could not be built"
fi
[ "${1:-}" != --install ] || exit 0
exec "$folder/actionlint" -no-color .github/workflows/*.yml
