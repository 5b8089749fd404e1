#include "dpone/connectors/sqlite/dialect.h"

#include <gtest/gtest.h>

namespace dpone::sqlite {
namespace {

DataType of(TypeKind kind) {
  DataType type;
  type.kind = kind;
  type.scale = kind == TypeKind::kTimestampTz ? 6 : 0;
  return type;
}

ReadTask cursor_task(const std::string& name, TypeKind kind) {
  ReadTask task;
  NativeSource native;
  native.name = "s";
  task.source.native = native;
  for (const auto& [column, type] : {std::pair{"id", TypeKind::kInt64}, std::pair{"it's", TypeKind::kTimestampTz}}) {
    ColumnPolicy policy;
    policy.name = policy.sink_name = column;
    policy.type = of(type);
    task.columns.push_back(policy);
    SourceColumn facts;
    facts.name = column;
    facts.type = policy.type;
    task.source.columns.push_back(facts);
  }
  CursorRange range;
  range.column = name;
  range.type = of(kind);
  task.extraction = ReadBeyond{range};
  return task;
}

TEST(SqliteDialect, ACursorIsQualifiedAndComparedByItsStorage) {
  ReadTask task = cursor_task("id", TypeKind::kInt64);
  task.cursor()->lower = "5";
  EXPECT_EQ(render_upper_bound(task),
            R"(SELECT "s"."id", "s"."id" > 5, typeof("s"."id") FROM "s" WHERE "s"."id" > 5 AND "s"."id" IS NOT NULL )"
            R"(ORDER BY "s"."id" DESC LIMIT 1)");
  EXPECT_EQ(render_select(task), R"(SELECT "s"."id", "s"."it's" FROM "s" WHERE "s"."id" > 5 AND "s"."id" <= {upper})");
  task.cursor()->is_inclusive = true;
  task.cursor()->overlap.number = 3;
  task.is_bounded = true;
  task.until = to_position(*task.cursor(), {"9", {}, {}});
  EXPECT_EQ(render_select(task), R"(SELECT "s"."id", "s"."it's" FROM "s" WHERE "s"."id" >= 5 - 3 AND "s"."id" <= 9)");
  task.cursor()->nulls = CursorNulls::kAlways;
  auto& native = std::any_cast<NativeSource&>(task.source.native);
  native.where = "a = 1 -- x";
  native.limit = 7;
  EXPECT_EQ(render_select(task),
            "SELECT \"s\".\"id\", \"s\".\"it's\" FROM \"s\" WHERE (a = 1 -- x\n) AND (\"s\".\"id\" >= 5 - 3 AND "
            "\"s\".\"id\" <= 9 OR \"s\".\"id\" IS NULL) LIMIT 7");
}

TEST(SqliteDialect, ACursorIsLookedAtBeforeItIsReadBy) {
  ReadTask task = cursor_task("it's", TypeKind::kTimestampTz);
  std::any_cast<NativeSource&>(task.source.native).where = "a = 1";
  const std::string selected = R"( FROM "s" WHERE (a = 1)" + std::string("\n) AND ") + R"("s"."it's" IS )";
  EXPECT_EQ(render_find_null(task, "it's"), "SELECT 1" + selected + "NULL LIMIT 1");
  EXPECT_EQ(render_greatest(task),
            R"(SELECT "s"."it's")" + selected + R"(NOT NULL ORDER BY "s"."it's" COLLATE BINARY DESC LIMIT 1)");
}

TEST(SqliteDialect, AnOverlapIsTakenFromATimeBeforeItIsText) {
  ReadTask task = cursor_task("it's", TypeKind::kTimestampTz);
  task.cursor()->is_inclusive = true;
  task.cursor()->lower = "2024-03-01 00:30:00+00";
  task.cursor()->overlap.duration = std::chrono::hours(1);
  EXPECT_NE(render_select(task).find("COLLATE BINARY >= '2024-02-29 23:30:00+00' AND"), std::string::npos);
  task.cursor()->type = of(TypeKind::kDate);
  task.cursor()->lower = "2024-03-01";
  EXPECT_NE(render_select(task).find(">= '2024-02-29 23:00:00' AND"), std::string::npos);
  task.cursor()->overlap.duration = std::chrono::hours(24);
  EXPECT_NE(render_select(task).find(">= '2024-02-29' AND"), std::string::npos);
}

TEST(SqliteDialect, WhatIsNoValueNeverBecomesMoreThanALiteral) {
  EXPECT_EQ(render_literal("1; DROP TABLE s", of(TypeKind::kInt64)), "'1; DROP TABLE s'");
  EXPECT_EQ(render_literal("it's", of(TypeKind::kText)), "'it''s'");
  EXPECT_EQ(render_literal("-9223372036854775808", of(TypeKind::kInt64)), "-9223372036854775808");
}

}  // namespace
}  // namespace dpone::sqlite
