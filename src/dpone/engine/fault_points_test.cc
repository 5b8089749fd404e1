#include "dpone/engine/fault_points.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

namespace dpone::engine {
namespace {

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(FaultPoints, AreTheOnesInTheDocumentAndInItsOrder) {
  std::istringstream document(read_text(DPONE_SOURCE_DIR "/docs/formats/fault-points.md"));
  std::vector<std::string> documented;
  for (std::string line; std::getline(document, line);) {
    const bool is_row = line.starts_with("| `") && line.substr(0, line.find('`', 3)).find('.') != std::string::npos;
    if (is_row) documented.push_back(line.substr(3, line.find('`', 3) - 3));
  }
  EXPECT_TRUE(std::ranges::equal(documented, fault_points()));
}

TEST(FaultPoints, AreEachReachedSomewhereInTheCode) {
  std::string code;
  for (const char* file : {"engine/run.cc", "engine/load.cc", "engine/publication.cc", "engine/pump.cc",
                           "connectors/postgres/stage.cc", "connectors/postgres/source.cc"}) {
    code += read_text(std::string(DPONE_SOURCE_DIR "/src/dpone/") + file);
  }
  for (const std::string_view point : fault_points()) {
    EXPECT_NE(code.find("fault(\"" + std::string(point) + "\")"), std::string::npos) << point;
  }
}

TEST(FaultPoints, AnErrorComesAtItsPointOnly) {
  auto fault = NamedFault::parse("stage.created=error", {});
  ASSERT_TRUE(fault);
  EXPECT_TRUE(fault->reach("run.locked"));
  const Status reached = fault->reach("stage.created");
  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().slug(), "fault.injected");
  EXPECT_EQ(reached.error().context_value("point"), "stage.created");
}

TEST(FaultPoints, AnythingElseIsAUsageError) {
  for (const char* text : {"", "=", "kill", "stage.created", "stage.created=", "stage.created=Kill",
                           "stage.nowhere=kill", " stage.created=kill"}) {
    const auto fault = NamedFault::parse(text, {});
    ASSERT_FALSE(fault) << text;
    EXPECT_EQ(fault.error().slug(), "fault.unknown");
    EXPECT_EQ(fault.error().error_class(), ErrorClass::kUsage);
  }
}

}  // namespace
}  // namespace dpone::engine
