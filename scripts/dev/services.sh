#!/usr/bin/env bash
# services.sh up|down|status|env [NAME...] [--for PID]
. "$(dirname "$0")/prelude.sh"
verb=${1:-status}
[ $# -eq 0 ] || shift
need services
exec "$DPONE_ROOT/scripts/services/postgres.sh" "$verb" "$@"
