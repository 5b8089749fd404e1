// Connection URLs (RFC 3986, with libpq's extensions: several hosts, socket folders, every setting as a parameter), and
// the rule for the argument of `--from` and `--to`. A password leaves the text at once, as a Secret; no message here
// repeats a URL. Functions without state, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/connections/systems.h"
#include "dpone/ports/connection.h"

namespace dpone::connections {

// `postgresql://user:password@host:port/database?sslmode=require`. `id` is for later messages. Class kUsage, slugs
// url.unknown_scheme, url.malformed, url.unknown_parameter, url.repeated_parameter.
Result<ConnectionSettings> parse_url(std::string_view url, std::string id, Systems systems);

// The settings as a URL with `***` for secrets: `postgresql://user:***@host:5432/database?sslmode=require`.
std::string redacted_url(const ConnectionSettings& settings, Systems systems);

// The items of a list of hosts or ports, which several servers are given as; empty ones too.
std::vector<std::string> split_list(std::string_view list);

enum class EndpointKind { kUrl, kStream, kPath, kConnectionId };

struct EndpointArgument {
  EndpointKind kind = EndpointKind::kConnectionId;
  std::string text;    // as given; for kUrl it may hold a password: parse_url it, never print it
  std::string system;  // kUrl: of its scheme
};

// Semantics §12: `scheme:` is a URL, `-` is stdin or stdout, anything with `/` or `.` is a path, the rest a connection
// id. Class kUsage, slugs url.unknown_scheme, endpoint.empty, connection.bad_id.
Result<EndpointArgument> parse_endpoint_argument(std::string_view text, Systems systems);

// The warning about a password in a URL on the command line, naming what to use instead.
std::string password_in_url_warning(std::string_view option);

}  // namespace dpone::connections
