#include "dpone/manifest/manifest.h"

#include <fmt/format.h>

#include "dpone/base/sha256.h"

namespace dpone::manifest {
namespace {

void set_if_given(Json& object, std::string key, const std::string& text) {
  if (!text.empty()) object.set(std::move(key), text);
}

void set_options(Json& object, std::string key, const Options& options) {
  if (!options.given().as_object().empty()) object.set(std::move(key), options.given());
}

using Params = std::map<std::string, std::string, std::less<>>;

void set_params(Json& object, const Params& given) {
  if (given.empty()) return;
  Json params = Json::object();
  for (const auto& [name, value] : given) params.set(name, value);
  object.set("params", std::move(params));
}

Json to_json(const Endpoint& endpoint) {
  Json out = Json::object();
  out.set("type", endpoint.type);
  set_if_given(out, "connection_type", endpoint.connection_type);
  set_if_given(out, "connection_id", endpoint.connection_id);
  set_params(out, endpoint.params);
  set_if_given(out, "path", endpoint.path);
  if (!endpoint.table.name.empty()) {
    Json table = Json::object();
    set_if_given(table, "schema", endpoint.table.schema);
    table.set("name", endpoint.table.name);
    out.set("table", std::move(table));
  }
  set_options(out, "options", endpoint.options);
  return out;
}

// The code point at the front of well-formed UTF-8, and its length.
std::pair<char32_t, std::size_t> front_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length == 1 || length > text.size()) return {lead, 1};
  char32_t code = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  return {code, length};
}

// A double-quoted scalar. What YAML does not count as printable (YAML 1.2.2 §5.1), and the line ends that only YAML 1.1
// knows, are escaped.
std::string yaml_quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const auto [code, length] = front_of(text);
    const bool is_line_end = code == 0x85 || code == 0x2028 || code == 0x2029;
    const bool is_plain =
        (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code != 0xfeff && (code & 0xfffe) != 0xfffe);
    if (code == '"' || code == '\\') {
      out += '\\';
      out += static_cast<char>(code);
    } else if (code == '\n') {
      out += "\\n";
    } else if (code == '\t') {
      out += "\\t";
    } else if (is_plain && !is_line_end) {
      out += text.substr(0, length);
    } else {
      out += fmt::format("\\U{:08x}", static_cast<std::uint32_t>(code));
    }
    text.remove_prefix(length);
  }
  return out + "\"";
}

// YAML: every text goes in double quotes unless it is a plain word that no reader takes for anything else.
std::string scalar(const std::string& text) {
  const bool is_word = !text.empty() && text.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789_") == std::string::npos;
  const char first = text.empty() ? '0' : text[0];
  static constexpr std::string_view kNotText[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  bool is_reserved = first >= '0' && first <= '9';
  for (const std::string_view word : kNotText) is_reserved = is_reserved || lower == word;
  return is_word && !is_reserved ? text : yaml_quoted(text);
}

std::string scalar(const OptionSpec* spec, const Json& value) {
  if (value.is_array()) {
    std::string list;
    for (const Json& item : value.as_array()) list += (list.empty() ? "" : ", ") + scalar(item.as_string());
    return "[" + list + "]";
  }
  if (value.is_object()) {
    std::string map;
    for (const auto& [name, text] : value.as_object()) {
      map += (map.empty() ? "" : ", ") + scalar(name) + ": " + scalar(text.as_string());
    }
    return "{" + map + "}";
  }
  if (value.is_string()) return scalar(value.as_string());
  return spec == nullptr ? value.canonical() : format_option(*spec, value);
}

void append(std::string& out, int depth, const std::string& key, const std::string& value) {
  out.append(static_cast<std::size_t>(depth) * 2, ' ');
  out += key + ":" + (value.empty() ? "" : " " + value) + "\n";
}

void append_if_given(std::string& out, int depth, const std::string& key, const std::string& text) {
  if (!text.empty()) append(out, depth, key, scalar(text));
}

void append_params(std::string& out, const Params& params) {
  if (!params.empty()) append(out, 1, "params", "");
  for (const auto& [name, value] : params) append(out, 2, name, scalar(value));
}

void append_values(std::string& out, int depth, const Options& options) {
  for (const auto& [name, value] : options.given().as_object()) {
    append(out, depth, name, scalar(options.find(name), value));
  }
}

void append_options(std::string& out, int depth, const std::string& key, const Options& options) {
  if (options.given().as_object().empty()) return;
  append(out, depth, key, "");
  append_values(out, depth + 1, options);
}

void append_endpoint(std::string& out, const std::string& key, const Endpoint& endpoint, const Strategy* strategy) {
  append(out, 0, key, "");
  append(out, 1, "type", scalar(endpoint.type));
  append_if_given(out, 1, "connection_type", endpoint.connection_type);
  append_if_given(out, 1, "connection_id", endpoint.connection_id);
  append_params(out, endpoint.params);
  append_if_given(out, 1, "path", endpoint.path);
  if (!endpoint.table.name.empty()) {
    append(out, 1, "table", "");
    if (!endpoint.table.schema.empty()) append(out, 2, "schema", scalar(endpoint.table.schema));
    append(out, 2, "name", scalar(endpoint.table.name));
  }
  if (strategy != nullptr) {
    append(out, 1, "strategy", "");
    append(out, 2, "mode", scalar(strategy->mode));
    append_values(out, 2, strategy->options);
  }
  append_options(out, 1, "options", endpoint.options);
}

}  // namespace

void Strategy::set_unique_key(const std::vector<std::string>& columns) {
  options.set("unique_key", Json(Json::Array(columns.begin(), columns.end())));
}

Json Manifest::to_json() const {
  Json out = Json::object();
  out.set("name", name);
  set_if_given(out, "description", description);
  out.set("source", manifest::to_json(source));
  Json sink_json = manifest::to_json(sink);
  Json strategy_json = strategy.options.given();
  strategy_json.set("mode", strategy.mode);
  sink_json.set("strategy", std::move(strategy_json));
  out.set("sink", std::move(sink_json));
  if (!state.type.empty()) {
    Json state_json = Json::object();
    state_json.set("type", state.type);
    set_if_given(state_json, "connection_type", state.connection_type);
    set_if_given(state_json, "connection_id", state.connection_id);
    set_params(state_json, state.params);
    set_if_given(state_json, "schema", state.schema);
    out.set("state", std::move(state_json));
  }
  set_options(out, "runtime", runtime);
  set_options(out, "quality", quality);
  return out;
}

std::string Manifest::hash() const { return sha256_hex(to_json().canonical()); }

std::string Manifest::to_yaml() const {
  std::string out;
  append(out, 0, "name", scalar(name));
  if (!description.empty()) append(out, 0, "description", scalar(description));
  append_endpoint(out, "source", source, nullptr);
  append_endpoint(out, "sink", sink, &strategy);
  if (!state.type.empty()) {
    append(out, 0, "state", "");
    append(out, 1, "type", scalar(state.type));
    append_if_given(out, 1, "connection_type", state.connection_type);
    append_if_given(out, 1, "connection_id", state.connection_id);
    append_params(out, state.params);
    append_if_given(out, 1, "schema", state.schema);
  }
  append_options(out, 0, "quality", quality);
  append_options(out, 0, "runtime", runtime);
  return out;
}

}  // namespace dpone::manifest
