// LoadTask: all that a sink needs to stage and publish one load, as values. Made by the planner, hashed into the plan,
// rendered to statements by the sink for `dpone plan`, and carried out by the same sink in `dpone run`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dpone/ports/column_policy.h"
#include "dpone/ports/cursor.h"
#include "dpone/ports/facts.h"
#include "dpone/ports/receipt.h"
#include "dpone/ports/wire_format.h"

namespace dpone {

enum class PublishMethod {
  kCreate,          // no target yet: the stage becomes the target
  kExchange,        // the stage takes the target's place
  kTruncateInsert,  // the stage's rows replace the target's in one transaction, by TRUNCATE
  kDeleteInsert,    // the same by DELETE
  kAppend,          // the stage's rows are added; with `only_new_rows` those whose key the target has not
  kMerge,           // rows of the same key are changed where they differ, the others are added
};

// Whether every row that the target had is gone afterwards: then its epoch is raised.
inline bool replaces_all(PublishMethod value) {
  return value != PublishMethod::kAppend && value != PublishMethod::kMerge;
}

inline std::string_view to_string(PublishMethod value) {
  switch (value) {
    case PublishMethod::kCreate:
      return "create";
    case PublishMethod::kExchange:
      return "exchange";
    case PublishMethod::kTruncateInsert:
      return "truncate_insert";
    case PublishMethod::kDeleteInsert:
      return "delete_insert";
    case PublishMethod::kAppend:
      return "append";
    case PublishMethod::kMerge:
      return "merge";
  }
  return "create";
}

struct LoadTask {
  PublishMethod method = PublishMethod::kCreate;
  bool is_raw = false;
  WireFormat format;                     // when raw
  std::vector<ColumnPolicy> columns;     // in the order in which they travel
  std::vector<std::string> new_columns;  // sink names of columns that the target does not have yet
  std::vector<std::string> key;          // sink names; empty: no key gate
  bool only_new_rows = false;            // kAppend
  std::string keep_latest_by;            // sink name: of the rows of one key the one with its greatest value; or empty
  int loaders = 1;                       // writers at once, where the sink can
  std::optional<CursorRange> cursor;     // what is read; absent: all of the selection
  Facts source;
  Facts target;
};

// A statement of a plan, in the order of execution. `phase` is prepare, extract, load, seal, gate or publish.
struct Statement {
  std::string phase;
  std::string text;
};

}  // namespace dpone
