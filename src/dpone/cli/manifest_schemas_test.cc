#include "dpone/cli/manifest_schemas.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "dpone/base/file.h"
#include "dpone/manifest/reader.h"
#include "dpone/manifest/schema.h"

namespace dpone::cli {
namespace {

// DPONE_UPDATE=1 rewrites the file instead of comparing it.
TEST(ManifestSchemaFile, IsCurrent) {
  const auto path = std::filesystem::path(DPONE_SOURCE_DIR) / "schemas/manifest.schema.json";
  const std::string expected = manifest::json_schema(manifest_schemas()).pretty() + "\n";
  if (std::getenv("DPONE_UPDATE") != nullptr) {
    ASSERT_TRUE(make_directories(path.parent_path()));
    ASSERT_TRUE(write_file_atomically(path, expected));
    return;
  }
  const Result<std::string> text = read_file(path, 1 << 20);
  ASSERT_TRUE(text) << text.error().to_line();
  EXPECT_EQ(*text, expected) << "run this test with DPONE_UPDATE=1 to write the schema anew";
}

TEST(ManifestSchemas, AMisspelledConnectionFieldHasItsPlace) {
  const manifest::ReadOutcome outcome = manifest::read_manifest_text(R"(name: orders
source:
  type: postgres
  connection_type: params
  params: {hots: db, database: d, username: u}
  table: {name: orders}
sink:
  type: postgres
  connection_type: env
  connection_id: wh
  table: {name: orders}
  strategy: {mode: full_refresh}
)",
                                                                     "m.yaml", manifest_schemas());
  EXPECT_EQ(outcome.problem_lines(), "m.yaml:5:12: unknown key hots in source.params; did you mean host?");
}

}  // namespace
}  // namespace dpone::cli
