// StateTable: `__dpone__state`, the stored states of all processes (docs/formats/state.md): one row a process and
// target, compared and set. A value; the session is the caller's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dpone/ports/state_store.h"
#include "dpone/sql/session.h"

namespace dpone::sql {

class StateTable {
 public:
  // `name` is the quoted table, `place` how messages call it; `state_text` the column as text, `touch` what an UPDATE
  // sets besides.
  StateTable(std::string name, std::string place, std::string state_text, std::string touch)
      : name_(std::move(name)), place_(std::move(place)), text_(std::move(state_text)), touch_(std::move(touch)) {}

  const std::string& place() const { return place_; }
  // As StateStore has them. REQUIRES: the table is there.
  Result<std::optional<State>> load(Session& session, std::string_view process, std::string_view target) const;
  Status apply(Session& session, const State& state, std::int64_t expected) const;
  Result<std::vector<State>> list(Session& session) const;

 private:
  Result<std::vector<State>> read(Session& session, const std::string& rest,
                                  const std::vector<std::optional<std::string>>& parameters) const;
  std::string name_;
  std::string place_;
  std::string text_;
  std::string touch_;
};

}  // namespace dpone::sql
