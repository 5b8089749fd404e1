// TextEncoder: Batch -> rows of PostgreSQL's COPY TEXT format (tab, \N, backslash escapes), with the same checks as
// Encoder. Used when a column has to travel as text. One thread. Spec: docs/formats/pg-copy.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/codec/pg_copy/encoder.h"
#include "dpone/data/batch.h"

namespace dpone::pg_copy {

class TextEncoder {
 public:
  // As Encoder::create; `element_oid` is not needed. A column of kText may go to any type: the server's input function
  // reads it.
  static Result<TextEncoder> create(std::vector<EncodeColumn> columns);
  TextEncoder(TextEncoder&&) noexcept;
  TextEncoder& operator=(TextEncoder&&) noexcept;
  ~TextEncoder();

  // Appends one line per row. Fails as Encoder::encode does. The format has neither header nor trailer.
  Status encode(const Batch& batch, std::string& out);
  std::int64_t row_count() const;

 private:
  class Impl;
  explicit TextEncoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dpone::pg_copy
