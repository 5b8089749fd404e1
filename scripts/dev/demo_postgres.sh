#!/usr/bin/env bash
# demo_postgres.sh: from nothing to a million rows copied between two databases, twice, and nothing left running.
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
rows=${DPONE_DEMO_ROWS:-1000000}

need build services
"$DPONE_ROOT/scripts/dev/build.sh" release dpone
PATH=$DPONE_ROOT/build/release:$PATH

postgres() { "$DPONE_ROOT/scripts/services/postgres.sh" "$@" --for $$; }
databases=(shop warehouse)
drop_databases() { for database in "${databases[@]}"; do sql postgres -c "drop database if exists $database with (force)"; done; }
clean_up() {
  drop_databases 2>/dev/null || true
  postgres down postgres16
}
trap clean_up EXIT
url=$(postgres up postgres16 | cut -d' ' -f2)
url=${url%/postgres} # postgresql://postgres:PASSWORD@127.0.0.1:PORT

# psql gets the password by the environment, not by its arguments.
PGPASSWORD=${url%@*}
export PGPASSWORD=${PGPASSWORD##*:} PGOPTIONS='-c client_min_messages=warning'
sql() { psql -X -q -v ON_ERROR_STOP=1 "postgresql://postgres@${url##*@}/$1" "${@:2}"; }
say() { echo && step "$@" && echo; }
show() {
  echo "\$ $*"
  "$@"
}

drop_databases
for database in "${databases[@]}"; do sql postgres -c "create database $database"; done
step "Making a table shop.public.orders with $rows rows"
sql shop -v n="$rows" -f bench/data/orders.sql

# Two connections, by the environment: the names are what manifests and commands use.
export DPONE_CONN_SHOP_URL=$url/shop DPONE_CONN_WAREHOUSE_URL=$url/warehouse
rm -rf build/demo
mkdir -p build/demo
cd build/demo

say "1. Copy it. DPONE_CONN_SHOP_URL and DPONE_CONN_WAREHOUSE_URL name the two databases"
copy=(dpone copy --from shop --to warehouse --table public.orders)
show "${copy[@]}"

say "2. Save the copy as a manifest"
echo "\$ ${copy[*]} --print-manifest > orders.yaml"
"${copy[@]}" --print-manifest >orders.yaml
show cat orders.yaml

say "3. See every statement of the next run, before it runs"
show dpone plan orders.yaml

say "4. Rows change at the source; run it again. Readers of the target see the old table until the new one is complete"
sql shop -c "delete from orders where id % 100 = 0" -c "update orders set status = 'returned' where id % 7 = 0"
show dpone run orders.yaml

say "5. Compare both tables by psql"
check="select count(*), sum(hash_record_extended(o, 0)) from public.orders o"
for database in "${databases[@]}"; do
  sql "$database" -At -F ' rows, hash ' -c "$check" >"$database.check"
  printf '%-10s %s\n' "$database" "$(cat "$database.check")"
done
cmp -s shop.check warehouse.check || die 1 "the tables differ"

say "Done: both are equal. The script drops the databases and stops the server; these files remain"
cat <<'END'
build/demo/orders.yaml                    the manifest
build/demo/.dpone/runs/<run>/run.json     a report of each run
build/release/dpone                       the program; `dpone --help`, and README.md for a tour with your own databases

END
