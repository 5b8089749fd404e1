#include "dpone/engine/load.h"

#include "dpone/base/contains.h"
#include "dpone/engine/gates.h"
#include "dpone/engine/publication.h"
#include "dpone/engine/retry.h"
#include "dpone/engine/slice_loader.h"
#include "dpone/plan/strategy/strategy.h"

namespace dpone::engine {
namespace {

class Load {
 public:
  Load(const Route& route, const plan::RoutePlan& plan, ReadEnd& end, evidence::RunRecord& record)
      : route_(route), context_(route.context), plan_(plan), end_(end), record_(record) {}

  Status move(Snapshot& snapshot, Stage& stage, Progress& progress) {
    const auto started = context_.clock->steady_now();
    DPONE_TRY(const PumpResult moved, load_slices(plan_, snapshot, stage, context_, progress));
    DPONE_CHECK(snapshot.close());
    record_.load_duration = context_.clock->steady_now() - started;
    figures_.read = moved.read;
    figures_.written = moved.written;
    tell_figures();
    return context_.fault("load.finished");
  }

  // Gates look before indexes are built: a gate counts, an index stops at the first.
  Status check_and_seal(Stage& stage) {
    DPONE_CHECK(ask(stage, Question::Kind::kRows));
    DPONE_CHECK(judge(Gate::When::kLoaded));
    DPONE_CHECK(guard_empty_source(figures_.written.rows));
    DPONE_TRY(const std::vector<StepCount> removed, stage.apply());
    for (const StepCount& count : removed) record_.rows_superseded += count.rows;
    record_.rows_loaded -= record_.rows_superseded;
    for (const auto kind : {Question::Kind::kOutside, Question::Kind::kKeyFaults, Question::Kind::kAt}) {
      DPONE_CHECK(ask(stage, kind));
    }
    DPONE_CHECK(judge(Gate::When::kAsked));
    return retry(context_, route_.manifest.sink.options.duration("publish_wait"), record_.attempts,
                 [&] { return stage.seal(); });
  }

  // Rows that were read again, because they share the last cursor or lie in the overlap, may all be known; without a
  // position, every row is read again.
  Result<bool> changes_target(Stage& stage) {
    if (plan_.read.cursor() != nullptr && end_.advances) return true;
    DPONE_CHECK(ask(stage, Question::Kind::kChanges));
    return changes_;
  }

 private:
  // Puts the questions of one kind, of which the plan has one at most.
  Status ask(Stage& stage, Question::Kind kind) {
    for (Question question : plan_.load.questions) {
      if (question.kind != kind) continue;
      if (kind == Question::Kind::kAt) {
        const auto at = end_.position ? cursor_position(*plan_.read.cursor(), *end_.position) : std::nullopt;
        if (!at) continue;
        question.value = at->value;
      }
      DPONE_TRY(const std::vector<Answer> answers, stage.ask({question}));
      const Answer& answer = answers.front();
      if (kind == Question::Kind::kRows) figures_.recounted = answer.first;
      if (kind == Question::Kind::kOutside) figures_.rows_outside = answer.first;
      if (kind == Question::Kind::kKeyFaults) figures_.key_faults = answer;
      if (kind == Question::Kind::kAt) keep_rows_at_position(answer.first);
      if (kind == Question::Kind::kChanges) changes_ = answer.first != 0;
    }
    return {};
  }

  void keep_rows_at_position(std::int64_t rows) {
    const CursorRange& range = *plan_.read.cursor();
    auto at = cursor_position(range, *end_.position);
    at->rows = rows;
    end_.position = to_position(range, *at);
  }

  Status judge(Gate::When when) {
    for (const Gate& gate : gates()) {
      if (gate.when != when || (gate.is_of != nullptr && !gate.is_of(plan_))) continue;
      record_.gates.push_back(gate.judge(figures_));
      if (record_.gates.back().verdict == evidence::Verdict::kFail)
        return gate.error(gate, figures_, record_.gates.back());
    }
    return {};
  }

  void tell_figures() {
    record_.rows_read = figures_.read.rows_counted;
    record_.rows_loaded = figures_.written.rows;
    record_.bytes = figures_.read.bytes;
    const std::int64_t rejected = figures_.read.rows_rejected;
    if (rejected == 0) return;
    warn(route_, record_,
         std::to_string(rejected) + (rejected == 1 ? " invalid row was rejected" : " invalid rows were rejected") +
             "; see " + figures_.read.rejected_to);
  }

  Status guard_empty_source(std::int64_t rows) const {
    if (rows > 0 || plan_.empty_source_refusal.empty() || plan_.allow_empty_source) return {};
    return Error(ErrorClass::kRefused, "guard.empty_source", plan_.empty_source_refusal)
        .with("source", plan_.read.source.relation)
        .with("target", plan_.load.target.relation)
        .hint(
            "if the target should become empty, run with --allow-empty-source (sink.options.allow_empty_source: true)");
  }

  const Route& route_;
  const RunContext& context_;
  const plan::RoutePlan& plan_;
  ReadEnd& end_;
  evidence::RunRecord& record_;
  LoadFigures figures_{plan_, {}, {}, {}, {}, {}};
  bool changes_ = true;
};

// A sink that finds a fault of the key while it loads leaves the next step to the engine. A reader that finds a NULL
// does not know that the column requires a value because of the key.
Error with_key_advice(Error error, const plan::RoutePlan& plan) {
  const std::string column(error.context_value("column"));
  if (error.slug().ends_with(".null") && contains(plan.load.key, column)) {
    const std::string& next = error.next_step();
    const std::size_t rest = next.find("; or ");
    return std::move(error).hint("correct the row, or name another key: \"" + column +
                                 "\" is in --key (sink.strategy.unique_key)" +
                                 (rest == std::string::npos ? "" : next.substr(rest)));
  }
  if (error.slug() != "gate.key" || !error.next_step().empty()) return error;
  // Only a NULL is in one column of the key.
  return std::move(error).hint(key_advice(plan, column.empty()));
}

}  // namespace

Result<ReadEnd> find_end(const Route& route, plan::RoutePlan& plan, Snapshot& snapshot, evidence::RunRecord& record) {
  DPONE_TRY(ReadBound bound, snapshot.bound(plan.read));
  ReadEnd end;
  if (CursorRange* range = plan.read.cursor()) {
    const Options& options = route.manifest.source.options;
    DPONE_TRY(const plan::BoundVerdict verdict,
              plan::judge_bound(*range, bound,
                                {options.text("cursor_behind"), options.text("cursor_max"),
                                 plan::strategy::adds_twice(route.manifest)},
                                route.context.clock->now()));
    for (const std::string& warning : verdict.warnings) warn(route, record, warning);
    if (verdict.restarts) {
      range->lower.reset();
      DPONE_TRY(bound, snapshot.bound(plan.read));
    }
    end.position = bound.until;
    // It never goes back: an overlap reads rows before it.
    if (!bound.advances && range->lower) end.position = to_position(*range, {*range->lower, {}, range->relation});
  } else {
    end.position = bound.until;
  }
  plan.read.until = std::move(bound.until);
  plan.read.is_bounded = true;
  end.has_rows = bound.has_rows;
  end.advances = bound.advances;
  // An append by a unique cursor does not read the row of its position, but the source still has it.
  const bool has_position = !bound.greatest.empty() && !bound.is_behind;
  if (plan.emptied && (end.has_rows || has_position)) return *plan.emptied;
  return end;
}

Result<bool> load(const Route& route, const plan::RoutePlan& plan, Snapshot& snapshot, Stage& stage, ReadEnd& end,
                  Progress& progress, evidence::RunRecord& record) {
  Load load(route, plan, end, record);
  progress.stage("load");
  Status moved = load.move(snapshot, stage, progress);
  if (!moved) return with_key_advice(std::move(moved).error(), plan);
  progress.stage("seal");
  const auto loaded = route.context.clock->steady_now();
  Status sealed = load.check_and_seal(stage);
  if (!sealed) return with_key_advice(std::move(sealed).error(), plan);
  record.seal_duration = route.context.clock->steady_now() - loaded;
  return load.changes_target(stage);
}

}  // namespace dpone::engine
