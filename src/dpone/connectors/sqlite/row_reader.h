// RowReader: the rows of one SELECT as Batches. The schema is compiled once to one operation a column; a stored value
// that is not of its column's type ends the run with row and column. One thread, but give_up().
#pragma once

#include <memory>
#include <string>

#include "dpone/base/run_context.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/ports/extraction.h"
#include "dpone/ports/reader.h"

namespace dpone::sqlite {

// `select` gives the columns of `task` in their order. `database` must outlive the reader, which keeps its transaction.
Result<std::unique_ptr<BatchReader>> make_row_reader(Database& database, const ReadTask& task,
                                                     const std::string& select, const RunContext& context);

}  // namespace dpone::sqlite
