// RejectFile: the file of invalid rows, each with its file, its position and the reason: CSV that dpone can read, with
// the unchanged row. The file is created by the first such row. Used by one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dpone/base/file.h"
#include "dpone/base/result.h"
#include "dpone/rowfile/row_format.h"

namespace dpone::rowfile {

class RejectFile {
 public:
  explicit RejectFile(std::string path) : path_(std::move(path)) {}
  // Removes the rows of an earlier run, so that an existing file contains the rows of this run.
  Status begin();
  Status add(const std::string& file, const RejectedRow& row);
  // Durable then.
  Status finish();
  std::int64_t count() const { return count_; }
  const std::string& path() const { return path_; }

 private:
  Status flush();

  std::string path_;
  FileDescriptor fd_;
  std::string buffer_;
  std::int64_t count_ = 0;
};

}  // namespace dpone::rowfile
