// What a system can do as a source and as a sink. The planner refuses a capability that is off, with the slug beside
// it, before dpone connects; the conformance suite asserts this. Static values of each connector.
#pragma once

#include <string_view>

namespace dpone {

struct SourceCapabilities {
  bool has_table = true;    // rows are found by a table's name, else by a path
  bool has_query = false;   // capability.query
  bool has_where = false;   // capability.where
  bool has_cursor = false;  // capability.cursor: ordered extraction, for incremental_append and the merge of a delta
};

enum class PublishClass {
  kTransactional,  // rows and receipt in one transaction
  kAtomicStep,     // one statement, with a journal
  kRename,         // a file replaces another; its receipt is beside it
  kStream,         // rows cannot be taken back: gates only change the exit code
};

struct SinkCapabilities {
  bool has_table = true;
  PublishClass publish = PublishClass::kTransactional;
  bool has_append = false;  // capability.append
  bool has_merge = false;   // capability.merge
  bool has_delete = false;  // capability.delete: rows of a part of the target are removed
  bool has_keys = false;    // capability.key: NULLs and duplicates of a key are found
};

std::string_view to_string(PublishClass value);

}  // namespace dpone
