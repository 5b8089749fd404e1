#include "dpone/plan/strategy/scope_text.h"

#include <gtest/gtest.h>

namespace dpone::plan::strategy {
namespace {

// `c >= [1] c < [2]`, or the message of the error.
std::string parsed(std::string_view text) {
  const auto terms = parse_scope("c", text);
  if (!terms) return terms.error().message();
  std::string out;
  for (const ScopeTerm& term : *terms) {
    out += (out.empty() ? "" : " ") + term.column + " " + term.op;
    for (const std::string& value : term.values) out += " [" + value + "]";
  }
  return out;
}

TEST(ScopeText, ATextWithoutAnOperatorIsOneValue) {
  EXPECT_EQ(parsed("2026-11-30"), "c = [2026-11-30]");
  EXPECT_EQ(parsed("' R and D '"), "c = [ R and D ]");
  EXPECT_EQ(parsed(" Red, (odd) "), "c = [Red, (odd)]");
  EXPECT_EQ(parsed("-5"), "c = [-5]");
  EXPECT_EQ(parsed("information"), "c = [information]") << "begins like IN";
  EXPECT_EQ(parsed("'>= 5'"), "c = [>= 5]");
  EXPECT_EQ(parsed("'it''s'"), "c = [it's]");
  EXPECT_EQ(parsed("''"), "c = []");
  EXPECT_EQ(parsed(std::string_view("'a''").substr(0, 3)), "c = [a]") << "what lies behind the text is not its quote";
}

TEST(ScopeText, OperatorsCompareWithOneValueEach) {
  EXPECT_EQ(parsed(">= 2026-11-01 00:00 and < 2026-12-01 00:00"), "c >= [2026-11-01 00:00] c < [2026-12-01 00:00]");
  EXPECT_EQ(parsed(">1 AND <=5"), "c > [1] c <= [5]");
  EXPECT_EQ(parsed("= 'a and b' and > x"), "c = [a and b] c > [x]");
  EXPECT_EQ(parsed("between 10 and 20"), "c between [10] [20]");
  EXPECT_EQ(parsed("BETWEEN '10' AND 20 and > 11"), "c between [10] [20] c > [11]");
  EXPECT_EQ(parsed("in (EU, US)"), "c in [EU] [US]");
  EXPECT_EQ(parsed("IN('a,b', ')')"), "c in [a,b] [)]");
  EXPECT_EQ(parsed("= sand and stone"), "c lacks an operator before stone");
  EXPECT_EQ(parsed("<-5"), "c < [-5]");
}

TEST(ScopeText, AnotherOperatorOfSqlIsNeverPartOfAValue) {
  const auto named = [](std::string_view text) {
    const std::string message = parsed(text);
    const std::size_t end = message.find("` is not a condition of a scope");
    return end == std::string::npos ? message : message.substr(4, end - 4);
  };
  for (const std::string op : {"<>", "!=", "==", "!", "~", "!~*", "~~", "<=>", "=>", "<<", ">>", "<@", "@>", "&&"}) {
    EXPECT_EQ(named(op + " x"), op);
    EXPECT_EQ(named(op + "x"), op);
    EXPECT_EQ(named("> 1 and " + op + " x"), op);
  }
  for (const std::string op : {"not", "NOT", "is", "like", "ILIKE", "similar", "glob", "regexp", "or", "and"}) {
    EXPECT_EQ(named(op + " x"), op);
    EXPECT_EQ(named("= " + op + " x"), op == "and" ? "c lacks a value after =" : op);
  }
  EXPECT_EQ(named("not in (EU)"), "not");
  EXPECT_EQ(named("not(EU)"), "not");
  EXPECT_EQ(named("> 1 and not in (EU)"), "not");
  EXPECT_EQ(named("is null"), "is");
  EXPECT_EQ(named("null"), "null");
  EXPECT_EQ(named("= NULL"), "NULL");
  EXPECT_EQ(named("in (EU, null)"), "null");
  EXPECT_EQ(named("= any (1, 2)"), "any");
  EXPECT_EQ(named("EU and US"), "and");
  EXPECT_EQ(named("EU or\tUS"), "or");
  EXPECT_EQ(named("= EU OR US"), "OR");
  EXPECT_EQ(named("in (EU) or > 5"), "or");
  EXPECT_EQ(named("in (R and D)"), "and");
  EXPECT_EQ(named("between 1 or 5 and 6"), "or");
  EXPECT_EQ(named("> > 5"), ">");
  EXPECT_EQ(named("= <> 5"), "<>");
  EXPECT_EQ(parsed(">= 1, < 5"), "c has an operator inside the value 1, < 5");
}

TEST(ScopeText, QuotesProtectWhatLooksLikeAnOperator) {
  EXPECT_EQ(parsed("'<> x'"), "c = [<> x]");
  EXPECT_EQ(parsed("= '!= x'"), "c = [!= x]");
  EXPECT_EQ(parsed("'null'"), "c = [null]");
  EXPECT_EQ(parsed("in ('R and D', 'not in (EU)')"), "c in [R and D] [not in (EU)]");
  EXPECT_EQ(parsed("IS"), "c = [IS]") << "a country";
  EXPECT_EQ(parsed("in (IS, NO, OR)"), "c in [IS] [NO] [OR]");
  EXPECT_EQ(parsed("Nullarbor, order 5, land android"), "c = [Nullarbor, order 5, land android]");
}

TEST(ScopeText, WhatIsCutOffIsNamed) {
  EXPECT_EQ(parsed(""), "c is empty");
  EXPECT_EQ(parsed("  "), "c is empty");
  EXPECT_EQ(parsed(">="), "c lacks a value after >=");
  EXPECT_EQ(parsed(">= and < 5"), "c lacks a value after >=");
  EXPECT_EQ(parsed("between 5"), "c lacks AND and a second value after BETWEEN");
  EXPECT_EQ(parsed("between 5 and"), "c lacks a value after and");
  EXPECT_EQ(parsed("in EU"), "c lacks a list in brackets after IN");
  EXPECT_EQ(parsed("in ()"), "c lacks a value after in");
  EXPECT_EQ(parsed("in (a, )"), "c lacks a value after in");
  EXPECT_EQ(parsed("in (a"), "c lacks the closing bracket of IN");
  EXPECT_EQ(parsed("in (a) b"), "c has text after its condition: b");
  EXPECT_EQ(parsed("> 5 and"), "c ends after AND");
  EXPECT_EQ(parsed("'a"), "c has a quote that is not closed");
  EXPECT_EQ(parsed("'a' b"), "c has text after its value: b");
}

}  // namespace
}  // namespace dpone::plan::strategy
