// StateStore: where the next extraction of a process begins, kept between runs. The receipt in the target outranks it
// (semantics §1); docs/formats/state.md specifies the value. A store is used by one thread at a time, and by any number
// of processes: every write is a compare-and-set.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/base/result.h"
#include "dpone/ports/position.h"

namespace dpone {

struct State {
  std::string process;
  std::string target;                // as in the receipt
  std::int64_t record = 0;           // 1, 2, ...: raised by every write; 0: not stored yet
  std::optional<Position> position;  // as in the receipt; absent: from the beginning
  // Of the receipt that it was advanced from; version 0 and empty before the first.
  std::int64_t version = 0;
  std::int64_t epoch = 0;
  std::string target_identity;
  std::string run_id;
  std::string selection_fingerprint;
  std::string updated_at;  // RFC 3339, UTC

  Json to_json() const;
  static Result<State> from_json(const Json& json);
};

class StateStore {
 public:
  virtual ~StateStore() = default;
  // Absent: nothing is stored.
  virtual Result<std::optional<State>> load(std::string_view process, std::string_view target) = 0;
  // Stores `state` as record `expected` + 1 if the stored record is `expected` (0: none). `state.conflict` (class
  // kRefused) if it is not. Durable when it returns.
  virtual Status apply(const State& state, std::int64_t expected) = 0;
  // Every state, by process and target.
  virtual Result<std::vector<State>> list() = 0;
  // For messages: `.dpone/state.db`, `schema dpone of warehouse`.
  virtual std::string place() const = 0;
};

// The error of apply() if another run was faster.
Error state_conflict(const State& state, std::string_view place);

}  // namespace dpone
