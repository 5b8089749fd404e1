// Source: where rows come from. A source is described, then opened as one consistent snapshot, from which readers
// are opened. A Source and all that it returned are used by one thread at a time; Snapshot and readers may be handed to
// another thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/data/batch.h"
#include "dpone/ports/steps.h"

namespace dpone {

// A part of the selection, read by one reader. {0, 1} is all of it.
struct Slice {
  int index = 0;
  int count = 1;
};

// What a reader saw, when it has read to the end.
struct ReadSummary {
  std::int64_t rows_counted = 0;   // frames or rows counted on the way
  std::int64_t rows_reported = 0;  // the source's own count, from the same snapshot
  std::int64_t bytes = 0;
  std::int64_t rows_rejected = 0;  // left out because they are wrong, where the user wants that; in neither count
  std::string rejected_to = {};    // where these are
};

class BatchReader {
 public:
  virtual ~BatchReader() = default;
  // From another thread: nobody wants the rows any more. A next() that waits for the source fails soon.
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

class Snapshot {
 public:
  virtual ~Snapshot() = default;
  // Only with SourceCapabilities::has_cursor. How far the rows beyond the lower bound of `task.cursor` go, in the
  // source's own order. Slugs: cursor.null, cursor.null_key, cursor.infinite.
  virtual Result<CursorBound> find_bound(const LoadTask& task) = 0;
  // Exactly one reader at a time; the next may be opened after finish().
  virtual Result<std::unique_ptr<BatchReader>> open(const Slice& slice, const LoadTask& task) = 0;
  virtual Result<std::unique_ptr<RawReader>> open_raw(const Slice& slice, const LoadTask& task) = 0;
  virtual Status close() = 0;
};

class Source {
 public:
  virtual ~Source() = default;
  // Reads the catalog only. Fails if the relation is not there (naming the nearest), or may not be read.
  virtual Result<Facts> describe() = 0;
  // Formats that it can hand over for the columns of `task`, best first.
  virtual std::vector<WireFormat> raw_formats(const LoadTask& task) const = 0;
  // The statements that `open_snapshot` and a reader will send.
  virtual std::vector<Statement> render(const LoadTask& task) const = 0;
  // Locks, fixes the snapshot and compares the facts with those of the plan: `source.changed` (exit 4) if they differ.
  virtual Result<std::unique_ptr<Snapshot>> open_snapshot(const Facts& planned) = 0;
};

}  // namespace dpone
