// Writers: put rows into a stage, as batches or as the bytes of a wire format. A writer is used by one thread at a time
// and may be handed to another. One that is destroyed without finish() has aborted.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dpone/base/result.h"
#include "dpone/data/batch.h"

namespace dpone {

struct WriteSummary {
  std::int64_t rows = 0;  // that dpone handed to the sink
  // The sink system's own count of the same rows; absent where the system does not say one.
  std::optional<std::int64_t> rows_reported;
};

class BatchWriter {
 public:
  virtual ~BatchWriter() = default;
  virtual Status write(const Batch& batch) = 0;
  virtual Result<WriteSummary> finish() = 0;
};

class RawWriter {
 public:
  virtual ~RawWriter() = default;
  virtual Status write(std::string_view bytes) = 0;
  virtual Result<WriteSummary> finish() = 0;
};

}  // namespace dpone
