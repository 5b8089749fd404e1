#include "dpone/manifest/yaml_tree.h"

#include <gtest/gtest.h>

namespace dpone::manifest {
namespace {

// The one problem of a text that must have exactly one.
Problem only_problem(std::string_view text) {
  const YamlTree tree = read_yaml(text);
  EXPECT_EQ(tree.problems.size(), 1U) << text.substr(0, 200);
  return tree.problems.empty() ? Problem{} : tree.problems[0];
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(YamlTree, KnowsWhereEachNodeStands) {
  const YamlTree tree = read_yaml("a: 1\nüb:\n  - x\n  - {k: v}\n");
  ASSERT_TRUE(tree.is_complete);
  ASSERT_EQ(tree.root->entries.size(), 2U);
  EXPECT_EQ(tree.root->entries[1].at, (Position{2, 1}));
  const Node& list = tree.root->entries[1].value;
  EXPECT_EQ(list.items[0].at, (Position{3, 5}));
  EXPECT_EQ(list.items[1].entries[0].value.at, (Position{4, 9}));
}

TEST(YamlTree, ScalarsFollowTheCoreSchemaOfYaml12) {
  const YamlTree tree = read_yaml(
      "[123, '123', true, 'true', yes, on, ~, null, '', 1.5, 1e3, .inf, 0x1F, 0o17, 0b1, 1_000, +12, 2024-01-01, -7, "
      "012]");
  ASSERT_TRUE(tree.is_complete);
  const auto& items = tree.root->items;
  EXPECT_EQ(items[0].as_int(), 123);
  EXPECT_TRUE(items[1].is_text());
  EXPECT_EQ(items[2].as_bool(), true);
  EXPECT_TRUE(items[3].is_text());
  EXPECT_TRUE(items[4].is_text()) << "yes";
  EXPECT_TRUE(items[5].is_text()) << "on";
  EXPECT_TRUE(items[6].is_null());
  EXPECT_TRUE(items[7].is_null());
  EXPECT_TRUE(items[8].is_text());
  for (const std::size_t number : {9U, 10U, 11U}) EXPECT_EQ(items[number].kind_name(), "a number");
  EXPECT_EQ(items[12].as_int(), 31);
  EXPECT_EQ(items[13].as_int(), 15);
  EXPECT_TRUE(items[14].is_text()) << "0b1 is YAML 1.1";
  EXPECT_TRUE(items[15].is_text()) << "1_000 is YAML 1.1";
  EXPECT_EQ(items[16].as_int(), 12);
  EXPECT_TRUE(items[17].is_text()) << "a date is text";
  EXPECT_EQ(items[18].as_int(), -7);
  EXPECT_EQ(items[19].as_int(), 12) << "no octal by a leading zero";
}

TEST(YamlTree, ANumberMayHaveAPointAndAnExponentWithASign) {
  for (const char* number : {"1e-5", "2.5E+3", "-.5", "+1.", "-1.5e0", ".nan", "-.inf", "+.INF", "0xfF"}) {
    const YamlTree tree = read_yaml(std::string("[") + number + "]");
    ASSERT_TRUE(tree.is_complete) << number;
    EXPECT_EQ(tree.root->items[0].kind_name(), "a number") << number;
  }
  for (const char* text : {"1e", "1e+", "e5", ".", "-", "1e5x", "1.2.3", "0x", "0o8", "-.nan"}) {
    const YamlTree tree = read_yaml(std::string("[\"\", ") + text + "]");
    ASSERT_TRUE(tree.is_complete) << text;
    EXPECT_EQ(tree.root->items[1].kind_name(), "text") << text;
  }
}

TEST(YamlTree, EmptyFilesAreNamed) {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "--- ~\n"}) {
    EXPECT_EQ(only_problem(text).slug, "manifest.empty") << text;
  }
}

TEST(YamlTree, RefusesDuplicateKeysAndNamesBothLines) {
  const Problem problem = only_problem("a: 1\nb: 2\n'a': 3\n");
  EXPECT_EQ(problem.slug, "manifest.duplicate_key");
  EXPECT_EQ(problem.at, (Position{3, 1}));
  EXPECT_EQ(problem.message, "the key a is given twice, first at line 1");
  EXPECT_EQ(read_yaml("a: 1\na: [1, {x: y}]\n").root->entries.size(), 1U) << "the first one stays";
}

TEST(YamlTree, RefusesTagsMergeKeysAndSecondDocuments) {
  EXPECT_EQ(only_problem("a: !!str 1").slug, "manifest.tag");
  EXPECT_EQ(only_problem("a: !local {b: c}").slug, "manifest.tag");
  EXPECT_EQ(only_problem("%TAG ! tag:x,2000:\n---\na: 1").slug, "manifest.tag");
  EXPECT_EQ(only_problem("x: &x {a: 1}\ny:\n  <<: *x\n").slug, "manifest.merge_key");
  EXPECT_TRUE(read_yaml("'<<': quoted is a plain key").problems.empty());
  const Problem second = only_problem("a: 1\n---\nb: 2\n");
  EXPECT_EQ(second.slug, "manifest.syntax");
  EXPECT_EQ(second.at, (Position{2, 1}));
}

TEST(YamlTree, RefusesKeysThatAreNoText) {
  EXPECT_EQ(only_problem("? [a, b]\n: c\n").slug, "manifest.key_not_text");
  EXPECT_EQ(only_problem("x: &k a\n*k : c\n").slug, "manifest.key_not_text");
}

TEST(YamlTree, AliasesStandForTheirAnchor) {
  const YamlTree tree = read_yaml("a: &t {schema: public, name: orders}\nb: *t\nc: &s text\nd: *s\n");
  ASSERT_TRUE(tree.problems.empty());
  EXPECT_EQ(tree.root->find("b")->value.find("name")->value.text, "orders");
  EXPECT_EQ(tree.root->find("b")->value.at, (Position{2, 4}));
  EXPECT_EQ(tree.root->find("d")->value.text, "text");
  EXPECT_EQ(only_problem("a: *nowhere").slug, "manifest.alias");
  EXPECT_EQ(only_problem("a: &x [1, *x]").slug, "manifest.alias");
}

TEST(YamlTree, RefusesAnAliasBombBeforeItIsBuilt) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
            repeated("*a" + std::to_string(i - 1) + ", ", 9) + "*a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_EQ(only_problem(bomb).slug, "manifest.too_many_nodes");
}

TEST(YamlTree, CountsDepthThroughAliases) {
  std::string text = "a: &a " + std::string(40, '[') + std::string(40, ']') + "\n";
  text += "b: " + std::string(40, '[') + "*a" + std::string(40, ']') + "\n";
  EXPECT_EQ(only_problem(text).slug, "manifest.too_deep");
}

TEST(YamlTree, HoldsItsLimits) {
  EXPECT_TRUE(read_yaml(std::string(64, '[') + std::string(64, ']')).problems.empty());
  EXPECT_EQ(only_problem(std::string(65, '[') + std::string(65, ']')).slug, "manifest.too_deep");
  EXPECT_EQ(only_problem(std::string(1'000'000, '[')).slug, "manifest.too_deep");
  EXPECT_EQ(only_problem(std::string(1'000'000, '{')).slug, "manifest.key_not_text");
  EXPECT_TRUE(read_yaml(repeated("- x\n", 9'999)).problems.empty());
  EXPECT_EQ(only_problem(repeated("- x\n", 10'000)).slug, "manifest.too_many_nodes");
  EXPECT_EQ(only_problem(std::string((4U << 20) + 1, '#')).slug, "manifest.too_big");
  EXPECT_EQ(only_problem(std::string(4U << 20, '#')).slug, "manifest.empty");
}

TEST(YamlTree, RefusesBytesThatAreNoText) {
  for (const std::string_view bytes :
       {std::string_view("\x1f\x8b\x08\x00\x00", 5), std::string_view("a: \xff"), std::string_view("a: \xc0\x80"),
        std::string_view("a: \xed\xa0\x80"), std::string_view("a: \xf4\x90\x80\x80"), std::string_view("a: \0b", 5),
        std::string_view("\xff\xfe"
                         "a\0",
                         4),
        std::string_view("a: \xe2\x82")}) {
    EXPECT_EQ(only_problem(bytes).slug, "manifest.not_text");
  }
  EXPECT_EQ(only_problem("a: b\nc: \xff").at, (Position{2, 4}));
  EXPECT_TRUE(read_yaml("\xef\xbb\xbf"
                        "a: b")
                  .problems.empty())
      << "a byte order mark may stand in front";
}

TEST(YamlTree, KeepsWhatStoodBeforeASyntaxError) {
  const YamlTree tree = read_yaml("a: 1\nb:\n  c: 2\n d: [\n");
  EXPECT_FALSE(tree.is_complete);
  ASSERT_EQ(tree.problems.size(), 1U);
  EXPECT_EQ(tree.problems[0].slug, "manifest.syntax");
  EXPECT_NE(tree.root->find("a"), nullptr);
}

TEST(YamlTree, SaysThatAValueThatBeginsLikeABlockNeedsQuotes) {
  EXPECT_NE(only_problem("a: >= 1 and < 2\n").message.find("put a value that begins with > or | in quotes"),
            std::string::npos);
  EXPECT_NE(only_problem("a: @x\n").message.find("put a value that begins with @ in quotes"), std::string::npos);
}

TEST(YamlTree, SaysThatATabDoesNotIndent) {
  const Problem problem = only_problem("a:\n\tb: 1\n");
  EXPECT_EQ(problem.slug, "manifest.syntax");
  EXPECT_NE(problem.message.find("a tab"), std::string::npos) << problem.message;
  EXPECT_EQ(problem.at.line, 2);
}

TEST(YamlTree, NeverFailsWithoutAProblemOnAnyCut) {
  const std::string whole = "name: &n orders\nsource: {a: [1, 'two', \"three\"], b: *n}\nq: |\n  SELECT 1\n";
  ASSERT_TRUE(read_yaml(whole).problems.empty());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const YamlTree tree = read_yaml(whole.substr(0, size));
    EXPECT_TRUE(tree.is_complete || !tree.problems.empty()) << size;
  }
}

}  // namespace
}  // namespace dpone::manifest
