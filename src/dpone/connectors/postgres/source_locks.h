// Which relations a run of a source locks before it takes its snapshot, and whether it may (semantics §4). Reads the
// catalog and takes locks for a moment; all state is the connection's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/connectors/postgres/connection.h"
#include "dpone/connectors/postgres/types.h"
#include "dpone/ports/statement.h"

namespace dpone::postgres {

// `error`, of a statement with the value of `option` (empty: none), with what to do where a privilege is missing.
Error may_not_run(Error error, std::string_view option);

// Asks the server whether the role may run `select`, with the value of `option` (empty: none): a describe does not
// check privileges. `asked` gets the statement, for the plan.
Status check_may_run(Connection& connection, const std::string& select, std::string_view option,
                     std::vector<Statement>& asked);

// The tables and views read by the statements described in this transaction, names quoted as in SQL.
// REQUIRES an open transaction: a describe holds its locks to the end of one.
Result<std::vector<std::string>> described_relations(Connection& connection, Oid except);

// LOCK TABLE for `relation`, a name quoted as in SQL.
std::string lock_statement(const std::string& relation);

// Takes each lock and gives it back, so that a plan fails where its run would: `postgres.permission`. A lock that
// another session holds is not a failure. REQUIRES no open transaction.
Status try_locks(Connection& connection, const std::vector<std::string>& locks);

}  // namespace dpone::postgres
