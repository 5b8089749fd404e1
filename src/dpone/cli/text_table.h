// TextTable: rows in columns, as lists of tables, columns and connections are shown. Control characters in a cell are
// shown as \xNN. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dpone::cli {

class TextTable {
 public:
  // `right_aligned` are the columns, from 0, that contain numbers.
  explicit TextTable(std::vector<std::string> header, const std::vector<std::size_t>& right_aligned = {});
  // REQUIRES: as many cells as the header has.
  void add(std::vector<std::string> cells);
  // Indented by two blanks, columns apart by two, no blanks at the end of a line.
  std::string to_text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<bool> is_right_;
};

}  // namespace dpone::cli
