// Sink: where rows go. Nothing that a sink does before publish() is visible in the target. Used by one thread at a
// time; a writer may be handed to another thread and back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/ports/extraction.h"
#include "dpone/ports/receipt.h"
#include "dpone/ports/steps.h"
#include "dpone/ports/writer.h"

namespace dpone {

// A stage that takes the bytes of a wire format.
class RawStage {
 public:
  virtual ~RawStage() = default;
  virtual Result<std::unique_ptr<RawWriter>> open_raw_writer(const Slice& slice) = 0;
};

class Stage {
 public:
  virtual ~Stage() = default;
  // The number of writers that may be open at once, each used by a separate thread. One thread opens and finishes them.
  virtual int most_writers() const { return 1; }
  virtual Result<std::unique_ptr<BatchWriter>> open_writer(const Slice& slice) = 0;
  // Null where every row comes in batches.
  virtual RawStage* raw() { return nullptr; }
  // After the last writer: carries out LoadTask::stage. How many rows each step removed.
  virtual Result<std::vector<StepCount>> apply() { return std::vector<StepCount>(); }
  // One answer to each question, in their order. kChanges only after seal().
  virtual Result<std::vector<Answer>> ask(const std::vector<Question>& questions) = 0;
  // Builds keys and indexes, grants, analyzes, makes the stage durable. After an error of Retry::kAgain it may be
  // called again, and goes on where it stopped.
  virtual Status seal() = 0;
  // Removes the stage. Safe at any time, also after publish().
  virtual Status drop() = 0;
};

struct Leftover {
  std::string name;
  std::string process;
  std::string run_id;
  bool is_removed = false;
};

// The input that describe() needs to find the obstacles of a load.
struct TargetQuestion {
  const SourceFacts& source;
  std::vector<std::string> key;  // columns by which rows are found, or on which a new table gets a key
  bool finds_rows = false;       // rows are found by the key: `=` must be the equality of the key's type
  bool keeps_latest = false;     // several rows of one key may come into the stage
  Scope scope = {};              // the rows that the load replaces, where these are not all
  bool looks_first = false;      // rows that the target does not have are added: other writers have to wait
  bool keeps_rows = false;       // rows that the source no longer has stay, and keep their unique values
};

enum class PublishState {
  kCommitted,
  kAbsent,
  kPartial,  // half done: Sink::recover ends it
  kWorking,  // the system is still working on it, or holds its lock
};

struct PublishOutcome {
  PublishState state = PublishState::kAbsent;
  std::optional<Receipt> receipt;  // as written; with kCommitted
  // Of the publish steps, where the sink can tell: not after a lost answer.
  std::vector<StepCount> counts;
};

class Sink {
 public:
  virtual ~Sink() = default;
  // Reads the catalog only; the source's facts tell which types must be known here.
  virtual Result<TargetFacts> describe(const TargetQuestion& question) = 0;
  // How `columns` of `source` would look in this system: the target to create, or new columns of one that is there.
  // `described` is what describe() returned. Pure.
  virtual Result<TargetFacts> propose(const TargetFacts& described, const SourceFacts& source,
                                      const std::vector<std::string>& columns) const = 0;
  // Waits for a publisher that may still be committing, then reads the control table. Writes nothing.
  virtual Result<PriorReceipts> read_receipts(std::string_view process, std::string_view run_id) = 0;
  // Greatest value of a column of the existing target, as text; absent if it has none. For `--start-cursor target-max`.
  // `asked` gets the statements, for the plan.
  virtual Result<std::optional<std::string>> greatest(const std::string& column, std::vector<Statement>& asked);
  // Rows of the existing target whose `column` is `value`, as data/value_text.h prints it.
  virtual Result<std::int64_t> count_at(const std::string& column, const std::string& value,
                                        std::vector<Statement>& asked);
  virtual RawVerdict accepts_raw(const WireFormat& format, const LoadTask&) const {
    return {format, false, {"the target does not accept rows in another system's format"}};
  }
  // What a run sends from open_stage() on, and before it to clean up.
  virtual std::vector<Statement> render(const LoadTask& task) const = 0;
  virtual Result<std::unique_ptr<Stage>> open_stage(const LoadTask& task) = 0;
  // Carries out LoadTask::publish atomically, with `receipt` (version and epoch are expected values, checked under the
  // target's lock). May be called again with the same receipt: if it was already published, the result is kCommitted.
  // `finalize.fenced` and `finalize.target_changed`: exit 3, nothing was published. Retry::kAgain: a lock was not
  // available, nothing has changed. An error of class kOutcomeUnknown means that the answer was lost: look_up()
  // decides.
  virtual Result<PublishOutcome> publish(Stage& stage, const LoadTask& task, const Receipt& receipt) = 0;
  // What became of a run's publication. Writes nothing.
  virtual Result<PublishOutcome> look_up(std::string_view process, std::string_view run_id) = 0;
  // Before planning, under the process's lock: completes or undoes interrupted publications. Never touches those of a
  // living run. Returns the completed ones.
  virtual Result<std::vector<Receipt>> recover(std::string_view /*process*/) { return std::vector<Receipt>(); }
  // Drops stages of `process` (empty: of any) whose run is dead; with `is_dry_run` only lists them.
  virtual Result<std::vector<Leftover>> cleanup(std::string_view process, bool is_dry_run) = 0;
};

}  // namespace dpone
