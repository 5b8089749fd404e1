// Route: what a run needs besides its record. All of it outlives the call.
#pragma once

#include <filesystem>

#include "dpone/base/run_context.h"
#include "dpone/manifest/manifest.h"
#include "dpone/plan/start_point.h"
#include "dpone/ports/sink.h"
#include "dpone/ports/source.h"
#include "dpone/ports/state_store.h"

namespace dpone::engine {

struct Route {
  const manifest::Manifest& manifest;
  Source& source;
  Sink& sink;
  const RunContext& context;
  // Where positions are kept; null without one, and where only receipts are the record.
  StateStore* state = nullptr;
  plan::StartRequest start = {};
};

}  // namespace dpone::engine
