#include "dpone/connectors/postgres/temporary_names.h"

#include <gtest/gtest.h>

#include <set>

namespace dpone::postgres {
namespace {

TEST(TemporaryNames, AreDigestsOfKindTargetAndRun) {
  const TemporaryNames names(R"("s"."t")", "run-1");
  EXPECT_EQ(names.stage().size(), 24U);
  EXPECT_TRUE(names.stage().starts_with("__dpone_"));
  EXPECT_EQ(names.stage().find_first_not_of("0123456789abcdef", 8), std::string::npos);
  EXPECT_EQ(names.stage(), TemporaryNames(R"("s"."t")", "run-1").stage());
  // 63 bytes that differ in the last one only stay apart.
  const std::string name(62, 'x');
  EXPECT_EQ((std::set<std::string>{names.stage(), names.index("a"), names.index("b"), names.sequence("a"),
                                   names.statistics("a"), names.index(name + "1"), names.index(name + "2"),
                                   TemporaryNames(R"("s"."t")", "run-2").stage(),
                                   TemporaryNames(R"("s"."u")", "run-1").stage()})
                .size(),
            9U);
}

TEST(TemporaryNames, AreReadableInAPlan) {
  EXPECT_EQ(TemporaryNames(R"("s"."t")", "").index("k"), "__dpone_{index k}");
}

TEST(TemporaryNames, LockKeysOfDifferentThingsDiffer) {
  EXPECT_EQ(stage_lock_key("__dpone_00000000000000ff"), 255);
  EXPECT_EQ(stage_lock_key("__dpone_ffffffffffffffff"), -1);
  EXPECT_EQ((std::set<std::int64_t>{target_lock_key("a"), target_lock_key("b"), control_lock_key("a"),
                                    control_lock_key("b"), prepare_lock_key()})
                .size(),
            5U);
}

}  // namespace
}  // namespace dpone::postgres
