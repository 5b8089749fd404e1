// Scanner: finds the end of one JSON value in a line and its kind, without converting it. It does not check for the end
// of the buffer: the text is REQUIRED to end with `\n`, which stops every step, followed by 64 readable bytes. One
// thread. Spec: docs/formats/json-rows.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dpone/codec/json_rows/format.h"

namespace dpone::json_rows {

enum class TokenKind : std::uint8_t {
  kMissing,  // no key
  kNull,
  kFalse,
  kTrue,
  kInteger,   // digits alone
  kDecimal,   // with a point
  kExponent,  // with an exponent
  kString,    // without escapes
  kEscaped,   // a string with escapes, which are well-formed
  kObject,
  kArray,
};

// A value in the line. For a string: the text between its quotes.
struct Token {
  const char* text;
  std::uint32_t size;
  TokenKind kind;

  bool is_string() const { return kind == TokenKind::kString || kind == TokenKind::kEscaped; }
  bool is_number() const { return kind >= TokenKind::kInteger && kind <= TokenKind::kExponent; }
  std::string_view view() const { return {text, size}; }
  // Unchanged, with the quotes.
  std::string_view json() const {
    return is_string() ? std::string_view(text - 1, size + std::size_t{2}) : std::string_view(text, size);
  }
};

// The error and its position. `slug` is null while there is no error.
struct Problem {
  const char* slug = nullptr;
  const char* what = nullptr;
  const char* at = nullptr;   // in the line, if that helps
  bool is_cut = false;        // the line ends where something should go on
  std::string_view key = {};  // the key that is to blame, if it is in no column
};

// The characters of a string. False if an escape is not valid in UTF-8 (`json_rows.escape`) or is a zero
// (`json_rows.zero_byte`). `out` is REQUIRED to have room for raw.size() bytes; `*end` is behind the last.
bool unescape(std::string_view raw, char* out, char** end, Problem* problem);
bool unescape(std::string_view raw, std::string& out, Problem* problem);

class Scanner {
 public:
  enum class Strictness : std::uint8_t {
    kJson,   // well-formed
    kJsonb,  // reject values that a jsonb would change or refuse: duplicate keys, zeros, half a surrogate pair
  };

  // The value at `at`. Returns behind it, or nullptr with problem() set. `depth` levels are already open.
  const char* value(const char* at, Strictness strictness, Token* out, int depth = 0);
  // The string whose opening quote is at `at`.
  const char* string(const char* at, Token* out);
  // Skips blanks within a line.
  static const char* blanks(const char* at) {
    while (*at == ' ' || *at == '\t' || *at == '\r') ++at;
    return at;
  }
  const char* fail(const char* at, const char* slug, const char* what);

  const Problem& problem() const { return problem_; }
  // Bytes that numbers with exponents would have if they were written out, since the last call.
  std::int64_t take_expansion();

 private:
  const char* number(const char* at, Token* out);
  const char* escape(const char* at);
  const char* nested(const char* at, Strictness strictness, int depth);
  const char* member(const char* at, Strictness strictness);
  bool close_object();
  bool check_escapes(std::string_view raw);

  Problem problem_;
  std::int64_t expansion_ = 0;
  // Keys of the objects that are open, where they must differ: those of the innermost behind frames_.back().
  std::vector<std::string_view> keys_;
  std::vector<std::size_t> frames_;
  std::vector<std::unique_ptr<std::string>> unescaped_;  // keys that had escapes
  std::string scratch_;
};

// What a user can do about a line that is wrong; empty where the message says enough.
std::string hint_of(const Problem& problem);
inline constexpr const char* kEncodingHint = "convert the file to UTF-8 first: iconv -f ENCODING -t UTF-8";

// A separate json text: it may contain line ends between its tokens.
class JsonText {
 public:
  // False if `text` is not JSON, with problem() set. The rest as for Scanner::value.
  bool parse(std::string_view text, Scanner::Strictness strictness, int depth);
  // The text, with blanks for line ends; alive until the next call.
  std::string_view line() const { return {line_.data(), size_}; }
  TokenKind kind() const { return kind_; }
  // Reading line() back as a value of a row gives the same bytes.
  bool is_verbatim() const { return is_verbatim_; }
  const Problem& problem() const { return scanner_.problem(); }

 private:
  Scanner scanner_;
  std::string line_;
  std::size_t size_ = 0;
  TokenKind kind_ = TokenKind::kMissing;
  bool is_verbatim_ = false;
};

// Walks the members of the object on the line at `at`. Returns behind the line's `\n`, or nullptr with the scanner's
// problem set. `row` has
//   bool begin(const Token& key, Token** value, Scanner::Strictness* strictness): false with `scanner.fail`.
// `*is_blank` is true if the line is blank, which does not count as a row.
template <class Row>
const char* walk_line(Scanner& scanner, const char* at, Row& row, bool* is_blank) {
  *is_blank = false;
  at = Scanner::blanks(at);
  if (*at != '{') {
    if (*at == '\n') {
      *is_blank = true;
      return at + 1;
    }
    Token other;
    const char* const behind = scanner.value(at, Scanner::Strictness::kJson, &other);
    if (behind == nullptr && !(*at == '[' && scanner.problem().is_cut)) return nullptr;
    return scanner.fail(
        at, "json_rows.not_object",
        *at == '[' ? "a line begins with an array, not an object" : "a line contains a value that is not an object");
  }
  at = Scanner::blanks(at + 1);
  if (*at != '}') {
    while (true) {
      Token key;
      if (*at != '"') return scanner.fail(at, "json_rows.syntax", "a key in double quotes is expected here");
      at = scanner.string(at, &key);
      if (at == nullptr) return nullptr;
      Token* value = nullptr;
      auto strictness = Scanner::Strictness::kJson;
      if (!row.begin(key, &value, &strictness)) return nullptr;
      if (*at != ':') at = Scanner::blanks(at);
      if (*at != ':') return scanner.fail(at, "json_rows.syntax", "a colon is missing after a key");
      at = Scanner::blanks(at + 1);
      at = scanner.value(at, strictness, value);
      if (at == nullptr) return nullptr;
      if (*at != ',' && *at != '}') at = Scanner::blanks(at);
      if (*at == '}') break;
      if (*at != ',') return scanner.fail(at, "json_rows.syntax", "a comma or the end of the object is expected here");
      at = Scanner::blanks(at + 1);
    }
  }
  at = Scanner::blanks(at + 1);
  if (*at != '\n') return scanner.fail(at, "json_rows.syntax", "text follows the object");
  return at + 1;
}

}  // namespace dpone::json_rows
