#include "dpone/engine/pump.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "dpone/base/guarded.h"
#include "dpone/engine/bounded_queue.h"

namespace dpone::engine {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
// A buffer is filled up to kBufferBytes and then as far as its last row goes.
constexpr std::size_t kBufferRoom = kBufferBytes + 16 * 1024;
// A buffer that a huge row has grown beyond this is not kept.
constexpr std::size_t kMostKeptBytes = 4 * kBufferBytes;
constexpr std::size_t kRawQueueBytes = 8 * kBufferBytes;
constexpr std::size_t kBatchQueueBytes = std::size_t{8} << 20;
// Before that, another writer costs more than it gains.
constexpr std::int64_t kGrowBytes = std::int64_t{16} << 20;

// The first error of any thread.
class FirstError {
 public:
  void record(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  Status status() {
    const std::scoped_lock lock(mutex_);
    if (error_) return *error_;
    return {};
  }

 private:
  std::mutex mutex_;
  std::optional<Error> error_;
};

// What all writers have taken, told as one sum that never falls.
class Moved {
 public:
  explicit Moved(Progress& progress) : progress_(progress) {}
  void add(std::int64_t rows, std::int64_t bytes) {
    const std::scoped_lock lock(mutex_);
    rows_ += rows;
    bytes_ += bytes;
    progress_.moved(rows_, bytes_);
  }
  std::int64_t bytes() {
    const std::scoped_lock lock(mutex_);
    return bytes_;
  }

 private:
  std::mutex mutex_;
  Progress& progress_;
  std::int64_t rows_ = 0;
  std::int64_t bytes_ = 0;
};

// Runs `produce` on a separate thread, and `write` for each item of the queue on this one and on those of further
// writers. `produce` pushes until it is done or the queue is closed. Any error closes the queue; `give_up` then ends
// any other wait of `produce`.
template <class T, class Writer, class Produce, class Write, class GiveUp>
Status run(BoundedQueue<T>& queue, WriterPool<Writer>& writers, Moved& moved, Produce produce, Write write,
           GiveUp give_up) {
  FirstError first;
  std::thread producer([&] {
    Status status = guarded(produce);
    if (status) return queue.finish();
    first.record(std::move(status).error());
    queue.close();
  });
  const auto fail = [&](Error error) {
    first.record(std::move(error));
    queue.close();
    give_up();
  };
  const auto consume = [&](Writer& writer, const auto& after_each) -> Status {
    while (auto item = queue.pop()) {
      DPONE_CHECK(write(writer, *item));
      DPONE_CHECK(after_each());
    }
    return {};
  };
  std::vector<std::thread> helpers;
  const auto grow = [&]() -> Status {
    if (!writers.may_grow() || moved.bytes() < kGrowBytes || !queue.is_crowded()) return {};
    DPONE_TRY(Writer* const writer, writers.grow());
    helpers.emplace_back([&, writer] {
      Status status = guarded([&] { return consume(*writer, []() -> Status { return {}; }); });
      if (!status) fail(std::move(status).error());
    });
    return {};
  };
  Status written = guarded([&] { return consume(writers.first(), grow); });
  if (!written) fail(std::move(written).error());
  producer.join();
  for (std::thread& helper : helpers) helper.join();
  return first.status();
}

}  // namespace

Result<PumpResult> pump(RawReader& reader, WriterPool<RawWriter>& writers, const RunContext& context,
                        Progress& progress) {
  struct Chunk {
    std::string bytes;
    std::int64_t rows = 0;
  };
  BoundedQueue<Chunk> full(kRawQueueBytes);
  BoundedQueue<std::string> empty(kRawQueueBytes);
  // Buffers are reused: at most as many as fit in the queue, and one on each side.
  const std::size_t most_buffers = kRawQueueBytes / kBufferBytes + 1 + static_cast<std::size_t>(writers.most());
  const auto produce = [&]() -> Status {
    std::size_t made = 0;
    std::int64_t rows = 0;
    while (true) {
      std::string buffer;
      if (made < most_buffers) {
        buffer.reserve(kBufferRoom);
        ++made;
      } else if (auto used = empty.pop()) {
        buffer = std::move(*used);
      } else {
        return {};
      }
      buffer.clear();
      buffer.reserve(kBufferRoom);
      DPONE_CHECK(reader.next(buffer, kBufferBytes));
      if (buffer.empty()) return {};
      DPONE_CHECK(context.fault("load.read"));
      const std::size_t bytes = buffer.size();
      const std::int64_t before = std::exchange(rows, reader.rows_so_far());
      if (!full.push({std::move(buffer), rows - before}, bytes)) return {};
    }
  };
  Moved moved(progress);
  const auto write = [&](RawWriter& writer, Chunk& chunk) -> Status {
    DPONE_CHECK(writer.write(chunk.bytes));
    DPONE_CHECK(context.fault("load.written"));
    moved.add(chunk.rows, static_cast<std::int64_t>(chunk.bytes.size()));
    // Assigning an empty string would keep the memory.
    if (chunk.bytes.capacity() > kMostKeptBytes) std::string().swap(chunk.bytes);
    empty.push(std::move(chunk.bytes), 0);
    return {};
  };
  DPONE_CHECK(run(full, writers, moved, produce, write, [&] {
    empty.close();
    reader.give_up();
  }));
  PumpResult result;
  DPONE_TRY(result.read, reader.finish());
  DPONE_TRY(result.written, writers.finish());
  return result;
}

Result<PumpResult> pump(BatchReader& reader, WriterPool<BatchWriter>& writers, const RunContext& context,
                        Progress& progress) {
  BoundedQueue<Batch> queue(kBatchQueueBytes);
  const auto produce = [&]() -> Status {
    while (true) {
      DPONE_TRY(std::optional<Batch> batch, reader.next());
      if (!batch) return {};
      DPONE_CHECK(context.fault("load.read"));
      const auto bytes = static_cast<std::size_t>(batch->memory_bytes());
      if (!queue.push(std::move(*batch), bytes)) return {};
    }
  };
  Moved moved(progress);
  const auto write = [&](BatchWriter& writer, const Batch& batch) -> Status {
    DPONE_CHECK(writer.write(batch));
    DPONE_CHECK(context.fault("load.written"));
    moved.add(batch.num_rows(), batch.memory_bytes());
    return {};
  };
  DPONE_CHECK(run(queue, writers, moved, produce, write, [&] { reader.give_up(); }));
  PumpResult result;
  DPONE_TRY(result.read, reader.finish());
  DPONE_TRY(result.written, writers.finish());
  return result;
}

}  // namespace dpone::engine
