// A target that does not exist yet: the obstacles to its creation, and the names of the objects created with it. Plans
// are made from these facts alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/connectors/postgres/connection.h"
#include "dpone/connectors/postgres/native_facts.h"
#include "dpone/ports/facts.h"

namespace dpone::postgres {

// Facts of `schema`.`table`, which does not exist. Reads the catalog only.
Result<TargetFacts> describe_absent(Connection& connection, const std::string& schema, const std::string& table,
                                    const SourceFacts& source);

// The obstacle that a new table's name is that of something else, `by`.
Error name_taken(const std::string& relation, const std::string& by);

// Whether the default of a column means the same in another database.
bool has_portable_default(const NativeSource::Column& column);
// Sets NativeTarget::unknown_defaults: columns of `source` that `facts` lacks, whose default this server cannot
// read, being of another version. Asks it to parse them.
Status find_unknown_defaults(Connection& connection, const SourceFacts& source, TargetFacts& facts);

// Appends to `facts.keys` and NativeTarget::new_keys those keys of `source` whose columns are all among `columns`; to
// `facts.notes` the properties that they lack at the target. Names that are taken, or used by an earlier key, get a
// number. Pure.
void propose_keys(const SourceFacts& source, const std::string& table, const std::vector<std::string>& columns,
                  TargetFacts& facts);

// The `attempt`-th name of a key: at first that of the source, where the table has the same name, otherwise the one
// that PostgreSQL would give (`orders_pkey`, `orders_a_b_key`); later with a number. At most 63 bytes, whole
// characters.
std::string key_name(const SourceFacts& source, const std::string& table, const KeyFacts& key, int attempt);

}  // namespace dpone::postgres
