#include "dpone/plan/strategy/scope_range.h"

#include <gtest/gtest.h>

#include "dpone/plan/strategy/scope_text.h"

namespace dpone::plan::strategy {
namespace {

// The ends of the empty range, or nothing.
std::string empty(TypeKind kind, std::string_view text) {
  DataType type;
  type.kind = kind;
  return find_empty_range(*parse_scope("c", text), "c", type).value_or("");
}

TEST(ScopeRange, NoValueLiesBetweenEndsThatAreTurnedAround) {
  EXPECT_EQ(empty(TypeKind::kDate, "between 2026-11-01 and 2026-10-01"), "2026-11-01 and 2026-10-01");
  EXPECT_EQ(empty(TypeKind::kDate, ">= 2026-11-01 and < 2026-10-01"), "2026-11-01 and 2026-10-01");
  EXPECT_EQ(empty(TypeKind::kDate, "between 2026-11-01 and 2026-11-01"), "");
  EXPECT_EQ(empty(TypeKind::kInt32, "between 9 and 10"), "") << "compared as numbers, not as texts";
  EXPECT_EQ(empty(TypeKind::kInt64, "between 9007199254740993 and 9007199254740992"),
            "9007199254740993 and 9007199254740992");
  EXPECT_EQ(empty(TypeKind::kInt16, "< 5 and > 7"), "7 and 5");
  EXPECT_EQ(empty(TypeKind::kTimestamp, "> 2026-11-01 02:00:00 and < 2026-11-01 01:00:00"),
            "2026-11-01 02:00:00 and 2026-11-01 01:00:00");
  EXPECT_EQ(empty(TypeKind::kFloat64, "between 1.5 and 1.25"), "1.5 and 1.25");
}

TEST(ScopeRange, AnEndThatIsNotIncludedLeavesNothingOfOneValue) {
  EXPECT_EQ(empty(TypeKind::kInt32, "> 5 and <= 5"), "5 and 5");
  EXPECT_EQ(empty(TypeKind::kInt32, ">= 5 and <= 5"), "");
  EXPECT_EQ(empty(TypeKind::kInt32, "> 5 and >= 5 and <= 5"), "5 and 5");
  EXPECT_EQ(empty(TypeKind::kInt32, "in (1, 3) and > 3"), "3 and 3");
  EXPECT_EQ(empty(TypeKind::kInt32, "in (1, 4) and > 3"), "");
  EXPECT_EQ(empty(TypeKind::kInt32, "= 1 and = 2"), "2 and 1");
}

TEST(ScopeRange, WhatCannotBeDecidedIsNotEmpty) {
  EXPECT_EQ(empty(TypeKind::kText, "between z and a"), "") << "the order of texts is the target's";
  EXPECT_EQ(empty(TypeKind::kDate, "between tomorrow and yesterday"), "");
  EXPECT_EQ(empty(TypeKind::kFloat64, "> 1.00000000000000000001 and < 1.00000000000000000002"), "");
  EXPECT_EQ(empty(TypeKind::kInt32, "> 5"), "");
}

}  // namespace
}  // namespace dpone::plan::strategy
