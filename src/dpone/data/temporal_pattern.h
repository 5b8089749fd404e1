// TemporalPattern: the format of dates and times in an external text, with the specifiers of strftime: `%d.%m.%Y`,
// `%m/%d/%Y %I:%M %p`. It turns such a text into ISO's, which temporal_parse.h reads, and back. Immutable; thread-safe.
// Spec: docs/connectors/file.md, "Dates, times and numbers in other formats".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"

namespace dpone {

class TemporalPattern {
 public:
  enum class Kind : std::uint8_t { kDate, kTimestamp };

  // %Y %m %d %b, and for a timestamp %H %I %p %M %S %f %z; `%%` is a percent sign, everything else stands for itself.
  // Class kUsage, slug temporal.pattern: an unknown or repeated specifier, a year, month, day or hour that is missing,
  // a time in a date.
  static Result<TemporalPattern> parse(std::string_view pattern, Kind kind);

  // `2024-02-29` or `2024-02-29 12:00:00.5+02:00` for `text`; false if it does not match. Whether there is such a day
  // is for the reader of ISO to say.
  bool to_iso(std::string_view text, std::string& iso) const;
  // The text for what to_iso gives, or temporal.h prints. False if the pattern has no place for a part of it: seconds,
  // a fraction, a zone, a year of more than four digits.
  bool from_iso(std::string_view iso, std::string& text) const;

 private:
  struct Part {
    char letter;                 // '\0': `literal` applies
    std::string literal;         // of one part
    bool is_full_width = false;  // digits follow or precede: they take all places
  };
  explicit TemporalPattern(Kind kind) : kind_(kind) {}
  bool has(char letter) const;

  Kind kind_;
  std::vector<Part> parts_;
};

}  // namespace dpone
