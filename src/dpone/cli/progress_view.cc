#include "dpone/cli/progress_view.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>

#include "dpone/base/clock.h"
#include "dpone/base/guarded.h"
#include "dpone/base/json.h"
#include "dpone/cli/output.h"
#include "dpone/cli/terminal.h"
#include "dpone/report/number_format.h"

namespace dpone::cli {
namespace {

constexpr std::chrono::milliseconds kRedraw{200};
constexpr std::chrono::seconds kLogEvery{10};
constexpr std::chrono::seconds kJsonEvery{1};

// To three digits: an estimate with more digits looks like a count.
std::int64_t rounded(std::int64_t value) {
  std::int64_t unit = 1;
  while (value / unit >= 1000) unit *= 10;
  return (value + unit / 2) / unit * unit;
}

}  // namespace

std::string progress_line(const ProgressFacts& facts) {
  Json json = Json::object();
  json.set("schema_version", "dpone.progress.v1").set("run_id", facts.run_id).set("process", facts.process);
  json.set("time", facts.time).set("stage", facts.stage).set("rows", facts.rows).set("bytes", facts.bytes);
  json.set("expected_rows", facts.expected_rows > 0 ? Json(facts.expected_rows) : Json());
  // To milliseconds: the polling thread is not more precise.
  const double seconds = std::round(facts.seconds * 1000) / 1000;
  const bool is_loading = facts.stage == "load" && facts.stage_seconds > 0;
  json.set("seconds", seconds);
  json.set("rows_per_second",
           is_loading ? Json(std::llround(static_cast<double>(facts.rows) / facts.stage_seconds)) : Json());
  return json.canonical() + "\n";
}

ProgressView::ProgressView(ProgressStyle style, const RunContext& context, std::function<void()> on_publish)
    : style_(style),
      context_(context),
      on_publish_(std::move(on_publish)),
      began_(std::chrono::steady_clock::now()),
      stage_began_(began_) {
  if (style_ != ProgressStyle::kNone) thread_ = std::jthread([this](const std::stop_token& stop) { tick(stop); });
}

ProgressView::~ProgressView() { close(); }

void ProgressView::close() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  if (is_drawn_) print_error(kClearLine);
  is_drawn_ = false;
}

void ProgressView::stage(std::string_view name) {
  if (name == "publish") on_publish_();
  {
    const std::scoped_lock lock(mutex_);
    stage_ = name;
    stage_began_ = std::chrono::steady_clock::now();
  }
  if (style_ == ProgressStyle::kLines) context_.debug(fmt::format("{} begins", name));
  if (style_ == ProgressStyle::kJson) write_json();
}

void ProgressView::moved(std::int64_t rows, std::int64_t bytes) {
  rows_.store(rows, std::memory_order_relaxed);
  bytes_.store(bytes, std::memory_order_relaxed);
}

std::string ProgressView::line() const {
  const std::scoped_lock lock(mutex_);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - stage_began_).count();
  const std::int64_t rows = rows_.load(std::memory_order_relaxed);
  if (stage_ != "load") {
    return rows == 0 ? stage_ : fmt::format("{}  {}  {:.0f} s", stage_, report::rows_text(rows), seconds);
  }
  const double rate = seconds > 0 ? static_cast<double>(rows) / seconds : 0;
  const std::int64_t expected = expected_rows_;
  std::string text = "load  " + report::rows_text(rows);
  if (expected > rows) {
    text = fmt::format("load  {} of about {}", report::with_separators(rows), report::rows_text(rounded(expected)));
  }
  text += fmt::format("  {} rows/s  {}", report::with_separators(static_cast<std::int64_t>(rate)),
                      report::bytes_text(bytes_.load(std::memory_order_relaxed)));
  if (expected > rows && rate > 0) {
    const double left = static_cast<double>(expected - rows) / rate;
    if (left >= 0.5) text += fmt::format("  about {:.0f} s left", left);
  }
  return text;
}

void ProgressView::tick(const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  const std::chrono::milliseconds pause = style_ == ProgressStyle::kLive   ? kRedraw
                                          : style_ == ProgressStyle::kJson ? kJsonEvery
                                                                           : kLogEvery;
  while (!wake_.wait_for(lock, stop, pause, [] { return false; })) {
    if (stop.stop_requested()) return;
    draw();
  }
}

void ProgressView::draw() {
  // An exception of this thread would not be caught.
  [[maybe_unused]] const Status drawn = guarded([this]() -> Status {
    if (style_ == ProgressStyle::kLive) {
      // A longer line would wrap, and the next one could not take its place. It is all ASCII.
      const std::string text = line().substr(0, terminal_width(STDERR_FILENO) - 1);
      print_error(std::string(kClearLine) + text);
      is_drawn_ = true;
    } else if (style_ == ProgressStyle::kJson) {
      write_json();
    } else {
      context_.info(line());
    }
    return {};
  });
}

void ProgressView::write_json() {
  const auto now = std::chrono::steady_clock::now();
  ProgressFacts facts;
  facts.run_id = context_.run_id;
  facts.process = context_.process;
  facts.time = format_rfc3339(context_.clock->now(), true);
  facts.rows = rows_.load(std::memory_order_relaxed);
  facts.bytes = bytes_.load(std::memory_order_relaxed);
  facts.expected_rows = expected_rows_;
  facts.seconds = std::chrono::duration<double>(now - began_).count();
  const std::scoped_lock lock(mutex_);
  facts.stage = stage_;
  facts.stage_seconds = std::chrono::duration<double>(now - stage_began_).count();
  print_error(progress_line(facts));
}

}  // namespace dpone::cli
