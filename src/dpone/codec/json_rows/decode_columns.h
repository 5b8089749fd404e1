// The operations of a Decoder, one a column: tokens that the scanner found -> values. Chosen once a schema.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "dpone/codec/json_rows/format.h"
#include "dpone/codec/json_rows/scanner.h"
#include "dpone/data/batch_builder.h"
#include "dpone/data/column_run.h"

namespace dpone::json_rows {

// Rows whose values are located, row by row.
struct RowRun {
  const Token* tokens;
  std::size_t columns;
  int count;                 // at most kMostRunRows
  std::int64_t bytes;        // at least as many as all tokens have
  const char* readable_end;  // of the bytes that the tokens point into

  const Token& token(std::size_t row, std::size_t column) const { return tokens[row * columns + column]; }
};

struct DecodeColumn {
  // Appends run.count rows to `builder`. Returns -1, or the index of the first row whose value is invalid, with
  // `problem` set; the builder then has some rows of the run.
  using Function = int (*)(DecodeColumn& self, const RowRun& run);

  DecodeColumn(const DataType& type, const JsonRowsFormat& form, std::int64_t most)
      : builder(type), probe(type), format(form), max_bytes(most) {}

  Function decode = nullptr;
  Function decode_any = nullptr;  // what `decode` of a guessed column does with values of the kind that was guessed
  std::size_t index = 0;
  ColumnBuilder builder;
  ColumnBuilder probe;  // one value, where the quick way does not do
  const JsonRowsFormat format;
  const std::int64_t max_bytes;  // of one value, when it is written out
  Problem problem;
  std::string scratch;
  Scanner scanner;
  JsonText json;
};

std::unique_ptr<DecodeColumn> compile_decode(const Field& field, const JsonRowsFormat& format,
                                             std::int64_t max_value_bytes);

}  // namespace dpone::json_rows
