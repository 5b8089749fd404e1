#include "dpone/plan/strategy/full_refresh.h"

namespace dpone::plan::strategy {
namespace {

// The steps of a way to replace a table's content.
std::vector<Step> steps_of(std::string_view method) {
  if (method == "truncate_insert") return {DeleteRows{{}, Removal::kTruncate}, InsertRows{}};
  if (method == "delete_insert") return {DeleteRows{{}, Removal::kDelete}, InsertRows{}};
  return {TakePlace{}};
}

void take(RoutePlan& plan, const std::string& method, const std::vector<std::string>& notes) {
  plan.load.method = method;
  for (Step& step : steps_of(method)) plan.load.publish.push_back(std::move(step));
  plan.notes.insert(plan.notes.end(), notes.begin(), notes.end());
}

}  // namespace

constinit const Strategy kFullRefresh{
    .declared = {.mode = "full_refresh",
                 .meaning = "replaces all rows with the source's rows",
                 .comment = "Every run replaces all rows in one step; readers see the old table or the new.\n",
                 .takes_overwrite_type = true},
    .replaces = true,
    .plan = plan_full_refresh,
};

Status plan_full_refresh(const PlanInput& input, RoutePlan& plan) {
  const manifest::Endpoint& sink = input.manifest.sink;
  const auto& own = input.prior.newest_of_process;
  plan.allow_empty_source = sink.options.flag("allow_empty_source");
  if (input.target.exists && !input.target.is_empty) {
    plan.empty_source_refusal = "the source has no rows, but the target has";
  } else if (own && own->rows_loaded > 0) {
    plan.empty_source_refusal = "the source has no rows, but run " + own->run_id + " published " +
                                std::to_string(own->rows_loaded) +
                                (input.target.exists ? "; the target is empty now" : "; the target no longer exists");
  }
  if (!input.target.exists) {
    plan.load.method = "create";
    plan.load.publish.emplace_back(TakePlace{});
    for (const PublishOption& option : input.target.publish) {
      plan.notes.insert(plan.notes.end(), option.notes.begin(), option.notes.end());
    }
    return {};
  }
  const std::string wanted = sink.options.text("overwrite_type");
  std::string refusals;
  bool is_only_referenced = true;
  for (const PublishOption& option : input.target.publish) {
    // delete_insert rewrites every row and keeps dead ones: only who asks for it gets it.
    const bool is_automatic = option.method == "exchange" || option.method == "truncate_insert";
    const bool is_candidate = wanted == option.method || (wanted == "auto" && is_automatic);
    if (!is_candidate) continue;
    if (option.blockers.empty()) {
      take(plan, option.method, option.notes);
      return {};
    }
    for (const Blocker& blocker : option.blockers) {
      plan.method_reasons.push_back("not " + option.method + ": " + blocker.what);
      is_only_referenced = is_only_referenced && blocker.is_reference;
    }
    refusals += (refusals.empty() ? "" : ". ") + option.method + ": " + obstacles(option);
  }
  return Error(ErrorClass::kRefused, is_only_referenced ? "publish.referenced" : "publish.no_method",
               "the target cannot be replaced. " + refusals)
      .with("target", input.target.relation)
      .with("overwrite_type", wanted)
      .hint(is_only_referenced ? "load with incremental_merge, which does not delete rows; or try overwrite_type: "
                                 "delete_insert if no row is referred to"
                               : "remove the obstacles of one method, grant the missing privileges, or name another "
                                 "sink.options.overwrite_type");
}

}  // namespace dpone::plan::strategy
