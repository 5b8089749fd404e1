#include "dpone/ports/state_store.h"

namespace dpone {
namespace {

constexpr const char* kSchemaVersion = "dpone.state.v2";
// It had a cursor instead of a position of any kind.
constexpr const char* kFirstVersion = "dpone.state.v1";

}  // namespace

Json State::to_json() const {
  Json json = Json::object();
  json.set("schema_version", kSchemaVersion).set("process", process).set("target", target).set("record", record);
  json.set("position", position ? position->to_json() : Json())
      .set("version", version)
      .set("epoch", epoch)
      .set("target_identity", target_identity);
  json.set("run_id", run_id).set("selection_fingerprint", selection_fingerprint).set("updated_at", updated_at);
  return json;
}

Result<State> State::from_json(const Json& json) {
  const auto is_text = [&](const char* key) { return json[key].is_string(); };
  const auto is_number = [&](const char* key) { return json[key].is_int(); };
  const bool is_first = json["schema_version"].as_string() == kFirstVersion;
  std::optional<Position> position;
  if (is_first && json["cursor"].is_object()) position = Position{"cursor", json["cursor"]};
  if (!is_first) position = Position::from_json(json["position"]);
  const bool has_position = position || json[is_first ? "cursor" : "position"].is_null();
  const bool is_version = is_first || json["schema_version"].as_string() == kSchemaVersion;
  const bool is_state = is_version && has_position && is_text("process") && is_text("target") && is_number("record") &&
                        is_number("version") && is_number("epoch") && is_text("target_identity") && is_text("run_id") &&
                        is_text("selection_fingerprint") && is_text("updated_at");
  if (!is_state) {
    return Error(ErrorClass::kFailed, "state.unreadable", "a stored state does not have the format dpone.state.v2")
        .hint("a newer dpone may have written it; otherwise `dpone state reset` starts from the beginning");
  }
  State state;
  state.process = json["process"].as_string();
  state.target = json["target"].as_string();
  state.record = json["record"].as_int();
  state.position = std::move(position);
  state.version = json["version"].as_int();
  state.epoch = json["epoch"].as_int();
  state.target_identity = json["target_identity"].as_string();
  state.run_id = json["run_id"].as_string();
  state.selection_fingerprint = json["selection_fingerprint"].as_string();
  state.updated_at = json["updated_at"].as_string();
  return state;
}

Error state_conflict(const State& state, std::string_view place) {
  return Error(ErrorClass::kRefused, "state.conflict", "another run of this process wrote its state at the same time")
      .with("process", state.process)
      .with("state", std::string(place))
      .hint("run again: the next run begins at the position in the target's receipt");
}

}  // namespace dpone
