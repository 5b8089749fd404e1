#include "dpone/connectors/sqlite/probe.h"

#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/sink.h"

namespace dpone::sqlite {

Result<ProbeResult> probe(const ConnectionSettings& settings, const RunContext& context) {
  const std::string path = settings.field("path");
  DPONE_TRY(const auto database, Database::open(path, OpenMode::kRead, busy_timeout_of(settings), context));
  ProbeResult result;
  result.file = path;
  const auto ask = [&](const char* sql, std::string& out) -> Status {
    DPONE_TRY(Query query, database->prepare(sql));
    DPONE_CHECK(query.step());
    out = query.text(0);
    return {};
  };
  std::string ignored;
  DPONE_CHECK(ask("SELECT count(*) FROM sqlite_schema", ignored));
  DPONE_CHECK(ask("SELECT sqlite_version()", result.library));
  DPONE_CHECK(ask("PRAGMA journal_mode", result.journal_mode));
  DPONE_CHECK(ask("PRAGMA encoding", result.encoding));
  return result;
}

}  // namespace dpone::sqlite
