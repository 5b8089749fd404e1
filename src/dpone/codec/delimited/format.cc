#include "dpone/codec/delimited/format.h"

namespace dpone::delimited {

Status check(const DelimitedFormat& format) {
  const auto wrong = [](std::string why) {
    return Error(ErrorClass::kUsage, "delimited.format", std::move(why)).hint("choose another character");
  };
  const auto is_line_end = [](char c) { return c == '\n' || c == '\r'; };
  if (format.delimiter == '\0' || is_line_end(format.delimiter))
    return wrong("the delimiter cannot be a line end or a zero byte");
  if (is_line_end(format.quote)) return wrong("the quote cannot be a line end");
  // Half of a character of UTF-8 would be found inside of others.
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!is_ascii(format.delimiter) || !is_ascii(format.quote)) return wrong("delimiter and quote must be ASCII");
  if (format.quote == format.delimiter) return wrong("delimiter and quote are the same character");
  for (const char c : format.null_text) {
    if (is_line_end(c) || c == format.delimiter || (format.quote != '\0' && c == format.quote)) {
      return wrong("the null text contains a delimiter, a quote or a line end");
    }
  }
  if (format.decimal != '.' && format.decimal != ',') return wrong("the decimal mark must be a point or a comma");
  return {};
}

bool has_lone_return(std::string_view text, char quote) {
  bool is_quoted = false;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (quote != '\0' && text[i] == quote) is_quoted = !is_quoted;
    if (text[i] == '\r' && text[i + 1] != '\n' && !is_quoted) return true;
  }
  return false;
}

Record read_record(std::string_view text, const DelimitedFormat& format) {
  Record record;
  std::string field;
  bool is_quoted = false;
  bool was_quoted = false;  // the last character came out of quotes
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (format.quote != '\0' && c == format.quote) {
      if (is_quoted && at + 1 < text.size() && text[at + 1] == format.quote) {
        field += c;
        ++at;
      } else {
        is_quoted = !is_quoted;
        was_quoted = true;
      }
    } else if (is_quoted || (c != format.delimiter && c != '\n')) {
      field += c;
      was_quoted = is_quoted;
    } else if (c == format.delimiter) {
      record.fields.push_back(std::move(field));
      field.clear();
      was_quoted = false;
    } else {
      break;
    }
  }
  record.bytes = at < text.size() ? at + 1 : at;
  if (!was_quoted && field.ends_with('\r')) field.pop_back();
  record.fields.push_back(std::move(field));
  return record;
}

}  // namespace dpone::delimited
