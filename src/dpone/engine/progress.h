// Progress: what a run tells while it works. Called from the engine's threads, `moved` from one thread a slice.
#pragma once

#include <cstdint>
#include <string_view>

namespace dpone::engine {

class Progress {
 public:
  virtual ~Progress() = default;
  // plan, load, seal, publish: a new part of the run begins.
  virtual void stage(std::string_view name) = 0;
  // The estimated number of rows to load, from the source's statistics. Not called if it is unknown.
  virtual void expect(std::int64_t /*rows*/) {}
  // Rows and bytes so far. Called often; must be cheap.
  virtual void moved(std::int64_t rows, std::int64_t bytes) = 0;
};

}  // namespace dpone::engine
