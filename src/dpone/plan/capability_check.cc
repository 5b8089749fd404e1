#include "dpone/plan/capability_check.h"

#include "dpone/plan/strategy/strategy.h"

namespace dpone::plan {
namespace {

Error missing(const std::string& capability, const std::string& what, const std::string& hint) {
  return Error(ErrorClass::kUsage, "capability." + capability, what).hint(hint);
}

}  // namespace

Status check_capabilities(const manifest::Manifest& manifest, const SourceCapabilities& source,
                          const SinkCapabilities& sink) {
  const std::string from = "a source of type " + manifest.source.type;
  const std::string to = "a sink of type " + manifest.sink.type;
  const Options& options = manifest.source.options;
  if (options.is_given("query") && !source.has_query) {
    return missing("query", from + " does not support source.options.query", "name the table or path to read");
  }
  if (options.is_given("where") && !source.has_where) {
    return missing("where", from + " does not support source.options.where",
                   "filter the rows before or after the load");
  }
  if (options.is_given("cursor") && !source.has_cursor) {
    return missing("cursor", from + " does not support cursors: its rows are not ordered",
                   "load its rows with full_refresh, with incremental_merge, or with incremental_append and "
                   "only_new_rows");
  }
  const SinkCapabilities& needs = strategy::of(manifest).needs;
  if (needs.has_append && !sink.has_append) {
    return missing("append", to + " cannot add rows to existing rows", "use full_refresh");
  }
  if (needs.has_merge && !sink.has_merge) return missing("merge", to + " cannot merge rows", "use full_refresh");
  if (needs.has_delete && !sink.has_delete) {
    return missing("delete", to + " cannot replace some of its rows", "use full_refresh");
  }
  if (!manifest.strategy.unique_key().empty() && !sink.has_keys) {
    return missing("key", to + " cannot check sink.strategy.unique_key for NULLs and duplicates",
                   "leave unique_key out");
  }
  return {};
}

}  // namespace dpone::plan
