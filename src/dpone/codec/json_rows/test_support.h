// What the tests of this folder share: types, decoding in pieces, and rows as text.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dpone/codec/json_rows/decoder.h"
#include "dpone/codec/json_rows/encoder.h"
#include "dpone/data/batch_builder.h"
#include "dpone/data/value_parse.h"
#include "dpone/data/value_text.h"

namespace dpone::json_rows {

using Rows = std::vector<std::vector<std::string>>;

inline DataType type_of(TypeKind kind, int precision = 0, int scale = 6) {
  DataType type;
  type.kind = kind;
  type.precision = precision;
  type.scale = scale;
  return type;
}

inline DataType array_of(const DataType& element) {
  DataType type;
  type.kind = TypeKind::kArray;
  type.element = std::make_shared<const DataType>(element);
  return type;
}

// Columns `a`, `b`, ...
inline Schema schema_of(const std::vector<DataType>& types) {
  Schema schema;
  for (const DataType& type : types) {
    schema.push_back({std::string(1, static_cast<char>('a' + schema.size())), type, true});
  }
  return schema;
}

// Feeds `text` in pieces of at most `piece` bytes.
inline Result<std::vector<Batch>> decode_batches(std::string_view text, const Schema& schema,
                                                 JsonRowsFormat format = {}, DecoderOptions options = {},
                                                 std::size_t piece = ~std::size_t{0}) {
  DPONE_TRY(Decoder decoder, Decoder::create({schema, {}}, format, std::move(options)));
  std::vector<Batch> batches;
  const std::size_t size = text.size();
  while (!text.empty()) {
    const std::span<char> room = decoder.room();
    const std::size_t count = std::min({room.size(), text.size(), piece});
    std::memcpy(room.data(), text.data(), count);
    text.remove_prefix(count);
    DPONE_CHECK(decoder.commit(count));
    while (auto batch = decoder.take()) batches.push_back(*batch);
  }
  while (true) {
    DPONE_TRY(auto batch, decoder.finish());
    if (!batch) break;
    batches.push_back(*batch);
  }
  std::int64_t rows = 0;
  for (const Batch& batch : batches) {
    DPONE_CHECK(batch.validate());
    rows += batch.num_rows();
  }
  EXPECT_EQ(decoder.row_count(), rows);
  EXPECT_EQ(decoder.byte_count(), static_cast<std::int64_t>(size));
  return batches;
}

// The text of every value; `NULL` for none.
inline Result<Rows> decode(std::string_view text, const Schema& schema, JsonRowsFormat format = {},
                           DecoderOptions options = {}, std::size_t piece = ~std::size_t{0}) {
  DPONE_TRY(const auto batches, decode_batches(text, schema, format, std::move(options), piece));
  Rows rows;
  for (const Batch& batch : batches) {
    for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
      rows.emplace_back();
      for (const Column& column : batch.columns()) {
        std::string value = column.is_null(row) ? "NULL" : "";
        if (!column.is_null(row)) append_value_text(column, row, value);
        rows.back().push_back(value);
      }
    }
  }
  return rows;
}

// A value of one column from its JSON; the slug where it is refused.
inline std::string read(const DataType& type, std::string_view json) {
  const auto rows = decode("{\"a\":" + std::string(json) + "}", schema_of({type}));
  return rows ? (*rows)[0][0] : "!" + rows.error().slug();
}
inline std::string read(TypeKind kind, std::string_view json) { return read(type_of(kind), json); }

// The JSON of one value, which `text` says; the slug where it cannot be written.
inline std::string write(const DataType& type, std::string_view text, JsonRowsFormat format = {}) {
  BatchBuilder builder(schema_of({type}));
  const char* const wrong = append_parsed_value(text, builder.column(0));
  if (wrong != nullptr) return std::string("? ") + wrong;
  const auto batch = builder.finish();
  auto encoder = Encoder::create(schema_of({type}), format);
  std::string out;
  const Status status = encoder->encode(*batch, out);
  if (!status) return "!" + status.error().slug();
  EXPECT_TRUE(out.starts_with("{\"a\":") && out.ends_with("}\n")) << out;
  return out.substr(5, out.size() - 7);
}
inline std::string write(TypeKind kind, std::string_view text) { return write(type_of(kind), text); }

}  // namespace dpone::json_rows
