// Every statement that the SQLite connector sends to move data, rendered from a LoadTask alone: `dpone plan` prints
// what `dpone run` executes. Text only, no I/O; golden tests need no database. ADR 0008 says what an exchange carries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/ports/steps.h"

namespace dpone::sqlite {

// Names of what a run makes beside its target: `__dpone_` and 16 hex digits of the hash of (kind, target, run). A plan,
// which has no run id, shows `__dpone_{kind}`. `target` is the quoted relation.
std::string stage_name(const std::string& target, const std::string& run_id);
std::string index_name(const std::string& target, const std::string& run_id, const std::string& original);

// The rows of a batch, as a virtual table of the writing session (batch_table.h).
inline constexpr std::string_view kBatchTable = "__dpone_batch";

struct SinkRenderOptions {
  std::string run_id;  // empty in a plan
  std::string process;
};

struct SinkStatements {
  std::vector<std::string> stage;    // one transaction: the stage and whose it is
  std::string insert;                // once a batch
  std::vector<std::string> seal;     // one transaction: indexes
  std::vector<std::string> publish;  // with the receipt, in one transaction
  // Of `publish`, by their places: the statements whose counts are rows added and rows changed; -1 without one.
  int insert_at = -1;
  int update_at = -1;
  // How many rows these two would add and change, asked right before them.
  std::string count_insert;
  std::string count_update;
  // Indexes that are there under these names afterwards, once each.
  std::vector<std::string> index_names;
};

// REQUIRES: `task.target.native` as the sink's describe or propose made it.
SinkStatements render_sink(const LoadTask& task, const SinkRenderOptions& options);

// The rows of the stage that an append or merge would add or change, as a SELECT. REQUIRES: kMerge or kAppend.
std::string render_changes(const LoadTask& task, const std::string& run_id);

// Rows of the stage with a NULL in the key, and rows beyond the first of each key: one row of two counts.
std::string render_key_counts(const LoadTask& task, const std::string& run_id);

// Removes the rows of the stage that LoadTask::keep_latest_by leaves out (empty: its columns leave no name for the
// rowid); and a value, if there is one, that the stage keeps so that it does not sort where it belongs.
std::string render_keep_latest(const LoadTask& task, const std::string& run_id);
std::string render_stage_disorder(const LoadTask& task, const std::string& run_id);

// What a reader sends.
std::string render_select(const LoadTask& task);
// The greatest (cursor, key) beyond the lower bound, then whether that lies behind the lower bound itself, then the
// storage class of each; no row if there is none.
std::string render_upper_bound(const LoadTask& task);
// One row if a row of the selection has no value in `column`.
std::string render_find_null(const LoadTask& task, const std::string& column);
// One row if some value of a time column is stored so that its order is not that of the times. Empty: none can be.
std::string render_find_disorder(const LoadTask& task, const std::string& column);

// `value` as a literal of the type's storage, in the form in which dpone stores it; a text that is no value of the type
// stays a text. Never more than one literal.
std::string render_literal(const std::string& value, const DataType& type);
// False if `value` is no text of the type.
bool is_value_of(const std::string& value, const DataType& type);

// What stands after FROM; a query is called rows_of there.
std::string render_relation(const Json& source);

// What follows the table's name in `CREATE TABLE name (...) ...`, as sqlite_schema has it; and what follows ON and the
// table's name in `CREATE INDEX name ON table (...)`. Empty for anything else.
std::string table_definition_tail(std::string_view sql);
std::string index_definition_tail(std::string_view sql);

}  // namespace dpone::sqlite
