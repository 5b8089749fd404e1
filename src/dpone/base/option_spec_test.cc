#include "dpone/base/option_spec.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

OptionSpec spec(OptionKind kind) { return {.name = "thing", .kind = kind}; }

TEST(OptionSpec, ReadsDurationsInEveryUnit) {
  const OptionSpec duration = spec(OptionKind::kDuration);
  EXPECT_EQ(*parse_option(duration, "500ms"), Json(500));
  EXPECT_EQ(*parse_option(duration, "30s"), Json(30'000));
  EXPECT_EQ(*parse_option(duration, "30"), Json(30'000));
  EXPECT_EQ(*parse_option(duration, "1.5s"), Json(1500));
  EXPECT_EQ(*parse_option(duration, "5 m"), Json(300'000));
  EXPECT_EQ(*parse_option(duration, "2h"), Json(7'200'000));
  for (const char* bad :
       {"", "s", "-1s", "5 weeks", "1.2.3s", "0.0001ms", "99999999999999999999s", "9223372036854775807h"}) {
    EXPECT_FALSE(parse_option(duration, bad)) << bad;
  }
}

TEST(OptionSpec, ReadsSizesInEveryUnit) {
  const OptionSpec bytes = spec(OptionKind::kBytes);
  EXPECT_EQ(*parse_option(bytes, "4096"), Json(4096));
  EXPECT_EQ(*parse_option(bytes, "64KiB"), Json(65536));
  EXPECT_EQ(*parse_option(bytes, "256 MiB"), Json(256LL << 20));
  EXPECT_EQ(*parse_option(bytes, "1.5GiB"), Json(3LL << 29));
  EXPECT_EQ(*parse_option(bytes, "1MB"), Json(1'000'000));
  for (const char* bad : {"MiB", "5 parsecs", "1e3", "99999999TiB", "-5"})
    EXPECT_FALSE(parse_option(bytes, bad)) << bad;
}

TEST(OptionSpec, HoldsNumbersToTheirRange) {
  OptionSpec number = spec(OptionKind::kInteger);
  number.min = 1;
  number.max = 10;
  EXPECT_EQ(*parse_option(number, "10"), Json(10));
  EXPECT_EQ(parse_option(number, "0").error().message(), "must be at least 1");
  EXPECT_EQ(parse_option(number, "11").error().message(), "must be at most 10");
  EXPECT_EQ(parse_option(number, "x").error().slug(), "option.invalid");
  EXPECT_EQ(parse_option(number, "x").error().error_class(), ErrorClass::kUsage);
  EXPECT_FALSE(parse_option(number, "9223372036854775808"));
}

TEST(OptionSpec, NamesTheChoicesAndTheNearestOne) {
  OptionSpec choice = spec(OptionKind::kChoice);
  choice.choices = "auto|exchange|truncate_insert";
  EXPECT_EQ(*parse_option(choice, "exchange"), Json("exchange"));
  const Result<Json> wrong = parse_option(choice, "exchnage");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message(),
            "\"exchnage\" is not one of auto, exchange, truncate_insert; did you mean exchange?");
  EXPECT_EQ(wrong.error().context_value("option"), "thing");
}

TEST(OptionSpec, SplitsNamesAsSqlQuotesThem) {
  const OptionSpec names = spec(OptionKind::kNameList);
  EXPECT_EQ(*parse_option(names, "a, b,c"), Json(Json::Array{"a", "b", "c"}));
  EXPECT_EQ(*parse_option(names, R"("a,b","say ""x""")"), Json(Json::Array{"a,b", "say \"x\""}));
  for (const char* bad : {"", "a,,b", "a,", "\"a", "\"a\"b"}) EXPECT_FALSE(parse_option(names, bad)) << bad;
}

TEST(OptionSpec, ShowsOnlyTheStartOfAHugeValue) {
  const Result<Json> wrong = parse_option(spec(OptionKind::kInteger), std::string(1'000'000, 'x'));
  ASSERT_FALSE(wrong);
  EXPECT_LT(wrong.error().message().size(), 200U);
}

TEST(OptionSpec, FormatsWhatItReadsBack) {
  for (const char* text : {"500ms", "30s", "5m", "2h", "0ms"}) {
    EXPECT_EQ(format_option(spec(OptionKind::kDuration), *parse_option(spec(OptionKind::kDuration), text)), text);
  }
  for (const char* text : {"4097", "64KiB", "256MiB", "1TiB"}) {
    EXPECT_EQ(format_option(spec(OptionKind::kBytes), *parse_option(spec(OptionKind::kBytes), text)), text);
  }
  const std::string names = R"(a,"b,c","d ""e""")";
  EXPECT_EQ(format_option(spec(OptionKind::kNameList), *parse_option(spec(OptionKind::kNameList), names)), names);
}

TEST(Options, GivesTheDefaultOfEitherTable) {
  static constexpr OptionSpec kFirst[] = {{.name = "wait", .kind = OptionKind::kDuration, .default_text = "60s"}};
  static constexpr OptionSpec kSecond[] = {{.name = "raw", .kind = OptionKind::kFlag, .default_text = "true"},
                                           {.name = "columns", .kind = OptionKind::kNameList}};
  Options options(kFirst, kSecond);
  EXPECT_EQ(options.duration("wait"), std::chrono::seconds(60));
  EXPECT_TRUE(options.flag("raw"));
  EXPECT_TRUE(options.names("columns").empty());
  EXPECT_FALSE(options.is_given("raw"));
  options.set("raw", Json(false));
  EXPECT_TRUE(options.is_given("raw"));
  EXPECT_FALSE(options.flag("raw"));
  EXPECT_EQ(options.find("columns"), &kSecond[1]);
  EXPECT_EQ(options.find("colums"), nullptr);
}

}  // namespace
}  // namespace dpone
