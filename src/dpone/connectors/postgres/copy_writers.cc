#include "dpone/connectors/postgres/copy_writers.h"

#include <algorithm>
#include <string>

#include "dpone/connectors/postgres/dialect.h"

namespace dpone::postgres {
namespace {

constexpr std::size_t kSendBytes = std::size_t{256} * 1024;
constexpr std::int64_t kEncodeRows = 1024;

class CopyInSession {
 public:
  CopyInSession(Connection& connection, std::int64_t& rows) : connection_(connection), rows_(rows) {}
  CopyInSession(const CopyInSession&) = delete;
  CopyInSession& operator=(const CopyInSession&) = delete;
  ~CopyInSession() {
    if (!is_finished_) connection_.abort_copy_in("the load was given up");
  }
  Status send(std::string_view bytes) { return connection_.write_copy(bytes); }
  Result<WriteSummary> finish() {
    is_finished_ = true;
    DPONE_TRY(const std::int64_t rows, connection_.finish_copy_in());
    rows_ += rows;
    DPONE_CHECK(connection_.execute(std::string(kFixedSearchPath)));
    return WriteSummary{rows};
  }

 private:
  Connection& connection_;
  std::int64_t& rows_;
  bool is_finished_ = false;
};

class RawCopyWriter final : public RawWriter {
 public:
  RawCopyWriter(Connection& connection, std::int64_t& rows) : session_(connection, rows) {}
  Status write(std::string_view bytes) override { return session_.send(bytes); }
  Result<WriteSummary> finish() override { return session_.finish(); }

 private:
  CopyInSession session_;
};

class BinaryCopyWriter final : public BatchWriter {
 public:
  BinaryCopyWriter(Connection& connection, std::int64_t& rows, pg_copy::Encoder encoder)
      : session_(connection, rows), encoder_(std::move(encoder)) {
    encoder_.append_header(buffer_);
  }
  Status write(const Batch& batch) override {
    for (std::int64_t row = 0; row < batch.num_rows(); row += kEncodeRows) {
      DPONE_CHECK(encoder_.encode_rows(batch, row, std::min(kEncodeRows, batch.num_rows() - row), buffer_));
      if (buffer_.size() >= kSendBytes) {
        DPONE_CHECK(session_.send(buffer_));
        buffer_.clear();
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
  TextCopyWriter(Connection& connection, std::int64_t& rows, pg_copy::TextEncoder encoder)
      : session_(connection, rows), encoder_(std::move(encoder)) {}
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

std::unique_ptr<RawWriter> make_copy_writer(Connection& connection, std::int64_t& rows) {
  return std::make_unique<RawCopyWriter>(connection, rows);
}

std::unique_ptr<BatchWriter> make_copy_writer(Connection& connection, std::int64_t& rows, pg_copy::Encoder encoder) {
  return std::make_unique<BinaryCopyWriter>(connection, rows, std::move(encoder));
}

std::unique_ptr<BatchWriter> make_copy_writer(Connection& connection, std::int64_t& rows,
                                              pg_copy::TextEncoder encoder) {
  return std::make_unique<TextCopyWriter>(connection, rows, std::move(encoder));
}

}  // namespace dpone::postgres
