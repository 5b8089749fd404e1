#include "dpone/connectors/sqlite/key_fault.h"

#include <fmt/format.h>

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/base/utf8.h"

namespace dpone::sqlite {
namespace {

constexpr std::size_t kShown = 64;

std::string joined(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

}  // namespace

std::vector<std::string> violated_columns(std::string_view message) {
  constexpr std::string_view kMark = "constraint failed: ";
  std::vector<std::string> columns;
  const std::size_t mark = message.find(kMark);
  if (mark == std::string_view::npos) return columns;
  std::string_view rest = message.substr(mark + kMark.size());
  if (rest.starts_with("index '")) return columns;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(", "), rest.size());
    const std::string_view one = rest.substr(0, end);
    const std::size_t dot = one.find('.');
    if (dot == std::string_view::npos) return {};
    columns.emplace_back(one.substr(dot + 1));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return columns;
}

Error duplicates_error(const std::vector<std::string>& columns, const std::vector<std::string>& values,
                       const Error& error) {
  std::string what = columns.empty() ? error.message() : joined(columns);
  if (!columns.empty() && values.size() == columns.size()) {
    what.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      what += fmt::format("{}{} = {}{}", i == 0 ? "" : ", ", columns[i], cut_utf8(values[i], kShown),
                          values[i].size() > kShown ? "..." : "");
    }
  }
  Error out(ErrorClass::kFailed, "gate.key_duplicates", "several rows have the same key of the target: " + what);
  if (!columns.empty()) out.add("key", joined(columns));
  return std::move(out)
      .native(error.native_code())
      .hint("remove the duplicates at the source, or drop the key at the target; the target is unchanged");
}

Error as_key_gate(Error error, const std::vector<std::string>& key) {
  const bool has_duplicate = error.slug() == "gate.key_duplicates" && error.context_value("key") == joined(key);
  const bool has_null = (error.slug() == "gate.key_nulls" || error.slug() == "value.null") &&
                        contains(key, std::string(error.context_value("column")));
  if (key.empty() || (!has_duplicate && !has_null)) return error;
  std::string said = "a row has a NULL in the key";
  if (has_duplicate) {
    const std::size_t colon = error.message().find(": ");
    said = "several rows have the key " + error.message().substr(colon + 2);
  }
  Error out(ErrorClass::kFailed, "gate.key", "gate key failed: " + said);
  for (const auto& [name, value] : error.context()) {
    if (name != "key") out.add(name, value);
  }
  out.add("key", joined(key));
  return std::move(out).native(error.native_code());
}

}  // namespace dpone::sqlite
