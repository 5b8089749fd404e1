#!/usr/bin/env bash
# From nothing to a million rows copied between two databases, and nothing left running.
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
rows=${DPONE_DEMO_ROWS:-1000000}

need build services
"$DPONE_ROOT/scripts/dev/build.sh" release dpone
PATH=$DPONE_ROOT/build/release:$PATH

postgres() { "$DPONE_ROOT/scripts/services/postgres.sh" "$@" --for $$; }
trap 'postgres down postgres16' EXIT
url=$(postgres up postgres16 | cut -d' ' -f2)
url=${url%/postgres} # postgresql://postgres:PASSWORD@127.0.0.1:PORT

# psql gets the password by the environment, not by its arguments.
PGPASSWORD=${url%@*}
export PGPASSWORD=${PGPASSWORD##*:}
sql() { psql -X -q -v ON_ERROR_STOP=1 "postgresql://postgres@${url##*@}/$1" "${@:2}"; }
show() {
  echo
  echo "\$ $*"
  "$@"
}

for database in shop warehouse; do
  sql postgres -c "drop database if exists $database" -c "create database $database" 2>/dev/null
done
step "Making shop.public.orders with $rows rows"
sql shop -v n="$rows" -f bench/data/orders.sql

# Two connections, by the environment: the names are what manifests and commands use.
export DPONE_CONN_SHOP_URL=$url/shop DPONE_CONN_WAREHOUSE_URL=$url/warehouse
mkdir -p build/demo
cd build/demo
rm -rf .dpone orders.yaml

step "Two databases: the connections shop and warehouse (DPONE_CONN_SHOP_URL, DPONE_CONN_WAREHOUSE_URL)"
copy=(dpone copy --from shop --to warehouse --table public.orders)
echo
echo "\$ ${copy[*]} --print-manifest > orders.yaml"
"${copy[@]}" --print-manifest >orders.yaml
show cat orders.yaml
show dpone plan orders.yaml
show "${copy[@]}"

echo
step "Checking both tables with psql"
check="select count(*) as rows, sum(hash_record_extended(o, 0)) as hash from public.orders o"
for database in shop warehouse; do
  echo "$database: $(sql "$database" -At -F ' rows, hash ' -c "$check")" | tee "$database.check"
done
if [ "$(sed 's/^[a-z]*//' shop.check)" != "$(sed 's/^[a-z]*//' warehouse.check)" ]; then
  die 1 "the tables differ"
fi
echo "Equal."
for database in shop warehouse; do sql postgres -c "drop database $database"; done
