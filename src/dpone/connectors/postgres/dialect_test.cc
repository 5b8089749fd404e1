#include "dpone/connectors/postgres/dialect.h"

#include <gtest/gtest.h>

#include "dpone/connectors/postgres/native_facts.h"

namespace dpone::postgres {
namespace {

ReadTask delta_task() {
  ReadTask task;
  for (const char* name : {"k", "c"}) {
    ColumnPolicy column;
    column.name = column.sink_name = name;
    task.columns.push_back(column);
  }
  NativeSource native;
  native.schema = "a";
  native.name = "b";
  native.kind = "r";
  native.where = "x = 1 -- why";
  task.source.native = native;
  CursorRange range;
  range.column = "c";
  range.native_type = "bigint";
  range.lower = "7";
  task.extraction = ReadBeyond{range};
  return task;
}

// An output column called like the cursor would be what ORDER BY sorts: the text, in which 9 comes behind 2000.
TEST(Dialect, TheUpperBoundIsOrderedByTheCursorAndNotByItsText) {
  ReadTask task = delta_task();
  EXPECT_EQ(
      render_upper_bound(task),
      R"(SELECT pg_catalog.format('%s', rows_of."c"), rows_of."c" > '7'::bigint FROM "a"."b" AS rows_of WHERE (x = 1 -- why)"
      "\n"
      R"() AND rows_of."c" > '7'::bigint AND rows_of."c" IS NOT NULL ORDER BY rows_of."c" DESC LIMIT 1)");
}

TEST(Dialect, ACursorIsLookedAtBeforeItIsReadBy) {
  const ReadTask task = delta_task();
  const std::string selected = R"( FROM "a"."b" AS rows_of WHERE (x = 1 -- why)" + std::string("\n) AND ");
  EXPECT_EQ(render_find_null(task, "c"), "SELECT 1" + selected + R"(rows_of."c" IS NULL LIMIT 1)");
  EXPECT_EQ(render_greatest(task), R"(SELECT pg_catalog.format('%s', rows_of."c"))" + selected +
                                       R"(rows_of."c" IS NOT NULL ORDER BY rows_of."c" DESC LIMIT 1)");
}

TEST(Dialect, ADeltaIsReadBetweenItsBounds) {
  ReadTask task = delta_task();
  CursorRange& range = *task.cursor();
  const auto condition = [&] {
    const std::string sql = render_select(task, false);
    return sql.substr(sql.find("WHERE"));
  };
  const std::string where = "WHERE (x = 1 -- why\n) AND ";
  EXPECT_EQ(condition(), where + R"("c" > '7'::bigint AND "c" <= {upper})");
  task.is_bounded = true;
  EXPECT_EQ(condition(), where + R"("c" > '7'::bigint AND 1 = 0)");
  task.until = to_position(range, {"9", {}, {}});
  range.is_inclusive = true;
  EXPECT_EQ(condition(), where + R"("c" >= '7'::bigint AND "c" <= '9'::bigint)");
  range.overlap.number = 5;
  range.nulls = CursorNulls::kAlways;
  EXPECT_EQ(condition(), where + R"(("c" >= '7'::bigint - 5 AND "c" <= '9'::bigint OR "c" IS NULL))");
  range.overlap = {std::chrono::hours(1), 0};
  range.nulls = CursorNulls::kIgnore;
  std::any_cast<NativeSource&>(task.source.native).where.clear();
  EXPECT_EQ(condition(), R"(WHERE "c" >= '7'::bigint - '3600000000 microseconds'::interval AND "c" <= '9'::bigint)");
  range.lower.reset();
  EXPECT_EQ(condition(), R"(WHERE "c" <= '9'::bigint)");
  task.extraction = ReadWindow{"c", range.type, "bigint", "3", "5"};
  EXPECT_EQ(condition(), R"(WHERE "c" >= '3'::bigint AND "c" < '5'::bigint)");
}

}  // namespace
}  // namespace dpone::postgres
