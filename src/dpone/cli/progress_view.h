// ProgressView: how a run shows that it moves. On a terminal one line that is redrawn; elsewhere a log line for each
// part of the run and one every ten seconds; or JSON lines (docs/formats/progress.md); with --quiet nothing. Owns a
// thread while it lives.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "dpone/base/run_context.h"
#include "dpone/engine/progress.h"

namespace dpone::cli {

enum class ProgressStyle { kNone, kLines, kLive, kJson };

// The progress of a run at one moment, as one line of dpone.progress.v1 with its line end. Pure.
struct ProgressFacts {
  std::string run_id;
  std::string process;
  std::string time;  // RFC 3339
  std::string stage;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::int64_t expected_rows = 0;  // 0: unknown
  double seconds = 0;              // since the run began
  double stage_seconds = 0;
};
std::string progress_line(const ProgressFacts& facts);

class ProgressView final : public engine::Progress {
 public:
  // `context` must outlive the view. `on_publish` is called when the run begins to publish.
  ProgressView(ProgressStyle style, const RunContext& context, std::function<void()> on_publish);
  ~ProgressView() override;

  void stage(std::string_view name) override;
  void moved(std::int64_t rows, std::int64_t bytes) override;
  void expect(std::int64_t rows) override { expected_rows_ = rows; }
  // Ends the thread and clears the line.
  void close();

 private:
  void draw();
  void write_json();
  void tick(const std::stop_token& stop);
  std::string line() const;

  const ProgressStyle style_;
  const RunContext& context_;
  const std::function<void()> on_publish_;
  std::atomic<std::int64_t> rows_{0};
  std::atomic<std::int64_t> bytes_{0};
  std::atomic<std::int64_t> expected_rows_{0};
  mutable std::mutex mutex_;
  std::string stage_ = "connect";  // until the engine says otherwise
  const std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point stage_began_;
  bool is_drawn_ = false;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace dpone::cli
