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

// The field that `text`, the end of a variable, may mean: by the name that a URL has for it (`USER`, `DBNAME`), by its
// beginning (`PASS`), or by a slip (`PASWORD`).
std::string nearest_field(std::string_view text, Systems systems) {
  for (const SystemSpec& system : systems) {
    for (const FieldSpec& field : system.fields) {
      if (variable_suffix(field.url_name) == text) return variable_suffix(field.name);
    }
  }
  const std::vector<std::string> fields = suffixes(systems);
  constexpr std::size_t kFewest = 4;
  for (const std::string& field : fields) {
    if (text.size() >= kFewest && field.starts_with(text)) return field;
  }
  return nearest_name(text, fields);
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

NearestId nearest_id(std::string_view id, const Environment& environment, Systems systems) {
  std::vector<std::string> ids;
  for (const FoundConnection& found : list_connections(environment, systems).connections) {
    if (variable_name(found.id, "url") == variable_name(id, "url")) return {};
    ids.push_back(found.id);
  }
  return {nearest_name(id, ids), !ids.empty()};
}

Error with_nearest_id(Error error, const std::string& id, const Environment& environment, Systems systems) {
  if (error.slug() != "connection.missing_variables") return error;
  const auto [near, has_others] = nearest_id(id, environment, systems);
  if (!has_others) return error;
  std::string next = near.empty() ? error.next_step() : "did you mean " + near + "? Otherwise " + error.next_step();
  return std::move(error).hint(next + "\n`dpone connections list` shows the connections that are set");
}

std::string nearest_variable(const std::string& stray, const Listing& listing, Systems systems) {
  const std::string_view tail = std::string_view(stray).substr(std::min(kPrefix.size(), stray.size()));
  // The id of a connection that is set ends the search; otherwise any part may be the id.
  for (const bool is_known : {true, false}) {
    for (std::size_t at = tail.find('_'); at != std::string_view::npos; at = tail.find('_', at + 1)) {
      if (at == 0) continue;
      const std::string_view id = tail.substr(0, at);
      const bool is_set = std::any_of(listing.connections.begin(), listing.connections.end(),
                                      [&](const FoundConnection& found) { return variable_suffix(found.id) == id; });
      if (is_known && !is_set) continue;
      const std::string field = nearest_field(tail.substr(at + 1), systems);
      if (!field.empty()) return stray.substr(0, kPrefix.size() + at + 1) + field;
    }
  }
  return {};
}

}  // namespace dpone::connections
