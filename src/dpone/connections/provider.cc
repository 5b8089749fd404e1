#include "dpone/connections/provider.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "dpone/base/json.h"
#include "dpone/base/nearest.h"
#include "dpone/connections/systems.h"
#include "dpone/connections/url.h"

namespace dpone::connections {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

Error usage(std::string slug, std::string message, const ConnectionRequest& request) {
  Error error(ErrorClass::kUsage, std::move(slug), std::move(message));
  if (!request.connection_id.empty()) error.add("connection", request.connection_id);
  return error;
}

// Reads variables and remembers the names of those that were there.
class VariableReader {
 public:
  explicit VariableReader(const Environment& environment) : environment_(environment) {}

  std::optional<std::string> read(const std::string& name) {
    std::optional<std::string> value = environment_.get(name);
    if (value) names_.push_back(name);
    return value;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> sorted = names_;
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    return sorted;
  }

 private:
  const Environment& environment_;
  std::vector<std::string> names_;
};

Status put(const FieldSpec& field, std::string value, ConnectionSettings& settings) {
  DPONE_TRY(std::string checked, checked_value(field, std::move(value)));
  if (field.name == "password") {
    settings.password = Secret(std::move(checked));
  } else {
    settings.fields[std::string(field.name)] = std::move(checked);
  }
  return {};
}

bool has(const FieldSpec& field, const ConnectionSettings& settings) {
  return field.name == "password" ? !settings.password.empty() : settings.fields.count(field.name) != 0;
}

// Required fields that nothing gives. A service entry may give any of them.
std::vector<const FieldSpec*> missing_fields(const SystemSpec& system, const ConnectionSettings& settings) {
  std::vector<const FieldSpec*> missing;
  if (!settings.field("service").empty()) return missing;
  for (const FieldSpec& field : system.fields) {
    const bool is_given = has(field, settings) || (field.name == "host" && settings.fields.count("hostaddr") != 0);
    if (field.is_required && !is_given) missing.push_back(&field);
  }
  return missing;
}

// The original's names of the same variable, used only to explain a missing one.
std::string old_variables_hint(const ConnectionRequest& request, const std::vector<const FieldSpec*>& missing,
                               const Environment& environment) {
  std::vector<std::string_view> names = {"url"};
  for (const FieldSpec* field : missing) names.push_back(field->name);
  for (const std::string_view name : names) {
    const std::string canonical = variable_name(request.connection_id, name);
    const std::string tail = canonical.substr(std::string_view("DPONE_CONN_").size());
    for (const std::string& old : {"DPONE_" + tail, tail}) {
      if (environment.get(old)) return fmt::format("; {} is set: rename it to {}", old, canonical);
    }
  }
  return {};
}

Result<ResolvedConnection> resolve_env(const ConnectionRequest& request, const SystemSpec& system,
                                       const Environment& environment, Systems systems) {
  DPONE_CHECK(check_connection_id(request.connection_id));
  VariableReader variables(environment);
  ResolvedConnection out;
  out.settings.system = request.system;
  out.settings.id = request.connection_id;
  const std::string url_variable = variable_name(request.connection_id, "url");
  const auto url = variables.read(url_variable);
  if (url && !url->empty()) {
    Result<ConnectionSettings> parsed = parse_url(*url, request.connection_id, systems);
    if (!parsed) return Error(parsed.error()).with("variable", url_variable);
    if (parsed->system != request.system) {
      return usage("connection.wrong_system",
                   fmt::format("{} is a URL of {}, but the manifest says {}", url_variable, parsed->system,
                               request.system),
                   request)
          .hint("correct the type in the manifest, or the variable");
    }
    out.settings = *std::move(parsed);
  }
  for (const FieldSpec& field : system.fields) {
    const std::string name = variable_name(request.connection_id, field.name);
    std::optional<std::string> value = variables.read(name);
    if (!value) continue;
    if (has(field, out.settings)) {
      return usage("connection.ambiguous", fmt::format("{} and {} both give the {}", url_variable, name, field.name),
                   request)
          .hint("unset one of them");
    }
    if (value->empty()) continue;
    const Status status = put(field, *std::move(value), out.settings);
    if (!status) return Error(status.error()).with("variable", name);
  }
  const auto missing = missing_fields(system, out.settings);
  if (!missing.empty()) {
    std::vector<std::string> names;
    names.reserve(missing.size());
    for (const FieldSpec* field : missing) names.push_back(variable_name(request.connection_id, field->name));
    const std::string list = fmt::format("{}", fmt::join(names, ", "));
    return usage("connection.missing_variables", fmt::format("the connection {} lacks {}", request.connection_id, list),
                 request)
        .hint(fmt::format("set {} to a URL ({}), or {}{}", url_variable, system.example_url,
                          names.size() == 1 ? "that variable" : "each of those variables",
                          old_variables_hint(request, missing, environment)));
  }
  out.variables_read = variables.names();
  return out;
}

bool is_variable_character(char c, bool is_first) {
  return c == '_' || (is_letter_or_digit(c) && !(is_first && c >= '0' && c <= '9'));
}

// `text` with each `${VAR}` replaced. Variables that are not set go to `missing`.
Result<std::string> replaced(std::string_view text, VariableReader& variables, std::vector<std::string>& missing) {
  std::string out;
  while (true) {
    const std::size_t at = text.find("${");
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 2);
    const std::size_t close = text.find('}');
    const std::string name(text.substr(0, std::min(close, text.size())));
    bool is_name = close != std::string_view::npos && !name.empty();
    for (std::size_t i = 0; is_name && i < name.size(); ++i) is_name = is_variable_character(name[i], i == 0);
    if (!is_name) {
      return Error(ErrorClass::kUsage, "connection.bad_reference", "a ${ is not followed by a variable's name and }");
    }
    const auto value = variables.read(name);
    if (value) {
      out += *value;
    } else {
      missing.push_back(name);
    }
    text.remove_prefix(close + 1);
  }
}

Result<ResolvedConnection> resolve_params(const ConnectionRequest& request, const SystemSpec& system,
                                          const Environment& environment) {
  VariableReader variables(environment);
  ResolvedConnection out;
  out.settings.system = request.system;
  out.settings.id = request.connection_id.empty() ? "params" : request.connection_id;
  std::vector<std::string> missing_variables;
  for (const auto& [name, text] : request.params) {
    const FieldSpec* field = find_field(system, name);
    if (field == nullptr) {
      std::vector<std::string> known;
      for (const FieldSpec& candidate : system.fields) known.emplace_back(candidate.name);
      const std::string near = nearest_name(name, known);
      return usage("connection.unknown_field",
                   fmt::format("{} is not a field of a {} connection{}", json_quote(name.substr(0, 64)), system.name,
                               near.empty() ? "" : fmt::format("; did you mean {}?", near)),
                   request)
          .hint("remove it, or correct its name");
    }
    const bool is_reference = text.starts_with("${") && text.find('}') == text.size() - 1;
    if (field->is_secret && !is_reference) {
      return usage("connection.plain_secret", fmt::format("params must name a variable for the {}", field->name),
                   request)
          .hint(fmt::format("write {}: ${{SOME_VARIABLE}}, and set that variable", field->name));
    }
    Result<std::string> value = replaced(text, variables, missing_variables);
    if (!value) {
      Error error = std::move(value).error();
      error.add("field", name);
      return std::move(error).hint("write ${NAME}, with letters, digits and underscores");
    }
    DPONE_CHECK(put(*field, *std::move(value), out.settings));
  }
  if (!missing_variables.empty()) {
    return usage("connection.missing_variables",
                 fmt::format("the connection's params name variables that are not set: {}",
                             fmt::join(missing_variables, ", ")),
                 request)
        .hint("set them, then run again");
  }
  const auto missing = missing_fields(system, out.settings);
  if (!missing.empty()) {
    std::vector<std::string_view> names;
    names.reserve(missing.size());
    for (const FieldSpec* field : missing) names.push_back(field->name);
    return usage("connection.missing_fields", fmt::format("the connection's params lack {}", fmt::join(names, ", ")),
                 request)
        .hint("add them to params, or name a service");
  }
  out.variables_read = variables.names();
  return out;
}

}  // namespace

std::string variable_suffix(std::string_view field) {
  std::string out;
  for (const char c : field)
    out += !is_letter_or_digit(c) ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string variable_name(std::string_view id, std::string_view field) {
  return "DPONE_CONN_" + variable_suffix(id) + "_" + variable_suffix(field);
}

Status check_connection_id(std::string_view id) {
  bool is_good = !id.empty() && id.size() <= 128;
  for (std::size_t i = 0; is_good && i < id.size(); ++i) {
    const bool is_edge = i == 0 || i + 1 == id.size();
    is_good = is_letter_or_digit(id[i]) || (!is_edge && (id[i] == '_' || id[i] == '-' || id[i] == '.'));
  }
  if (is_good) return {};
  return Error(ErrorClass::kUsage, "connection.bad_id", json_quote(id.substr(0, 128)) + " is not a connection id")
      .hint("an id has letters, digits and, inside, underscores, dots and hyphens");
}

std::string system_of_connection(std::string_view id, const Environment& environment, Systems systems) {
  if (const auto url = environment.get(variable_name(id, "url"))) {
    const SystemSpec* system = find_system_of_scheme(systems, std::string_view(*url).substr(0, url->find(':')));
    if (system != nullptr) return std::string(system->name);
  }
  for (const SystemSpec& system : systems) {
    if (system.is_file && environment.get(variable_name(id, "path"))) return std::string(system.name);
  }
  return std::string(systems.front().name);
}

Result<ResolvedConnection> resolve_connection(const ConnectionRequest& request, const Environment& environment,
                                              Systems systems) {
  const SystemSpec* system = find_system(systems, request.system);
  if (system == nullptr) {
    return usage("connection.unknown_system", json_quote(request.system) + " is not a system that this build knows",
                 request);
  }
  if (request.connection_type == "env") return resolve_env(request, *system, environment, systems);
  if (request.connection_type == "params") return resolve_params(request, *system, environment);
  return usage("connection.unknown_provider",
               json_quote(request.connection_type) + " is not a connection type; use env or params", request);
}

}  // namespace dpone::connections
