// ControlTable: `__dpone__loads`, the receipts of all processes that write one target (semantics §1;
// docs/formats/receipt.md). A value; the connection is the caller's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/connectors/postgres/connection.h"
#include "dpone/ports/receipt.h"
#include "dpone/sql/receipt_table.h"

namespace dpone::postgres {

class ControlTable {
 public:
  // `target` is the quoted relation, which is what receipts are found by.
  ControlTable(std::string schema, std::string target) : schema_(std::move(schema)), target_(std::move(target)) {}

  // Waits for the target's lock (a finalizer whose client is gone may still be committing), releases it, then reads.
  // Fails with `postgres.lock_timeout` when another finalizer holds it for 60 s.
  Result<PriorReceipts> read(Connection& connection, std::string_view process, std::string_view run_id) const;
  // Refuses an unsuitable place for receipts: `control.second` when another schema has receipts of this target,
  // `control.published` when a publication covers the table, `postgres.permission` when the role may not write there.
  // `asked` gets what it asked of other control tables.
  Status check_place(Connection& connection, std::vector<Statement>& asked) const;
  // Whether create() may convert what the last read() found: `postgres.permission`.
  Status check_conversion(Connection& connection) const;
  // As read(), without the lock and PriorReceipts::identities, for use inside the transaction that publishes. REQUIRES:
  // create() was called.
  Result<PriorReceipts> read_newest(Connection& connection, std::string_view process, std::string_view run_id) const;
  // Creates the table if it is missing, and converts one of an earlier format, in a separate transaction.
  Status create(Connection& connection) const;
  // What a plan shows: what create() will do after the last read(), if `new_schema` is made before it (empty: none),
  // how receipts are read in the transaction that publishes, and how one is written.
  std::vector<std::string> planned_creation(std::string_view new_schema) const;
  Statement planned_read() const { return table().planned_read("publish"); }
  Statement planned_insert() const { return table().planned_insert("publish", {}); }
  // `INSERT INTO ...` of `receipt`; the target's OID and the time are the server's.
  std::string render_insert(const Receipt& receipt) const;

 private:
  enum class Form { kUnknown, kAbsent, kFirst, kCurrent };
  // What the catalog says of it.
  struct Place {
    Form form = Form::kAbsent;
    bool has_schema = false;
    bool may_use_schema = false;
    bool may_use = false;       // an existing table
    bool is_published = false;  // or would be
    std::string role;
    std::vector<std::string> other_schemas;  // with tables of this name
  };
  Result<Place> look(Connection& connection) const;
  Status check_creation_rights(Connection& connection) const;
  Error no_right_to_convert(Error error) const;
  Status refuse_second_table(Connection& connection, const Place& place, std::vector<Statement>& asked) const;
  sql::ReceiptTable table() const;
  std::string name() const;
  // One transaction.
  std::vector<std::string> creation(Form form, bool has_schema) const;

  std::string schema_;
  std::string target_;
  // As read() found them.
  mutable Form form_ = Form::kUnknown;
  mutable bool has_schema_ = true;
};

}  // namespace dpone::postgres
