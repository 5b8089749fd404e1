// What PostgreSQL's catalogs say of a relation, as one JSON document a role: the source's (what rows look like) and the
// target's (everything that hangs on a table, so that an exchange can carry it or refuse). The server builds the JSON,
// so that the same text can be hashed again inside the publishing transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/base/result.h"
#include "dpone/connectors/postgres/connection.h"
#include "dpone/connectors/postgres/types.h"

namespace dpone::postgres {

// `postgres.no_relation`, naming the nearest.
Error no_relation(Connection& connection, const std::string& schema, const std::string& name);

// The descriptions take the server milliseconds to plan and one to run, and a run sends each of them twice.
struct KeptStatement {
  std::string name;
  std::string sql;
};

// One row, or none if the relation is absent: its JSON, whether the role may read all of it, the role, whether it may
// read a column and use the schema, and whether row-level security hides rows from it.
KeptStatement source_statement(const std::string& schema, const std::string& name, int server_version);

// One row: the JSON of the target, NULL if it is absent. Once `render_expected_target` was sent in the same
// transaction, the statement fails unless the JSON is the one with that fingerprint: the check under the lock.
inline constexpr std::string_view kTargetStatement = "dpone_target";
KeptStatement target_statement(const std::string& schema, const std::string& name, int server_version);
std::string render_expected_target(const std::string& fingerprint);

struct Estimates {
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  bool is_current = true;  // the name still has the OID
};
Result<Estimates> read_estimates(Connection& connection, Oid oid, const std::string& schema, const std::string& name);

// SQL for the current OID of the name, or NULL. A description is valid if the name still has that OID afterwards:
// the server's catalog functions ignore snapshots, so a relation dropped in between gives errors, NULLs and partial
// results.
std::string current_oid_sql(const std::string& schema, const std::string& name);
// Whether an error may come of a relation that went away while it was described.
bool is_of_vanished(const Error& error);
inline constexpr int kDescribeAttempts = 5;

Result<TypeCatalog> read_types(Connection& connection, const std::vector<Oid>& roots);

}  // namespace dpone::postgres
