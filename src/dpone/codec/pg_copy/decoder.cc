#include "dpone/codec/pg_copy/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "dpone/base/bytes.h"
#include "dpone/codec/pg_copy/decode_columns.h"
#include "dpone/codec/pg_copy/wire_format.h"
#include "dpone/data/column_run.h"

namespace dpone::pg_copy {
namespace {

// Positions are 32-bit offsets from the chunk's first byte; a chunk ends after the row that crosses this.
constexpr std::int64_t kChunkBytes = std::int64_t{256} << 10;
constexpr std::int64_t kGreatestRowBytes = std::int64_t{1} << 30;
// Not a power of two: columns would fall into the same cache sets.
constexpr std::size_t kPositionStride = kChunkRows + 16;

}  // namespace

class Decoder::Impl {
 public:
  Impl(Schema schema, const DecoderOptions& options, std::vector<std::unique_ptr<DecodeColumn>> columns)
      : schema_(std::make_shared<const Schema>(std::move(schema))),
        options_(options),
        columns_(std::move(columns)),
        count_wire_(__builtin_bswap16(static_cast<std::uint16_t>(columns_.size()))),
        positions_((columns_.size() + 1) * kPositionStride) {
    for (const auto& column : columns_) {
      const std::int32_t width = column->wire_width;
      guesses_.push_back({static_cast<std::uint32_t>(std::max(width, 0)), width >= 0, 0, 0});
      guesses_.back().wire = __builtin_bswap32(guesses_.back().bytes);
    }
  }

  Status feed(std::string_view bytes) {
    if (error_) return *error_;
    const auto* at = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const std::uint8_t* const end = at + bytes.size();
    while (at != end) {
      const std::uint8_t* const before = at;
      Status status = carry_.empty() && state_ == State::kRows ? take_chunk(at, end) : Status();
      if (status && at != end) status = take_carry(at, end);
      if (!status) return status;
      if (at == before) break;
    }
    return {};
  }

  std::optional<Batch> take() {
    if (ready_.empty()) return std::nullopt;
    std::optional<Batch> batch(std::move(ready_.front()));
    ready_.pop_front();
    return batch;
  }

  Result<std::optional<Batch>> finish() {
    if (error_) return *error_;
    if (state_ != State::kDone) {
      return fail("pg_copy.truncated", "The COPY stream ends before its trailer",
                  byte_count_ + static_cast<std::int64_t>(carry_.size()));
    }
    if (ready_.empty() && batch_rows_ != 0) close_batch();
    return take();
  }

  std::int64_t row_count() const { return row_count_; }
  std::int64_t byte_count() const { return byte_count_ + static_cast<std::int64_t>(carry_.size()); }

 private:
  enum class State : std::uint8_t { kHeader, kExtension, kRows, kDone };
  enum class Stop : std::uint8_t { kCut, kFieldCount, kFieldLength, kTooBig };
  struct Guess {
    std::uint32_t bytes;
    bool is_fixed;
    std::uint32_t wire;
    int nulls;  // of this chunk, at least
  };

  Error fail(std::string slug, std::string message, std::int64_t offset, std::size_t column = ~std::size_t{0},
             std::int64_t row = -1) {
    Error error(ErrorClass::kFailed, std::move(slug), std::move(message));
    error.add("row", std::to_string(row < 0 ? row_count_ + 1 : row));
    if (column < schema_->size()) error.add("column", (*schema_)[column].name);
    error.add("offset", std::to_string(offset));
    error_ = error;
    return error;
  }

  // Locates the fields of whole rows in [at, end), at most `max_rows`. Stops behind the last whole row, says why, and
  // where in the row that follows.
  struct Walk {
    int rows = 0;
    const std::uint8_t* end = nullptr;
    Stop stop = Stop::kCut;
    const std::uint8_t* stop_at = nullptr;
    std::size_t column = ~std::size_t{0};
  };
  Walk walk(const std::uint8_t* const base, const std::uint8_t* const end, int max_rows) {
    Walk walk;
    const std::uint8_t* row = base;
    Guess* const first = guesses_.data();
    Guess* const last = first + guesses_.size();
    while (walk.rows < max_rows && row - base < kChunkBytes) {
      const bool is_limited = end - row > options_.max_row_bytes;
      const std::uint8_t* const limit = is_limited ? row + options_.max_row_bytes : end;
      const Stop at_limit = is_limited ? Stop::kTooBig : Stop::kCut;
      walk.stop_at = row;
      walk.column = ~std::size_t{0};
      if (limit - row < 2) {
        walk.stop = at_limit;
        break;
      }
      std::uint16_t count;
      std::memcpy(&count, row, sizeof count);
      if (count != count_wire_) {
        walk.stop = Stop::kFieldCount;
        break;
      }
      const std::uint8_t* next = row + sizeof count;
      std::uint32_t* position = positions_.data() + walk.rows;
      Guess* guess = first;
      for (; guess != last; ++guess, position += kPositionStride) {
        if (limit - next < 4) {
          walk.stop = at_limit;
          break;
        }
        std::uint32_t wire;
        std::memcpy(&wire, next, sizeof wire);
        next += sizeof wire;
        *position = static_cast<std::uint32_t>(next - base);
        std::uint32_t length = guess->bytes;
        if (wire != guess->wire) {
          length = __builtin_bswap32(wire);
          if (wire == kNullLength) {
            length = 0;
            ++guess->nulls;
          } else if (guess->is_fixed || length > std::uint32_t{0x7FFF'FFFF}) {
            next -= sizeof wire;
            walk.stop = Stop::kFieldLength;
            break;
          } else {
            guess->wire = wire;
            guess->bytes = length;
          }
        }
        if (limit - next < static_cast<std::ptrdiff_t>(length)) {
          next -= sizeof wire;
          walk.stop = at_limit;
          break;
        }
        next += length;
      }
      if (guess != last) {
        walk.stop_at = next;
        walk.column = static_cast<std::size_t>(guess - first);
        break;
      }
      row = next;
      ++walk.rows;
    }
    walk.end = row;
    return walk;
  }

  Status fail_at(const Walk& walk, const std::uint8_t* base, std::int64_t base_offset) {
    const std::int64_t offset = base_offset + (walk.stop_at - base);
    if (walk.stop == Stop::kTooBig) {
      return fail("pg_copy.row_too_big", fmt::format("A row is bigger than {} bytes", options_.max_row_bytes), offset,
                  walk.column);
    }
    if (walk.stop == Stop::kFieldLength) {
      return fail("pg_copy.field_length", fmt::format("A field has length {}", load_big<std::int32_t>(walk.stop_at)),
                  offset, walk.column);
    }
    return fail("pg_copy.field_count",
                fmt::format("A row has {} fields instead of {}", load_big<std::int16_t>(walk.stop_at), columns_.size()),
                offset);
  }

  bool is_trailer(const std::uint8_t* at) const { return load_big<std::int16_t>(at) == -1; }

  // Decodes the whole rows at the front of [at, end).
  Status take_chunk(const std::uint8_t*& at, const std::uint8_t* end) {
    while (at != end) {
      const std::int64_t room = std::max<std::int64_t>(options_.target_rows - batch_rows_, 1);
      const Walk found = walk(at, end, static_cast<int>(std::min<std::int64_t>(room, kChunkRows)));
      const std::uint8_t* const base = at;
      if (found.rows != 0) DPONE_CHECK(decode(base, end, found.rows, found.end - base));
      at = found.end;
      if (found.rows != 0) continue;
      if (found.stop == Stop::kFieldCount && is_trailer(found.stop_at)) {
        state_ = State::kDone;
        at += 2;
        byte_count_ += 2;
        if (at != end) return trailing();
        return {};
      }
      if (found.stop != Stop::kCut) return fail_at(found, base, byte_count_);
      return {};
    }
    return {};
  }

  Error trailing() { return fail("pg_copy.trailing_bytes", "Bytes follow the end of the COPY stream", byte_count_); }

  // Moves bytes to the carry until an item that is cut (header, row) is whole, then takes it from there.
  Status take_carry(const std::uint8_t*& at, const std::uint8_t* end) {
    if (state_ == State::kDone) return trailing();
    if (carry_.empty()) {
      carry_need_ = state_ == State::kHeader ? kHeaderBytes : 2;
      carry_field_ = -1;
    }
    if (state_ == State::kExtension) {
      const std::int64_t pass = std::min<std::int64_t>(extension_, end - at);
      at += pass;
      extension_ -= pass;
      byte_count_ += pass;
      if (extension_ == 0) state_ = State::kRows;
      return {};
    }
    while (true) {
      const std::size_t take = std::min(carry_need_ - carry_.size(), static_cast<std::size_t>(end - at));
      carry_.append(at, take);
      at += take;
      if (carry_.size() < carry_need_) return {};
      if (state_ == State::kHeader) return take_header();
      if (carry_field_ < 0) {
        if (load_big<std::int16_t>(carry_.data()) == -1) {
          state_ = State::kDone;
          byte_count_ += 2;
          carry_.clear();
          return {};
        }
        if (carry_.data()[0] != (count_wire_ & 0xFF) || carry_.data()[1] != count_wire_ >> 8) {
          return fail_at({0, nullptr, Stop::kFieldCount, carry_.data()}, carry_.data(), byte_count_);
        }
      }
      if (!carry_next()) break;
      if (static_cast<std::int64_t>(carry_need_) > options_.max_row_bytes) break;
    }
    // One whole row, or a wrong one, which the walk names.
    const std::uint8_t* const row = carry_.data();
    const auto size = static_cast<std::int64_t>(carry_.size());
    const Walk found = walk(row, row + size, 1);
    if (found.rows == 1) {
      DPONE_CHECK(decode(row, row + size, 1, size));
      carry_.clear();
      return {};
    }
    Walk wrong = found;
    if (wrong.stop == Stop::kCut) wrong.stop = Stop::kTooBig;
    return fail_at(wrong, row, byte_count_);
  }

  // Sets carry_need_ to what the row needs next; false when it is whole or wrong.
  bool carry_next() {
    if (carry_is_length_) {
      const auto length = load_big<std::int32_t>(carry_.data() + carry_need_ - 4);
      carry_is_length_ = false;
      const std::int32_t width = columns_[static_cast<std::size_t>(carry_field_)]->wire_width;
      if (length < -1 || (width >= 0 && length >= 0 && length != width)) return false;
      if (length > 0) {
        carry_need_ += static_cast<std::size_t>(length);
        return true;
      }
    }
    if (++carry_field_ == static_cast<int>(columns_.size())) return false;
    carry_is_length_ = true;
    carry_need_ += 4;
    return true;
  }

  Status take_header() {
    const std::string_view header(carry_.as<char>(), carry_.size());
    if (!header.starts_with(kSignature)) {
      return fail("pg_copy.header", "The stream does not begin with the signature of COPY BINARY", 0);
    }
    if ((load_big<std::uint32_t>(header.data() + kSignature.size()) & kCriticalFlags) != 0) {
      return fail("pg_copy.header", "The COPY stream has unknown flags", 0);
    }
    extension_ = load_big<std::int32_t>(header.data() + kSignature.size() + 4);
    if (extension_ < 0) return fail("pg_copy.header", "The header extension has a negative length", 0);
    state_ = extension_ == 0 ? State::kRows : State::kExtension;
    byte_count_ += static_cast<std::int64_t>(kHeaderBytes);
    carry_.clear();
    return {};
  }

  Status decode(const std::uint8_t* base, const std::uint8_t* end, int rows, std::int64_t bytes) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::uint32_t* const positions = positions_.data() + i * kPositionStride;
      const FieldRun run{base, end, positions, rows, guesses_[i].nulls != 0, bytes};
      guesses_[i].nulls = 0;
      const int bad = columns_[i]->decode(*columns_[i], run);
      if (bad >= 0) {
        return fail("pg_copy.value",
                    fmt::format("A value of type {} {}", (*schema_)[i].type.to_string(), columns_[i]->problem),
                    byte_count_ + positions[bad], i, row_count_ + bad + 1);
      }
    }
    row_count_ += rows;
    byte_count_ += bytes;
    batch_rows_ += rows;
    batch_bytes_ += bytes;
    // Values can be bigger than they were on the wire: numerics as text, most of all.
    std::int64_t value_bytes = 0;
    for (const auto& column : columns_) value_bytes += static_cast<std::int64_t>(column->builder.parts().values.size());
    if (batch_rows_ >= options_.target_rows || std::max(batch_bytes_, value_bytes) >= options_.target_bytes) {
      close_batch();
    }
    return {};
  }

  void close_batch() {
    ready_.push_back(release_batch(schema_, batch_rows_, columns_));
    batch_rows_ = 0;
    batch_bytes_ = 0;
  }

  const std::shared_ptr<const Schema> schema_;
  const DecoderOptions options_;
  std::vector<std::unique_ptr<DecodeColumn>> columns_;
  const std::uint16_t count_wire_;
  std::vector<std::uint32_t> positions_;  // of column c and row r of the chunk: [c * kPositionStride + r]
  std::vector<Guess> guesses_;
  std::deque<Batch> ready_;
  std::optional<Error> error_;

  State state_ = State::kHeader;
  Buffer carry_;                // the bytes so far of an item that is cut
  std::size_t carry_need_ = 0;  // number of bytes needed to see the next item
  int carry_field_ = -1;        // the field whose length or value they end with
  bool carry_is_length_ = false;
  std::int64_t extension_ = 0;  // bytes of the header extension still to pass

  std::int64_t row_count_ = 0;   // decoded
  std::int64_t byte_count_ = 0;  // before the next row (or in the header)
  std::int64_t batch_rows_ = 0;
  std::int64_t batch_bytes_ = 0;
};

Decoder::Decoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

Result<Decoder> Decoder::create(Schema schema, DecoderOptions options) {
  constexpr std::size_t kMostColumns = 32'767;
  if (schema.size() > kMostColumns || options.max_row_bytes < 1 || options.max_row_bytes > kGreatestRowBytes ||
      options.target_rows < 1 || options.target_bytes < 1) {
    return Error(ErrorClass::kFailed, "pg_copy.options", "A limit of the decoder is out of range");
  }
  std::vector<std::unique_ptr<DecodeColumn>> columns;
  for (const Field& field : schema) {
    Result<std::unique_ptr<DecodeColumn>> column = compile_decode(field.type);
    if (!column) return Error(column.error()).with("column", field.name);
    columns.push_back(std::move(*column));
  }
  return Decoder(std::make_unique<Impl>(std::move(schema), options, std::move(columns)));
}

Status Decoder::feed(std::string_view bytes) { return impl_->feed(bytes); }
std::optional<Batch> Decoder::take() { return impl_->take(); }
Result<std::optional<Batch>> Decoder::finish() { return impl_->finish(); }
std::int64_t Decoder::row_count() const { return impl_->row_count(); }
std::int64_t Decoder::byte_count() const { return impl_->byte_count(); }

}  // namespace dpone::pg_copy
