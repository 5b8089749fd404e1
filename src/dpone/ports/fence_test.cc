#include "dpone/ports/fence.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

TEST(Fence, LetsOnlyTheNextVersionAndEpochPass) {
  PriorReceipts prior;
  prior.newest_of_process.emplace().version = 4;
  prior.newest_of_target.emplace().target_epoch = 9;
  Receipt receipt;
  receipt.target = R"("s"."t")";
  receipt.version = 5;
  receipt.target_epoch = 10;
  EXPECT_TRUE(check_fence(prior, receipt, true));
  receipt.target_epoch = 9;
  EXPECT_TRUE(check_fence(prior, receipt, false));
  EXPECT_FALSE(check_fence(prior, receipt, true));
  receipt.version = 3;
  const auto refused = check_fence(prior, receipt, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().slug(), "finalize.fenced");
  EXPECT_EQ(refused.error().context_value("target"), R"("s"."t")");
  EXPECT_EQ(refused.error().context_value("planned_version"), "2");
  EXPECT_EQ(refused.error().context_value("found_version"), "4");
}

}  // namespace
}  // namespace dpone
