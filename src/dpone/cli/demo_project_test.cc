#include "dpone/cli/demo_project.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "dpone/base/sha256.h"
#include "dpone/base/utf8.h"
#include "dpone/cli/manifest_schemas.h"
#include "dpone/connections/systems.h"
#include "dpone/manifest/reader.h"

namespace dpone::cli {
namespace {

struct Field {
  std::string text;
  bool is_quoted = false;
};

// A separate reader, so that the file is checked against RFC 4180 and not against its writer.
std::vector<std::vector<Field>> read_csv(const std::string& text) {
  std::vector<std::vector<Field>> rows(1, std::vector<Field>(1));
  for (std::size_t at = 0; at < text.size(); ++at) {
    Field& field = rows.back().back();
    if (text[at] == '"' && field.text.empty() && !field.is_quoted) {
      field.is_quoted = true;
      for (++at; text.at(at) != '"' || (at + 1 < text.size() && text[at + 1] == '"'); ++at) {
        if (text[at] == '"') ++at;
        field.text += text[at];
      }
    } else if (text[at] == ',') {
      rows.back().emplace_back();
    } else if (text[at] == '\n') {
      rows.emplace_back(1);
    } else {
      field.text += text[at];
    }
  }
  rows.pop_back();
  return rows;
}

std::map<std::string, std::string> files() {
  std::map<std::string, std::string> all;
  for (DemoFile& file : demo_project()) all[file.name] = std::move(file.text);
  return all;
}

TEST(DemoProject, IsTheSameEveryTime) {
  const auto once = files();
  EXPECT_EQ(once, files());
  EXPECT_EQ(once.size(), 5U);
  EXPECT_EQ(sha256_hex(once.at("orders.csv")).substr(0, 16), "349ef486cf863e6d")
      << "the demo is the same on every machine";
}

TEST(DemoProject, OrdersHaveWhatTablesHave) {
  const auto all = files();
  const std::string& text = all.at("orders.csv");
  EXPECT_EQ(find_invalid_utf8(text), std::string::npos);
  const auto rows = read_csv(text);
  ASSERT_EQ(rows.size(), 1U + kDemoOrders);
  std::set<std::string> ids;
  std::map<std::string, int> seen;
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), rows[0].size());
    if (&row == &rows[0]) continue;
    EXPECT_TRUE(ids.insert(row[0].text).second);
    for (const Field& field : row) {
      if (field.text.empty()) ++seen[field.is_quoted ? "empty" : "null"];
      if (field.text.find('"') != std::string::npos) ++seen["quote"];
      if (field.text.find('\n') != std::string::npos) ++seen["line end"];
      if (field.text.find(',') != std::string::npos) ++seen["comma"];
    }
    EXPECT_EQ(row[5].text.find('.'), row[5].text.size() - 3) << "two decimals";
    EXPECT_EQ(row[8].text.size(), 19U);
    EXPECT_LE(row[8].text, row[9].text) << "changed before it was ordered";
    EXPECT_LT(row[9].text, "2026-04-21");
  }
  for (const char* what : {"empty", "null", "quote", "line end", "comma"}) EXPECT_GE(seen[what], 20) << what;
}

TEST(DemoProject, ChangesAreLaterStatesOfOrdersAndNewOnes) {
  const auto all = files();
  std::map<std::string, std::vector<Field>> before;
  for (auto& row : read_csv(all.at("orders.csv"))) before[row[0].text] = row;
  const auto rows = read_csv(all.at("orders_changes.csv"));
  ASSERT_EQ(rows.size(), 1U + kDemoChangedOrders + kDemoNewOrders);
  std::set<std::string> ids;
  int changed = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    EXPECT_TRUE(ids.insert(rows[i][0].text).second);
    const auto known = before.find(rows[i][0].text);
    if (known == before.end()) continue;
    ++changed;
    EXPECT_NE(rows[i][4].text, known->second[4].text);
    EXPECT_LT(known->second[9].text, rows[i][9].text);
  }
  EXPECT_EQ(changed, kDemoChangedOrders);
}

TEST(DemoProject, ManifestsRead) {
  const auto all = files();
  for (const char* name : {"orders.yaml", "orders_changes.yaml"}) {
    const manifest::ReadOutcome outcome = manifest::read_manifest_text(all.at(name), name, manifest_schemas());
    EXPECT_TRUE(outcome.ok()) << outcome.problem_lines();
    EXPECT_TRUE(outcome.notices.empty());
  }
}

TEST(DemoProject, ReadmeNamesItsCommandsAndFitsTheTerminal) {
  const auto all = files();
  const std::string& text = all.at("README.txt");
  for (const std::string& command : demo_commands()) EXPECT_NE(text.find("  " + command + " "), std::string::npos);
  for (const auto& [name, content] : all) {
    EXPECT_TRUE(name == "README.txt" || text.find("  " + name + " ") != std::string::npos) << name;
  }
  EXPECT_EQ(text.find('{'), std::string::npos);
  for (const auto& [name, content] : all) {
    if (name.ends_with(".csv")) continue;
    std::istringstream lines(content);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << name << ": " << line;
  }
}

}  // namespace
}  // namespace dpone::cli
