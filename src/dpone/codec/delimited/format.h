// DelimitedFormat: how rows stand in a delimited text (CSV and its kin). Spec: docs/formats/delimited.md.
#pragma once

#include <string>
#include <vector>

#include "dpone/base/result.h"

namespace dpone::delimited {

struct DelimitedFormat {
  char delimiter = ',';
  char quote = '"';       // doubled inside a quoted value; '\0': nothing is quoted
  std::string null_text;  // what stands, without quotes, for NULL
  bool has_header = true;
  // How dates and timestamps stand, see data/temporal_pattern.h; empty: as ISO has them.
  std::string date_format;
  std::string timestamp_format;
  char decimal = '.';  // between whole and fraction: `.` or `,`
};

// Fails with `delimited.format` where the characters are ambiguous: equal, a line end, or part of the null text. The
// patterns are for ValueForms::create to judge.
Status check(const DelimitedFormat& format);

// One record, taken apart slowly: for headers and for telling what is wrong with a row.
struct Record {
  std::vector<std::string> fields;  // without their quotes
  std::size_t bytes = 0;            // with the line end
};
// The record at the front of `text`, which is REQUIRED to hold a whole one, or all that there is.
Record read_record(std::string_view text, const DelimitedFormat& format);

// Whether a carriage return outside quotes has no line feed behind it. One at the very end does not count.
bool has_lone_return(std::string_view text, char quote);
inline constexpr std::string_view kLoneReturnHint =
    "where carriage returns alone end the lines, turn them into line feeds first: tr '\\r' '\\n'";

}  // namespace dpone::delimited
