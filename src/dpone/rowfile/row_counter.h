// RowCounter: how many rows a text has, counted from its bytes alone: by line ends, of which those inside quotes do not
// count. It shares no code with encoders and decoders, whose own counts it is held against. Used by one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "dpone/rowfile/row_format.h"

namespace dpone::rowfile {

class RowCounter {
 public:
  explicit RowCounter(const FormatSettings& format);

  void add(std::string_view bytes);
  // Rows up to here, without the header; a last line without a line end is one.
  std::int64_t rows() const;

 private:
  char quote_;  // '\0': lines only
  std::int64_t lines_;
  bool is_quoted_ = false;
  bool is_in_line_ = false;
};

}  // namespace dpone::rowfile
