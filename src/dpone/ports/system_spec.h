// SystemSpec: the parts of a system's connection: its URL schemes, its fields, and the variables that its own client
// reads. Part of a connector's descriptor; providers, URLs and docs read it. Static data.
#pragma once

#include <span>
#include <string_view>

namespace dpone {

// How a value is checked and written for the connector.
enum class FieldKind {
  kText,
  kPorts,         // a number from 1 to 65535, several by commas
  kSeconds,       // a duration; the connector gets whole seconds
  kMilliseconds,  // a duration; the connector gets milliseconds
};

struct FieldSpec {
  std::string_view name;      // `host`; in a variable `HOST`
  std::string_view url_name;  // in a URL's query: `dbname` for `database`
  bool is_required = false;   // unless a URL or a service gives it
  bool is_secret = false;
  std::string_view description = {};
  FieldKind kind = FieldKind::kText;
  // The variable that the system's own client reads where the field is left out: `PGHOST`. Empty: there is no such one.
  std::string_view native_variable = {};
};

struct SystemSpec {
  std::string_view name;                           // as in a manifest's `type`
  std::span<const std::string_view> schemes = {};  // of its URLs, the preferred one first
  std::span<const FieldSpec> fields = {};          // empty: the system has no connections
  std::string_view default_port = {};
  std::string_view default_schema = {};
  bool is_file = false;               // its database is a file, and its URL `scheme:PATH`
  bool database_is_user = false;      // a database that is not given has the user's name
  std::string_view example_url = {};  // for messages
};

}  // namespace dpone
