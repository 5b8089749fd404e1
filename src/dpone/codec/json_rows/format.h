// JsonRowsFormat: what JSON Lines leave open. Spec: docs/formats/json-rows.md.
#pragma once

#include <cstdint>

namespace dpone::json_rows {

struct JsonRowsFormat {
  // Reading: keys that the schema lacks are skipped; otherwise they are an error.
  bool ignores_unknown_keys = false;
  // In json and jsonb columns `null` is the json value, and NULL is a key that is missing. Otherwise `null` is NULL,
  // and the json value cannot be written.
  bool keeps_json_null = false;
};

// Levels of objects and arrays below a row.
inline constexpr int kMostDepth = 64;

}  // namespace dpone::json_rows
