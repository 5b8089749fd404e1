#include "dpone/codec/json_rows/scanner.h"

#include <algorithm>
#include <bit>

#include "dpone/base/ascii.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dpone::json_rows {
namespace {

constexpr const char* kSyntax = "json_rows.syntax";
constexpr std::size_t kReadable = 64;  // bytes behind the text

// The first quote, backslash or control character from `at` on: the line's end at the latest.
const char* string_stop(const char* at) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1F);
  while (true) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                                       _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found));
    if (mask != 0) return at + std::countr_zero(mask);
    at += sizeof bytes;
  }
#else
  while (*at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
#endif
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Four hexadecimal digits, which are REQUIRED to be there.
unsigned code_unit(const char* digits) {
  unsigned unit = 0;
  for (int i = 0; i < 4; ++i) unit = unit * 16 + static_cast<unsigned>(hex_digit(digits[i]));
  return unit;
}

constexpr bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

char* append_code_point(unsigned point, char* out) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
  if (point < 0x80) {
    *out++ = static_cast<char>(point);
  } else if (point < 0x800) {
    *out++ = static_cast<char>(0xC0 | point >> 6);
    *out++ = tail(0);
  } else if (point < 0x10000) {
    *out++ = static_cast<char>(0xE0 | point >> 12);
    *out++ = tail(6);
    *out++ = tail(0);
  } else {
    *out++ = static_cast<char>(0xF0 | point >> 18);
    *out++ = tail(12);
    *out++ = tail(6);
    *out++ = tail(0);
  }
  return out;
}

char simple_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

bool unescape(std::string_view raw, char* out, char** end, Problem* problem) {
  const char* at = raw.data();
  const char* const stop = at + raw.size();
  while (at != stop) {
    const auto* const backslash = static_cast<const char*>(std::memchr(at, '\\', static_cast<std::size_t>(stop - at)));
    const char* const next = backslash == nullptr ? stop : backslash;
    std::memcpy(out, at, static_cast<std::size_t>(next - at));
    out += next - at;
    if (next == stop) break;
    if (next[1] != 'u') {
      *out++ = simple_escape(next[1]);
      at = next + 2;
      continue;
    }
    unsigned point = code_unit(next + 2);
    at = next + 6;
    if (point == 0) {
      *problem = {"json_rows.zero_byte", "has a zero character, \\u0000, which a text cannot store"};
      return false;
    }
    if (is_high_surrogate(point) && stop - at >= 6 && at[0] == '\\' && at[1] == 'u' &&
        is_low_surrogate(code_unit(at + 2))) {
      point = 0x10000 + ((point - 0xD800) << 10) + (code_unit(at + 2) - 0xDC00);
      at += 6;
    }
    if (is_high_surrogate(point) || is_low_surrogate(point)) {
      *problem = {"json_rows.escape", "has half of a surrogate pair, which is not a character"};
      return false;
    }
    out = append_code_point(point, out);
  }
  *end = out;
  return true;
}

bool unescape(std::string_view raw, std::string& out, Problem* problem) {
  out.resize(raw.size());
  char* end = nullptr;
  if (!unescape(raw, out.data(), &end, problem)) return false;
  out.resize(static_cast<std::size_t>(end - out.data()));
  return true;
}

const char* Scanner::fail(const char* at, const char* slug, const char* what) {
  problem_ = {slug, what, at, *at == '\n'};
  return nullptr;
}

std::int64_t Scanner::take_expansion() { return std::exchange(expansion_, 0); }

const char* Scanner::value(const char* at, Strictness strictness, Token* out, int depth) {
  const auto word = [&](std::string_view name, TokenKind kind) -> const char* {
    if (std::memcmp(at, name.data(), name.size()) != 0) {
      std::size_t same = 0;
      while (at[same] == name[same]) ++same;
      return fail(at[same] == '\n' ? at + same : at, kSyntax, "a value is expected here");
    }
    *out = {at, static_cast<std::uint32_t>(name.size()), kind};
    return at + name.size();
  };
  switch (*at) {
    case '"': {
      const char* const behind = string(at, out);
      if (behind == nullptr || strictness == Strictness::kJson || out->kind == TokenKind::kString) return behind;
      return check_escapes(out->view()) ? behind : nullptr;
    }
    case '{':
    case '[': {
      const char* const behind = nested(at, strictness, depth);
      if (behind == nullptr) return nullptr;
      *out = {at, static_cast<std::uint32_t>(behind - at), *at == '{' ? TokenKind::kObject : TokenKind::kArray};
      return behind;
    }
    case 't':
      return word("true", TokenKind::kTrue);
    case 'f':
      return word("false", TokenKind::kFalse);
    case 'n':
      return word("null", TokenKind::kNull);
    default:
      return number(at, out);
  }
}

const char* Scanner::string(const char* at, Token* out) {
  const char* const begin = ++at;
  TokenKind kind = TokenKind::kString;
  while (true) {
    at = string_stop(at);
    if (*at == '"') break;
    if (*at != '\\') {
      return fail(at, kSyntax,
                  *at == '\n' ? "the line ends inside a string" : "a control character in a string is not escaped");
    }
    kind = TokenKind::kEscaped;
    at = escape(at);
    if (at == nullptr) return nullptr;
  }
  *out = {begin, static_cast<std::uint32_t>(at - begin), kind};
  return at + 1;
}

const char* Scanner::escape(const char* at) {
  constexpr std::string_view kSimple = "\"\\/bfnrt";
  const char c = at[1];
  if (c == '\n') return fail(at + 1, kSyntax, "the line ends inside a string");
  if (kSimple.find(c) != std::string_view::npos) return at + 2;
  if (c != 'u') return fail(at, kSyntax, "the escape is unknown in JSON");
  for (int i = 2; i < 6; ++i) {
    if (hex_digit(at[i]) < 0) return fail(at + i, kSyntax, "\\u needs four hexadecimal digits");
  }
  return at + 6;
}

const char* Scanner::number(const char* at, Token* out) {
  const char* const begin = at;
  TokenKind kind = TokenKind::kInteger;
  if (*at == '-') ++at;
  if (*at == '0') {
    ++at;
    if (is_ascii_digit(*at)) return fail(at, kSyntax, "a number begins with a zero");
  } else if (is_ascii_digit(*at)) {
    while (is_ascii_digit(*at)) ++at;
  } else {
    return fail(at, kSyntax, at == begin ? "a value is expected here" : "a digit is expected here");
  }
  if (*at == '.') {
    kind = TokenKind::kDecimal;
    if (!is_ascii_digit(*++at)) return fail(at, kSyntax, "a digit is expected after the decimal point");
    while (is_ascii_digit(*at)) ++at;
  }
  if (*at == 'e' || *at == 'E') {
    constexpr std::int64_t kMostExpansion = 150'000;
    kind = TokenKind::kExponent;
    ++at;
    if (*at == '+' || *at == '-') ++at;
    if (!is_ascii_digit(*at)) return fail(at, kSyntax, "a digit is expected in the exponent");
    std::int64_t exponent = 0;
    for (; is_ascii_digit(*at); ++at) exponent = std::min(exponent * 10 + (*at - '0'), kMostExpansion);
    expansion_ += exponent;
  }
  *out = {begin, static_cast<std::uint32_t>(at - begin), kind};
  return at;
}

const char* Scanner::member(const char* at, Strictness strictness) {
  Token key;
  if (*at != '"') return fail(at, kSyntax, "a key in double quotes is expected here");
  at = string(at, &key);
  if (at == nullptr) return nullptr;
  at = blanks(at);
  if (*at != ':') return fail(at, kSyntax, "a colon is missing after a key");
  if (strictness == Strictness::kJsonb) {
    std::string_view text = key.view();
    if (key.kind == TokenKind::kEscaped) {
      if (!check_escapes(text)) return nullptr;
      unescaped_.push_back(std::make_unique<std::string>(scratch_));
      text = *unescaped_.back();
    }
    keys_.push_back(text);
  }
  return blanks(at + 1);
}

const char* Scanner::nested(const char* at, Strictness strictness, int depth) {
  static_assert(kMostDepth <= 64, "a bit a level");
  const bool is_strict = strictness == Strictness::kJsonb;
  std::uint64_t objects = 0;  // bit i: the i-th open level from inside is an object
  int open = 0;
  if (is_strict) {
    keys_.clear();
    frames_.clear();
    unescaped_.clear();
  }
  const auto closer = [&] { return (objects & 1) != 0 ? '}' : ']'; };
  while (true) {
    // At a value.
    if (*at == '{' || *at == '[') {
      if (depth + open == kMostDepth) return fail(at, "json_rows.depth", "values nest more than 64 levels deep");
      ++open;
      objects = objects << 1 | (*at == '{' ? 1 : 0);
      if (is_strict && *at == '{') frames_.push_back(keys_.size());
      at = blanks(at + 1);
      if (*at != closer()) {
        if (*at == '\n') return fail(at, kSyntax, "the line ends inside a value");
        if ((objects & 1) != 0 && (at = member(at, strictness)) == nullptr) return nullptr;
        continue;
      }
    } else {
      Token ignored;
      at = value(at, strictness, &ignored);
      if (at == nullptr) return nullptr;
      if (*at != ',') at = blanks(at);
    }
    // Behind one, or at the end of a level.
    while (*at == closer()) {
      if (is_strict && (objects & 1) != 0 && !close_object()) return fail(at, problem_.slug, problem_.what);
      ++at;
      objects >>= 1;
      if (--open == 0) return at;
      at = blanks(at);
    }
    if (*at != ',') {
      return fail(at, kSyntax,
                  *at == '\n' ? "the line ends inside a value" : "a comma or the end of a value is expected here");
    }
    at = blanks(at + 1);
    if ((objects & 1) != 0 && (at = member(at, strictness)) == nullptr) return nullptr;
  }
}

bool Scanner::close_object() {
  constexpr std::ptrdiff_t kFew = 12;
  const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(frames_.back());
  bool is_double = false;
  if (keys_.end() - begin <= kFew) {
    for (auto key = begin; key != keys_.end(); ++key) is_double |= std::find(begin, key, *key) != key;
  } else {
    std::sort(begin, keys_.end());
    is_double = std::adjacent_find(begin, keys_.end()) != keys_.end();
  }
  keys_.resize(frames_.back());
  frames_.pop_back();
  if (is_double) problem_ = {"json_rows.duplicate_key", "an object of the value has a repeated key"};
  return !is_double;
}

bool Scanner::check_escapes(std::string_view raw) {
  Problem found;
  if (unescape(raw, scratch_, &found)) return true;
  fail(raw.data(), found.slug, "a string in a jsonb value has a zero character or half of a surrogate pair");
  return false;
}

std::string hint_of(const Problem& problem) {
  const bool is_other = problem.slug != nullptr && std::string_view(problem.slug) == "json_rows.not_object";
  if (!problem.is_cut && !is_other) return {};
  return "write each row as one object on one line: `jq -c .` for objects, `jq -c '.[]'` for an array of objects";
}

bool JsonText::parse(std::string_view text, Scanner::Strictness strictness, int depth) {
  line_.resize(text.size() + 1 + kReadable);
  std::memcpy(line_.data(), text.data(), text.size());
  size_ = text.size();
  line_[size_] = '\n';
  is_verbatim_ = true;
  if (text.find_first_of("\n\r") != std::string_view::npos) {
    is_verbatim_ = false;
    bool is_quoted = false;
    for (std::size_t i = 0; i < size_; ++i) {
      if (line_[i] == '"') is_quoted = !is_quoted;
      if (line_[i] == '\\') ++i;
      if (!is_quoted && (line_[i] == '\n' || line_[i] == '\r')) line_[i] = ' ';
    }
  }
  Token token;
  const char* const begin = Scanner::blanks(line_.data());
  const char* const end = scanner_.value(begin, strictness, &token, depth);
  if (end == nullptr) return false;
  if (Scanner::blanks(end) != line_.data() + size_) {
    scanner_.fail(end, kSyntax, "text follows the value");
    return false;
  }
  kind_ = token.kind;
  is_verbatim_ = is_verbatim_ && begin == line_.data() && end == line_.data() + size_;
  return true;
}

}  // namespace dpone::json_rows
