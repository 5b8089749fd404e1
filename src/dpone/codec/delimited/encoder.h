// Encoder: Batch -> delimited text, every value as value_text.h prints it. NULL is the null text without quotes; a
// value that could be mistaken for it, or contains a delimiter, a quote or a line end, is quoted. One thread. Spec:
// docs/formats/delimited.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/codec/delimited/format.h"
#include "dpone/codec/delimited/value_forms.h"
#include "dpone/data/batch.h"

namespace dpone::delimited {

class Encoder {
 public:
  static Result<Encoder> create(Schema schema, DelimitedFormat format);

  // The line of names, if the format has one.
  void append_header(std::string& out);
  // Appends the rows of `batch`, whose columns are REQUIRED to be those of the schema. Without a quote character a
  // value that needs quotes fails with `delimited.needs_quotes`, one with a zero byte with `delimited.zero_byte`, and a
  // date or time that its format cannot represent with `delimited.format_loss`; `out` then contains complete rows.
  Status encode(const Batch& batch, std::string& out);
  std::int64_t row_count() const { return row_count_; }

 private:
  Encoder(Schema schema, DelimitedFormat format, ValueForms forms);

  enum class Written : std::uint8_t { kWhole, kNeedsQuotes, kZeroByte };
  // Anything except kWhole appends nothing: the value needs quotes that the format lacks, or could not be read back.
  Written append_field(std::string_view value, std::string& out) const;
  Error unwritten(Written why, int column) const;

  Schema schema_;
  std::vector<bool> is_plain_;  // a column's values never need quotes
  DelimitedFormat format_;
  ValueForms forms_;
  std::int64_t row_count_ = 0;
};

}  // namespace dpone::delimited
