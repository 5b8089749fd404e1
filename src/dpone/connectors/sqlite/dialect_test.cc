#include "dpone/connectors/sqlite/dialect.h"

#include <gtest/gtest.h>

namespace dpone::sqlite {
namespace {

using Texts = std::vector<std::string>;

DataType of(TypeKind kind) {
  DataType type;
  type.kind = kind;
  type.scale = kind == TypeKind::kTimestampTz ? 6 : 0;
  return type;
}

ColumnPolicy column(const std::string& name, TypeKind kind, bool is_nullable = true) {
  ColumnPolicy policy;
  policy.name = policy.sink_name = name;
  policy.type = policy.sink_type = of(kind);
  policy.is_nullable = is_nullable;
  return policy;
}

LoadTask task_of(PublishMethod method) {
  LoadTask task;
  task.method = method;
  task.columns = {column("id", TypeKind::kInt64, false), column("it's", TypeKind::kTimestampTz)};
  task.key = {"id"};
  task.target.native = *Json::parse(R"x({"name":"t","sql":"CREATE TABLE t (id INTEGER PRIMARY KEY, \"it's\" TEXT)",
    "indexes":[{"name":"i","sql":"CREATE INDEX i ON t (\"it's\" DESC)","is_unique":false},
               {"name":"sqlite_autoindex_t_1","sql":null,"is_unique":true}]})x");
  task.source.native = *Json::parse(R"({"name":"s"})");
  for (const ColumnPolicy& policy : task.columns) {
    ColumnFacts facts;
    facts.name = policy.name;
    facts.type = policy.type;
    task.source.columns.push_back(facts);
  }
  return task;
}

const std::string kOwner =
    R"x(INSERT INTO __dpone__stages (name, process, run_id, target) VALUES ('__dpone_{stage}', '{process}', '{run_id}', '"t"'))x";
const std::string kForget = "DELETE FROM __dpone__stages WHERE name = '__dpone_{stage}'";

TEST(SqliteDialect, CreateMakesAStrictTableAndKeepsTheTypes) {
  LoadTask task = task_of(PublishMethod::kCreate);
  task.target.native.set("rowid_column", "id");
  task.target.native.set("create_keys", *Json::parse(R"([{"name":"k","columns":["it's"]}])"));
  task.target.native.set(
      "column_details", *Json::parse(R"({"id":{"native_type":"bigint","key_position":1},"it's":{"native_type":"x"}})"));
  const SinkStatements sql = render_sink(task, {});
  EXPECT_EQ(
      sql.stage,
      (Texts{R"(CREATE TABLE "__dpone_{stage}" ("id" INTEGER NOT NULL PRIMARY KEY, "it's" TEXT) STRICT)", kOwner}));
  EXPECT_EQ(sql.insert, R"(INSERT OR ABORT INTO "__dpone_{stage}" ("id", "it's") SELECT c0, c1 FROM __dpone_batch)");
  EXPECT_EQ(sql.seal, Texts{R"(CREATE UNIQUE INDEX "__dpone_{index k}" ON "__dpone_{stage}" ("it's"))"});
  const std::string entry =
      "INSERT OR REPLACE INTO __dpone__columns (table_name, column_name, declared, type, native_type, meaning, "
      "travels_as_text, key_position) VALUES ('t', ";
  EXPECT_EQ(
      sql.publish,
      (Texts{
          R"(ALTER TABLE "__dpone_{stage}" RENAME TO "t")",
          "DELETE FROM __dpone__columns WHERE table_name = 't' COLLATE NOCASE",
          entry + R"('id', 'INTEGER', '{"kind":"int64"}', 'bigint', '', 0, 1))",
          entry + R"('it''s', 'TEXT', '{"kind":"timestamp with time zone","scale":6}', 'x', '', 0, 0))",
          "PRAGMA writable_schema = ON",
          R"x(UPDATE sqlite_schema SET name = 'k', sql = 'CREATE UNIQUE INDEX "k" ON "t" ("it''s")' WHERE type = 'index' AND name = '__dpone_{index k}')x",
          "PRAGMA writable_schema = OFF", kForget}));
  EXPECT_EQ(sql.index_names, Texts{"k"});
}

TEST(SqliteDialect, ExchangeRebuildsTheTableAndItsIndexesUnderTheirNames) {
  const SinkStatements sql = render_sink(task_of(PublishMethod::kExchange), {});
  EXPECT_EQ(sql.stage, (Texts{R"(CREATE TABLE "__dpone_{stage}" (id INTEGER PRIMARY KEY, "it's" TEXT))", kOwner}));
  EXPECT_EQ(sql.seal, Texts{R"(CREATE INDEX "__dpone_{index i}" ON "__dpone_{stage}" ("it's" DESC))"});
  EXPECT_EQ(
      sql.publish,
      (Texts{
          R"(DROP TABLE "t")", R"(ALTER TABLE "__dpone_{stage}" RENAME TO "t")", "PRAGMA writable_schema = ON",
          R"x(UPDATE sqlite_schema SET name = 'i', sql = 'CREATE INDEX i ON t ("it''s" DESC)' WHERE type = 'index' AND name = '__dpone_{index i}')x",
          "PRAGMA writable_schema = OFF", kForget}));
}

TEST(SqliteDialect, ExchangeKeepsTheNumbersThatWereGiven) {
  LoadTask task = task_of(PublishMethod::kExchange);
  task.target.native.set("is_autoincrement", true);
  const Texts sent = render_sink(task, {}).publish;
  EXPECT_EQ(sent[1],
            "UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = "
            "'t'), 0)) WHERE name = '__dpone_{stage}'");
  EXPECT_EQ(sent[2], R"(DROP TABLE "t")");
}

TEST(SqliteDialect, RewritingDeletesAndInserts) {
  for (const PublishMethod method : {PublishMethod::kTruncateInsert, PublishMethod::kDeleteInsert}) {
    LoadTask task = task_of(method);
    task.new_columns = {"it's"};
    const SinkStatements sql = render_sink(task, {});
    EXPECT_EQ(sql.publish[0], R"(ALTER TABLE "t" ADD COLUMN "it's" TEXT)");
    EXPECT_EQ(Texts(sql.publish.begin() + 2, sql.publish.end()),
              (Texts{R"(DELETE FROM "t")",
                     R"(INSERT OR ABORT INTO "t" ("id", "it's") SELECT s."id", s."it's" FROM "__dpone_{stage}" AS s)",
                     R"(DROP TABLE "__dpone_{stage}")", kForget}));
    EXPECT_EQ(sql.insert_at, 3);
  }
}

TEST(SqliteDialect, MergeComparesByteByByte) {
  const SinkStatements sql = render_sink(task_of(PublishMethod::kMerge), {});
  EXPECT_EQ(
      sql.publish,
      (Texts{
          R"(UPDATE OR ABORT "t" AS t SET "it's" = s."it's" FROM "__dpone_{stage}" AS s WHERE t."id" = s."id" AND (t."it's" COLLATE BINARY IS NOT s."it's"))",
          R"(INSERT OR ABORT INTO "t" ("id", "it's") SELECT s."id", s."it's" FROM "__dpone_{stage}" AS s LEFT JOIN "t" AS t ON t."id" = s."id" WHERE t."id" IS NULL)",
          R"(DROP TABLE "__dpone_{stage}")", kForget}));
  EXPECT_EQ(sql.update_at, 0);
  EXPECT_EQ(sql.insert_at, 1);
  EXPECT_EQ(render_changes(task_of(PublishMethod::kMerge), ""),
            R"(SELECT 1 FROM "__dpone_{stage}" AS s LEFT JOIN "t" AS t ON t."id" = s."id" WHERE t."id" IS NULL OR )"
            R"(t."it's" COLLATE BINARY IS NOT s."it's")");
}

TEST(SqliteDialect, AppendLooksFirstOnlyWhenItIsTold) {
  LoadTask task = task_of(PublishMethod::kAppend);
  const std::string insert =
      R"(INSERT OR ABORT INTO "t" ("id", "it's") SELECT s."id", s."it's" FROM "__dpone_{stage}" AS s)";
  EXPECT_EQ(render_sink(task, {}).publish[0], insert);
  task.only_new_rows = true;
  EXPECT_EQ(render_sink(task, {}).publish[0],
            insert + R"( LEFT JOIN "t" AS t ON t."id" = s."id" WHERE t."id" IS NULL)");
}

TEST(SqliteDialect, ARunHasNamesOfItsOwn) {
  EXPECT_EQ(stage_name("\"t\"", "a").size(), 24U);
  EXPECT_NE(stage_name("\"t\"", "a"), stage_name("\"t\"", "b"));
  EXPECT_NE(index_name("\"t\"", "a", "i"), index_name("\"t\"", "a", "j"));
}

LoadTask cursor_task(const std::string& name, TypeKind kind) {
  LoadTask task = task_of(PublishMethod::kMerge);
  CursorRange range;
  range.column = name;
  range.type = of(kind);
  task.cursor = range;
  return task;
}

TEST(SqliteDialect, ACursorIsQualifiedAndComparedByItsStorage) {
  LoadTask task = cursor_task("id", TypeKind::kInt64);
  task.cursor->lower = CursorPosition{"5", {}};
  EXPECT_EQ(render_upper_bound(task),
            R"(SELECT "s"."id", "s"."id" > 5, typeof("s"."id") FROM "s" WHERE "s"."id" > 5 AND "s"."id" IS NOT NULL )"
            R"(ORDER BY "s"."id" DESC LIMIT 1)");
  EXPECT_EQ(render_select(task), R"(SELECT "s"."id", "s"."it's" FROM "s" WHERE "s"."id" > 5 AND "s"."id" <= {upper})");
  task.cursor->is_inclusive = true;
  task.cursor->overlap.number = 3;
  task.cursor->is_bounded = true;
  task.cursor->upper = CursorPosition{"9", {}};
  EXPECT_EQ(render_select(task), R"(SELECT "s"."id", "s"."it's" FROM "s" WHERE "s"."id" >= 5 - 3 AND "s"."id" <= 9)");
  task.cursor->nulls = CursorNulls::kAlways;
  task.source.native.set("where", "a = 1 -- x").set("limit", 7);
  EXPECT_EQ(render_select(task),
            "SELECT \"s\".\"id\", \"s\".\"it's\" FROM \"s\" WHERE (a = 1 -- x\n) AND (\"s\".\"id\" >= 5 - 3 AND "
            "\"s\".\"id\" <= 9 OR \"s\".\"id\" IS NULL) LIMIT 7");
}

TEST(SqliteDialect, AKeyTellsRowsOfOneCursorApart) {
  LoadTask task = cursor_task("it's", TypeKind::kTimestampTz);
  task.cursor->key = {"id"};
  task.cursor->lower = CursorPosition{"2024-01-01T00:00:00Z", {"7"}};
  EXPECT_EQ(render_select(task),
            R"(SELECT "s"."id", "s"."it's" FROM "s" WHERE ("s"."it's" COLLATE BINARY, "s"."id") > )"
            R"(('2024-01-01 00:00:00+00', 7) AND ("s"."it's" COLLATE BINARY, "s"."id") <= {upper})");
}

TEST(SqliteDialect, AnOverlapIsTakenFromATimeBeforeItIsText) {
  LoadTask task = cursor_task("it's", TypeKind::kTimestampTz);
  task.cursor->is_inclusive = true;
  task.cursor->lower = CursorPosition{"2024-03-01 00:30:00+00", {}};
  task.cursor->overlap.duration = std::chrono::hours(1);
  EXPECT_NE(render_select(task).find("COLLATE BINARY >= '2024-02-29 23:30:00+00' AND"), std::string::npos);
  task.cursor->type = of(TypeKind::kDate);
  task.cursor->lower = CursorPosition{"2024-03-01", {}};
  EXPECT_NE(render_select(task).find(">= '2024-02-29 23:00:00' AND"), std::string::npos);
  task.cursor->overlap.duration = std::chrono::hours(24);
  EXPECT_NE(render_select(task).find(">= '2024-02-29' AND"), std::string::npos);
}

TEST(SqliteDialect, WhatIsNoValueNeverBecomesMoreThanALiteral) {
  EXPECT_EQ(render_literal("1; DROP TABLE s", of(TypeKind::kInt64)), "'1; DROP TABLE s'");
  EXPECT_EQ(render_literal("it's", of(TypeKind::kText)), "'it''s'");
  EXPECT_EQ(render_literal("-9223372036854775808", of(TypeKind::kInt64)), "-9223372036854775808");
}

TEST(SqliteDialect, DefinitionsAreReadInAnyQuotesAndWithComments) {
  EXPECT_EQ(table_definition_tail("CREATE TABLE t(a)"), " (a)");
  EXPECT_EQ(table_definition_tail("CREATE TABLE \"a \"\"b\" /* (x) */ (a) STRICT"), " (a) STRICT");
  EXPECT_EQ(table_definition_tail("CREATE TABLE [t 1](a)"), " (a)");
  EXPECT_EQ(table_definition_tail("CREATE TABLE `t`\n(a)"), " (a)");
  EXPECT_EQ(table_definition_tail("CREATE VIRTUAL TABLE t USING x(a)"), "");
  EXPECT_EQ(index_definition_tail("CREATE UNIQUE INDEX i ON t(a) WHERE a > 1"), " (a) WHERE a > 1");
  EXPECT_EQ(index_definition_tail("CREATE INDEX 'on' -- x\n on \"t\" (a, lower(b))"), " (a, lower(b))");
}

}  // namespace
}  // namespace dpone::sqlite
