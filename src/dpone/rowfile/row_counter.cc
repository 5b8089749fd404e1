#include "dpone/rowfile/row_counter.h"

namespace dpone::rowfile {

// Quotes inside JSON do not span lines.
RowCounter::RowCounter(const FormatSettings& format)
    : quote_(format.name == "jsonl" ? '\0' : format.quote),
      lines_(format.name != "jsonl" && format.has_header ? -1 : 0) {}

void RowCounter::add(std::string_view bytes) {
  for (const char c : bytes) {
    // A doubled quote closes and opens again.
    if (quote_ != '\0' && c == quote_) is_quoted_ = !is_quoted_;
    const bool is_end = c == '\n' && !is_quoted_;
    lines_ += is_end ? 1 : 0;
    is_in_line_ = !is_end;
  }
}

std::int64_t RowCounter::rows() const { return lines_ + (is_in_line_ ? 1 : 0); }

}  // namespace dpone::rowfile
