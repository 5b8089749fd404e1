// Calendar arithmetic; texts against PostgreSQL's own are in codec/pg_copy/golden_test.cc.
#include "dpone/data/temporal.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

TEST(TemporalTest, DaysAndCivilDatesAreInverse) {
  CivilDate last = civil_from_days(-3'000'000);
  for (std::int64_t days = -3'000'000 + 1; days < 3'000'000; ++days) {
    const CivilDate date = civil_from_days(days);
    ASSERT_EQ(days_from_civil(date), days);
    ASSERT_TRUE(date.day == last.day + 1 || date.day == 1);
    last = date;
  }
  EXPECT_EQ(civil_from_days(0).year, 2000);
  EXPECT_EQ(days_from_civil({1970, 1, 1}), -kDaysFromUnixEpoch);
  EXPECT_EQ(days_from_civil({-4713, 11, 24}), -2451545);
}

TEST(TemporalTest, FractionsAreChecked) {
  EXPECT_TRUE(fits_fraction(1'230'000, 2));
  EXPECT_FALSE(fits_fraction(1'230'000, 1));
  EXPECT_FALSE(fits_fraction(-1, 5));
  EXPECT_TRUE(fits_fraction(-1, 6));
  EXPECT_TRUE(fits_fraction(kTimestampMinusInfinity, 0));
}

}  // namespace
}  // namespace dpone
