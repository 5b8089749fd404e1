#include "dpone/connections/identity.h"

#include <filesystem>
#include <string_view>
#include <vector>

#include "dpone/connections/url.h"

namespace dpone::connections {
namespace {

// The folder of a socket is unchanged.
std::string plain_host(std::string host) {
  if (host.starts_with('/') || host.starts_with('@')) return host;
  for (char& c : host) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  if (host.ends_with('.')) host.pop_back();
  return host;
}

// The same before and after the first run has made the file.
std::filesystem::path file_of(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
}

}  // namespace

Json identity(const ConnectionSettings& settings, const Environment& environment, Systems systems) {
  const std::string path = settings.field("path");
  if (!path.empty()) {
    Json file = Json::object();
    // Streams have no place.
    return file.set("system", settings.system).set("path", path == "-" ? path : file_of(path).string());
  }
  static constexpr SystemSpec kUnknown{};
  const SystemSpec* const found = find_system(systems, settings.system);
  const SystemSpec& system = found == nullptr ? kUnknown : *found;
  // What the system's own client reads of the environment.
  const auto native = [&](std::string_view name) {
    const FieldSpec* field = find_field(system, name);
    if (field == nullptr || field->native_variable.empty()) return std::string();
    return environment.get(std::string(field->native_variable)).value_or("");
  };
  const auto or_native = [&](std::string_view name) {
    std::string value = settings.field(name);
    return value.empty() ? native(name) : value;
  };
  const std::string service = or_native("service");
  std::string hosts = settings.field("host").empty() ? settings.field("hostaddr") : settings.field("host");
  std::string ports = settings.field("port");
  std::string database = settings.field("database");
  if (service.empty()) {
    if (hosts.empty()) hosts = native("host");
    ports = or_native("port");
    database = or_native("database");
    if (database.empty() && system.database_is_user) database = or_native("username");
  }
  // One port applies to all hosts; an empty one among several is the default.
  const std::vector<std::string> port_of = split_list(ports);
  Json servers = Json::array();
  std::size_t at = 0;
  for (const std::string& host : split_list(hosts)) {
    std::string port = port_of.size() == 1 ? port_of[0] : at < port_of.size() ? port_of[at] : std::string();
    if (port.empty() && service.empty()) port = system.default_port;
    servers.push(plain_host(host) + ":" + port);
    ++at;
  }
  Json out = Json::object();
  out.set("system", settings.system).set("service", service).set("servers", std::move(servers));
  out.set("database", database);
  return out;
}

std::string default_schema(const ConnectionSettings& settings, Systems systems) {
  const std::string schema = settings.field("schema");
  const SystemSpec* system = find_system(systems, settings.system);
  return !schema.empty() || system == nullptr ? schema : std::string(system->default_schema);
}

}  // namespace dpone::connections
