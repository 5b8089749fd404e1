#include "dpone/connectors/sqlite/control_table.h"

namespace dpone::sqlite {
namespace {

constexpr const char* kReceiptColumns =
    "version, process, target, target_identity, target_epoch, target_created, run_id, manifest_hash, plan_hash, "
    "selection_fingerprint, columns, cursor_after, rows_read, rows_loaded, method, outcome, published_at";

Result<Receipt> receipt_of(const Query& query) {
  Receipt receipt;
  int column = 0;
  const auto text = [&] { return std::string(query.text(column++)); };
  receipt.version = query.integer(column++);
  receipt.process = text();
  receipt.target = text();
  receipt.target_identity = text();
  receipt.target_epoch = query.integer(column++);
  receipt.target_created = query.integer(column++) != 0;
  receipt.run_id = text();
  receipt.manifest_hash = text();
  receipt.plan_hash = text();
  receipt.selection_fingerprint = text();
  DPONE_TRY(const Json names, Json::parse(text()));
  for (const Json& name : names.as_array()) receipt.columns.push_back(name.as_string());
  const bool has_cursor = !query.is_null(column);
  const std::string cursor = text();
  if (has_cursor) {
    DPONE_TRY(Json value, Json::parse(cursor));
    receipt.position = Position{"cursor", std::move(value)};
  }
  receipt.rows_read = query.integer(column++);
  receipt.rows_loaded = query.integer(column++);
  receipt.method = text();
  receipt.outcome = text();
  receipt.published_at = text();
  return receipt;
}

}  // namespace

Result<PriorReceipts> ControlTable::read(Database& database, std::string_view process, std::string_view run_id) const {
  PriorReceipts prior;
  DPONE_TRY(const bool is_there, has_table(database, kLoadsTable));
  if (!is_there) return prior;
  const std::string select = std::string("SELECT ") + kReceiptColumns + " FROM " + kLoadsTable + " WHERE target = ?1";
  const auto find = [&](const std::string& rest, bool has_process, bool has_run) -> Result<std::optional<Receipt>> {
    DPONE_TRY(Query query, database.prepare(select + rest));
    query.bind_text(1, target_);
    if (has_process) query.bind_text(2, process);
    if (has_run) query.bind_text(3, run_id);
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return std::optional<Receipt>();
    DPONE_TRY(Receipt receipt, receipt_of(query));
    return std::optional<Receipt>(std::move(receipt));
  };
  DPONE_TRY(prior.newest_of_process, find(" AND process = ?2 ORDER BY version DESC LIMIT 1", true, false));
  DPONE_TRY(prior.newest_of_target, find(" ORDER BY target_epoch DESC, published_at DESC LIMIT 1", false, false));
  DPONE_TRY(const auto maker, find(" AND target_created = 1 LIMIT 1", false, false));
  prior.is_target_made = maker.has_value();
  DPONE_TRY(prior.of_run, find(" AND process = ?2 AND run_id = ?3 LIMIT 1", true, true));
  DPONE_TRY(Query identities, database.prepare(std::string("SELECT DISTINCT target_identity FROM ") + kLoadsTable +
                                               " WHERE target = ?1"));
  identities.bind_text(1, target_);
  while (true) {
    DPONE_TRY(const bool has_row, identities.step());
    if (!has_row) break;
    prior.identities.emplace_back(identities.text(0));
  }
  return prior;
}

Result<std::string> ControlTable::identity_of(Database& database, const TableIdentity& seen, bool is_empty) const {
  DPONE_TRY(const bool is_there, has_table(database, kLoadsTable));
  if (!is_there) return seen.to_string();
  DPONE_TRY(Query query, database.prepare(std::string("SELECT target_identity, target_seen FROM ") + kLoadsTable +
                                          " WHERE target = ? ORDER BY target_epoch DESC, published_at DESC LIMIT 1"));
  query.bind_text(1, target_);
  DPONE_TRY(const bool has_row, query.step());
  if (!has_row) return seen.to_string();
  const TableIdentity last = TableIdentity::parse(query.text(1));
  const bool is_in_place = last.schema_row == seen.schema_row && last.root_page == seen.root_page;
  // One that was made again stands behind the mark, until VACUUM puts views behind all tables.
  const bool is_vacuumed = seen.mark_row > seen.schema_row;
  if (is_in_place || (is_vacuumed && last.definition == seen.definition && !is_empty))
    return std::string(query.text(0));
  return seen.to_string();
}

Status ControlTable::insert(Database& database, const Receipt& receipt, const TableIdentity& seen) const {
  DPONE_TRY(Query query,
            database.prepare(
                std::string("INSERT INTO ") + kLoadsTable +
                " (version, process, target, target_identity, target_epoch, target_created, run_id, "
                "manifest_hash, plan_hash, selection_fingerprint, columns, cursor_after, rows_read, "
                "rows_loaded, method, outcome, published_at, dpone_version, target_seen) VALUES (?, ?, ?, ?, ?, ?, "
                "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?, ?)"));
  Json names = Json::array();
  for (const std::string& column : receipt.columns) names.push(column);
  const std::string columns = names.canonical();
  const std::string cursor = receipt.position ? receipt.position->value.canonical() : std::string();
  query.bind(1, receipt.version);
  query.bind_text(2, receipt.process);
  query.bind_text(3, receipt.target);
  query.bind_text(4, receipt.target_identity);
  query.bind(5, receipt.target_epoch);
  query.bind(6, std::int64_t{receipt.target_created});
  query.bind_text(7, receipt.run_id);
  query.bind_text(8, receipt.manifest_hash);
  query.bind_text(9, receipt.plan_hash);
  query.bind_text(10, receipt.selection_fingerprint);
  query.bind_text(11, columns);
  receipt.position ? query.bind_text(12, cursor) : query.bind_null(12);
  query.bind(13, receipt.rows_read);
  query.bind(14, receipt.rows_loaded);
  query.bind_text(15, receipt.method);
  query.bind_text(16, receipt.outcome);
  query.bind_text(17, DPONE_VERSION);
  const std::string seen_text = seen.to_string();
  query.bind_text(18, seen_text);
  DPONE_CHECK(query.step());
  return {};
}

std::vector<std::string> ControlTable::definitions() {
  return {
      std::string("CREATE TABLE IF NOT EXISTS ") + kLoadsTable +
          " (process TEXT NOT NULL, target TEXT NOT NULL, version INTEGER NOT NULL, target_identity TEXT NOT NULL, "
          "target_epoch INTEGER NOT NULL, target_created INTEGER NOT NULL, run_id TEXT NOT NULL, manifest_hash TEXT "
          "NOT NULL, plan_hash TEXT NOT NULL, selection_fingerprint TEXT NOT NULL, columns TEXT NOT NULL, "
          "cursor_after TEXT, rows_read INTEGER NOT NULL, rows_loaded INTEGER NOT NULL, method TEXT NOT NULL, "
          "outcome TEXT NOT NULL, published_at TEXT NOT NULL, dpone_version TEXT NOT NULL, target_seen TEXT NOT NULL, "
          "PRIMARY KEY (process, "
          "target, version), UNIQUE (process, target, run_id)) STRICT",
      std::string("CREATE TABLE IF NOT EXISTS ") + kColumnsTable +
          " (table_name TEXT NOT NULL, column_name TEXT NOT NULL, declared TEXT NOT NULL, type TEXT NOT NULL, "
          "native_type TEXT NOT NULL, meaning TEXT NOT NULL, travels_as_text INTEGER NOT NULL, key_position INTEGER "
          "NOT NULL, PRIMARY KEY (table_name, column_name)) STRICT",
      std::string("CREATE TABLE IF NOT EXISTS ") + kStagesTable +
          " (name TEXT NOT NULL PRIMARY KEY, process TEXT NOT NULL, run_id TEXT NOT NULL, target TEXT NOT NULL) "
          "STRICT"};
}

}  // namespace dpone::sqlite
