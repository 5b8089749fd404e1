// Opens a database once and says what it is: for `dpone connections test`.
#pragma once

#include <string>

#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"

namespace dpone::sqlite {

struct ProbeResult {
  std::string library;  // `3.40.1`
  std::string file;
  std::string journal_mode;  // `wal`, `delete`, ...
  std::string encoding;      // `UTF-8`
};

Result<ProbeResult> probe(const ConnectionSettings& settings, const RunContext& context);

}  // namespace dpone::sqlite
