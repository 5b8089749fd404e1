// Decoder: PostgreSQL COPY BINARY -> Batch, incrementally. It owns the batch under construction and the bytes of a row
// that is cut; bytes that are fed are not kept. One thread. Spec: docs/formats/pg-copy.md.
//
//   DPONE_TRY(auto decoder, Decoder::create(schema));
//   for each buffer: DPONE_CHECK(decoder.feed(bytes)); while (auto batch = decoder.take()) use(*batch);
//   DPONE_TRY(auto last, decoder.finish()); if (last) use(*last);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "dpone/base/result.h"
#include "dpone/codec/pg_copy/frame_walker.h"
#include "dpone/data/batch.h"

namespace dpone::pg_copy {

struct DecoderOptions {
  std::int64_t max_row_bytes = kDefaultMaxRowBytes;   // at most 1 GiB
  std::int64_t target_rows = 65'536;                  // a batch is full with this many rows
  std::int64_t target_bytes = std::int64_t{8} << 20;  // or when its rows, on the wire or in memory, reach this
};

class Decoder {
 public:
  // Compiles the schema. Fails with `pg_copy.options` if a limit is out of range or a type cannot be decoded.
  static Result<Decoder> create(Schema schema, DecoderOptions options = {});
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

  // Decodes the next bytes, cut anywhere. Fails with `pg_copy.*` and context `row` (from 1, of the whole stream),
  // `column` and `offset` (of the stream); every later call fails alike. Text is not checked for UTF-8: a server that
  // speaks client_encoding UTF8 sends nothing else.
  Status feed(std::string_view bytes);
  // The next full batch, if there is one.
  std::optional<Batch> take();
  // After the last bytes, when take() has returned nothing: the rows that are left. Fails with `pg_copy.truncated` if
  // the trailer was not seen.
  Result<std::optional<Batch>> finish();

  // Rows and bytes of the stream so far.
  std::int64_t row_count() const;
  std::int64_t byte_count() const;

 private:
  class Impl;
  explicit Decoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dpone::pg_copy
