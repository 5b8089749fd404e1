// RepeatedKey: finds objects with a duplicate key in texts that become jsonb. The server would silently keep only the
// last one. One thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "dpone/codec/json_rows/scanner.h"
#include "dpone/data/batch_builder.h"

namespace dpone::json_rows {

// jsonb, or an array of it.
bool holds_jsonb(const DataType& type);

class RepeatedKey {
 public:
  static constexpr const char* kSlug = "json_rows.duplicate_key";
  static constexpr const char* kWhat = "has an object with a repeated key, of which a jsonb would keep only the last";

  // False, too, for a text that is not JSON, or that nests deeper than the scanner goes.
  bool is_in(std::string_view json);
  // Looks at the values of `column`, of type jsonb or json, from the `first` on.
  bool is_in(ColumnBuilder& column, std::int64_t first);

 private:
  JsonText json_;
};

}  // namespace dpone::json_rows
