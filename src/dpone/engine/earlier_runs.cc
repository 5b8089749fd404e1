#include "dpone/engine/earlier_runs.h"

#include "dpone/engine/publication.h"

namespace dpone::engine {

Status recover(const Route& route, evidence::RunRecord& record) {
  DPONE_TRY(const std::vector<Receipt> ended, route.sink.recover(route.context.process));
  for (const Receipt& receipt : ended) {
    warn(route, record,
         "run " + receipt.run_id + " died while publishing version " + std::to_string(receipt.version) +
             ": the load was published");
  }
  return {};
}

void drop_leftovers(const Route& route, evidence::RunRecord& record) {
  const auto leftovers = route.sink.cleanup(route.context.process, false);
  if (!leftovers) {
    warn(route, record, "cannot search for leftovers of earlier runs: " + leftovers.error().to_line());
    return;
  }
  for (const Leftover& leftover : *leftovers)
    route.context.info("dropped " + leftover.name + ", left by run " + leftover.run_id);
}

Status repeat(const Route& route, const Receipt& receipt, evidence::RunRecord& record) {
  if (receipt.manifest_hash != route.manifest.hash()) {
    return Error(ErrorClass::kRefused, "run_id.reused",
                 "run id \"" + route.context.run_id + "\" published another manifest")
        .with("published_at", receipt.published_at)
        .hint("give this run another --run-id, or leave the option out");
  }
  record.receipt = receipt.to_json();
  record.version = receipt.version;
  record.method = receipt.method;
  if (receipt.position) record.position = receipt.position->to_json();
  record.is_published = true;
  record.is_repeated = true;
  record.rows_read = receipt.rows_read;
  record.rows_loaded = receipt.rows_loaded;
  return {};
}

}  // namespace dpone::engine
