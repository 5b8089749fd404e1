#include "dpone/ports/position.h"

namespace dpone {

Json Position::to_json() const {
  Json json = Json::object();
  return json.set("kind", kind).set("value", value);
}

std::optional<Position> Position::from_json(const Json& json) {
  if (!json["kind"].is_string() || !json.contains("value")) return std::nullopt;
  return Position{json["kind"].as_string(), json["value"]};
}

}  // namespace dpone
