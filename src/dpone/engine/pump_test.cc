#include "dpone/engine/pump.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <latch>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "dpone/base/clock.h"
#include "dpone/engine/fault_points.h"

namespace dpone::engine {
namespace {

Error error(const char* slug) { return Error(ErrorClass::kFailed, slug, "as the test asked"); }

class QuietLogger final : public Logger {
 public:
  void log(LogLevel, std::string_view) override {}
};

class LastProgress final : public Progress {
 public:
  void stage(std::string_view) override {}
  void moved(std::int64_t rows, std::int64_t bytes) override {
    EXPECT_GE(rows, rows_);
    rows_ = rows;
    bytes_ = bytes;
  }
  std::int64_t rows_ = 0;
  std::int64_t bytes_ = 0;
};

// Part `i` of what a reader gives: any size, and no two alike.
std::string part(int i, std::size_t size) {
  return std::to_string(i) + ":" + std::string(size, static_cast<char>('a' + i % 26)) + "\n";
}

class RawParts final : public RawReader {
 public:
  explicit RawParts(std::vector<std::string> parts) : parts_(std::move(parts)) {}
  void give_up() override { given_up_.set_value(); }
  struct Given {
    std::size_t capacity;
    std::size_t wanted;
  };
  Status next(std::string& out, std::size_t wanted) override {
    given_.push_back({out.capacity(), wanted});
    if (before_) DPONE_CHECK(before_(next_));
    if (next_ == parts_.size()) return {};
    out += parts_[next_++];
    return {};
  }
  std::int64_t rows_so_far() const override { return static_cast<std::int64_t>(next_); }
  Result<ReadSummary> finish() override {
    is_finished_ = true;
    if (end_error_) return *end_error_;
    return ReadSummary{static_cast<std::int64_t>(next_), static_cast<std::int64_t>(next_), 0};
  }
  std::vector<std::string> parts_;
  std::vector<Given> given_;  // of each call
  std::size_t next_ = 0;
  std::function<Status(std::size_t)> before_;
  std::optional<Error> end_error_;
  bool is_finished_ = false;
  std::promise<void> given_up_;
};

class RawCollector final : public RawWriter {
 public:
  Status write(std::string_view bytes) override {
    if (before_) DPONE_CHECK(before_(writes_));
    ++writes_;
    text_ += bytes;
    return {};
  }
  Result<WriteSummary> finish() override {
    is_finished_ = true;
    return WriteSummary{writes_, {}};
  }
  std::string text_;
  std::int64_t writes_ = 0;
  std::function<Status(std::int64_t)> before_;
  bool is_finished_ = false;
};

// Batches without columns: batch `i` has i + 1 rows.
class BatchParts final : public BatchReader {
 public:
  explicit BatchParts(int count) : count_(count) {}
  void give_up() override { given_up_.set_value(); }
  Result<std::optional<Batch>> next() override {
    if (before_) DPONE_CHECK(before_(next_));
    if (next_ == count_) return std::optional<Batch>();
    return std::optional<Batch>(Batch(std::make_shared<const Schema>(), ++next_, {}));
  }
  Result<ReadSummary> finish() override { return ReadSummary{next_, next_, 0}; }
  int count_;
  int next_ = 0;
  std::function<Status(int)> before_;
  std::promise<void> given_up_;
};

class BatchCollector final : public BatchWriter {
 public:
  Status write(const Batch& batch) override {
    if (before_) DPONE_CHECK(before_(static_cast<int>(sizes_.size())));
    sizes_.push_back(batch.num_rows());
    return {};
  }
  Result<WriteSummary> finish() override {
    is_finished_ = true;
    return WriteSummary{static_cast<std::int64_t>(sizes_.size()), {}};
  }
  std::vector<std::int64_t> sizes_;
  std::function<Status(int)> before_;
  bool is_finished_ = false;
};

// Writers that the test keeps, as the pool wants them.
class BorrowedRaw final : public RawWriter {
 public:
  explicit BorrowedRaw(RawWriter& writer) : writer_(writer) {}
  Status write(std::string_view bytes) override { return writer_.write(bytes); }
  Result<WriteSummary> finish() override { return writer_.finish(); }

 private:
  RawWriter& writer_;
};

class BorrowedBatch final : public BatchWriter {
 public:
  explicit BorrowedBatch(BatchWriter& writer) : writer_(writer) {}
  Status write(const Batch& batch) override { return writer_.write(batch); }
  Result<WriteSummary> finish() override { return writer_.finish(); }

 private:
  BatchWriter& writer_;
};

Result<PumpResult> pump(RawReader& reader, RawCollector& writer, const RunContext& context, Progress& progress) {
  WriterPool<RawWriter> pool(std::make_unique<BorrowedRaw>(writer), 1, nullptr);
  return engine::pump(reader, pool, context, progress);
}

Result<PumpResult> pump(BatchReader& reader, BatchCollector& writer, const RunContext& context, Progress& progress) {
  WriterPool<BatchWriter> pool(std::make_unique<BorrowedBatch>(writer), 1, nullptr);
  return engine::pump(reader, pool, context, progress);
}

class Engine : public testing::Test {
 protected:
  Engine() {
    context_.logger = &logger_;
    context_.clock = &clock_;
    context_.faults = &faults_;
  }
  static std::vector<std::string> parts(int count, std::size_t size) {
    std::vector<std::string> out;
    out.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) out.push_back(part(i, size));
    return out;
  }
  QuietLogger logger_;
  SystemClock clock_;
  NoFaults faults_;
  RunContext context_;
  LastProgress progress_;
};

TEST_F(Engine, AReaderThatWaitsIsGivenUpWhenTheWriterFails) {
  RawParts reader(parts(2, 100));
  // The second part arrives only after the reader is given up.
  reader.before_ = [&](std::size_t next) -> Status {
    if (next == 1) reader.given_up_.get_future().wait();
    return {};
  };
  RawCollector writer;
  writer.before_ = [](std::int64_t) -> Status { return Error(ErrorClass::kFailed, "sink.dead", "no sink"); };
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "sink.dead");
  BatchParts batches(2);
  batches.before_ = [&](int next) -> Status {
    if (next == 1) batches.given_up_.get_future().wait();
    return {};
  };
  BatchCollector collector;
  collector.before_ = [](int) -> Status { return Error(ErrorClass::kFailed, "sink.dead", "no sink"); };
  EXPECT_FALSE(pump(batches, collector, context_, progress_));
}

TEST_F(Engine, MovesRawBytesInOrder) {
  RawParts reader(parts(500, 20'000));
  RawCollector writer;
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_TRUE(moved) << moved.error().to_line();
  std::string all;
  for (const std::string& text : reader.parts_) all += text;
  EXPECT_TRUE(writer.text_ == all);
  EXPECT_TRUE(writer.is_finished_);
  EXPECT_EQ(moved->read.rows_counted, 500);
  EXPECT_EQ(moved->written.rows, 500);
  EXPECT_EQ(progress_.rows_, 500);
  EXPECT_EQ(progress_.bytes_, static_cast<std::int64_t>(all.size()));
}

TEST_F(Engine, MovesAChunkFarBiggerThanTheQueue) {
  std::vector<std::string> texts = parts(30, 10);
  texts[3] = part(3, std::size_t{20} << 20);
  texts[4] = part(4, std::size_t{20} << 20);
  RawParts reader(texts);
  RawCollector writer;
  ASSERT_TRUE(pump(reader, writer, context_, progress_));
  std::string all;
  for (const std::string& text : texts) all += text;
  EXPECT_TRUE(writer.text_ == all);
}

TEST_F(Engine, ABufferThatAHugeRowHasGrownIsNotKept) {
  std::vector<std::string> texts = parts(40, 100);
  texts[3] = std::string(5'000'000, 'x');
  RawParts reader(texts);
  RawCollector writer;
  ASSERT_TRUE(pump(reader, writer, context_, progress_));
  // Every buffer has gone round more than twice since.
  for (std::size_t i = 20; i < reader.given_.size(); ++i) {
    EXPECT_LE(reader.given_[i].capacity, std::size_t{1} << 20);
    EXPECT_EQ(reader.given_[i].wanted, std::size_t{256} << 10);
  }
}

TEST_F(Engine, MovesNothing) {
  RawParts reader({});
  RawCollector writer;
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_TRUE(moved);
  EXPECT_TRUE(writer.is_finished_);
  EXPECT_EQ(writer.text_, "");
}

TEST_F(Engine, AReadersErrorLeavesTheWriterUnfinished) {
  RawParts reader(parts(100, 100'000));
  reader.before_ = [](std::size_t i) -> Status {
    if (i == 60) return error("test.read");
    return {};
  };
  RawCollector writer;
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "test.read");
  EXPECT_FALSE(writer.is_finished_);
}

TEST_F(Engine, AMissingEndOfTheReaderLeavesTheWriterUnfinished) {
  RawParts reader(parts(3, 10));
  reader.end_error_ = error("test.end");
  RawCollector writer;
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "test.end");
  EXPECT_FALSE(writer.is_finished_);
}

TEST_F(Engine, AWritersErrorEndsAReaderThatWaitsForRoom) {
  RawParts reader(parts(60, 300'000));
  RawCollector writer;
  writer.before_ = [](std::int64_t i) -> Status {
    if (i == 5) return error("test.write");
    return {};
  };
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "test.write");
  EXPECT_FALSE(writer.is_finished_);
  EXPECT_FALSE(reader.is_finished_);
  EXPECT_LT(reader.next_, 30U) << "the reader went on although nobody takes what it reads";
}

TEST_F(Engine, TheReadersErrorWinsOverALaterOneOfTheWriter) {
  std::latch reader_failed(1);
  RawParts reader(parts(10, 10));
  reader.before_ = [&](std::size_t i) -> Status {
    if (i == 1) {
      reader_failed.count_down();
      return error("test.read");
    }
    return {};
  };
  RawCollector writer;
  writer.before_ = [&](std::int64_t) -> Status {
    reader_failed.wait();
    // The pump learns of it a moment after the reader has said it.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return error("test.write");
  };
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "test.read");
}

TEST_F(Engine, TheWritersErrorWinsOverALaterOneOfTheReader) {
  std::latch writer_failed(1);
  RawParts reader(parts(10, 10));
  reader.before_ = [&](std::size_t i) -> Status {
    if (i == 1) {
      writer_failed.wait();
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      return error("test.read");
    }
    return {};
  };
  RawCollector writer;
  writer.before_ = [&](std::int64_t) -> Status {
    writer_failed.count_down();
    return error("test.write");
  };
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "test.write");
}

TEST_F(Engine, MemoryThatRunsOutAtTheReaderIsAnError) {
  RawParts reader(parts(100, 100'000));
  reader.before_ = [](std::size_t i) -> Status {
    if (i == 60) throw std::bad_alloc();
    return {};
  };
  RawCollector writer;
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "out_of_memory");
  EXPECT_EQ(moved.error().exit_code(), 1);
  EXPECT_FALSE(writer.is_finished_);
}

TEST_F(Engine, MemoryThatRunsOutAtTheWriterIsAnErrorAndEndsTheReader) {
  RawParts reader(parts(100, 300'000));
  RawCollector writer;
  writer.before_ = [](std::int64_t i) -> Status {
    if (i == 5) throw std::bad_alloc();
    return {};
  };
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "out_of_memory");
  BatchParts batches(300);
  BatchCollector collector;
  collector.before_ = [](int i) -> Status {
    if (i == 100) throw std::bad_alloc();
    return {};
  };
  LastProgress another;
  const auto moved_batches = pump(batches, collector, context_, another);
  ASSERT_FALSE(moved_batches);
  EXPECT_EQ(moved_batches.error().slug(), "out_of_memory");
}

TEST_F(Engine, WhatElseIsThrownIsAnInternalError) {
  BatchParts reader(10);
  reader.before_ = [](int i) -> Status {
    if (i == 3) throw std::length_error("too long");
    return {};
  };
  BatchCollector writer;
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "internal");
  EXPECT_NE(moved.error().message().find("too long"), std::string::npos);
}

TEST_F(Engine, MovesBatchesInOrder) {
  BatchParts reader(300);
  BatchCollector writer;
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_TRUE(moved);
  ASSERT_EQ(writer.sizes_.size(), 300U);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(writer.sizes_[static_cast<std::size_t>(i)], i + 1);
  EXPECT_EQ(progress_.rows_, 300 * 301 / 2);
}

TEST_F(Engine, ABatchReadersErrorLeavesTheWriterUnfinished) {
  BatchParts reader(300);
  reader.before_ = [](int i) -> Status {
    if (i == 250) return error("test.read");
    return {};
  };
  BatchCollector writer;
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "test.read");
  EXPECT_FALSE(writer.is_finished_);
}

TEST_F(Engine, ABatchWritersErrorIsReported) {
  BatchParts reader(300);
  BatchCollector writer;
  writer.before_ = [](int i) -> Status {
    if (i == 100) return error("test.write");
    return {};
  };
  const auto moved = pump(reader, writer, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "test.write");
  EXPECT_FALSE(writer.is_finished_);
}

TEST_F(Engine, AFaultOnEitherSideFailsTheLoad) {
  for (const char* point : {"load.read", "load.written"}) {
    auto fault = NamedFault::parse(std::string(point) + "=error", {});
    ASSERT_TRUE(fault);
    context_.faults = &*fault;
    RawParts reader(parts(50, 300'000));
    RawCollector writer;
    const auto moved = pump(reader, writer, context_, progress_);
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().slug(), "fault.injected");
    EXPECT_FALSE(writer.is_finished_);
  }
}

// 40 MiB in parts of 256 KiB. The queue holds seven of them: with part 71 in the reader's hand, and the writer at part
// 63, the first that ends beyond 16 MiB, rows have queued up. No writer can have been added before.
class Crowd {
 public:
  Crowd()
      : reader_([] {
          std::vector<std::string> parts;
          for (int i = 0; i < 160; ++i) parts.push_back(part(i, 256 * 1024));
          return parts;
        }()) {
    reader_.before_ = [this](std::size_t next) -> Status {
      if (next == 71) is_full_.count_down();
      return {};
    };
  }
  RawParts& reader() { return reader_; }
  // For the first writer, before each part.
  void wait_at(std::int64_t writes) {
    if (writes == 63) is_full_.wait();
  }

 private:
  RawParts reader_;
  std::latch is_full_{1};
};

TEST_F(Engine, AnotherWriterHelpsWhileRowsQueueUp) {
  Crowd crowd;
  RawCollector first;
  RawCollector second;
  std::latch second_writes(1);
  first.before_ = [&](std::int64_t writes) -> Status {
    crowd.wait_at(writes);
    if (writes == 80) second_writes.wait();
    return {};
  };
  second.before_ = [&](std::int64_t writes) -> Status {
    if (writes == 0) second_writes.count_down();
    return {};
  };
  WriterPool<RawWriter> pool(std::make_unique<BorrowedRaw>(first), 2,
                             [&] { return Result<std::unique_ptr<RawWriter>>(std::make_unique<BorrowedRaw>(second)); });
  const auto moved = engine::pump(crowd.reader(), pool, context_, progress_);
  ASSERT_TRUE(moved) << moved.error().to_line();
  EXPECT_EQ(moved->written.rows, 160);
  EXPECT_TRUE(first.is_finished_ && second.is_finished_);
  // Every part went to one of both, whole and once.
  const std::string of_first = "\n" + first.text_;
  const std::string of_second = "\n" + second.text_;
  for (int i = 0; i < 160; ++i) {
    const std::string text = "\n" + part(i, 256 * 1024);
    const bool in_first = of_first.find(text) != std::string::npos;
    const bool in_second = of_second.find(text) != std::string::npos;
    EXPECT_NE(in_first, in_second) << i;
  }
  EXPECT_EQ(progress_.rows_, 160);
}

TEST_F(Engine, ASmallLoadOpensNoSecondWriter) {
  RawParts reader({part(0, 1000), part(1, 1000)});
  RawCollector first;
  WriterPool<RawWriter> pool(std::make_unique<BorrowedRaw>(first), 4, [&]() -> Result<std::unique_ptr<RawWriter>> {
    ADD_FAILURE() << "a second writer was opened";
    return error("test.opened");
  });
  ASSERT_TRUE(engine::pump(reader, pool, context_, progress_));
}

TEST_F(Engine, AnErrorOfAHelpingWriterEndsTheLoadAndFinishesNobody) {
  Crowd crowd;
  RawCollector first;
  RawCollector second;
  std::latch has_failed(1);
  first.before_ = [&](std::int64_t writes) -> Status {
    crowd.wait_at(writes);
    if (writes == 80) has_failed.wait();
    return {};
  };
  second.before_ = [&](std::int64_t) -> Status {
    has_failed.count_down();
    return error("test.second");
  };
  WriterPool<RawWriter> pool(std::make_unique<BorrowedRaw>(first), 2,
                             [&] { return Result<std::unique_ptr<RawWriter>>(std::make_unique<BorrowedRaw>(second)); });
  const auto moved = engine::pump(crowd.reader(), pool, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "test.second");
  EXPECT_FALSE(first.is_finished_ || second.is_finished_);
}

TEST_F(Engine, AWriterThatCannotBeOpenedEndsTheLoad) {
  Crowd crowd;
  RawCollector first;
  first.before_ = [&](std::int64_t writes) -> Status {
    crowd.wait_at(writes);
    return {};
  };
  WriterPool<RawWriter> pool(std::make_unique<BorrowedRaw>(first), 2,
                             [&]() -> Result<std::unique_ptr<RawWriter>> { return error("test.open"); });
  const auto moved = engine::pump(crowd.reader(), pool, context_, progress_);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().slug(), "test.open");
}

}  // namespace
}  // namespace dpone::engine
