#include "dpone/codec/pg_copy/frame_walker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "dpone/base/bytes.h"
#include "dpone/codec/pg_copy/wire_format.h"

namespace dpone::pg_copy {
namespace {

std::uint32_t load_wire(const char* from) {
  std::uint32_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

}  // namespace

FrameWalker::FrameWalker(int field_count, std::int64_t max_row_bytes)
    : field_count_(field_count), max_row_bytes_(max_row_bytes), guesses_(static_cast<std::size_t>(field_count)) {}

Error FrameWalker::fail(std::string slug, std::string message, std::int64_t offset) {
  state_ = State::kFailed;
  error_ = Error(ErrorClass::kFailed, std::move(slug), std::move(message))
               .with("row", std::to_string(row_count_ + 1))
               .with("offset", std::to_string(offset));
  return *error_;
}

const char* FrameWalker::walk_whole_tuples(const char* at, const char* end) {
  const std::uint16_t count = __builtin_bswap16(static_cast<std::uint16_t>(field_count_));
  Guess* const first = guesses_.data();
  Guess* const last = first + guesses_.size();
  std::int64_t rows = 0;
  while (true) {
    const char* const limit = at + std::min<std::int64_t>(end - at, max_row_bytes_);
    std::uint16_t wire_count;
    if (limit - at < static_cast<std::ptrdiff_t>(sizeof wire_count)) break;
    std::memcpy(&wire_count, at, sizeof wire_count);
    if (wire_count != count) break;
    const char* next = at + sizeof wire_count;
    Guess* guess = first;
    for (; guess != last; ++guess) {
      if (limit - next < 4) break;
      const std::uint32_t wire = load_wire(next);
      next += 4;
      if (wire != guess->wire) {
        const auto length = static_cast<std::int32_t>(__builtin_bswap32(wire));
        if (length < -1) break;
        guess->wire = wire;
        guess->bytes = length < 0 ? 0 : static_cast<std::uint32_t>(length);
      }
      if (limit - next < static_cast<std::ptrdiff_t>(guess->bytes)) break;
      next += guess->bytes;
    }
    if (guess != last) break;
    at = next;
    ++rows;
  }
  row_count_ += rows;
  return at;
}

bool FrameWalker::gather(const char*& at, const char* end, std::size_t bytes) {
  const std::size_t take = std::min(bytes - carry_.size(), static_cast<std::size_t>(end - at));
  carry_.append(at, take);
  at += take;
  return carry_.size() == bytes;
}

Status FrameWalker::step(const char*& at, const char* end, std::int64_t offset) {
  const std::int64_t item = offset - static_cast<std::int64_t>(carry_.size());  // where a gathered item began
  switch (state_) {
    case State::kHeader: {
      if (!gather(at, end, kHeaderBytes)) return {};
      if (!carry_.starts_with(kSignature)) {
        return fail("pg_copy.header", "The stream does not begin with the signature of COPY BINARY", item);
      }
      if ((load_big<std::uint32_t>(carry_.data() + kSignature.size()) & kCriticalFlags) != 0) {
        return fail("pg_copy.header", "The COPY stream has unknown flags", item);
      }
      skip_ = load_big<std::int32_t>(carry_.data() + kSignature.size() + 4);
      if (skip_ < 0) return fail("pg_copy.header", "The header extension has a negative length", item);
      state_ = State::kExtension;
      break;
    }
    case State::kExtension:
    case State::kValue: {
      const std::int64_t take = std::min<std::int64_t>(skip_, end - at);
      at += take;
      skip_ -= take;
      if (skip_ != 0) return {};
      if (state_ == State::kValue && ++field_ < field_count_) {
        state_ = State::kLength;
      } else {
        row_count_ += state_ == State::kValue ? 1 : 0;
        if (state_ == State::kExtension) rows_begin_ = offset + take;
        state_ = State::kTuple;
      }
      return {};
    }
    case State::kTuple: {
      if (!gather(at, end, 2)) return {};
      const int count = load_big<std::int16_t>(carry_.data());
      row_begin_ = item;
      if (count == -1) {
        state_ = State::kDone;
        break;
      }
      if (count != field_count_) {
        return fail("pg_copy.field_count", fmt::format("A row has {} fields instead of {}", count, field_count_), item);
      }
      field_ = 0;
      row_bytes_ = 2;
      if (field_count_ == 0) ++row_count_;
      if (field_count_ != 0) state_ = State::kLength;
      break;
    }
    case State::kLength: {
      if (!gather(at, end, 4)) return {};
      const auto length = load_big<std::int32_t>(carry_.data());
      if (length < -1) {
        return fail("pg_copy.field_length", fmt::format("Field {} has length {}", field_ + 1, length), item);
      }
      skip_ = std::max(length, 0);
      row_bytes_ += 4 + skip_;
      if (row_bytes_ > max_row_bytes_) {
        return fail("pg_copy.row_too_big", fmt::format("A row is bigger than {} bytes", max_row_bytes_), item);
      }
      state_ = State::kValue;
      break;
    }
    case State::kDone:
      return fail("pg_copy.trailing_bytes", "Bytes follow the end of the COPY stream", item);
    case State::kFailed:
      return *error_;
  }
  carry_.clear();
  return {};
}

Status FrameWalker::feed(std::string_view bytes) {
  if (error_) return *error_;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  const std::int64_t base = byte_count_;
  byte_count_ += static_cast<std::int64_t>(bytes.size());
  while (at != end) {
    if (state_ == State::kTuple && carry_.empty()) {
      at = walk_whole_tuples(at, end);
      if (at == end) break;
    }
    DPONE_CHECK(step(at, end, base + (at - bytes.data())));
  }
  // An empty value at the end of the data is complete without another byte.
  while ((state_ == State::kValue || state_ == State::kExtension) && skip_ == 0) {
    DPONE_CHECK(step(at, end, byte_count_));
  }
  return {};
}

std::int64_t FrameWalker::rows_end() const {
  if (state_ == State::kHeader || state_ == State::kExtension) return 0;
  if (state_ == State::kTuple) return byte_count_ - static_cast<std::int64_t>(carry_.size());
  return row_begin_;
}

Status FrameWalker::finish() {
  if (error_) return *error_;
  if (state_ == State::kDone) return {};
  return fail("pg_copy.truncated", "The COPY stream ends before its trailer", byte_count_);
}

Status TextLineCounter::feed(std::string_view bytes) {
  std::int64_t rows = 0;
  for (const char c : bytes) rows += c == '\n' ? 1 : 0;
  const auto size = static_cast<std::int64_t>(bytes.size());
  const auto too_big = [&](std::int64_t row) {
    return Error(ErrorClass::kFailed, "pg_copy.row_too_big",
                 fmt::format("A row is bigger than {} bytes", max_row_bytes_))
        .with("row", std::to_string(row));
  };
  if (open_bytes_ + size > max_row_bytes_) {
    // Only here can a row be too big: look at each of them.
    std::int64_t open = open_bytes_;
    std::int64_t row = row_count_ + 1;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t newline = bytes.find('\n', at);
      const std::size_t stop = newline == std::string_view::npos ? bytes.size() : newline + 1;
      open += static_cast<std::int64_t>(stop - at);
      if (open > max_row_bytes_) return too_big(row);
      if (newline != std::string_view::npos) {
        open = 0;
        ++row;
      }
      at = stop;
    }
  }
  const std::size_t last = bytes.rfind('\n');
  open_bytes_ = last == std::string_view::npos ? open_bytes_ + size : size - static_cast<std::int64_t>(last) - 1;
  row_count_ += rows;
  byte_count_ += size;
  return {};
}

Status TextLineCounter::finish() {
  if (open_bytes_ == 0) return {};
  return Error(ErrorClass::kFailed, "pg_copy.truncated", "The last row of the COPY stream is incomplete")
      .with("row", std::to_string(row_count_ + 1))
      .with("offset", std::to_string(byte_count_));
}

}  // namespace dpone::pg_copy
