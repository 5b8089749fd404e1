#include "dpone/connectors/postgres/types.h"

#include <gtest/gtest.h>

#include "dpone/data/conversion.h"
#include "dpone/data/type_name.h"

namespace dpone::postgres {
namespace {

constexpr Oid kMood = 20001;
constexpr Oid kMoods = 20002;
constexpr Oid kAmount = 20003;
constexpr Oid kAmounts = 20004;
constexpr Oid kPair = 20005;
constexpr Oid kWaits = 20006;
constexpr Oid kSpan = 20007;
constexpr Oid kHstore = 20008;
constexpr Oid kNoWire = 20009;
constexpr Oid kPay = 20010;
constexpr Oid kSpans = 20011;
constexpr Oid kFlag = 20012;

// As type_closure_sql() gives them, without what a type of the kind does not have.
constexpr char kTypes[] = R"json([
  {"oid": 790, "name": "money", "type": "b", "category": "N", "binary": true},
  {"oid": 1186, "name": "interval", "type": "b", "category": "T", "binary": true},
  {"oid": 1187, "name": "_interval", "type": "b", "category": "A", "element": 1186, "binary": true},
  {"oid": 1009, "name": "_text", "type": "b", "category": "A", "element": 25, "binary": true},
  {"oid": 22, "name": "int2vector", "type": "b", "category": "A", "element": 21, "binary": true},
  {"oid": 600, "name": "point", "type": "b", "category": "G", "binary": true},
  {"oid": 1033, "name": "aclitem", "type": "b", "category": "U", "binary": false},
  {"oid": 20001, "schema": "s", "name": "mood", "type": "e", "category": "E", "labels": ["sad", "o,k"], "binary": true},
  {"oid": 20002, "schema": "s", "name": "_mood", "type": "b", "category": "A", "element": 20001, "binary": true},
  {"oid": 20003, "schema": "s", "name": "amount", "type": "d", "category": "N", "base": 1700, "base_typmod": 786438,
   "base_formatted": "numeric(12,2)",
               "not_null" : true,
               "binary" : true,
               "checks" : [ {"name" : "positive", "definition" : "CHECK ((VALUE > 0))"} ]
},
  {"oid": 20004, "schema": "s", "name": "_amount", "type": "b", "category": "A", "element": 20003, "binary": true},
  {"oid": 20005, "schema": "s", "name": "pair", "type": "c", "category": "C", "binary": true, "attributes": [
    {"name": "a", "type": 23, "typmod": -1, "formatted": "integer"},
    {"name": "B c", "type": 20001, "typmod": -1, "formatted": "s.mood"}]},
  {"oid": 20006, "schema": "s", "name": "waits", "type": "d", "category": "A", "base": 1187, "base_typmod": -1,
   "base_formatted": "interval[]", "binary": true},
  {"oid": 20007, "schema": "s", "name": "span", "type": "r", "category": "R", "subtype": 1186,
   "range_options": "SUBTYPE = interval", "binary": true},
  {"oid": 20008, "schema": "public", "name": "hstore", "type": "b", "category": "U", "extension": "hstore 1.8",
   "binary": true},
  {"oid": 20009, "schema": "s", "name": "nowire", "type": "c", "category": "C", "binary": true, "attributes": [
    {"name": "who", "type": 1033, "typmod": -1, "formatted": "aclitem"}]},
  {"oid": 20010, "schema": "s", "name": "pay", "type": "c", "category": "C", "binary": true, "attributes": [
    {"name": "m", "type": 790, "typmod": -1, "formatted": "money"}]},
  {"oid": 20012, "schema": "s", "name": "flag", "type": "c", "category": "C", "binary": true, "attributes": [
    {"name": "f", "type": 18, "typmod": -1, "formatted": "\"char\""}]},
  {"oid": 20011, "schema": "s", "name": "spanmultirange", "type": "m", "category": "R", "subtype": 20007, "binary": true}
])json";

TypeCatalog catalog(int server_version = 160000, std::string lc_monetary = "C") {
  return TypeCatalog::from_json(*Json::parse(kTypes), std::move(lc_monetary), server_version);
}

TEST(TypeCatalogTest, ASignatureIsBuiltFromWhatATypeIsMadeOfAndNotFromOidsOfOneServer) {
  const TypeCatalog types = catalog();
  EXPECT_EQ(types.signature(23), "oid:23");
  EXPECT_EQ(types.signature(1009), "array(oid:25)");
  EXPECT_EQ(types.signature(kMood), R"(enum(["sad","o,k"]))");
  EXPECT_EQ(types.signature(kMoods), R"(array(enum(["sad","o,k"])))");
  EXPECT_EQ(types.signature(kAmount), "domain(oid:1700:786438)");
  EXPECT_EQ(types.signature(kPair), R"(composite("a":oid:23:-1,"B c":enum(["sad","o,k"]):-1,))");
  EXPECT_EQ(across_versions("composite(\"a\":extension(hstore 1.8:hstore):-1,\"b\":extension(x 2:y):-1,)"),
            "composite(\"a\":extension(hstore:hstore):-1,\"b\":extension(x:y):-1,)");
  EXPECT_EQ(types.signature(kHstore), "extension(hstore 1.8:hstore)");
}

TEST(TypeCatalogTest, MoneyIsAnotherTypeWithAnotherLocale) {
  EXPECT_NE(catalog(160000, "C").signature(kPay), catalog(160000, "de_DE.UTF-8").signature(kPay));
  EXPECT_EQ(catalog().meaning(kPay), "lc_monetary=C");
  EXPECT_EQ(catalog().meaning(kPair), "");
}

// Their extremes are infinite from 17 on: the same bits are other values.
TEST(TypeCatalogTest, IntervalsAreOtherTypesFrom17OnWhereverTheyStand) {
  const TypeCatalog before = catalog(160009);
  const TypeCatalog since = catalog(170000);
  for (const Oid oid : {Oid{1186}, Oid{1187}, kWaits, kSpan, kSpans}) {
    EXPECT_NE(before.signature(oid), since.signature(oid)) << oid;
    EXPECT_EQ(signature_on(before.signature(oid), 180000), since.signature(oid)) << oid;
    EXPECT_EQ(signature_on(since.signature(oid), 120000), before.signature(oid)) << oid;
    EXPECT_EQ(since.signature(oid), catalog(180000).signature(oid)) << oid;
  }
  for (const Oid oid : {Oid{23}, Oid{1009}, kMood, kPair}) EXPECT_EQ(before.signature(oid), since.signature(oid));
  // Without a row for them too: a plain type is not asked for.
  EXPECT_EQ(TypeCatalog(170000).signature(1186), since.signature(1186));
  bool as_text = false;
  EXPECT_FALSE(before.logical_type(1186, -1, as_text).has_infinity);
  EXPECT_TRUE(since.logical_type(1186, -1, as_text).has_infinity);
  EXPECT_TRUE(since.logical_type(kWaits, -1, as_text).element->has_infinity);
  EXPECT_FALSE(as_text);
  const DataType span = since.logical_type(kSpan, -1, as_text);
  EXPECT_TRUE(as_text);
  EXPECT_TRUE(span.has_infinity);
  EXPECT_EQ(type_with(span, before.signature(kSpan)), before.logical_type(kSpan, -1, as_text));
  EXPECT_EQ(type_with(before.logical_type(kWaits, -1, as_text), since.signature(kWaits)),
            since.logical_type(kWaits, -1, as_text));
  EXPECT_FALSE(since.logical_type(25, -1, as_text).has_infinity);
}

TEST(TypeCatalogTest, TheTextOfACharIsAnotherOneFrom15On) {
  EXPECT_EQ(catalog(140000).signature(18), catalog(150000).signature(18));
  EXPECT_NE(char_form(catalog().signature(18), 140000), char_form(catalog().signature(18), 150000));
  EXPECT_EQ(char_form(catalog().signature(23), 140000), "");
  // In batches it is a byte; inside a composite, a text.
  EXPECT_EQ(catalog().meaning(18), "");
  EXPECT_NE(catalog(140000).meaning(kFlag), catalog(150000).meaning(kFlag));
  EXPECT_EQ(catalog(150000).meaning(kFlag), catalog(180000).meaning(kFlag));
}

TEST(TypeCatalogTest, WhatStandsAgainstPassingTheBinaryForm) {
  const TypeCatalog types = catalog();
  for (const Oid oid : {Oid{23}, Oid{25}, Oid{600}, Oid{1009}, kMood, kAmount, kSpan, kHstore}) {
    EXPECT_EQ(types.raw_obstacle(oid, 120000), "") << oid;
  }
  for (const Oid oid : {kMoods, kPair, kAmounts}) {
    EXPECT_NE(types.raw_obstacle(oid, 130000).find("before PostgreSQL 14"), std::string::npos) << oid;
    EXPECT_EQ(types.raw_obstacle(oid, 140000), "") << oid;
  }
  for (const Oid oid : {Oid{24}, Oid{2205}, Oid{4191}}) {
    EXPECT_EQ(types.raw_obstacle(oid, 180000), "refers to an object of one server's catalog") << oid;
  }
  for (const Oid oid : {Oid{22}, Oid{30}}) {  // '' is sent as an array that they do not read
    EXPECT_EQ(types.raw_obstacle(oid, 180000), "has a binary form that the server does not read if the value is empty")
        << oid;
  }
  EXPECT_EQ(types.raw_obstacle(kNoWire, 180000),
            "has a field \"who\" that refers to an object of one server's catalog");
  EXPECT_EQ(types.raw_obstacle(30000, 180000), "is unknown");
}

TEST(TypeCatalogTest, WhatIsMadeOfNamesOfTablesNamesTables) {
  const TypeCatalog types = TypeCatalog::from_json(*Json::parse(R"json([
    {"oid": 2210, "name": "_regclass", "type": "b", "category": "A", "element": 2205, "binary": true},
    {"oid": 1009, "name": "_text", "type": "b", "category": "A", "element": 25, "binary": true},
    {"oid": 20020, "schema": "s", "name": "kind", "type": "d", "category": "N", "base": 2206, "base_typmod": -1,
     "base_formatted": "regtype", "binary": true},
    {"oid": 20021, "schema": "s", "name": "place", "type": "c", "category": "C", "binary": true, "attributes": [
      {"name": "a", "type": 23, "typmod": -1, "formatted": "integer"},
      {"name": "b", "type": 20020, "typmod": -1, "formatted": "s.kind"}]},
    {"oid": 20022, "schema": "s", "name": "pair", "type": "c", "category": "C", "binary": true, "attributes": [
      {"name": "a", "type": 23, "typmod": -1, "formatted": "integer"}]},
    {"oid": 20023, "schema": "s", "name": "names", "type": "r", "category": "R", "subtype": 2205, "binary": true}
  ])json"),
                                                   "C", 160000);
  for (const Oid oid : {2205U, 2206U, 2210U, 20020U, 20021U, 20023U}) EXPECT_TRUE(types.names_tables(oid)) << oid;
  for (const Oid oid : {23U, 25U, 1009U, 20022U, 30000U}) EXPECT_FALSE(types.names_tables(oid)) << oid;
}

TEST(TypeCatalogTest, LogicalTypesOfBuiltinTypesFollowTheModifier) {
  const TypeCatalog types = catalog();
  const auto text = [&](Oid oid, int typmod) {
    bool as_text = false;
    const DataType type = types.logical_type(oid, typmod, as_text);
    return type.to_string() + (as_text ? " as text" : "");
  };
  EXPECT_EQ(text(23, -1), "int32");
  EXPECT_EQ(text(1700, -1), "numeric");
  EXPECT_EQ(text(1700, (12 << 16 | 2) + 4), "decimal(12,2)");
  EXPECT_EQ(text(1700, (38 << 16 | 0) + 4), "decimal(38,0)");
  EXPECT_EQ(text(1700, (39 << 16 | 5) + 4), "numeric");
  EXPECT_EQ(text(1700, (5 << 16 | (-2 & 0x7ff)) + 4), "numeric");  // numeric(5,-2)
  EXPECT_EQ(text(1700, (3 << 16 | 7) + 4), "numeric");             // numeric(3,7)
  EXPECT_EQ(text(1042, 9), "char(5)");
  EXPECT_EQ(text(1042, -1), "text");
  EXPECT_EQ(text(1043, 24), "varchar(20)");
  EXPECT_EQ(text(1114, 3), "timestamp(3)");
  EXPECT_EQ(text(1114, -1), "timestamp");
  EXPECT_EQ(text(1186, 0x7fff << 16 | 2), "interval(2)");
  EXPECT_EQ(text(1560, -1), "bit(1)");
  EXPECT_EQ(text(1562, -1), "varbit");
  EXPECT_EQ(text(1009, -1), "array(text)");
  EXPECT_EQ(text(kAmount, -1), "decimal(12,2)");
  EXPECT_EQ(text(kMood, -1), "enum");
  EXPECT_EQ(text(kMoods, -1), "array(enum)");
  for (const Oid oid : {Oid{22}, Oid{600}, kAmounts, kPair, kSpan, kSpans, kHstore}) {
    EXPECT_EQ(text(oid, -1), "text as text") << oid;
  }
}

TEST(TypeCatalogTest, TypesAreCreatedAfterWhatTheyAreMadeOf) {
  const TypeCatalog types = catalog();
  std::vector<Oid> ordered;
  types.dependencies(kPair, ordered);
  types.dependencies(kMoods, ordered);
  types.dependencies(1009, ordered);
  EXPECT_EQ(ordered, (std::vector<Oid>{kMood, kPair}));
  EXPECT_EQ(types.create_statement(kMood, true), R"(CREATE TYPE "s"."mood" AS ENUM ('sad', 'o,k'))");
  EXPECT_EQ(types.create_statement(kPair, true), R"(CREATE TYPE "s"."pair" AS ("a" integer, "B c" s.mood))");
  EXPECT_EQ(types.create_statement(kSpan, true), R"(CREATE TYPE "s"."span" AS RANGE (SUBTYPE = interval))");
  EXPECT_EQ(types.create_statement(kAmount, true),
            R"(CREATE DOMAIN "s"."amount" AS numeric(12,2) NOT NULL CONSTRAINT "positive" CHECK ((VALUE > 0)))");
  for (const Oid oid : {Oid{23}, kHstore, kMoods}) EXPECT_EQ(types.create_statement(oid, true), "");
}

TEST(TypeCatalogTest, ABaseTypeIsItsNameAndFunctionsAndWhatInitdbMakesIsNotItsOid) {
  const char* const types = R"json([
    {"oid": %, "schema": "s", "name": "b", "type": "b", "category": "U", "binary": true,
     "definition": [-1, false, [["internal", "textin", null], ["internal", "textout", null]]]},
    {"oid": 13420, "schema": "information_schema", "name": "sql_identifier", "type": "d", "category": "S", "base": 19,
     "base_typmod": -1, "binary": true}])json";
  const auto with_oid = [&](const std::string& oid) {
    std::string text = types;
    text.replace(text.find('%'), 1, oid);
    return TypeCatalog::from_json(*Json::parse(text), "C", 160000);
  };
  EXPECT_EQ(with_oid("217432").signature(217432), with_oid("217451").signature(217451));
  EXPECT_NE(with_oid("217432").signature(217432).find("textin"), std::string::npos);
  EXPECT_EQ(with_oid("217432").signature(13420), "domain(oid:19:-1)");
}

// What a column is declared as and the form that its values are sent in are one entry.
TEST(TypeCatalogTest, EveryTypeIsDeclaredAsWhatItsValuesAreSentAs) {
  std::vector<DataType> types;
  for (int kind = 0; kind < static_cast<int>(TypeKind::kArray); ++kind) {
    DataType type;
    type.kind = static_cast<TypeKind>(kind);
    if (type.kind == TypeKind::kDecimal) type.precision = 12, type.scale = 2;
    types.push_back(type);
  }
  DataType wide;
  wide.kind = TypeKind::kNumeric;
  wide.precision = 45;
  wide.scale = 5;
  types.push_back(wide);
  wide.precision = 5;
  wide.scale = -2;
  types.push_back(wide);
  DataType infinite;
  infinite.kind = TypeKind::kInterval;
  infinite.has_infinity = true;
  types.push_back(infinite);
  const std::size_t scalars = types.size();
  for (std::size_t i = 0; i < scalars; ++i) {
    DataType array;
    array.kind = TypeKind::kArray;
    array.element = std::make_shared<const DataType>(types[i]);
    types.push_back(array);
  }
  for (const DataType& type : types) {
    for (const int version : {120000, 160000, 180000}) {
      const DeclaredType declared = declared_type_for(type, version);
      const auto named = parse_type_name(declared.name);
      ASSERT_TRUE(named) << declared.name;
      EXPECT_EQ(named->kind, declared.type.kind) << declared.name;
      EXPECT_EQ(named->precision, declared.type.precision) << declared.name;
      EXPECT_EQ(named->scale, declared.type.scale) << declared.name;
      EXPECT_EQ(named->length, declared.type.length) << declared.name;
      EXPECT_TRUE(can_convert(type, declared.type)) << type.to_string() << " as " << declared.name;
      const DataType& scalar = declared.type.element ? *declared.type.element : declared.type;
      EXPECT_NE(scalar.kind, TypeKind::kUInt64);
      EXPECT_EQ(scalar.has_infinity, scalar.kind == TypeKind::kInterval && version >= 170000);
    }
  }
  EXPECT_EQ(declared_type_for(wide, 140000).name, "numeric");
  EXPECT_EQ(declared_type_for(wide, 150000).name, "numeric(5,-2)");
}

TEST(TypeCatalogTest, ATypeIsRestoredOnlyWhereItsValuesTravelAsTheyCame) {
  DataType text;
  DataType number;
  number.kind = TypeKind::kUInt32;
  EXPECT_EQ(restored_type(600, -1, "point", text, true, 160000)->name, "point");
  EXPECT_TRUE(restored_type(600, -1, "point", text, true, 160000)->travels_as_text);
  EXPECT_FALSE(restored_type(600, -1, "point", text, false, 160000));
  EXPECT_EQ(restored_type(28, -1, "xid", number, false, 160000)->type, number);
  EXPECT_FALSE(restored_type(23, -1, "integer", number, false, 160000));
  EXPECT_FALSE(restored_type(2205, -1, "regclass", text, true, 160000));  // its names are those of one server
  EXPECT_FALSE(restored_type(kPair, -1, "s.pair", text, true, 160000));
}

}  // namespace
}  // namespace dpone::postgres
