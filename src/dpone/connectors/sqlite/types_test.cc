#include "dpone/connectors/sqlite/types.h"

#include <gtest/gtest.h>

#include "dpone/data/conversion.h"

namespace dpone::sqlite {
namespace {

DataType of(TypeKind kind, int precision = 0, int scale = 0) {
  DataType type;
  type.kind = kind;
  type.precision = precision;
  type.scale = scale;
  return type;
}

TEST(SqliteTypes, AffinityGoesByTheWordsOfTheDeclaration) {
  const std::pair<const char*, Affinity> cases[] = {
      {"INTEGER", Affinity::kInteger}, {"bigint", Affinity::kInteger},
      {"TINYINT", Affinity::kInteger}, {"VARCHAR(10)", Affinity::kText},
      {"clob", Affinity::kText},       {"TEXT", Affinity::kText},
      {"BLOB", Affinity::kAny},        {"", Affinity::kAny},
      {"REAL", Affinity::kReal},       {"double", Affinity::kReal},
      {"FLOAT", Affinity::kReal},      {"DECIMAL(10,5)", Affinity::kNumeric},
      {"DATE", Affinity::kNumeric},    {"boolean", Affinity::kNumeric},
      {"CHARINT", Affinity::kInteger}, {"POINT", Affinity::kInteger},
      {"ANY", Affinity::kNumeric},
  };
  for (const auto& [declared, affinity] : cases) EXPECT_EQ(affinity_of(declared, false), affinity) << declared;
  EXPECT_EQ(affinity_of("ANY", true), Affinity::kAny);
}

TEST(SqliteTypes, ATypeIsReadBackFromItsJson) {
  for (int i = 0; i <= static_cast<int>(TypeKind::kArray); ++i) {
    DataType type = of(static_cast<TypeKind>(i), 12, 3);
    type.length = 7;
    type.is_fixed_length = i % 2 == 0;
    type.has_infinity = i % 3 == 0;
    if (type.kind == TypeKind::kArray) type.element = std::make_shared<const DataType>(of(TypeKind::kDecimal, 5, 2));
    const auto read = type_from_json(type_to_json(type));
    ASSERT_TRUE(read) << type.to_string();
    EXPECT_EQ(*read, type) << type.to_string();
  }
}

TEST(SqliteTypes, JsonThatIsNoTypeIsRefused) {
  for (const char* text :
       {"{}", R"({"kind":"money2"})", R"({"kind":"decimal"})", R"({"kind":"decimal","precision":39})",
        R"({"kind":"decimal","precision":2,"scale":3})", R"({"kind":"decimal","precision":39})",
        R"({"kind":"numeric","precision":1001})", R"({"kind":"array"})",
        R"({"kind":"array","element":{"kind":"array"}})", R"({"kind":"text","length":-1})", "[]"}) {
    EXPECT_FALSE(type_from_json(*Json::parse(text))) << text;
  }
}

TEST(SqliteTypes, AColumnTakesNoValuesThatItsAffinityWouldChange) {
  const auto takes = [](const char* declared, bool is_strict, const DataType& from) {
    const auto accepted = accepted_type(declared, is_strict, from);
    return accepted && can_convert(from, *accepted);
  };
  EXPECT_TRUE(takes("DATE", false, of(TypeKind::kDate)));
  EXPECT_TRUE(takes("BOOLEAN", false, of(TypeKind::kBool)));
  EXPECT_TRUE(takes("NUMERIC", false, of(TypeKind::kInt64)));
  EXPECT_FALSE(takes("NUMERIC", false, of(TypeKind::kNumeric)));
  EXPECT_FALSE(takes("DECIMAL(10,2)", false, of(TypeKind::kDecimal, 10, 2)));
  EXPECT_FALSE(takes("STRING", false, of(TypeKind::kText)));
  EXPECT_FALSE(takes("BLOB", false, of(TypeKind::kText)));
  EXPECT_FALSE(takes("INTEGER", true, of(TypeKind::kText)));
  EXPECT_FALSE(takes("INTEGER", false, of(TypeKind::kFloat64)));
  EXPECT_TRUE(takes("REAL", true, of(TypeKind::kInt64)));  // each value is checked
  EXPECT_TRUE(takes("TEXT", true, of(TypeKind::kNumeric)));
  EXPECT_TRUE(takes("ANY", true, of(TypeKind::kText)));
}

TEST(SqliteTypes, TextsWhoseOrderIsNotThatOfTheirValuesAreNoCursor) {
  EXPECT_TRUE(has_stored_order(of(TypeKind::kTimestampTz)));
  EXPECT_TRUE(has_stored_order(of(TypeKind::kUuid)));
  for (const TypeKind kind : {TypeKind::kNumeric, TypeKind::kDecimal, TypeKind::kLsn, TypeKind::kInterval}) {
    EXPECT_FALSE(has_stored_order(of(kind)));
  }
}

}  // namespace
}  // namespace dpone::sqlite
