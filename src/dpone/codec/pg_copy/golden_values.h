// Values as PostgreSQL 15 sends and prints them: test data, compared by golden_test.cc. Each was made by
//   SELECT encode(<send function>(v), 'hex'), format('%s', v) FROM (SELECT <sql> AS v) s
// with DateStyle=ISO, IntervalStyle=postgres, extra_float_digits=1, bytea_output=hex, TimeZone=UTC, where
// <sql> is the command in each entry. Money was printed as v::numeric, because its own text depends on lc_monetary.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "dpone/data/type.h"

namespace dpone::pg_copy::golden {

struct Value {
  const char* sql;
  DataType type;
  std::uint32_t element_oid;  // of arrays
  const char* wire_hex;       // the field, without its length
  const char* text;
};

inline DataType make(TypeKind kind, int precision, int scale, std::int64_t length, bool is_fixed_length) {
  return {kind, precision, scale, length, is_fixed_length, nullptr};
}
inline DataType simple(TypeKind kind) { return make(kind, 0, 0, 0, false); }
inline DataType decimal(int precision, int scale) { return make(TypeKind::kDecimal, precision, scale, 0, false); }
inline DataType fraction(TypeKind kind, int digits) { return make(kind, 0, digits, 0, false); }
inline DataType text(int length, bool is_fixed) { return make(TypeKind::kText, 0, 0, length, is_fixed); }
inline DataType bits(int length, bool is_fixed) { return make(TypeKind::kBit, 0, 0, length, is_fixed); }
inline DataType array(DataType element) {
  return {TypeKind::kArray, 0, 0, 0, false, std::make_shared<const DataType>(std::move(element))};
}

inline std::vector<Value> values() {
  return {
      {"'true'::bool", simple(TypeKind::kBool), 0, "01", "t"},
      {"'false'::bool", simple(TypeKind::kBool), 0, "00", "f"},
      {"'-32768'::int2", simple(TypeKind::kInt16), 0, "8000", "-32768"},
      {"'32767'::int2", simple(TypeKind::kInt16), 0, "7fff", "32767"},
      {"'0'::int2", simple(TypeKind::kInt16), 0, "0000", "0"},
      {"'-2147483648'::int4", simple(TypeKind::kInt32), 0, "80000000", "-2147483648"},
      {"'2147483647'::int4", simple(TypeKind::kInt32), 0, "7fffffff", "2147483647"},
      {"'-9223372036854775808'::int8", simple(TypeKind::kInt64), 0, "8000000000000000", "-9223372036854775808"},
      {"'9223372036854775807'::int8", simple(TypeKind::kInt64), 0, "7fffffffffffffff", "9223372036854775807"},
      {"'0'::oid", simple(TypeKind::kUInt32), 0, "00000000", "0"},
      {"'4294967295'::oid", simple(TypeKind::kUInt32), 0, "ffffffff", "4294967295"},
      {"'18446744073709551615'::xid8", simple(TypeKind::kUInt64), 0, "ffffffffffffffff", "18446744073709551615"},
      {"'0/0'::pg_lsn", simple(TypeKind::kLsn), 0, "0000000000000000", "0/0"},
      {"'16/B374D848'::pg_lsn", simple(TypeKind::kLsn), 0, "00000016b374d848", "16/B374D848"},
      {"'FFFFFFFF/FFFFFFFF'::pg_lsn", simple(TypeKind::kLsn), 0, "ffffffffffffffff", "FFFFFFFF/FFFFFFFF"},
      {"'0'::float4", simple(TypeKind::kFloat32), 0, "00000000", "0"},
      {"'-0'::float4", simple(TypeKind::kFloat32), 0, "80000000", "-0"},
      {"'1e30'::float4", simple(TypeKind::kFloat32), 0, "7149f2ca", "1e+30"},
      {"'1e5'::float4", simple(TypeKind::kFloat32), 0, "47c35000", "100000"},
      {"'1e6'::float4", simple(TypeKind::kFloat32), 0, "49742400", "1e+06"},
      {"'1.5'::float4", simple(TypeKind::kFloat32), 0, "3fc00000", "1.5"},
      {"'3.4028235e38'::float4", simple(TypeKind::kFloat32), 0, "7f7fffff", "3.4028235e+38"},
      {"'1e-45'::float4", simple(TypeKind::kFloat32), 0, "00000001", "1e-45"},
      {"'1.1754944e-38'::float4", simple(TypeKind::kFloat32), 0, "00800000", "1.1754944e-38"},
      {"'0.0001'::float4", simple(TypeKind::kFloat32), 0, "38d1b717", "0.0001"},
      {"'0.00001'::float4", simple(TypeKind::kFloat32), 0, "3727c5ac", "1e-05"},
      {"'16777216'::float4", simple(TypeKind::kFloat32), 0, "4b800000", "1.6777216e+07"},
      {"'NaN'::float4", simple(TypeKind::kFloat32), 0, "7fc00000", "NaN"},
      {"'Infinity'::float4", simple(TypeKind::kFloat32), 0, "7f800000", "Infinity"},
      {"'-Infinity'::float4", simple(TypeKind::kFloat32), 0, "ff800000", "-Infinity"},
      {"'0.1'::float4", simple(TypeKind::kFloat32), 0, "3dcccccd", "0.1"},
      {"'33554432'::float4", simple(TypeKind::kFloat32), 0, "4c000000", "3.3554432e+07"},
      {"'8589934592'::float4", simple(TypeKind::kFloat32), 0, "50000000", "8.589935e+09"},
      {"'0'::float8", simple(TypeKind::kFloat64), 0, "0000000000000000", "0"},
      {"'-0'::float8", simple(TypeKind::kFloat64), 0, "8000000000000000", "-0"},
      {"'1e30'::float8", simple(TypeKind::kFloat64), 0, "46293e5939a08cea", "1e+30"},
      {"'1e14'::float8", simple(TypeKind::kFloat64), 0, "42d6bcc41e900000", "100000000000000"},
      {"'1e15'::float8", simple(TypeKind::kFloat64), 0, "430c6bf526340000", "1e+15"},
      {"'1e23'::float8", simple(TypeKind::kFloat64), 0, "44b52d02c7e14af6", "9.999999999999999e+22"},
      {"'2e23'::float8", simple(TypeKind::kFloat64), 0, "44c52d02c7e14af6", "1.9999999999999998e+23"},
      {"'9007199254740993'::float8", simple(TypeKind::kFloat64), 0, "4340000000000000", "9.007199254740992e+15"},
      {"'9007199254740992'::float8", simple(TypeKind::kFloat64), 0, "4340000000000000", "9.007199254740992e+15"},
      {"'5e-324'::float8", simple(TypeKind::kFloat64), 0, "0000000000000001", "5e-324"},
      {"'2.2250738585072014e-308'::float8", simple(TypeKind::kFloat64), 0, "0010000000000000",
       "2.2250738585072014e-308"},
      {"'1.7976931348623157e308'::float8", simple(TypeKind::kFloat64), 0, "7fefffffffffffff",
       "1.7976931348623157e+308"},
      {"'0.1'::float8", simple(TypeKind::kFloat64), 0, "3fb999999999999a", "0.1"},
      {"'0.30000000000000004'::float8", simple(TypeKind::kFloat64), 0, "3fd3333333333334", "0.30000000000000004"},
      {"'123456.789'::float8", simple(TypeKind::kFloat64), 0, "40fe240c9fbe76c9", "123456.789"},
      {"'-1234567890123456789'::float8", simple(TypeKind::kFloat64), 0, "c3b12210f47de981", "-1.2345678901234568e+18"},
      {"'NaN'::float8", simple(TypeKind::kFloat64), 0, "7ff8000000000000", "NaN"},
      {"'Infinity'::float8", simple(TypeKind::kFloat64), 0, "7ff0000000000000", "Infinity"},
      {"'-Infinity'::float8", simple(TypeKind::kFloat64), 0, "fff0000000000000", "-Infinity"},
      {"'0.0001'::float8", simple(TypeKind::kFloat64), 0, "3f1a36e2eb1c432d", "0.0001"},
      {"'0.00001'::float8", simple(TypeKind::kFloat64), 0, "3ee4f8b588e368f1", "1e-05"},
      {"'1.7800590868057611e-307'::float8", simple(TypeKind::kFloat64), 0, "0040000000000000",
       "1.7800590868057611e-307"},
      {"'4.9406564584124654e-322'::float8", simple(TypeKind::kFloat64), 0, "0000000000000064", "4.94e-322"},
      {"'1e22'::float8", simple(TypeKind::kFloat64), 0, "4480f0cf064dd592", "1e+22"},
      {"'1e-7'::float8", simple(TypeKind::kFloat64), 0, "3e7ad7f29abcaf48", "1e-07"},
      {"'9.5367431640625e-07'::float8", simple(TypeKind::kFloat64), 0, "3eb0000000000000", "9.5367431640625e-07"},
      {"'2251799813685248.5'::float8", simple(TypeKind::kFloat64), 0, "4320000000000001", "2.2517998136852485e+15"},
      {"'1.8446744073709552e19'::float8", simple(TypeKind::kFloat64), 0, "43f0000000000000", "1.8446744073709552e+19"},
      {"'8.41e21'::float8", simple(TypeKind::kFloat64), 0, "447c7e83209e90b2", "8.409999999999999e+21"},
      {"'9.409340012568248e18'::float8", simple(TypeKind::kFloat64), 0, "43e052961c6f8000", "9.409340012568248e+18"},
      {"'5.764607523034235e39'::float8", simple(TypeKind::kFloat64), 0, "4830f0cf064dd592", "5.764607523034235e+39"},
      {"'4.3287e-310'::float8", simple(TypeKind::kFloat64), 0, "00004faf313467d0", "4.3287e-310"},
      {"'0'::numeric(12,2)", decimal(12, 2), 0, "0000000000000002", "0.00"},
      {"'0.01'::numeric(12,2)", decimal(12, 2), 0, "0001ffff000000020064", "0.01"},
      {"'-0.10'::numeric(12,2)", decimal(12, 2), 0, "0001ffff4000000203e8", "-0.10"},
      {"'1234567.89'::numeric(12,2)", decimal(12, 2), 0, "0003000100000002007b11d722c4", "1234567.89"},
      {"'9999999999.99'::numeric(12,2)", decimal(12, 2), 0, "00040002000000020063270f270f26ac", "9999999999.99"},
      {"'-9999999999.99'::numeric(12,2)", decimal(12, 2), 0, "00040002400000020063270f270f26ac", "-9999999999.99"},
      {"'10000'::numeric(12,2)", decimal(12, 2), 0, "00010001000000020001", "10000.00"},
      {"'100000000'::numeric(12,2)", decimal(12, 2), 0, "00010002000000020001", "100000000.00"},
      {"'0.5'::numeric(12,2)", decimal(12, 2), 0, "0001ffff000000021388", "0.50"},
      {"'NaN'::numeric(12,2)", decimal(12, 2), 0, "00000000c0000000", "NaN"},
      {"'12000.00'::numeric(12,2)", decimal(12, 2), 0, "0002000100000002000107d0", "12000.00"},
      {"'10000.01'::numeric(12,2)", decimal(12, 2), 0, "0003000100000002000100000064", "10000.01"},
      {"'0.00001'::numeric(5,5)", decimal(5, 5), 0, "0001fffe0000000503e8", "0.00001"},
      {"'0.12345'::numeric(5,5)", decimal(5, 5), 0, "0002ffff0000000504d21388", "0.12345"},
      {"'-0.99999'::numeric(5,5)", decimal(5, 5), 0, "0002ffff40000005270f2328", "-0.99999"},
      {"'99999999999999999999999999999999999999'::numeric(38,0)", decimal(38, 0), 0,
       "000a0009000000000063270f270f270f270f270f270f270f270f270f", "99999999999999999999999999999999999999"},
      {"'-99999999999999999999999999999999999999'::numeric(38,0)", decimal(38, 0), 0,
       "000a0009400000000063270f270f270f270f270f270f270f270f270f", "-99999999999999999999999999999999999999"},
      {"'100000000000000000000'::numeric(38,0)", decimal(38, 0), 0, "00010005000000000001", "100000000000000000000"},
      {"'1'::numeric(38,0)", decimal(38, 0), 0, "00010000000000000001", "1"},
      {"'1234567890123456789012345678.0123456789'::numeric(38,10)", decimal(38, 10), 0,
       "000a00060000000a04d2162e23340d801ed204d2162e007b11d722c4", "1234567890123456789012345678.0123456789"},
      {"'0.0000000001'::numeric(38,10)", decimal(38, 10), 0, "0001fffd0000000a0064", "0.0000000001"},
      {"'-18446744073709551616.5'::numeric(38,10)", decimal(38, 10), 0, "000600044000000a07341a5802e103bb06501388",
       "-18446744073709551616.5000000000"},
      {"'18446744073709551616'::numeric(38,10)", decimal(38, 10), 0, "000500040000000a07341a5802e103bb0650",
       "18446744073709551616.0000000000"},
      {"'9.9999999999999999999999999999999999999'::numeric(38,37)", decimal(38, 37), 0,
       "000b0000000000250009270f270f270f270f270f270f270f270f270f2328", "9.9999999999999999999999999999999999999"},
      {"'0.0000000000000000000000000000000000001'::numeric(38,37)", decimal(38, 37), 0, "0001fff60000002503e8",
       "0.0000000000000000000000000000000000001"},
      {"'922337203685477.580'::numeric(18,3)", decimal(18, 3), 0, "0005000300000003039a0d2c0170156516a8",
       "922337203685477.580"},
      {"'-0.001'::numeric(18,3)", decimal(18, 3), 0, "0001ffff40000003000a", "-0.001"},
      {"'1000'::numeric(18,3)", decimal(18, 3), 0, "000100000000000303e8", "1000.000"},
      {"'922337203685477580.7'::numeric(19,1)", decimal(19, 1), 0, "0006000400000001005c092107f421631d9c1b58",
       "922337203685477580.7"},
      {"'0.1'::numeric(19,1)", decimal(19, 1), 0, "0001ffff0000000103e8", "0.1"},
      {"'-12345.6'::numeric(19,1)", decimal(19, 1), 0, "0003000140000001000109291770", "-12345.6"},
      {"'0'::numeric", simple(TypeKind::kNumeric), 0, "0000000000000000", "0"},
      {"'0.00'::numeric", simple(TypeKind::kNumeric), 0, "0000000000000002", "0.00"},
      {"'-0.000'::numeric", simple(TypeKind::kNumeric), 0, "0000000000000003", "0.000"},
      {"'1.10'::numeric", simple(TypeKind::kNumeric), 0, "0002000000000002000103e8", "1.10"},
      {"'1.1000000'::numeric", simple(TypeKind::kNumeric), 0, "0002000000000007000103e8", "1.1000000"},
      {"'-12345.6789'::numeric", simple(TypeKind::kNumeric), 0, "0003000140000004000109291a85", "-12345.6789"},
      {"'NaN'::numeric", simple(TypeKind::kNumeric), 0, "00000000c0000000", "NaN"},
      {"'Infinity'::numeric", simple(TypeKind::kNumeric), 0, "00000000d0000020", "Infinity"},
      {"'-Infinity'::numeric", simple(TypeKind::kNumeric), 0, "00000000f0000020", "-Infinity"},
      {"'0.0001'::numeric", simple(TypeKind::kNumeric), 0, "0001ffff000000040001", "0.0001"},
      {"'0.00001'::numeric", simple(TypeKind::kNumeric), 0, "0001fffe0000000503e8", "0.00001"},
      {"'10000'::numeric", simple(TypeKind::kNumeric), 0, "00010001000000000001", "10000"},
      {"'100000000.5'::numeric", simple(TypeKind::kNumeric), 0, "00040002000000010001000000001388", "100000000.5"},
      {"'1e20'::numeric", simple(TypeKind::kNumeric), 0, "00010005000000000001", "100000000000000000000"},
      {"'99999999999999999999999999999999999999999999999999999999999...", simple(TypeKind::kNumeric), 0,
       "00fa00f900000000270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f"
       "270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f"
       "270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f"
       "270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f"
       "270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f"
       "270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f"
       "270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f"
       "270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f"
       "270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f"
       "270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f270f"
       "270f270f270f270f",
       "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
       "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
       "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
       "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
       "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
       "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
       "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
       "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
       "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
       "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"},
      {"'-1234567891234567891234567891234567891234567891234567891234...", simple(TypeKind::kNumeric), 0,
       "018b010d400001f404d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a3"
       "11d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2"
       "162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed30929"
       "1a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d80"
       "1ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d7"
       "22d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e"
       "23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a85"
       "04d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed3"
       "09291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d0"
       "0d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a3"
       "11d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8504d2162e23a311d722d00d801ed309291a8503db"
       "198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db"
       "198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db"
       "198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db"
       "198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db"
       "198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db198f083d223d10e103db198f083d223d10e1",
       "-123456789123456789123456789123456789123456789123456789123456789123456789123456789123456789123456789"
       "1234567891234567891234567891234567891234567891234567891234567891234567891234567891234567891234567891"
       "2345678912345678912345678912345678912345678912345678912345678912345678912345678912345678912345678912"
       "3456789123456789123456789123456789123456789123456789123456789123456789123456789123456789123456789123"
       "4567891234567891234567891234567891234567891234567891234567891234567891234567891234567891234567891234"
       "5678912345678912345678912345678912345678912345678912345678912345678912345678912345678912345678912345"
       "6789123456789123456789123456789123456789123456789123456789123456789123456789123456789123456789123456"
       "7891234567891234567891234567891234567891234567891234567891234567891234567891234567891234567891234567"
       "8912345678912345678912345678912345678912345678912345678912345678912345678912345678912345678912345678"
       "9123456789123456789123456789123456789123456789123456789123456789123456789123456789123456789123456789"
       "123456789123456789123456789123456789123456789123456789123456789123456789123456789.098765432109876543"
       "2109876543210987654321098765432109876543210987654321098765432109876543210987654321098765432109876543"
       "2109876543210987654321098765432109876543210987654321098765432109876543210987654321098765432109876543"
       "2109876543210987654321098765432109876543210987654321098765432109876543210987654321098765432109876543"
       "2109876543210987654321098765432109876543210987654321098765432109876543210987654321098765432109876543"
       "2109876543210987654321098765432109876543210987654321098765432109876543210987654321"},
      {"'12.34'::money", simple(TypeKind::kMoney), 0, "00000000000004d2", "12.34"},
      {"'-0.05'::money", simple(TypeKind::kMoney), 0, "fffffffffffffffb", "-0.05"},
      {"'92233720368547758.07'::money", simple(TypeKind::kMoney), 0, "7fffffffffffffff", "92233720368547758.07"},
      {"'0'::money", simple(TypeKind::kMoney), 0, "0000000000000000", "0.00"},
      {"'2000-01-01'::date", simple(TypeKind::kDate), 0, "00000000", "2000-01-01"},
      {"'1999-12-31'::date", simple(TypeKind::kDate), 0, "ffffffff", "1999-12-31"},
      {"'2024-02-29'::date", simple(TypeKind::kDate), 0, "00002279", "2024-02-29"},
      {"'infinity'::date", simple(TypeKind::kDate), 0, "7fffffff", "infinity"},
      {"'-infinity'::date", simple(TypeKind::kDate), 0, "80000000", "-infinity"},
      {"'4714-11-24 BC'::date", simple(TypeKind::kDate), 0, "ffda97a7", "4714-11-24 BC"},
      {"'5874897-12-31'::date", simple(TypeKind::kDate), 0, "7fda970c", "5874897-12-31"},
      {"'0001-01-01'::date", simple(TypeKind::kDate), 0, "fff4dbf9", "0001-01-01"},
      {"'0044-03-15 BC'::date", simple(TypeKind::kDate), 0, "fff49d7b", "0044-03-15 BC"},
      {"'1900-03-01'::date", simple(TypeKind::kDate), 0, "ffff718f", "1900-03-01"},
      {"'00:00:00'::time", fraction(TypeKind::kTime, 6), 0, "0000000000000000", "00:00:00"},
      {"'24:00:00'::time", fraction(TypeKind::kTime, 6), 0, "000000141dd76000", "24:00:00"},
      {"'23:59:59.999999'::time", fraction(TypeKind::kTime, 6), 0, "000000141dd75fff", "23:59:59.999999"},
      {"'12:34:56.5'::time", fraction(TypeKind::kTime, 6), 0, "0000000a8be1bd20", "12:34:56.5"},
      {"'00:00:00+00'::timetz", fraction(TypeKind::kTimeTz, 6), 0, "000000000000000000000000", "00:00:00+00"},
      {"'24:00:00-15:59:59'::timetz", fraction(TypeKind::kTimeTz, 6), 0, "000000141dd760000000e0ff",
       "24:00:00-15:59:59"},
      {"'12:34:56.789+05:30'::timetz", fraction(TypeKind::kTimeTz, 6), 0, "0000000a8be62608ffffb2a8",
       "12:34:56.789+05:30"},
      {"'01:02:03-08'::timetz", fraction(TypeKind::kTimeTz, 6), 0, "00000000dde878c000007080", "01:02:03-08"},
      {"'2000-01-01 00:00:00'::timestamp", fraction(TypeKind::kTimestamp, 6), 0, "0000000000000000",
       "2000-01-01 00:00:00"},
      {"'1999-12-31 23:59:59.999999'::timestamp", fraction(TypeKind::kTimestamp, 6), 0, "ffffffffffffffff",
       "1999-12-31 23:59:59.999999"},
      {"'294276-12-31 23:59:59.999999'::timestamp", fraction(TypeKind::kTimestamp, 6), 0, "7fffff5bb3b29fff",
       "294276-12-31 23:59:59.999999"},
      {"'4714-11-24 00:00:00 BC'::timestamp", fraction(TypeKind::kTimestamp, 6), 0, "fd0f7cc1411fa000",
       "4714-11-24 00:00:00 BC"},
      {"'infinity'::timestamp", fraction(TypeKind::kTimestamp, 6), 0, "7fffffffffffffff", "infinity"},
      {"'-infinity'::timestamp", fraction(TypeKind::kTimestamp, 6), 0, "8000000000000000", "-infinity"},
      {"'0001-12-31 23:59:59.5 BC'::timestamp", fraction(TypeKind::kTimestamp, 6), 0, "ff1fe2ffc594bee0",
       "0001-12-31 23:59:59.5 BC"},
      {"'2024-02-29 12:00:00.120'::timestamp", fraction(TypeKind::kTimestamp, 6), 0, "0002b582c479e4c0",
       "2024-02-29 12:00:00.12"},
      {"'2000-01-01 00:00:00+00'::timestamptz", fraction(TypeKind::kTimestampTz, 6), 0, "0000000000000000",
       "2000-01-01 00:00:00+00"},
      {"'294276-12-31 23:59:59.999999+00'::timestamptz", fraction(TypeKind::kTimestampTz, 6), 0, "7fffff5bb3b29fff",
       "294276-12-31 23:59:59.999999+00"},
      {"'4714-11-24 00:00:00+00 BC'::timestamptz", fraction(TypeKind::kTimestampTz, 6), 0, "fd0f7cc1411fa000",
       "4714-11-24 00:00:00+00 BC"},
      {"'infinity'::timestamptz", fraction(TypeKind::kTimestampTz, 6), 0, "7fffffffffffffff", "infinity"},
      {"'-infinity'::timestamptz", fraction(TypeKind::kTimestampTz, 6), 0, "8000000000000000", "-infinity"},
      {"'2020-06-01 12:34:56.7+02'::timestamptz", fraction(TypeKind::kTimestampTz, 6), 0, "00024a021d60e260",
       "2020-06-01 10:34:56.7+00"},
      {"'0'::interval", fraction(TypeKind::kInterval, 6), 0, "00000000000000000000000000000000", "00:00:00"},
      {"'1 year 2 mons 3 days 04:05:06.789'::interval", fraction(TypeKind::kInterval, 6), 0,
       "000000036c97ca88000000030000000e", "1 year 2 mons 3 days 04:05:06.789"},
      {"'-1 year -2 mons +3 days -04:05:06'::interval", fraction(TypeKind::kInterval, 6), 0,
       "fffffffc93743f8000000003fffffff2", "-1 years -2 mons +3 days -04:05:06"},
      {"'1 mon -1 day'::interval", fraction(TypeKind::kInterval, 6), 0, "0000000000000000ffffffff00000001",
       "1 mon -1 days"},
      {"'-1 day 00:00:01'::interval", fraction(TypeKind::kInterval, 6), 0, "00000000000f4240ffffffff00000000",
       "-1 days +00:00:01"},
      {"'25:00:00'::interval", fraction(TypeKind::kInterval, 6), 0, "00000014f46b04000000000000000000", "25:00:00"},
      {"'-00:00:00.000001'::interval", fraction(TypeKind::kInterval, 6), 0, "ffffffffffffffff0000000000000000",
       "-00:00:00.000001"},
      {"'1 day'::interval", fraction(TypeKind::kInterval, 6), 0, "00000000000000000000000100000000", "1 day"},
      {"'-1 year'::interval", fraction(TypeKind::kInterval, 6), 0, "000000000000000000000000fffffff4", "-1 years"},
      {"'2562047788:00:54.775807'::interval", fraction(TypeKind::kInterval, 6), 0, "7fffffffffffffff0000000000000000",
       "2562047788:00:54.775807"},
      {"'-2562047788:00:54.775807'::interval", fraction(TypeKind::kInterval, 6), 0, "80000000000000010000000000000000",
       "-2562047788:00:54.775807"},
      {"'178956970 years 7 mons'::interval", fraction(TypeKind::kInterval, 6), 0, "0000000000000000000000007fffffff",
       "178956970 years 7 mons"},
      {"'-13 mons 1 day'::interval", fraction(TypeKind::kInterval, 6), 0, "000000000000000000000001fffffff3",
       "-1 years -1 mons +1 day"},
      {"'2 years -1 mons'::interval", fraction(TypeKind::kInterval, 6), 0, "00000000000000000000000000000017",
       "1 year 11 mons"},
      {"''::text", simple(TypeKind::kText), 0, "", ""},
      {"'a'::text", simple(TypeKind::kText), 0, "61", "a"},
      {"'naïve 中'::text", simple(TypeKind::kText), 0, "6e61c3af766520e4b8ad", "naïve 中"},
      {"E'tab\\tnew\\nline\\\\'::text", simple(TypeKind::kText), 0, "746162096e65770a6c696e655c", "tab\tnew\nline\\"},
      {"repeat('x', 300)::text", simple(TypeKind::kText), 0,
       "7878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878"
       "7878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878"
       "7878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878"
       "7878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878"
       "7878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878"
       "7878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878",
       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
      {"'a'::char(3)", text(3, true), 0, "612020", "a  "},
      {"'USD'::char(3)", text(3, true), 0, "555344", "USD"},
      {"''::char(3)", text(3, true), 0, "202020", "   "},
      {"'中中中中中'::varchar(5)", text(5, false), 0, "e4b8ade4b8ade4b8ade4b8ade4b8ad", "中中中中中"},
      {"''::varchar(5)", text(5, false), 0, "", ""},
      {"'pg_class'::name", simple(TypeKind::kText), 0, "70675f636c617373", "pg_class"},
      {"'\\x'::bytea", simple(TypeKind::kBytes), 0, "", "\\x"},
      {"'\\x00ff10'::bytea", simple(TypeKind::kBytes), 0, "00ff10", "\\x00ff10"},
      {"'00112233-4455-6677-8899-aabbccddeeff'::uuid", simple(TypeKind::kUuid), 0, "00112233445566778899aabbccddeeff",
       "00112233-4455-6677-8899-aabbccddeeff"},
      {"'{\"b\": 1,  \"a\":[1, 2]}'::json", simple(TypeKind::kJson), 0, "7b2262223a20312c20202261223a5b312c20325d7d",
       "{\"b\": 1,  \"a\":[1, 2]}"},
      {"'{\"b\": 1,  \"a\":[1, 2]}'::jsonb", simple(TypeKind::kJsonb), 0,
       "017b2261223a205b312c20325d2c202262223a20317d", "{\"a\": [1, 2], \"b\": 1}"},
      {"'null'::jsonb", simple(TypeKind::kJsonb), 0, "016e756c6c", "null"},
      {"'\"\"'::jsonb", simple(TypeKind::kJsonb), 0, "012222", "\"\""},
      {"'1.2.3.4'::inet", simple(TypeKind::kInet), 0, "0220000401020304", "1.2.3.4"},
      {"'1.2.3.4/24'::inet", simple(TypeKind::kInet), 0, "0218000401020304", "1.2.3.4/24"},
      {"'0.0.0.0/0'::inet", simple(TypeKind::kInet), 0, "0200000400000000", "0.0.0.0/0"},
      {"'::'::inet", simple(TypeKind::kInet), 0, "0380001000000000000000000000000000000000", "::"},
      {"'::1'::inet", simple(TypeKind::kInet), 0, "0380001000000000000000000000000000000001", "::1"},
      {"'::/0'::inet", simple(TypeKind::kInet), 0, "0300001000000000000000000000000000000000", "::/0"},
      {"'fe80::1/64'::inet", simple(TypeKind::kInet), 0, "03400010fe800000000000000000000000000001", "fe80::1/64"},
      {"'2001:db8::8:800:200c:417a'::inet", simple(TypeKind::kInet), 0, "0380001020010db80000000000080800200c417a",
       "2001:db8::8:800:200c:417a"},
      {"'2001:0:0:1:0:0:0:1'::inet", simple(TypeKind::kInet), 0, "0380001020010000000000010000000000000001",
       "2001:0:0:1::1"},
      {"'::ffff:1.2.3.4'::inet", simple(TypeKind::kInet), 0, "0380001000000000000000000000ffff01020304",
       "::ffff:1.2.3.4"},
      {"'::1.2.3.4'::inet", simple(TypeKind::kInet), 0, "0380001000000000000000000000000001020304", "::1.2.3.4"},
      {"'::ffff:0:0'::inet", simple(TypeKind::kInet), 0, "0380001000000000000000000000ffff00000000", "::ffff:0.0.0.0"},
      {"'1:0:2:3:4:5:6:7'::inet", simple(TypeKind::kInet), 0, "0380001000010000000200030004000500060007",
       "1:0:2:3:4:5:6:7"},
      {"'1:2:3:4:5:6::'::inet", simple(TypeKind::kInet), 0, "0380001000010002000300040005000600000000",
       "1:2:3:4:5:6::"},
      {"'1:2:3:4:5:6:7:0'::inet", simple(TypeKind::kInet), 0, "0380001000010002000300040005000600070000",
       "1:2:3:4:5:6:7:0"},
      {"'::0:1:2'::inet", simple(TypeKind::kInet), 0, "0380001000000000000000000000000000010002", "::0.1.0.2"},
      {"'10.0.0.0/8'::cidr", simple(TypeKind::kCidr), 0, "020801040a000000", "10.0.0.0/8"},
      {"'1.2.3.4'::cidr", simple(TypeKind::kCidr), 0, "0220010401020304", "1.2.3.4/32"},
      {"'::/0'::cidr", simple(TypeKind::kCidr), 0, "0300011000000000000000000000000000000000", "::/0"},
      {"'2001:db8::/32'::cidr", simple(TypeKind::kCidr), 0, "0320011020010db8000000000000000000000000",
       "2001:db8::/32"},
      {"'::1'::cidr", simple(TypeKind::kCidr), 0, "0380011000000000000000000000000000000001", "::1/128"},
      {"'0/0'::cidr", simple(TypeKind::kCidr), 0, "0200010400000000", "0.0.0.0/0"},
      {"'08:00:2b:01:02:03'::macaddr", simple(TypeKind::kMacaddr), 0, "08002b010203", "08:00:2b:01:02:03"},
      {"'08:00:2b:01:02:03:04:ff'::macaddr8", simple(TypeKind::kMacaddr8), 0, "08002b01020304ff",
       "08:00:2b:01:02:03:04:ff"},
      {"B''::varbit", bits(0, false), 0, "00000000", ""},
      {"B'1'::varbit", bits(0, false), 0, "0000000180", "1"},
      {"B'10101010'::varbit", bits(0, false), 0, "00000008aa", "10101010"},
      {"B'101010101'::varbit", bits(0, false), 0, "00000009aa80", "101010101"},
      {"B'10101'::bit(5)", bits(5, true), 0, "00000005a8", "10101"},
      {"'a'::\"char\"", simple(TypeKind::kChar1), 0, "61", "a"},
      {"''::\"char\"", simple(TypeKind::kChar1), 0, "00", ""},
      {"'sad'::mood", simple(TypeKind::kEnum), 0, "736164", "sad"},
      {"'very happy'::mood", simple(TypeKind::kEnum), 0, "76657279206861707079", "very happy"},
      {"'{}'::int4[]", array(simple(TypeKind::kInt32)), 23, "000000000000000000000017", "{}"},
      {"'{1,2,3}'::int4[]", array(simple(TypeKind::kInt32)), 23,
       "0000000100000000000000170000000300000001000000040000000100000004000000020000000400000003", "{1,2,3}"},
      {"'{1,NULL,3}'::int4[]", array(simple(TypeKind::kInt32)), 23,
       "00000001000000010000001700000003000000010000000400000001ffffffff0000000400000003", "{1,NULL,3}"},
      {"'{{1,2},{3,4}}'::int4[]", array(simple(TypeKind::kInt32)), 23,
       "0000000200000000000000170000000200000001000000020000000100000004000000010000000400000002000000040000"
       "00030000000400000004",
       "{{1,2},{3,4}}"},
      {"'[0:2]={1,2,3}'::int4[]", array(simple(TypeKind::kInt32)), 23,
       "0000000100000000000000170000000300000000000000040000000100000004000000020000000400000003", "[0:2]={1,2,3}"},
      {"'[-1:0][5:6]={{1,2},{NULL,4}}'::int4[]", array(simple(TypeKind::kInt32)), 23,
       "00000002000000010000001700000002ffffffff000000020000000500000004000000010000000400000002ffffffff0000"
       "000400000004",
       "[-1:0][5:6]={{1,2},{NULL,4}}"},
      {"'{{{{{{7}}}}}}'::int4[]", array(simple(TypeKind::kInt32)), 23,
       "0000000600000000000000170000000100000001000000010000000100000001000000010000000100000001000000010000"
       "000100000001000000010000000400000007",
       "{{{{{{7}}}}}}"},
      {"'{NULL}'::int4[]", array(simple(TypeKind::kInt32)), 23, "0000000100000001000000170000000100000001ffffffff",
       "{NULL}"},
      {"'{}'::text[]", array(simple(TypeKind::kText)), 25, "000000000000000000000019", "{}"},
      {"'{\"\",NULL,\"NULL\",\"null\",\"a b\",\"a,b\",\"{\",\"}\",\"\\\\\",\"\\\"\",plain,naïve}'::text[]",
       array(simple(TypeKind::kText)), 25,
       "0000000100000001000000190000000c0000000100000000ffffffff000000044e554c4c000000046e756c6c000000036120"
       "6200000003612c62000000017b000000017d000000015c000000012200000005706c61696e000000066e61c3af7665",
       "{\"\",NULL,\"NULL\",\"null\",\"a b\",\"a,b\",\"{\",\"}\",\"\\\\\",\"\\\"\",plain,naïve}"},
      {"'{{a,b},{c,d}}'::text[]", array(simple(TypeKind::kText)), 25,
       "000000020000000000000019000000020000000100000002000000010000000161000000016200000001630000000164",
       "{{a,b},{c,d}}"},
      {"'{\"\\t\",\" \",\"nul\",\"NULLS\"}'::text[]", array(simple(TypeKind::kText)), 25,
       "000000010000000000000019000000040000000100000001740000000120000000036e756c000000054e554c4c53",
       "{t,\" \",nul,NULLS}"},
      {"'{t,f,NULL,t,t,t,t,t,f,f,t}'::bool[]", array(simple(TypeKind::kBool)), 16,
       "0000000100000001000000100000000b0000000100000001010000000100ffffffff00000001010000000101000000010100"
       "000001010000000101000000010000000001000000000101",
       "{t,f,NULL,t,t,t,t,t,f,f,t}"},
      {"'{1.50,NULL,-3.00,NaN}'::numeric(10,2)[]", array(decimal(10, 2)), 1700,
       "0000000100000001000006a400000004000000010000000c000200000000000200011388ffffffff0000000a000100004000"
       "000200030000000800000000c0000000",
       "{1.50,NULL,-3.00,NaN}"},
      {"'{1.5,1e40,NaN}'::numeric[]", array(simple(TypeKind::kNumeric)), 1700,
       "0000000100000000000006a400000003000000010000000c0002000000000001000113880000000a0001000a000000000001"
       "0000000800000000c0000000",
       "{1.5,10000000000000000000000000000000000000000,NaN}"},
      {"'{\"2020-01-01 00:00:00+00\",infinity}'::timestamptz[]", array(fraction(TypeKind::kTimestampTz, 6)), 1184,
       "0000000100000000000004a000000002000000010000000800023e0786c26000000000087fffffffffffffff",
       "{\"2020-01-01 00:00:00+00\",infinity}"},
      {"'{\"1 day\",\"-00:00:01\"}'::interval[]", array(fraction(TypeKind::kInterval, 6)), 1186,
       "0000000100000000000004a20000000200000001000000100000000000000000000000010000000000000010fffffffffff0"
       "bdc00000000000000000",
       "{\"1 day\",-00:00:01}"},
      {"'{00112233-4455-6677-8899-aabbccddeeff}'::uuid[]", array(simple(TypeKind::kUuid)), 2950,
       "000000010000000000000b8600000001000000010000001000112233445566778899aabbccddeeff",
       "{00112233-4455-6677-8899-aabbccddeeff}"},
      {"'{\"\\\\x00ff\"}'::bytea[]", array(simple(TypeKind::kBytes)), 17,
       "00000001000000000000001100000001000000010000000200ff", "{\"\\\\x00ff\"}"},
      {"'{\"{\\\"a\\\": 1}\"}'::jsonb[]", array(simple(TypeKind::kJsonb)), 3802,
       "000000010000000000000eda000000010000000100000009017b2261223a20317d", "{\"{\\\"a\\\": 1}\"}"},
      {"'{1.2.3.4/24,::1}'::inet[]", array(simple(TypeKind::kInet)), 869,
       "0000000100000000000003650000000200000001000000080218000401020304000000140380001000000000000000000000"
       "000000000001",
       "{1.2.3.4/24,::1}"},
      {"'{1,101010101}'::varbit[]", array(bits(0, false)), 1562,
       "00000001000000000000061a00000002000000010000000500000001800000000600000009aa80", "{1,101010101}"},
      {"'{1e30,NaN,-Infinity,0.1}'::float8[]", array(simple(TypeKind::kFloat64)), 701,
       "0000000100000000000002bd00000004000000010000000846293e5939a08cea000000087ff800000000000000000008fff0"
       "000000000000000000083fb999999999999a",
       "{1e+30,NaN,-Infinity,0.1}"},
      {"'{a,b}'::\"char\"[]", array(simple(TypeKind::kChar1)), 18,
       "000000010000000000000012000000020000000100000001610000000162", "{a,b}"},
      {"'{1.25}'::money[]", array(simple(TypeKind::kMoney)), 790,
       "000000010000000000000316000000010000000100000008000000000000007d", "{1.25}"},
  };
}

}  // namespace dpone::pg_copy::golden
