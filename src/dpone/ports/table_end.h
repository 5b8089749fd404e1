// What a connector of tables gets of its end: an EndSettings with the common options read. Values.
#pragma once

#include <cstdint>
#include <string>

#include "dpone/ports/connector.h"

namespace dpone {

struct TableSource {
  ConnectionSettings connection;
  std::string schema;
  std::string table;
  std::string query;  // instead of a table
  std::string where;
  std::int64_t limit = -1;
};

struct TableSink {
  ConnectionSettings connection;
  std::string schema;
  std::string table;
  std::string control_schema;  // empty: the target's
};

TableSource table_source(const EndSettings& end);
TableSink table_sink(const EndSettings& end);

}  // namespace dpone
