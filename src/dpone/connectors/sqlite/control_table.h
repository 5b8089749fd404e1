// ControlTable: dpone's own tables in a target's database. `__dpone__loads` holds the receipts
// (docs/formats/receipt.md),
// `__dpone__columns` the facts about columns that SQLite does not store, `__dpone__stages` the owners of stages. A
// value; the caller owns the connection and the transactions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/connectors/sqlite/catalog.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/ports/receipt.h"

namespace dpone::sqlite {

// What there is of them.
struct ControlForm {
  bool has_loads = false;
  bool is_first_form = false;  // of the receipts, which an earlier dpone wrote
  bool has_columns = false;
  bool has_stages = false;
};

class ControlTable {
 public:
  // `target` is the quoted relation, which is what receipts are found by.
  explicit ControlTable(std::string target) : target_(std::move(target)) {}

  static Result<ControlForm> look(Database& database);
  // Newest receipts; none if the table does not exist. SQLite's locks make it wait for a finalizer that is committing.
  Result<PriorReceipts> read(Database& database, std::string_view process, std::string_view run_id) const;
  // The same without PriorReceipts::identities. REQUIRES: create() was called.
  Result<PriorReceipts> read_newest(Database& database, std::string_view process, std::string_view run_id) const;
  // TargetFacts::identity of a table that read_identity saw as `seen`: the id in the newest receipt if it is the same
  // table. ALTER TABLE only changes its definition; DROP and CREATE leave it empty and after the mark; VACUUM renumbers
  // pages and rows of sqlite_schema, and puts the mark after all tables. `asked` gets how receipts were read.
  Result<std::string> identity_of(Database& database, const TableIdentity& seen, bool is_empty,
                                  std::vector<Statement>& asked) const;
  // `INSERT INTO ...` of `receipt`, of a table that read_identity sees as `seen`; the time is the system's.
  std::string render_insert(const Receipt& receipt, const TableIdentity& seen) const;
  // Inside a transaction that writes: makes the three tables, each if it is missing, and brings one of an earlier form
  // to today's.
  Status create(Database& database) const;
  // What a plan shows: what create() sends where this is there, how receipts are read in the transaction that
  // publishes, and how one is written.
  std::vector<std::string> creation(const ControlForm& form) const;
  Statement planned_read() const;
  Statement planned_insert() const;

 private:
  std::string target_;
};

}  // namespace dpone::sqlite
