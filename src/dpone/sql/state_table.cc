#include "dpone/sql/state_table.h"

namespace dpone::sql {

Result<std::vector<State>> StateTable::read(Session& session, const std::string& rest,
                                            const std::vector<std::optional<std::string>>& parameters) const {
  DPONE_TRY(const Table table, session.query("SELECT " + text_ + " FROM " + name_ + rest, parameters));
  std::vector<State> states;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    DPONE_TRY(const Json json, Json::parse(table.text(row, 0)));
    auto state = State::from_json(json);
    if (!state) return std::move(state.error().add("state", place_));
    states.push_back(*std::move(state));
  }
  return states;
}

Result<std::optional<State>> StateTable::load(Session& session, std::string_view process,
                                              std::string_view target) const {
  DPONE_TRY(std::vector<State> states,
            read(session, " WHERE process = $1 AND target = $2", {std::string(process), std::string(target)}));
  return states.empty() ? std::optional<State>() : std::optional(std::move(states.front()));
}

Status StateTable::apply(Session& session, const State& state, std::int64_t expected) const {
  State next = state;
  next.record = expected + 1;
  const std::string text = next.to_json().canonical();
  // An INSERT that meets a stored state does nothing, and an UPDATE that expects another record neither.
  std::vector<std::optional<std::string>> parameters = {state.process, state.target, text};
  std::string sql =
      "INSERT INTO " + name_ + " (process, target, record, state) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING";
  if (expected != 0) {
    sql = "UPDATE " + name_ + " SET record = record + 1, state = $3" + touch_ +
          " WHERE process = $1 AND target = $2 AND record = " + std::to_string(expected);
  }
  DPONE_TRY(const Table done, session.query(sql, parameters));
  if (done.affected != 1) return state_conflict(state, place_);
  return {};
}

Result<std::vector<State>> StateTable::list(Session& session) const {
  return read(session, " ORDER BY process, target", {});
}

}  // namespace dpone::sql
