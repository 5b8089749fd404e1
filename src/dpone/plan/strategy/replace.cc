#include "dpone/plan/strategy/replace.h"

#include "dpone/plan/strategy/scope_range.h"
#include "dpone/plan/strategy/scope_text.h"

namespace dpone::plan::strategy {
namespace {

constexpr OptionSpec kOptions[] = {
    {.name = "scope",
     .kind = OptionKind::kTextMap,
     .description = "Rows of the target to replace, as conditions that must all be true: a column, and a value, "
                    "`>= VALUE and < VALUE`, `between VALUE and VALUE` or `in (VALUE, VALUE)`",
     .value_name = "COLUMN=CONDITION",
     .takes_scalars = true},
    {.name = "custom_predicate",
     .description = "The scope as one condition in the target's SQL, instead of `scope`. Do not use current_date "
                    "or now()",
     .value_name = "SQL"},
};

// REQUIRES: the texts were checked.
Scope scope_of(const manifest::Manifest& manifest) {
  const Options& options = manifest.strategy.options;
  Scope scope;
  scope.predicate = options.text("custom_predicate");
  for (const auto& [column, text] : options.texts("scope")) {
    const auto terms = parse_scope(column, text);
    if (terms) scope.terms.insert(scope.terms.end(), terms->begin(), terms->end());
  }
  return scope;
}

void check(const manifest::Manifest& manifest, manifest::RuleProblems& problems) {
  const Options& options = manifest.strategy.options;
  const char* const scope_path = "sink.strategy.scope";
  const std::string scope = problems.key(scope_path);
  const std::string predicate = problems.key("sink.strategy.custom_predicate");
  const bool has_scope = !options.texts("scope").empty();
  if (has_scope && options.is_given("custom_predicate")) {
    problems.conflict("sink.strategy.custom_predicate", predicate + " and " + scope + " exclude each other; keep one");
  } else if (!has_scope && !options.is_given("custom_predicate")) {
    problems.missing("sink.strategy.mode",
                     scope + " is missing (or " + predicate + "): replace removes the rows inside it");
  }
  for (const auto& [column, text] : options.texts("scope")) {
    const auto terms = parse_scope(column, text);
    if (!terms) {
      problems.bad_value(scope_path, scope + ": " + terms.error().message() + "; " + terms.error().next_step());
    }
  }
  if (manifest.source.options.is_given("limit")) {
    problems.conflict("source.options.limit",
                      problems.key("source.options.limit") + " skips rows, which replace would delete from the target");
  }
}

// The scope by the names at the target.
Result<Scope> loaded_scope(const PlanInput& input, const RoutePlan& plan) {
  Scope scope = scope_of(input.manifest);
  for (ScopeTerm& term : scope.terms) {
    const ColumnPolicy* loaded = nullptr;
    for (const ColumnPolicy& column : plan.load.columns) {
      if (column.name == term.column) loaded = &column;
    }
    if (loaded == nullptr) {
      return Error(ErrorClass::kFailed, "strategy.scope_not_loaded",
                   "the scope names column \"" + term.column + "\", which is not loaded")
          .with("option", "sink.strategy.scope")
          .hint("name a column of the source, or select it");
    }
    term.column = loaded->sink_name;
  }
  for (const ColumnPolicy& column : plan.load.columns) {
    const auto ends = find_empty_range(scope.terms, column.sink_name, column.sink_type);
    if (!ends) continue;
    return Error(ErrorClass::kFailed, "strategy.scope_empty",
                 "the scope of column \"" + column.sink_name + "\" is empty: no value lies between " + *ends)
        .with("option", "sink.strategy.scope")
        .hint("write the smaller value first; >= and <= include their value, > and < do not");
  }
  return scope;
}

}  // namespace

constinit const Strategy kReplace{
    .declared = {.mode = "replace",
                 .meaning = "replaces the rows inside a scope with the source's rows and keeps the others",
                 .comment = "Every run replaces the rows of the target inside the scope in one step; the others stay.\n"
                            "Every row that is read must be inside the scope.\n",
                 .options = kOptions,
                 .check = check},
    .needs = {.has_delete = true},
    .scope = scope_of,
    .plan = plan_replace,
};

Status plan_replace(const PlanInput& input, RoutePlan& plan) {
  DPONE_TRY(const Scope scope, loaded_scope(input, plan));
  plan.allow_empty_source = input.manifest.sink.options.flag("allow_empty_source");
  plan.load.questions.push_back({Question::Kind::kOutside, {}, {}, scope});
  plan.load.method = input.target.exists ? "replace" : "create";
  const PublishOption* const option = find_option(input.target, plan.load.method);
  if (option != nullptr && !option->blockers.empty()) {
    return Error(ErrorClass::kRefused, "publish.no_method",
                 "rows of the target cannot be replaced. " + obstacles(*option))
        .with("target", input.target.relation)
        .hint("resolve the obstacles listed above, or grant the missing privileges");
  }
  if (option != nullptr) plan.notes.insert(plan.notes.end(), option->notes.begin(), option->notes.end());
  if (!input.target.exists) {
    plan.load.publish.emplace_back(TakePlace{});
    return {};
  }
  if (!input.target.is_empty) {
    plan.empty_source_refusal =
        "the source has no rows, so the run would delete all rows of the target inside the scope";
  }
  plan.notes.emplace_back("target rows inside the scope that are not in the source are deleted");
  plan.load.publish.emplace_back(DeleteRows{scope, Removal::kDelete});
  plan.load.publish.emplace_back(InsertRows{});
  return {};
}

}  // namespace dpone::plan::strategy
