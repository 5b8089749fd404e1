#include "dpone/connectors/postgres/copy_writers.h"

#include <algorithm>
#include <string>
#include <utility>

#include "dpone/codec/pg_copy/wire_format.h"

namespace dpone::postgres {
namespace {

constexpr std::int64_t kSendBytes = std::int64_t{256} << 10;
constexpr std::size_t kMostKeptBytes = std::size_t{4} << 20;
constexpr std::int64_t kMostEncodeRows = 1024;

class CopyInSession {
 public:
  explicit CopyInSession(OpenCopy copy) : copy_(std::move(copy)) {}
  CopyInSession(const CopyInSession&) = delete;
  CopyInSession& operator=(const CopyInSession&) = delete;
  ~CopyInSession() {
    if (!is_finished_) copy_.connection.abort_copy_in("the load was given up");
  }
  Status send(std::string_view bytes) {
    Status sent = copy_.connection.write_copy(bytes);
    if (!sent) return copy_.explain(std::move(sent).error());
    return sent;
  }
  Result<WriteSummary> finish() {
    is_finished_ = true;
    const auto rows = copy_.connection.finish_copy_in();
    if (!rows) return copy_.explain(rows.error());
    copy_.rows += *rows;
    DPONE_CHECK(copy_.connection.execute(copy_.statement));
    return WriteSummary{*rows, *rows};
  }

 private:
  OpenCopy copy_;
  bool is_finished_ = false;
};

class RawCopyWriter final : public RawWriter {
 public:
  RawCopyWriter(OpenCopy copy, bool is_text) : session_(std::move(copy)), is_text_(is_text) {}
  Status write(std::string_view bytes) override {
    DPONE_CHECK(begin());
    return session_.send(bytes);
  }
  Result<WriteSummary> finish() override {
    DPONE_CHECK(begin());
    if (!is_text_) DPONE_CHECK(session_.send(pg_copy::kTrailer));
    return session_.finish();
  }

 private:
  Status begin() {
    if (std::exchange(has_begun_, true) || is_text_) return {};
    return session_.send(pg_copy::kPlainHeader);
  }

  CopyInSession session_;
  bool is_text_;
  bool has_begun_ = false;
};

class BinaryCopyWriter final : public BatchWriter {
 public:
  BinaryCopyWriter(OpenCopy copy, pg_copy::Encoder encoder) : session_(std::move(copy)), encoder_(std::move(encoder)) {
    encoder_.append_header(buffer_);
  }
  Status write(const Batch& batch) override {
    // Encode only a few big rows at a time, so that the buffer stays small.
    const std::int64_t row_bytes = batch.memory_bytes() / std::max<std::int64_t>(batch.num_rows(), 1);
    const std::int64_t step = std::clamp<std::int64_t>(2 * kSendBytes / (row_bytes + 1), 1, kMostEncodeRows);
    for (std::int64_t row = 0; row < batch.num_rows(); row += step) {
      DPONE_CHECK(encoder_.encode_rows(batch, row, std::min(step, batch.num_rows() - row), buffer_));
      if (std::ssize(buffer_) >= kSendBytes) {
        DPONE_CHECK(session_.send(buffer_));
        buffer_.clear();
        // A buffer that a huge row has grown is not kept.
        if (buffer_.capacity() > kMostKeptBytes) std::string().swap(buffer_);
      }
    }
    return {};
  }
  Result<WriteSummary> finish() override {
    encoder_.append_trailer(buffer_);
    DPONE_CHECK(session_.send(buffer_));
    return session_.finish();
  }

 private:
  CopyInSession session_;
  pg_copy::Encoder encoder_;
  std::string buffer_;
};

class TextCopyWriter final : public BatchWriter {
 public:
  TextCopyWriter(OpenCopy copy, pg_copy::TextEncoder encoder)
      : session_(std::move(copy)), encoder_(std::move(encoder)) {}
  Status write(const Batch& batch) override {
    buffer_.clear();
    DPONE_CHECK(encoder_.encode(batch, buffer_));
    return session_.send(buffer_);
  }
  Result<WriteSummary> finish() override { return session_.finish(); }

 private:
  CopyInSession session_;
  pg_copy::TextEncoder encoder_;
  std::string buffer_;
};

}  // namespace

std::unique_ptr<RawWriter> make_copy_writer(OpenCopy copy, bool is_text) {
  return std::make_unique<RawCopyWriter>(std::move(copy), is_text);
}

std::unique_ptr<BatchWriter> make_copy_writer(OpenCopy copy, pg_copy::Encoder encoder) {
  return std::make_unique<BinaryCopyWriter>(std::move(copy), std::move(encoder));
}

std::unique_ptr<BatchWriter> make_copy_writer(OpenCopy copy, pg_copy::TextEncoder encoder) {
  return std::make_unique<TextCopyWriter>(std::move(copy), std::move(encoder));
}

}  // namespace dpone::postgres
