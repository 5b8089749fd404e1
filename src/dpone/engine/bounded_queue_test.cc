#include "dpone/engine/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace dpone::engine {
namespace {

TEST(Queue, KeepsTheOrderAcrossThreads) {
  constexpr int kCount = 20'000;
  BoundedQueue<int> queue(64);
  std::thread producer([&] {
    for (int i = 0; i < kCount; ++i) EXPECT_TRUE(queue.push(i, 1 + i % 7));
    queue.finish();
  });
  int next = 0;
  while (const auto value = queue.pop()) EXPECT_EQ(*value, next++);
  producer.join();
  EXPECT_EQ(next, kCount);
}

TEST(Queue, NeverHoldsMoreThanItsBytes) {
  constexpr int kCount = 5'000;
  BoundedQueue<int> queue(10);
  std::atomic<int> pushed = 0;
  std::thread producer([&] {
    for (int i = 0; i < kCount; ++i) {
      ASSERT_TRUE(queue.push(i, 5));
      ++pushed;
    }
    queue.finish();
  });
  int popped = 0;
  while (queue.pop()) {
    ++popped;
    // Two fit.
    EXPECT_LE(pushed - popped, 2);
  }
  producer.join();
  EXPECT_EQ(popped, kCount);
}

TEST(Queue, TakesOneValueThatIsBiggerThanTheBound) {
  BoundedQueue<std::string> queue(10);
  EXPECT_TRUE(queue.push("huge", 1'000'000));
  std::atomic<bool> is_second_in = false;
  std::thread producer([&] {
    EXPECT_TRUE(queue.push("small", 1));
    is_second_in = true;
    queue.finish();
  });
  EXPECT_EQ(queue.pop(), "huge");
  EXPECT_EQ(queue.pop(), "small");
  EXPECT_EQ(queue.pop(), std::nullopt);
  producer.join();
  EXPECT_TRUE(is_second_in);
}

TEST(Queue, WhatWasPushedBeforeFinishIsStillHandedOut) {
  BoundedQueue<int> queue(100);
  EXPECT_TRUE(queue.push(1, 1));
  EXPECT_TRUE(queue.push(2, 1));
  queue.finish();
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(Queue, CloseDropsWhatIsInIt) {
  BoundedQueue<std::shared_ptr<int>> queue(100);
  auto value = std::make_shared<int>(1);
  EXPECT_TRUE(queue.push(value, 1));
  queue.close();
  EXPECT_EQ(value.use_count(), 1);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_FALSE(queue.push(value, 1));
}

TEST(Queue, CloseWakesAProducerThatWaits) {
  BoundedQueue<int> queue(1);
  EXPECT_TRUE(queue.push(1, 1));
  std::thread producer([&] { EXPECT_FALSE(queue.push(2, 1)); });
  queue.close();
  producer.join();
}

TEST(Queue, CloseWakesAConsumerThatWaits) {
  BoundedQueue<int> queue(1);
  std::thread consumer([&] { EXPECT_EQ(queue.pop(), std::nullopt); });
  queue.close();
  consumer.join();
}

TEST(Queue, FinishWakesAConsumerThatWaits) {
  BoundedQueue<int> queue(1);
  std::thread consumer([&] { EXPECT_EQ(queue.pop(), std::nullopt); });
  queue.finish();
  consumer.join();
}

}  // namespace
}  // namespace dpone::engine
