#include "dpone/plan/capability_check.h"

#include <gtest/gtest.h>

#include "dpone/manifest/keys.h"

namespace dpone::plan {
namespace {

manifest::Manifest manifest_with(const char* mode) {
  manifest::Manifest manifest;
  manifest.source.options = Options(manifest::common_source_options());
  manifest.strategy.mode = mode;
  return manifest;
}

// The slug of the refusal, or nothing, with ends that can do nothing but reload.
std::string refused(const manifest::Manifest& manifest) {
  const Status status = check_capabilities(manifest, {}, {});
  if (status) return {};
  EXPECT_EQ(status.error().error_class(), ErrorClass::kUsage);
  return status.error().slug();
}

TEST(CapabilityCheck, WhatIsOffIsRefusedByItsSlug) {
  EXPECT_EQ(refused(manifest_with("full_refresh")), "");
  EXPECT_EQ(refused(manifest_with("incremental_append")), "capability.append");
  EXPECT_EQ(refused(manifest_with("incremental_merge")), "capability.merge");
  for (const char* option : {"query", "where", "cursor"}) {
    manifest::Manifest manifest = manifest_with("full_refresh");
    manifest.source.options.set(option, "x");
    EXPECT_EQ(refused(manifest), std::string("capability.") + option);
  }
  manifest::Manifest manifest = manifest_with("full_refresh");
  manifest.strategy.set_unique_key({"id"});
  EXPECT_EQ(refused(manifest), "capability.key");
}

TEST(CapabilityCheck, WhatIsOnPasses) {
  manifest::Manifest manifest = manifest_with("incremental_merge");
  manifest.source.options.set("cursor", "x");
  manifest.source.options.set("where", "x");
  manifest.strategy.set_unique_key({"id"});
  EXPECT_TRUE(
      check_capabilities(manifest, {.has_where = true, .has_cursor = true}, {.has_merge = true, .has_keys = true}));
}

}  // namespace
}  // namespace dpone::plan
