#include "dpone/plan/strategy/full_refresh.h"

#include <gtest/gtest.h>

#include "dpone/manifest/keys.h"

namespace dpone::plan::strategy {
namespace {

class FullRefresh : public testing::Test {
 protected:
  FullRefresh() {
    manifest_.sink.options = Options(manifest::common_sink_options());
    target_.exists = true;
    target_.is_empty = false;
    target_.relation = "target";
    target_.publish = {{"exchange", {}, {"of exchange"}},
                       {"truncate_insert", {}, {"of truncate"}},
                       {"delete_insert", {}, {"of delete"}}};
  }

  void block(std::size_t option, const std::string& why, bool is_reference = false) {
    target_.publish[option].blockers.push_back({why, is_reference});
  }

  Status decide() {
    plan_ = RoutePlan();
    return plan_full_refresh({manifest_, source_, target_, target_, prior_}, plan_);
  }

  // The method, or the slug of the refusal.
  std::string decided() {
    const Status status = decide();
    return status ? plan_.load.method : status.error().slug();
  }

  manifest::Manifest manifest_;
  SourceFacts source_;
  TargetFacts target_;
  PriorReceipts prior_;
  RoutePlan plan_;
};

TEST_F(FullRefresh, AutoTakesExchangeThenTruncateAndNeverDelete) {
  EXPECT_EQ(decided(), "exchange");
  EXPECT_EQ(plan_.notes, std::vector<std::string>{"of exchange"}) << "only of the method that is taken";
  block(0, "a view depends on it");
  EXPECT_EQ(decided(), "truncate_insert");
  EXPECT_EQ(plan_.method_reasons, std::vector<std::string>{"not exchange: a view depends on it"});
  block(1, "no right to truncate");
  EXPECT_EQ(decided(), "publish.no_method");
}

TEST_F(FullRefresh, ANamedMethodIsTakenOrNone) {
  manifest_.sink.options.set("overwrite_type", "delete_insert");
  EXPECT_EQ(decided(), "delete_insert");
  block(2, "a key would cascade");
  EXPECT_EQ(decided(), "publish.no_method");
  manifest_.sink.options.set("overwrite_type", "truncate_insert");
  EXPECT_EQ(decided(), "truncate_insert");
}

TEST_F(FullRefresh, ARefusalNamesAllThatStandsAgainstEachMethod) {
  block(0, "first");
  block(0, "second");
  block(1, "third");
  const Status status = decide();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().error_class(), ErrorClass::kRefused);
  for (const char* part : {"exchange: first; second", "truncate_insert: third"}) {
    EXPECT_NE(status.error().message().find(part), std::string::npos) << part;
  }
}

TEST_F(FullRefresh, OnlyForeignKeysHaveAWordOfTheirOwn) {
  block(0, "a foreign key of child refers to it", true);
  block(1, "a foreign key of child refers to it", true);
  EXPECT_EQ(decided(), "publish.referenced");
  block(1, "no right to truncate");
  EXPECT_EQ(decided(), "publish.no_method");
}

TEST_F(FullRefresh, ATargetThatIsNotThereIsCreated) {
  target_.exists = false;
  manifest_.sink.options.set("overwrite_type", "truncate_insert");
  EXPECT_EQ(decided(), "create");
}

TEST_F(FullRefresh, AnEmptySourceIsRefusedWhereRowsAreOrWere) {
  ASSERT_TRUE(decide());
  EXPECT_FALSE(plan_.empty_source_refusal.empty());
  target_.is_empty = true;
  ASSERT_TRUE(decide());
  EXPECT_TRUE(plan_.empty_source_refusal.empty());
  Receipt receipt;
  receipt.run_id = "r-0";
  receipt.rows_loaded = 9;
  prior_.newest_of_process = receipt;
  ASSERT_TRUE(decide());
  EXPECT_NE(plan_.empty_source_refusal.find("run r-0 published 9"), std::string::npos);
  target_.exists = false;
  ASSERT_TRUE(decide());
  EXPECT_NE(plan_.empty_source_refusal.find("no longer exists"), std::string::npos);
  prior_.newest_of_process->rows_loaded = 0;
  ASSERT_TRUE(decide());
  EXPECT_TRUE(plan_.empty_source_refusal.empty());
}

}  // namespace
}  // namespace dpone::plan::strategy
