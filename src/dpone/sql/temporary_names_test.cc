#include "dpone/sql/temporary_names.h"

#include <gtest/gtest.h>

namespace dpone::sql {
namespace {

TEST(TemporaryNames, FitAndDifferByKindTargetAndRun) {
  const TemporaryNames names(R"("s"."t")", "run-1");
  EXPECT_EQ(names.stage().size(), 24U);
  EXPECT_TRUE(names.stage().starts_with("__dpone_"));
  EXPECT_EQ(names.stage(), TemporaryNames(R"("s"."t")", "run-1").stage());
  EXPECT_NE(names.stage(), TemporaryNames(R"("s"."t")", "run-2").stage());
  EXPECT_NE(names.stage(), TemporaryNames(R"("s"."u")", "run-1").stage());
  EXPECT_NE(names.index("a"), names.index("b"));
  EXPECT_NE(names.index("a"), names.statistics("a"));
  EXPECT_NE(names.index("a"), names.sequence("a"));
}

TEST(TemporaryNames, AreReadableInAPlan) {
  EXPECT_EQ(TemporaryNames(R"("s"."t")", "").index("k"), "__dpone_{index k}");
}

}  // namespace
}  // namespace dpone::sql
