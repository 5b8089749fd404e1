#include "dpone/connections/systems.h"

#include <fmt/format.h>

#include <algorithm>

#include "dpone/base/url_text.h"
#include "dpone/connections/provider.h"

namespace dpone::connections {

const SystemSpec* find_system(Systems systems, std::string_view name) {
  for (const SystemSpec& system : systems) {
    if (system.name == name) return &system;
  }
  return nullptr;
}

const SystemSpec* find_system_of_scheme(Systems systems, std::string_view scheme) {
  for (const SystemSpec& system : systems) {
    for (const std::string_view known : system.schemes) {
      if (known == scheme) return &system;
    }
  }
  return nullptr;
}

const FieldSpec* find_field(const SystemSpec& system, std::string_view name) {
  for (const FieldSpec& field : system.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::vector<OptionSpec> connection_fields(const SystemSpec& system) {
  std::vector<OptionSpec> out;
  out.reserve(system.fields.size());
  for (const FieldSpec& field : system.fields) out.push_back({.name = field.name, .description = field.description});
  return out;
}

std::string render_field_tables(Systems systems) {
  std::string out;
  for (const SystemSpec& system : systems) {
    out += fmt::format("{}### {}\n\nURL schemes: `{}`{}\n\n", out.empty() ? "" : "\n", system.name,
                       fmt::join(system.schemes.begin(), system.schemes.end(), "`, `"),
                       system.is_file ? fmt::format("; a URL is `{}:PATH`", system.schemes[0]) : std::string());
    out += "| field | variable | in a URL | | meaning |\n|---|---|---|---|---|\n";
    for (const FieldSpec& field : system.fields) {
      const std::string_view note = field.is_required ? "required" : field.is_secret ? "secret" : "";
      const std::string_view place = field.name == "host" || field.name == "port"           ? "host part"
                                     : field.name == "username" || field.name == "password" ? "user part"
                                     : field.name == "database"                             ? "path"
                                     : system.is_file && field.name == "path"               ? "path"
                                     : system.is_file                                       ? "no"
                                     : field.is_secret                                      ? "refused"
                                                                                            : "parameter";
      const std::string also = place == "parameter" || place == "refused" || system.is_file
                                   ? std::string()
                                   : fmt::format(", `{}=`", field.url_name);
      out += fmt::format("| `{}` | `_{}` | {}{} | {} | {} |\n", field.name, variable_suffix(field.name), place, also,
                         note, field.description);
    }
  }
  return out;
}

Result<std::string> checked_value(const FieldSpec& field, std::string value) {
  const auto bad = [&](std::string why) {
    return Error(ErrorClass::kUsage, "connection.bad_value", std::string(field.name) + ": " + std::move(why))
        .with("field", std::string(field.name))
        .hint("correct the connection's " + std::string(field.name));
  };
  if (value.find('\0') != std::string::npos) return bad("the value has a zero byte");
  if (field.name == "host" && value.find("://") != std::string::npos) {
    return bad("the value is a URL; a server's name is expected");
  }
  if (field.name == "path" && looks_like_url(value)) return bad("the value is a URL; the path of a file is expected");
  if (field.kind == FieldKind::kPorts) {
    static constexpr OptionSpec kPort{.name = "port", .kind = OptionKind::kInteger, .min = 1, .max = 65535};
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      // An empty one among several is that host's default.
      if (comma != 0 && !parse_option(kPort, rest.substr(0, comma)))
        return bad("a port must be a number from 1 to 65535");
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  if (field.kind == FieldKind::kSeconds || field.kind == FieldKind::kMilliseconds) {
    const OptionSpec duration{.name = field.name, .kind = OptionKind::kDuration, .max = INT32_MAX};
    const Result<Json> parsed = parse_option(duration, value);
    if (!parsed) return bad(parsed.error().message());
    const std::int64_t milliseconds = parsed->as_int();
    return std::to_string(field.kind == FieldKind::kSeconds ? (milliseconds + 999) / 1000 : milliseconds);
  }
  return value;
}

std::string scheme_list(Systems systems) {
  std::string list;
  for (const SystemSpec& system : systems) {
    for (const std::string_view scheme : system.schemes) {
      list += (list.empty() ? "" : ", ") + std::string(scheme) + (system.is_file ? ":" : "://");
    }
  }
  return list;
}

}  // namespace dpone::connections
