#include "dpone/connections/systems.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "dpone/connections/provider.h"

namespace dpone::connections {
namespace {

constexpr std::string_view kPostgresSchemes[] = {"postgresql", "postgres"};

// libpq's parameters under dpone's names where those differ (database, username); the rest goes through as it is.
constexpr FieldSpec kPostgresFields[] = {
    {"host", "host", true, false, "Server's name or address, several by commas, or the folder of its socket"},
    {"port", "port", false, false, "Port, 5432 by default", FieldKind::kPorts},
    {"database", "dbname", true, false, "Database"},
    {"username", "user", true, false, "Role"},
    {"password", "password", false, true, "Password; without it ~/.pgpass or a certificate decides"},
    {"schema", "schema", false, false, "Schema of tables that are named without one, public by default"},
    {"hostaddr", "hostaddr", false, false, "Address, when `host` is only for the certificate"},
    {"service", "service", false, false, "Entry of pg_service.conf that gives all that is not said here"},
    {"passfile", "passfile", false, false, "Password file in place of ~/.pgpass"},
    {"sslmode", "sslmode", false, false, "disable, allow, prefer, require, verify-ca or verify-full"},
    {"sslrootcert", "sslrootcert", false, false, "File of trusted certificates"},
    {"sslcert", "sslcert", false, false, "Client certificate"},
    {"sslkey", "sslkey", false, false, "Key of the client certificate"},
    {"sslpassword", "sslpassword", false, true, "Password of that key"},
    {"sslcrl", "sslcrl", false, false, "File of revoked certificates"},
    {"sslcrldir", "sslcrldir", false, false, "Folder of revoked certificates"},
    {"sslsni", "sslsni", false, false, "Whether TLS names the host"},
    {"ssl_min_protocol_version", "ssl_min_protocol_version", false, false, "Oldest TLS version"},
    {"ssl_max_protocol_version", "ssl_max_protocol_version", false, false, "Newest TLS version"},
    {"channel_binding", "channel_binding", false, false, "disable, prefer or require"},
    {"gssencmode", "gssencmode", false, false, "disable, prefer or require"},
    {"krbsrvname", "krbsrvname", false, false, "Kerberos service name"},
    {"requirepeer", "requirepeer", false, false, "Operating-system user that must own the socket"},
    {"target_session_attrs", "target_session_attrs", false, false, "any, read-write, primary, standby, ..."},
    {"application_name", "application_name", false, false, "Name in pg_stat_activity, dpone by default"},
    {"connect_timeout", "connect_timeout", false, false, "Longest wait for a connection, 10 s by default",
     FieldKind::kSeconds},
    {"statement_timeout", "statement_timeout", false, false, "Longest statement; no limit by default",
     FieldKind::kMilliseconds},
    {"idle_timeout", "idle_timeout", false, false, "Longest idle transaction of a sink, 60 s by default",
     FieldKind::kMilliseconds},
    {"require_auth", "require_auth", false, false, "Ways of authentication that are accepted"},
    {"load_balance_hosts", "load_balance_hosts", false, false, "disable or random"},
    {"sslcompression", "sslcompression", false, false, "0 or 1"},
    {"tcp_user_timeout", "tcp_user_timeout", false, false,
     "Milliseconds that sent data may stay unacknowledged, 30000 by default"},
    {"keepalives", "keepalives", false, false, "TCP keepalives: 0 or 1"},
    {"keepalives_idle", "keepalives_idle", false, false, "Seconds before the first keepalive, 15 by default"},
    {"keepalives_interval", "keepalives_interval", false, false, "Seconds between keepalives, 5 by default"},
    {"keepalives_count", "keepalives_count", false, false,
     "Lost keepalives before the connection is given up, 3 by default"},
};

constexpr std::string_view kSqliteSchemes[] = {"sqlite"};

constexpr FieldSpec kSqliteFields[] = {
    {"path", "path", true, false,
     "File of the database; a relative path counts from the manifest's folder, for dpone copy from the current one"},
    {"busy_timeout", "busy_timeout", false, false, "Longest wait for a lock of another program, 10 s by default",
     FieldKind::kMilliseconds},
};

constexpr SystemSpec kSystems[] = {{"postgres", kPostgresSchemes, kPostgresFields, "5432", "public"},
                                   {"sqlite", kSqliteSchemes, kSqliteFields, "", "main", true}};

}  // namespace

std::span<const SystemSpec> systems() { return kSystems; }

const SystemSpec* find_system(std::string_view name) {
  for (const SystemSpec& system : kSystems) {
    if (system.name == name) return &system;
  }
  return nullptr;
}

const SystemSpec* find_system_of_scheme(std::string_view scheme) {
  for (const SystemSpec& system : kSystems) {
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

std::span<const OptionSpec> connection_fields(std::string_view system) {
  static const std::map<std::string_view, std::vector<OptionSpec>> tables = [] {
    std::map<std::string_view, std::vector<OptionSpec>> out;
    for (const SystemSpec& spec : kSystems) {
      for (const FieldSpec& field : spec.fields) {
        out[spec.name].push_back({.name = field.name, .description = field.description});
      }
    }
    return out;
  }();
  const auto found = tables.find(system);
  if (found == tables.end()) return {};
  return found->second;
}

std::string render_field_tables() {
  std::string out;
  for (const SystemSpec& system : kSystems) {
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
  if (field.kind == FieldKind::kPorts) {
    static constexpr OptionSpec kPort{.name = "port", .kind = OptionKind::kInteger, .min = 1, .max = 65535};
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      // An empty one among several is that host's default.
      if (comma != 0 && !parse_option(kPort, rest.substr(0, comma))) return bad("a port is a number from 1 to 65535");
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

std::string scheme_list() {
  std::string list;
  for (const SystemSpec& system : kSystems) {
    for (const std::string_view scheme : system.schemes) {
      list += (list.empty() ? "" : ", ") + std::string(scheme) + (system.is_file ? ":" : "://");
    }
  }
  return list;
}

}  // namespace dpone::connections
