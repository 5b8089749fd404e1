// Sink: where rows go. Nothing that a sink does before Stage::finalize is visible in the target. Used by one thread at
// a time; a writer may be handed to another thread and back.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/data/batch.h"
#include "dpone/ports/source.h"
#include "dpone/ports/steps.h"

namespace dpone {

struct WriteSummary {
  std::int64_t rows = 0;  // the sink's own count
};

// A writer that is destroyed without finish() has aborted.
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

// What the key gate needs to know of the staged rows. Not set: there is no key to look at.
struct StageFacts {
  std::int64_t rows = 0;
  std::optional<std::int64_t> key_nulls;
  std::optional<std::int64_t> key_duplicates;
  std::int64_t rows_superseded = 0;  // left out by LoadTask::keep_latest_by; not among `rows`
};

struct Published {
  Receipt receipt;  // as written
  // What append and merge did to the target; absent where the sink cannot tell, as after a lost answer.
  std::optional<std::int64_t> rows_inserted;
  std::optional<std::int64_t> rows_updated;
};

class Stage {
 public:
  virtual ~Stage() = default;
  // Writers that may be open at once, each used by a thread of its own; Slice::index tells them apart. They are opened
  // and finished by one thread.
  virtual int most_writers() const { return 1; }
  virtual Result<std::unique_ptr<BatchWriter>> open_writer(const Slice& slice) = 0;
  virtual Result<std::unique_ptr<RawWriter>> open_raw_writer(const Slice& slice) = 0;
  // After the last writer: builds keys and indexes, grants, analyzes, makes the stage durable.
  virtual Result<StageFacts> seal() = 0;
  // After seal(), for kMerge and for kAppend with only_new_rows: whether publishing would change a row of the target.
  virtual Result<bool> changes_target() = 0;
  // Publishes atomically with `receipt` (version and epoch are expected values, checked under the target's lock).
  // `finalize.fenced` and `finalize.target_changed`: exit 3, nothing was published. An error of class kOutcomeUnknown
  // means that the answer was lost: ask Sink::settle, send nothing again.
  virtual Result<Published> finalize(const Receipt& receipt) = 0;
  // Removes the stage. Safe at any time, also after finalize.
  virtual Status drop() = 0;
};

struct Leftover {
  std::string name;
  std::string process;
  std::string run_id;
  bool is_removed = false;
};

class Sink {
 public:
  virtual ~Sink() = default;
  // Reads the catalog only; `source` tells which types must be known here.
  virtual Result<Facts> describe(const Facts& source) = 0;
  // How `columns` of `source` would look in this system: the target to create, or new columns of one that is there.
  // `described` is what describe() returned. Pure.
  virtual Result<Facts> propose(const Facts& described, const Facts& source,
                                const std::vector<std::string>& columns) const = 0;
  // Waits for a finalizer that may still be committing, then reads the control table. Writes nothing.
  virtual Result<PriorReceipts> read_receipts(std::string_view process, std::string_view run_id) = 0;
  // Greatest value of a column of the existing target, as text; absent if it has none. For `--start-cursor target-max`.
  virtual Result<std::optional<std::string>> greatest(const std::string& column) = 0;
  virtual RawVerdict accepts_raw(const WireFormat& format, const LoadTask& task) const = 0;
  virtual std::vector<Statement> render(const LoadTask& task) const = 0;
  virtual Result<std::unique_ptr<Stage>> prepare(const LoadTask& task) = 0;
  // After a lost answer: asks for the receipt of `run_id` until `deadline`. Absent: nothing was published.
  virtual Result<std::optional<Receipt>> settle(std::string_view process, std::string_view run_id,
                                                std::chrono::milliseconds wait) = 0;
  // Drops stages of `process` (empty: of any) whose run is dead; with `is_dry_run` only lists them.
  virtual Result<std::vector<Leftover>> cleanup(std::string_view process, bool is_dry_run) = 0;
};

}  // namespace dpone
