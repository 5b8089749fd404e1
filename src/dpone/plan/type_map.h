// Decides for every column how it travels and whether its values survive (semantics §2 and §6). Pure.
#pragma once

#include <string>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/manifest/manifest.h"
#include "dpone/ports/column_policy.h"
#include "dpone/ports/facts.h"
#include "dpone/ports/receipt.h"

namespace dpone::plan {

struct ColumnMap {
  std::vector<ColumnPolicy> columns;     // in the source's order
  std::vector<std::string> new_columns;  // sink names that the target lacks and will get
  std::vector<KeyFacts> dropped_keys;    // that dpone made, and the source no longer has
  std::vector<std::string> notes;        // what a user should know, a sentence each
};

// The source columns that `source.options.columns` and `exclude` select. A name that is not there fails with
// `source.no_column` and the nearest.
Result<std::vector<std::string>> select_columns(const manifest::Manifest& manifest, const SourceFacts& source);

// `source.no_column`, with the nearest name; `option` is the option that contains `name`.
Error no_column(const SourceFacts& source, const std::string& name, std::string_view option);

// `proposed` has the selected columns as the sink would create them. Columns match by name. Slugs: type.mismatch,
// schema.new_column, schema.column_gone, schema.column_required.
Result<ColumnMap> map_columns(const manifest::Manifest& manifest, const SourceFacts& source, const TargetFacts& target,
                              const TargetFacts& proposed, const PriorReceipts& prior);

}  // namespace dpone::plan
