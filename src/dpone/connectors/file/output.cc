#include "dpone/connectors/file/output.h"

#include "dpone/base/write_all.h"

namespace dpone::file {

Result<Output> Output::create(int fd, std::string name, rowfile::Compression compression, std::stop_token stop) {
  Output output(fd, std::move(name), std::move(stop));
  if (compression != rowfile::Compression::kNone) {
    DPONE_TRY(output.compressor_, rowfile::make_compressor(compression));
  }
  return output;
}

Status Output::put(std::string_view bytes) {
  DPONE_CHECK(write_all(fd_, bytes, name_, stop_));
  hash_.update(bytes);
  bytes_ += static_cast<std::int64_t>(bytes.size());
  return {};
}

Status Output::write(std::string_view text) {
  if (!compressor_) return put(text);
  compressed_.clear();
  DPONE_CHECK(compressor_->write(text, compressed_));
  return put(compressed_);
}

Status Output::finish() {
  if (!compressor_) return {};
  compressed_.clear();
  DPONE_CHECK(compressor_->finish(compressed_));
  return put(compressed_);
}

}  // namespace dpone::file
