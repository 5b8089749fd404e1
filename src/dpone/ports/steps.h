// A strategy is a list of steps that apply, one after the other, to the stage and then to the target. A sink renders
// each kind of step once, in its own dialect, and `dpone plan` prints the result; a strategy does not depend on it. A
// sink without transactions may carry out the whole list at once. Values, hashed into the plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dpone/ports/column_policy.h"
#include "dpone/ports/facts.h"
#include "dpone/ports/statement.h"
#include "dpone/ports/wire_format.h"

namespace dpone {

// `column operator value`, compared as the target's type of the column. `in` has any number of values, `between` two,
// the others one: =, <, <=, >, >=.
struct ScopeTerm {
  std::string column;  // sink name
  std::string op;
  std::vector<std::string> values;
};

// The rows of the target that a step affects: all rows, or those for which a predicate is true. A row for which it is
// NULL is outside.
struct Scope {
  std::string predicate;         // SQL of the sink
  std::vector<ScopeTerm> terms;  // all of them
  bool is_whole() const { return predicate.empty() && terms.empty(); }
};

// The conditions for a message: `day >= 2026-11-01 and day < 2026-12-01`.
std::string to_string(const Scope& scope);

enum class Removal { kDelete, kTruncate };

// On the target: columns that it does not have yet.
struct AddColumns {
  std::vector<std::string> columns;  // sink names
};
// On the stage, before its questions are asked: of the rows of one key only the one with the greatest value of `by`.
// Rows of equal rank stay, and fail the key gate.
struct KeepLatest {
  std::vector<std::string> key;
  std::string by;
};
// The stage becomes the target; a target that is there goes away with its rows.
struct TakePlace {
  std::vector<KeyFacts> without;  // keys of that target, which the new one does not get
};
struct DeleteRows {
  Scope scope;
  Removal how = Removal::kDelete;
};
// Rows of the same key are changed where they differ in any bit, the spelling of the key included. They may swap the
// values of other unique columns, if the sink knows a temporary value.
struct UpdateRows {
  std::vector<std::string> key;
};
// The stage's rows are added: all of them; those whose key the target does not have; or all but those at one place of
// the cursor that the target has.
struct InsertRows {
  enum class Which { kAll, kNewKeys, kNewAtPosition };
  Which which = Which::kAll;
  std::vector<std::string> key;  // kNewKeys, kNewAtPosition
  std::string cursor;            // kNewAtPosition: sink name
  std::string at;                // and its value, as data/value_text.h prints it
};
// What numbers the rows of the target goes on behind the greatest number that is there. Never back.
struct AdvanceSequences {
  std::vector<std::string> columns;  // sink names
};
using Step = std::variant<AddColumns, KeepLatest, TakePlace, DeleteRows, UpdateRows, InsertRows, AdvanceSequences>;

// `add_columns`, `keep_latest`, ...; as plans and capabilities have it.
std::string_view name_of(const Step& step);

// Questions about the loaded stage, before anything is published. Each is one statement of the plan. kRows: the
// system's own count. kKeyFaults: rows with a NULL in the key, and rows beyond the first of each key. kOutside: rows
// for which `scope` is not true. kAt: rows whose `column` is `value`, as data/value_text.h prints it, `{position}` in a
// plan. kChanges: whether the publish steps would change or add a row at all.
struct Question {
  enum class Kind { kRows, kKeyFaults, kOutside, kAt, kChanges };
  Kind kind = Kind::kRows;
  std::vector<std::string> columns;  // the key; or the one of kAt
  std::string value = {};
  Scope scope = {};
};

// Of a Question. `second` is set for kKeyFaults (its duplicates; `first` has the NULLs); kChanges answers 0 or 1.
struct Answer {
  std::int64_t first = 0;
  std::int64_t second = 0;
};

struct LoadTask {
  std::vector<ColumnPolicy> columns;  // in the order in which they travel
  std::vector<std::string> key;       // sink names; empty: rows are not found by a key
  std::string method;                 // what the publish steps are called in receipts and reports: `exchange`, `merge`
  std::vector<Step> stage;
  std::vector<Step> publish;
  std::vector<Question> questions;
  bool is_raw = false;
  WireFormat format;  // when raw
  int loaders = 1;    // writers at once, where the sink can
  SourceFacts source;
  TargetFacts target;
};

// The first step of a kind, or null.
template <class Kind>
const Kind* find_step(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (const Kind* found = std::get_if<Kind>(&step)) return found;
  }
  return nullptr;
}

// The stage becomes the target.
inline bool takes_place(const LoadTask& task) { return find_step<TakePlace>(task.publish) != nullptr; }
// Every row that the target had is gone afterwards: then its epoch is raised.
bool replaces_all(const LoadTask& task);
// Names of the columns that the target gets.
std::vector<std::string> added_columns(const LoadTask& task);

// How many rows a publish step changed.
struct StepCount {
  std::size_t step = 0;  // index in LoadTask::publish
  std::int64_t rows = 0;
};

}  // namespace dpone
