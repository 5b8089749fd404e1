#include "dpone/plan/route_plan.h"

#include <fmt/format.h>

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
  json.set("column", range.column).set("type", range.native_type).set("key", texts(range.key));
  json.set("lower", range.lower ? cursor_to_json(range, *range.lower) : Json()).set("is_inclusive", range.is_inclusive);
  json.set("overlap_us", range.overlap.duration.count()).set("overlap", range.overlap.number);
  return json.set("nulls", to_string(range.nulls));
}

std::string position_text(const CursorRange& range, const CursorPosition& position) {
  std::string out = range.column + " = " + position.value;
  for (std::size_t i = 0; i < range.key.size(); ++i) out += ", " + range.key[i] + " = " + position.key[i];
  return out;
}

}  // namespace

Json RoutePlan::to_json() const {
  Json columns = Json::array();
  for (const ColumnPolicy& column : task.columns) {
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
  source.set("system", task.source.system).set("relation", task.source.relation).set("kind", task.source.kind);
  source.set("fingerprint", task.source.fingerprint);
  Json target = Json::object();
  target.set("system", task.target.system).set("relation", task.target.relation).set("exists", task.target.exists);
  target.set("fingerprint", task.target.fingerprint);
  Json json = Json::object();
  json.set("schema_version", "dpone.plan.v1").set("process", process).set("run_id", "{run_id}").set("mode", mode);
  json.set("source", std::move(source)).set("target", std::move(target));
  json.set("method", to_string(task.method)).set("method_reasons", texts(method_reasons));
  json.set("format", format_of(task)).set("format_reasons", texts(raw_reasons));
  json.set("columns", std::move(columns)).set("new_columns", texts(task.new_columns)).set("key", texts(task.key));
  json.set("notes", texts(notes)).set("statements", std::move(sent)).set("manifest_hash", manifest_hash);
  json.set("selection_fingerprint", selection_fingerprint).set("expected_version", expected_version);
  json.set("expected_epoch", expected_epoch).set("allow_empty_source", allow_empty_source);
  json.set("min_rows", min_rows ? Json(*min_rows) : Json());
  if (task.cursor) json.set("cursor", cursor_json(*task.cursor));
  if (task.only_new_rows) json.set("only_new_rows", true);
  if (!task.keep_latest_by.empty()) json.set("keep_latest_by", task.keep_latest_by);
  return json;
}

std::string RoutePlan::hash() const { return sha256_hex(to_json().canonical()); }

std::string RoutePlan::to_text() const {
  std::string out = fmt::format("{}: {}, {} -> {}\n", process, mode, task.source.relation, task.target.relation);
  out += fmt::format("  method    {}{}\n", to_string(task.method),
                     task.target.exists ? "" : " (the target does not exist yet)");
  for (const std::string& reason : method_reasons) out += fmt::format("            {}\n", reason);
  out += fmt::format("  format    {}\n", format_of(task));
  for (const std::string& reason : raw_reasons) out += fmt::format("            {}\n", reason);
  if (task.cursor) {
    out += task.cursor->lower ? fmt::format("  cursor    {} {}\n", task.cursor->is_inclusive ? "from" : "after",
                                            position_text(*task.cursor, *task.cursor->lower))
                              : fmt::format("  cursor    {}, from the beginning\n", task.cursor->column);
  }
  out += fmt::format("  receipt   version {}, epoch {}\n", expected_version, expected_epoch);
  if (task.source.estimated_rows) out += fmt::format("  estimate  about {} rows\n", *task.source.estimated_rows);
  std::size_t width = 6;
  for (const ColumnPolicy& column : task.columns) width = std::max(width, column.name.size());
  out += "\ncolumns\n";
  for (const ColumnPolicy& column : task.columns) {
    out += fmt::format("  {:<{}}  {}", column.name, width, column.source_native);
    if (column.fidelity != Fidelity::kIdentical)
      out += fmt::format(" -> {} ({})", column.sink_native, to_string(column.fidelity));
    const bool is_passed_through = task.is_raw && !task.format.is_text;
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
    // The guard is one long expression over the catalogs; its meaning is said instead.
    const bool is_guard = statement.text.find("dpone:finalize.target_changed") != std::string::npos;
    out += fmt::format(
        "  {};\n", is_guard ? "SELECT ... -- ends the transaction unless the target is as planned" : statement.text);
  }
  out += fmt::format("\nplan {}\n", hash());
  return out;
}

Receipt RoutePlan::receipt() const {
  Receipt receipt;
  receipt.version = expected_version;
  receipt.process = process;
  receipt.target = task.target.relation;
  receipt.target_epoch = expected_epoch;
  receipt.target_created = target_created;
  receipt.manifest_hash = manifest_hash;
  receipt.plan_hash = hash();
  receipt.selection_fingerprint = selection_fingerprint;
  for (const ColumnPolicy& column : task.columns) receipt.columns.push_back(column.sink_name);
  receipt.method = to_string(task.method);
  receipt.outcome = "committed";
  return receipt;
}

}  // namespace dpone::plan
