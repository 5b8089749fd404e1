#include "dpone/cli/progress_view.h"

#include <fmt/format.h>
#include <unistd.h>

#include "dpone/cli/terminal.h"
#include "dpone/report/number_format.h"

namespace dpone::cli {
namespace {

constexpr std::chrono::milliseconds kRedraw{200};
constexpr std::chrono::seconds kLogEvery{10};

void write_error(std::string_view text) {
  // The view is a courtesy: a terminal that is gone is no error.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

ProgressView::ProgressView(ProgressStyle style, const RunContext& context)
    : style_(style), context_(context), stage_began_(std::chrono::steady_clock::now()) {
  if (style_ != ProgressStyle::kNone) thread_ = std::jthread([this](std::stop_token stop) { tick(stop); });
}

ProgressView::~ProgressView() { close(); }

void ProgressView::close() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  if (is_drawn_) write_error(kClearLine);
  is_drawn_ = false;
}

void ProgressView::stage(std::string_view name) {
  {
    const std::scoped_lock lock(mutex_);
    stage_ = name;
    stage_began_ = std::chrono::steady_clock::now();
  }
  if (style_ == ProgressStyle::kLines) context_.debug(fmt::format("{} begins", name));
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
  std::string text = fmt::format("load  {}  {} rows/s  {}", report::rows_text(rows),
                                 report::with_separators(static_cast<std::int64_t>(rate)),
                                 report::bytes_text(bytes_.load(std::memory_order_relaxed)));
  const std::int64_t expected = expected_rows_;
  if (expected > rows && rate > 0) {
    text += fmt::format("  about {:.0f} s left", static_cast<double>(expected - rows) / rate);
  }
  return text;
}

void ProgressView::tick(std::stop_token stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  const auto pause =
      style_ == ProgressStyle::kLive ? std::chrono::milliseconds(kRedraw) : std::chrono::milliseconds(kLogEvery);
  while (!wake_.wait_for(lock, stop, pause, [] { return false; })) {
    if (stop.stop_requested()) return;
    if (style_ == ProgressStyle::kLive) {
      // A longer line would wrap, and the next one could not take its place. It is all ASCII.
      const std::string text = line().substr(0, terminal_width(STDERR_FILENO) - 1);
      write_error(std::string(kClearLine) + text);
      is_drawn_ = true;
    } else {
      context_.info(line());
    }
  }
}

}  // namespace dpone::cli
