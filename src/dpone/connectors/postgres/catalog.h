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

// Finds `schema`.`name` and returns its OID. Fails with `postgres.no_relation`, naming the nearest, unless
// `may_be_absent`, when it returns nothing.
Result<std::optional<Oid>> find_relation(Connection& connection, const std::string& schema, const std::string& name,
                                         bool may_be_absent);

// A scalar expression (type text) over pg_class alias-free: the JSON of the relation with OID `oid_expression`.
std::string source_facts_sql(const std::string& oid_expression, int server_version);
std::string target_facts_sql(const std::string& oid_expression, int server_version);
// sha256 (hex) of the target's facts, computed by the server: for the check under the lock.
std::string target_fingerprint_sql(const std::string& schema, const std::string& name, int server_version);

struct Estimates {
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  bool is_current = true;  // the name still has the OID
};
Result<Estimates> read_estimates(Connection& connection, Oid oid, const std::string& schema, const std::string& name);

// SQL for the current OID of the name, or NULL. A description read by OID is valid if the name still has that OID
// afterwards: the server's catalog functions ignore snapshots, so a relation dropped in between gives errors, NULLs and
// partial results.
std::string current_oid_sql(const std::string& schema, const std::string& name);
// Whether an error may come of a relation that went away while it was described.
bool is_of_vanished(const Error& error);
inline constexpr int kDescribeAttempts = 5;

Result<TypeCatalog> read_types(Connection& connection, const std::vector<Oid>& roots);

}  // namespace dpone::postgres
