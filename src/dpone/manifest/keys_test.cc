#include "dpone/manifest/keys.h"

#include <gtest/gtest.h>

#include "dpone/manifest/reader.h"
#include "dpone/manifest/schema.h"
#include "dpone/manifest/test_schemas.h"

namespace dpone::manifest {
namespace {

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
