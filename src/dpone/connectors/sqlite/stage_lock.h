// StageLock: an OS lock on a file beside the database, `<database>-dpone-<16 hex>`, that says "the run of this stage is
// alive". It ends with the process, however that ends. Move-only.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/file.h"
#include "dpone/base/result.h"

namespace dpone::sqlite {

class StageLock {
 public:
  // Absent: another process holds it.
  static Result<std::optional<StageLock>> take(const std::filesystem::path& database, std::string_view stage);
  // Names of stages whose lock files are beside the database, held or not.
  static std::vector<std::string> stages(const std::filesystem::path& database);
  // Removes the file, then lets go.
  void release();

 private:
  StageLock(FileDescriptor file, std::filesystem::path path) : file_(std::move(file)), path_(std::move(path)) {}
  FileDescriptor file_;
  std::filesystem::path path_;
};

}  // namespace dpone::sqlite
