// ReceiptTable: `__dpone__loads`, the receipts of all processes that write one target (semantics §1;
// docs/formats/receipt.md). Fence columns, which are queried and unique, and the receipt itself as JSON. A value; the
// session and its transactions are the caller's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/ports/receipt.h"
#include "dpone/ports/statement.h"
#include "dpone/sql/session.h"

namespace dpone::sql {

// How a system says what all have. Texts of SQL.
struct ReceiptDialect {
  std::string (*quote_literal)(std::string_view value);
  std::string_view text_type, integer_type, json_type;
  std::string_view published_at;       // definition of the column: type and default
  std::string_view published_at_text;  // the column as RFC 3339 in UTC
  std::string_view json_text;          // the column `receipt` as text
  std::string_view is_created;         // whether a receipt says that dpone created the target
  std::string_view first_receipt;      // what `receipt` is in a table of the first form: an expression over its columns
  std::string_view first_identity;     // and what `target_identity` is
  std::string_view extra_columns;      // definitions of further columns, with a comma before each
  std::string_view table_options;      // after the closing parenthesis
};

inline constexpr std::string_view kLoadsTable = "__dpone__loads";
// Of the rows that this program writes. The first form had a column for each part of a receipt, and no `format`.
inline constexpr int kReceiptFormat = 2;

class ReceiptTable {
 public:
  // `name` is the quoted table; `target` the quoted relation, which is what receipts are found by.
  ReceiptTable(const ReceiptDialect& dialect, std::string name, std::string target)
      : dialect_(dialect), name_(std::move(name)), target_(std::move(target)) {}

  std::string definition() const;  // CREATE TABLE IF NOT EXISTS
  // REQUIRES: the table is there, and of the first form where `is_first_form` says so. Slugs: control.newer (class
  // kRefused), receipts.unreadable.
  Result<PriorReceipts> read(Session& session, bool is_first_form, std::string_view process,
                             std::string_view run_id) const;
  // The same without PriorReceipts::identities. REQUIRES: the table is not of the first form.
  Result<PriorReceipts> read_newest(Session& session, std::string_view process, std::string_view run_id) const;
  // `identity` is an expression; `extra` has `, column` and `, value` for each of the extra columns.
  struct Extra {
    std::string columns;
    std::string values;
  };
  std::string render_insert(const Receipt& receipt, const std::string& identity, const Extra& extra) const;

  // What a plan shows of read_newest() and of render_insert(), whose values are known when the run sends it.
  Statement planned_read(std::string phase) const;
  Statement planned_insert(std::string phase, const Extra& extra) const;

  // Whether a table with these columns is of the first form.
  static bool has_first_form(const std::vector<std::string>& columns);

 private:
  Result<PriorReceipts> read_newest(Session& session, bool is_first_form, std::string_view process,
                                    std::string_view run_id) const;
  // `$1` is the process, `$2` the target, `$3` the run.
  Statement read_statement(std::string phase, bool is_first_form) const;
  std::string insert(const std::string& extra_columns, const std::string& values) const;
  const ReceiptDialect& dialect_;
  std::string name_;
  std::string target_;
};

}  // namespace dpone::sql
