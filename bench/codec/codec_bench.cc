// Rows a second of the codecs for COPY BINARY, CSV and JSON Lines on one core, in memory: walking frames, decoding,
// encoding. Different blocks of tuples of the orders table are copied (not timed) into one buffer of 256 KiB, as a
// socket does, so that they are in cache, but no branch predictor has seen them often. Encoding must give back the
// bytes that were decoded.
//
//   dpone_codec_bench [million rows = 10] [rounds = 5]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/codec/delimited/decoder.h"
#include "dpone/codec/delimited/encoder.h"
#include "dpone/codec/json_rows/decoder.h"
#include "dpone/codec/json_rows/encoder.h"
#include "dpone/codec/pg_copy/decoder.h"
#include "dpone/codec/pg_copy/encoder.h"
#include "dpone/codec/pg_copy/frame_walker.h"
#include "orders_stream.h"

namespace {

using dpone::Batch;
using dpone::Schema;
namespace delimited = dpone::delimited;
namespace json_rows = dpone::json_rows;
namespace pg_copy = dpone::pg_copy;

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
constexpr std::int64_t kDistinctBlocks = 64;

class Stopwatch {
 public:
  template <class Run>
  auto time(Run run) {
    const auto start = std::chrono::steady_clock::now();
    auto result = run();
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
  }
  double seconds() const { return seconds_; }

 private:
  double seconds_ = 0;
};

[[noreturn]] void stop(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

// `run` takes a Stopwatch and times what counts.
template <class Run>
double median_seconds(int rounds, std::vector<double>& all, Run run) {
  all.clear();
  for (int i = 0; i < rounds; ++i) {
    Stopwatch watch;
    run(watch);
    all.push_back(watch.seconds());
  }
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

void print(std::string_view step, std::int64_t rows, std::int64_t bytes, double seconds,
           const std::vector<double>& all) {
  const double count = static_cast<double>(rows) / 1e6;
  fmt::print("{:<28} {:6.1f} M rows/s ({:.1f}..{:.1f})  {:6.0f} MB/s\n", step, count / seconds, count / all.back(),
             count / all.front(), static_cast<double>(bytes) / seconds / 1e6);
}

std::vector<pg_copy::EncodeColumn> same_columns(const Schema& schema) {
  std::vector<pg_copy::EncodeColumn> columns;
  for (const auto& field : schema) columns.push_back({field.name, field.type, field.type, 0});
  return columns;
}

}  // namespace

int main(int argc, char** argv) {
  const double millions = argc > 1 ? std::atof(argv[1]) : 10;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  const Schema schema = dpone::bench::orders_schema();
  std::int64_t block_rows = 1300;
  while (dpone::bench::make_orders(10'000'000, block_rows).size() > kBufferBytes) --block_rows;
  std::vector<std::string> blocks;
  for (std::int64_t i = 0; i < kDistinctBlocks; ++i) {
    blocks.push_back(dpone::bench::make_orders(1 + i * block_rows, block_rows));
  }
  const auto feeds = static_cast<std::int64_t>(millions * 1e6 / static_cast<double>(block_rows));
  const std::int64_t rows = feeds * block_rows;
  std::int64_t bytes = 0;
  for (std::int64_t i = 0; i < feeds; ++i) bytes += static_cast<std::int64_t>(blocks[i % kDistinctBlocks].size());
  std::string header;
  std::string trailer;
  {
    auto encoder = pg_copy::Encoder::create(same_columns(schema));
    if (!encoder) stop(encoder.error().to_line());
    encoder->append_header(header);
    encoder->append_trailer(trailer);
  }
  fmt::print("{} rows of {:.1f} bytes in buffers of at most {} bytes, median of {} (slowest..fastest)\n", rows,
             static_cast<double>(bytes) / static_cast<double>(rows), kBufferBytes, rounds);

  std::vector<double> all;
  std::string hot;
  hot.reserve(kBufferBytes);
  double seconds = median_seconds(rounds, all, [&](Stopwatch& watch) {
    pg_copy::FrameWalker walker(static_cast<int>(schema.size()));
    bool is_good = walker.feed(header).has_value();
    for (std::int64_t i = 0; i < feeds; ++i) {
      hot = blocks[i % kDistinctBlocks];
      is_good &= watch.time([&] { return walker.feed(hot).has_value(); });
    }
    is_good &= walker.feed(trailer).has_value() && walker.finish().has_value();
    if (!is_good || walker.row_count() != rows) stop("the walk lost rows");
  });
  print("walk", rows, bytes, seconds, all);

  for (const std::int64_t target_rows : {8'192, 65'536}) {
    seconds = median_seconds(rounds, all, [&](Stopwatch& watch) {
      pg_copy::DecoderOptions options;
      options.target_rows = target_rows;
      options.target_bytes = std::int64_t{1} << 40;
      auto decoder = pg_copy::Decoder::create(schema, options);
      if (!decoder) stop(decoder.error().to_line());
      std::int64_t decoded = 0;
      const auto feed = [&](std::string_view piece) {
        if (auto status = decoder->feed(piece); !status) stop(status.error().to_line());
        while (auto batch = decoder->take()) decoded += batch->num_rows();
        return true;
      };
      feed(header);
      for (std::int64_t i = 0; i < feeds; ++i) {
        hot = blocks[i % kDistinctBlocks];
        watch.time([&] { return feed(hot); });
      }
      feed(trailer);
      auto last = decoder->finish();
      if (!last) stop(last.error().to_line());
      if (*last) decoded += (*last)->num_rows();
      if (decoded != rows) stop("the decoder lost rows");
    });
    print(fmt::format("decode, {} rows a batch", target_rows), rows, bytes, seconds, all);
  }

  for (const std::int64_t batch_blocks : {1, 8, 32}) {
    std::vector<Batch> batches;
    std::vector<std::string> expected;
    for (std::int64_t first = 0; first < kDistinctBlocks; first += batch_blocks) {
      std::string tuples;
      for (std::int64_t i = first; i < first + batch_blocks; ++i) tuples += blocks[i];
      pg_copy::DecoderOptions options;
      options.target_rows = block_rows * batch_blocks;
      options.target_bytes = std::int64_t{1} << 40;
      auto decoder = pg_copy::Decoder::create(schema, options);
      if (!decoder || !decoder->feed(header + tuples + trailer)) stop("the stream does not decode");
      std::optional<Batch> batch = decoder->take();
      if (!batch || batch->num_rows() != block_rows * batch_blocks) stop("the batch is not whole");
      batches.push_back(*batch);
      expected.push_back(std::move(tuples));
    }
    const std::int64_t encodes = feeds / batch_blocks;
    std::int64_t encoded_bytes = 0;
    std::string out;
    seconds = median_seconds(rounds, all, [&](Stopwatch& watch) {
      auto encoder = pg_copy::Encoder::create(same_columns(schema));
      encoded_bytes = 0;
      for (std::int64_t i = 0; i < encodes; ++i) {
        const std::size_t index = static_cast<std::size_t>(i) % batches.size();
        out.clear();
        const bool is_good = watch.time([&] { return encoder->encode(batches[index], out).has_value(); });
        if (!is_good || out != expected[index]) stop("the encoded bytes differ from those that were decoded");
        encoded_bytes += static_cast<std::int64_t>(out.size());
      }
    });
    print(fmt::format("encode, {} rows a batch", block_rows * batch_blocks), encodes * block_rows * batch_blocks,
          encoded_bytes, seconds, all);
  }

  // The same rows as CSV. Copying into the decoder's room stands for the read() and is not timed.
  std::vector<std::string> texts;
  std::vector<Batch> rows_of_text;
  std::int64_t text_bytes = 0;
  for (const std::string& block : blocks) {
    auto decoder = pg_copy::Decoder::create(schema);
    if (!decoder || !decoder->feed(header + block + trailer)) stop("the stream does not decode");
    auto batch = decoder->finish();
    auto encoder = delimited::Encoder::create(schema, {});
    if (!batch || !*batch || !encoder) stop("the block is not whole");
    rows_of_text.push_back(**batch);
    texts.emplace_back();
    if (!encoder->encode(**batch, texts.back())) stop("a batch cannot be written as CSV");
  }
  for (std::int64_t i = 0; i < feeds; ++i) text_bytes += static_cast<std::int64_t>(texts[i % kDistinctBlocks].size());
  seconds = median_seconds(rounds, all, [&](Stopwatch& watch) {
    delimited::DecodeLayout layout{schema.size(), schema, {}};
    for (std::size_t i = 0; i < schema.size(); ++i) layout.field_of.push_back(i);
    auto decoder = delimited::Decoder::create(std::move(layout), {});
    if (!decoder) stop(decoder.error().to_line());
    std::int64_t decoded = 0;
    for (std::int64_t i = 0; i < feeds; ++i) {
      std::string_view rest = texts[i % kDistinctBlocks];
      while (!rest.empty()) {
        const auto room = decoder->room();
        const std::size_t size = std::min(room.size(), rest.size());
        std::memcpy(room.data(), rest.data(), size);
        rest.remove_prefix(size);
        const bool is_good = watch.time([&] { return decoder->commit(size).has_value(); });
        if (!is_good) stop("the CSV does not decode");
        while (auto batch = decoder->take()) decoded += batch->num_rows();
      }
    }
    auto last = watch.time([&] { return decoder->finish(); });
    if (!last) stop(last.error().to_line());
    if (*last) decoded += (*last)->num_rows();
    if (decoded != rows) stop("the CSV decoder lost rows");
  });
  print("CSV decode", rows, text_bytes, seconds, all);
  std::string out;
  seconds = median_seconds(rounds, all, [&](Stopwatch& watch) {
    auto encoder = delimited::Encoder::create(schema, {});
    for (std::int64_t i = 0; i < feeds; ++i) {
      out.clear();
      const std::size_t index = static_cast<std::size_t>(i % kDistinctBlocks);
      const bool is_good = watch.time([&] { return encoder->encode(rows_of_text[index], out).has_value(); });
      if (!is_good || out != texts[index]) stop("the CSV differs");
    }
  });
  print("CSV encode", rows, text_bytes, seconds, all);

  // And as JSON Lines.
  text_bytes = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i].clear();
    auto encoder = json_rows::Encoder::create(schema, {});
    if (!encoder || !encoder->encode(rows_of_text[i], texts[i])) stop("a batch cannot be written as JSON");
  }
  for (std::int64_t i = 0; i < feeds; ++i) text_bytes += static_cast<std::int64_t>(texts[i % kDistinctBlocks].size());
  seconds = median_seconds(rounds, all, [&](Stopwatch& watch) {
    auto decoder = json_rows::Decoder::create({schema, {}}, {});
    if (!decoder) stop(decoder.error().to_line());
    std::int64_t decoded = 0;
    for (std::int64_t i = 0; i < feeds; ++i) {
      std::string_view rest = texts[i % kDistinctBlocks];
      while (!rest.empty()) {
        const auto room = decoder->room();
        const std::size_t size = std::min(room.size(), rest.size());
        std::memcpy(room.data(), rest.data(), size);
        rest.remove_prefix(size);
        const bool is_good = watch.time([&] { return decoder->commit(size).has_value(); });
        if (!is_good) stop("the JSON does not decode");
        while (auto batch = decoder->take()) decoded += batch->num_rows();
      }
    }
    auto last = watch.time([&] { return decoder->finish(); });
    if (!last) stop(last.error().to_line());
    if (*last) decoded += (*last)->num_rows();
    if (decoded != rows) stop("the JSON decoder lost rows");
  });
  print("JSON decode", rows, text_bytes, seconds, all);
  seconds = median_seconds(rounds, all, [&](Stopwatch& watch) {
    auto encoder = json_rows::Encoder::create(schema, {});
    for (std::int64_t i = 0; i < feeds; ++i) {
      out.clear();
      const std::size_t index = static_cast<std::size_t>(i % kDistinctBlocks);
      const bool is_good = watch.time([&] { return encoder->encode(rows_of_text[index], out).has_value(); });
      if (!is_good || out != texts[index]) stop("the JSON differs");
    }
  });
  print("JSON encode", rows, text_bytes, seconds, all);
  return 0;
}
