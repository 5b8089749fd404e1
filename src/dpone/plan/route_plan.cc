#include "dpone/plan/route_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "dpone/base/sha256.h"

namespace dpone::plan {
namespace {

Json texts(const std::vector<std::string>& values) {
  Json out = Json::array();
  for (const std::string& value : values) out.push(value);
  return out;
}

std::string_view format_of(const LoadTask& task) {
  return task.is_raw ? std::string_view(task.format.name) : "batches";
}

Json cursor_json(const CursorRange& range) {
  Json json = Json::object();
  json.set("column", range.column).set("type", range.native_type);
  json.set("lower", range.lower ? Json(*range.lower) : Json()).set("is_inclusive", range.is_inclusive);
  json.set("overlap_us", range.overlap.duration.count()).set("overlap", range.overlap.number);
  return json.set("nulls", to_string(range.nulls));
}

Json scope_json(const Scope& scope) {
  Json terms = Json::array();
  for (const ScopeTerm& term : scope.terms) {
    Json entry = Json::object();
    terms.push(std::move(entry.set("column", term.column).set("op", term.op).set("values", texts(term.values))));
  }
  Json json = Json::object();
  return json.set("predicate", scope.predicate).set("terms", std::move(terms));
}

// One entry of a list of steps: its kind and its parameters.
Json step_json(const Step& step) {
  Json json = Json::object();
  json.set("step", name_of(step));
  if (const auto* added = std::get_if<AddColumns>(&step)) json.set("columns", texts(added->columns));
  if (const auto* advance = std::get_if<AdvanceSequences>(&step)) json.set("columns", texts(advance->columns));
  if (const auto* place = std::get_if<TakePlace>(&step); place != nullptr && !place->without.empty()) {
    std::vector<std::string> names;
    for (const KeyFacts& key : place->without) names.push_back(key.name);
    json.set("without_keys", texts(names));
  }
  if (const auto* latest = std::get_if<KeepLatest>(&step)) json.set("key", texts(latest->key)).set("by", latest->by);
  if (const auto* update = std::get_if<UpdateRows>(&step)) json.set("key", texts(update->key));
  if (const auto* removal = std::get_if<DeleteRows>(&step)) {
    json.set("how", removal->how == Removal::kTruncate ? "truncate" : "delete");
    if (!removal->scope.is_whole()) json.set("scope", scope_json(removal->scope));
  }
  if (const auto* insert = std::get_if<InsertRows>(&step)) {
    static constexpr std::string_view kWhich[] = {"all", "new_keys", "new_at_position"};
    json.set("which", kWhich[static_cast<std::size_t>(insert->which)]);
    if (!insert->key.empty()) json.set("key", texts(insert->key));
    if (!insert->cursor.empty()) json.set("cursor", insert->cursor).set("at", insert->at);
  }
  return json;
}

Json steps_json(const std::vector<Step>& steps) {
  Json json = Json::array();
  for (const Step& step : steps) json.push(step_json(step));
  return json;
}

}  // namespace

Json RoutePlan::to_json() const {
  Json columns = Json::array();
  for (const ColumnPolicy& column : load.columns) {
    if (column.is_absence) continue;
    Json entry = Json::object();
    entry.set("source", column.name).set("target", column.sink_name).set("source_type", column.source_native);
    entry.set("target_type", column.sink_native).set("logical_type", column.type.to_string());
    entry.set("fidelity", to_string(column.fidelity)).set("travels_as_text", column.travels_as_text);
    columns.push(std::move(entry));
  }
  Json sent = Json::array();
  for (const Statement& statement : statements) {
    Json entry = Json::object();
    entry.set("phase", statement.phase).set("sql", statement.text);
    sent.push(std::move(entry));
  }
  Json source = Json::object();
  source.set("system", read.source.system).set("relation", read.source.relation).set("kind", read.source.kind);
  source.set("fingerprint", read.source.fingerprint);
  Json target = Json::object();
  target.set("system", load.target.system).set("relation", load.target.relation).set("exists", load.target.exists);
  target.set("fingerprint", load.target.fingerprint);
  Json json = Json::object();
  json.set("schema_version", "dpone.plan.v1").set("process", process).set("run_id", "{run_id}").set("mode", mode);
  json.set("source", std::move(source)).set("target", std::move(target));
  json.set("method", load.method).set("method_reasons", texts(method_reasons));
  json.set("format", format_of(load)).set("format_reasons", texts(raw_reasons));
  json.set("columns", std::move(columns)).set("new_columns", texts(added_columns(load))).set("key", texts(load.key));
  json.set("notes", texts(notes)).set("statements", std::move(sent)).set("manifest_hash", manifest_hash);
  json.set("selection_fingerprint", selection_fingerprint).set("expected_version", expected_version);
  json.set("expected_epoch", expected_epoch).set("allow_empty_source", allow_empty_source);
  json.set("min_rows", min_rows ? Json(*min_rows) : Json());
  json.set("extraction", name_of(read.extraction));
  if (read.cursor() != nullptr) json.set("cursor", cursor_json(*read.cursor()));
  json.set("stage_steps", steps_json(load.stage)).set("publish_steps", steps_json(load.publish));
  return json;
}

std::size_t RoutePlan::columns_loaded() const {
  const auto absences = std::count_if(load.columns.begin(), load.columns.end(),
                                      [](const ColumnPolicy& column) { return column.is_absence; });
  return load.columns.size() - static_cast<std::size_t>(absences);
}

std::string RoutePlan::hash() const { return sha256_hex(to_json().canonical()); }

std::string RoutePlan::to_text() const {
  std::string out = fmt::format("{}: {}, {} -> {}\n", process, mode, read.source.relation, load.target.relation);
  out += fmt::format("  method    {}{}\n", load.method, load.target.exists ? "" : " (the target does not exist yet)");
  for (const std::string& reason : method_reasons) out += fmt::format("            {}\n", reason);
  out += fmt::format("  format    {}\n", format_of(load));
  for (const std::string& reason : raw_reasons) out += fmt::format("            {}\n", reason);
  if (const CursorRange* range = read.cursor()) {
    out += range->lower ? fmt::format("  cursor    {} {} = {}\n", range->is_inclusive ? "from" : "after", range->column,
                                      *range->lower)
                        : fmt::format("  cursor    {}, from the beginning\n", range->column);
  }
  out += fmt::format("  receipt   version {}, epoch {}\n", expected_version, expected_epoch);
  if (read.source.estimated_rows) out += fmt::format("  estimate  about {} rows\n", *read.source.estimated_rows);
  std::size_t width = 6;
  for (const ColumnPolicy& column : load.columns) width = std::max(width, column.name.size());
  out += "\ncolumns\n";
  for (const ColumnPolicy& column : load.columns) {
    if (column.is_absence) continue;
    out += fmt::format("  {:<{}}  {}", column.name, width, column.source_native);
    if (column.fidelity != Fidelity::kIdentical)
      out += fmt::format(" -> {} ({})", column.sink_native, to_string(column.fidelity));
    const bool is_passed_through = load.is_raw && !load.format.is_text;
    if (column.travels_as_text && !is_passed_through) out += "  as text";
    out += '\n';
  }
  if (!notes.empty()) out += "\nnotes\n";
  for (const std::string& note : notes) out += fmt::format("  {}\n", note);
  out += "\nstatements\n";
  std::string_view phase;
  for (const Statement& statement : statements) {
    if (statement.phase != phase) out += fmt::format("  -- {}\n", statement.phase);
    phase = statement.phase;
    out += fmt::format("  {};\n", statement.summary.empty() ? statement.text : statement.summary);
  }
  out += fmt::format("\nplan {}\n", hash());
  return out;
}

Receipt RoutePlan::receipt() const {
  Receipt receipt;
  receipt.version = expected_version;
  receipt.process = process;
  receipt.target = load.target.relation;
  receipt.target_epoch = expected_epoch;
  receipt.target_created = target_created;
  receipt.guessed_columns = guessed_columns;
  receipt.made_keys = made_keys;
  receipt.manifest_hash = manifest_hash;
  receipt.plan_hash = hash();
  receipt.selection_fingerprint = selection_fingerprint;
  for (const ColumnPolicy& column : load.columns) {
    if (!column.is_absence) receipt.columns.push_back(column.sink_name);
  }
  receipt.method = load.method;
  receipt.outcome = "committed";
  return receipt;
}

}  // namespace dpone::plan
