#include "dpone/connections/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "dpone/base/json.h"
#include "dpone/base/nearest.h"
#include "dpone/base/url_text.h"
#include "dpone/connections/provider.h"

namespace dpone::connections {
namespace {

Error malformed(std::string why) {
  return Error(ErrorClass::kUsage, "url.malformed", "the URL is malformed: " + std::move(why))
      .hint("write it as scheme://user@host:port/database; special characters in a part as %XX");
}

// An @ behind the part that may have one: what was read as the host may be a piece of a password.
Error misplaced_at() {
  return Error(ErrorClass::kUsage, "url.malformed", "the URL is malformed: it has an @ after the host")
      .hint("write special characters of the password as %XX: / as %2F, ? as %3F, @ as %40");
}

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 3986 §3.1, lower-cased; none when `text` does not begin with `scheme:`.
std::optional<std::string> scheme_of(std::string_view text) {
  if (text.empty() || !is_alpha(text[0])) return std::nullopt;
  std::string scheme;
  for (const char c : text) {
    if (c == ':') return scheme;
    if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return std::nullopt;
    scheme += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return std::nullopt;
}

Error unknown_scheme(std::string_view scheme, Systems systems) {
  // The text before the colon may be a user name, and the rest a password: repeat only a short word.
  const std::string shown = scheme.size() <= 32 ? std::string(scheme) : std::string("...");
  std::vector<std::string> known;
  for (const SystemSpec& system : systems) {
    for (const std::string_view name : system.schemes) known.emplace_back(name);
  }
  const std::string near = nearest_name(scheme, known);
  return Error(ErrorClass::kUsage, "url.unknown_scheme",
               fmt::format("{}: is not a URL scheme that this build knows{}", shown,
                           near.empty() ? "" : fmt::format("; did you mean {}://?", near)))
      .hint(fmt::format("use one of {}", scheme_list(systems)));
}

Result<std::string> decoded(std::string_view text, std::string_view what) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return malformed(fmt::format("a % in the {} is not followed by two hex digits", what));
    const char byte = static_cast<char>(high * 16 + low);
    if (byte == '\0') return malformed(fmt::format("the {} has a zero byte", what));
    out += byte;
    i += 2;
  }
  return out;
}

Status check_port(std::string_view port) {
  const bool is_number = !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), is_digit);
  if (is_number) {
    const int value = std::stoi(std::string(port));
    if (value >= 1 && value <= 65535) return {};
  }
  return malformed("the port is not a number from 1 to 65535");
}

// `host:port,[v6]:port,...`; libpq takes the hosts and the ports as two lists.
Status take_hosts(std::string_view authority, ConnectionSettings& settings) {
  std::vector<std::string> hosts;
  std::vector<std::string> ports;
  bool has_port = false;
  while (true) {
    std::string_view host;
    if (authority.starts_with('[')) {
      const std::size_t close = authority.find(']');
      if (close == std::string_view::npos) return malformed("the bracket of an IPv6 address is not closed");
      host = authority.substr(1, close - 1);
      authority.remove_prefix(close + 1);
      if (host.empty()) return malformed("the IPv6 address in brackets is empty");
      if (!authority.empty() && authority[0] != ':' && authority[0] != ',') {
        return malformed("the IPv6 address is followed by neither a port nor the end");
      }
    } else {
      const std::size_t end = std::min(authority.find_first_of(":,"), authority.size());
      host = authority.substr(0, end);
      authority.remove_prefix(end);
    }
    std::string_view port;
    if (authority.starts_with(':')) {
      const std::size_t end = std::min(authority.find(','), authority.size());
      port = authority.substr(1, end - 1);
      authority.remove_prefix(end);
      if (!port.empty()) {
        DPONE_CHECK(check_port(port));
        has_port = true;
      }
    }
    DPONE_TRY(std::string plain, decoded(host, "host"));
    hosts.push_back(std::move(plain));
    ports.emplace_back(port);
    if (authority.empty()) break;
    authority.remove_prefix(1);
  }
  const std::string host_list = fmt::format("{}", fmt::join(hosts, ","));
  if (!host_list.empty()) settings.fields["host"] = host_list;
  if (has_port) settings.fields["port"] = fmt::format("{}", fmt::join(ports, ","));
  return {};
}

Status set_field(const FieldSpec& field, std::string value, ConnectionSettings& settings) {
  if (field.name == "password") {
    if (!settings.password.empty()) return malformed("the password is given twice");
    settings.password = Secret(std::move(value));
    return {};
  }
  if (field.is_secret) {
    return Error(ErrorClass::kUsage, "url.secret_parameter", fmt::format("{} is not allowed in a URL", field.url_name))
        .hint("set the variable DPONE_CONN_<ID>_" + variable_suffix(field.name));
  }
  DPONE_TRY(std::string checked, checked_value(field, std::move(value)));
  if (!settings.fields.emplace(field.name, std::move(checked)).second) {
    return Error(ErrorClass::kUsage, "url.repeated_parameter", fmt::format("the URL gives {} twice", field.url_name))
        .hint("keep one of them");
  }
  return {};
}

Status take_parameters(const SystemSpec& system, std::string_view query, ConnectionSettings& settings) {
  const std::string_view all = query;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return malformed("a parameter after ? has no value");
    DPONE_TRY(std::string name, decoded(pair.substr(0, equals), "parameter's name"));
    DPONE_TRY(std::string value, decoded(pair.substr(equals + 1), "parameter's value"));
    const FieldSpec* field = nullptr;
    std::vector<std::string> known;
    for (const FieldSpec& candidate : system.fields) {
      if (candidate.url_name == name || candidate.name == name) field = &candidate;
      known.emplace_back(candidate.url_name);
    }
    if (field == nullptr) {
      if (all.find('@') != std::string_view::npos) return misplaced_at();
      const std::string near = nearest_name(name, known);
      return Error(ErrorClass::kUsage, "url.unknown_parameter",
                   fmt::format("{} is not a parameter of a {} URL{}", json_quote(name.substr(0, 64)), system.name,
                               near.empty() ? "" : fmt::format("; did you mean {}?", near)))
          .hint("remove it, or correct its name");
    }
    DPONE_CHECK(set_field(*field, std::move(value), settings));
  }
  return {};
}

std::string encoded(std::string_view text, std::string_view also_plain) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = is_alpha(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos ||
                          also_plain.find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string authority_text(const std::string& host, const std::string& port) {
  const auto hosts = split_list(host);
  const auto ports = split_list(port);
  std::string out;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (i != 0) out += ',';
    const bool is_v6 = hosts[i].find(':') != std::string::npos && hosts[i].find('/') == std::string::npos;
    out += is_v6 ? "[" + encoded(hosts[i], ":") + "]" : encoded(hosts[i], "");
    const std::string& one = ports.size() == 1 ? ports[0] : i < ports.size() ? ports[i] : ports.back();
    if (!one.empty()) out += ":" + encoded(one, "");
  }
  return out;
}

}  // namespace

Result<ConnectionSettings> parse_url(std::string_view url, std::string id, Systems systems) {
  const auto scheme = scheme_of(url);
  if (!scheme) return malformed("it does not begin with a scheme");
  const SystemSpec* system = find_system_of_scheme(systems, *scheme);
  if (system == nullptr) return unknown_scheme(*scheme, systems);
  std::string_view rest = url.substr(scheme->size() + 1);
  if (system->is_file) {
    // `scheme:///srv/a.db` is what other tools write.
    if (rest.starts_with("//")) rest.remove_prefix(2);
    if (rest.empty()) return malformed("the path is empty");
    if (looks_like_url(rest)) return malformed("its path is another URL");
    ConnectionSettings settings;
    settings.system = system->name;
    settings.id = std::move(id);
    settings.fields["path"] = rest;
    return settings;
  }
  if (!rest.starts_with("//")) return malformed("after the scheme, // is missing");
  rest.remove_prefix(2);
  for (const char c : rest) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return malformed("it has a space or control character");
  }
  if (rest.find('#') != std::string_view::npos) return malformed("it has a #; write it as %23");

  ConnectionSettings settings;
  settings.system = system->name;
  settings.id = std::move(id);
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, authority_end);
  rest.remove_prefix(authority_end);
  if (rest.substr(0, rest.find('?')).find('@') != std::string_view::npos) return misplaced_at();
  // The last @ ends the user part, so that a password with an unescaped @ is not taken for a host and shown.
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user_part = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    const std::size_t colon = std::min(user_part.find(':'), user_part.size());
    DPONE_TRY(std::string user, decoded(user_part.substr(0, colon), "user name"));
    if (!user.empty()) settings.fields["username"] = std::move(user);
    if (colon < user_part.size()) {
      DPONE_TRY(std::string password, decoded(user_part.substr(colon + 1), "password"));
      settings.password = Secret(std::move(password));
    }
  }
  DPONE_CHECK(take_hosts(authority, settings));
  const std::size_t query = std::min(rest.find('?'), rest.size());
  std::string_view path = rest.substr(0, query);
  if (path.starts_with('/')) path.remove_prefix(1);
  DPONE_TRY(std::string database, decoded(path, "database"));
  if (!database.empty()) settings.fields["database"] = std::move(database);
  if (query < rest.size()) DPONE_CHECK(take_parameters(*system, rest.substr(query + 1), settings));
  return settings;
}

std::string redacted_url(const ConnectionSettings& settings, Systems systems) {
  const SystemSpec* system = find_system(systems, settings.system);
  std::string out = system == nullptr ? settings.system : std::string(system->schemes[0]);
  if (system != nullptr && system->is_file) return out + ":" + settings.field("path");
  out += "://";
  const std::string user = settings.field("username");
  if (!user.empty()) out += encoded(user, "");
  if (!settings.password.empty()) out += ":***";
  if (!user.empty() || !settings.password.empty()) out += '@';
  out += authority_text(settings.field("host"), settings.field("port"));
  out += "/" + encoded(settings.field("database"), "");
  char separator = '?';
  for (const auto& [name, value] : settings.fields) {
    if (name == "username" || name == "host" || name == "port" || name == "database") continue;
    const FieldSpec* field = system == nullptr ? nullptr : find_field(*system, name);
    const std::string shown = field != nullptr && field->is_secret ? "***" : encoded(value, "/");
    out += fmt::format("{}{}={}", separator, field == nullptr ? std::string_view(name) : field->url_name, shown);
    separator = '&';
  }
  return out;
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> items;
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    items.emplace_back(list.substr(0, comma));
    if (comma == list.size()) return items;
    list.remove_prefix(comma + 1);
  }
}

Result<EndpointArgument> parse_endpoint_argument(std::string_view text, Systems systems) {
  if (text.empty()) {
    return Error(ErrorClass::kUsage, "endpoint.empty", "the endpoint is empty")
        .hint("give a URL, a path, - for a stream, or a connection id");
  }
  if (text == "-") return EndpointArgument{EndpointKind::kStream, "-", {}};
  if (const auto scheme = scheme_of(text)) {
    const SystemSpec* system = find_system_of_scheme(systems, *scheme);
    if (system == nullptr) return unknown_scheme(*scheme, systems);
    return EndpointArgument{EndpointKind::kUrl, std::string(text), std::string(system->name)};
  }
  if (text.find('/') != std::string_view::npos || text.find('.') != std::string_view::npos) {
    return EndpointArgument{EndpointKind::kPath, std::string(text), {}};
  }
  DPONE_CHECK(check_connection_id(text));
  return EndpointArgument{EndpointKind::kConnectionId, std::string(text), {}};
}

std::string password_in_url_warning(std::string_view option) {
  // CONNECTION is an argument, not an option.
  const std::string use =
      option.starts_with("--") ? fmt::format("use {} shop", option) : std::string("dpone connections test shop");
  return fmt::format(
      "{} contains a password, which other users of this machine may see in the list of processes. Instead, set "
      "DPONE_CONN_SHOP_URL, then: {}; or keep the password in ~/.pgpass",
      option, use);
}

}  // namespace dpone::connections
