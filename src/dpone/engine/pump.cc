#include "dpone/engine/pump.h"

#include <atomic>
#include <thread>

#include "dpone/base/guarded.h"
#include "dpone/engine/bounded_queue.h"

namespace dpone::engine {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::size_t kRawQueueBytes = 8 * kBufferBytes;
constexpr std::size_t kBatchQueueBytes = std::size_t{12} << 20;

// Runs `produce` on a thread of its own and `consume` on this one. `produce` pushes until it is done or the queue is
// closed and returns its error; `consume` pops until the queue is empty. When it fails, `give_up` ends what `produce`
// may be waiting for besides the queue.
template <class T, class Produce, class Consume, class GiveUp>
Status run_pair(BoundedQueue<T>& queue, Produce produce, Consume consume, GiveUp give_up) {
  std::optional<Error> read_error;
  std::atomic<bool> has_read_error = false;
  std::thread thread([&] {
    Status status = guarded(produce);
    if (status) {
      queue.finish();
      return;
    }
    read_error = std::move(status).error();
    has_read_error = true;
    queue.close();
  });
  Status written = guarded(consume);
  const bool is_reader_first = has_read_error;
  if (!written) {
    queue.close();
    give_up();
  }
  thread.join();
  if (!written && !is_reader_first) return written;
  if (read_error) return *read_error;
  return {};
}

}  // namespace

Result<PumpResult> pump(RawReader& reader, RawWriter& writer, const RunContext& context, Progress& progress) {
  struct Chunk {
    std::string bytes;
    std::int64_t rows = 0;
  };
  BoundedQueue<Chunk> full(kRawQueueBytes);
  BoundedQueue<std::string> empty(kRawQueueBytes);
  const auto produce = [&]() -> Status {
    std::size_t made = 0;
    while (true) {
      std::string buffer;
      // Buffers go round: at most as many as the queue holds, and one on each side.
      if (made < kRawQueueBytes / kBufferBytes + 2) {
        buffer.reserve(kBufferBytes + 16 * 1024);
        ++made;
      } else if (auto used = empty.pop()) {
        buffer = std::move(*used);
      } else {
        return {};
      }
      buffer.clear();
      DPONE_CHECK(reader.next(buffer));
      if (buffer.empty()) return {};
      DPONE_CHECK(context.fault("load.read"));
      const std::size_t bytes = buffer.size();
      if (!full.push({std::move(buffer), reader.rows_so_far()}, bytes)) return {};
    }
  };
  std::int64_t bytes = 0;
  const auto consume = [&]() -> Status {
    while (auto chunk = full.pop()) {
      DPONE_CHECK(writer.write(chunk->bytes));
      DPONE_CHECK(context.fault("load.written"));
      bytes += static_cast<std::int64_t>(chunk->bytes.size());
      progress.moved(chunk->rows, bytes);
      // A buffer that a huge row has grown is not kept.
      if (chunk->bytes.capacity() > 4 * kBufferBytes) {
        chunk->bytes = std::string();
        chunk->bytes.reserve(kBufferBytes + 16 * 1024);
      }
      empty.push(std::move(chunk->bytes), 0);
    }
    return {};
  };
  const Status moved = run_pair(full, produce, consume, [&] {
    empty.close();
    reader.give_up();
  });
  if (!moved) return moved.error();
  PumpResult result;
  DPONE_TRY(result.read, reader.finish());
  DPONE_TRY(result.written, writer.finish());
  return result;
}

Result<PumpResult> pump(BatchReader& reader, BatchWriter& writer, const RunContext& context, Progress& progress) {
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
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  const auto consume = [&]() -> Status {
    while (auto batch = queue.pop()) {
      DPONE_CHECK(writer.write(*batch));
      DPONE_CHECK(context.fault("load.written"));
      rows += batch->num_rows();
      bytes += batch->memory_bytes();
      progress.moved(rows, bytes);
    }
    return {};
  };
  const Status moved = run_pair(queue, produce, consume, [&] { reader.give_up(); });
  if (!moved) return moved.error();
  PumpResult result;
  DPONE_TRY(result.read, reader.finish());
  DPONE_TRY(result.written, writer.finish());
  return result;
}

}  // namespace dpone::engine
