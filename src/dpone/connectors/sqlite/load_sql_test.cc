#include "dpone/connectors/sqlite/load_sql.h"

#include <gtest/gtest.h>

#include "dpone/connectors/sqlite/dialect.h"
#include "dpone/connectors/sqlite/native_facts.h"

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

LoadTask task_of(std::vector<Step> publish, bool exists = true) {
  LoadTask task;
  task.publish = std::move(publish);
  task.target.exists = exists;
  task.columns = {column("id", TypeKind::kInt64, false), column("it's", TypeKind::kTimestampTz)};
  task.key = {"id"};
  Relation::Index index;
  index.name = "i";
  index.sql = "CREATE INDEX i ON t (\"it's\" DESC)";
  Relation::Index of_constraint;
  of_constraint.name = "sqlite_autoindex_t_1";
  of_constraint.is_unique = true;
  NativeTarget native;
  native.relation.name = "t";
  native.relation.sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, \"it's\" TEXT)";
  native.relation.indexes = {index, of_constraint};
  task.target.native = native;
  return task;
}

InsertRows new_keys() { return {InsertRows::Which::kNewKeys, {"id"}, {}, {}}; }
LoadTask merge_task() { return task_of({UpdateRows{{"id"}}, new_keys()}); }

Texts sent_by(const SinkStatements& statements) {
  Texts out;
  for (const PublishStatement& statement : statements.publish) out.push_back(statement.sql);
  return out;
}

std::string question(const LoadTask& task, const Question& asked) {
  return sql::render_question(dialect(), task, {R"("t")", R"("stage")"}, asked);
}

const std::string kOwner =
    R"x(INSERT INTO __dpone__stages (name, process, run_id, target) VALUES ('__dpone_{stage}', '{process}', '{run_id}', '"t"'))x";
const std::string kRemove = R"(DROP TABLE IF EXISTS "__dpone_{stage}")";
const std::string kForget = "DELETE FROM __dpone__stages WHERE name = '__dpone_{stage}'";

TEST(SqliteLoadSql, CreateMakesAStrictTableAndKeepsTheTypes) {
  LoadTask task = task_of({TakePlace{}}, false);
  NativeTarget& native = native_of(task.target);
  native.relation.rowid_column = "id";
  native.new_keys = {{"k", {"it's"}}};
  native.new_entries["id"] = {{}, "bigint", "", false, 1};
  native.new_entries["it's"] = {{}, "x", "", false, 0};
  const SinkStatements sql = render_sink(task, {});
  EXPECT_EQ(
      sql.stage,
      (Texts{kRemove, kForget,
             R"(CREATE TABLE "__dpone_{stage}" ("id" INTEGER NOT NULL PRIMARY KEY, "it's" TEXT) STRICT)", kOwner}));
  EXPECT_EQ(sql.insert, R"(INSERT OR ABORT INTO "__dpone_{stage}" ("id", "it's") SELECT c0, c1 FROM __dpone_batch)");
  EXPECT_EQ(sql.seal, Texts{R"(CREATE UNIQUE INDEX "__dpone_{index k}" ON "__dpone_{stage}" ("it's"))"});
  const std::string entry =
      "INSERT OR REPLACE INTO __dpone__columns (table_name, column_name, declared, type, native_type, meaning, "
      "travels_as_text, key_position) VALUES ('t', ";
  EXPECT_EQ(
      sent_by(sql),
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

TEST(SqliteLoadSql, ExchangeRebuildsTheTableAndItsIndexesUnderTheirNames) {
  const SinkStatements sql = render_sink(task_of({TakePlace{}}), {});
  EXPECT_EQ(sql.stage, (Texts{kRemove, kForget,
                              R"(CREATE TABLE "__dpone_{stage}" (id INTEGER PRIMARY KEY, "it's" TEXT))", kOwner}));
  EXPECT_EQ(sql.seal, Texts{R"(CREATE INDEX "__dpone_{index i}" ON "__dpone_{stage}" ("it's" DESC))"});
  EXPECT_EQ(
      sent_by(sql),
      (Texts{
          R"(DROP TABLE "t")", R"(ALTER TABLE "__dpone_{stage}" RENAME TO "t")", "PRAGMA writable_schema = ON",
          R"x(UPDATE sqlite_schema SET name = 'i', sql = 'CREATE INDEX i ON t ("it''s" DESC)' WHERE type = 'index' AND name = '__dpone_{index i}')x",
          "PRAGMA writable_schema = OFF", kForget}));
}

TEST(SqliteLoadSql, ExchangeLooksForRowsThatReferToNone) {
  LoadTask task = task_of({TakePlace{}});
  EXPECT_EQ(render_sink(task, {}).find_orphans, "");
  native_of(task.target).relation.foreign_keys = 1;
  EXPECT_EQ(render_sink(task, {}).find_orphans,
            R"(SELECT "parent", count(*) FROM pragma_foreign_key_check('t') GROUP BY 1)");
}

TEST(SqliteLoadSql, ExchangeKeepsTheNumbersThatWereGiven) {
  LoadTask task = task_of({TakePlace{}});
  native_of(task.target).relation.is_autoincrement = true;
  const Texts sent = sent_by(render_sink(task, {}));
  EXPECT_EQ(sent[1],
            "UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = "
            "'t'), 0)) WHERE name = '__dpone_{stage}'");
  EXPECT_EQ(sent[2], R"(DROP TABLE "t")");
}

TEST(SqliteLoadSql, RewritingDeletesAndInserts) {
  for (const Removal how : {Removal::kTruncate, Removal::kDelete}) {
    const LoadTask task = task_of({AddColumns{{"it's"}}, DeleteRows{{}, how}, InsertRows{}});
    const SinkStatements sql = render_sink(task, {});
    const Texts sent = sent_by(sql);
    EXPECT_EQ(sent[0], R"(ALTER TABLE "t" ADD COLUMN "it's" TEXT)");
    EXPECT_EQ(Texts(sent.begin() + 2, sent.end()),
              (Texts{R"(DELETE FROM "t")",
                     R"(INSERT OR ABORT INTO "t" ("id", "it's") SELECT s."id", s."it's" FROM "__dpone_{stage}" AS s)",
                     R"(DROP TABLE "__dpone_{stage}")", kForget}));
    EXPECT_EQ(sql.publish[2].step, 1U);
    EXPECT_EQ(sql.publish[3].step, 2U);
    EXPECT_EQ(sql.count_target, "") << "without a trigger every row is there";
  }
}

TEST(SqliteLoadSql, MergeComparesByteByByte) {
  const SinkStatements sql = render_sink(merge_task(), {});
  EXPECT_EQ(
      sent_by(sql),
      (Texts{
          R"(UPDATE OR ABORT "t" AS t SET "it's" = s."it's" FROM "__dpone_{stage}" AS s WHERE t."id" = s."id" AND (t."it's" COLLATE BINARY IS NOT s."it's"))",
          R"(INSERT OR ABORT INTO "t" ("id", "it's") SELECT s."id", s."it's" FROM "__dpone_{stage}" AS s LEFT JOIN "t" AS t ON t."id" = s."id" WHERE t."id" IS NULL)",
          R"(DROP TABLE "__dpone_{stage}")", kForget}));
  EXPECT_EQ(
      question(merge_task(), {Question::Kind::kChanges, {}}),
      R"(SELECT EXISTS (SELECT 1 FROM "stage" AS s LEFT JOIN "t" AS t ON t."id" = s."id" WHERE t."id" IS NULL OR )"
      R"(t."it's" COLLATE BINARY IS NOT s."it's"))");
}

TEST(SqliteLoadSql, AKeyThatHasSeveralSpellingsIsWrittenToo) {
  LoadTask task = merge_task();
  task.columns[0].sink_type.kind = TypeKind::kText;
  const std::string update = sent_by(render_sink(task, {}))[0];
  EXPECT_NE(update.find(R"(SET "id" = s."id", "it's" = s."it's")"), std::string::npos) << update;
  EXPECT_NE(update.find(R"(t."id" COLLATE BINARY IS NOT s."id")"), std::string::npos) << update;
}

TEST(SqliteLoadSql, RowsThatATriggerMayLeaveOutAreCountedBefore) {
  LoadTask task = merge_task();
  native_of(task.target).relation.triggers = {{"tr", "CREATE TRIGGER tr ..."}};
  const SinkStatements sql = render_sink(task, {});
  EXPECT_TRUE(sql.publish[0].wanted.starts_with(R"(SELECT count(*) FROM "t" AS t, "__dpone_{stage}" AS s WHERE )"));
  EXPECT_EQ(
      sql.publish[1].wanted,
      R"(SELECT count(*) FROM "__dpone_{stage}" AS s LEFT JOIN "t" AS t ON t."id" = s."id" WHERE t."id" IS NULL)");
}

TEST(SqliteLoadSql, AnAppendLeavesOutTheRowsOfTheLastPositionThatTheTargetHas) {
  const LoadTask task =
      task_of({InsertRows{InsertRows::Which::kNewAtPosition, {"id"}, "it's", "2024-01-01 00:00:00+00"}});
  EXPECT_TRUE(sent_by(render_sink(task, {}))[0].ends_with(
      R"(LEFT JOIN "t" AS t ON t."id" = s."id" AND t."it's" = '2024-01-01 00:00:00+00' AND s."it's" = )"
      R"('2024-01-01 00:00:00+00' WHERE t."id" IS NULL)"));
}

TEST(SqliteLoadSql, APartIsReplaced) {
  Scope scope;
  scope.terms = {{"id", ">=", {"5"}}};
  const LoadTask task = task_of({DeleteRows{scope, Removal::kDelete}, InsertRows{}});
  EXPECT_EQ(sent_by(render_sink(task, {}))[0], R"(DELETE FROM "t" WHERE "id" >= 5)");
  EXPECT_EQ(question(task, {Question::Kind::kOutside, {}, {}, scope}),
            R"(SELECT count(*) FROM "stage" WHERE ("id" >= 5) IS NOT TRUE)");
}

TEST(SqliteLoadSql, AppendLooksFirstOnlyWhenItIsTold) {
  LoadTask task = task_of({InsertRows{}});
  const std::string insert =
      R"(INSERT OR ABORT INTO "t" ("id", "it's") SELECT s."id", s."it's" FROM "__dpone_{stage}" AS s)";
  EXPECT_EQ(sent_by(render_sink(task, {}))[0], insert);
  task.publish = {new_keys()};
  EXPECT_EQ(sent_by(render_sink(task, {}))[0],
            insert + R"( LEFT JOIN "t" AS t ON t."id" = s."id" WHERE t."id" IS NULL)");
}

TEST(SqliteLoadSql, ARunHasNamesOfItsOwn) {
  EXPECT_EQ(stage_name("\"t\"", "a").size(), 24U);
  EXPECT_NE(stage_name("\"t\"", "a"), stage_name("\"t\"", "b"));
}

TEST(SqliteLoadSql, DefinitionsAreReadInAnyQuotesAndWithComments) {
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
