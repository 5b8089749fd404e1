#include "dpone/ports/null_check.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

TEST(NullCheck, AsksTheSourceOnlyWhereARowMayLackACursor) {
  struct Case {
    CursorNulls nulls;
    bool is_nullable, has_null;
    const char* outcome;
    int questions;
  };
  for (const Case& of : {Case{CursorNulls::kFail, true, false, "none", 1},
                         {CursorNulls::kFail, true, true, "cursor.null", 1},
                         {CursorNulls::kFail, false, true, "none", 0},
                         {CursorNulls::kIgnore, true, true, "none", 0},
                         {CursorNulls::kAlways, true, true, "rows", 1},
                         {CursorNulls::kAlways, true, false, "none", 1},
                         {CursorNulls::kAlways, false, true, "none", 0}}) {
    ReadTask task;
    CursorRange range;
    range.column = "id";
    range.nulls = of.nulls;
    task.extraction = ReadBeyond{range};
    SourceColumn facts;
    facts.name = "id";
    facts.is_nullable = of.is_nullable;
    task.source.columns.push_back(facts);
    int questions = 0;
    const auto found = check_cursor_nulls(task, [&](const std::string& column) -> Result<bool> {
      EXPECT_EQ(column, "id");
      ++questions;
      return of.has_null;
    });
    EXPECT_EQ(found ? *found ? "rows" : "none" : found.error().slug(), of.outcome) << to_string(of.nulls);
    EXPECT_EQ(questions, of.questions) << to_string(of.nulls);
  }
}

}  // namespace
}  // namespace dpone
