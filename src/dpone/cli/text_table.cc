#include "dpone/cli/text_table.h"

#include <algorithm>

#include "dpone/base/log.h"
#include "dpone/base/utf8.h"

namespace dpone::cli {
namespace {

std::size_t width_of(const std::string& text) {
  return find_invalid_utf8(text) == std::string::npos ? static_cast<std::size_t>(count_code_points(text)) : text.size();
}

}  // namespace

TextTable::TextTable(std::vector<std::string> header, const std::vector<std::size_t>& right_aligned)
    : is_right_(header.size()) {
  for (const std::size_t column : right_aligned) is_right_[column] = true;
  rows_.push_back(std::move(header));
}

void TextTable::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = without_control_characters(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::to_text() const {
  std::vector<std::size_t> widths(is_right_.size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width_of(row[i]), ' ');
      line += "  " + (is_right_[i] ? padding + row[i] : row[i] + padding);
    }
    line.resize(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace dpone::cli
