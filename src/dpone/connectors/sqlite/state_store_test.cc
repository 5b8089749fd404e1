#include "dpone/connectors/sqlite/state_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "dpone/base/clock.h"

namespace dpone::sqlite {
namespace {

class QuietLogger final : public Logger {
 public:
  void log(LogLevel, std::string_view) override {}
};

class StateStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "dpone-states-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    context_.clock = &clock_;
    context_.logger = &logger_;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static State state_of(const std::string& process) {
    State state;
    state.process = process;
    state.target = "main.t";
    state.run_id = "run-1";
    return state;
  }

  SystemClock clock_;
  QuietLogger logger_;
  RunContext context_;
  std::filesystem::path folder_;
};

TEST_F(StateStoreTest, AskingLeavesNoFileBehind) {
  const auto store = make_state_store(folder_ / "sub" / "state.db", context_);
  const auto loaded = store->load("orders", "main.t");
  ASSERT_TRUE(loaded);
  EXPECT_FALSE(*loaded);
  const auto list = store->list();
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->empty());
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(StateStoreTest, AStateIsKeptAndReplacedByWhoeverKnowsIt) {
  const std::filesystem::path file = folder_ / "sub" / "state.db";
  ASSERT_TRUE(make_state_store(file, context_)->apply(state_of("orders"), 0)) << "the folder is made";
  const auto store = make_state_store(file, context_);
  EXPECT_EQ((*store->load("orders", "main.t"))->record, 1);
  EXPECT_FALSE(*store->load("orders", "main.u"));
  const auto again = store->apply(state_of("orders"), 0);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().slug(), "state.conflict");
  EXPECT_FALSE(store->apply(state_of("orders"), 2));
  ASSERT_TRUE(store->apply(state_of("orders"), 1));
  ASSERT_TRUE(store->apply(state_of("items"), 0));
  const auto list = store->list();
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ((*list)[0].process, "items");
  EXPECT_EQ((*list)[1].record, 2);
}

}  // namespace
}  // namespace dpone::sqlite
