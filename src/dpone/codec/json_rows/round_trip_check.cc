#include "dpone/codec/json_rows/round_trip_check.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "dpone/codec/json_rows/decoder.h"
#include "dpone/codec/json_rows/encoder.h"
#include "dpone/codec/json_rows/infer.h"

namespace dpone::json_rows {
namespace {

constexpr std::uint8_t kArrayBit = 0x80;
constexpr std::int64_t kMaxRowBytes = 1 << 16;

DataType type_of(std::uint8_t code) {
  const int kinds = static_cast<int>(TypeKind::kEnum) + 1;
  DataType type;
  type.kind = static_cast<TypeKind>((code & ~kArrayBit) % kinds);
  type.scale = 6;
  if (type.kind == TypeKind::kDecimal) type.precision = 20;
  if ((code & kArrayBit) == 0) return type;
  return {TypeKind::kArray, 0, 0, 0, false, std::make_shared<const DataType>(std::move(type))};
}

struct Decoded {
  std::vector<Batch> batches;
  std::string rejected;  // row, line and slug of each row that was left out, and the text
  std::string error;     // which ended the stream
};

void add(std::string& to, const Error& error) {
  to += error.slug();
  for (const auto& [key, value] : error.context()) {
    to += ' ';
    to += key;
    to += '=';
    to += value;
  }
}

Status decode(const Schema& schema, JsonRowsFormat format, bool is_rejecting, std::string_view text, std::size_t piece,
              Decoded* out) {
  DecoderOptions options;
  options.max_row_bytes = kMaxRowBytes;
  options.target_rows = 100;
  if (is_rejecting) {
    options.on_reject = [&](const RejectedRow& row) -> Status {
      add(out->rejected, row.error);
      out->rejected += ": " + std::string(row.text) + "\n";
      return {};
    };
  }
  DPONE_TRY(Decoder decoder, Decoder::create({schema, {}}, format, options));
  std::int64_t rows = 0;
  const auto keep = [&](Batch batch) {
    rows += batch.num_rows();
    out->batches.push_back(std::move(batch));
  };
  while (!text.empty()) {
    const std::span<char> room = decoder.room();
    const std::size_t count = std::min({room.size(), text.size(), piece});
    std::memcpy(room.data(), text.data(), count);
    text.remove_prefix(count);
    DPONE_CHECK(decoder.commit(count));
    while (auto batch = decoder.take()) keep(std::move(*batch));
  }
  while (true) {
    DPONE_TRY(auto batch, decoder.finish());
    if (!batch) break;
    keep(std::move(*batch));
  }
  if (rows != decoder.row_count()) return internal_error("rows were lost");
  return {};
}

// Batches may end elsewhere when the text comes in pieces.
std::string rows_of(const Schema& schema, const std::vector<Batch>& batches, Status* status) {
  std::string text;
  auto encoder = Encoder::create(schema, {false, true});
  for (const Batch& batch : batches) {
    *status = encoder->encode(batch, text);
    if (!*status) break;
  }
  return text;
}

}  // namespace

std::string check_round_trip(std::string_view input) {
  constexpr std::size_t kMostColumns = 16;
  if (input.empty()) return {};
  const std::size_t columns = static_cast<std::uint8_t>(input[0]) % kMostColumns;
  if (input.size() < columns + 3) return {};
  Schema schema;
  for (std::size_t i = 0; i < columns; ++i) {
    schema.push_back({std::string(1, static_cast<char>('a' + i)), type_of(static_cast<std::uint8_t>(input[i + 1]))});
  }
  const auto flags = static_cast<std::uint8_t>(input[columns + 1]);
  const JsonRowsFormat format{(flags & 1) != 0, (flags & 2) != 0};
  const bool is_rejecting = (flags & 4) != 0;
  const auto given = static_cast<std::uint8_t>(input[columns + 2]);
  const std::string_view text = input.substr(columns + 3);
  const std::size_t whole_piece = std::max<std::size_t>(text.size(), 1);
  const std::size_t piece = given == 0 ? whole_piece : given;

  Decoded whole;
  Decoded cut;
  const Status whole_status = decode(schema, format, is_rejecting, text, whole_piece, &whole);
  const Status cut_status = decode(schema, format, is_rejecting, text, piece, &cut);
  if (!whole_status) add(whole.error, whole_status.error());
  if (!cut_status) add(cut.error, cut_status.error());
  if (whole.error != cut.error) return "whole and cut do not agree: " + whole.error + " and " + cut.error;
  if (whole.rejected != cut.rejected) return "whole and cut reject other rows";
  const auto facts = infer(text, {.is_whole = true, .on_string = {}});
  if (!whole_status) return {};
  if (!facts && whole.rejected.empty() && whole_status && !format.ignores_unknown_keys && columns != 0 &&
      facts.error().slug() != "json_rows.zero_byte" && facts.error().slug() != "json_rows.escape") {
    return "infer refuses what the decoder takes: " + facts.error().to_line();
  }
  Status status;
  for (const Batch& batch : whole.batches) {
    if (status = batch.validate(); !status) return status.error().to_line();
  }
  // Writing the rows and reading them again gives the same rows.
  const std::string written = rows_of(schema, whole.batches, &status);
  if (!status) return "what was read cannot be written: " + status.error().to_line();
  Status ignored;
  if (rows_of(schema, cut.batches, &ignored) != written) return "whole and cut decode to other values";
  Decoded back;
  status = decode(schema, {false, true}, false, written, std::max<std::size_t>(written.size(), 1), &back);
  if (!status) {
    // Escapes and numbers that are written out may be longer than they were.
    if (status.error().slug() == "json_rows.row_too_big") return {};
    return "what was written does not decode: " + status.error().to_line();
  }
  if (rows_of(schema, back.batches, &ignored) != written) return "written and read rows differ: " + written;
  // Batches may end elsewhere, because numbers have lost their exponents.
  if (back.batches.size() == 1 && whole.batches.size() == 1 && back.batches != whole.batches) {
    return "written and read values differ: " + written;
  }
  return {};
}

}  // namespace dpone::json_rows
