#include "dpone/connectors/postgres/quote.h"

#include <array>

#include "dpone/base/contains.h"
#include "dpone/base/utf8.h"

namespace dpone::postgres {

std::string quote_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string quote_name(std::string_view schema, std::string_view name) {
  return quote_name(schema) + "." + quote_name(name);
}

std::string quote_literal(std::string_view value) {
  std::string out = value.find('\\') == std::string_view::npos ? "'" : "E'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + '\'';
}

std::string quote_names(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ", ";
    out += quote_name(name);
  }
  return out;
}

Status check_name_length(std::string_view name) {
  constexpr std::size_t kMostBytes = 63;
  if (name.size() <= kMostBytes) return {};
  return Error(ErrorClass::kUsage, "name.too_long",
               "PostgreSQL keeps 63 bytes of a name, but this one has " + std::to_string(name.size()) + ": " +
                   std::string(name))
      .hint("it would be truncated to " + std::string(cut_utf8(name, kMostBytes)) + ": write the intended name");
}

Status check_column_name(std::string_view name) {
  constexpr std::array<std::string_view, 6> kSystemColumns = {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"};
  if (!contains(kSystemColumns, name)) {
    if (check_name_length(name)) return {};
    return Error(ErrorClass::kFailed, "name.too_long",
                 "PostgreSQL keeps 63 bytes of a name, but this column's has " + std::to_string(name.size()))
        .with("column", std::string(name));
  }
  return Error(ErrorClass::kFailed, "name.system_column",
               "every table of PostgreSQL has a system column " + std::string(name))
      .with("column", std::string(name))
      .hint("give it another name in a source query, or leave it out with source.options.exclude");
}

}  // namespace dpone::postgres
