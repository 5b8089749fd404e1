// The operations of a Decoder, one a column: fields that the scanner located -> values. Chosen once a schema.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "dpone/base/result.h"
#include "dpone/codec/delimited/format.h"
#include "dpone/codec/delimited/value_forms.h"
#include "dpone/codec/json_rows/repeated_key.h"
#include "dpone/codec/json_rows/scanner.h"
#include "dpone/data/batch_builder.h"
#include "dpone/data/column_run.h"

namespace dpone::delimited {

// Rows whose fields are located: field f of row r ends at marks[r * fields + f] and begins behind the mark before.
struct RowRun {
  const char* base;
  const char* end;             // of the readable bytes
  const std::uint32_t* marks;  // marks[-1] may be read: the byte before the first field, or ~0
  std::size_t fields;
  int count;  // at most kMostRunRows
  std::int64_t bytes;

  std::string_view field(std::size_t row, std::size_t index) const {
    const std::uint32_t* const mark = marks + row * fields + index;
    const std::uint32_t begin = mark[-1] + 1;
    std::uint32_t stop = *mark;
    if (index + 1 == fields && stop > begin && base[stop - 1] == '\r') --stop;
    return {base + begin, stop - begin};
  }
};

struct DecodeColumn {
  // Appends run.count rows to `builder`. Returns -1, or the index of the first row whose field is invalid, with
  // `problem` set; the builder then has some rows of the run.
  using Function = int (*)(DecodeColumn& self, const RowRun& run);

  DecodeColumn(const Field& of, const DelimitedFormat& form, const ValueForms& value_forms)
      : builder(of.type), format(form), forms(value_forms), is_guessed(of.is_guessed) {}

  Function decode = nullptr;
  std::size_t field = 0;  // which of the row's fields
  ColumnBuilder builder;
  const DelimitedFormat& format;
  const ValueForms& forms;
  const bool is_guessed;          // see Field
  const char* problem = nullptr;  // the error of the value
  bool checks_json = false;
  json_rows::RepeatedKey repeated_key;
  std::string scratch;       // a value without its quotes
  json_rows::JsonText json;  // checks values that must be JSON
  std::string canonical;     // a value in another format, as dpone prints it
};

std::unique_ptr<DecodeColumn> compile_decode(const Field& field, const DelimitedFormat& format, const ValueForms& forms,
                                             bool checks_json);

// The value of a quoted field in `out`. False if its quotes are wrong: `"a"b`, `"a`.
bool unquote(std::string_view field, char quote, std::string& out);

}  // namespace dpone::delimited
