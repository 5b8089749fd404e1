#include "dpone/connectors/postgres/source_locks.h"

#include "dpone/connectors/postgres/quote.h"

namespace dpone::postgres {
namespace {

constexpr std::string_view kNoPrivilege = "42501";
constexpr std::string_view kNotAvailable = "55P03";

// The server says which relation it is about; where that is `relation` itself, the statement that cures it is known.
Status no_right_to_lock(Connection& connection, const std::string& relation, const Error& refused) {
  DPONE_TRY(const Rows rows,
            connection.query("SELECT current_user::text, has_table_privilege($1, 'SELECT')", {relation}));
  const std::string role = rows.text(0, 0);
  const bool is_below = rows.boolean(0, 1);
  return Error(ErrorClass::kFailed, "postgres.permission",
               "role " + role + " may not lock " + relation + ": " + refused.message())
      .with("connection", connection.id())
      .native(refused.native_code())
      .hint(is_below ? "the relations locked with it need SELECT too: those of a view by the view's owner, before "
                       "PostgreSQL 13 a table's children by the role"
                     : "GRANT SELECT ON " + relation + " TO " + quote_name(role));
}

}  // namespace

Error may_not_run(Error error, std::string_view option) {
  if (!option.empty()) error.add("option", std::string(option));
  if (error.native_code() != kNoPrivilege || !error.next_step().empty()) return error;
  return std::move(error).hint(
      "grant the role what it lacks: USAGE on the schema, SELECT on the relation or EXECUTE on the function; or read "
      "without it");
}

Status check_may_run(Connection& connection, const std::string& select, std::string_view option,
                     std::vector<Statement>& asked) {
  asked.push_back({"prepare", "EXPLAIN " + select});
  auto explained = connection.query(asked.back().text);
  if (explained) return {};
  return may_not_run(std::move(explained).error(), option);
}

Result<std::vector<std::string>> described_relations(Connection& connection, Oid except) {
  // What a view reads is locked with the view, and needs no privilege of the role. With one on some columns only the
  // relation stays in the list: it cannot be locked, so it must not be read.
  DPONE_TRY(const Rows held,
            connection.query(
                "SELECT DISTINCT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_locks l JOIN "
                "pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace WHERE l.pid = "
                "pg_backend_pid() AND l.locktype = 'relation' AND c.relkind IN ('r', 'p', 'v') AND n.nspname NOT IN "
                "('pg_catalog', 'information_schema') AND c.oid <> $1::oid AND has_any_column_privilege(c.oid, "
                "'SELECT') ORDER BY 1",
                {std::to_string(except)}));
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(held.size()));
  for (int row = 0; row < held.size(); ++row) names.push_back(held.text(row, 0));
  return names;
}

std::string lock_statement(const std::string& relation) { return "LOCK TABLE " + relation + " IN ACCESS SHARE MODE"; }

Status try_locks(Connection& connection, const std::vector<std::string>& locks) {
  for (const std::string& name : locks) {
    auto locked = connection.execute("BEGIN READ ONLY; " + lock_statement(name) + " NOWAIT; ROLLBACK");
    if (locked) continue;
    Error error = std::move(locked).error();
    if (connection.is_alive() && connection.in_transaction()) {
      Shield shield(connection);
      DPONE_CHECK(connection.execute("ROLLBACK"));
    }
    if (error.native_code() == kNotAvailable) continue;
    if (error.native_code() != kNoPrivilege) return error;
    return no_right_to_lock(connection, name, error);
  }
  return {};
}

}  // namespace dpone::postgres
