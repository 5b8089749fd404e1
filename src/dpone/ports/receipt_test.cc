#include "dpone/ports/receipt.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

TEST(Receipt, TheFirstHasVersionAndEpochOne) {
  EXPECT_EQ(next_version({}), 1);
  EXPECT_EQ(next_epoch({}, true), 1);
  EXPECT_EQ(next_epoch({}, false), 1);
}

TEST(Receipt, ComesBackWhole) {
  Receipt receipt;
  receipt.version = 3;
  receipt.process = "orders";
  receipt.target = R"("s"."t")";
  receipt.target_identity = "16401";
  receipt.target_epoch = 2;
  receipt.target_created = true;
  receipt.run_id = "run-1";
  receipt.part = 4;
  receipt.manifest_hash = "m";
  receipt.plan_hash = "p";
  receipt.selection_fingerprint = "f";
  receipt.columns = {"id", "name"};
  receipt.position = Position{"cursor", *Json::parse(R"({"value":"7"})")};
  receipt.rows_read = 5;
  receipt.rows_loaded = 6;
  receipt.method = "exchange";
  receipt.outcome = "committed";
  receipt.published_at = "2026-11-23T22:00:00Z";
  const auto back = Receipt::from_json(receipt.to_json());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->to_json().canonical(), receipt.to_json().canonical());
  EXPECT_EQ(back->published_at, receipt.published_at);
  for (const char* key : {"version", "process", "target", "target_epoch", "target_created", "run_id", "part",
                          "manifest_hash", "plan_hash", "selection_fingerprint", "columns", "position", "rows_read",
                          "rows_loaded", "method", "outcome", "dpone_version"}) {
    EXPECT_TRUE(receipt.body_json().contains(key)) << key;
  }
  EXPECT_FALSE(receipt.body_json().contains("target_identity"));
  EXPECT_FALSE(receipt.body_json().contains("published_at"));
}

TEST(Receipt, WithoutAFieldIsUnreadable) {
  const std::string whole = Receipt().body_json().canonical();
  ASSERT_TRUE(Receipt::from_json(*Json::parse(whole)));
  for (const char* key : {"target_created", "manifest_hash", "plan_hash", "selection_fingerprint", "columns",
                          "rows_read", "rows_loaded", "method", "outcome"}) {
    Json json = *Json::parse(whole);
    json.set(key, Json());
    const auto read = Receipt::from_json(json);
    ASSERT_FALSE(read) << key;
    EXPECT_EQ(read.error().slug(), "receipts.unreadable");
  }
}

}  // namespace
}  // namespace dpone
