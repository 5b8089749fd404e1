#include "dpone/data/type_name.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

// The canonical name of `text`, or the slug of the error.
std::string canonical(std::string_view text) {
  const auto type = parse_type_name(text);
  return type ? type_name(*type) : type.error().slug();
}

TEST(TypeNameTest, EverySpellingHasOneCanonicalName) {
  const std::pair<const char*, const char*> kNames[] = {
      {"bool", "boolean"},
      {"INT", "integer"},
      {"int2", "smallint"},
      {" BigInt ", "bigint"},
      {"int8", "bigint"},
      {"float", "double precision"},
      {"float(24)", "real"},
      {"float(25)", "double precision"},
      {"double  precision", "double precision"},
      {"decimal", "numeric"},
      {"numeric(12, 2)", "numeric(12,2)"},
      {"decimal ( 5 )", "numeric(5,0)"},
      {"varchar", "text"},
      {"varchar(20)", "character varying(20)"},
      {"char", "character(1)"},
      {"character(3)", "character(3)"},
      {"\"char\"", "\"char\""},
      {"timestamptz", "timestamp with time zone"},
      {"timestamptz(3)", "timestamp(3) with time zone"},
      {"timestamp(3)with time zone", "timestamp(3) with time zone"},
      {"timestamp", "timestamp without time zone"},
      {"time(0)", "time(0) without time zone"},
      {"timetz", "time with time zone"},
      {"interval(2)", "interval(2)"},
      {"interval day to second(3)", "interval day to second(3)"},
      {"interval YEAR", "interval year"},
      {"bit", "bit(1)"},
      {"varbit(7)", "bit varying(7)"},
      {"varbit", "bit varying"},
      {"jsonb", "jsonb"},
      {"TinyInt", "tinyint"},
      {"tinyint  unsigned", "tinyint unsigned"},
      {"smallint unsigned", "smallint unsigned"},
      {"int unsigned", "integer unsigned"},
      {"bigint unsigned[]", "bigint unsigned[]"},
      {"int128", "int128"},
      {"uint128", "uint128"},
      {"int256", "int256"},
      {"uint256", "uint256"},
      {"text[]", "text[]"},
      {"int[3][]", "integer[]"},
      {"numeric(12,2) []", "numeric(12,2)[]"},
      {"timestamp(3) with time zone[]", "timestamp(3) with time zone[]"},
  };
  for (const auto& [spelling, name] : kNames) {
    EXPECT_EQ(canonical(spelling), name) << spelling;
    EXPECT_EQ(canonical(name), name) << "of " << spelling;
  }
}

TEST(TypeNameTest, EveryKindReadsBackAsItself) {
  for (int kind = 0; kind <= static_cast<int>(TypeKind::kArray); ++kind) {
    DataType type;
    type.kind = static_cast<TypeKind>(kind);
    if (type.kind == TypeKind::kEnum) continue;  // labels are not part of a name
    if (type.kind == TypeKind::kDecimal) type.precision = 12, type.scale = 2;
    const bool has_fraction = type.kind == TypeKind::kTime || type.kind == TypeKind::kTimeTz ||
                              type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampTz ||
                              type.kind == TypeKind::kInterval;
    for (const int scale : has_fraction ? std::vector<int>{0, 3, 6} : std::vector<int>{type.scale}) {
      type.scale = scale;
      if (type.kind == TypeKind::kArray) {
        DataType element;
        element.kind = TypeKind::kInt32;
        type.element = std::make_shared<const DataType>(element);
      }
      const auto back = parse_type_name(type_name(type));
      ASSERT_TRUE(back) << type_name(type) << ": " << back.error().to_line();
      EXPECT_TRUE(*back == type) << type_name(type);
    }
  }
}

TEST(TypeNameTest, WhatIsNoTypeIsRefusedWithTheNearest) {
  EXPECT_EQ(canonical("biginteger"), "type.unknown");
  EXPECT_EQ(parse_type_name("nummeric(3)").error().next_step(), "did you mean numeric?");
  EXPECT_EQ(parse_type_name("jsnob").error().next_step(), "did you mean jsonb?");
  for (const char* text : {"", "  ", "[]", "text(", "int4range", "interval day to year", "bpchar", "numeric 12"}) {
    const auto type = parse_type_name(text);
    ASSERT_FALSE(type) << text;
    EXPECT_EQ(type.error().error_class(), ErrorClass::kUsage) << text;
  }
}

TEST(TypeNameTest, ModifiersHaveTheirLimits) {
  for (const char* text :
       {"text(5)", "bigint(20)", "numeric(0)", "numeric(1001)", "numeric(3,2,1)", "numeric()", "numeric(a)",
        "varchar(0)", "varchar(2,3)", "char(-1)", "timestamp(7)", "time(-1)", "float(54)", "bit(0)", "varchar(20",
        "interval year(3)", "text[a]", "numeric(99999999999)"}) {
    EXPECT_EQ(canonical(text), "type.modifier") << text;
  }
  EXPECT_EQ(canonical("numeric(100,5)"), "numeric(100,5)");
  EXPECT_EQ(parse_type_name("numeric(100,5)")->kind, TypeKind::kNumeric);
  EXPECT_EQ(parse_type_name("numeric(38,38)")->kind, TypeKind::kDecimal);
}

}  // namespace
}  // namespace dpone
