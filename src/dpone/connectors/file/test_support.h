// Shared by the tests of this room: a temporary folder, and a context without stops.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "dpone/base/clock.h"
#include "dpone/base/run_context.h"

namespace dpone::file {

class FolderTest : public testing::Test, public Logger, public FaultPoints {
 protected:
  FolderTest() {
    std::string name = (std::filesystem::temp_directory_path() / "dpone-file-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    context_.process = "orders";
    context_.run_id = "r-1";
    context_.logger = this;
    context_.clock = &clock_;
    context_.faults = this;
  }
  ~FolderTest() override { std::filesystem::remove_all(folder_); }
  void log(LogLevel, std::string_view) override {}
  Status reach(std::string_view) override { return {}; }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  std::filesystem::path folder_;
  SystemClock clock_;
  RunContext context_;
};

}  // namespace dpone::file
