// BoundedQueue<T>: hands values from one thread to another, bounded in bytes. Either side may close it; its content is
// then dropped and both sides return at once. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace dpone::engine {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // Waits while the queue is full; one value always fits. False when the queue was closed.
  bool push(T value, std::size_t bytes) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [&] { return is_closed_ || items_.empty() || bytes_ + bytes <= max_bytes_; });
    if (is_closed_) return false;
    items_.emplace_back(std::move(value), bytes);
    bytes_ += bytes;
    lock.unlock();
    not_empty_.notify_one();
    return true;
  }

  // The producer is done: the consumer still gets the rest of the queue.
  void finish() {
    const std::scoped_lock lock(mutex_);
    is_finished_ = true;
    not_empty_.notify_all();
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
    items_.clear();
    bytes_ = 0;
    not_empty_.notify_all();
    not_full_.notify_all();
  }

  // Nothing when the queue is finished and empty, or closed.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [&] { return is_closed_ || is_finished_ || !items_.empty(); });
    if (is_closed_ || items_.empty()) return std::nullopt;
    auto [value, bytes] = std::move(items_.front());
    items_.pop_front();
    bytes_ -= bytes;
    lock.unlock();
    not_full_.notify_one();
    return std::move(value);
  }

  // The producer is about to wait, or does.
  bool is_crowded() {
    const std::scoped_lock lock(mutex_);
    return bytes_ * 4 >= max_bytes_ * 3;
  }

 private:
  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable not_full_;
  std::deque<std::pair<T, std::size_t>> items_;
  std::size_t bytes_ = 0;
  bool is_finished_ = false;
  bool is_closed_ = false;
};

}  // namespace dpone::engine
