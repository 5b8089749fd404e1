#include "dpone/engine/slice_loader.h"

namespace dpone::engine {
namespace {

Result<PumpResult> load_slice(const Slice& slice, const plan::RoutePlan& plan, Snapshot& snapshot, Stage& stage,
                              const RunContext& context, Progress& progress) {
  // The writer first: a source may compute for long before its first row, and a sink that waits in the middle of a
  // load is working, while one that waits before it sits idle in its transaction until the server ends it.
  const int most = stage.most_writers();
  if (plan.load.is_raw) {
    RawStage& raw = *stage.raw();
    DPONE_TRY(auto writer, raw.open_raw_writer(slice));
    WriterPool<RawWriter> writers(std::move(writer), most, [&] { return raw.open_raw_writer(slice); });
    DPONE_TRY(const auto reader, snapshot.raw()->open_raw(slice, plan.read));
    return pump(*reader, writers, context, progress);
  }
  DPONE_TRY(auto writer, stage.open_writer(slice));
  WriterPool<BatchWriter> writers(std::move(writer), most, [&] { return stage.open_writer(slice); });
  DPONE_TRY(const auto reader, snapshot.open(slice, plan.read));
  return pump(*reader, writers, context, progress);
}

void add(std::optional<std::int64_t>& sum, const std::optional<std::int64_t>& part) {
  if (sum && part) {
    *sum += *part;
  } else {
    sum.reset();
  }
}

}  // namespace

Result<PumpResult> load_slices(const plan::RoutePlan& plan, Snapshot& snapshot, Stage& stage, const RunContext& context,
                               Progress& progress) {
  if (plan.load.is_raw && (snapshot.raw() == nullptr || stage.raw() == nullptr)) {
    return internal_error("the plan passes bytes through, but the source or sink cannot");
  }
  DPONE_TRY(const std::vector<Slice> slices, snapshot.slices(plan.read, 1));
  PumpResult sum;
  sum.read.rows_reported = 0;
  sum.written.rows_reported = 0;
  for (const Slice& slice : slices) {
    DPONE_TRY(const PumpResult one, load_slice(slice, plan, snapshot, stage, context, progress));
    sum.read.rows_counted += one.read.rows_counted;
    sum.read.bytes += one.read.bytes;
    sum.read.rows_rejected += one.read.rows_rejected;
    sum.read.rejected_to = one.read.rejected_to;
    sum.written.rows += one.written.rows;
    add(sum.read.rows_reported, one.read.rows_reported);
    add(sum.written.rows_reported, one.written.rows_reported);
  }
  return sum;
}

}  // namespace dpone::engine
