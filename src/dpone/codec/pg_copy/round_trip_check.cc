#include "dpone/codec/pg_copy/round_trip_check.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "dpone/codec/pg_copy/decoder.h"
#include "dpone/codec/pg_copy/encoder.h"
#include "dpone/codec/pg_copy/frame_walker.h"
#include "dpone/codec/pg_copy/text_encoder.h"

namespace dpone::pg_copy {
namespace {

constexpr std::int64_t kMaxRowBytes = 1 << 16;
constexpr std::uint8_t kArrayBit = 0x80;

DataType type_of(std::uint8_t code) {
  const int kinds = static_cast<int>(TypeKind::kEnum) + 1;
  DataType type;
  type.kind = static_cast<TypeKind>((code & ~kArrayBit) % kinds);
  type.scale = 6;
  if (type.kind == TypeKind::kDecimal) type.precision = 20;
  if ((code & kArrayBit) == 0) return type;
  return {TypeKind::kArray, 0, 0, 0, false, std::make_shared<const DataType>(std::move(type))};
}

Result<std::vector<Batch>> decode(const Schema& schema, std::string_view stream, std::size_t piece) {
  DecoderOptions options;
  options.max_row_bytes = kMaxRowBytes;
  options.target_rows = 100;
  DPONE_TRY(Decoder decoder, Decoder::create(schema, options));
  std::vector<Batch> batches;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    // Each piece in a separate allocation, so that a sanitizer detects every read past its end.
    const std::string_view cut = stream.substr(at, piece);
    const std::vector<char> exact(cut.begin(), cut.end());
    DPONE_CHECK(decoder.feed({exact.data(), exact.size()}));
    while (std::optional<Batch> batch = decoder.take()) batches.push_back(std::move(*batch));
  }
  while (true) {
    DPONE_TRY(std::optional<Batch> batch, decoder.finish());
    if (!batch) return batches;
    batches.push_back(std::move(*batch));
  }
}

Status walk(const Schema& schema, std::string_view stream, std::size_t piece) {
  FrameWalker walker(static_cast<int>(schema.size()), kMaxRowBytes);
  for (std::size_t at = 0; at < stream.size(); at += piece) DPONE_CHECK(walker.feed(stream.substr(at, piece)));
  return walker.finish();
}

Result<std::string> encode(const Schema& schema, const std::vector<Batch>& batches) {
  std::vector<EncodeColumn> columns;
  for (const Field& field : schema) columns.push_back({field.name, field.type, field.type, 1});
  DPONE_TRY(TextEncoder text_encoder, TextEncoder::create(columns));
  DPONE_TRY(Encoder encoder, Encoder::create(std::move(columns)));
  std::string text;
  std::string stream;
  encoder.append_header(stream);
  for (const Batch& batch : batches) {
    DPONE_CHECK(encoder.encode(batch, stream));
    DPONE_CHECK(text_encoder.encode(batch, text));
  }
  encoder.append_trailer(stream);
  return stream;
}

}  // namespace

std::string check_round_trip(std::string_view input) {
  constexpr std::size_t kMostColumns = 16;
  if (input.empty()) return {};
  const std::size_t columns = static_cast<std::uint8_t>(input[0]) % kMostColumns;
  if (input.size() < columns + 2) return {};
  Schema schema;
  for (std::size_t i = 1; i <= columns; ++i) {
    schema.push_back({std::to_string(i), type_of(static_cast<std::uint8_t>(input[i])), true});
  }
  const std::string_view stream = input.substr(columns + 2);
  const auto given = static_cast<std::uint8_t>(input[columns + 1]);
  const std::size_t piece = given == 0 ? std::max<std::size_t>(stream.size(), 1) : given;

  const auto whole = decode(schema, stream, std::max<std::size_t>(stream.size(), 1));
  const auto cut = decode(schema, stream, piece);
  if (whole.has_value() != cut.has_value()) return "whole and cut do not agree about success";
  const bool is_walked = walk(schema, stream, piece).has_value();
  if (is_walked != walk(schema, stream, std::max<std::size_t>(stream.size(), 1)).has_value()) {
    return "two walks do not agree";
  }
  if (!whole) {
    if (whole.error().slug() != cut.error().slug()) return "whole and cut do not agree about the error";
    return {};
  }
  if (*whole != *cut) return "whole and cut decode to other values";
  if (!is_walked) return "the walker refuses what the decoder takes";
  for (const Batch& batch : *whole) {
    if (Status status = batch.validate(); !status) return status.error().to_line();
  }
  const auto again = encode(schema, *whole);
  if (!again) return again.error().to_line();
  const auto back = decode(schema, *again, std::max<std::size_t>(again->size(), 1));
  if (!back) return "what was encoded does not decode: " + back.error().to_line();
  if (*back != *whole) return "encoded and decoded values differ";
  return {};
}

}  // namespace dpone::pg_copy
