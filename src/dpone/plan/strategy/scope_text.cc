#include "dpone/plan/strategy/scope_text.h"

namespace dpone::plan::strategy {
namespace {

constexpr std::string_view kOperators[] = {">=", "<=", "=", ">", "<"};
constexpr std::string_view kSpaces = " \t\n";

bool is_word_end(std::string_view rest) { return rest.empty() || kSpaces.find(rest.front()) != std::string_view::npos; }

class Parser {
 public:
  Parser(const std::string& column, std::string_view text) : column_(column), rest_(text) {}

  Result<std::vector<ScopeTerm>> run() {
    skip_spaces();
    if (rest_.empty()) return bad("is empty");
    if (!begins_with_operator()) return single_value();
    std::vector<ScopeTerm> terms;
    do {
      DPONE_TRY(ScopeTerm term, take_term());
      terms.push_back(std::move(term));
    } while (take_word("and"));
    if (!rest_.empty()) return bad("has text after its condition: " + std::string(rest_));
    return terms;
  }

 private:
  Error bad(const std::string& what) const {
    return Error(ErrorClass::kUsage, "manifest.bad_value", column_ + " " + what)
        .hint("write a value, or >= VALUE and < VALUE, between VALUE and VALUE, in (VALUE, VALUE)");
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
      term.values.emplace_back(rest_.substr(0, rest_.find_last_not_of(kSpaces) + 1));
    }
    return std::vector<ScopeTerm>{std::move(term)};
  }

  Result<ScopeTerm> take_term() {
    skip_spaces();
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
