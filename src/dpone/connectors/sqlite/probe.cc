#include "dpone/connectors/sqlite/probe.h"

#include <fmt/format.h>

#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/sink.h"

namespace dpone::sqlite {

Result<ProbeAnswer> probe(const ConnectionSettings& settings, const RunContext& context) {
  const std::string path = settings.field("path");
  DPONE_TRY(const auto database, Database::open(path, OpenMode::kRead, busy_timeout_of(settings), context));
  const auto ask = [&](const char* sql, std::string& out) -> Status {
    DPONE_TRY(Query query, database->prepare(sql));
    DPONE_CHECK(query.step());
    out = query.text(0);
    return {};
  };
  std::string ignored;
  std::string library;
  std::string journal_mode;
  std::string encoding;
  DPONE_CHECK(ask("SELECT count(*) FROM sqlite_schema", ignored));
  DPONE_CHECK(ask("SELECT sqlite_version()", library));
  DPONE_CHECK(ask("PRAGMA journal_mode", journal_mode));
  DPONE_CHECK(ask("PRAGMA encoding", encoding));
  ProbeAnswer answer;
  answer.text = fmt::format("SQLite {}, file {}, journal mode {}, {}", library, path, journal_mode, encoding);
  answer.facts.set("library", library).set("file", path);
  answer.facts.set("journal_mode", journal_mode).set("encoding", encoding);
  return answer;
}

}  // namespace dpone::sqlite
