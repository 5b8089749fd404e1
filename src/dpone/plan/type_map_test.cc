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

// What a sink proposes that makes every column as it is.
TargetFacts same_as(const SourceFacts& source) {
  TargetFacts target;
  for (const SourceColumn& column : source.columns) target.columns.emplace_back(column);
  return target;
}

// How column `from` of the source reaches column `to` of an existing target.
Result<ColumnMap> map_of(const SourceColumn& from, const ColumnFacts& to) {
  manifest::Manifest manifest;
  manifest.source.options = Options(manifest::common_source_options());
  manifest.sink.options = Options(manifest::common_sink_options());
  SourceFacts source;
  source.columns = {from};
  TargetFacts target;
  target.exists = true;
  target.columns = {TargetColumn(to)};
  return map_columns(manifest, source, target, same_as(source), PriorReceipts());
}

// Its fidelity, or the slug of the error.
std::string mapped(const SourceColumn& from, const ColumnFacts& to) {
  const auto map = map_of(from, to);
  return map ? std::string(to_string(map->columns[0].fidelity)) : map.error().slug();
}

std::string mapped(const ColumnFacts& from, const ColumnFacts& to) { return mapped(SourceColumn(from), to); }

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

// An undeclared column is a text: it is read as the target's type.
TEST(TypeMapTest, AnInferredColumnIsReadAsTheTargetsType) {
  SourceColumn from(column(TypeKind::kInt64, "bigint"));
  ColumnFacts to = column(TypeKind::kText, "character varying(3)");
  to.type.length = 3;
  EXPECT_EQ(mapped(column(TypeKind::kText, "text"), column(TypeKind::kUuid, "uuid")), "type.mismatch");
  from.is_inferred = true;
  const auto map = map_of(from, to);
  ASSERT_TRUE(map) << map.error().to_line();
  EXPECT_TRUE(map->columns[0].type == to.type);
  EXPECT_EQ(map->columns[0].fidelity, Fidelity::kChecked);
  EXPECT_EQ(map->notes,
            std::vector<std::string>{
                "column \"c\" is read as the target's character varying(3), not as the inferred type; a value of "
                "another type ends the run"});
  from = SourceColumn(column(TypeKind::kText, "text"));
  from.is_inferred = true;
  EXPECT_EQ(mapped(from, column(TypeKind::kUuid, "uuid")), "checked");
  EXPECT_EQ(mapped(from, column(TypeKind::kText, "text")), "identical");
  EXPECT_EQ(mapped(from, column(TypeKind::kMoney, "money", "lc_monetary=C")), "type.mismatch");
  ColumnFacts range = column(TypeKind::kText, "int4range");
  range.travels_as_text = true;
  EXPECT_EQ(mapped(from, range), "checked");
}

// A declared type that is wider than the target's: where the text is read, a value that does not fit has a place.
TEST(TypeMapTest, ATextualColumnIsReadAsANarrowerTypeOfItsKind) {
  const auto read_as = [](const ColumnFacts& of, const ColumnFacts& to) {
    SourceColumn from(of);
    from.is_textual = true;
    const auto map = map_of(from, to);
    EXPECT_TRUE(map) << map.error().to_line();
    EXPECT_EQ(map->columns[0].fidelity, Fidelity::kChecked);
    return map->columns[0].type.kind;
  };
  EXPECT_EQ(read_as(column(TypeKind::kInt64, "bigint"), column(TypeKind::kInt32, "integer")), TypeKind::kInt32);
  EXPECT_EQ(read_as(column(TypeKind::kText, "text"), column(TypeKind::kEnum, "state")), TypeKind::kEnum);
  EXPECT_EQ(read_as(column(TypeKind::kFloat64, "double precision"), column(TypeKind::kFloat32, "real")),
            TypeKind::kFloat64);
  EXPECT_EQ(read_as(column(TypeKind::kText, "text"), column(TypeKind::kJson, "json")), TypeKind::kText);
  // Its text would be another one: `007` is 7.
  ColumnFacts narrow = column(TypeKind::kText, "character varying(3)");
  narrow.type.length = 3;
  EXPECT_EQ(read_as(column(TypeKind::kInt64, "bigint"), narrow), TypeKind::kInt64);
}

// A file gets the columns of the load that writes it.
TEST(TypeMapTest, ATargetWithoutColumnsOfItsOwnTakesThoseOfTheSource) {
  manifest::Manifest manifest;
  manifest.source.options = Options(manifest::common_source_options());
  manifest.sink.options = Options(manifest::common_sink_options());
  SourceFacts source;
  source.columns = {SourceColumn(column(TypeKind::kInt64, "bigint"))};
  TargetFacts target;
  target.exists = true;
  target.has_fixed_columns = false;
  PriorReceipts prior;
  const auto slug = [&] {
    const auto map = map_columns(manifest, source, target, same_as(source), prior);
    return map ? std::string("mapped") : map.error().slug();
  };
  EXPECT_EQ(slug(), "mapped");
  Receipt last;
  last.columns = {"b"};
  prior.newest_of_process = last;
  EXPECT_EQ(slug(), "schema.column_gone");
  prior.newest_of_process->columns = {};
  EXPECT_EQ(slug(), "mapped");
  manifest.sink.options.set("new_columns", "fail");
  EXPECT_EQ(slug(), "schema.new_column");
  prior.newest_of_process->columns = {"c"};
  EXPECT_EQ(slug(), "mapped");
}

TEST(TypeMapTest, ATypeThatNoGuessMakesIsNeverTakenForAGuess) {
  manifest::Manifest manifest;
  manifest.source.options = Options(manifest::common_source_options());
  manifest.sink.options = Options(manifest::common_sink_options());
  const auto is_guessed = [&](const ColumnFacts& to, bool is_made) {
    SourceFacts source;
    source.columns = {SourceColumn(column(TypeKind::kInt64, "bigint"))};
    source.columns[0].is_inferred = source.columns[0].is_textual = true;
    TargetFacts target;
    target.exists = true;
    target.columns = {TargetColumn(to)};
    PriorReceipts prior;
    prior.is_target_made = is_made;
    const auto map = map_columns(manifest, source, target, same_as(source), prior);
    EXPECT_TRUE(map) << map.error().to_line();
    return map && map->columns[0].is_guessed;
  };
  EXPECT_TRUE(is_guessed(column(TypeKind::kInt64, "bigint"), true));
  EXPECT_TRUE(is_guessed(column(TypeKind::kBool, "boolean"), true));
  EXPECT_FALSE(is_guessed(column(TypeKind::kInt64, "bigint"), false));
  EXPECT_FALSE(is_guessed(column(TypeKind::kInt32, "integer"), true));
  EXPECT_FALSE(is_guessed(column(TypeKind::kJsonb, "jsonb"), true));
  EXPECT_FALSE(is_guessed(column(TypeKind::kInet, "inet"), true));
  ColumnFacts amount = column(TypeKind::kDecimal, "numeric(12,2)");
  amount.type.precision = 12;
  amount.type.scale = 2;
  EXPECT_FALSE(is_guessed(amount, true));
  for (const int guessed : {18, 38}) {
    amount.type.precision = guessed;
    EXPECT_TRUE(is_guessed(amount, true)) << guessed;
    amount.type.precision = guessed + 1;
    EXPECT_FALSE(is_guessed(amount, true)) << guessed;
  }
}

TEST(TypeMapTest, AColumnThatRowsMayLackIsAbsentAndNotGone) {
  manifest::Manifest manifest;
  manifest.source.options = Options(manifest::common_source_options());
  manifest.sink.options = Options(manifest::common_sink_options());
  SourceFacts source;
  source.columns = {SourceColumn(column(TypeKind::kInt64, "bigint"))};
  TargetFacts target = same_as(source);
  target.exists = true;
  target.columns.emplace_back(column(TypeKind::kText, "text"));
  target.columns[1].name = "note";
  PriorReceipts prior;
  Receipt last;
  last.columns = {"c", "note"};
  prior.newest_of_process = last;
  const auto refused = map_columns(manifest, source, target, same_as(source), prior);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().slug(), "schema.column_gone");
  source.has_optional_columns = true;
  const auto map = map_columns(manifest, source, target, same_as(source), prior);
  ASSERT_TRUE(map) << map.error().to_line();
  EXPECT_EQ(map->columns.size(), 1U);
  ASSERT_EQ(map->notes.size(), 1U);
  EXPECT_EQ(map->notes[0].substr(0, 33), "no row of the sample has \"note\": ");
  target.columns[1].is_nullable = false;
  EXPECT_EQ(map_columns(manifest, source, target, same_as(source), prior).error().slug(), "schema.column_required");
  // A target without fixed columns would lose it.
  target.has_fixed_columns = false;
  EXPECT_EQ(map_columns(manifest, source, target, same_as(source), prior).error().slug(), "schema.column_gone");
}

}  // namespace
}  // namespace dpone::plan
