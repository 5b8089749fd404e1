// What the tests of this folder share: hex, columns of one value, and feeding a decoder in pieces.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/codec/pg_copy/decoder.h"
#include "dpone/codec/pg_copy/encoder.h"
#include "dpone/codec/pg_copy/golden_values.h"

namespace dpone::pg_copy {

inline std::string from_hex(std::string_view hex) {
  std::string bytes;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  }
  return bytes;
}

inline std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

inline std::string big16(int value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }
inline std::string big32(std::int64_t value) {
  return big16(static_cast<int>(value >> 16) & 0xFFFF) + big16(static_cast<int>(value & 0xFFFF));
}
inline std::string field(std::string_view value) {
  return big32(static_cast<std::int64_t>(value.size())) + std::string(value);
}
inline const std::string kNull = big32(0xFFFFFFFF);
inline const std::string kHeader = from_hex("5047434f50590aff0d0a00") + big32(0) + big32(0);
inline const std::string kTrailer = big16(-1);

// A stream of rows that each consist of the given encoded fields.
inline std::string stream(const std::vector<std::vector<std::string>>& rows) {
  std::string bytes = kHeader;
  for (const auto& row : rows) {
    bytes += big16(static_cast<int>(row.size()));
    for (const std::string& encoded : row) bytes += encoded;
  }
  return bytes + kTrailer;
}

inline Schema schema_of(const std::vector<DataType>& types) {
  Schema schema;
  for (const DataType& type : types) schema.push_back({"c" + std::to_string(schema.size() + 1), type, true});
  return schema;
}

// Feeds `bytes` in pieces of `piece` and returns every batch.
inline Result<std::vector<Batch>> decode_all(const Schema& schema, std::string_view bytes, std::size_t piece,
                                             DecoderOptions options = {}) {
  DPONE_TRY(Decoder decoder, Decoder::create(schema, options));
  std::vector<Batch> batches;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    // A copy of exact size, so that a sanitizer sees a read behind the end.
    const std::string cut(bytes.substr(at, piece));
    const std::vector<char> exact(cut.begin(), cut.end());
    DPONE_CHECK(decoder.feed({exact.data(), exact.size()}));
    while (auto batch = decoder.take()) batches.push_back(*batch);
  }
  DPONE_TRY(std::optional<Batch> last, decoder.finish());
  while (last) {
    batches.push_back(*last);
    DPONE_TRY(last, decoder.finish());
  }
  for (const Batch& batch : batches) DPONE_CHECK(batch.validate());
  return batches;
}

inline std::vector<EncodeColumn> same_columns(const Schema& schema, std::uint32_t element_oid = 23) {
  std::vector<EncodeColumn> columns;
  for (const Field& column : schema) columns.push_back({column.name, column.type, column.type, element_oid});
  return columns;
}

inline Result<std::string> encode_all(std::vector<EncodeColumn> columns, const std::vector<Batch>& batches) {
  DPONE_TRY(Encoder encoder, Encoder::create(std::move(columns)));
  std::string bytes;
  encoder.append_header(bytes);
  for (const Batch& batch : batches) DPONE_CHECK(encoder.encode(batch, bytes));
  encoder.append_trailer(bytes);
  return bytes;
}

// The three rows of the 12-column table that the benchmarks use:
//   COPY (SELECT id, customer_id, status, amount, currency, created_at, updated_at, is_active, note, price, ship_date,
//         payload FROM orders ORDER BY id) TO STDOUT (FORMAT binary)
inline Schema orders_schema() {
  return {{"id", golden::simple(TypeKind::kInt64), false},
          {"customer_id", golden::simple(TypeKind::kInt32), true},
          {"status", golden::simple(TypeKind::kText), true},
          {"amount", golden::decimal(12, 2), true},
          {"currency", golden::text(3, true), true},
          {"created_at", golden::fraction(TypeKind::kTimestampTz, 6), true},
          {"updated_at", golden::fraction(TypeKind::kTimestamp, 6), true},
          {"is_active", golden::simple(TypeKind::kBool), true},
          {"note", golden::simple(TypeKind::kText), true},
          {"price", golden::simple(TypeKind::kFloat64), true},
          {"ship_date", golden::simple(TypeKind::kDate), true},
          {"payload", golden::simple(TypeKind::kJsonb), true}};
}
inline const char* const kOrdersHex =
    "5047434f50590aff0d0a000000000000000000000c0000000800000000000000010000000400001eef00000004706169640000000c0002"
    "00000000000204170b54000000034555520000000800023e0788f8d58100000008000266a7cb5f1a010000000100000000306334636134"
    "32333861306239323338323064636335303961366637353834396263383165373238643964346332663633000000083ff199999999999a"
    "0000000400001c8a00000033017b226b223a20312c202276223a20302e31323530303030303030303030303030303030302c2022746167"
    "223a20227431227d000c0000000800000000000000020000000400003dde00000007736869707065640000000c0002000000000002082e"
    "16a8000000034742500000000800023e078b2f4b0200000008000266a7cc06f40200000001000000001b63383165373238643964346332"
    "6636333666303637663839636331000000083ff8e3e170bf282f0000000400001c8b00000033017b226b223a20322c202276223a20302e"
    "32353030303030303030303030303030303030302c2022746167223a20227432227d000c0000000800000000000000030000000400005c"
    "cd00000004646f6e650000000c00020000000000020c4521fc000000034a50590000000800023e078d65c08300000008000266a7ccaece"
    "03000000010100000024656363626338376534623563653266653238333038666439663261376261663361383766000000083ffe7bed99"
    "2dedef0000000400001c8c00000033017b226b223a20332c202276223a20302e33373530303030303030303030303030303030302c2022"
    "746167223a20227433227dffff";
inline const char* const kOrdersText =
    "1\t7919\tpaid\t1047.29\tEUR\t2020-01-01 00:00:37.123457+00\t2021-06-01 "
    "00:00:11.000321\tf\tc4ca4238a0b923820dcc509a6f75849bc81e728d9d4c2f63\t1.1\t2020-01-02\t{\"k\": 1, \"v\": "
    "0.12500000000000000000, \"tag\": \"t1\"}\n"
    "2\t15838\tshipped\t2094.58\tGBP\t2020-01-01 00:01:14.246914+00\t2021-06-01 "
    "00:00:22.000642\tf\tc81e728d9d4c2f636f067f89cc1\t1.5556349186104048\t2020-01-03\t{\"k\": 2, \"v\": "
    "0.25000000000000000000, \"tag\": \"t2\"}\n"
    "3\t23757\tdone\t3141.87\tJPY\t2020-01-01 00:01:51.370371+00\t2021-06-01 "
    "00:00:33.000963\tt\teccbc87e4b5ce2fe28308fd9f2a7baf3a87f\t1.905255888325765\t2020-01-04\t{\"k\": 3, \"v\": "
    "0.37500000000000000000, \"tag\": \"t3\"}\n";

}  // namespace dpone::pg_copy
