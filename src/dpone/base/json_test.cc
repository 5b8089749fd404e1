#include "dpone/base/json.h"

#include <gtest/gtest.h>

#include <limits>

#include "dpone/base/error_json.h"

namespace dpone {
namespace {

TEST(Json, HasOneCanonicalTextForEqualValues) {
  const Result<Json> value = Json::parse(" { \"b\" : [1, 2.50, -0, null, true], \"a\":\"x\\u0041\\n\" } ");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->canonical(), R"({"a":"xA\n","b":[1,2.5,0,null,true]})");
  EXPECT_EQ(Json::parse(value->canonical())->canonical(), value->canonical());
  EXPECT_EQ(Json::parse(value->pretty())->canonical(), value->canonical());
}

TEST(Json, KeepsWholeNumbersExact) {
  for (const std::int64_t number :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const Result<Json> value = Json::parse(std::to_string(number));
    ASSERT_TRUE(value);
    EXPECT_TRUE(value->is_int());
    EXPECT_EQ(value->as_int(), number);
  }
  EXPECT_FALSE(Json::parse("9223372036854775808")->is_int());
}

TEST(Json, RefusesDuplicateKeysAtAnyDepth) {
  EXPECT_EQ(Json::parse(R"({"a":1,"a":1})").error().slug(), "json.syntax");
  EXPECT_FALSE(Json::parse(R"([{"x":{"k":1,"k":2}}])"));
  EXPECT_TRUE(Json::parse(R"([{"k":1},{"k":2}])"));
}

TEST(Json, RefusesWhatIsNestedTooDeeply) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_TRUE(Json::parse(nested(64)));
  EXPECT_FALSE(Json::parse(nested(65)));
  EXPECT_FALSE(Json::parse(std::string(1'000'000, '[')));
  EXPECT_FALSE(Json::parse(nested(3), 2));
}

TEST(Json, RefusesGarbage) {
  for (const std::string_view bad :
       {std::string_view(""), std::string_view("{"), std::string_view("[1,]"), std::string_view("{\"a\"}"),
        std::string_view("nul"), std::string_view("1 2"), std::string_view("'a'"), std::string_view("\"\xff\""),
        std::string_view("\"a\nb\""), std::string_view("NaN"), std::string_view("01"),
        std::string_view("{\"a\":1}\0", 8), std::string_view("\x1f\x8b\x08\x00", 4)}) {
    EXPECT_FALSE(Json::parse(bad)) << bad;
  }
}

TEST(Json, RefusesEveryCutOfAText) {
  const std::string whole = R"({"a":[1,"two",{"b":null}],"c":true})";
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(Json::parse(whole.substr(0, size))) << size;
  EXPECT_TRUE(Json::parse(whole));
}

TEST(Json, EscapesOnlyWhatItMust) {
  EXPECT_EQ(json_quote("a\"b\\c\n\t\x01ü😀/"), "\"a\\\"b\\\\c\\n\\t\\u0001ü😀/\"");
  EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).canonical(), "null");
}

TEST(Json, AccessorsAreNeutralOnOtherKinds) {
  const Json text("x");
  EXPECT_EQ(text.as_int(), 0);
  EXPECT_FALSE(text.as_bool());
  EXPECT_TRUE(text["key"].is_null());
  EXPECT_TRUE(text.as_array().empty());
}

TEST(ErrorJson, CarriesEverythingThatTheErrorSays) {
  const Error error = Error(ErrorClass::kRefused, "target.not_ours", "the target has rows")
                          .with("object", "public.orders")
                          .with("object", "second")
                          .native("42501")
                          .hint("use --adopt")
                          .retry(Retry::kNever);
  EXPECT_EQ(error_to_json(error).canonical(),
            R"({"class":"refused","context":{"object":"public.orders"},"error_code":"target.not_ours","exit_code":3,)"
            R"("message":"the target has rows","native_code":"42501","next_step":"use --adopt","retry":"never",)"
            R"("schema_version":"dpone.error.v1"})");
}

}  // namespace
}  // namespace dpone
