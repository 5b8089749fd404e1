// Keys of the advisory locks that dpone takes, database-wide. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "dpone/sql/temporary_names.h"

namespace dpone::postgres {

// "The run of this stage is alive". REQUIRES: a stage's name.
inline std::int64_t stage_lock_key(std::string_view stage) { return sql::number_of(stage); }
// Under which a target is published.
inline std::int64_t target_lock_key(std::string_view target) { return sql::number_of("target", target); }
// Under which schemas and types are made for new tables.
inline std::int64_t prepare_lock_key() { return sql::number_of("prepare", ""); }
// Under which a schema's control tables are made.
inline std::int64_t control_lock_key(std::string_view schema) { return sql::number_of("control", schema); }

}  // namespace dpone::postgres
