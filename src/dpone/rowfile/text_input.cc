#include "dpone/rowfile/text_input.h"

#include <algorithm>
#include <cstring>

namespace dpone::rowfile {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
constexpr std::size_t kMagicBytes = 4;

}  // namespace

Result<std::unique_ptr<TextInput>> TextInput::open(std::unique_ptr<ByteInput> bytes,
                                                   std::optional<Compression> compression) {
  std::unique_ptr<TextInput> input(new TextInput(std::move(bytes)));
  DPONE_CHECK(input->begin(compression));
  return input;
}

Status TextInput::begin(std::optional<Compression> compression) {
  buffer_.resize(kBufferBytes);
  std::size_t have = 0;
  while (have < kMagicBytes) {
    DPONE_TRY(const std::size_t got, read_bytes({buffer_.data() + have, buffer_.size() - have}));
    if (got == 0) break;
    have += got;
  }
  buffer_.resize(have);
  const Compression found = compression_of_magic(buffer_);
  compression_ = compression.value_or(found);
  const Compression meant = compression ? *compression : compression_of_name(name());
  if (meant != Compression::kNone && found != meant) {
    const std::string by = compression ? "the option compression" : "its name";
    return located(
        Error(ErrorClass::kFailed, "compression.corrupt",
              have == 0 ? "the file is empty, but according to " + by + " it must be " + std::string(to_string(meant))
                        : "the file is not " + std::string(to_string(meant)) + ", as it must be according to " + by)
            .hint("fetch or write the file again, or give its compression"));
  }
  if (compression_ != Compression::kNone) {
    DPONE_TRY(decompressor_, make_decompressor(compression_));
  }
  return {};
}

Error TextInput::located(Error error) const {
  error.add("file", name());
  error.add("offset", std::to_string(offset_ - static_cast<std::int64_t>(buffer_.size() - buffer_at_)));
  return error;
}

Result<std::size_t> TextInput::read_bytes(std::span<char> room) {
  DPONE_TRY(const std::size_t got, bytes_->read(room));
  offset_ += static_cast<std::int64_t>(got);
  return got;
}

Result<std::size_t> TextInput::read(std::span<char> room) {
  if (!front_.empty()) {
    const std::size_t count = std::min(room.size(), front_.size() - front_at_);
    front_.copy(room.data(), count, front_at_);
    front_at_ += count;
    if (front_at_ == front_.size()) front_ = std::string();
    return count;
  }
  if (decompressor_) return decompress(room);
  if (buffer_at_ == buffer_.size()) return read_bytes(room);
  const std::size_t count = std::min(room.size(), buffer_.size() - buffer_at_);
  std::memcpy(room.data(), buffer_.data() + buffer_at_, count);
  buffer_at_ += count;
  return count;
}

Result<std::size_t> TextInput::decompress(std::span<char> room) {
  std::size_t produced = 0;
  while (produced < room.size()) {
    auto step = decompressor_->decode(std::string_view(buffer_).substr(buffer_at_), room.subspan(produced));
    if (!step) return located(std::move(step).error());
    buffer_at_ += step->consumed;
    produced += step->produced;
    if (step->consumed != 0 || step->produced != 0) continue;
    // Decoded text is passed on before waiting for more.
    if (produced != 0 && is_stream()) break;
    std::string rest = buffer_.substr(buffer_at_);
    buffer_.resize(kBufferBytes + rest.size());
    rest.copy(buffer_.data(), rest.size());
    buffer_at_ = 0;
    auto got = read_bytes({buffer_.data() + rest.size(), kBufferBytes});
    buffer_.resize(rest.size() + (got ? *got : 0));
    if (!got) return std::move(got).error();
    if (*got != 0) continue;
    if (produced != 0) break;
    const Status ended = decompressor_->finish();
    if (!ended) return located(ended.error());
    break;
  }
  return produced;
}

}  // namespace dpone::rowfile
