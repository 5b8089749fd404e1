// state inspect, reset, export: the stored position of a process.
#include <fmt/format.h>

#include "dpone/base/clock.h"
#include "dpone/cli/commands/commands.h"
#include "dpone/cli/output.h"
#include "dpone/cli/route_setup.h"
#include "dpone/cli/session.h"
#include "dpone/engine/process_lock.h"
#include "dpone/plan/start_point.h"
#include "dpone/plan/strategy/strategy.h"

namespace dpone::cli {
namespace {

struct OpenedState {
  ResolvedRoute route;
  std::unique_ptr<Session> session;
  std::unique_ptr<StateStore> store;
};

Result<OpenedState> open(const ParsedArguments& arguments) {
  DPONE_TRY(manifest::Manifest manifest, load_manifest_with(arguments.positionals[0], arguments.options));
  DPONE_TRY(ResolvedRoute route, resolve_route(std::move(manifest)));
  DPONE_TRY(std::unique_ptr<Session> session, Session::begin(arguments.options, route, ""));
  DPONE_TRY(std::unique_ptr<StateStore> store, open_state(route, session->state_dir(), session->context()));
  if (store == nullptr) {
    return Error(ErrorClass::kUsage, "state.none",
                 route.manifest.has_cursor()
                     ? "state.type is disabled: the target's receipts are the only record"
                     : "process \"" + route.manifest.name + "\" has no cursor, and keeps no state")
        .hint(route.manifest.has_cursor()
                  ? "to reset the position, keep a state: remove state.type: disabled for the reset and the next run"
                  : "a state requires source.options.cursor and an incremental mode");
  }
  return OpenedState{std::move(route), std::move(session), std::move(store)};
}

Result<std::vector<State>> states_of(OpenedState& opened) {
  DPONE_TRY(const std::vector<State> all, opened.store->list());
  std::vector<State> own;
  for (const State& state : all) {
    if (state.process == opened.route.manifest.name) own.push_back(state);
  }
  return own;
}

std::string position_text(const manifest::Manifest& manifest, const std::optional<Position>& position) {
  if (!position && plan::strategy::adds_twice(manifest)) {
    return "none: the next run starts from the beginning, and is refused if the target has rows";
  }
  if (!position) return "none: the next run starts from the beginning";
  const Json& value = position->value;
  if (position->kind != "cursor") return position->kind + " " + value.canonical();
  return value["column"].as_string() + " = " + value["value"].as_string();
}

// What a run after a reset may be given, beyond the manifest.
std::string next_steps(const manifest::Manifest& manifest, const std::string& file, bool has_receipt) {
  std::string text = plan::strategy::adds_twice(manifest)
                         ? "  next  empty the target, or run with --start-cursor VALUE or target-max\n"
                         : "  next  run again; --start-cursor VALUE begins elsewhere\n";
  if (has_receipt) text += fmt::format("  undo  dpone state reset {} --to-receipt\n", file);
  return text;
}

Json position_json(const std::optional<Position>& position) { return position ? position->to_json() : Json(); }

Json list_of(const std::vector<State>& states) {
  Json list = Json::array();
  for (const State& state : states) list.push(state.to_json());
  return list;
}

}  // namespace

Result<int> state_inspect_command(const ParsedArguments& arguments) {
  DPONE_TRY(OpenedState opened, open(arguments));
  DPONE_TRY(const std::vector<State> states, states_of(opened));
  if (opened.session->is_json()) {
    Json json = Json::object();
    json.set("schema_version", "dpone.state_inspect.v1").set("process", opened.route.manifest.name);
    json.set("store", opened.store->place()).set("states", list_of(states));
    DPONE_CHECK(print_json(json));
    return 0;
  }
  if (states.empty()) {
    DPONE_CHECK(print_out(fmt::format("{}: no state is stored in {}; the next run uses the target's receipts\n",
                                      opened.route.manifest.name, opened.store->place())));
    return 0;
  }
  std::string text;
  for (const State& state : states) {
    text += fmt::format("{} -> {}\n", state.process, state.target);
    text += fmt::format("  cursor   {}\n", position_text(opened.route.manifest, state.position));
    text += fmt::format("  of       run {}, version {}\n", state.run_id.empty() ? "none" : state.run_id, state.version);
    text += fmt::format("  written  {}, record {}, in {}\n", state.updated_at, state.record, opened.store->place());
  }
  DPONE_CHECK(print_out(text));
  return 0;
}

Result<int> state_export_command(const ParsedArguments& arguments) {
  DPONE_TRY(OpenedState opened, open(arguments));
  DPONE_TRY(const std::vector<State> states, states_of(opened));
  Json json = Json::object();
  json.set("schema_version", "dpone.state_export.v1").set("process", opened.route.manifest.name);
  json.set("states", list_of(states));
  DPONE_CHECK(print_exactly(json.pretty() + "\n"));
  return 0;
}

Result<int> state_reset_command(const ParsedArguments& arguments) {
  DPONE_TRY(OpenedState opened, open(arguments));
  const RunContext& context = opened.session->context();
  // A run that is going on would write its own position over this one.
  DPONE_TRY(const FileDescriptor lock, engine::lock_process(opened.session->state_dir(), context.process));
  DPONE_TRY(const auto sink, open_sink(opened.route, context));
  DPONE_TRY(const PriorReceipts prior, sink->read_receipts(opened.route.manifest.name, ""));
  const auto& own = prior.newest_of_process;
  const bool follows_receipt = arguments.options.flag("to_receipt");
  DPONE_TRY(const std::vector<State> states, states_of(opened));
  if (follows_receipt && !own) {
    return Error(ErrorClass::kRefused, "state.no_receipt", "the target has no receipt of this process")
        .hint("leave --to-receipt out to start from the beginning");
  }
  if (!own && states.empty()) {
    DPONE_CHECK(print_out("nothing to reset: neither a state nor a receipt exists\n"));
    return 0;
  }
  State state = own ? plan::state_after(*own) : states.front();
  if (!own) {
    state.version = 0;
    state.run_id.clear();
  }
  if (!follows_receipt) state.position.reset();
  state.updated_at = format_rfc3339(context.clock->now(), true);
  DPONE_TRY(const auto stored, opened.store->load(state.process, state.target));
  DPONE_CHECK(opened.store->apply(state, stored ? stored->record : 0));
  if (opened.session->is_json()) {
    Json json = Json::object();
    json.set("schema_version", "dpone.state_reset.v1").set("process", state.process).set("target", state.target);
    json.set("position_before", stored ? position_json(stored->position) : Json());
    json.set("position", position_json(state.position));
    DPONE_CHECK(print_json(json));
  } else if (!opened.session->is_quiet()) {
    const manifest::Manifest& manifest = opened.route.manifest;
    std::string text = fmt::format("{} -> {}\n  was  {}\n  now  {}\n", state.process, state.target,
                                   stored ? position_text(manifest, stored->position) : "not stored",
                                   position_text(manifest, state.position));
    if (!state.position) text += next_steps(manifest, arguments.positionals[0], own && own->position);
    DPONE_CHECK(print_out(text));
  }
  return 0;
}

}  // namespace dpone::cli
