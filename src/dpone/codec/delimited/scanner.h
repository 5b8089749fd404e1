// Finds where fields end: 64 bytes at a time, outside quotes. Pure; stateless.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace dpone::delimited {

struct Scan {
  std::int64_t newlines = 0;  // quoted ones too
  std::int64_t records = 0;   // those that are not
  bool has_zero_byte = false;
  bool has_stray_return = false;  // `\r` outside quotes that no `\n` follows
  bool has_stray_quote = false;   // one that opens inside a field, or closes before its end
  bool is_ascii = true;           // false may also come of the bytes behind the text
  bool ends_quoted = false;
};

// Appends to `marks` the offset of every delimiter and `\n` outside quotes. `text` begins outside quotes and is
// followed by at least 64 readable bytes. `quote` '\0': nothing is quoted.
Scan scan(std::string_view text, char delimiter, char quote, std::vector<std::uint32_t>& marks);

// The first quote that is in the wrong place, for texts of which scan() says that they have one.
struct StrayQuote {
  std::size_t record = 0;  // where its record begins
  std::size_t at = 0;      // npos if not found
};
StrayQuote find_stray_quote(std::string_view text, char delimiter, char quote);

}  // namespace dpone::delimited
