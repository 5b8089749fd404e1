// What a session begins with: the keywords that libpq connects with, and the settings that are the same in every
// session whatever role and database say (semantics §4).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/ports/connection.h"

namespace dpone::postgres {

enum class SessionRole { kSource, kSink };

// Keywords of libpq and their values. The later of two wins.
using Keywords = std::vector<std::pair<std::string, std::string>>;

// Class kUsage, slug postgres.unknown_setting, for a field that is not a setting of a connection.
Result<Keywords> connection_keywords(const ConnectionSettings& settings);

// The settings that end the session within half a minute after the peer is lost, unless `keywords` or the service file
// that they or the environment name contain them. Does not connect.
Keywords keepalive_defaults(const Keywords& keywords);

// The statements that open every session.
std::string session_settings(const ConnectionSettings& settings, SessionRole role, int server_version);

}  // namespace dpone::postgres
