// Readers: the rows of one slice of a snapshot, as batches or as the bytes of a wire format. A reader is used by one
// thread at a time and may be handed to another; only give_up() may be called from a second thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "dpone/base/result.h"
#include "dpone/data/batch.h"

namespace dpone {

// What a reader saw, when it has read to the end.
struct ReadSummary {
  std::int64_t rows_counted = 0;  // frames or rows that dpone counted on the way
  // The source system's own count of the same rows; absent where the system does not say one.
  std::optional<std::int64_t> rows_reported;
  std::int64_t bytes = 0;
  std::int64_t rows_rejected = 0;  // left out because they are wrong, where the user wants that; in neither count
  std::string rejected_to = {};    // where these are
};

class BatchReader {
 public:
  virtual ~BatchReader() = default;
  // From another thread: the rows are no longer wanted. A next() that waits for the source fails soon.
  virtual void give_up() = 0;
  // The next rows, or nothing at the end.
  virtual Result<std::optional<Batch>> next() = 0;
  // REQUIRES: next() returned nothing. Fails if the source's own end is missing.
  virtual Result<ReadSummary> finish() = 0;
};

class RawReader {
 public:
  virtual ~RawReader() = default;
  // As BatchReader::give_up.
  virtual void give_up() = 0;
  // Appends whole rows to `out`, until they are `wanted` bytes or more, or nothing at the end. What a format has around
  // the rows is left out, so that any writer can take any part.
  virtual Status next(std::string& out, std::size_t wanted) = 0;
  // Rows whose last byte has been handed out: for progress.
  virtual std::int64_t rows_so_far() const = 0;
  virtual Result<ReadSummary> finish() = 0;
};

}  // namespace dpone
