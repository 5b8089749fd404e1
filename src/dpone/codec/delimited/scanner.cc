#include "dpone/codec/delimited/scanner.h"

#include <bit>

#include "dpone/codec/delimited/byte_block.h"

namespace dpone::delimited {
namespace {

// Bit i becomes the parity of bits 0..i: set from an opening quote up to its closing one.
std::uint64_t prefix_parity(std::uint64_t bits) {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  return bits ^ bits << 32;
}

}  // namespace

Scan scan(std::string_view text, char delimiter, char quote, std::vector<std::uint32_t>& marks) {
  Scan result;
  std::uint64_t inside = 0;       // all ones while the last block ended inside quotes
  std::uint64_t last_return = 0;  // 1 if the last byte of the last block was an unquoted `\r`
  std::uint64_t may_open = 1;     // 1 if a quote may open in the first byte of the next block
  std::uint64_t must_end = 0;     // 1 if the last byte of the last block was a closing quote
  bool is_ascii = true;
  std::uint64_t zero_bytes = 0;
  std::uint64_t stray_quotes = 0;
  std::uint64_t stray_returns = 0;
  std::size_t count = marks.size();
  for (std::size_t at = 0; at < text.size(); at += ByteBlock::kSize) {
    const ByteBlock block(text.data() + at);
    const std::size_t rest = text.size() - at;
    const std::uint64_t valid = rest >= ByteBlock::kSize ? ~std::uint64_t{0} : (std::uint64_t{1} << rest) - 1;
    const std::uint64_t newline = block.equal('\n') & valid;
    // Most texts have no other control character, so that the processor guesses this right.
    const bool has_control = (block.at_most('\r') & valid & ~newline) != 0;
    std::uint64_t marked = newline | (block.equal(delimiter) & valid);
    std::uint64_t quoted = 0;
    std::uint64_t returned = has_control ? block.equal('\r') & valid : 0;
    if (quote != '\0') {
      const std::uint64_t quotes = block.equal(quote) & valid;
      quoted = inside;
      if (quotes != 0) {
        quoted ^= prefix_parity(quotes);
        inside = static_cast<std::uint64_t>(static_cast<std::int64_t>(quoted) >> 63);
      }
      // A quote opens behind a mark, or behind another quote that seemed to close; it closes before a mark or a `\r`.
      const std::uint64_t opens = quotes & quoted;
      const std::uint64_t closes = quotes & ~quoted;
      const std::uint64_t behind = (marked | quotes) << 1 | may_open;
      const std::uint64_t ended = (closes << 1 | must_end) & valid;
      stray_quotes |= (opens & ~behind) | (ended & ~(marked | quotes | returned));
      may_open = (marked | quotes) >> 63;
      must_end = closes >> 63;
    }
    returned &= ~quoted;
    if ((returned | last_return) != 0) {
      const std::uint64_t follows = (returned << 1) | last_return;
      last_return = returned >> 63;
      // A carriage return in the last byte of the text is checked by the caller, who sees the next byte.
      const std::uint64_t judged = rest >= ByteBlock::kSize ? follows : follows & valid;
      stray_returns |= judged & ~newline;
    }
    if (has_control) zero_bytes |= block.equal('\0') & valid;
    result.newlines += std::popcount(newline);
    result.records += std::popcount(newline & ~quoted);
    is_ascii &= block.is_ascii();
    marked &= ~quoted;
    const auto found = static_cast<std::size_t>(std::popcount(marked));
    if (marks.size() < count + ByteBlock::kSize) marks.resize((count + ByteBlock::kSize) * 2);
    std::uint32_t* out = marks.data() + count;
    const auto put = [&](std::size_t i) {
      out[i] = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(std::countr_zero(marked));
      marked &= marked - 1;
    };
    // A fixed number of steps at a time is cheaper than a loop that the processor cannot predict.
    for (std::size_t done = 0; done < found; done += 8) {
      put(done);
      put(done + 1);
      put(done + 2);
      put(done + 3);
      put(done + 4);
      put(done + 5);
      put(done + 6);
      put(done + 7);
    }
    count += found;
  }
  marks.resize(count);
  result.has_zero_byte = zero_bytes != 0;
  result.has_stray_return = stray_returns != 0;
  result.has_stray_quote = stray_quotes != 0;
  result.is_ascii = is_ascii;
  result.ends_quoted = inside != 0;
  return result;
}

StrayQuote find_stray_quote(std::string_view text, char delimiter, char quote) {
  enum class State : std::uint8_t { kFieldBegin, kPlain, kQuoted, kClosed };
  State state = State::kFieldBegin;
  StrayQuote found{0, std::string_view::npos};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (state == State::kQuoted) {
      if (c == quote) state = State::kClosed;
    } else if (c == quote) {
      // Behind a closing one it was a doubled one.
      if (state == State::kPlain) {
        found.at = i;
        return found;
      }
      state = State::kQuoted;
    } else if (c == delimiter || c == '\n') {
      state = State::kFieldBegin;
      if (c == '\n') found.record = i + 1;
    } else if (state == State::kClosed && c != '\r') {
      found.at = i - 1;
      return found;
    } else {
      state = State::kPlain;
    }
  }
  return found;
}

}  // namespace dpone::delimited
