// Rows that violate a key, as errors: which columns, which value. SQLite's message names the stage, which means nothing
// to a user. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/error.h"

namespace dpone::sqlite {

// The columns of `UNIQUE constraint failed: t.a, t.b`; empty for an index on expressions.
std::vector<std::string> violated_columns(std::string_view message);

// Slug gate.key_duplicates, with the columns as context `key`. `values` are those of one row, as texts, in their order;
// empty if they are not known. `error` is SQLite's.
Error duplicates_error(const std::vector<std::string>& columns, const std::vector<std::string>& values,
                       const Error& error);

// A fault of the key that the run was given (`unique_key`) is one of gate `key`, although SQLite found it: its slug is
// gate.key, and its next step is left to the engine. Any other error stays.
Error as_key_gate(Error error, const std::vector<std::string>& key);

}  // namespace dpone::sqlite
