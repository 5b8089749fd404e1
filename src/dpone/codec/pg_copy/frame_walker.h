// Walks the frames of PostgreSQL's COPY output without decoding values: counts rows and bytes and proves that the
// stream is whole, while the bytes pass through unchanged. Owns no bytes; one thread. Spec: docs/formats/pg-copy.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"

namespace dpone::pg_copy {

inline constexpr std::int64_t kDefaultMaxRowBytes = std::int64_t{256} << 20;

// COPY (FORMAT binary): signature, flags, header extension, tuples, trailer. Once it has failed it stays failed.
class FrameWalker {
 public:
  // Every tuple must have `field_count` fields (0 is allowed) and at most `max_row_bytes` bytes, counts and lengths
  // included.
  explicit FrameWalker(int field_count, std::int64_t max_row_bytes = kDefaultMaxRowBytes);

  // Looks at the next bytes, cut anywhere. Fails with `pg_copy.header`, `.field_count`, `.field_length`, `.row_too_big`
  // or `.trailing_bytes`, with byte offset and row (from 1).
  Status feed(std::string_view bytes);
  // After the last bytes. Fails with `pg_copy.truncated` if the trailer was not seen.
  Status finish();

  std::int64_t row_count() const { return row_count_; }
  std::int64_t byte_count() const { return byte_count_; }
  bool is_at_end() const { return state_ == State::kDone; }
  // Offsets in the stream: where the first row begins (0 while the header is incomplete), and where the last complete
  // row ends. Between them are complete rows, without header and trailer.
  std::int64_t rows_begin() const { return rows_begin_; }
  std::int64_t rows_end() const;

 private:
  enum class State : std::uint8_t { kHeader, kExtension, kTuple, kLength, kValue, kDone, kFailed };

  Error fail(std::string slug, std::string message, std::int64_t offset);
  // Whole tuples in [at, end); stops before a tuple that is cut, odd or last.
  const char* walk_whole_tuples(const char* at, const char* end);
  // Passes one item of the stream, or the available part of it. `at` is at `offset` of the stream.
  Status step(const char*& at, const char* end, std::int64_t offset);
  // Collects `bytes` bytes in carry_; false while they are not all there.
  bool gather(const char*& at, const char* end, std::size_t bytes);

  const int field_count_;
  const std::int64_t max_row_bytes_;
  State state_ = State::kHeader;
  std::int64_t row_count_ = 0;
  std::int64_t byte_count_ = 0;  // all bytes that were fed
  std::int64_t skip_ = 0;        // bytes of a value or the extension still to pass
  std::int64_t row_bytes_ = 0;   // of the tuple that is under way
  std::int64_t row_begin_ = 0;   // offset of the tuple, or trailer, that is under way
  std::int64_t rows_begin_ = 0;
  int field_ = 0;      // of that tuple
  std::string carry_;  // of a header, count or length that was cut
  // For each field, its length in the previous tuple in wire format, and the bytes to pass: a prediction that lets the
  // processor run ahead of the chain of lengths.
  struct Guess {
    std::uint32_t wire = 0;
    std::uint32_t bytes = 0;
  };
  std::vector<Guess> guesses_;
  std::optional<Error> error_;
};

// COPY (FORMAT text): every newline ends a row, because COPY escapes those inside values.
class TextLineCounter {
 public:
  explicit TextLineCounter(std::int64_t max_row_bytes = kDefaultMaxRowBytes) : max_row_bytes_(max_row_bytes) {}

  // Fails with `pg_copy.row_too_big`.
  Status feed(std::string_view bytes);
  // Fails with `pg_copy.truncated` if the last row has no newline.
  Status finish();

  std::int64_t row_count() const { return row_count_; }
  std::int64_t byte_count() const { return byte_count_; }
  // As FrameWalker's.
  std::int64_t rows_end() const { return byte_count_ - open_bytes_; }

 private:
  const std::int64_t max_row_bytes_;
  std::int64_t row_count_ = 0;
  std::int64_t byte_count_ = 0;
  std::int64_t open_bytes_ = 0;  // of the row that has not ended
};

}  // namespace dpone::pg_copy
