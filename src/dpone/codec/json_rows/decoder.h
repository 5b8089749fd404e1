// Decoder: JSON Lines -> Batch, incrementally, in bounded memory. Bytes are read into the decoder's own buffer:
//
//   DPONE_TRY(auto decoder, Decoder::create(std::move(layout), format, options));
//   while (bytes are left) { read into decoder.room(); DPONE_CHECK(decoder.commit(count)); take() as long as it gives;
//   } DPONE_TRY(auto last, decoder.finish());
//
// One thread. Spec: docs/formats/json-rows.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/codec/json_rows/format.h"
#include "dpone/data/batch.h"

namespace dpone::json_rows {

// Which keys of a row become which columns.
struct DecodeLayout {
  Schema schema;
  std::vector<std::string> keys;               // of each column of the schema; none at all: the names of its fields
  std::vector<std::string> ignored_keys = {};  // other keys that a row may have, which are ignored
};

struct RejectedRow {
  std::int64_t row = 0;   // from 1
  std::int64_t line = 0;  // from 1
  std::string_view text;  // as in the file, with its line end
  const Error& error;
};

struct DecoderOptions {
  std::int64_t max_row_bytes = std::int64_t{256} << 20;
  std::int64_t target_rows = 65'536;                  // a batch is full with this many rows
  std::int64_t target_bytes = std::int64_t{8} << 20;  // or when its values reach this
  // Gets every row that is wrong, which is then left out. Without it the first one ends the stream.
  std::function<Status(const RejectedRow&)> on_reject;
};

class Decoder {
 public:
  static Result<Decoder> create(DecodeLayout layout, JsonRowsFormat format, DecoderOptions options = {});
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

  // Where the next bytes go: 64 KiB at least. Valid until the next call.
  std::span<char> room();
  // Decodes what `bytes` more bytes of room() make whole. Fails with `json_rows.*` and context `row` (from 1), `line`,
  // `column` and `offset`; every later call fails alike.
  Status commit(std::size_t bytes);
  std::optional<Batch> take();
  // After the last bytes, when take() has returned nothing: the rows that are left. A last line needs no line end.
  Result<std::optional<Batch>> finish();

  std::int64_t row_count() const;       // decoded
  std::int64_t rejected_count() const;  // left out
  std::int64_t byte_count() const;      // of whole lines

 private:
  class Impl;
  explicit Decoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dpone::json_rows
