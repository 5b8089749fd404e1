// TextInput: the text of a ByteInput, decompressed as it is read. Only a decompressor copies between the input and the
// caller's buffer. Thread rule as in byte_input.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "dpone/rowfile/byte_input.h"
#include "dpone/rowfile/compression.h"

namespace dpone::rowfile {

class TextInput final : public ByteInput {
 public:
  // `compression` absent: by the first bytes. Fails with `compression.corrupt` where those contradict the name, or
  // `compression`.
  static Result<std::unique_ptr<TextInput>> open(std::unique_ptr<ByteInput> bytes,
                                                 std::optional<Compression> compression);

  Result<std::size_t> read(std::span<char> room) override;
  void give_up() override { bytes_->give_up(); }
  Status finish() override { return bytes_->finish(); }
  const std::string& name() const override { return bytes_->name(); }
  bool is_stream() const override { return bytes_->is_stream(); }

  Compression compression() const { return compression_; }
  // `text` was read and is to be read again. REQUIRES: all of it was read, and nothing was put back before.
  void put_back(std::string text) { front_ = std::move(text); }

 private:
  explicit TextInput(std::unique_ptr<ByteInput> bytes) : bytes_(std::move(bytes)) {}
  Status begin(std::optional<Compression> compression);
  Result<std::size_t> read_bytes(std::span<char> room);
  Result<std::size_t> decompress(std::span<char> room);
  Error located(Error error) const;

  const std::unique_ptr<ByteInput> bytes_;
  Compression compression_ = Compression::kNone;
  std::unique_ptr<Decompressor> decompressor_;
  std::string front_;  // put back
  std::size_t front_at_ = 0;
  std::string buffer_;  // read and not yet handed on
  std::size_t buffer_at_ = 0;
  std::int64_t offset_ = 0;  // in the bytes, after the text that was read
};

}  // namespace dpone::rowfile
