#include "dpone/cli/health_check.h"

#include <gtest/gtest.h>

namespace dpone::cli {
namespace {

HealthCheck problem(ErrorClass error_class) {
  return problem_check("x", Error(error_class, "a.b", "it is broken").hint("mend it\nthen try again"));
}

TEST(HealthCheck, TheWorstProblemDecides) {
  EXPECT_EQ(worst_exit_code({}), 0);
  EXPECT_EQ(worst_exit_code({ok_check("a", "fine"), warning_check("b", "odd", "look")}), 0);
  EXPECT_EQ(worst_exit_code({problem(ErrorClass::kUnavailable)}), 4);
  EXPECT_EQ(worst_exit_code({problem(ErrorClass::kUnavailable), problem(ErrorClass::kUsage)}), 2);
  EXPECT_EQ(worst_exit_code({problem(ErrorClass::kFailed), problem(ErrorClass::kUsage)}), 1);
  EXPECT_EQ(worst_exit_code({problem(ErrorClass::kFailed), problem(ErrorClass::kRefused)}), 3);
}

TEST(HealthCheck, SaysWhatToDo) {
  EXPECT_EQ(
      render_checks({ok_check("version", "1"), warning_check("b\x1b", "odd", "look"), problem(ErrorClass::kUsage)}),
      "ok       version  1\n"
      "warning  b\\x1b    odd\n"
      "         next: look\n"
      "problem  x        it is broken\n"
      "         code: a.b\n"
      "         next: mend it\n"
      "               then try again\n"
      "1 problem, 1 warning\n");
  EXPECT_EQ(render_checks({ok_check("a", "b")}), "ok       a  b\nno problems, no warnings\n");
  EXPECT_EQ(render_checks({ok_check("connection", "PostgreSQL 16.14, database shop, not encrypted")}, 45),
            "ok       connection  PostgreSQL 16.14,\n"
            "                     database shop, not\n"
            "                     encrypted\n"
            "no problems, no warnings\n");
  EXPECT_EQ(checks_to_json({problem(ErrorClass::kUsage)})["exit_code"], Json(2));
}

}  // namespace
}  // namespace dpone::cli
