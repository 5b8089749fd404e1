// Encoder: Batch -> PostgreSQL COPY BINARY, the same bytes that PostgreSQL sends for the same values. PostgreSQL's
// receive functions round silently, so every value that the sink's type cannot hold exactly is refused here, before its
// row is appended. Owns scratch memory only; one thread. Spec: docs/formats/pg-copy.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/data/batch.h"

namespace dpone::pg_copy {

struct EncodeColumn {
  std::string name;               // for messages
  DataType from;                  // in batches
  DataType to;                    // of the sink's column
  std::uint32_t element_oid = 0;  // arrays: the OID of the sink's element type, which is part of every value
};

// `value.does_not_fit`: value `row` of `column`, in row `row_number` of the load, and where it was to go.
Error does_not_fit(const EncodeColumn& target, const Column& column, std::int64_t row, std::int64_t row_number);

class Encoder {
 public:
  // Fails with `pg_copy.cannot_convert` if conversion.h does not allow a pair of types, `pg_copy.element_oid` if an
  // array has none.
  static Result<Encoder> create(std::vector<EncodeColumn> columns);
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;
  ~Encoder();

  // The 19 bytes that open a stream, and the 2 that end it.
  void append_header(std::string& out) const;
  void append_trailer(std::string& out) const;
  // Appends the rows of `batch`, whose columns are REQUIRED to be of the `from` types. Fails with `value.does_not_fit`
  // (context `column`, and `row` from 1 over all batches) or `pg_copy.value_too_big`; `out` then contains complete rows
  // or is unchanged.
  Status encode(const Batch& batch, std::string& out);
  // The same for rows first_row..first_row+row_count-1 (as far as there are any), so that a caller can send a big batch
  // in buffers that stay in cache: about 1024 rows, a multiple of 256, at a time.
  Status encode_rows(const Batch& batch, std::int64_t first_row, std::int64_t row_count, std::string& out);
  std::int64_t row_count() const;

 private:
  class Impl;
  explicit Encoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dpone::pg_copy
