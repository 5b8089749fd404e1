// LoadTask: all that a sink needs to stage and publish one load, as values. Made by the planner, hashed into the plan,
// rendered to statements by the sink for `dpone plan`, and carried out by the same sink in `dpone run`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dpone/ports/column_policy.h"
#include "dpone/ports/facts.h"
#include "dpone/ports/receipt.h"
#include "dpone/ports/wire_format.h"

namespace dpone {

enum class PublishMethod {
  kCreate,          // no target yet: the stage becomes the target
  kExchange,        // the stage takes the target's place
  kTruncateInsert,  // the stage's rows replace the target's in one transaction, by TRUNCATE
  kDeleteInsert,    // the same by DELETE
};

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
  Facts source;
  Facts target;
};

// A statement of a plan, in the order of execution. `phase` is prepare, extract, load, seal, gate or publish.
struct Statement {
  std::string phase;
  std::string text;
};

}  // namespace dpone
