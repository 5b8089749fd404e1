// The systems that connections are made to, as their connectors describe them: look-ups, checks and the docs' tables.
// The list is passed in, as a manifest's Schemas are; its first entry is the system of a connection whose variables do
// not say which it is. Thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/option_spec.h"
#include "dpone/base/result.h"
#include "dpone/ports/system_spec.h"

namespace dpone::connections {

// REQUIRES of every function that takes one: it is not empty, and its pointees are static.
using Systems = std::span<const SystemSpec>;

// By name or by URL scheme, or null.
const SystemSpec* find_system(Systems systems, std::string_view name);
const SystemSpec* find_system_of_scheme(Systems systems, std::string_view scheme);
const FieldSpec* find_field(const SystemSpec& system, std::string_view name);
// The fields as an option table, for manifest::EndpointSchema::connection_fields.
std::vector<OptionSpec> connection_fields(const SystemSpec& system);
// The table of docs/formats/connections.md as Markdown.
std::string render_field_tables(Systems systems);
// `value` as the connector gets it: `2m` becomes `120000`. Class kUsage, slug connection.bad_value.
Result<std::string> checked_value(const FieldSpec& field, std::string value);
// `postgresql://, postgres://`: all schemes, for messages.
std::string scheme_list(Systems systems);

}  // namespace dpone::connections
