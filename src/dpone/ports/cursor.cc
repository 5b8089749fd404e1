#include "dpone/ports/cursor.h"

namespace dpone {

Json cursor_to_json(const CursorRange& range, const CursorPosition& position) {
  Json key = Json::object();
  for (std::size_t i = 0; i < range.key.size() && i < position.key.size(); ++i) key.set(range.key[i], position.key[i]);
  Json json = Json::object();
  json.set("column", range.column).set("type", range.native_type).set("value", position.value);
  return json.set("key", std::move(key));
}

std::optional<CursorPosition> cursor_from_json(const CursorRange& range, const Json& json) {
  if (json["column"].as_string() != range.column || json["type"].as_string() != range.native_type) return std::nullopt;
  if (!json["value"].is_string() || json["key"].as_object().size() != range.key.size()) return std::nullopt;
  CursorPosition position{json["value"].as_string(), {}};
  for (const std::string& column : range.key) {
    if (!json["key"][column].is_string()) return std::nullopt;
    position.key.push_back(json["key"][column].as_string());
  }
  return position;
}

}  // namespace dpone
