#include "dpone/data/temporal_pattern.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

using Kind = TemporalPattern::Kind;

std::string read(std::string_view pattern, std::string_view text, Kind kind) {
  const auto parsed = TemporalPattern::parse(pattern, kind);
  if (!parsed) return std::string(parsed.error().slug());
  std::string iso;
  return parsed->to_iso(text, iso) ? iso : "no match";
}
std::string date(std::string_view pattern, std::string_view text) { return read(pattern, text, Kind::kDate); }
std::string time(std::string_view pattern, std::string_view text) { return read(pattern, text, Kind::kTimestamp); }

std::string written(std::string_view pattern, std::string_view iso, Kind kind) {
  const auto parsed = TemporalPattern::parse(pattern, kind);
  std::string text;
  return parsed && parsed->from_iso(iso, text) ? text : "no place";
}

TEST(TemporalPattern, ReadsDates) {
  EXPECT_EQ(date("%d.%m.%Y", "29.02.2024"), "2024-02-29");
  EXPECT_EQ(date("%d.%m.%Y", "1.2.2024"), "2024-02-01");
  EXPECT_EQ(date("%m/%d/%Y", "02/29/2024"), "2024-02-29");
  EXPECT_EQ(date("%d-%b-%Y", "29-feb-2024"), "2024-02-29");
  EXPECT_EQ(date("%Y%m%d", "20240229"), "2024-02-29");
  EXPECT_EQ(date("%Y%m%d", "2024229"), "no match") << "two ways to read it";
  EXPECT_EQ(date("%d.%m.%Y", "29.02.24"), "no match");
  EXPECT_EQ(date("%d.%m.%Y", "29.02.2024 "), "no match");
  EXPECT_EQ(date("%d.%m.%Y", ""), "no match");
  EXPECT_EQ(date("%d%%%m%%%Y", "1%2%2024"), "2024-02-01");
}

TEST(TemporalPattern, ReadsTimestamps) {
  EXPECT_EQ(time("%m/%d/%Y %I:%M:%S %p", "02/29/2024 12:05:09 AM"), "2024-02-29 00:05:09");
  EXPECT_EQ(time("%m/%d/%Y %I:%M %p", "2/9/2024 1:05 pm"), "2024-02-09 13:05:00");
  EXPECT_EQ(time("%m/%d/%Y %I:%M %p", "2/9/2024 13:05 pm"), "no match");
  EXPECT_EQ(time("%Y%m%dT%H%M%S.%f%z", "20240229T120509.25+0230"), "2024-02-29 12:05:09.25+02:30");
  EXPECT_EQ(time("%Y-%m-%dT%H:%M:%S%z", "2024-02-29T12:05:09Z"), "2024-02-29 12:05:09+00");
  EXPECT_EQ(time("%Y-%m-%dT%H:%M:%S%z", "2024-02-29T12:05:09-03"), "2024-02-29 12:05:09-03:00");
}

TEST(TemporalPattern, WritesWhatItHasAPlaceFor) {
  EXPECT_EQ(written("%d.%m.%Y", "2024-02-09", Kind::kDate), "09.02.2024");
  EXPECT_EQ(written("%d-%b-%Y", "2024-02-09", Kind::kDate), "09-Feb-2024");
  for (const char* far : {"infinity", "-infinity", "12024-02-09", "2024-02-09 BC", ""}) {
    EXPECT_EQ(written("%d.%m.%Y", far, Kind::kDate), "no place") << far;
  }
  EXPECT_EQ(written("%m/%d/%Y %I:%M %p", "2024-02-29 00:05:00", Kind::kTimestamp), "02/29/2024 12:05 AM");
  EXPECT_EQ(written("%m/%d/%Y %I:%M %p", "2024-02-29 00:05:01", Kind::kTimestamp), "no place");
  EXPECT_EQ(written("%Y%m%d %H%M%S.%f", "2024-02-29 00:05:01.25", Kind::kTimestamp), "20240229 000501.250000");
  EXPECT_EQ(written("%Y%m%d %H%M%S", "2024-02-29 00:05:01.25", Kind::kTimestamp), "no place");
  EXPECT_EQ(written("%Y%m%d %H%M%S", "2024-02-29 00:05:01+00", Kind::kTimestamp), "no place");
  EXPECT_EQ(written("%Y%m%d %H%M%S%z", "2024-02-29 00:05:01+00", Kind::kTimestamp), "20240229 000501+00:00");
}

TEST(TemporalPattern, RefusesWhatIsNone) {
  for (const char* pattern :
       {"", "%Y", "%Y-%m", "%d.%m.%y", "%d.%m.%Y %H", "%d.%m.%Y%", "%Y-%m-%d %Y", "%Q", "%Y-%b-%m-%d"}) {
    EXPECT_EQ(date(pattern, "x"), "temporal.pattern") << pattern;
  }
  for (const char* pattern : {"%Y-%m-%d", "%Y-%m-%d %I", "%Y-%m-%d %H:%S", "%Y-%m-%d %H %p", "%Y-%m-%d %H:%M.%f"}) {
    EXPECT_EQ(time(pattern, "x"), "temporal.pattern") << pattern;
  }
}

}  // namespace
}  // namespace dpone
