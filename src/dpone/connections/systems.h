// What each system's connection is made of: its URL schemes and its fields, in one table. Providers, URLs and docs
// read it. Static data.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dpone/base/option_spec.h"
#include "dpone/base/result.h"

namespace dpone::connections {

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
};

struct SystemSpec {
  std::string_view name;                      // `postgres`
  std::span<const std::string_view> schemes;  // `postgresql`, `postgres`
  std::span<const FieldSpec> fields;
  std::string_view default_port;
  std::string_view default_schema;
  bool is_file = false;  // its database is a file, and its URL `scheme:PATH`
};

std::span<const SystemSpec> systems();
// By name or by URL scheme, or null.
const SystemSpec* find_system(std::string_view name);
const SystemSpec* find_system_of_scheme(std::string_view scheme);
const FieldSpec* find_field(const SystemSpec& system, std::string_view name);
// The fields as an option table, for manifest::EndpointSchema::connection_fields. Empty for an unknown system.
std::span<const OptionSpec> connection_fields(std::string_view system);
// The table of docs/formats/connections.md as Markdown.
std::string render_field_tables();
// `value` as the connector gets it: `2m` becomes `120000`. Class kUsage, slug connection.bad_value.
Result<std::string> checked_value(const FieldSpec& field, std::string value);
// `postgresql://, postgres://`: all schemes, for messages.
std::string scheme_list();

}  // namespace dpone::connections
