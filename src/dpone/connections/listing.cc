#include "dpone/connections/listing.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "dpone/base/nearest.h"
#include "dpone/connections/provider.h"

namespace dpone::connections {
namespace {

constexpr std::string_view kPrefix = "DPONE_CONN_";

// `URL` and the fields of every system, as variables end.
std::vector<std::string> suffixes(Systems systems) {
  std::vector<std::string> all = {variable_suffix("url")};
  for (const SystemSpec& system : systems) {
    for (const FieldSpec& field : system.fields) all.push_back(variable_suffix(field.name));
  }
  return all;
}

// Length of the id within `tail` (a name without its prefix), 0 if it does not end with a field.
std::size_t id_length(std::string_view tail, const std::vector<std::string>& fields) {
  std::size_t shortest = 0;
  for (const std::string& field : fields) {
    if (tail.size() < field.size() + 2 || !tail.ends_with(field)) continue;
    const std::size_t length = tail.size() - field.size() - 1;
    if (tail[length] == '_' && (shortest == 0 || length < shortest)) shortest = length;
  }
  return shortest;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

}  // namespace

Listing list_connections(const Environment& environment, Systems systems) {
  const std::vector<std::string> fields = suffixes(systems);
  Listing listing;
  std::map<std::string, std::vector<std::string>> variables;
  for (std::string& name : environment.names(kPrefix)) {
    const std::string_view tail = std::string_view(name).substr(kPrefix.size());
    const std::size_t length = id_length(tail, fields);
    if (length == 0 || !check_connection_id(lower(tail.substr(0, length)))) {
      listing.strays.push_back(std::move(name));
    } else {
      std::string id = lower(tail.substr(0, length));
      variables[std::move(id)].push_back(std::move(name));
    }
  }
  for (auto& [id, names] : variables) {
    FoundConnection found{id, system_of_connection(id, environment, systems), std::move(names), {}, {}};
    const SystemSpec& system = *find_system(systems, found.system);
    for (const std::string& name : found.variables) {
      bool is_read = name == variable_name(id, "url");
      for (const FieldSpec& field : system.fields) is_read = is_read || name == variable_name(id, field.name);
      if (!is_read) found.unread.push_back(name);
    }
    auto resolved = resolve_connection({found.system, "env", id}, environment, systems);
    if (!resolved) found.problem = std::move(resolved).error();
    listing.connections.push_back(std::move(found));
  }
  return listing;
}

std::string nearest_variable(const std::string& stray, const Listing& listing, Systems systems) {
  std::vector<std::string> known;
  for (const FoundConnection& found : listing.connections) {
    known.push_back(variable_name(found.id, "url"));
    for (const FieldSpec& field : find_system(systems, found.system)->fields) {
      known.push_back(variable_name(found.id, field.name));
    }
  }
  // Of a connection that has no other variable, the field at the end is all that can be compared.
  const std::string_view name(stray);
  const std::size_t last = name.rfind('_');
  if (last > kPrefix.size() && last != std::string_view::npos) {
    const std::string field = nearest_name(name.substr(last + 1), suffixes(systems));
    if (!field.empty()) known.push_back(std::string(name.substr(0, last + 1)) + field);
  }
  return nearest_name(stray, known);
}

}  // namespace dpone::connections
