// Source: where rows come from. A source is described, then opened as one consistent snapshot, from which readers
// are opened. A Source and all that it returned are used by one thread at a time; Snapshot and readers may be handed to
// another thread.
#pragma once

#include <memory>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/ports/extraction.h"
#include "dpone/ports/reader.h"
#include "dpone/ports/statement.h"

namespace dpone {

// A snapshot that can hand its rows over in a wire format.
class RawSnapshot {
 public:
  virtual ~RawSnapshot() = default;
  virtual Result<std::unique_ptr<RawReader>> open_raw(const Slice& slice, const ReadTask& task) = 0;
};

class Snapshot {
 public:
  virtual ~Snapshot() = default;
  // How far the rows of `task.extraction` go, in the source's own order. Slugs: cursor.null, cursor.infinite,
  // cursor.beyond_max.
  virtual Result<ReadBound> bound(const ReadTask&) { return ReadBound{}; }
  // At most `most` parts that together contain each row once.
  virtual Result<std::vector<Slice>> slices(const ReadTask&, int /*most*/) { return std::vector<Slice>(1); }
  // Where slices() returned one part, one reader at a time; the next may be opened after finish().
  virtual Result<std::unique_ptr<BatchReader>> open(const Slice& slice, const ReadTask& task) = 0;
  // Null where no bytes pass through.
  virtual RawSnapshot* raw() { return nullptr; }
  virtual Status close() = 0;
};

class Source {
 public:
  virtual ~Source() = default;
  // Reads the catalog only. Fails if the relation is not there (naming the nearest), or may not be read.
  virtual Result<SourceFacts> describe() = 0;
  // Whether describe() waits for a server only, so that another thread may call it while the sink is asked.
  virtual bool is_server() const { return false; }
  // Formats that it can hand over for the columns of `task`, best first.
  virtual std::vector<WireFormat> raw_formats(const ReadTask&) const { return {}; }
  // The statements that `open_snapshot` and a reader will send.
  virtual std::vector<Statement> render(const ReadTask& task) const = 0;
  // Locks, fixes the snapshot and compares the facts with those of the plan: `source.changed` (exit 4) if they differ.
  virtual Result<std::unique_ptr<Snapshot>> open_snapshot(const ReadTask& task) = 0;
  // After the receipt is written: everything up to `position` is no longer needed (a slot, a consumer group).
  virtual Status acknowledge(const Position&) { return {}; }
};

}  // namespace dpone
