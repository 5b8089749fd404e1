#include "dpone/engine/gates.h"

#include <algorithm>

#include "dpone/plan/strategy/strategy.h"

namespace dpone::engine {
namespace {

using evidence::GateResult;
using evidence::Verdict;

GateResult result_of(const char* name) {
  GateResult result;
  result.name = name;
  return result;
}

GateResult not_applicable(GateResult result, const char* reason) {
  result.verdict = Verdict::kNotApplicable;
  result.reason = reason;
  return result;
}

Json or_null(const std::optional<std::int64_t>& count) { return count ? Json(*count) : Json(); }

// Compares dpone's counts with the counts of the systems. Its own count alone proves nothing.
GateResult row_count(const LoadFigures& figures) {
  GateResult result = result_of("row_count");
  const std::int64_t counted = figures.read.rows_counted;
  const auto& by_source = figures.read.rows_reported;
  const auto& by_target = figures.recounted ? figures.recounted : figures.written.rows_reported;
  result.facts.set("source_reported", or_null(by_source)).set("counted_on_the_way", counted);
  result.facts.set("handed_over", figures.written.rows).set("target_reported", or_null(by_target));
  const bool agree = figures.written.rows == counted && by_source.value_or(counted) == counted &&
                     by_target.value_or(counted) == counted;
  if (!agree) {
    result.verdict = Verdict::kFail;
  } else if (by_source || by_target) {
    result.verdict = Verdict::kPass;
  } else {
    result.reason = "neither end counts rows";
    if (figures.plan.load.target.can_recount) result.reason += ". Set quality.recount: true to count them";
  }
  return result;
}

GateResult min_rows(const LoadFigures& figures) {
  GateResult result = result_of("min_rows");
  const plan::RoutePlan& plan = figures.plan;
  const std::int64_t rows = figures.written.rows;
  result.facts.set("rows", rows);
  if (!plan.min_rows) return not_applicable(std::move(result), "quality.min_rows is not set");
  result.facts.set("min_rows", *plan.min_rows);
  // A run without new rows never gets here, unless it takes a table over or has a start cursor.
  if (rows == 0 && plan.read.cursor() != nullptr && plan.load.target.exists && !plan.load.target.is_empty) {
    return not_applicable(std::move(result), "there are no new rows, and the target has its rows");
  }
  result.verdict = rows >= *plan.min_rows ? Verdict::kPass : Verdict::kFail;
  return result;
}

GateResult key(const LoadFigures& figures) {
  GateResult result = result_of("key");
  if (figures.plan.load.key.empty()) return not_applicable(std::move(result), "unique_key is not set");
  if (!figures.key_faults) {
    result.reason = "the sink did not check";
    return result;
  }
  const Answer& faults = *figures.key_faults;
  result.facts.set("nulls", faults.first).set("duplicates", faults.second);
  result.verdict = faults.first == 0 && faults.second == 0 ? Verdict::kPass : Verdict::kFail;
  return result;
}

const Question* scope_question(const plan::RoutePlan& plan) {
  for (const Question& question : plan.load.questions) {
    if (question.kind == Question::Kind::kOutside) return &question;
  }
  return nullptr;
}

bool has_scope(const plan::RoutePlan& plan) { return scope_question(plan) != nullptr; }

GateResult scope(const LoadFigures& figures) {
  GateResult result = result_of("scope");
  if (!figures.rows_outside) {
    result.reason = "the sink did not check";
    return result;
  }
  result.facts.set("rows_outside", *figures.rows_outside);
  result.verdict = *figures.rows_outside == 0 ? Verdict::kPass : Verdict::kFail;
  return result;
}

Error figures_error(const Gate& gate, const LoadFigures&, const GateResult& result) {
  std::string said;
  for (const auto& [name, value] : result.facts.as_object())
    said += (said.empty() ? "" : ", ") + name + " " + value.canonical();
  return Error(ErrorClass::kFailed, std::string(gate.slug), "gate " + result.name + " failed: " + said)
      .hint("nothing was published; the target is unchanged");
}

std::string rows_text(std::int64_t rows) { return std::to_string(rows) + (rows == 1 ? " row" : " rows"); }

std::string key_columns(const plan::RoutePlan& plan) {
  std::string columns;
  for (const std::string& column : plan.load.key) columns += (columns.empty() ? "" : ", ") + column;
  return columns;
}

Error key_error(const Gate& gate, const LoadFigures& figures, const GateResult&) {
  const Answer& faults = *figures.key_faults;
  std::string said;
  if (faults.first > 0) said = rows_text(faults.first) + (faults.first == 1 ? " has" : " have") + " a NULL in the key";
  if (faults.second > 0) {
    said += (said.empty() ? "" : ", ") + rows_text(faults.second) + (faults.second == 1 ? " repeats" : " repeat") +
            " a key of another row";
  }
  return Error(ErrorClass::kFailed, std::string(gate.slug), "gate key failed: " + said)
      .with("key", key_columns(figures.plan))
      .hint(key_advice(figures.plan, faults.second > 0));
}

Error scope_error(const Gate& gate, const LoadFigures& figures, const GateResult&) {
  const bool has_condition = figures.plan.read.source.takes_query;
  return Error(ErrorClass::kFailed, std::string(gate.slug),
               "gate scope failed: " + rows_text(*figures.rows_outside) + " of the load are outside the scope, " +
                   to_string(scope_question(figures.plan)->scope))
      .with("target", figures.plan.load.target.relation)
      .hint("nothing was published; the target is unchanged. " +
            std::string(has_condition ? "Read fewer rows with source.options.where (--where), or widen the scope"
                                      : "Correct the source's rows, or widen the scope"));
}

}  // namespace

std::string key_advice(const plan::RoutePlan& plan, bool has_duplicates) {
  std::string advice = "nothing was published; the target is unchanged. ";
  const std::string columns = key_columns(plan);
  if (!has_duplicates) {
    return advice + "Give every row of the source a value of " + columns + ", or name another key: --key " +
           "(sink.strategy.unique_key)";
  }
  advice += plan.read.source.takes_query
                ? "To find the rows, use GROUP BY " + columns + " HAVING count(*) > 1 at the source"
                : "Look in the source for rows with equal values of " + columns;
  const auto& options = plan::strategy::find(plan.mode).declared.options;
  const bool may_keep_latest = std::any_of(options.begin(), options.end(),
                                           [](const OptionSpec& option) { return option.name == "keep_latest_by"; });
  if (!may_keep_latest) return advice;
  return advice +
         "; --keep-latest-by COLUMN (sink.strategy.keep_latest_by) keeps the latest of several rows of one key";
}

const std::vector<Gate>& gates() {
  static const std::vector<Gate> kGates = {
      {"row_count", "gate.row_count", Gate::When::kLoaded, nullptr, row_count, figures_error},
      {"min_rows", "gate.min_rows", Gate::When::kLoaded, nullptr, min_rows, figures_error},
      {"scope", "gate.scope", Gate::When::kAsked, has_scope, scope, scope_error},
      {"key", "gate.key", Gate::When::kAsked, nullptr, key, key_error},
  };
  return kGates;
}

}  // namespace dpone::engine
