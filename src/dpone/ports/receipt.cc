#include "dpone/ports/receipt.h"

#include <algorithm>

namespace dpone {

Json Receipt::body_json() const {
  Json json = Json::object();
  json.set("version", version).set("process", process).set("target", target).set("target_epoch", target_epoch);
  json.set("target_created", target_created).set("run_id", run_id).set("part", part);
  json.set("manifest_hash", manifest_hash).set("plan_hash", plan_hash);
  json.set("selection_fingerprint", selection_fingerprint);
  Json names = Json::array();
  for (const std::string& column : columns) names.push(column);
  if (guessed_columns) {
    Json guessed = Json::array();
    for (const std::string& column : *guessed_columns) guessed.push(column);
    json.set("guessed_columns", std::move(guessed));
  }
  Json keys = Json::array();
  for (const KeyFacts& key : made_keys) {
    Json of_key = Json::array();
    for (const std::string& column : key.columns) of_key.push(column);
    Json entry = Json::object();
    keys.push(std::move(entry.set("name", key.name).set("columns", std::move(of_key))));
  }
  json.set("made_keys", std::move(keys));
  json.set("columns", std::move(names)).set("position", position ? position->to_json() : Json());
  json.set("rows_read", rows_read).set("rows_loaded", rows_loaded).set("method", method).set("outcome", outcome);
  return json.set("dpone_version", DPONE_VERSION);
}

Json Receipt::to_json() const {
  Json json = body_json();
  return json.set("target_identity", target_identity).set("published_at", published_at);
}

namespace {

bool take(const Json& json, std::string& out) {
  out = json.as_string();
  return json.is_string();
}

bool take(const Json& json, std::int64_t& out) {
  out = json.as_int();
  return json.is_int();
}

}  // namespace

Result<Receipt> Receipt::from_json(const Json& json) {
  Receipt receipt;
  // Fence columns are the sink's to fill; some forms have them in the JSON too.
  const auto maybe = [&](const char* key, auto& out) {
    if (json.contains(key)) take(json[key], out);
  };
  maybe("version", receipt.version);
  maybe("process", receipt.process);
  maybe("target", receipt.target);
  maybe("target_identity", receipt.target_identity);
  maybe("target_epoch", receipt.target_epoch);
  maybe("run_id", receipt.run_id);
  maybe("part", receipt.part);
  maybe("published_at", receipt.published_at);
  const bool is_whole = json["target_created"].is_bool() && take(json["manifest_hash"], receipt.manifest_hash) &&
                        take(json["plan_hash"], receipt.plan_hash) &&
                        take(json["selection_fingerprint"], receipt.selection_fingerprint) &&
                        json["columns"].is_array() && take(json["rows_read"], receipt.rows_read) &&
                        take(json["rows_loaded"], receipt.rows_loaded) && take(json["method"], receipt.method) &&
                        take(json["outcome"], receipt.outcome);
  if (!is_whole) {
    return Error(ErrorClass::kRefused, "receipts.unreadable",
                 "the receipts of the target cannot be read: a field is missing or has another type")
        .hint("another program wrote them; restore them, or take the target over with --adopt");
  }
  receipt.target_created = json["target_created"].as_bool();
  for (const Json& column : json["columns"].as_array()) receipt.columns.push_back(column.as_string());
  if (json["guessed_columns"].is_array()) {
    receipt.guessed_columns.emplace();
    for (const Json& column : json["guessed_columns"].as_array())
      receipt.guessed_columns->push_back(column.as_string());
  }
  for (const Json& entry : json["made_keys"].as_array()) {
    KeyFacts& key = receipt.made_keys.emplace_back();
    key.name = entry["name"].as_string();
    for (const Json& column : entry["columns"].as_array()) key.columns.push_back(column.as_string());
  }
  receipt.position = Position::from_json(json["position"]);
  return receipt;
}

std::int64_t next_version(const PriorReceipts& prior) {
  return prior.newest_of_process ? prior.newest_of_process->version + 1 : 1;
}

std::int64_t next_epoch(const PriorReceipts& prior, bool replaces_all) {
  const std::int64_t newest = prior.newest_of_target ? prior.newest_of_target->target_epoch : 0;
  return replaces_all ? newest + 1 : std::max<std::int64_t>(newest, 1);
}

}  // namespace dpone
