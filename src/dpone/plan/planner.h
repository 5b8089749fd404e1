// The planner: pure functions from a manifest and facts to a RoutePlan. No clock, no I/O, no knowledge of a system. It
// works in two steps because source and sink, which know their formats, pair them in between:
// draft() fixes the columns, the engine asks for a raw format, complete() decides the rest.
#pragma once

#include "dpone/base/result.h"
#include "dpone/manifest/manifest.h"
#include "dpone/plan/route_plan.h"
#include "dpone/plan/start_point.h"
#include "dpone/ports/wire_format.h"

namespace dpone::plan {

// A column that travels as text because its binary form was refused.
struct TextColumn {
  std::string name;    // in the target
  std::string reason;  // a clause: `the target refused ...`
};

struct PlanInput {
  const manifest::Manifest& manifest;
  const SourceFacts& source;
  const TargetFacts& target;  // as described
  const TargetFacts&
      proposed;  // the selected columns as the sink would create them; the whole target if it does not exist
  const PriorReceipts& prior;
  PriorState state = {};      // only a strategy with a cursor looks at this
  StartRequest request = {};  // and at this
  std::vector<TextColumn> text_columns = {};
};

// The columns, the key, and every refusal that needs no format.
Result<RoutePlan> draft(const PlanInput& input);

// `verdicts` in the source's order of preference; the first that is accepted is taken, unless the manifest turns raw
// off.
Result<RoutePlan> complete(RoutePlan draft, const PlanInput& input, const std::vector<RawVerdict>& verdicts);

// Receipts against facts: target.not_ours, target.other_process (semantics §1).
Status check_ownership(const PlanInput& input);

// What the selection is, as a hash: relation or query, condition, columns, key, and the cursor if there is one.
std::string selection_fingerprint(const manifest::Manifest& manifest, const SourceFacts& source,
                                  const std::vector<ColumnPolicy>& columns, const CursorRange* cursor);

}  // namespace dpone::plan
