#include "dpone/ports/steps.h"

#include <algorithm>

namespace dpone {

std::string_view name_of(const Step& step) {
  static constexpr std::string_view kNames[] = {"add_columns", "keep_latest", "take_place",       "delete_rows",
                                                "update_rows", "insert_rows", "advance_sequences"};
  static_assert(std::size(kNames) == std::variant_size_v<Step>);
  return kNames[step.index()];
}

bool replaces_all(const LoadTask& task) {
  return std::any_of(task.publish.begin(), task.publish.end(), [](const Step& step) {
    const auto* removal = std::get_if<DeleteRows>(&step);
    return std::holds_alternative<TakePlace>(step) || (removal != nullptr && removal->scope.is_whole());
  });
}

std::vector<std::string> added_columns(const LoadTask& task) {
  const AddColumns* const added = find_step<AddColumns>(task.publish);
  return added == nullptr ? std::vector<std::string>() : added->columns;
}

std::string to_string(const Scope& scope) {
  if (!scope.predicate.empty()) return scope.predicate;
  std::string out;
  for (const ScopeTerm& term : scope.terms) {
    std::string values;
    for (const std::string& value : term.values) {
      values += (values.empty() ? "" : term.op == "between" ? " and " : ", ") + value;
    }
    if (term.op == "in") values = "(" + values + ")";
    out += (out.empty() ? "" : " and ") + term.column + " " + term.op + " " + values;
  }
  return out;
}

}  // namespace dpone
