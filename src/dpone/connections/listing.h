// Listing: the connections in the environment, for `connections list`. A variable's name does not show where the id
// ends; the longest known field at its end does. Names only, never a value. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/error.h"
#include "dpone/connections/environment.h"
#include "dpone/connections/systems.h"

namespace dpone::connections {

struct FoundConnection {
  std::string id;      // in lower case, as a manifest may name it: `pg_src`
  std::string system;  // `postgres`
  std::vector<std::string> variables;
  std::vector<std::string> unread;  // of those, the ones that its system has no field for
  std::optional<Error> problem;     // why it cannot be used: a missing, ambiguous or malformed field
};

struct Listing {
  std::vector<FoundConnection> connections;  // by id
  std::vector<std::string> strays;           // DPONE_CONN_ variables that end with no field
};

Listing list_connections(const Environment& environment, Systems systems);

// The connection that may have been meant by an id of which no variable is set, or empty. `has_others`: there is one.
struct NearestId {
  std::string id;
  bool has_others = false;
};
NearestId nearest_id(std::string_view id, const Environment& environment, Systems systems);
// A missing connection's error, whose next step names the connection that may have been meant.
Error with_nearest_id(Error error, const std::string& id, const Environment& environment, Systems systems);

// `DPONE_CONN_SHOP_HOST` for `DPONE_CONN_SHOP_HOTS`, or empty if nothing is near.
std::string nearest_variable(const std::string& stray, const Listing& listing, Systems systems);

}  // namespace dpone::connections
