#include "dpone/cli/progress_view.h"

#include <gtest/gtest.h>

#include "dpone/base/json.h"

namespace dpone::cli {
namespace {

ProgressFacts loading() { return {"r1", "orders", "2026-11-25T10:00:00.000Z", "load", 1000, 4096, 5000, 2.50049, 2.0}; }

TEST(ProgressLine, IsOneLineOfJson) {
  EXPECT_EQ(progress_line(loading()),
            R"({"bytes":4096,"expected_rows":5000,"process":"orders","rows":1000,"rows_per_second":500,"run_id":"r1",)"
            R"("schema_version":"dpone.progress.v1","seconds":2.5,"stage":"load","time":"2026-11-25T10:00:00.000Z"})"
            "\n");
}

TEST(ProgressLine, WhatNobodyKnowsIsNull) {
  ProgressFacts facts = loading();
  facts.expected_rows = 0;
  facts.stage = "seal";
  const auto json = Json::parse(progress_line(facts));
  ASSERT_TRUE(json);
  EXPECT_TRUE((*json)["expected_rows"].is_null());
  EXPECT_TRUE((*json)["rows_per_second"].is_null());
  EXPECT_EQ((*json)["rows"], Json(1000));
}

}  // namespace
}  // namespace dpone::cli
