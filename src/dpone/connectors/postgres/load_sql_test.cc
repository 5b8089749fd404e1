#include "dpone/connectors/postgres/load_sql.h"

#include <gtest/gtest.h>

#include "dpone/connectors/postgres/dialect.h"
#include "dpone/connectors/postgres/native_facts.h"

namespace dpone::postgres {
namespace {

constexpr const char* kExpected = "SET LOCAL dpone.expected_target = 'f00d'";

using Texts = std::vector<std::string>;

constexpr const char* kNoFlush = "SET LOCAL synchronous_commit = off";
const std::string kPlain(kPlainSearchPath);
const std::string kFixed(kFixedSearchPath);

LoadTask task_of(std::vector<Step> publish, bool exists = true) {
  LoadTask task;
  task.publish = std::move(publish);
  task.target.exists = exists;
  task.target.fingerprint = "f00d";
  NativeTarget native;
  native.server_version = 160000;
  native.relation.oid = 7;
  native.relation.regclass = "s.t";
  native.relation.schema = "s";
  native.relation.name = "t";
  native.relation.persistence = "p";
  native.relation.owner = native.relation.rights.role = "me";
  native.relation.replica_identity = "d";
  task.target.native = native;
  ColumnPolicy column;
  column.name = column.sink_name = "it's";
  column.source_native = column.sink_native = "integer";
  column.is_nullable = false;
  task.columns.push_back(column);
  return task;
}

Texts sent_by(const SinkStatements& statements) {
  Texts out;
  for (const sql::PublishStatement& statement : statements.publish) out.push_back(statement.sql);
  return out;
}

SinkStatements rendered(const LoadTask& task) {
  SinkRenderOptions options;
  options.stage_comment = "c";
  options.staged_rows = 5;
  return render_sink(task, sql::TemporaryNames(R"("s"."t")", ""), options);
}

TEST(LoadSql, CreateRendersTheTableAndItsRename) {
  const SinkStatements sql = rendered(task_of({TakePlace{}}, false));
  EXPECT_EQ(sql.stage, (Texts{kNoFlush, R"(CREATE TABLE "s"."__dpone_{stage}" ("it's" integer NOT NULL))",
                              R"(COMMENT ON TABLE "s"."__dpone_{stage}" IS 'c')"}));
  EXPECT_EQ(sql.copy, R"(COPY "s"."__dpone_{stage}" ("it's") FROM STDIN (FORMAT binary, FREEZE))");
  EXPECT_EQ(sql.seal, (Texts{"SELECT set_config('default_statistics_target', least(10, "
                             "current_setting('default_statistics_target')::integer)::text, true)",
                             kPlain, R"(ANALYZE "s"."__dpone_{stage}" ("it's"))", kFixed}));
  EXPECT_EQ(sent_by(sql), (Texts{"SET LOCAL lock_timeout = '1s'", R"(ALTER TABLE "s"."__dpone_{stage}" RENAME TO "t")",
                                 R"(COMMENT ON TABLE "s"."t" IS NULL)"}));
}

TEST(LoadSql, CreateInAPublishedSchemaLoadsAnUnloggedStageAndInsertsIntoTheNewTable) {
  LoadTask task = task_of({TakePlace{}}, false);
  native_of(task.target).relation.publications = {"p"};
  native_of(task.target).new_keys = {{"k", "PRIMARY KEY (a)"}};
  native_of(task.target).new_columns["it's"].default_value = "7";
  const SinkStatements sql = rendered(task);
  EXPECT_EQ(sql.stage.at(1), R"(CREATE UNLOGGED TABLE "s"."__dpone_{stage}" ("it's" integer NOT NULL))");
  EXPECT_EQ(sql.seal, Texts{});
  EXPECT_EQ(
      sent_by(sql),
      (Texts{"SET LOCAL lock_timeout = '1s'", R"(CREATE TABLE "s"."t" ("it's" integer DEFAULT 7 NOT NULL))", kPlain,
             R"(INSERT INTO "s"."t" ("it's") OVERRIDING SYSTEM VALUE SELECT s."it's" FROM "s"."__dpone_{stage}" AS s)",
             "SET CONSTRAINTS ALL IMMEDIATE", kFixed,
             render_guard(R"((SELECT count(*) FROM ONLY "s"."t") = 5)", "gate.row_count",
                          R"((SELECT count(*) FROM ONLY "s"."t")::text)"),
             R"x(ALTER TABLE "s"."t" ADD CONSTRAINT "k" PRIMARY KEY (a))x", kPlain, R"(ANALYZE "s"."t")", kFixed,
             R"(DROP TABLE "s"."__dpone_{stage}")"}));
}

TEST(LoadSql, ExchangeLocksGuardsDropsAndRenames) {
  const SinkStatements sql = rendered(task_of({TakePlace{}}));
  EXPECT_EQ(sql.stage.at(1),
            R"(CREATE TABLE "s"."__dpone_{stage}" (LIKE "s"."t" INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING )"
            "IDENTITY INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING COMMENTS)");
  EXPECT_EQ(sent_by(sql),
            (Texts{"SET LOCAL lock_timeout = '1s'", R"(LOCK TABLE ONLY "s"."t" IN ACCESS EXCLUSIVE MODE)", kExpected,
                   "EXECUTE dpone_target", R"(DROP TABLE "s"."t")",
                   R"(ALTER TABLE "s"."__dpone_{stage}" RENAME TO "t")", R"(COMMENT ON TABLE "s"."t" IS NULL)"}));
}

TEST(LoadSql, ExchangeLocksReferencedTablesInTheOrderOfTheirOids) {
  LoadTask task = task_of({TakePlace{}});
  TargetRelation::Constraint nine;
  nine.name = "b";
  nine.type = "f";
  nine.definition = "FK";
  nine.is_validated = true;
  nine.references_oid = 9;
  nine.references = "s.nine";
  TargetRelation::Constraint three = nine;
  three.name = "a";
  three.definition = "FK NOT VALID";
  three.is_validated = false;
  three.references_oid = 3;
  three.references = "s.three";
  native_of(task.target).relation.constraints = {nine, three};
  const SinkStatements sql = rendered(task);
  EXPECT_EQ((Texts{sent_by(sql)[1], sent_by(sql)[2], sent_by(sql)[3]}),
            (Texts{"LOCK TABLE s.three IN ACCESS EXCLUSIVE MODE", R"(LOCK TABLE ONLY "s"."t" IN ACCESS EXCLUSIVE MODE)",
                   "LOCK TABLE s.nine IN ACCESS EXCLUSIVE MODE"}));
  const std::string alter = R"(SET LOCAL lock_timeout = '1s'; ALTER TABLE "s"."__dpone_{stage}" )";
  EXPECT_EQ(sql.constrain, (Texts{alter + R"(ADD CONSTRAINT "b" FK NOT VALID)", alter + R"(VALIDATE CONSTRAINT "b")",
                                  alter + R"(ADD CONSTRAINT "a" FK NOT VALID)"}));
}

TEST(LoadSql, RewritingCountsTheRowsBeforeItDropsTheStage) {
  const Texts tail = {
      R"(INSERT INTO "s"."t" ("it's") OVERRIDING SYSTEM VALUE SELECT s."it's" FROM "s"."__dpone_{stage}" AS s)",
      "SET CONSTRAINTS ALL IMMEDIATE", kFixed,
      render_guard(R"((SELECT count(*) FROM ONLY "s"."t") = 5)", "gate.row_count",
                   R"((SELECT count(*) FROM ONLY "s"."t")::text)"),
      R"(DROP TABLE "s"."__dpone_{stage}")"};
  Texts truncate = {"SET LOCAL lock_timeout = '1s'",
                    R"(LOCK TABLE ONLY "s"."t" IN ACCESS EXCLUSIVE MODE)",
                    kExpected,
                    "EXECUTE dpone_target",
                    kPlain,
                    R"(TRUNCATE ONLY "s"."t")"};
  truncate.insert(truncate.end(), tail.begin(), tail.end());
  EXPECT_EQ(sent_by(rendered(task_of({DeleteRows{{}, Removal::kTruncate}, InsertRows{}}))), truncate);
  Texts remove = {"SET LOCAL lock_timeout = '1s'",
                  R"(LOCK TABLE ONLY "s"."t" IN SHARE ROW EXCLUSIVE MODE)",
                  kExpected,
                  "EXECUTE dpone_target",
                  kPlain,
                  R"(DELETE FROM ONLY "s"."t")"};
  remove.insert(remove.end(), tail.begin(), tail.end());
  EXPECT_EQ(sent_by(rendered(task_of({DeleteRows{}, InsertRows{}}))), remove);
}

TEST(LoadSql, DeleteInsertGuardsThatNoRowOfAnotherTableRefersToTheTarget) {
  LoadTask task = task_of({DeleteRows{}, InsertRows{}});
  native_of(task.target).relation.incoming_foreign_keys = {{"own", "s.t", "a", true, true, {}, {"p"}},
                                                           {"k", "s.w", "a", false, true, {}, {"a", "b"}}};
  const Texts sent = sent_by(rendered(task));
  const std::string guard = render_guard(R"(NOT EXISTS (SELECT FROM s.w WHERE "a" IS NOT NULL AND "b" IS NOT NULL))",
                                         "publish.referenced", "'s.w'");
  EXPECT_EQ(sent[4], guard);
  EXPECT_EQ(sent[5], kPlain);
}

TEST(LoadSql, ExchangeRebuildsPrivilegesGrantorByGrantor) {
  LoadTask task = task_of({TakePlace{}});
  NativeTarget& native = native_of(task.target);
  native.relation.owner = "them";
  native.default_acl = {{"me", std::nullopt, "SELECT"}, {"me", "x", "SELECT"}, {"me", "x", "INSERT"}};
  native.relation.acl = {{"them", "r", "SELECT", true}, {"r", std::nullopt, "SELECT", false}};
  const SinkStatements sql = rendered(task);
  EXPECT_EQ(Texts(sql.stage.end() - 2, sql.stage.end()),
            (Texts{R"(REVOKE ALL ON TABLE "s"."__dpone_{stage}" FROM PUBLIC)",
                   R"(REVOKE ALL ON TABLE "s"."__dpone_{stage}" FROM "x")"}));
  EXPECT_EQ(Texts(sql.seal.end() - 6, sql.seal.end()),
            (Texts{R"(ALTER TABLE "s"."__dpone_{stage}" OWNER TO "them")",
                   R"(REVOKE ALL ON TABLE "s"."__dpone_{stage}" FROM "them")",
                   R"(GRANT SELECT ON TABLE "s"."__dpone_{stage}" TO "r" WITH GRANT OPTION)", R"(SET LOCAL ROLE "r")",
                   R"(GRANT SELECT ON TABLE "s"."__dpone_{stage}" TO PUBLIC)", "RESET ROLE"}));
}

TEST(LoadSql, ExchangeMovesSerialSequencesAndReadsThePositionOfIdentityOnesUnderTheLock) {
  LoadTask task = task_of({TakePlace{}});
  native_of(task.target).relation.sequences = {{"q", "serial", "integer", false, "a", {}, {}},
                                               {"s", "t_b_seq", "integer", true, "b", {}, {}}};
  const SinkStatements sql = rendered(task);
  EXPECT_EQ(sql.seal.back(), R"(ALTER SEQUENCE "s"."__dpone_{sequence b}" AS integer)");
  EXPECT_EQ((Texts{sent_by(sql)[4], sent_by(sql)[5], sent_by(sql)[6], sent_by(sql)[7]}),
            (Texts{R"(ALTER SEQUENCE "q"."serial" OWNED BY "s"."__dpone_{stage}"."a")",
                   R"(SELECT setval('"s"."__dpone_{sequence b}"', last_value, is_called) FROM "s"."t_b_seq")",
                   R"(DROP TABLE "s"."t")", R"(ALTER TABLE "s"."__dpone_{stage}" RENAME TO "t")"}));
  EXPECT_EQ(sent_by(sql)[8], R"(ALTER SEQUENCE "s"."__dpone_{sequence b}" RENAME TO "t_b_seq")");
}

// A task of two columns, of which `k` is the key.
LoadTask keyed_task(std::vector<Step> publish) {
  LoadTask task = task_of(std::move(publish));
  ColumnPolicy value = task.columns[0];
  task.columns[0].name = task.columns[0].sink_name = "k";
  task.columns[0].sink_type.kind = TypeKind::kInt64;
  value.name = value.sink_name = "c";
  value.sink_native = "bigint";
  task.columns.push_back(value);
  task.key = {"k"};
  return task;
}

InsertRows new_keys() { return {InsertRows::Which::kNewKeys, {"k"}, {}, {}}; }
LoadTask merge_task() { return keyed_task({UpdateRows{{"k"}}, new_keys()}); }

std::string question(const LoadTask& task, const Question& asked) {
  return sql::render_question(dialect(), task, {R"("s"."t")", R"("s"."stage")"}, asked);
}

TEST(LoadSql, MergeChangesRowsThatDifferBitByBitAndAddsTheOthers) {
  const LoadTask task = merge_task();
  const Texts sent = sent_by(rendered(task));
  EXPECT_EQ(sent, (Texts{"SET LOCAL lock_timeout = '1s'", R"(LOCK TABLE ONLY "s"."t" IN SHARE ROW EXCLUSIVE MODE)",
                         kExpected, "EXECUTE dpone_target", kPlain,
                         R"(UPDATE "s"."t" AS t SET "c" = s."c" FROM "s"."__dpone_{stage}" AS s WHERE t."k" )"
                         R"(OPERATOR(pg_catalog.=) s."k" AND (ROW(t."c")::pg_catalog.record OPERATOR(pg_catalog.*<>) )"
                         R"(ROW(s."c")::pg_catalog.record))",
                         R"(INSERT INTO "s"."t" ("k", "c") OVERRIDING SYSTEM VALUE SELECT s."k", s."c" FROM )"
                         R"("s"."__dpone_{stage}" AS s WHERE NOT EXISTS (SELECT 1 FROM "s"."t" AS t WHERE t."k" )"
                         R"(OPERATOR(pg_catalog.=) s."k"))",
                         "SET CONSTRAINTS ALL IMMEDIATE", kFixed, R"(DROP TABLE "s"."__dpone_{stage}")"}));
  EXPECT_EQ(question(task, {Question::Kind::kChanges, {}}),
            R"(SELECT EXISTS (SELECT 1 FROM "s"."stage" AS s WHERE NOT EXISTS (SELECT 1 FROM "s"."t" AS t WHERE t."k" )"
            R"(OPERATOR(pg_catalog.=) s."k" AND NOT (ROW(t."c")::pg_catalog.record OPERATOR(pg_catalog.*<>) )"
            R"(ROW(s."c")::pg_catalog.record))))");
}

TEST(LoadSql, AKeyThatHasSeveralSpellingsIsWrittenToo) {
  LoadTask task = merge_task();
  task.columns[0].sink_type.kind = TypeKind::kNumeric;
  const std::string update = sent_by(rendered(task))[5];
  EXPECT_NE(update.find(R"(SET "k" = s."k", "c" = s."c")"), std::string::npos) << update;
  EXPECT_NE(update.find(R"(ROW(t."k", t."c"))"), std::string::npos) << update;
}

TEST(LoadSql, AKeyIsComparedByTheOperatorOfItsType) {
  LoadTask task = merge_task();
  native_of(task.target).key_operators = {{"k", "OPERATOR(ext.=)"}};
  EXPECT_NE(sent_by(rendered(task))[5].find(R"(t."k" OPERATOR(ext.=) s."k")"), std::string::npos);
}

TEST(LoadSql, AMergeOfNothingButItsKeyChangesNoRow) {
  LoadTask task = merge_task();
  task.columns.pop_back();
  for (const std::string& sql : sent_by(rendered(task))) EXPECT_FALSE(sql.starts_with("UPDATE")) << sql;
}

TEST(LoadSql, AppendLetsOthersWriteAndCountsWhatTriggersLeave) {
  LoadTask task = keyed_task({InsertRows{}});
  const std::string rows = R"( FROM "s"."__dpone_{stage}" AS s)";
  const std::string insert = R"(INSERT INTO "s"."t" ("k", "c") OVERRIDING SYSTEM VALUE SELECT s."k", s."c")" + rows;
  Texts sent = sent_by(rendered(task));
  EXPECT_EQ(sent[1], R"(LOCK TABLE ONLY "s"."t" IN ROW EXCLUSIVE MODE)");
  EXPECT_EQ(sent[5], insert);
  native_of(task.target).relation.triggers = {"tr"};
  sent = sent_by(rendered(task));
  const std::string count = "pg_catalog.count(*)::pg_catalog.text, false)";
  EXPECT_EQ(sent[5], "SELECT pg_catalog.set_config('dpone.wanted_0', " + count + rows);
  EXPECT_EQ(sent[6], "WITH added AS (" + insert + " RETURNING 1) SELECT pg_catalog.set_config('dpone.rows_0', " +
                         count + " FROM added");
  EXPECT_EQ(sent[9],
            render_guard("current_setting('dpone.rows_0') = current_setting('dpone.wanted_0')", "gate.row_count",
                         "current_setting('dpone.rows_0') || ' of ' || "
                         "current_setting('dpone.wanted_0') || ' rows to be added'"));
  task.publish = {new_keys()};
  sent = sent_by(rendered(task));
  EXPECT_EQ(sent[1], R"(LOCK TABLE ONLY "s"."t" IN SHARE ROW EXCLUSIVE MODE)");
  EXPECT_TRUE(sent[5].ends_with(R"(WHERE NOT EXISTS (SELECT 1 FROM "s"."t" AS t WHERE t."k" OPERATOR(pg_catalog.=) )"
                                R"(s."k"))"));
}

TEST(LoadSql, AnAppendLeavesOutTheRowsOfTheLastPositionThatTheTargetHas) {
  const LoadTask task = keyed_task({InsertRows{InsertRows::Which::kNewAtPosition, {"k"}, "c", "7"}});
  EXPECT_TRUE(sent_by(rendered(task))[5].ends_with(
      R"(WHERE NOT EXISTS (SELECT 1 FROM "s"."t" AS t WHERE t."k" OPERATOR(pg_catalog.=) s."k" AND t."c" = )"
      R"('7'::bigint AND s."c" = '7'::bigint))"));
}

TEST(LoadSql, APartIsReplacedUnderALockThatKeepsWritersOut) {
  Scope scope;
  scope.predicate = "c = 1 -- why";
  const LoadTask task = keyed_task({DeleteRows{scope, Removal::kDelete}, InsertRows{}});
  const SinkStatements sql = rendered(task);
  EXPECT_EQ(sent_by(sql)[1], R"(LOCK TABLE ONLY "s"."t" IN SHARE ROW EXCLUSIVE MODE)");
  EXPECT_EQ(sent_by(sql)[5], "DELETE FROM ONLY \"s\".\"t\" WHERE (c = 1 -- why\n)");
  EXPECT_EQ(sql.publish[5].step, 0U);
  EXPECT_EQ(sql.publish[6].step, 1U);
  EXPECT_EQ(question(task, {Question::Kind::kOutside, {}, {}, scope}),
            "SELECT count(*) FROM \"s\".\"stage\" WHERE ((c = 1 -- why\n)) IS NOT TRUE");
}

TEST(LoadSql, AScopeOfTermsComparesAsTheTargetsTypes) {
  Scope scope;
  scope.terms = {{"c", "between", {"1", "it's"}}, {"k", "in", {"a", "b"}}, {"c", "<", {"9"}}};
  EXPECT_EQ(
      sql::scope_condition(dialect(), keyed_task({InsertRows{}}), scope),
      R"("c" BETWEEN '1'::bigint AND 'it''s'::bigint AND "k" IN ('a'::integer, 'b'::integer) AND "c" < '9'::bigint)");
}

TEST(LoadSql, SeveralLoadersEachHaveATransactionOfTheirOwn) {
  LoadTask task = task_of({TakePlace{}}, false);
  EXPECT_EQ(rendered(task).begin_copy, Texts{kPlain});
  EXPECT_EQ(rendered(task).end_copy, kFixed);
  task.loaders = 2;
  const SinkStatements sql = rendered(task);
  EXPECT_EQ(sql.begin_copy, (Texts{"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", kNoFlush, kPlain}));
  EXPECT_EQ(sql.copy, R"(COPY "s"."__dpone_{stage}" ("it's") FROM STDIN (FORMAT binary))");
  EXPECT_EQ(sql.end_copy, "COMMIT");
}

TEST(LoadSql, AnIndexIsBuiltInItsTablespace) {
  LoadTask task = task_of({TakePlace{}});
  TargetRelation::Index index;
  index.name = "i";
  index.tablespace = "it's \"fast\"";
  index.definition = "CREATE INDEX i ON s.t USING btree (a)";
  native_of(task.target).relation.indexes = {index};
  const Texts sent = rendered(task).seal;
  // The setting is one name, unchanged, and not a list.
  EXPECT_EQ(sent[0], R"(SET LOCAL default_tablespace = 'it''s "fast"')");
  EXPECT_EQ(sent[2], "SET LOCAL default_tablespace = ''");
}

TEST(LoadSql, AnIndexThatRunsFunctionsIsBuiltWithTheSearchPathOfThePlainSessionWhereTheServerLetsIt) {
  LoadTask task = task_of({TakePlace{}});
  TargetRelation::Index index;
  index.name = "i";
  index.definition = "CREATE INDEX i ON s.t USING btree (f(a))";
  const auto seal = [&](int version, bool uses_functions) {
    index.uses_functions = uses_functions;
    native_of(task.target).server_version = version;
    native_of(task.target).relation.indexes = {index};
    return rendered(task).seal;
  };
  const std::string create = R"x(CREATE INDEX "__dpone_{index i}" ON "s"."__dpone_{stage}" USING btree (f(a)))x";
  const Texts sent = seal(160000, true);
  EXPECT_TRUE(sent[0].starts_with("SELECT set_config('search_path', concat_ws(', ', 'pg_catalog', ")) << sent[0];
  EXPECT_EQ(Texts(sent.begin() + 1, sent.begin() + 3), (Texts{create, kFixed}));
  EXPECT_EQ(seal(160000, false)[0], create);
  EXPECT_EQ(seal(170000, true)[0], create);
}

TEST(LoadSql, AnIndexDefinitionLosesItsNamesOnly) {
  EXPECT_EQ(index_definition_tail("CREATE INDEX i ON s.t USING btree (a)"), " USING btree (a)");
  EXPECT_EQ(index_definition_tail(R"x(CREATE UNIQUE INDEX "a "" ON b" ON ONLY "s.x"."t(1)" USING gist (a) WHERE b)x"),
            " USING gist (a) WHERE b");
}

}  // namespace
}  // namespace dpone::postgres
