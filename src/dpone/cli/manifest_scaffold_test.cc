#include "dpone/cli/manifest_scaffold.h"

#include <gtest/gtest.h>

#include <sstream>

#include "dpone/cli/manifest_schemas.h"
#include "dpone/manifest/reader.h"

namespace dpone::cli {
namespace {

using Names = std::vector<std::string>;

SourceColumn column(std::string name, TypeKind kind, bool is_nullable = true) {
  SourceColumn facts;
  facts.name = std::move(name);
  facts.type.kind = kind;
  facts.is_nullable = is_nullable;
  return facts;
}

SourceFacts orders() {
  SourceFacts facts;
  facts.columns = {column("id", TypeKind::kInt64, false), column("created_at", TypeKind::kTimestamp),
                   column("Updated-At", TypeKind::kTimestampTz), column("modified", TypeKind::kText)};
  facts.keys = {{"orders_pkey", {"id"}, true}};
  return facts;
}

ScaffoldInput input_of(std::optional<Suggestion> suggestion) {
  ScaffoldInput input;
  manifest::Manifest& manifest = input.manifest;
  manifest.name = "orders";
  manifest.source.type = manifest.sink.type = "postgres";
  manifest.source.connection_type = manifest.sink.connection_type = "env";
  manifest.source.connection_id = "shop";
  manifest.sink.connection_id = "warehouse";
  manifest.source.table = {"public", "orders"};
  manifest.sink.table = {"raw", "yes"};
  manifest.source.options = Options(manifest::common_source_options());
  manifest.sink.options = Options(manifest::common_sink_options());
  manifest.strategy.mode = "full_refresh";
  input.file = "orders.yaml";
  input.reads = "Reads DPONE_CONN_SHOP_URL\nand DPONE_CONN_WAREHOUSE_URL";
  input.looked_at = "the source: a table";
  input.suggestion = std::move(suggestion);
  input.source = {.has_cursor = true};
  input.sink = {.has_append = true, .has_merge = true, .has_keys = true};
  return input;
}

manifest::Manifest read(const std::string& text) {
  manifest::ReadOutcome outcome = manifest::read_manifest_text(text, "m.yaml", manifest_schemas());
  EXPECT_TRUE(outcome.ok()) << outcome.problem_lines() << "\n" << text;
  EXPECT_TRUE(outcome.notices.empty()) << text;
  return outcome.ok() ? *outcome.manifest : manifest::Manifest();
}

// Follows the comments as a user would: removes the marks of YAML lines, and replaces the strategy.
std::string with_suggestions(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  bool is_old_strategy = false;
  bool is_suggested = false;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t mark = line.find("# ");
    const std::string rest = mark == std::string::npos ? line : line.substr(mark + 2);
    if (line.starts_with("  # ") && (rest == "options:" || rest == "strategy:")) is_suggested = true;
    is_suggested = is_suggested && line.starts_with("  # ");
    is_old_strategy =
        is_old_strategy || (line == "  strategy:" && text.find("instead of the strategy above") != std::string::npos);
    if (is_old_strategy && line.starts_with("  ") && !line.starts_with("  #")) continue;
    out += (is_suggested ? "  " + rest : line) + "\n";
  }
  return out;
}

TEST(Suggest, KeysAndCursorsComeFromTheCatalog) {
  const Suggestion seen = suggest(orders());
  EXPECT_EQ(seen.key, Names{"id"});
  EXPECT_TRUE(seen.is_primary_key);
  EXPECT_EQ(seen.change_cursors, Names{"Updated-At"}) << "a text is no cursor, whatever its name";
  EXPECT_EQ(seen.new_row_cursors, (Names{"id", "created_at"}));
  EXPECT_TRUE(seen.is_change_timestamp);
}

TEST(Suggest, AKeyThatMayBeNullIsNone) {
  SourceFacts facts = orders();
  facts.keys = {{"a", {"created_at"}, false}};
  EXPECT_TRUE(suggest(facts).key.empty());
  facts.keys.push_back({"b", {"id"}, false});
  EXPECT_EQ(suggest(facts).key, Names{"id"});
  EXPECT_FALSE(suggest(facts).is_primary_key);
  EXPECT_EQ(suggest(facts).new_row_cursors, Names{"created_at"}) << "only a primary key is taken to count rows";
}

TEST(Suggest, TheBestNameComesFirst) {
  SourceFacts facts;
  facts.columns = {column("modified", TypeKind::kDate), column("row_version", TypeKind::kInt64),
                   column("updated_at", TypeKind::kTimestamp), column("price", TypeKind::kInt64)};
  EXPECT_EQ(suggest(facts).change_cursors, (Names{"updated_at", "modified", "row_version"}));
  EXPECT_TRUE(suggest(facts).new_row_cursors.empty());
}

TEST(Scaffold, ReadsBackToWhatWasAskedFor) {
  for (const std::optional<Suggestion>& suggestion :
       std::vector<std::optional<Suggestion>>{std::nullopt, suggest(orders()), Suggestion()}) {
    const ScaffoldInput input = input_of(suggestion);
    const std::string text = render_scaffold(input).text;
    EXPECT_EQ(read(text).hash(), input.manifest.hash()) << text;
    EXPECT_NE(text.find("# and DPONE_CONN_WAREHOUSE_URL\n"), std::string::npos);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 90U) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(Scaffold, ASuggestionReadsOnceItsMarksAreTakenAway) {
  const manifest::Manifest merged = read(with_suggestions(render_scaffold(input_of(suggest(orders()))).text));
  EXPECT_EQ(merged.strategy.mode, "incremental_merge");
  EXPECT_EQ(merged.strategy.unique_key(), Names{"id"});
  EXPECT_EQ(merged.source.options.text("cursor"), "Updated-At");
  EXPECT_EQ(merged.source.options.text("overlap"), "10m");
  EXPECT_TRUE(render_scaffold(input_of(suggest(orders()))).suggests_cursor);
  EXPECT_FALSE(render_scaffold(input_of(std::nullopt)).suggests_cursor);

  Suggestion log = suggest(orders());
  log.change_cursors.clear();
  const manifest::Manifest appended = read(with_suggestions(render_scaffold(input_of(log)).text));
  EXPECT_EQ(appended.strategy.mode, "incremental_append");
  EXPECT_EQ(appended.source.options.text("cursor"), "id");
  EXPECT_TRUE(appended.strategy.unique_key().empty());
}

TEST(Scaffold, AnAppendByAColumnThatIsNotTheKeyGetsTheKey) {
  Suggestion log = suggest(orders());
  log.change_cursors.clear();
  log.new_row_cursors = {"created_at"};
  EXPECT_EQ(read(with_suggestions(render_scaffold(input_of(log)).text)).strategy.unique_key(), Names{"id"});
  log.key.clear();
  EXPECT_EQ(render_scaffold(input_of(log)).text.find("incremental_append"), std::string::npos)
      << "without a key the run would be refused";
}

TEST(Scaffold, AScopeIsAConditionForTheSource) {
  const Scope scope{{}, {{"day", ">=", {"2026-11-01"}}, {"o\"k", "in", {"a", "it's"}}, {"id", "between", {"1", "9"}}}};
  EXPECT_EQ(scope_condition(scope),
            R"("day" >= '2026-11-01' AND "o""k" IN ('a', 'it''s') AND "id" BETWEEN '1' AND '9')");
  EXPECT_EQ(scope_condition({"a = 1", {}}), "");
}

TEST(Scaffold, AScopeOfTheSinksSqlLeavesTheConditionToTheUser) {
  ScaffoldInput input = input_of(std::nullopt);
  input.needs_where = true;
  const Scaffold scaffold = render_scaffold(input);
  EXPECT_NE(scaffold.text.find("  # options:\n  #   where: CONDITION\n"), std::string::npos) << scaffold.text;
  EXPECT_FALSE(scaffold.suggests_cursor);
}

TEST(Scaffold, NothingIsSuggestedThatTheSystemsCannotDo) {
  ScaffoldInput input = input_of(suggest(orders()));
  input.sink.has_merge = false;
  EXPECT_NE(render_scaffold(input).text.find("incremental_append"), std::string::npos);
  input.source.has_cursor = false;
  EXPECT_EQ(render_scaffold(input).text.find("incremental_"), std::string::npos);
  EXPECT_NE(render_scaffold(input).text.find("# unique_key: [id]"), std::string::npos);
  input.sink.has_keys = false;
  EXPECT_EQ(render_scaffold(input).text.find("unique_key"), std::string::npos);
}

TEST(Scaffold, AStrategyThatWasChosenIsNotQuestioned) {
  ScaffoldInput input = input_of(suggest(orders()));
  input.manifest.strategy.mode = "incremental_merge";
  input.manifest.strategy.set_unique_key({"id"});
  const std::string text = render_scaffold(input).text;
  EXPECT_EQ(text.find("instead of the strategy above"), std::string::npos);
  const manifest::Manifest with_cursor = read(with_suggestions(text));
  EXPECT_EQ(with_cursor.strategy.unique_key(), Names{"id"});
  EXPECT_EQ(with_cursor.source.options.text("cursor"), "Updated-At");
  input.manifest.source.options.set("cursor", "created_at");
  EXPECT_EQ(render_scaffold(input).text.find("look as if"), std::string::npos);
  input.manifest.source.options = Options(manifest::common_source_options());
  EXPECT_NE(text.find("deleted at the source stays"), std::string::npos);
  EXPECT_EQ(read(text).hash(), input.manifest.hash());
}

TEST(Scaffold, ANameCannotEndItsComment) {
  ScaffoldInput input = input_of(suggest(orders()));
  input.looked_at = "a table with\na line end";
  input.file = "'a\nb.yaml'";
  input.suggestion->change_cursors = {"a\nb: c"};
  EXPECT_EQ(read(render_scaffold(input).text).hash(), input.manifest.hash());
}

}  // namespace
}  // namespace dpone::cli
