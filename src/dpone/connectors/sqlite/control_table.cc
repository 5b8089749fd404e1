#include "dpone/connectors/sqlite/control_table.h"

#include "dpone/connectors/sqlite/sql_session.h"
#include "dpone/sql/receipt_table.h"

namespace dpone::sqlite {
namespace {

// docs/formats/receipt.md says what each column means.
constexpr sql::ReceiptDialect kReceipts{
    .quote_literal = quote_literal,
    .text_type = "TEXT",
    .integer_type = "INTEGER",
    .json_type = "TEXT",
    .published_at = "TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
    .published_at_text = "published_at",
    .json_text = "receipt",
    .is_created = "json_extract(receipt, '$.target_created')",
    .first_receipt =
        "json_object('target_created', json(CASE target_created WHEN 0 THEN 'false' ELSE 'true' END), 'manifest_hash', "
        "manifest_hash, 'plan_hash', plan_hash, 'selection_fingerprint', selection_fingerprint, 'columns', "
        "json(columns), 'position', CASE WHEN cursor_after IS NULL THEN json('null') ELSE json_object('kind', "
        "'cursor', "
        "'value', json(cursor_after)) END, 'rows_read', rows_read, 'rows_loaded', rows_loaded, 'method', method, "
        "'outcome', outcome, 'dpone_version', dpone_version)",
    .first_identity = "target_identity",
    .extra_columns = ", target_seen TEXT NOT NULL",
    .table_options = " STRICT"};

constexpr std::string_view kSeenColumn = ", target_seen";

sql::ReceiptTable table_of(const std::string& target) { return {kReceipts, kLoadsTable, target}; }

// Empty: the table does not exist.
Result<std::vector<std::string>> columns_of(Database& database) {
  DPONE_TRY(Query query, database.prepare("SELECT name FROM pragma_table_info(?)"));
  query.bind_text(1, kLoadsTable);
  std::vector<std::string> names;
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return names;
    names.emplace_back(query.text(0));
  }
}

}  // namespace

Result<ControlForm> ControlTable::look(Database& database) {
  ControlForm form;
  DPONE_TRY(const std::vector<std::string> names, columns_of(database));
  form.has_loads = !names.empty();
  form.is_first_form = form.has_loads && sql::ReceiptTable::has_first_form(names);
  DPONE_TRY(form.has_columns, has_table(database, kColumnsTable));
  DPONE_TRY(form.has_stages, has_table(database, kStagesTable));
  return form;
}

Result<PriorReceipts> ControlTable::read(Database& database, std::string_view process, std::string_view run_id) const {
  DPONE_TRY(const std::vector<std::string> names, columns_of(database));
  if (names.empty()) return PriorReceipts{};
  SqlSession session(database);
  return table_of(target_).read(session, sql::ReceiptTable::has_first_form(names), process, run_id);
}

Result<PriorReceipts> ControlTable::read_newest(Database& database, std::string_view process,
                                                std::string_view run_id) const {
  SqlSession session(database);
  return table_of(target_).read_newest(session, process, run_id);
}

Result<std::string> ControlTable::identity_of(Database& database, const TableIdentity& seen, bool is_empty,
                                              std::vector<Statement>& asked) const {
  DPONE_TRY(const bool is_there, has_table(database, kLoadsTable));
  if (!is_there) return seen.to_string();
  asked.push_back({"prepare", std::string("SELECT target_identity, target_seen FROM ") + kLoadsTable +
                                  " WHERE target = ? ORDER BY target_epoch DESC, published_at DESC LIMIT 1"});
  DPONE_TRY(Query query, database.prepare(asked.back().text));
  query.bind_text(1, target_);
  DPONE_TRY(const bool has_row, query.step());
  if (!has_row) return seen.to_string();
  const TableIdentity last = TableIdentity::parse(query.text(1));
  const bool is_in_place = last.schema_row == seen.schema_row && last.root_page == seen.root_page;
  // A recreated table follows the mark, until VACUUM puts views after all tables.
  const bool is_vacuumed = seen.is_marked();
  if (is_in_place || (is_vacuumed && last.definition == seen.definition && !is_empty))
    return std::string(query.text(0));
  return seen.to_string();
}

std::string ControlTable::render_insert(const Receipt& receipt, const TableIdentity& seen) const {
  return table_of(target_).render_insert(receipt, quote_literal(receipt.target_identity),
                                         {std::string(kSeenColumn), ", " + quote_literal(seen.to_string())});
}

Status ControlTable::create(Database& database) const {
  DPONE_TRY(const ControlForm form, look(database));
  for (const std::string& sql : creation(form)) DPONE_CHECK(database.execute(sql));
  return {};
}

std::vector<std::string> ControlTable::creation(const ControlForm& form) const {
  std::vector<std::string> out;
  const std::string loads = kLoadsTable;
  if (form.is_first_form) {
    // SQLite cannot change a table's keys: the rows move to a new one.
    const std::string old = loads + "_of_first_form";
    out.push_back("ALTER TABLE " + loads + " RENAME TO " + old);
    out.push_back(table_of(target_).definition());
    out.push_back("INSERT INTO " + loads +
                  " (process, target, version, part, run_id, target_identity, target_epoch, published_at, format, "
                  "receipt, target_seen) SELECT process, target, version, 0, run_id, target_identity, target_epoch, "
                  "published_at, " +
                  std::to_string(sql::kReceiptFormat) + ", " + std::string(kReceipts.first_receipt) +
                  ", target_seen FROM " + old);
    out.push_back("DROP TABLE " + old);
  } else if (!form.has_loads) {
    out.push_back(table_of(target_).definition());
  }
  if (!form.has_columns) {
    out.push_back(std::string("CREATE TABLE IF NOT EXISTS ") + kColumnsTable +
                  " (table_name TEXT NOT NULL, column_name TEXT NOT NULL, declared TEXT NOT NULL, type TEXT NOT NULL, "
                  "native_type TEXT NOT NULL, meaning TEXT NOT NULL, travels_as_text INTEGER NOT NULL, key_position "
                  "INTEGER NOT NULL, PRIMARY KEY (table_name, column_name)) STRICT");
  }
  if (!form.has_stages) {
    out.push_back(std::string("CREATE TABLE IF NOT EXISTS ") + kStagesTable +
                  " (name TEXT NOT NULL PRIMARY KEY, process TEXT NOT NULL, run_id TEXT NOT NULL, target TEXT NOT "
                  "NULL) STRICT");
  }
  return out;
}

Statement ControlTable::planned_read() const { return table_of(target_).planned_read("publish"); }

Statement ControlTable::planned_insert() const {
  return table_of(target_).planned_insert("publish", {std::string(kSeenColumn), {}});
}

}  // namespace dpone::sqlite
