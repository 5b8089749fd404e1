#include "dpone/ports/cursor.h"

namespace dpone {

Position to_position(const CursorRange& range, const CursorPosition& position) {
  Json json = Json::object();
  json.set("column", range.column).set("type", range.native_type).set("value", position.value);
  if (position.rows) json.set("rows", *position.rows);
  if (!position.relation.empty()) json.set("relation", position.relation);
  return {"cursor", std::move(json)};
}

std::optional<CursorPosition> cursor_position(const CursorRange& range, const Position& position) {
  const Json& json = position.value;
  if (position.kind != "cursor" || !json["value"].is_string()) return std::nullopt;
  if (json["column"].as_string() != range.column || json["type"].as_string() != range.native_type) return std::nullopt;
  CursorPosition out{json["value"].as_string(), {}, json["relation"].as_string()};
  if (json["rows"].is_int()) out.rows = json["rows"].as_int();
  return out;
}

}  // namespace dpone
