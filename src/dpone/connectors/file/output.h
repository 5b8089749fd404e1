// Output: bytes on their way into a file or a stream: compressed, hashed, counted. Used by one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "dpone/base/result.h"
#include "dpone/base/sha256.h"
#include "dpone/rowfile/compression.h"

namespace dpone::file {

class Output {
 public:
  // `fd` stays the caller's. `name` is for errors. `stop` ends the wait for a reader that does not read.
  static Result<Output> create(int fd, std::string name, rowfile::Compression compression, std::stop_token stop);
  Status write(std::string_view text);
  // The end of the compressed form. Nothing may be written afterwards.
  Status finish();
  std::int64_t byte_count() const { return bytes_; }  // as in the file
  std::string sha256() { return hash_.hex(); }        // REQUIRES: finish() was called; once

 private:
  Output(int fd, std::string name, std::stop_token stop) : fd_(fd), name_(std::move(name)), stop_(std::move(stop)) {}
  Status put(std::string_view bytes);

  int fd_;
  std::string name_;
  std::stop_token stop_;
  std::unique_ptr<rowfile::Compressor> compressor_;
  std::string compressed_;
  Sha256 hash_;
  std::int64_t bytes_ = 0;
};

}  // namespace dpone::file
