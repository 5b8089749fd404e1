// RowFormat: a text format of rows, behind one small interface, so that a format is one file: csv_format.cc is the
// model. A format consists of settings, is stateless and thread-safe; one thread uses a decoder or encoder that it
// creates.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/data/batch.h"
#include "dpone/rowfile/type_guess.h"

namespace dpone::rowfile {

struct FormatSettings {
  std::string name;  // `csv`, `tsv`, `jsonl`; the rest is of the first two
  char delimiter = ',';
  bool is_delimiter_given = false;  // by the user: a header without it is then as it should be
  char quote = '"';                 // '\0': nothing is quoted
  std::string null_text;
  bool has_header = true;
  std::string date_format;  // empty: as ISO has them
  std::string timestamp_format;
  char decimal = '.';
};

// A first record of fixed names ends within this many bytes.
inline constexpr std::size_t kMostHeaderBytes = std::size_t{1} << 20;

struct RejectedRow {
  std::int64_t row = 0;   // of the file, from 1
  std::int64_t line = 0;  // where it begins
  std::string_view text;  // as in the file
  const Error& error;
};

struct RowDecoderOptions {
  std::int64_t max_row_bytes = 0;
  bool checks_json = false;  // see codec/delimited/decoder.h
  // Gets every row that is wrong, which is then left out. Without it the first one ends the stream.
  std::function<Status(const RejectedRow&)> on_reject;
};

// As codec/delimited/decoder.h: bytes are read into room(), commit() decodes, take() hands out batches of about 2 MiB.
class RowDecoder {
 public:
  virtual ~RowDecoder() = default;
  virtual std::span<char> room() = 0;
  virtual Status commit(std::size_t bytes) = 0;
  virtual std::optional<Batch> take() = 0;
  virtual Result<std::optional<Batch>> finish() = 0;
  virtual std::int64_t row_count() const = 0;
};

// A codec's decoder as it is.
template <class Decoder>
class CodecDecoder final : public RowDecoder {
 public:
  explicit CodecDecoder(Decoder decoder) : decoder_(std::move(decoder)) {}
  std::span<char> room() override { return decoder_.room(); }
  Status commit(std::size_t bytes) override { return decoder_.commit(bytes); }
  std::optional<Batch> take() override { return decoder_.take(); }
  Result<std::optional<Batch>> finish() override { return decoder_.finish(); }
  std::int64_t row_count() const override { return decoder_.row_count(); }

 private:
  Decoder decoder_;
};

class RowEncoder {
 public:
  virtual ~RowEncoder() = default;
  virtual void append_header(std::string& out) = 0;
  virtual Status encode(const Batch& batch, std::string& out) = 0;
};

// What the front of a file says of its columns.
struct Sample {
  std::vector<std::string> names;  // of every field, in order; of formats without one, those that were met
  std::vector<TypeGuess> guesses;  // one a name
  std::int64_t rows = 0;
  std::int64_t bytes = 0;            // of those rows
  std::vector<std::string> remarks;  // what a user should look at
};

class RowFormat {
 public:
  virtual ~RowFormat() = default;
  // Looks at the rows at the front of a text, at most `max_rows`; rows that are wrong are left to the load.
  // `is_whole`: there is no more of it. Slugs: file.no_header, file.bad_header, and those of the codec.
  virtual Result<Sample> sample(std::string_view front, bool is_whole, std::int64_t max_rows) const = 0;
  // Whether every file of a set has the names of the first; false where a row brings its own.
  virtual bool has_fixed_names() const = 0;
  // Whether a value of that kind is written differently from its text: JSON's numbers are.
  virtual bool tells_apart(TypeKind kind) const = 0;
  // `names` as returned by sample(); `schema` has some of them, with the types that the load needs.
  virtual Result<std::unique_ptr<RowDecoder>> make_decoder(const std::vector<std::string>& names, Schema schema,
                                                           RowDecoderOptions options) const = 0;
  virtual Result<std::unique_ptr<RowEncoder>> make_encoder(Schema schema) const = 0;
};

// Bytes of the values of a batch that a decoder makes; offsets and room to grow make about 2 MiB of it, so that a few
// can be in flight.
inline constexpr std::int64_t kBatchBytes = std::int64_t{1} << 20;

// By FormatSettings::name. Class kUsage, slugs: file.unknown_format, delimited.format.
Result<std::unique_ptr<RowFormat>> make_format(const FormatSettings& settings);
// `csv` for `in/orders.csv.gz`, or empty.
std::string format_of_name(std::string_view path);

// One a format.
Result<std::unique_ptr<RowFormat>> make_csv_format(const FormatSettings& settings);
Result<std::unique_ptr<RowFormat>> make_jsonl_format(const FormatSettings& settings);

}  // namespace dpone::rowfile
