#include "dpone/manifest/strategy_spec.h"

#include <gtest/gtest.h>

#include "dpone/manifest/keys.h"
#include "dpone/manifest/manifest.h"
#include "dpone/manifest/test_schemas.h"

namespace dpone::manifest {
namespace {

class StrategyRules : public testing::Test {
 protected:
  void take(const StrategySpec& spec) {
    manifest_.strategy.mode = spec.mode;
    manifest_.strategy.options = Options(common_strategy_options(), spec.options);
    manifest_.source.options = Options(common_source_options());
  }

  // Path and message of each problem, a line each.
  std::string problems() {
    std::string out;
    for (const RuleProblem& problem : strategy_problems(manifest_, kTestStrategies)) {
      out += problem.path + ": " + problem.message + "\n";
    }
    return out;
  }

  Manifest manifest_;
};

TEST_F(StrategyRules, AKeyBelongsToTheStrategiesThatHaveIt) {
  take(kTestMerge);
  manifest_.strategy.set_unique_key({"id"});
  manifest_.strategy.options.set("keep_latest_by", "at");
  EXPECT_EQ(problems(), "");
  manifest_.strategy.options.set("only_new_rows", false);
  EXPECT_EQ(problems(), "") << "says no more than its default";
  manifest_.strategy.options.set("only_new_rows", true);
  EXPECT_EQ(problems(), "sink.strategy.only_new_rows: sink.strategy.only_new_rows requires incremental_append\n");
}

TEST_F(StrategyRules, AStrategyMayNeedAKey) {
  take(kTestMerge);
  EXPECT_EQ(problems(),
            "sink.strategy.mode: sink.strategy.unique_key is missing: incremental_merge finds rows by it\n");
  take(kTestRefresh);
  EXPECT_EQ(problems(), "");
}

TEST_F(StrategyRules, ACursorGoesWithTheStrategiesThatTakeOne) {
  take(kTestRefresh);
  manifest_.source.options.set("cursor", "at");
  EXPECT_EQ(problems(),
            "source.options.cursor: source.options.cursor requires incremental_append or incremental_merge; "
            "full_refresh reads every row of the selection\n");
  take(kTestAppend);
  manifest_.source.options.set("overlap", "2h");
  EXPECT_EQ(problems(), "source.options.overlap: source.options.overlap requires source.options.cursor\n");
  manifest_.source.options.set("cursor", "at");
  manifest_.source.options.set("limit", 5);
  EXPECT_EQ(problems(),
            "source.options.limit: source.options.limit skips rows that the cursor would never read again; it excludes "
            "a cursor\n");
}

TEST_F(StrategyRules, TheTableTellsWhatEachModeDoesAndTakes) {
  EXPECT_EQ(mode_description(kTestStrategies, "`"),
            "What a run does to the target: `full_refresh` replaces all rows; `incremental_append` adds rows; "
            "`incremental_merge` changes and adds rows");
  EXPECT_EQ(modes_with(kTestStrategies, "only_new_rows"), "incremental_append");
  EXPECT_EQ(modes_with(kTestStrategies, "unique_key"), "") << "all take it";
  EXPECT_EQ(modes_that_need_key(kTestStrategies), "incremental_merge");
  ASSERT_EQ(strategy_keys(kTestStrategies).size(), 3U);
  EXPECT_EQ(strategy_keys(kTestStrategies)[0].name, "unique_key");
}

}  // namespace
}  // namespace dpone::manifest
