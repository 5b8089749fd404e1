#include "dpone/ports/table_end.h"

namespace dpone {

TableSource table_source(const EndSettings& end) {
  const Options& options = end.options;
  const std::int64_t limit = options.is_given("limit") ? options.integer("limit") : -1;
  return {end.connection, end.schema, end.table, options.text("query"), options.text("where"), limit};
}

TableSink table_sink(const EndSettings& end) {
  return {end.connection, end.schema, end.table, end.options.text("control_schema")};
}

}  // namespace dpone
