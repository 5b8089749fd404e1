#include "dpone/codec/delimited/round_trip_check.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "dpone/codec/delimited/decoder.h"
#include "dpone/codec/delimited/encoder.h"
#include "dpone/data/type_name.h"

namespace dpone::delimited {
namespace {

constexpr std::int64_t kMaxRowBytes = 1 << 16;
constexpr std::string_view kDelimiters = ",;\t|";
constexpr std::string_view kQuotes = "\"'\0";
constexpr std::string_view kNullTexts[] = {"", "NULL", "\\N"};
constexpr std::string_view kTypes[] = {
    "text",      "bigint",      "integer",          "smallint", "numeric(12,2)", "numeric", "boolean", "date",
    "timestamp", "timestamptz", "double precision", "real",     "uuid",          "bytea",   "text[]",  "varchar(3)",
    "time",      "jsonb"};

// What a decoder made of a text.
struct Outcome {
  std::vector<Batch> batches;
  std::int64_t rows = 0;
  std::int64_t rejected = 0;
  std::string problem;  // slug, row and offset of the error
};

std::int64_t rows_of(const std::vector<Batch>& batches) {
  std::int64_t rows = 0;
  for (const Batch& batch : batches) rows += batch.num_rows();
  return rows;
}

Outcome decode(const Schema& schema, const DelimitedFormat& format, std::string_view text, std::size_t piece,
               bool rejects) {
  Outcome outcome;
  DecodeLayout layout{schema.size(), schema, {}};
  for (std::size_t i = 0; i < schema.size(); ++i) layout.field_of.push_back(i);
  DecoderOptions options;
  options.max_row_bytes = kMaxRowBytes;
  options.target_rows = 100;
  if (rejects) options.on_reject = [](const RejectedRow&) { return Status(); };
  auto decoder = Decoder::create(std::move(layout), format, std::move(options));
  if (!decoder) {
    outcome.problem = decoder.error().slug();
    return outcome;
  }
  const auto failed = [&](const Error& error) {
    outcome.problem =
        error.slug() + " " + std::string(error.context_value("row")) + " " + std::string(error.context_value("offset"));
    return outcome;
  };
  while (!text.empty()) {
    const std::span<char> room = decoder->room();
    const std::size_t count = std::min({piece, room.size(), text.size()});
    text.copy(room.data(), count);
    text.remove_prefix(count);
    const Status status = decoder->commit(count);
    if (!status) return failed(status.error());
    while (std::optional<Batch> batch = decoder->take()) outcome.batches.push_back(std::move(*batch));
  }
  while (true) {
    auto last = decoder->finish();
    if (!last) return failed(last.error());
    if (!*last) break;
    outcome.batches.push_back(std::move(**last));
  }
  outcome.rows = decoder->row_count();
  outcome.rejected = decoder->rejected_count();
  return outcome;
}

bool is_valid(const std::vector<Batch>& batches) {
  return std::all_of(batches.begin(), batches.end(), [](const Batch& batch) { return batch.validate().has_value(); });
}

bool are_equal(const std::vector<Batch>& a, const std::vector<Batch>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

std::string check_round_trip(std::string_view input) {
  constexpr std::size_t kFixed = 5;
  if (input.size() < kFixed) return {};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(input[i]); };
  DelimitedFormat format;
  format.delimiter = kDelimiters[byte(0) % kDelimiters.size()];
  format.quote = kQuotes[byte(1) % 3];
  format.null_text = kNullTexts[byte(2) % std::size(kNullTexts)];
  const std::size_t piece = byte(3) == 0 ? ~std::size_t{0} : byte(3);
  const std::size_t columns = byte(4) % 4 + 1;
  if (input.size() < kFixed + columns) return {};
  Schema schema;
  for (std::size_t i = 0; i < columns; ++i) {
    const auto type = parse_type_name(kTypes[byte(kFixed + i) % std::size(kTypes)]);
    if (!type) return type.error().to_line();
    schema.push_back({"c" + std::to_string(i), *type, true});
  }
  const std::string_view text = input.substr(kFixed + columns);

  const Outcome whole = decode(schema, format, text, ~std::size_t{0}, false);
  if (!is_valid(whole.batches)) return "a batch does not hold together";
  const Outcome pieces = decode(schema, format, text, piece, false);
  if (pieces.problem != whole.problem) return "whole: " + whole.problem + ", in pieces: " + pieces.problem;
  const Outcome lenient = decode(schema, format, text, piece, true);
  if (!is_valid(lenient.batches)) return "a batch without its wrong rows does not hold together";
  if (rows_of(lenient.batches) != lenient.rows && lenient.problem.empty()) return "rows were lost beside wrong ones";
  if (whole.problem.empty()) {
    if (!are_equal(whole.batches, pieces.batches)) return "the rows in pieces are others";
    if (lenient.rejected != 0 || !are_equal(whole.batches, lenient.batches)) return "good rows were left out";
  } else if (lenient.problem.empty() && lenient.rejected == 0) {
    return "nothing was left out, but there is an error: " + whole.problem;
  }

  auto encoder = Encoder::create(schema, format);
  if (!encoder) return encoder.error().to_line();
  std::string encoded;
  for (const Batch& batch : lenient.batches) {
    const Status status = encoder->encode(batch, encoded);
    if (!status && status.error().slug() == "delimited.needs_quotes" && format.quote == '\0') return {};
    if (!status) return "cannot encode: " + status.error().to_line();
  }
  const Outcome again = decode(schema, format, encoded, ~std::size_t{0}, false);
  if (!again.problem.empty()) return "what was encoded does not decode: " + again.problem;
  if (again.rows != rows_of(lenient.batches)) return "rows were lost on the way back";
  // Without wrong rows between them, the batches are cut at the same places.
  if (whole.problem.empty() && !are_equal(again.batches, whole.batches)) return "values changed on the way back";
  return {};
}

}  // namespace dpone::delimited
