#include "dpone/sql/receipt_table.h"

#include <charconv>

#include "dpone/base/contains.h"

namespace dpone::sql {
namespace {

Result<std::int64_t> integer_of(const Table& table, std::size_t row, std::size_t column) {
  const std::string text = table.text(row, column);
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code == std::errc() && end == text.data() + text.size()) return number;
  return Error(ErrorClass::kRefused, "receipts.unreadable",
               "a receipt of the target has a field that must be a number and is not")
      .hint(
          "another program wrote the control table; restore it, or take the target over with --adopt in another "
          "control_schema");
}

}  // namespace

bool ReceiptTable::has_first_form(const std::vector<std::string>& columns) { return !contains(columns, "receipt"); }

std::string ReceiptTable::definition() const {
  const std::string text = std::string(dialect_.text_type) + " NOT NULL, ";
  const std::string integer = std::string(dialect_.integer_type) + " NOT NULL, ";
  return "CREATE TABLE IF NOT EXISTS " + name_ + " (process " + text + "target " + text + "version " + integer +
         "part " + std::string(dialect_.integer_type) + " NOT NULL DEFAULT 0, run_id " + text + "target_identity " +
         text + "target_epoch " + integer + "published_at " + std::string(dialect_.published_at) + ", format " +
         integer + "receipt " + std::string(dialect_.json_type) + " NOT NULL" + std::string(dialect_.extra_columns) +
         ", PRIMARY KEY (process, target, version), UNIQUE (process, target, run_id, part))" +
         std::string(dialect_.table_options);
}

Statement ReceiptTable::read_statement(std::string phase, bool is_first_form) const {
  const std::string identity = is_first_form ? std::string(dialect_.first_identity) : "target_identity";
  const std::string from = ", process, target, version, " + std::string(is_first_form ? "0" : "part") + ", run_id, " +
                           identity + ", target_epoch, " + std::string(dialect_.published_at_text) + ", " +
                           (is_first_form ? "1" : "format") + ", " +
                           std::string(is_first_form ? dialect_.first_receipt : dialect_.json_text) + " FROM " + name_ +
                           " WHERE target = $2";
  const std::string own = " AND process = $1";
  // Parts of a run have separate versions; the newest is the final one.
  const auto newest = [&](const char* kind, const std::string& condition, const char* order) {
    return "SELECT * FROM (SELECT '" + std::string(kind) + "' AS kind" + from + condition + " ORDER BY " + order +
           " DESC LIMIT 1) AS " + kind + "_receipt";
  };
  const std::string is_maker = is_first_form ? "target_created" : std::string(dialect_.is_created);
  return {std::move(phase),
          newest("process", own, "version") + " UNION ALL " + newest("target", "", "target_epoch DESC, published_at") +
              " UNION ALL " + newest("run", own + " AND run_id = $3", "version") + " UNION ALL " +
              newest("maker", " AND " + is_maker, "version"),
          "SELECT {receipts} FROM " + name_ + " WHERE {process, target, run}"};
}

Result<PriorReceipts> ReceiptTable::read_newest(Session& session, bool is_first_form, std::string_view process,
                                                std::string_view run_id) const {
  Statement asked = read_statement("prepare", is_first_form);
  DPONE_TRY(const Table table, session.query(asked.text, {std::string(process), target_, std::string(run_id)}));
  PriorReceipts prior;
  prior.asked.push_back(std::move(asked));
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    DPONE_TRY(const std::int64_t format, integer_of(table, row, 9));
    if (format > kReceiptFormat) {
      return Error(ErrorClass::kRefused, "control.newer", "a newer dpone has written receipts of this target")
          .with("table", name_)
          .with("format", std::to_string(format))
          .hint("run this process with that version or a newer one");
    }
    DPONE_TRY(const Json body, Json::parse(table.text(row, 10)));
    DPONE_TRY(Receipt receipt, Receipt::from_json(body));
    receipt.process = table.text(row, 1);
    receipt.target = table.text(row, 2);
    DPONE_TRY(receipt.version, integer_of(table, row, 3));
    DPONE_TRY(receipt.part, integer_of(table, row, 4));
    receipt.run_id = table.text(row, 5);
    receipt.target_identity = table.text(row, 6);
    DPONE_TRY(receipt.target_epoch, integer_of(table, row, 7));
    receipt.published_at = table.text(row, 8);
    const std::string kind = table.text(row, 0);
    if (kind == "process") {
      prior.newest_of_process = std::move(receipt);
    } else if (kind == "target") {
      prior.newest_of_target = std::move(receipt);
    } else if (kind == "run") {
      prior.of_run = std::move(receipt);
    } else {
      prior.is_target_made = true;
    }
  }
  return prior;
}

Result<PriorReceipts> ReceiptTable::read_newest(Session& session, std::string_view process,
                                                std::string_view run_id) const {
  return read_newest(session, false, process, run_id);
}

Result<PriorReceipts> ReceiptTable::read(Session& session, bool is_first_form, std::string_view process,
                                         std::string_view run_id) const {
  DPONE_TRY(PriorReceipts prior, read_newest(session, is_first_form, process, run_id));
  const std::string identity = is_first_form ? std::string(dialect_.first_identity) : "target_identity";
  const std::string sql = "SELECT DISTINCT " + identity + " FROM " + name_ + " WHERE target = $1";
  prior.asked.push_back({"prepare", sql});
  DPONE_TRY(const Table table, session.query(sql, {target_}));
  for (std::size_t row = 0; row < table.rows.size(); ++row) prior.identities.push_back(table.text(row, 0));
  return prior;
}

std::string ReceiptTable::insert(const std::string& extra_columns, const std::string& values) const {
  return "INSERT INTO " + name_ + " (process, target, version, part, run_id, target_identity, target_epoch, format, " +
         "receipt" + extra_columns + ") VALUES (" + values + ")";
}

std::string ReceiptTable::render_insert(const Receipt& receipt, const std::string& identity, const Extra& extra) const {
  const auto text = [&](std::string_view value) { return dialect_.quote_literal(value) + ", "; };
  const auto number = [](std::int64_t value) { return std::to_string(value) + ", "; };
  return insert(extra.columns, text(receipt.process) + text(receipt.target) + number(receipt.version) +
                                   number(receipt.part) + text(receipt.run_id) + identity + ", " +
                                   number(receipt.target_epoch) + number(kReceiptFormat) +
                                   dialect_.quote_literal(receipt.body_json().canonical()) + extra.values);
}

Statement ReceiptTable::planned_read(std::string phase) const { return read_statement(std::move(phase), false); }

Statement ReceiptTable::planned_insert(std::string phase, const Extra& extra) const {
  return {std::move(phase), insert(extra.columns, "{receipt}"), "INSERT INTO " + name_ + " (...) VALUES (...)"};
}

}  // namespace dpone::sql
