#include "dpone/connectors/sqlite/discover.h"

#include "dpone/connectors/sqlite/catalog.h"
#include "dpone/connectors/sqlite/sink.h"

namespace dpone::sqlite {
namespace {

Result<bool> is_like(Database& database, const std::string& name, const std::string& pattern) {
  if (pattern.empty()) return true;
  DPONE_TRY(Query query, database.prepare("SELECT ?1 LIKE ?2"));
  query.bind_text(1, name);
  query.bind_text(2, pattern);
  DPONE_CHECK(query.step());
  return query.integer(0) != 0;
}

}  // namespace

Result<std::vector<RelationSummary>> discover(const ConnectionSettings& settings, const DiscoverRequest& request,
                                              const RunContext& context) {
  const std::string path = settings.field("path");
  if (!request.schema.empty()) {
    return Error(ErrorClass::kUsage, "capability.schema", "SQLite does not have schemas")
        .with("file", path)
        .hint("leave --schema out");
  }
  DPONE_TRY(const auto database, Database::open(path, OpenMode::kRead, busy_timeout_of(settings), context));
  DPONE_TRY(const std::vector<std::string> names, relation_names(*database));
  std::vector<RelationSummary> found;
  std::vector<Statement> asked;
  for (const std::string& name : names) {
    DPONE_TRY(const bool is_wanted, is_like(*database, name, request.like));
    if (!is_wanted) continue;
    DPONE_TRY(const Relation relation, read_relation(*database, name));
    RelationSummary one{"", name, relation.kind, true, {}, {}};
    DPONE_TRY(one.estimated_rows, greatest_rowid(*database, relation, asked));
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace dpone::sqlite
