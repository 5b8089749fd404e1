// BatchTable: the rows of a Batch as a virtual table of one session, so that one INSERT ... SELECT takes many rows and
// no value is bound or copied on the way. Checks and prints the values that SQLite has no form for. Owns its statement;
// used by the session's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/data/batch.h"
#include "dpone/ports/column_policy.h"

namespace dpone::sqlite {

// The rows of a batch, as a virtual table of the writing session.
inline constexpr std::string_view kBatchTable = "__dpone_batch";

class BatchTable {
 public:
  // `insert` selects c0, c1, ... from kBatchTable. `rowid_column` is the sink's rowid column, in which SQLite would
  // replace a NULL by a number. `database` must outlive the table.
  static Result<std::unique_ptr<BatchTable>> create(Database& database, const std::vector<ColumnPolicy>& columns,
                                                    const std::string& insert, const std::string& rowid_column);
  ~BatchTable();
  BatchTable(const BatchTable&) = delete;
  BatchTable& operator=(const BatchTable&) = delete;

  // Inserts rows first..last-1; `rows_before` rows of the load came before the batch. Slugs: value.does_not_fit,
  // value.null, gate.key_nulls, gate.key_duplicates and SQLite's own, with row and column.
  Status insert(const Batch& batch, std::int64_t first, std::int64_t last, std::int64_t rows_before);
  // Bytes of values that were inserted so far.
  std::int64_t payload_bytes() const;

 private:
  struct Impl;
  explicit BatchTable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dpone::sqlite
