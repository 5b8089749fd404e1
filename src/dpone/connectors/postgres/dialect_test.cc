#include "dpone/connectors/postgres/dialect.h"

#include <gtest/gtest.h>

namespace dpone::postgres {
namespace {

using Texts = std::vector<std::string>;

const std::string kPlain(kPlainSearchPath);
const std::string kFixed(kFixedSearchPath);

LoadTask task_of(PublishMethod method) {
  LoadTask task;
  task.method = method;
  task.target.exists = method != PublishMethod::kCreate;
  task.target.native = *Json::parse(R"({"oid":7,"schema":"s","name":"t","kind":"r","persistence":"p","owner":"me",
    "regclass":"s.t","fingerprint_guard":"GUARD","server_version":160000,"rights":{"role":"me"},"columns":[],
    "constraints":[],"indexes":[],"statistics":[],"sequences":[],"incoming_foreign_keys":[],
    "replica_identity":"d"})");
  ColumnPolicy column;
  column.name = column.sink_name = "it's";
  column.source_native = column.sink_native = "integer";
  column.is_nullable = false;
  task.columns.push_back(column);
  return task;
}

SinkStatements rendered(const LoadTask& task) {
  SinkRenderOptions options;
  options.stage_comment = "c";
  options.staged_rows = 5;
  return render_sink(task, TemporaryNames(R"("s"."t")", ""), options);
}

TEST(Dialect, CreateRendersTheTableAndItsRename) {
  const SinkStatements sql = rendered(task_of(PublishMethod::kCreate));
  EXPECT_EQ(sql.stage, (Texts{R"(CREATE TABLE "s"."__dpone_{stage}" ("it's" integer NOT NULL))",
                              R"(COMMENT ON TABLE "s"."__dpone_{stage}" IS 'c')"}));
  EXPECT_EQ(sql.copy, R"(COPY "s"."__dpone_{stage}" ("it's") FROM STDIN (FORMAT binary, FREEZE))");
  EXPECT_EQ(sql.seal, (Texts{"SELECT set_config('default_statistics_target', least(10, "
                             "current_setting('default_statistics_target')::integer)::text, true)",
                             kPlain, R"(ANALYZE "s"."__dpone_{stage}" ("it's"))", kFixed}));
  EXPECT_EQ(sql.publish, (Texts{"SET LOCAL lock_timeout = '1s'", R"(ALTER TABLE "s"."__dpone_{stage}" RENAME TO "t")",
                                R"(COMMENT ON TABLE "s"."t" IS NULL)"}));
}

TEST(Dialect, CreateInAPublishedSchemaLoadsAnUnloggedStageAndInsertsIntoTheNewTable) {
  LoadTask task = task_of(PublishMethod::kCreate);
  task.target.native.set("publications", *Json::parse(R"(["p"])"));
  task.target.native.set("create_keys", *Json::parse(R"x([{"name":"k","definition":"PRIMARY KEY (a)"}])x"));
  task.target.native.set("column_details", *Json::parse(R"({"it's":{"default":"7"}})"));
  const SinkStatements sql = rendered(task);
  EXPECT_EQ(sql.stage.front(), R"(CREATE UNLOGGED TABLE "s"."__dpone_{stage}" ("it's" integer NOT NULL))");
  EXPECT_EQ(sql.seal, Texts{});
  EXPECT_EQ(
      sql.publish,
      (Texts{"SET LOCAL lock_timeout = '1s'", R"(CREATE TABLE "s"."t" ("it's" integer DEFAULT 7 NOT NULL))", kPlain,
             R"(INSERT INTO "s"."t" ("it's") OVERRIDING SYSTEM VALUE SELECT "it's" FROM "s"."__dpone_{stage}")",
             "SET CONSTRAINTS ALL IMMEDIATE", kFixed,
             render_guard(R"((SELECT count(*) FROM ONLY "s"."t") = 5)", "gate.row_count",
                          R"((SELECT count(*) FROM ONLY "s"."t")::text)"),
             R"x(ALTER TABLE "s"."t" ADD CONSTRAINT "k" PRIMARY KEY (a))x", kPlain, R"(ANALYZE "s"."t")", kFixed,
             R"(DROP TABLE "s"."__dpone_{stage}")"}));
}

TEST(Dialect, ExchangeLocksGuardsDropsAndRenames) {
  const SinkStatements sql = rendered(task_of(PublishMethod::kExchange));
  EXPECT_EQ(sql.stage.front(),
            R"(CREATE TABLE "s"."__dpone_{stage}" (LIKE "s"."t" INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING )"
            "IDENTITY INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING COMMENTS)");
  EXPECT_EQ(sql.publish, (Texts{"SET LOCAL lock_timeout = '1s'", R"(LOCK TABLE ONLY "s"."t" IN ACCESS EXCLUSIVE MODE)",
                                "GUARD", R"(DROP TABLE "s"."t")", R"(ALTER TABLE "s"."__dpone_{stage}" RENAME TO "t")",
                                R"(COMMENT ON TABLE "s"."t" IS NULL)"}));
}

TEST(Dialect, ExchangeLocksReferencedTablesInTheOrderOfTheirOids) {
  LoadTask task = task_of(PublishMethod::kExchange);
  task.target.native.set("constraints", *Json::parse(R"([
    {"name":"b","type":"f","definition":"FK","is_validated":true,"references_oid":9,"references":"s.nine"},
    {"name":"a","type":"f","definition":"FK NOT VALID","is_validated":false,"references_oid":3,"references":"s.three"}])"));
  const SinkStatements sql = rendered(task);
  EXPECT_EQ(Texts(sql.publish.begin() + 1, sql.publish.begin() + 4),
            (Texts{"LOCK TABLE s.three IN ACCESS EXCLUSIVE MODE", R"(LOCK TABLE ONLY "s"."t" IN ACCESS EXCLUSIVE MODE)",
                   "LOCK TABLE s.nine IN ACCESS EXCLUSIVE MODE"}));
  const std::string alter = R"(SET LOCAL lock_timeout = '1s'; ALTER TABLE "s"."__dpone_{stage}" )";
  EXPECT_EQ(sql.constrain, (Texts{alter + R"(ADD CONSTRAINT "b" FK NOT VALID)", alter + R"(VALIDATE CONSTRAINT "b")",
                                  alter + R"(ADD CONSTRAINT "a" FK NOT VALID)"}));
}

TEST(Dialect, RewritingCountsTheRowsBeforeItDropsTheStage) {
  const Texts tail = {
      R"(INSERT INTO "s"."t" ("it's") OVERRIDING SYSTEM VALUE SELECT "it's" FROM "s"."__dpone_{stage}")",
      "SET CONSTRAINTS ALL IMMEDIATE", kFixed,
      render_guard(R"((SELECT count(*) FROM ONLY "s"."t") = 5)", "gate.row_count",
                   R"((SELECT count(*) FROM ONLY "s"."t")::text)"),
      R"(DROP TABLE "s"."__dpone_{stage}")"};
  Texts truncate = {"SET LOCAL lock_timeout = '1s'", R"(LOCK TABLE ONLY "s"."t" IN ACCESS EXCLUSIVE MODE)", "GUARD",
                    kPlain, R"(TRUNCATE ONLY "s"."t")"};
  truncate.insert(truncate.end(), tail.begin(), tail.end());
  EXPECT_EQ(rendered(task_of(PublishMethod::kTruncateInsert)).publish, truncate);
  Texts remove = {"SET LOCAL lock_timeout = '1s'", R"(LOCK TABLE ONLY "s"."t" IN SHARE ROW EXCLUSIVE MODE)", "GUARD",
                  kPlain, R"(DELETE FROM ONLY "s"."t")"};
  remove.insert(remove.end(), tail.begin(), tail.end());
  EXPECT_EQ(rendered(task_of(PublishMethod::kDeleteInsert)).publish, remove);
}

TEST(Dialect, DeleteInsertGuardsThatNoRowOfAnotherTableRefersToTheTarget) {
  LoadTask task = task_of(PublishMethod::kDeleteInsert);
  task.target.native.set("incoming_foreign_keys", *Json::parse(R"([
    {"name":"own","table":"s.t","is_own":true,"columns":["p"]},
    {"name":"k","table":"s.w","is_own":false,"columns":["a","b"]}])"));
  const Texts sent = rendered(task).publish;
  const std::string guard = render_guard(R"(NOT EXISTS (SELECT FROM s.w WHERE "a" IS NOT NULL AND "b" IS NOT NULL))",
                                         "publish.referenced", "'s.w'");
  EXPECT_EQ(sent[3], guard);
  EXPECT_EQ(sent[4], kPlain);
}

TEST(Dialect, ExchangeRebuildsPrivilegesGrantorByGrantor) {
  LoadTask task = task_of(PublishMethod::kExchange);
  task.target.native.set("owner", "them");
  task.target.native.set("default_acl", *Json::parse(R"([{"grantee":null},{"grantee":"x"},{"grantee":"x"}])"));
  task.target.native.set("acl", *Json::parse(R"([
    {"grantor":"them","grantee":"r","privilege":"SELECT","grantable":true},
    {"grantor":"r","grantee":null,"privilege":"SELECT","grantable":false}])"));
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

TEST(Dialect, ExchangeMovesSerialSequencesAndReadsThePositionOfIdentityOnesUnderTheLock) {
  LoadTask task = task_of(PublishMethod::kExchange);
  task.target.native.set("sequences", *Json::parse(R"([
    {"schema":"q","name":"serial","column":"a","is_identity":false},
    {"schema":"s","name":"t_b_seq","column":"b","is_identity":true,"type":"integer"}])"));
  const SinkStatements sql = rendered(task);
  EXPECT_EQ(sql.seal.back(), R"(ALTER SEQUENCE "s"."__dpone_{sequence b}" AS integer)");
  EXPECT_EQ(Texts(sql.publish.begin() + 3, sql.publish.begin() + 7),
            (Texts{R"(ALTER SEQUENCE "q"."serial" OWNED BY "s"."__dpone_{stage}"."a")",
                   R"(SELECT setval('"s"."__dpone_{sequence b}"', last_value, is_called) FROM "s"."t_b_seq")",
                   R"(DROP TABLE "s"."t")", R"(ALTER TABLE "s"."__dpone_{stage}" RENAME TO "t")"}));
  EXPECT_EQ(sql.publish[7], R"(ALTER SEQUENCE "s"."__dpone_{sequence b}" RENAME TO "t_b_seq")");
}

// A task of two columns that reads beyond `c` = 7.
LoadTask incremental_task(PublishMethod method) {
  LoadTask task = task_of(method);
  ColumnPolicy value = task.columns[0];
  task.columns[0].name = task.columns[0].sink_name = "k";
  value.name = value.sink_name = "c";
  task.columns.push_back(value);
  task.key = {"k"};
  task.source.native = *Json::parse(R"({"schema":"a","name":"b","kind":"r","where":"x = 1 -- why"})");
  CursorRange range;
  range.column = "c";
  range.native_type = "bigint";
  range.lower = CursorPosition{"7", {}};
  task.cursor = range;
  return task;
}

TEST(Dialect, MergeChangesRowsThatDifferBitByBitAndAddsTheOthers) {
  const LoadTask task = incremental_task(PublishMethod::kMerge);
  const Texts sent = rendered(task).publish;
  EXPECT_EQ(sent, (Texts{"SET LOCAL lock_timeout = '1s'", R"(LOCK TABLE ONLY "s"."t" IN SHARE ROW EXCLUSIVE MODE)",
                         "GUARD", kPlain,
                         R"(UPDATE "s"."t" AS t SET "c" = s."c" FROM "s"."__dpone_{stage}" AS s WHERE t."k" )"
                         R"(OPERATOR(pg_catalog.=) s."k" AND ROW(t."c")::pg_catalog.record OPERATOR(pg_catalog.*<>) )"
                         R"(ROW(s."c")::pg_catalog.record)",
                         R"(INSERT INTO "s"."t" ("k", "c") OVERRIDING SYSTEM VALUE SELECT "k", "c" FROM )"
                         R"("s"."__dpone_{stage}" AS s WHERE NOT EXISTS (SELECT FROM "s"."t" AS t WHERE t."k" )"
                         R"(OPERATOR(pg_catalog.=) s."k"))",
                         "SET CONSTRAINTS ALL IMMEDIATE", kFixed, R"(DROP TABLE "s"."__dpone_{stage}")"}));
  EXPECT_EQ(render_changes(task, TemporaryNames(R"("s"."t")", "")),
            R"(SELECT FROM "s"."__dpone_{stage}" AS s WHERE NOT EXISTS (SELECT FROM "s"."t" AS t WHERE t."k" )"
            R"(OPERATOR(pg_catalog.=) s."k" AND ROW(t."c")::pg_catalog.record OPERATOR(pg_catalog.*=) )"
            R"(ROW(s."c")::pg_catalog.record))");
}

TEST(Dialect, AKeyIsComparedByTheOperatorOfItsType) {
  LoadTask task = incremental_task(PublishMethod::kMerge);
  task.target.native.set("key_operators", *Json::parse(R"x({"k":"OPERATOR(ext.=)"})x"));
  EXPECT_NE(rendered(task).publish[4].find(R"(t."k" OPERATOR(ext.=) s."k")"), std::string::npos);
}

TEST(Dialect, AMergeOfNothingButItsKeyChangesNoRow) {
  LoadTask task = incremental_task(PublishMethod::kMerge);
  task.columns.pop_back();
  for (const std::string& sql : rendered(task).publish) EXPECT_FALSE(sql.starts_with("UPDATE")) << sql;
}

TEST(Dialect, AppendLetsOthersWriteAndCountsWhatTriggersLeave) {
  LoadTask task = incremental_task(PublishMethod::kAppend);
  const std::string rows = R"( FROM "s"."__dpone_{stage}" AS s)";
  const std::string insert = R"(INSERT INTO "s"."t" ("k", "c") OVERRIDING SYSTEM VALUE SELECT "k", "c")" + rows;
  Texts sent = rendered(task).publish;
  EXPECT_EQ(sent[1], R"(LOCK TABLE ONLY "s"."t" IN ROW EXCLUSIVE MODE)");
  EXPECT_EQ(sent[4], insert);
  task.target.native.set("triggers", *Json::parse(R"(["tr"])"));
  sent = rendered(task).publish;
  const std::string count = "pg_catalog.count(*)::pg_catalog.text, false)";
  EXPECT_EQ(sent[4], "SELECT pg_catalog.set_config('dpone.rows_to_be_added', " + count + rows);
  EXPECT_EQ(sent[5], "WITH added AS (" + insert + " RETURNING 1) SELECT pg_catalog.set_config('dpone.rows_added', " +
                         count + " FROM added");
  EXPECT_EQ(sent[8], render_guard("current_setting('dpone.rows_added') = current_setting('dpone.rows_to_be_added')",
                                  "gate.row_count",
                                  "current_setting('dpone.rows_added') || ' of ' || "
                                  "current_setting('dpone.rows_to_be_added') || ' rows to be added'"));
  task.only_new_rows = true;
  sent = rendered(task).publish;
  EXPECT_EQ(sent[1], R"(LOCK TABLE ONLY "s"."t" IN SHARE ROW EXCLUSIVE MODE)");
  EXPECT_TRUE(sent[4].ends_with(R"(WHERE NOT EXISTS (SELECT FROM "s"."t" AS t WHERE t."k" OPERATOR(pg_catalog.=) )"
                                R"(s."k"))"));
}

// An output column called like the cursor would be what ORDER BY sorts: the text, in which 9 comes behind 2000.
TEST(Dialect, TheUpperBoundIsOrderedByTheCursorAndNotByItsText) {
  LoadTask task = incremental_task(PublishMethod::kAppend);
  EXPECT_EQ(
      render_upper_bound(task),
      R"(SELECT pg_catalog.format('%s', rows_of."c"), "c" > '7'::bigint FROM "a"."b" AS rows_of WHERE (x = 1 -- why)"
      "\n"
      R"() AND "c" > '7'::bigint AND "c" IS NOT NULL ORDER BY rows_of."c" DESC LIMIT 1)");
  task.cursor->key = {"k"};
  task.cursor->key_native_types = {"text"};
  task.cursor->lower = CursorPosition{"7", {"it's"}};
  task.source.native = *Json::parse(R"({"query":"select 1"})");
  EXPECT_EQ(
      render_upper_bound(task),
      R"(SELECT pg_catalog.format('%s', rows_of."c"), pg_catalog.format('%s', rows_of."k"), ("c", "k") > ('7'::bigint, 'it''s'::text) FROM (select 1)"
      "\n"
      R"() AS rows_of WHERE ("c", "k") > ('7'::bigint, 'it''s'::text) AND "c" IS NOT NULL ORDER BY rows_of."c" )"
      R"(DESC, rows_of."k" DESC LIMIT 1)");
}

TEST(Dialect, ADeltaIsReadBetweenItsBounds) {
  LoadTask task = incremental_task(PublishMethod::kMerge);
  const auto condition = [&] {
    const std::string sql = render_select(task, false);
    return sql.substr(sql.find("WHERE"));
  };
  const std::string where = "WHERE (x = 1 -- why\n) AND ";
  EXPECT_EQ(condition(), where + R"("c" > '7'::bigint AND "c" <= {upper})");
  task.cursor->is_bounded = true;
  EXPECT_EQ(condition(), where + R"("c" > '7'::bigint AND false)");
  task.cursor->upper = CursorPosition{"9", {}};
  task.cursor->is_inclusive = true;
  EXPECT_EQ(condition(), where + R"("c" >= '7'::bigint AND "c" <= '9'::bigint)");
  task.cursor->overlap.number = 5;
  task.cursor->nulls = CursorNulls::kAlways;
  EXPECT_EQ(condition(), where + R"(("c" >= '7'::bigint - 5 AND "c" <= '9'::bigint OR "c" IS NULL))");
  task.cursor->overlap = {std::chrono::hours(1), 0};
  task.cursor->nulls = CursorNulls::kIgnore;
  task.source.native.set("where", Json());
  EXPECT_EQ(condition(), R"(WHERE "c" >= '7'::bigint - '3600000000 microseconds'::interval AND "c" <= '9'::bigint)");
  task.cursor->lower.reset();
  EXPECT_EQ(condition(), R"(WHERE "c" <= '9'::bigint)");
}

TEST(Dialect, SeveralLoadersEachHaveATransactionOfTheirOwn) {
  LoadTask task = task_of(PublishMethod::kCreate);
  EXPECT_EQ(rendered(task).begin_copy, Texts{kPlain});
  EXPECT_EQ(rendered(task).end_copy, kFixed);
  task.loaders = 2;
  const SinkStatements sql = rendered(task);
  EXPECT_EQ(sql.begin_copy, (Texts{"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", kPlain}));
  EXPECT_EQ(sql.copy, R"(COPY "s"."__dpone_{stage}" ("it's") FROM STDIN (FORMAT binary))");
  EXPECT_EQ(sql.end_copy, "COMMIT");
}

TEST(Dialect, AnIndexIsBuiltInItsTablespace) {
  LoadTask task = task_of(PublishMethod::kExchange);
  task.target.native.set("indexes", *Json::parse(R"x([{"name":"i","tablespace":"it's \"fast\"",
    "definition":"CREATE INDEX i ON s.t USING btree (a)"}])x"));
  const Texts sent = rendered(task).seal;
  // The setting is one name as it is, and no list.
  EXPECT_EQ(sent[0], R"(SET LOCAL default_tablespace = 'it''s "fast"')");
  EXPECT_EQ(sent[2], "SET LOCAL default_tablespace = ''");
}

TEST(Dialect, AnIndexThatRunsFunctionsIsBuiltWithTheSearchPathOfThePlainSessionWhereTheServerLetsIt) {
  LoadTask task = task_of(PublishMethod::kExchange);
  const auto seal = [&](std::int64_t version, const char* uses_functions) {
    task.target.native.set("server_version", version);
    task.target.native.set("indexes",
                           *Json::parse(R"x([{"name":"i","definition":"CREATE INDEX i ON s.t USING btree (f(a))",)x"
                                        R"("uses_functions":)" +
                                        std::string(uses_functions) + "}]"));
    return rendered(task).seal;
  };
  const std::string create = R"x(CREATE INDEX "__dpone_{index i}" ON "s"."__dpone_{stage}" USING btree (f(a)))x";
  const Texts sent = seal(160000, "true");
  EXPECT_TRUE(sent[0].starts_with("SELECT set_config('search_path', concat_ws(', ', 'pg_catalog', ")) << sent[0];
  EXPECT_EQ(Texts(sent.begin() + 1, sent.begin() + 3), (Texts{create, kFixed}));
  EXPECT_EQ(seal(160000, "false")[0], create);
  EXPECT_EQ(seal(170000, "true")[0], create);
}

TEST(Dialect, AnIndexDefinitionLosesItsNamesOnly) {
  EXPECT_EQ(index_definition_tail("CREATE INDEX i ON s.t USING btree (a)"), " USING btree (a)");
  EXPECT_EQ(index_definition_tail(R"x(CREATE UNIQUE INDEX "a "" ON b" ON ONLY "s.x"."t(1)" USING gist (a) WHERE b)x"),
            " USING gist (a) WHERE b");
}

}  // namespace
}  // namespace dpone::postgres
