#include "dpone/manifest/table_name.h"

#include <string>
#include <vector>

#include "dpone/base/json.h"

namespace dpone::manifest {
namespace {

Error bad_name(std::string_view text, std::string_view why) {
  return Error(ErrorClass::kUsage, "table.bad_name", json_quote(text) + " is not a table name: " + std::string(why))
      .hint("write schema.table; put a part with a dot or a quote in double quotes: public.\"a.b\"");
}

void append_part(std::string& out, std::string_view part) {
  if (!part.empty() && part.find_first_of(".\"") == std::string_view::npos) {
    out += part;
    return;
  }
  out += '"';
  for (const char c : part) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

}  // namespace

Result<TableName> parse_table_name(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return bad_name(text, "it has a zero byte");
  // It would become part of names that are kept. Quoted it may be one.
  if (text.find("://") != std::string_view::npos && !text.starts_with('"')) return bad_name(text, "it is a URL");
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (true) {
    std::string part;
    if (at < text.size() && text[at] == '"') {
      bool is_closed = false;
      for (++at; at < text.size() && !is_closed; ++at) {
        if (text[at] != '"') {
          part += text[at];
        } else if (at + 1 < text.size() && text[at + 1] == '"') {
          part += text[at++];
        } else {
          is_closed = true;
        }
      }
      if (!is_closed) return bad_name(text, "a double quote is not closed");
      if (at < text.size() && text[at] != '.') return bad_name(text, "a dot is missing after a quoted part");
    } else {
      while (at < text.size() && text[at] != '.') {
        if (text[at] == '"') return bad_name(text, "an unquoted part contains a double quote");
        part += text[at++];
      }
    }
    if (part.empty()) return bad_name(text, "a part is empty");
    parts.push_back(std::move(part));
    if (at >= text.size()) break;
    ++at;
  }
  if (parts.size() > 2) return bad_name(text, "it has more than two parts, schema and table");
  if (parts.size() == 1) return TableName{{}, parts[0]};
  return TableName{parts[0], parts[1]};
}

std::string format_table_name(const TableName& table) {
  std::string out;
  if (!table.schema.empty()) {
    append_part(out, table.schema);
    out += '.';
  }
  append_part(out, table.name);
  return out;
}

}  // namespace dpone::manifest
