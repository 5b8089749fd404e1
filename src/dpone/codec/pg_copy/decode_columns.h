// The column operations that a Decoder's schema is compiled to: one function per column, called once for a chunk of
// rows, which reads the fields that the row walk has located and appends them to a ColumnBuilder.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/data/batch_builder.h"

namespace dpone::pg_copy {

// Most rows of a chunk: the located fields of a dozen columns stay in L1.
inline constexpr int kChunkRows = 1024;

struct FieldRun {
  const std::uint8_t* base;  // fields are at base + positions[i], their length in the four bytes before
  const std::uint8_t* end;   // end of the readable bytes
  const std::uint32_t* positions;
  int count;                // at most kChunkRows
  bool has_nulls;           // false only if no field is null
  std::int64_t wire_bytes;  // at least the sum of the lengths
};

struct DecodeColumn {
  // Appends run.count rows to `builder`. Returns -1, or the index of the first invalid field, with `problem` set; the
  // builder then has some rows of the run and must not be used again.
  using Function = int (*)(DecodeColumn& self, const FieldRun& run);

  explicit DecodeColumn(const DataType& type) : builder(type) {}

  Function decode = nullptr;
  // Bytes every value has on the wire, or -1. The caller has checked them before `decode` sees the run.
  std::int32_t wire_width = -1;
  ColumnBuilder builder;
  const char* problem = nullptr;  // the error of the value
  // Arrays: the operation and the located fields of the elements.
  std::unique_ptr<DecodeColumn> element;
  ColumnBuilder* target = nullptr;  // where values go: `builder`, or the child of an array's builder
  std::vector<std::uint32_t> element_positions;
};

// Compiles one type. Fails with `pg_copy.options` if it has no binary form here.
Result<std::unique_ptr<DecodeColumn>> compile_decode(const DataType& type);

}  // namespace dpone::pg_copy
