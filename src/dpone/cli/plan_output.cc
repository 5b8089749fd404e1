#include "dpone/cli/plan_output.h"

#include <fmt/format.h>

#include <algorithm>

#include "dpone/cli/output.h"
#include "dpone/engine/planning.h"
#include "dpone/report/number_format.h"

namespace dpone::cli {
namespace {

std::string end_name(const manifest::Endpoint& end, const ConnectionSettings& settings) {
  return end.connection_id.empty() ? settings.system : end.connection_id;
}

std::string plain(std::string kind) {
  std::replace(kind.begin(), kind.end(), '_', ' ');
  return kind;
}

// By this run; a plan's target_created tells of dpone's tables of earlier runs too.
bool is_made(const plan::RoutePlan& plan) { return !plan.load.target.exists; }

template <class Column>
Json facts_json(const RelationFacts<Column>& facts, std::optional<std::int64_t> estimated_rows) {
  Json json = Json::object();
  json.set("relation", facts.relation).set("kind", facts.kind).set("columns", facts.columns.size());
  json.set("estimated_rows", estimated_rows ? Json(*estimated_rows) : Json());
  return json;
}

}  // namespace

Result<plan::RoutePlan> plan_of(const ResolvedRoute& route, const Session& session, const plan::StartRequest& start) {
  DPONE_TRY(const auto source, open_source(route, session.context()));
  DPONE_TRY(const auto sink, open_sink(route, session.context()));
  DPONE_TRY(const auto state, open_state(route, session.state_dir(), session.context()));
  return engine::make_plan({route.manifest, *source, *sink, session.context(), state.get(), start},
                           session.state_dir());
}

Result<int> print_plan(const ResolvedRoute& route, const Session& session, const plan::StartRequest& start) {
  DPONE_TRY(const plan::RoutePlan plan, plan_of(route, session, start));
  if (!session.is_json()) {
    DPONE_CHECK(print_out(plan.to_text()));
    return 0;
  }
  Json json = plan.to_json();
  json.set("plan_hash", plan.hash());
  json.set("estimated_rows", plan.read.source.estimated_rows ? Json(*plan.read.source.estimated_rows) : Json());
  DPONE_CHECK(print_json(json));
  return 0;
}

std::string method_text(const plan::RoutePlan& plan) {
  return fmt::format("{} by {}, version {}", plan.mode, plan.load.method, plan.expected_version);
}

std::string found_text(const plan::RoutePlan& plan, const ResolvedRoute& route) {
  const SourceFacts& source = plan.read.source;
  const TargetFacts& target = plan.load.target;
  std::string text = fmt::format("  source  {} of {}: {}, {} of {} columns are loaded", source.relation,
                                 end_name(route.manifest.source, route.source), plain(source.kind),
                                 plan.columns_loaded(), source.columns.size());
  if (source.estimated_rows) text += ", about " + report::rows_text(*source.estimated_rows);
  text += fmt::format("\n  target  {} of {}: {}\n", target.relation, end_name(route.manifest.sink, route.sink),
                      is_made(plan) ? "does not exist yet, will be created"
                                    : fmt::format("{}, {} columns", plain(target.kind), target.columns.size()));
  text += "  plan    " + method_text(plan) + "\n";
  for (const std::string& note : plan.notes) text += "  note    " + note + "\n";
  return text;
}

Json found_json(const plan::RoutePlan& plan) {
  Json target = facts_json(plan.load.target, std::nullopt);
  target.set("is_created", is_made(plan));
  Json notes = Json::array();
  for (const std::string& note : plan.notes) notes.push(note);
  Json json = Json::object();
  const SourceFacts& source = plan.read.source;
  json.set("source", facts_json(source, source.estimated_rows)).set("target", std::move(target));
  json.set("columns_loaded", plan.columns_loaded()).set("method", plan.load.method);
  json.set("expected_version", plan.expected_version).set("plan_hash", plan.hash()).set("notes", std::move(notes));
  return json;
}

}  // namespace dpone::cli
