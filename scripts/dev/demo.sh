#!/usr/bin/env bash
# demo.sh [postgres]: dpone's main job on files and SQLite, or between two PostgreSQL databases. Asks nothing.
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
case ${1:-} in
  postgres) exec "$DPONE_ROOT/scripts/dev/demo_postgres.sh" ;;
  '') ;;
  *) die 2 "demo: unknown demo \`$1\`; use \`demo\` or \`demo postgres\`" ;;
esac
rows=${DPONE_DEMO_ROWS:-1000000}

need build
"$DPONE_ROOT/scripts/dev/build.sh" release dpone
PATH=$DPONE_ROOT/build/release:$PATH

say() { echo && step "$@" && echo; }
show() {
  local word line='$'
  for word in "$@"; do
    case $word in *[[:space:]\']*) line+=" \"$word\"" ;; *) line+=" $word" ;; esac
  done
  echo "$line"
  "$@"
}

rm -rf build/demo
mkdir -p build/demo
cd build/demo

say "1. A demo project: a shop's orders, the changes of the next day, and a manifest for each"
show dpone init --demo -q
show head -4 orders.csv
echo "\$ cat orders.yaml"
grep -v '^#' orders.yaml

say "2. Load it, without a server: the run creates shop.db in one step"
show dpone run orders.yaml

say "3. Merge the changes by order_id: the run changes rows that differ and adds missing rows"
show dpone run orders_changes.yaml

say "4. Run it again: nothing is new, and the run says so"
show dpone run orders_changes.yaml

say "5. A mistake: a letter in an order number. The run names its position and does not change the table"
sed '2500s/^[0-9]*/25OO/' orders.csv >typo.csv
echo "\$ dpone copy --from typo.csv --to shop.db --to-table orders --adopt"
if dpone copy --from typo.csv --to shop.db --to-table orders --adopt; then die 1 "the mistake went unnoticed"; fi

say "6. Look at the table: dpone writes rows to a file, another system or the screen"
show dpone copy -q --from shop.db --table orders --where "status = 'returned'" --columns order_id,customer,amount,updated_at --limit 4 --to - --to-format csv

say "7. The speed: $rows rows of CSV into SQLite, and out again, compressed"
awk -v n="$rows" 'BEGIN {
  srand(7); print "id,customer_id,status,amount,is_paid,created_at,note"
  split("new paid shipped returned", status, " ")
  for (i = 1; i <= n; i++)
    printf "%d,%d,%s,%.2f,%s,2026-%02d-%02d %02d:%02d:%02d,\"row %d, of many\"\n", i, rand() * 100000, status[1 + int(rand() * 4)],
      rand() * 5000, rand() < 0.5 ? "true" : "false", 1 + rand() * 12, 1 + rand() * 28, rand() * 24, rand() * 60, rand() * 60, i
}' >big.csv
show dpone copy --from big.csv --to big.db --to-table orders
show dpone copy --from big.db --table orders --to big.jsonl.zst

rm -f big.csv big.db big.jsonl.zst
say "Done. These files remain in build/demo"
cat <<'END'
shop.db                     a SQLite database like any other, with a receipt of every load in __dpone__loads
orders.yaml, ...            the manifests; `dpone plan orders.yaml` shows every statement of a run before it runs
.dpone/runs/<run>/run.json  a report of each run
build/release/dpone         the program: `dpone --help`, and README.md for a tour with your own data

`./dev demo postgres` does the same between two PostgreSQL databases.
END
