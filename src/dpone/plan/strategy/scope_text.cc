#include "dpone/plan/strategy/scope_text.h"

#include <algorithm>
#include <iterator>

namespace dpone::plan::strategy {
namespace {

constexpr std::string_view kOperators[] = {">=", "<=", "=", ">", "<"};
constexpr std::string_view kSpaces = " \t\n";
// Words that are operators of SQL if something follows. A word alone is a value: IS is a country, too.
constexpr std::string_view kOtherWords[] = {"not",    "is",    "like",  "ilike", "similar", "glob",
                                            "regexp", "rlike", "match", "and",   "or"};
constexpr std::string_view kSetWords[] = {"any", "all", "some"};
// Characters of operators: a value that begins with one of them is quoted.
constexpr std::string_view kSymbols = "<>=!~";

bool is_word_end(std::string_view rest) { return rest.empty() || kSpaces.find(rest.front()) != std::string_view::npos; }

class Parser {
 public:
  Parser(const std::string& column, std::string_view text) : column_(column), rest_(text) {}

  Result<std::vector<ScopeTerm>> run() {
    skip_spaces();
    if (rest_.empty()) return bad("is empty");
    DPONE_CHECK(check_other_operator());
    if (!begins_with_operator()) return single_value();
    std::vector<ScopeTerm> terms;
    do {
      DPONE_TRY(ScopeTerm term, take_term());
      terms.push_back(std::move(term));
    } while (take_word("and"));
    if (is_word("or")) return other_operator(rest_.substr(0, 2));
    if (!rest_.empty()) return bad("has text after its condition: " + std::string(rest_));
    return terms;
  }

 private:
  Error bad(const std::string& what) const {
    return Error(ErrorClass::kUsage, "manifest.bad_value", column_ + " " + what)
        .hint("write a value, or >= VALUE and < VALUE, between VALUE and VALUE, in (VALUE, VALUE)");
  }

  Error other_operator(std::string_view op) const {
    return Error(ErrorClass::kUsage, "manifest.bad_value",
                 column_ + ": `" + std::string(op) + "` is not a condition of a scope")
        .hint("use custom_predicate, or single quotes if it is part of a value: 'VALUE'");
  }

  // The operator of SQL that stands in front but that a scope does not have.
  Status check_other_operator() const {
    for (const std::string_view word : kOtherWords) {
      if (is_word(word) && rest_.find_last_not_of(kSpaces) >= word.size()) {
        return other_operator(rest_.substr(0, word.size()));
      }
    }
    const std::string_view symbols = rest_.substr(0, rest_.find_first_not_of("<>=!~*@&|"));
    const bool is_known = std::find(std::begin(kOperators), std::end(kOperators), symbols) != std::end(kOperators);
    const bool is_operator = !symbols.empty() && (kSymbols.find(symbols.front()) != std::string_view::npos ||
                                                  symbols == "@>" || symbols == "&&");
    if (is_operator && !is_known) return other_operator(symbols);
    return {};
  }

  // What an unquoted value must not have: operators, which would silently become part of the value.
  Status check_value(std::string_view value, bool is_after_operator) const {
    Parser inside(column_, value);
    DPONE_CHECK(inside.check_other_operator());
    if (kSymbols.find(value.front()) != std::string_view::npos) {
      return other_operator(value.substr(0, value.find_first_not_of(kSymbols)));
    }
    if (inside.is_word("null")) return other_operator(value.substr(0, 4));
    for (const std::string_view word : kSetWords) {
      if (inside.is_word(word) && value.find('(') != std::string_view::npos) {
        return other_operator(value.substr(0, word.size()));
      }
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (is_after_operator && std::string_view("<>=").find(value[i]) != std::string_view::npos) {
        return bad("has an operator inside the value " + std::string(value));
      }
      if (kSpaces.find(value[i]) == std::string_view::npos) continue;
      inside.rest_ = value.substr(i + 1);
      for (const std::string_view word : {"and", "or"}) {
        if (inside.is_word(word)) return other_operator(inside.rest_.substr(0, word.size()));
      }
    }
    return {};
  }

  void skip_spaces() {
    const std::size_t first = rest_.find_first_not_of(kSpaces);
    rest_.remove_prefix(std::min(first, rest_.size()));
  }

  // A word of the grammar, in lower or upper case.
  bool is_word(std::string_view word) const {
    if (rest_.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if ((rest_[i] | 0x20) != word[i]) return false;
    }
    return is_word_end(rest_.substr(word.size())) || rest_[word.size()] == '(';
  }

  bool take_word(std::string_view word) {
    skip_spaces();
    if (!is_word(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool begins_with_operator() const {
    for (const std::string_view op : kOperators) {
      if (rest_.starts_with(op)) return true;
    }
    return is_word("in") || is_word("between");
  }

  Result<std::vector<ScopeTerm>> single_value() {
    ScopeTerm term{column_, "=", {}};
    if (rest_.front() == '\'') {
      DPONE_TRY(std::string value, take_quoted());
      skip_spaces();
      if (!rest_.empty()) return bad("has text after its value: " + std::string(rest_));
      term.values.push_back(std::move(value));
    } else {
      const std::string_view value = rest_.substr(0, rest_.find_last_not_of(kSpaces) + 1);
      DPONE_CHECK(check_value(value, false));
      term.values.emplace_back(value);
    }
    return std::vector<ScopeTerm>{std::move(term)};
  }

  Result<ScopeTerm> take_term() {
    skip_spaces();
    DPONE_CHECK(check_other_operator());
    if (take_word("in")) return take_list();
    if (take_word("between")) {
      DPONE_TRY(std::string low, take_value("between", false));
      if (!take_word("and")) return bad("lacks AND and a second value after BETWEEN");
      DPONE_TRY(std::string high, take_value("and", false));
      return ScopeTerm{column_, "between", {std::move(low), std::move(high)}};
    }
    for (const std::string_view op : kOperators) {
      if (!rest_.starts_with(op)) continue;
      rest_.remove_prefix(op.size());
      DPONE_TRY(std::string value, take_value(op, false));
      return ScopeTerm{column_, std::string(op), {std::move(value)}};
    }
    return bad(rest_.empty() ? "ends after AND" : "lacks an operator before " + std::string(rest_));
  }

  Result<ScopeTerm> take_list() {
    ScopeTerm term{column_, "in", {}};
    skip_spaces();
    if (!rest_.starts_with('(')) return bad("lacks a list in brackets after IN");
    do {
      rest_.remove_prefix(1);
      DPONE_TRY(std::string value, take_value("in", true));
      term.values.push_back(std::move(value));
      skip_spaces();
    } while (rest_.starts_with(','));
    if (!rest_.starts_with(')')) return bad("lacks the closing bracket of IN");
    rest_.remove_prefix(1);
    return term;
  }

  Result<std::string> take_value(std::string_view after, bool is_in_list) {
    skip_spaces();
    if (rest_.starts_with('\'')) return take_quoted();
    if (!is_in_list && is_word("and")) return bad("lacks a value after " + std::string(after));
    std::size_t end = 0;
    for (; end < rest_.size(); ++end) {
      if (is_in_list && (rest_[end] == ',' || rest_[end] == ')')) break;
      const bool is_space = kSpaces.find(rest_[end]) != std::string_view::npos;
      if (is_in_list || !is_space) continue;
      Parser behind(column_, rest_.substr(end));
      if (behind.take_word("and")) break;
    }
    const std::string_view value = rest_.substr(0, end);
    rest_.remove_prefix(end);
    const std::size_t last = value.find_last_not_of(kSpaces);
    if (last == std::string_view::npos) return bad("lacks a value after " + std::string(after));
    DPONE_CHECK(check_value(value.substr(0, last + 1), true));
    return std::string(value.substr(0, last + 1));
  }

  // REQUIRES: a quote stands in front.
  Result<std::string> take_quoted() {
    std::string value;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] != '\'') {
        value += rest_[i];
      } else if (i + 1 < rest_.size() && rest_[i + 1] == '\'') {
        value += rest_[i++];
      } else {
        rest_.remove_prefix(i + 1);
        return value;
      }
    }
    return bad("has a quote that is not closed");
  }

  const std::string& column_;
  std::string_view rest_;
};

}  // namespace

Result<std::vector<ScopeTerm>> parse_scope(const std::string& column, std::string_view text) {
  return Parser(column, text).run();
}

}  // namespace dpone::plan::strategy
