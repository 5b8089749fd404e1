#include "dpone/ports/receipt.h"

#include <algorithm>

namespace dpone {

Json Receipt::to_json() const {
  Json json = Json::object();
  json.set("version", version).set("process", process).set("target", target).set("target_identity", target_identity);
  json.set("target_epoch", target_epoch).set("target_created", target_created).set("run_id", run_id);
  json.set("manifest_hash", manifest_hash).set("plan_hash", plan_hash);
  json.set("selection_fingerprint", selection_fingerprint);
  Json names = Json::array();
  for (const std::string& column : columns) names.push(column);
  json.set("columns", std::move(names)).set("position", position ? position->to_json() : Json());
  json.set("rows_read", rows_read).set("rows_loaded", rows_loaded).set("method", method).set("outcome", outcome);
  json.set("published_at", published_at);
  return json;
}

std::int64_t next_version(const PriorReceipts& prior) {
  return prior.newest_of_process ? prior.newest_of_process->version + 1 : 1;
}

std::int64_t next_epoch(const PriorReceipts& prior, bool replaces_all) {
  const std::int64_t newest = prior.newest_of_target ? prior.newest_of_target->target_epoch : 0;
  return replaces_all ? newest + 1 : std::max<std::int64_t>(newest, 1);
}

}  // namespace dpone
