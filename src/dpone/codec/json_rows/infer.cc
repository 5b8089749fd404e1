#include "dpone/codec/json_rows/infer.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "dpone/base/text_front.h"
#include "dpone/base/utf8.h"
#include "dpone/codec/json_rows/scanner.h"
#include "dpone/data/value_parse.h"

namespace dpone::json_rows {
namespace {

constexpr std::size_t kReadable = 64;  // bytes that the scanner may read behind a line
constexpr const char* kTooManyKeys = "json_rows.too_many_keys";

Error wrong(const char* slug, std::string message) { return {ErrorClass::kFailed, slug, std::move(message)}; }

class Inferrer {
 public:
  explicit Inferrer(const InferOptions& options) : options_(options) {}

  // `line` without its end. Fails with an error that lacks where it is, and has then counted nothing of the line.
  Status take(std::string_view line, bool is_cut) {
    const std::size_t known = found_.keys.size();
    ++line_;
    Status status = read(line, is_cut);
    if (status) return status;
    for (; found_.keys.size() > known; seen_.pop_back()) {
      index_.erase(found_.keys.back().key);
      found_.keys.pop_back();
    }
    return status;
  }

  Inference& found() { return found_; }

  // For walk_line(): the next member of the line.
  bool begin(const Token& key, Token** value, Scanner::Strictness*) {
    Problem problem;
    if (!unescape(key.view(), unescaped_, &problem)) {
      scanner_.fail(key.text, problem.slug, "a key has a zero character or half of a surrogate pair");
      return false;
    }
    const auto [known, is_new] = index_.try_emplace(unescaped_, found_.keys.size());
    if (is_new) {
      found_.keys.emplace_back().key = unescaped_;
      seen_.push_back(0);
      if (found_.keys.size() > options_.max_keys) {
        scanner_.fail(key.text, kTooManyKeys, "the rows have more keys than a table can have columns");
        return false;
      }
    }
    const std::size_t index = known->second;
    if (seen_[index] == line_) {
      scanner_.fail(key.text, "json_rows.duplicate_key", "a key is repeated");
      return false;
    }
    seen_[index] = line_;
    members_.push_back({index, {}});
    // Moves when the next member comes, and is filled before.
    *value = &members_.back().token;
    return true;
  }

 private:
  struct Member {
    std::size_t key;
    Token token;
  };

  Status read(std::string_view line, bool is_cut) {
    const std::size_t invalid = find_invalid_utf8(line);
    if (invalid != std::string_view::npos) {
      return wrong("json_rows.encoding", fmt::format("a row is not UTF-8: byte 0x{:02x} at byte {} of the line",
                                                     static_cast<unsigned char>(line[invalid]), invalid + 1))
          .hint(kEncodingHint);
    }
    text_.assign(line);
    text_ += '\n';
    text_.append(kReadable, '\0');
    members_.clear();
    bool is_blank = false;
    if (walk_line(scanner_, text_.data(), *this, &is_blank) == nullptr) {
      const Problem& problem = scanner_.problem();
      if (problem.is_cut && is_cut) return wrong("json_rows.truncated", "the text ends inside a row");
      return wrong(problem.slug, fmt::format("{} (byte {} of the line)", problem.what, problem.at - text_.data() + 1))
          .hint(hint_of(problem));
    }
    if (is_blank) return {};
    for (const Member& member : members_) {
      Problem problem;
      if (!member.token.is_string() || unescape(member.token.view(), unescaped_, &problem)) continue;
      return wrong(problem.slug, fmt::format("a value {}", problem.what)).with("column", found_.keys[member.key].key);
    }
    for (const Member& member : members_) count(member);
    ++found_.rows;
    return {};
  }

  void count(const Member& member) {
    KeyFacts& facts = found_.keys[member.key];
    const Token& token = member.token;
    switch (token.kind) {
      case TokenKind::kMissing:
      case TokenKind::kNull:
        ++facts.nulls;
        return;
      case TokenKind::kFalse:
      case TokenKind::kTrue:
        ++facts.bools;
        return;
      case TokenKind::kInteger:
        ++facts.integers;
        count_digits(facts, token.view());
        return;
      case TokenKind::kDecimal:
        ++facts.decimals;
        count_digits(facts, token.view());
        return;
      case TokenKind::kExponent:
        ++facts.exponents;
        return;
      case TokenKind::kObject:
        ++facts.objects;
        return;
      case TokenKind::kArray:
        ++facts.arrays;
        return;
      case TokenKind::kString:
      case TokenKind::kEscaped:
        ++facts.strings;
        break;
    }
    Problem problem;
    unescape(token.view(), unescaped_, &problem);
    if (options_.on_string) options_.on_string(member.key, unescaped_);
  }

  static void count_digits(KeyFacts& facts, std::string_view number) {
    std::int64_t value = 0;
    const std::size_t point = number.find('.');
    if (point == std::string_view::npos) facts.fits_int64 &= parse_integer(number, &value);
    std::string_view whole = number.substr(0, point);
    if (whole.starts_with('-')) whole.remove_prefix(1);
    facts.whole_digits = std::max(facts.whole_digits, whole == "0" ? 0 : static_cast<int>(whole.size()));
    if (point != std::string_view::npos) {
      facts.fraction_digits = std::max(facts.fraction_digits, static_cast<int>(number.size() - point - 1));
    }
  }

  const InferOptions& options_;
  Inference found_;
  std::unordered_map<std::string, std::size_t> index_;
  std::int64_t line_ = 0;
  std::vector<std::int64_t> seen_;  // the last line that had the key
  std::vector<Member> members_;     // of the line
  Scanner scanner_;
  std::string text_;
  std::string unescaped_;
};

}  // namespace

Result<Inference> infer(std::string_view sample, const InferOptions& options) {
  Inferrer inferrer(options);
  DPONE_CHECK(refuse_foreign_encoding(sample, "json_rows.encoding"));
  std::size_t at = byte_order_marks(sample);
  Inference& found = inferrer.found();
  for (std::int64_t line = 1; at < sample.size() && found.rows < options.max_rows; ++line) {
    const std::size_t end = sample.find('\n', at);
    const bool is_cut = end == std::string_view::npos;
    if (is_cut && !options.is_whole) break;
    const Status status = inferrer.take(sample.substr(at, is_cut ? end : end - at), is_cut);
    if (!status && (!options.skips_wrong || status.error().slug() == kTooManyKeys)) {
      Error error = status.error();
      error.add("row", std::to_string(found.rows + 1));
      error.add("line", std::to_string(line));
      error.add("offset", std::to_string(at));
      return error;
    }
    at = is_cut ? sample.size() : end + 1;
  }
  found.bytes = static_cast<std::int64_t>(at);
  return std::move(found);
}

}  // namespace dpone::json_rows
