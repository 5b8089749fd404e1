#include "dpone/manifest/reader.h"

#include <gtest/gtest.h>

#include "dpone/manifest/table_name.h"
#include "dpone/manifest/test_schemas.h"

namespace dpone::manifest {
namespace {

constexpr const char* kSmall = R"(name: orders
source:
  type: postgres
  connection_type: env
  connection_id: shop
  table: {schema: public, name: orders}
sink:
  type: postgres
  connection_type: env
  connection_id: warehouse
  table: {schema: raw, name: orders}
  strategy: {mode: full_refresh}
)";

ReadOutcome read(std::string_view text) { return read_manifest_text(text, "m.yaml", kTestSchemas); }

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// All problem lines of the smallest manifest with `from` replaced by `to`.
std::string problems_with(std::string_view from, std::string_view to) {
  return read(replaced(kSmall, from, to)).problem_lines();
}

std::string problems_after(std::string_view appended) { return read(kSmall + std::string(appended)).problem_lines(); }

TEST(ManifestReader, ReadsTheSmallestManifest) {
  const ReadOutcome outcome = read(kSmall);
  ASSERT_TRUE(outcome.ok()) << outcome.problem_lines();
  const Manifest& manifest = *outcome.manifest;
  EXPECT_EQ(manifest.name, "orders");
  EXPECT_EQ(manifest.source.connection_id, "shop");
  EXPECT_EQ(manifest.sink.table.schema, "raw");
  EXPECT_EQ(manifest.strategy.mode, "full_refresh");
  EXPECT_EQ(manifest.sink.options.text("overwrite_type"), "auto");
  EXPECT_EQ(manifest.sink.options.duration("publish_wait"), std::chrono::seconds(60));
  EXPECT_FALSE(manifest.sink.options.flag("unlogged")) << "the connector's table is there too";
  EXPECT_EQ(manifest.runtime.integer("max_row_bytes"), 256LL << 20);
  EXPECT_TRUE(manifest.runtime.flag("raw"));
}

TEST(ManifestReader, ReadsEveryKey) {
  const ReadOutcome outcome = read(R"(name: paid_orders
description: "Paid: all"
source:
  type: postgres
  connection_type: params
  params: {host: db, port: 5432, database: shop, username: r, password: "${PW}"}
  table: {name: Orders}
  options: {where: "status = 'paid'", exclude: [a, "b c"], limit: 10, fetch_bytes: 2MiB}
sink:
  type: postgres
  connection_type: env
  connection_id: wh-1
  table: {schema: raw, name: orders}
  strategy: {mode: full_refresh, unique_key: id}
  options: {overwrite_type: exchange, adopt: true, allow_empty_source: false, new_columns: fail,
            control_schema: ctl, publish_wait: 2m, unlogged: true}
state: {type: disabled}
quality: {min_rows: 1}
runtime: {raw: false, max_row_bytes: 64MiB, settle_wait: 5}
)");
  ASSERT_TRUE(outcome.ok()) << outcome.problem_lines();
  const Manifest& manifest = *outcome.manifest;
  EXPECT_EQ(manifest.source.params.at("port"), "5432");
  EXPECT_EQ(manifest.source.params.at("password"), "${PW}");
  EXPECT_EQ(manifest.source.options.names("exclude"), (std::vector<std::string>{"a", "b c"}));
  EXPECT_EQ(manifest.source.options.integer("fetch_bytes"), 2 << 20);
  EXPECT_EQ(manifest.strategy.unique_key(), (std::vector<std::string>{"id"}));
  EXPECT_EQ(manifest.sink.options.duration("publish_wait"), std::chrono::minutes(2));
  EXPECT_EQ(manifest.runtime.duration("settle_wait"), std::chrono::seconds(5));
  EXPECT_EQ(manifest.quality.integer("min_rows"), 1);
}

TEST(ManifestReader, PrintedYamlReadsBackToTheSameHash) {
  const ReadOutcome first = read(R"(name: paid_orders
description: "say \"no\": # not a comment"
source:
  type: postgres
  connection_type: params
  params: {host: db, port: 5432, database: "yes", username: "123", password: "${PW}"}
  options: {query: "SELECT 1 AS \"a: b\"\n-- é 😀\n"}
sink:
  type: postgres
  connection_type: env
  connection_id: wh
  table: {schema: "Raw; DROP", name: "null"}
  strategy: {mode: full_refresh, unique_key: ["true", "a,b", ""]}
  options: {publish_wait: 90s}
runtime: {max_row_bytes: 64MiB, raw: false}
)");
  EXPECT_FALSE(first.ok()) << "an empty column name is refused";
  const ReadOutcome good = read(replaced(R"(name: paid_orders
description: "say \"no\": # not a comment"
source:
  type: postgres
  connection_type: params
  params: {host: db, port: 5432, database: "yes", username: "123", password: "${PW}"}
  options: {query: "SELECT 1 AS \"a: b\"\n-- é 😀\n"}
sink:
  type: postgres
  connection_type: env
  connection_id: wh
  table: {schema: "Raw; DROP", name: "null"}
  strategy: {mode: full_refresh, unique_key: ["true", "a,b", X]}
  options: {publish_wait: 90s}
runtime: {max_row_bytes: 64MiB, raw: false}
)",
                                         "X", "'[x]'"));
  ASSERT_TRUE(good.ok()) << good.problem_lines();
  const ReadOutcome again = read(good.manifest->to_yaml());
  ASSERT_TRUE(again.ok()) << again.problem_lines() << "\n" << good.manifest->to_yaml();
  EXPECT_EQ(again.manifest->to_json().canonical(), good.manifest->to_json().canonical());
  EXPECT_EQ(again.manifest->hash(), good.manifest->hash());
}

TEST(ManifestReader, PrintedYamlKeepsEveryCharacter) {
  ReadOutcome outcome = read(kSmall);
  ASSERT_TRUE(outcome.ok());
  std::string text;
  for (char c = 1; c < 127; ++c) text += c;
  text +=
      "\x7f \xc2\x85 \xc2\x9f \xc2\xa0 \xe2\x80\xa8 \xe2\x80\xa9 \xef\xbb\xbf \xef\xbf\xbe \xf0\x9f\x98\x80 "
      "\xf4\x8f\xbf\xbf";
  outcome.manifest->source.table.name = text;
  const ReadOutcome again = read(outcome.manifest->to_yaml());
  ASSERT_TRUE(again.ok()) << again.problem_lines();
  EXPECT_EQ(again.manifest->source.table.name, text);
}

TEST(ManifestReader, HashIgnoresOrderCommentsAndSpellingOfQuantities) {
  const std::string hash = read(kSmall + std::string("runtime: {settle_wait: 60s}\n")).manifest->hash();
  EXPECT_EQ(read("# c\nruntime:\n  settle_wait: 1m  # same\n" + std::string(kSmall)).manifest->hash(), hash);
  EXPECT_NE(read(kSmall + std::string("runtime: {settle_wait: 61s}\n")).manifest->hash(), hash);
}

TEST(ManifestReader, UnknownKeysGetTheirPlaceAndTheNearestName) {
  EXPECT_EQ(problems_with("connection_id: shop", "conection_id: shop"),
            "m.yaml:4:3: source.connection_id is missing; with env it names the variables DPONE_CONN_<ID>_...\n"
            "m.yaml:5:3: unknown key conection_id in source; did you mean connection_id?");
  EXPECT_EQ(problems_after("qualty: {min_rows: 1}\n"), "m.yaml:13:1: unknown key qualty; did you mean quality?");
  EXPECT_EQ(problems_with("table: {schema: raw", "options: {unloged: true}\n  table: {schema: raw"),
            "m.yaml:11:13: unknown key unloged in sink.options; did you mean unlogged?");
  EXPECT_EQ(problems_after("overwrite_type: exchange\n"),
            "m.yaml:13:1: unknown key overwrite_type; it belongs in sink.options");
}

TEST(ManifestReader, EverythingThatIsMissingIsNamedAtOnce) {
  EXPECT_EQ(read("name: orders\n").problem_lines(), "m.yaml:1:1: source is missing\nm.yaml:1:1: sink is missing");
  EXPECT_EQ(read("source: {}\nsink: {}\n").problem_lines(),
            "m.yaml:1:1: name is missing\n"
            "m.yaml:1:1: source.type is missing\n"
            "m.yaml:1:1: source.connection_type is missing\n"
            "m.yaml:1:1: source.table is missing (or source.options.query)\n"
            "m.yaml:2:1: sink.type is missing\n"
            "m.yaml:2:1: sink.strategy is missing\n"
            "m.yaml:2:1: sink.connection_type is missing\n"
            "m.yaml:2:1: sink.table is missing");
}

TEST(ManifestReader, YesIsTextAndSaysSo) {
  EXPECT_EQ(problems_after("runtime: {raw: yes}\n"),
            "m.yaml:13:16: runtime.raw: yes is text in YAML 1.2, not a Boolean; write true");
  EXPECT_EQ(problems_after("runtime: {raw: Off}\n"),
            "m.yaml:13:16: runtime.raw: Off is text in YAML 1.2, not a Boolean; write false");
  EXPECT_EQ(problems_after("runtime: {raw: 1}\n"), "m.yaml:13:16: runtime.raw must be true or false, not a number");
}

TEST(ManifestReader, QuotesDecideBetweenTextAndNumber) {
  EXPECT_EQ(problems_after("quality: {min_rows: \"5\"}\n"),
            "m.yaml:13:21: quality.min_rows must be an integer without quotes, not text");
  EXPECT_EQ(problems_with("name: orders}\nsink", "name: 2024}\nsink"),
            "m.yaml:6:33: source.table.name must be text; put the value in quotes, not a number");
  EXPECT_TRUE(read(replaced(kSmall, "name: orders}\nsink", "name: '2024'}\nsink")).ok());
}

TEST(ManifestReader, StrategiesOfTheOriginalAreRefusedByName) {
  const ReadOutcome known = read(replaced(kSmall, "mode: full_refresh", "mode: scd2"));
  EXPECT_EQ(known.problem_lines(),
            "m.yaml:12:20: the strategy scd2 is not available in this build, which has full_refresh, "
            "incremental_append, incremental_merge");
  EXPECT_EQ(known.to_error().slug(), "strategy.not_available");
  EXPECT_EQ(known.to_error().exit_code(), 2);
  EXPECT_EQ(problems_with("mode: full_refresh", "mode: full_refesh"),
            "m.yaml:12:20: \"full_refesh\" is not a strategy; this build has full_refresh, incremental_append, "
            "incremental_merge; did you mean full_refresh?");
}

TEST(ManifestReader, OldSpellingsAreReadWithANotice) {
  const ReadOutcome outcome =
      read(replaced(kSmall, "{mode: full_refresh}", "{mode: full_refresh, overwrite_type: exchange}"));
  ASSERT_TRUE(outcome.ok()) << outcome.problem_lines();
  EXPECT_EQ(outcome.manifest->sink.options.text("overwrite_type"), "exchange");
  ASSERT_EQ(outcome.notice_lines().size(), 1U);
  EXPECT_EQ(
      outcome.notice_lines()[0],
      "m.yaml:12:34: sink.strategy.overwrite_type is read as sink.options.overwrite_type; write the new name instead");
  EXPECT_EQ(problems_with("{mode: full_refresh}",
                          "{mode: full_refresh, overwrite_type: exchange}\n  options: {overwrite_type: auto}"),
            "m.yaml:13:13: sink.options.overwrite_type is given twice, also at line 12, once by an old spelling");
}

TEST(ManifestReader, EveryOldSpellingHasAnAnswer) {
  for (const OldSpelling& old : old_spellings()) {
    if (old.is_rewritten) {
      const std::size_t dot = old.replacement.rfind('.');
      const SectionSpec* section = find_section(old.replacement.substr(0, dot));
      ASSERT_NE(section, nullptr) << old.path;
      bool is_known = false;
      for (const OptionSpec& spec : keys_of(*section, kTestSchemas)) {
        is_known = is_known || spec.name == old.replacement.substr(dot + 1);
      }
      EXPECT_TRUE(is_known) << old.path;
    } else {
      EXPECT_FALSE(old.note.empty()) << old.path;
    }
  }
  EXPECT_EQ(problems_after("transforms: []\n"), "m.yaml:13:1: transforms is not available in this build");
  EXPECT_EQ(problems_after("state: {type: bigquery}\n"),
            "m.yaml:13:15: the state store bigquery is not available in this build, which has postgres, disabled");
  EXPECT_EQ(problems_after("state: {type: postgres}\n"), "m.yaml:13:9: state.connection_type is missing");
  EXPECT_EQ(
      problems_with("connection_type: env\n  connection_id: shop", "connection_type: airflow\n  connection_id: shop"),
      "m.yaml:4:20: connection_type airflow is not available in this build, which has env, params");
}

TEST(ManifestReader, WhatAStateTakesIsSaidByTheConnectorsAndNotByTheirNames) {
  const auto problems_of = [](std::string_view state) {
    return read_manifest_text(std::string(kSmall) + std::string(state), "m.yaml", kTestSchemasOfThree).problem_lines();
  };
  EXPECT_EQ(problems_of("state: {type: sqlite}\n"), "");
  EXPECT_EQ(problems_of("state: {type: sqlite, schema: s}\n"),
            "m.yaml:13:23: state.schema requires state.type: postgres; remove it");
  EXPECT_EQ(problems_of("state: {type: postgres, schema: s, connection_type: env, connection_id: x}\n"), "");
  EXPECT_EQ(problems_of("state: {type: file}\n"),
            "m.yaml:13:15: the state store file is not available in this build, which has postgres, sqlite, disabled");
}

TEST(ManifestReader, APasswordInParamsIsRefusedAndNotRepeated) {
  const std::string lines = problems_with("connection_type: env\n  connection_id: shop",
                                          "connection_type: params\n  params: {host: h, password: hunter2}");
  EXPECT_EQ(lines, "m.yaml:5:31: source.params.password must name a variable: write password: ${SOME_VARIABLE}");
}

TEST(ManifestReader, ContradictionsAreNamed) {
  EXPECT_EQ(
      problems_with("table: {schema: public, name: orders}", "table: {name: orders}\n  options: {query: SELECT 1}"),
      "m.yaml:7:13: source.options.query and source.table exclude each other; keep one");
  EXPECT_EQ(problems_with("table: {schema: public, name: orders}", "options: {query: SELECT 1, where: a > 1}"),
            "m.yaml:6:30: source.options.where requires a table; with a query, write it in the query");
  EXPECT_EQ(problems_with("table: {schema: public, name: orders}",
                          "table: {name: orders}\n  options: {columns: [a, a], exclude: b}"),
            "m.yaml:7:26: source.options.columns names a twice\n"
            "m.yaml:7:30: source.options.columns and exclude exclude each other; keep one");
  EXPECT_EQ(problems_with("table: {schema: public, name: orders}", "options: {query: {mode: inline, sql: SELECT 1}}"),
            "m.yaml:6:20: source.options.query takes the SQL text itself; write query: SELECT ...");
}

TEST(ManifestReader, NamesAreHeldToTheirRule) {
  EXPECT_EQ(problems_with("name: orders\n", "name: Orders\n"),
            "m.yaml:1:1: name: \"Orders\" may have only lower-case letters, digits and underscores");
  EXPECT_EQ(problems_with("name: orders\n", "name: ab\n"), "m.yaml:1:1: name has 2 characters; 3 to 64 are allowed");
  EXPECT_EQ(
      problems_with("connection_id: shop", "connection_id: '{\"host\": 1}'"),
      "m.yaml:5:3: source.connection_id: \"{\\\"host\\\": 1}\" may have only letters, digits and, inside, underscores, "
      "dots and hyphens");
}

TEST(ManifestReader, AHundredProblemsAreListedAndTheRestCounted) {
  std::string text = kSmall;
  for (int i = 0; i < 150; ++i) text += "zz" + std::to_string(i) + ": 1\n";
  const ReadOutcome outcome = read(text);
  EXPECT_EQ(outcome.problems.size(), 100U);
  EXPECT_EQ(outcome.more_problems, 50U);
  EXPECT_TRUE(outcome.problem_lines().ends_with("\nand 50 more"));
  EXPECT_EQ(outcome.to_error().slug(), "manifest.invalid");
}

TEST(ManifestReader, ASyntaxErrorEndsTheListWithoutFalseMissingKeys) {
  const ReadOutcome outcome = read("nmae: x\nsource: [\n");
  ASSERT_EQ(outcome.problems.size(), 3U) << outcome.problem_lines();
  EXPECT_EQ(outcome.problems[0].suggestion, "name");
  EXPECT_EQ(outcome.problems.back().slug, "manifest.syntax");
}

TEST(ManifestReader, FilesThatCannotBeReadKeepTheirSlug) {
  EXPECT_EQ(read_manifest("/nonexistent/m.yaml", kTestSchemas).to_error().slug(), "file.not_found");
  const ReadOutcome folder = read_manifest("/tmp", kTestSchemas);
  EXPECT_EQ(folder.problem_lines(), "/tmp: is a folder; a file was expected");
  EXPECT_EQ(folder.to_error().exit_code(), 2);
}

TEST(ManifestReader, ControlCharactersCannotReachATerminal) {
  const std::string lines = problems_after("\"a\\x1b[2J\": 1\n");
  EXPECT_EQ(lines.find('\x1b'), std::string::npos);
  EXPECT_NE(lines.find("\\x1b[2J"), std::string::npos);
}

TEST(TableName, ReadsDotsAndQuotesAsSqlDoes) {
  EXPECT_EQ(parse_table_name("public.orders")->schema, "public");
  EXPECT_EQ(parse_table_name("Orders")->name, "Orders");
  EXPECT_EQ(parse_table_name(R"("a.b"."say ""x""")")->schema, "a.b");
  EXPECT_EQ(parse_table_name(R"("a.b"."say ""x""")")->name, "say \"x\"");
  for (const char* bad : {"", ".", "a.", ".a", "a.b.c", "\"a", "\"a\"b", "a\"b", "\"\""}) {
    const auto result = parse_table_name(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().slug(), "table.bad_name");
  }
  for (const char* name : {"a.b", "\"a.b\".c", "\"x\"\"y\""}) {
    EXPECT_EQ(format_table_name(*parse_table_name(name)), name);
  }
}

}  // namespace
}  // namespace dpone::manifest
