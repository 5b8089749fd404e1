#include "dpone/cli/manifest_schemas.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "dpone/base/file.h"
#include "dpone/manifest/reader.h"
#include "dpone/manifest/schema.h"

namespace dpone::cli {
namespace {

const std::filesystem::path kRoot = DPONE_SOURCE_DIR;
constexpr std::string_view kBegin = "<!-- keys:begin -->\n";
constexpr std::string_view kEnd = "<!-- keys:end -->";

std::string page_text() {
  Result<std::string> text = read_file(kRoot / "docs/formats/manifest.md", 1 << 20);
  EXPECT_TRUE(text);
  return text ? *std::move(text) : std::string();
}

// DPONE_UPDATE=1 rewrites the generated part instead of comparing it.
TEST(ManifestDocs, KeyTablesAreCurrent) {
  const auto path = kRoot / "docs/formats/manifest.md";
  const std::string page = page_text();
  const std::size_t begin = page.find(kBegin) + kBegin.size();
  const std::size_t end = page.find(kEnd);
  ASSERT_LE(begin, end);
  if (std::getenv("DPONE_UPDATE") != nullptr) {
    ASSERT_TRUE(write_file_atomically(
        path, page.substr(0, begin) + manifest::render_key_tables(manifest_schemas()) + page.substr(end)));
    return;
  }
  EXPECT_EQ(page.substr(begin, end - begin), manifest::render_key_tables(manifest_schemas()))
      << "run this test with DPONE_UPDATE=1 to write the tables anew";
}

TEST(ManifestDocs, EveryExampleIsAValidManifest) {
  const std::string page = page_text();
  std::size_t count = 0;
  for (std::size_t at = page.find("```yaml\n"); at != std::string::npos; at = page.find("```yaml\n", at + 8)) {
    const std::string text = page.substr(at + 8, page.find("```", at + 8) - at - 8);
    const manifest::ReadOutcome outcome = manifest::read_manifest_text(text, "example", manifest_schemas());
    EXPECT_TRUE(outcome.ok()) << outcome.problem_lines() << "\n" << text;
    ++count;
  }
  EXPECT_EQ(count, 4U);
}

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
