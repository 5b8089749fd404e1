#include "dpone/connectors/postgres/discover.h"

#include "dpone/base/json.h"
#include "dpone/base/nearest.h"
#include "dpone/connectors/postgres/connection.h"

namespace dpone::postgres {
namespace {

// A partitioned table has the rows and bytes of its partitions; one that was never analyzed has no rows to tell.
constexpr const char* kRelations = R"(
WITH RECURSIVE chosen AS (
  SELECT c.oid, n.nspname, c.relname, c.relkind
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
     AND c.relpersistence <> 't' AND c.relname NOT LIKE '\_\_dpone\_\_%'
     AND CASE WHEN $1 <> '' THEN n.nspname = $1
              ELSE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_toast%' END
     AND ($2 = '' OR c.relname ILIKE $2)
), tree(root, oid) AS (
  SELECT oid, oid FROM chosen
  UNION
  SELECT t.root, i.inhrelid FROM pg_inherits i JOIN tree t ON i.inhparent = t.oid
), sized AS (
  SELECT t.root,
         sum(c.reltuples) FILTER (WHERE c.relkind <> 'p' AND (c.reltuples > 0 OR c.relpages > 0)) AS rows,
         sum(pg_table_size(c.oid)) FILTER (WHERE c.relkind IN ('r', 'm')) AS bytes
    FROM tree t JOIN pg_class c ON c.oid = t.oid GROUP BY t.root
)
SELECT c.nspname, c.relname, c.relkind::text,
       has_schema_privilege(c.nspname, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'),
       CASE WHEN s.rows >= 0 AND c.relkind <> 'v' THEN s.rows::int8 END, s.bytes::int8
  FROM chosen c JOIN sized s ON s.root = c.oid ORDER BY 1, 2)";

std::string kind_of(const std::string& relkind) {
  switch (relkind.empty() ? ' ' : relkind[0]) {
    case 'p':
      return "partitioned_table";
    case 'v':
      return "view";
    case 'm':
      return "materialized_view";
    case 'f':
      return "foreign_table";
    default:
      return "table";
  }
}

Status check_schema(Connection& connection, const std::string& schema) {
  DPONE_TRY(const Rows rows, connection.query("SELECT nspname FROM pg_namespace ORDER BY 1"));
  std::vector<std::string> names;
  for (int row = 0; row < rows.size(); ++row) {
    names.push_back(rows.text(row, 0));
    if (names.back() == schema) return {};
  }
  const std::string near = nearest_name(schema, names);
  return Error(ErrorClass::kFailed, "postgres.no_schema", "schema " + json_quote(schema) + " does not exist")
      .with("connection", connection.id())
      .hint(near.empty() ? "leave --schema out to list all schemas"
                         : "did you mean " + near + "? Names are case-sensitive and not folded");
}

}  // namespace

Result<std::vector<RelationSummary>> discover(const ConnectionSettings& settings, const DiscoverRequest& request,
                                              const RunContext& context) {
  DPONE_TRY(Connection connection, Connection::open(settings, SessionRole::kSource, context));
  if (!request.schema.empty()) DPONE_CHECK(check_schema(connection, request.schema));
  DPONE_TRY(const Rows rows, connection.query(kRelations, {request.schema, request.like}));
  std::vector<RelationSummary> found;
  found.reserve(static_cast<std::size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    RelationSummary one{rows.text(row, 0), rows.text(row, 1), kind_of(rows.text(row, 2)), rows.boolean(row, 3), {}, {}};
    if (!rows.is_null(row, 4)) one.estimated_rows = rows.integer(row, 4);
    if (!rows.is_null(row, 5)) one.bytes = rows.integer(row, 5);
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace dpone::postgres
