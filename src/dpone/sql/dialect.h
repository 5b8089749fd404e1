// Dialect: what differs between SQL systems in statements that all of them have, as values and functions. What a
// system does in its own way (taking a table's place, bulk loads, catalogs) stays in its connector.
#pragma once

#include <string>
#include <string_view>

#include "dpone/data/type.h"
#include "dpone/ports/cursor.h"
#include "dpone/ports/steps.h"

namespace dpone::sql {

struct Dialect {
  std::string (*quote_name)(std::string_view name);
  // A value, as data/value_text.h prints it, as a literal that compares as the type.
  std::string (*value)(const std::string& text, const DataType& type, const std::string& native_type);
  // A column where it is compared or sorted with others of its type.
  std::string (*ordered)(const std::string& column, const DataType& type);
  // A column where its value is wanted as data/value_text.h prints it.
  std::string (*printed)(const std::string& column);
  // The lower bound of an inclusive range, less its overlap. REQUIRES: `range.lower`.
  std::string (*lowered)(const CursorRange& range);
  // The operator by which `t.column` and `s.column` are equal keys.
  std::string (*key_operator)(const LoadTask& task, const std::string& column);
  // Whether row `t` differs in these columns from what they get, bit by bit. REQUIRES: at least one.
  std::string (*differ)(const std::vector<std::string>& columns, const std::vector<std::string>& values);
  // Whether the character at `position`, from 1, of the text `s.column` is 1.
  std::string (*is_marked)(const std::string& column, std::size_t position);
  std::string_view insert_into = "INSERT INTO";
  std::string_view update = "UPDATE";
  std::string_view overriding = "";  // between the columns of an INSERT and its SELECT
  // How to find rows of the stage that the target lacks: NOT EXISTS, or a LEFT JOIN if the system builds a temporary
  // index only for joins.
  bool joins_to_find_missing = false;
};

std::string quote_names(const Dialect& dialect, const std::vector<std::string>& names, std::string_view prefix = {});

}  // namespace dpone::sql
