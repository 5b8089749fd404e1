#include "dpone/base/error.h"

#include <gtest/gtest.h>

#include "dpone/base/nearest.h"
#include "dpone/base/result.h"
#include "dpone/base/run_context.h"
#include "dpone/base/sha256.h"

namespace dpone {
namespace {

TEST(Error, KeepsContextInOrderAndNeverReplacesIt) {
  Error error = Error(ErrorClass::kFailed, "copy.bad", "a field is cut").with("row", "7").native("22P03");
  error.add("row", "outer").add("table", "orders");
  EXPECT_EQ(error.to_line(), "copy.bad: a field is cut (row=7, row=outer, table=orders, code=22P03)");
  EXPECT_EQ(error.context_value("row"), "7");
  const Error copy = error;
  error.add("later", "x");
  EXPECT_EQ(copy.context().size(), 3U);
}

TEST(Error, ClassIsTheExitCode) {
  EXPECT_EQ(Error(ErrorClass::kOutcomeUnknown, "a", "b").exit_code(), 5);
  EXPECT_EQ(interrupted_error().exit_code(), 130);
  EXPECT_EQ(interrupted_error().slug(), "run.interrupted");
}

Status passes_on() {
  DPONE_CHECK(Status(Error(ErrorClass::kUsage, "inner", "x")));
  return {};
}

TEST(Result, CheckReturnsTheError) {
  const Status status = passes_on();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().slug(), "inner");
}

TEST(Nearest, FindsSwapsAndTyposButNotOtherWords) {
  const std::string known[] = {"overwrite_type", "adopt", "columns", "where"};
  EXPECT_EQ(nearest_name("overwrite_tpye", known), "overwrite_type");
  EXPECT_EQ(nearest_name("Column", known), "columns");
  EXPECT_EQ(nearest_name("wehre", known), "where");
  EXPECT_EQ(nearest_name("partition", known), "");
  EXPECT_EQ(nearest_name("", known), "");
  EXPECT_EQ(nearest_name(std::string(1'000'000, 'a'), known), "");
}

TEST(Sha256, MatchesThePublishedVectors) {  // FIPS 180-4 examples
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace dpone
