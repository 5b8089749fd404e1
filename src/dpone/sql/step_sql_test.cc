#include "dpone/sql/step_sql.h"

#include <gtest/gtest.h>

namespace dpone::sql {
namespace {

TEST(ScopeError, NamesTheKeyAndSaysWhatToWriteUnlessTheSystemDid) {
  Scope predicate;
  predicate.predicate = "x = 1";
  Scope terms;
  terms.terms = {{"x", "=", {"1"}}};
  const Error of_predicate = scope_error(Error(ErrorClass::kFailed, "s", "m"), predicate);
  EXPECT_EQ(of_predicate.context_value("option"), "sink.strategy.custom_predicate");
  EXPECT_NE(of_predicate.next_step(), "");
  const Error of_terms = scope_error(Error(ErrorClass::kFailed, "s", "m"), terms);
  EXPECT_EQ(of_terms.context_value("option"), "sink.strategy.scope");
  EXPECT_NE(of_terms.next_step(), of_predicate.next_step());
  EXPECT_EQ(scope_error(Error(ErrorClass::kFailed, "s", "m").hint("grant it"), terms).next_step(), "grant it");
}

}  // namespace
}  // namespace dpone::sql
