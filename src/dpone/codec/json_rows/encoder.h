// Encoder: Batch -> JSON Lines, one object a row with every column in the order of the schema. One thread. Spec:
// docs/formats/json-rows.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/codec/json_rows/format.h"
#include "dpone/codec/json_rows/scanner.h"
#include "dpone/data/batch.h"

namespace dpone::json_rows {

class Encoder {
 public:
  static Result<Encoder> create(Schema schema, JsonRowsFormat format);

  // Appends the rows of `batch`, whose columns are REQUIRED to be those of the schema. Fails with
  // `json_rows.zero_byte`, `json_rows.json` or `json_rows.json_null` and context `row`, `column`; `out` then contains
  // complete rows.
  Status encode(const Batch& batch, std::string& out);
  std::int64_t row_count() const { return row_count_; }

 private:
  // How a value is written, whatever the row.
  enum class Form : std::uint8_t {
    kBool,
    kNumber,   // the text, unchanged
    kFloat,    // the same, but that words need quotes
    kPlain,    // in quotes; nothing in it needs an escape
    kEscaped,  // in quotes, with escapes
    kJson,
    kArray,
  };

  Encoder(Schema schema, JsonRowsFormat format);
  static Form form_of(const DataType& type);

  // Appends a value that is not null. False with problem_ set.
  bool append(Form form, const Column& column, std::int64_t row, std::string& out);
  bool append_string(std::string_view text, std::string& out);
  bool append_json(const Column& column, std::int64_t row, std::string& out);
  bool append_array(const Column& column, std::int64_t row, std::string& out);
  // Appends the elements from `*next` on, nested by the last dimensions of `shape`.
  bool append_elements(Form form, const Column& child, std::span<const ArrayDimension> shape, std::int64_t* next,
                       std::string& out);
  // Whether an array's text alone would restore it.
  bool needs_text(const Column& column, std::int64_t row);

  Schema schema_;
  JsonRowsFormat format_;
  std::vector<Form> forms_;
  std::vector<std::string> keys_;  // `"key":`
  std::string text_;
  JsonText json_;
  Problem problem_;
  std::int64_t row_count_ = 0;
};

}  // namespace dpone::json_rows
