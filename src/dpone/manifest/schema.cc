#include "dpone/manifest/schema.h"

#include <string>

namespace dpone::manifest {
namespace {

std::string join(std::string_view section, std::string_view key) {
  return section.empty() ? std::string(key) : std::string(section) + "." + std::string(key);
}

Json names_schema() {
  Json name = Json::object();
  name.set("type", "string").set("minLength", 1);
  Json list = Json::object();
  list.set("type", "array").set("items", name).set("minItems", 1).set("uniqueItems", true);
  return Json(Json::Array{name, list});
}

// A quantity is a whole number or a number with a unit.
Json quantity_schema(std::string_view pattern) {
  Json number = Json::object();
  number.set("type", "integer").set("minimum", 0);
  Json text = Json::object();
  text.set("type", "string").set("pattern", pattern);
  return Json(Json::Array{number, text});
}

Json value_schema(const OptionSpec& spec, const std::string& path, const Schemas& schemas) {
  Json out = Json::object();
  switch (spec.kind) {
    case OptionKind::kFlag:
      out.set("type", "boolean");
      break;
    case OptionKind::kText:
    case OptionKind::kPath:
      out.set("type", "string").set("minLength", 1);
      break;
    case OptionKind::kInteger:
      out.set("type", "integer").set("minimum", spec.min);
      if (spec.max != INT64_MAX) out.set("maximum", spec.max);
      break;
    case OptionKind::kDuration:
      out.set("anyOf", quantity_schema("^[0-9]+(\\.[0-9]+)? *(ms|s|m|min|h|d)$"));
      break;
    case OptionKind::kBytes:
      out.set("anyOf", quantity_schema("^[0-9]+(\\.[0-9]+)? *(B|KiB|MiB|GiB|TiB|KB|MB|GB|TB)$"));
      break;
    case OptionKind::kChoice: {
      Json choices = Json::array();
      for (const std::string_view choice : option_choices(spec)) choices.push(choice);
      if (spec.choices.empty()) {
        for (const std::string_view choice : choices_of(path, schemas)) choices.push(choice);
      }
      out.set("enum", std::move(choices));
      break;
    }
    case OptionKind::kNameList:
      out.set("anyOf", names_schema());
      break;
    case OptionKind::kSpan:
      out.set("anyOf", quantity_schema("^[0-9]+(\\.[0-9]+)? *(ms|s|m|min|h|d)$"));
      break;
    case OptionKind::kTextMap: {
      Json text = Json::object();
      text.set("type",
               spec.takes_scalars ? Json::array().push("string").push("number").push("boolean") : Json("string"));
      text.set("minLength", 1);
      out.set("type", "object").set("additionalProperties", std::move(text));
      break;
    }
  }
  for (const TextRule& rule : text_rules()) {
    if (rule.path != path) continue;
    if (!rule.pattern.empty()) out.set("pattern", rule.pattern);
    if (rule.min_length != 0) out.set("minLength", static_cast<std::int64_t>(rule.min_length));
    if (rule.max_length != 0) out.set("maxLength", static_cast<std::int64_t>(rule.max_length));
  }
  out.set("description", key_description(spec, path, schemas));
  if (!spec.default_text.empty()) {
    const Result<Json> fallback = parse_option(spec, spec.default_text);
    const bool is_quantity = spec.kind == OptionKind::kDuration || spec.kind == OptionKind::kBytes;
    if (is_quantity) {
      out.set("default", spec.default_text);
    } else if (fallback) {
      out.set("default", *fallback);
    }
  }
  return out;
}

void add_keys(Json& properties, Json& required, std::span<const OptionSpec> keys, std::string_view section,
              const Schemas& schemas) {
  for (const OptionSpec& spec : keys) {
    properties.set(std::string(spec.name), value_schema(spec, join(section, spec.name), schemas));
    if (spec.is_required) required.push(spec.name);
  }
}

Json params_schema(const SectionSpec& section, const Schemas& schemas) {
  Json properties = Json::object();
  bool is_closed = false;
  Json value = Json::object();
  value.set("type", Json(Json::Array{Json("string"), Json("integer"), Json("boolean")}));
  for (const EndpointSchema& schema : schemas.ends) {
    for (const OptionSpec& field : schema.connection_fields) {
      Json entry = value;
      entry.set("description", field.description);
      properties.set(std::string(field.name), std::move(entry));
      is_closed = true;
    }
  }
  Json password = Json::object();
  password.set("type", "string").set("pattern", "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$");
  password.set("description", "Only as the name of a variable: ${VAR}");
  for (const char* name : {"sslpassword", "token"}) {
    if (properties.contains(name)) properties.set(name, password);
  }
  properties.set("password", std::move(password));
  Json out = Json::object();
  out.set("type", "object").set("description", section.description).set("properties", std::move(properties));
  out.set("additionalProperties", is_closed ? Json(false) : value);
  return out;
}

Json required_keys(std::initializer_list<const char*> names) {
  Json required = Json::array();
  for (const char* name : names) required.push(name);
  Json out = Json::object();
  return out.set("required", std::move(required));
}

// What an end must have depends on whether its rows are found by a path.
Json ends_by_type(std::string_view end, const Schemas& schemas) {
  Json types = Json::array();
  for (const EndpointSchema& schema : schemas.ends) {
    if (schema.has_path) types.push(schema.type);
  }
  Json type = Json::object();
  type.set("enum", std::move(types));
  Json properties = Json::object();
  properties.set("type", std::move(type));
  Json is_path = Json::object();
  is_path.set("properties", std::move(properties));
  Json out = Json::object();
  out.set("if", std::move(is_path)).set("then", required_keys({"path"}));
  return out.set("else",
                 end == "sink" ? required_keys({"connection_type", "table"}) : required_keys({"connection_type"}));
}

Json section_schema(const SectionSpec& section, const Schemas& schemas) {
  if (section.path.ends_with(".params")) return params_schema(section, schemas);
  Json properties = Json::object();
  Json required = Json::array();
  add_keys(properties, required, keys_of(section, schemas), section.path, schemas);
  for (const EndpointSchema& schema : schemas.ends) {
    if (section.path == "source.options") add_keys(properties, required, schema.source_options, section.path, schemas);
    if (section.path == "sink.options") add_keys(properties, required, schema.sink_options, section.path, schemas);
  }
  for (const SectionSpec& child : sections()) {
    if (child.path.empty()) continue;
    const std::size_t dot = child.path.rfind('.');
    const std::string_view parent = dot == std::string_view::npos ? std::string_view() : child.path.substr(0, dot);
    if (parent != section.path) continue;
    const std::string name(dot == std::string_view::npos ? child.path : child.path.substr(dot + 1));
    properties.set(name, section_schema(child, schemas));
    if (child.is_required) required.push(name);
  }
  Json out = Json::object();
  out.set("type", "object").set("description", section.description).set("additionalProperties", false);
  out.set("properties", std::move(properties));
  if (!required.as_array().empty()) out.set("required", std::move(required));
  if (section.path == "source" || section.path == "sink")
    out.set("allOf", Json(Json::Array{ends_by_type(section.path, schemas)}));
  return out;
}

}  // namespace

Json json_schema(const Schemas& schemas) {
  Json out = section_schema(*find_section(""), schemas);
  out.set("$schema", "https://json-schema.org/draft/2020-12/schema");
  out.set("$id", "dpone.manifest.schema.json");
  out.set("title", "dpone manifest");
  return out;
}

}  // namespace dpone::manifest
