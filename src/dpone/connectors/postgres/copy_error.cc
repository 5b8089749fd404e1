#include "dpone/connectors/postgres/copy_error.h"

#include <algorithm>
#include <array>

#include "dpone/base/ascii.h"

namespace dpone::postgres {
namespace {

constexpr std::string_view kStage = "__dpone_";
constexpr std::size_t kStageDigits = 16;

// What follows the stage's name: `, line 3, column c`, in text form with `: "value"`.
std::string_view after_stage(std::string_view context) {
  const std::size_t at = context.find(kStage);
  if (at == std::string_view::npos) return {};
  return context.substr(std::min(context.size(), at + kStage.size() + kStageDigits));
}

bool begins_with_name(std::string_view rest, const std::string& name) {
  return rest.starts_with(name) && (rest.size() == name.size() || rest.substr(name.size()).starts_with(": "));
}

// `, 3 行, 列 c` too: a number, and the name at the end.
bool ends_with_name(std::string_view rest, const std::string& name) {
  if (!rest.ends_with(" " + name)) return false;
  const std::string_view before = rest.substr(0, rest.size() - name.size());
  return std::any_of(before.begin(), before.end(), is_ascii_digit);
}

// What input functions and COPY raise for a value that they cannot read. The syntax of a text inside a value
// (42601), a violated constraint and a wrong number of fields (22P04) have nothing to do with the form.
bool is_of_value(std::string_view code) {
  constexpr std::array<std::string_view, 5> kCodes = {"08P01",   // a field that is too short
                                                      "0A000",   // `cannot accept a value of type ...`
                                                      "42804",   // an array or composite of other types
                                                      "42883",   // a part without binary input
                                                      "XX000"};  // elog() in tsqueryrecv and others
  return (code.starts_with("22") && code != "22P04") || std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

}  // namespace

std::string refused_column(const Error& error, const std::vector<ColumnPolicy>& columns) {
  const std::string_view told = error.context_value("column");
  const std::string_view rest = after_stage(error.context_value("context"));
  constexpr std::string_view kColumn = ", column ";
  const std::size_t at = rest.find(kColumn);
  const bool is_english = at != std::string_view::npos;
  std::string found;
  for (const ColumnPolicy& column : columns) {
    const std::string& name = column.sink_name;
    const bool is_named = !told.empty() ? told == name
                          : is_english  ? begins_with_name(rest.substr(at + kColumn.size()), name)
                                        : ends_with_name(rest, name);
    if (!is_named) continue;
    if (!found.empty()) return {};
    found = name;
  }
  return found;
}

Error copy_error(Error error, const LoadTask& task, bool is_binary) {
  if (error.context_value("context").empty()) return error;
  const std::string name = refused_column(error, task.columns);
  error.add("target", task.target.relation);
  if (name.empty()) return error;
  if (error.context_value("column").empty()) error.add("column", name);
  const auto column = std::find_if(task.columns.begin(), task.columns.end(),
                                   [&](const ColumnPolicy& policy) { return policy.sink_name == name; });
  const bool may_be_text = is_binary && task.source.system == "postgres" && is_of_value(error.native_code()) &&
                           (task.is_raw || column->may_be_printed());
  if (!may_be_text) return error;
  return std::move(error).retry(Retry::kAsText);
}

}  // namespace dpone::postgres
