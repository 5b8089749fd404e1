// Providers: where a connection's settings come from. All return the same ConnectionSettings, so that connectors never
// see a provider. An error names all missing variables at once; logs contain only names of variables. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/connections/environment.h"
#include "dpone/connections/systems.h"
#include "dpone/ports/connection.h"

namespace dpone::connections {

struct ConnectionRequest {
  std::string system;                                           // `postgres`
  std::string connection_type;                                  // `env` or `params`
  std::string connection_id;                                    // for `params` only for messages
  std::map<std::string, std::string, std::less<>> params = {};  // `${VAR}` not yet replaced
};

struct ResolvedConnection {
  ConnectionSettings settings;
  std::vector<std::string> variables_read;  // names only, sorted
};

// env: DPONE_CONN_<ID>_URL and DPONE_CONN_<ID>_<FIELD>; a field that both give is an error. params: fields, in which
// `${VAR}` is replaced; `password` must be exactly one. All errors are of class kUsage: connection.missing_variables,
// connection.ambiguous, connection.bad_id, connection.unknown_field, connection.missing_fields,
// connection.plain_secret, connection.unknown_provider, connection.unknown_system, and those of parse_url.
Result<ResolvedConnection> resolve_connection(const ConnectionRequest& request, const Environment& environment,
                                              Systems systems);

// Which system the variables of connection `id` are of: by the scheme of its URL, else by a field that only one system
// has; the first one if nothing tells.
std::string system_of_connection(std::string_view id, const Environment& environment, Systems systems);

// Letters, digits and, inside, `_`, `-` and `.`; at most 128.
Status check_connection_id(std::string_view id);

// `DPONE_CONN_PG_SRC_HOST` for (`pg-src`, `host`): upper case, everything else becomes `_`.
std::string variable_name(std::string_view id, std::string_view field);
// `HOST` for `host`.
std::string variable_suffix(std::string_view field);

}  // namespace dpone::connections
