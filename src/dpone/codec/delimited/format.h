// DelimitedFormat: the format of a delimited text (CSV and similar). Spec: docs/formats/delimited.md.
#pragma once

#include <string>
#include <vector>

#include "dpone/base/result.h"

namespace dpone::delimited {

struct DelimitedFormat {
  char delimiter = ',';
  char quote = '"';       // doubled inside a quoted value; '\0': nothing is quoted
  std::string null_text;  // the unquoted text that means NULL
  bool has_header = true;
  // The formats of dates and timestamps, see data/temporal_pattern.h; empty: ISO.
  std::string date_format;
  std::string timestamp_format;
  char decimal = '.';  // between whole and fraction: `.` or `,`
};

// Fails with `delimited.format` if the characters are ambiguous: equal, a line end, or part of the null text.
// ValueForms::create checks the patterns.
Status check(const DelimitedFormat& format);

// One record, parsed slowly: for headers and for the error of an invalid row.
struct Record {
  std::vector<std::string> fields;  // without their quotes
  std::size_t bytes = 0;            // with the line end
};
// The record at the beginning of `text`, which is REQUIRED to contain a complete record, or the rest of the input.
Record read_record(std::string_view text, const DelimitedFormat& format);

// Whether a carriage return outside quotes is not followed by a line feed. One at the end of the text does not count.
bool has_lone_return(std::string_view text, char quote);
inline constexpr std::string_view kLoneReturnHint =
    "if the lines end with carriage returns alone, convert them to line feeds first: tr '\\r' '\\n'";

}  // namespace dpone::delimited
