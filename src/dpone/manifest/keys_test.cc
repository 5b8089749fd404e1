#include "dpone/manifest/keys.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "dpone/base/file.h"
#include "dpone/manifest/reader.h"
#include "dpone/manifest/schema.h"
#include "dpone/manifest/test_schemas.h"

namespace dpone::manifest {
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
    ASSERT_TRUE(write_file_atomically(path, page.substr(0, begin) + render_key_tables() + page.substr(end)));
    return;
  }
  EXPECT_EQ(page.substr(begin, end - begin), render_key_tables())
      << "run this test with DPONE_UPDATE=1 to write the tables anew";
}

TEST(ManifestDocs, EveryExampleIsAValidManifest) {
  const std::string page = page_text();
  std::size_t count = 0;
  for (std::size_t at = page.find("```yaml\n"); at != std::string::npos; at = page.find("```yaml\n", at + 8)) {
    const std::string text = page.substr(at + 8, page.find("```", at + 8) - at - 8);
    const ReadOutcome outcome = read_manifest_text(text, "example", kTestSchemas);
    EXPECT_TRUE(outcome.ok()) << outcome.problem_lines() << "\n" << text;
    ++count;
  }
  EXPECT_EQ(count, 4U);
}

TEST(ManifestKeys, EveryDefaultIsValidAndEveryKeyDescribed) {
  for (const SectionSpec& section : sections()) {
    EXPECT_FALSE(section.description.empty()) << section.path;
    for (const OptionSpec& spec : section.keys) {
      EXPECT_FALSE(spec.description.empty()) << spec.name;
      EXPECT_FALSE(spec.description.ends_with('.')) << spec.name;
      const bool has_default = !spec.default_text.empty();
      EXPECT_TRUE(!has_default || parse_option(spec, spec.default_text)) << spec.name;
    }
  }
}

TEST(ManifestSchema, FollowsTheTablesAndTheConnector) {
  const Json schema = json_schema(kTestSchemas);
  EXPECT_EQ(schema["$schema"], Json("https://json-schema.org/draft/2020-12/schema"));
  EXPECT_EQ(schema["required"], Json(Json::Array{"name", "source", "sink"}));
  EXPECT_EQ(schema["additionalProperties"], Json(false));
  const Json& sink = schema["properties"]["sink"];
  EXPECT_EQ(sink["properties"]["type"]["enum"], Json(Json::Array{"postgres"}));
  EXPECT_EQ(sink["properties"]["options"]["properties"]["unlogged"]["type"], Json("boolean"));
  EXPECT_EQ(sink["properties"]["strategy"]["properties"]["mode"]["enum"],
            Json(Json::Array{"full_refresh", "incremental_append", "incremental_merge"}));
  EXPECT_EQ(schema["properties"]["name"]["pattern"], Json("^[a-z0-9_]+$"));
}

}  // namespace
}  // namespace dpone::manifest
