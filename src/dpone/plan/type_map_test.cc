#include "dpone/plan/type_map.h"

#include <gtest/gtest.h>

#include "dpone/manifest/keys.h"

namespace dpone::plan {
namespace {

ColumnFacts column(TypeKind kind, std::string native, std::string meaning = "") {
  ColumnFacts facts;
  facts.name = "c";
  facts.native_type = std::move(native);
  facts.type.kind = kind;
  facts.meaning = std::move(meaning);
  return facts;
}

// How column `from` of the source reaches column `to` of an existing target: its fidelity, or the slug of the error.
std::string mapped(const ColumnFacts& from, const ColumnFacts& to) {
  manifest::Manifest manifest;
  manifest.source.options = Options(manifest::common_source_options());
  manifest.sink.options = Options(manifest::common_sink_options());
  Facts source;
  source.exists = true;
  source.columns = {from};
  Facts target = source;
  target.columns = {to};
  const auto map = map_columns(manifest, source, target, source, PriorReceipts());
  return map ? std::string(to_string(map->columns[0].fidelity)) : map.error().slug();
}

TEST(TypeMapTest, MoneyOnlyGoesWhereItMeansTheSame) {
  const ColumnFacts here = column(TypeKind::kMoney, "money", "lc_monetary=C");
  EXPECT_EQ(mapped(here, here), "identical");
  EXPECT_EQ(mapped(here, column(TypeKind::kMoney, "money", "lc_monetary=de_DE.UTF-8")), "type.mismatch");
}

TEST(TypeMapTest, WhatTravelsAsTextOnlyBecomesItselfOrText) {
  ColumnFacts range = column(TypeKind::kText, "int4range");
  range.travels_as_text = true;
  ColumnFacts point = range;
  point.native_type = "point";
  EXPECT_EQ(mapped(range, range), "identical");
  EXPECT_EQ(mapped(range, column(TypeKind::kText, "text")), "reversible");
  ColumnFacts limited = column(TypeKind::kText, "character varying(5)");
  limited.type.length = 5;
  EXPECT_EQ(mapped(range, limited), "checked");
  EXPECT_EQ(mapped(range, column(TypeKind::kJson, "json")), "type.mismatch");
  EXPECT_EQ(mapped(range, point), "type.mismatch");
  EXPECT_EQ(mapped(column(TypeKind::kText, "text"), range), "type.mismatch");
}

TEST(TypeMapTest, EveryScalarBecomesTextButMoney) {
  const ColumnFacts text = column(TypeKind::kText, "text");
  EXPECT_EQ(mapped(column(TypeKind::kUuid, "uuid"), text), "reversible");
  EXPECT_EQ(mapped(column(TypeKind::kTimestampTz, "timestamp with time zone"), text), "reversible");
  EXPECT_EQ(mapped(column(TypeKind::kMoney, "money"), text), "type.mismatch");
  EXPECT_EQ(mapped(text, column(TypeKind::kUuid, "uuid")), "type.mismatch");
}

// The same name with other limits: an interval of PostgreSQL 17 and one from before.
TEST(TypeMapTest, TheSameTypeWithOtherLimitsIsChecked) {
  const ColumnFacts before = column(TypeKind::kInterval, "interval");
  ColumnFacts since = before;
  since.type.has_infinity = true;
  EXPECT_EQ(mapped(before, before), "identical");
  EXPECT_EQ(mapped(before, since), "checked");
  EXPECT_EQ(mapped(since, before), "checked");
  ColumnFacts span = column(TypeKind::kText, "public.span");
  span.travels_as_text = true;
  ColumnFacts newer_span = span;
  newer_span.type.has_infinity = true;
  EXPECT_EQ(mapped(span, newer_span), "checked");
}

TEST(TypeMapTest, NarrowerIsCheckedAndUnrelatedIsRefused) {
  const ColumnFacts small = column(TypeKind::kInt16, "smallint");
  const ColumnFacts big = column(TypeKind::kInt64, "bigint");
  EXPECT_EQ(mapped(small, big), "reversible");
  EXPECT_EQ(mapped(big, small), "checked");
  EXPECT_EQ(mapped(big, column(TypeKind::kLsn, "pg_lsn")), "type.mismatch");
  EXPECT_EQ(mapped(column(TypeKind::kUInt64, "xid8"), column(TypeKind::kLsn, "pg_lsn")), "type.mismatch");
}

}  // namespace
}  // namespace dpone::plan
